"""What never ends is turned away or ends with a sentence; cancelling ends everything at once."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jokegen.config.paths import Paths
from jokegen.data.importing import preview
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs.context import JobContext, RecordingContext, Stop
from jokegen.jobs.dataset_requests import PreviewRequest
from tests.data.conftest import read_all

NOT_ON_WINDOWS = pytest.mark.skipif(sys.platform == "win32", reason="there are none there")


@NOT_ON_WINDOWS
def test_pipes_and_devices_are_no_files(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    link = tmp_path / "zero.csv"
    link.symlink_to("/dev/zero")
    for path in (pipe, link, Path("/dev/zero")):
        with pytest.raises(JokegenError, match="is not an ordinary file"):
            read_all(path)
    (tmp_path / "good.csv").write_text("joke\nha ha\n")
    assert read_all(tmp_path).rows == [("ha ha",)]


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.jsonl", "a.csv.gz"])
def test_a_file_that_grows_for_ever_ends_with_a_sentence(tmp_path: Path, name: str) -> None:
    """A log that another program writes faster than anybody reads."""
    path = tmp_path / name
    line = b'"a joke"\n'
    packed = (
        __import__("gzip").compress(line * 100_000, 1) if name.endswith("gz") else line * 100_000
    )
    path.write_bytes(packed)
    is_over = threading.Event()

    def grow() -> None:
        with path.open("ab") as file:
            while not is_over.is_set() and file.tell() < 1 << 30:
                file.write(packed)
                file.flush()

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        started = time.monotonic()
        with pytest.raises(
            JokegenError, match=f"The file “{name}” changed while it was being read"
        ):
            preview(PreviewRequest((path,)), RecordingContext(Paths(tmp_path / "home")))
        assert time.monotonic() - started < 30
    finally:
        is_over.set()
        writer.join()


TEXT = "A joke that is as long as most of them are, the one with the number {}. "


def write_xlsx(path: Path) -> None:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Jokes")
    for number in range(60_000):
        sheet.append([number, TEXT.format(number)])
    workbook.save(path)


def write_arrow(path: Path) -> None:
    table = pa.table({"joke": [TEXT.format(i) for i in range(400_000)]})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=1 << 30)


LARGE: dict[str, Callable[[Path], object]] = {
    "table.csv": lambda path: path.write_text(
        "id,joke\n" + "".join(f"{i},{TEXT.format(i)}\n" for i in range(200_000))),
    "one field.csv": lambda path: path.write_text(
        'id,joke\n1,"' + (TEXT * 100 + "\n") * 3_000 + '"\n'),
    "torn.csv": lambda path: path.write_text(
        "id,joke\n" + "".join(f'{i},"{TEXT.format(i)}\n' for i in range(50_000))),
    "one line.txt": lambda path: path.write_text(TEXT * 400_000),
    "list.json": lambda path: path.write_text(json.dumps([TEXT] * 200_000)),
    "one value.json": lambda path: path.write_text(json.dumps(["x", [TEXT] * 200_000])),
    "lines.jsonl": lambda path: path.write_text((json.dumps({"joke": TEXT}) + "\n") * 200_000),
    "one group.parquet": lambda path: pq.write_table(
        pa.table({"joke": [TEXT.format(i) for i in range(400_000)]}), path, row_group_size=1 << 30),
    "one batch.arrow": write_arrow,
    "sheet.xlsx": write_xlsx,
    "cyrillic.txt": lambda path: path.write_bytes(
        ("шутка за шуткой, " * 9 + "\n").encode("cp1251") * 30_000),
}  # fmt: skip


def test_a_line_without_end_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with path.open("w", encoding="utf-8") as file:
        for _ in range(23):
            file.write("ha " * (1 << 20))
    for name in ("a.txt", "a.csv"):
        path = path.rename(tmp_path / name)
        with pytest.raises(JokegenError, match=f"A line of “{name}” is longer than 64 million"):
            read_all(path)


def test_one_json_value_as_large_as_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([[TEXT * 10] * 60_000]), encoding="utf-8")
    with pytest.raises(
        JokegenError, match=r"Line 1 of “a\.json” holds one value of more than 24 mil"
    ):
        read_all(path)


class Cancelling(JobContext):
    """Is cancelled from another thread after some time, and knows when that was."""

    def __init__(self, home: Path, seconds: float) -> None:
        super().__init__(Paths(home), lambda event: None)
        self.at = 0.0
        self._timer = threading.Timer(seconds, self._cancel_now)

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.cancel()
        self._timer.join()

    def _cancel_now(self) -> None:
        self.at = time.monotonic()
        self.request_stop(Stop.CANCEL)


@pytest.mark.parametrize("name", LARGE)
def test_cancelling_at_any_moment_takes_no_half_second(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    LARGE[name](path)
    usual = time.monotonic()
    preview(PreviewRequest((path,)), RecordingContext(Paths(tmp_path / "home")))
    usual = time.monotonic() - usual
    for share in (0.2, 0.5, 0.8):
        home = tmp_path / f"home {share}"
        context = Cancelling(home, usual * share)
        context.start()
        try:
            preview(PreviewRequest((path,)), context)
        except JobCancelled:
            assert time.monotonic() - context.at < 0.5
            assert not list((home / "previews").iterdir())
        finally:
            context.stop()
