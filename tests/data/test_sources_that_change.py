"""Files that another program changes, cuts off or deletes while they are read are never half read.

Another thread does it as soon as the reader has said how far it is: a real program would do so at
a moment of its own.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jokegen.config.paths import Paths
from jokegen.data.importing import import_jokes, preview
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import ImportRequest, PreviewRequest
from jokegen.jobs.events import Event, Phase, Progress

ROWS = 60_000
JOKES = [
    f"A joke that is as long as most of them are, the one with number {i}." for i in range(ROWS)
]


def write_csv(path: Path) -> None:
    path.write_text(
        "id,joke\n" + "".join(f"{i},{j}\n" for i, j in enumerate(JOKES)), encoding="utf-8"
    )


def write_xlsx(path: Path) -> None:
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("Jokes")
    for joke in ["joke", *JOKES[:6_000]]:
        sheet.append([joke])
    workbook.save(path)


def write_arrow(path: Path) -> None:
    table = pa.table({"joke": JOKES})
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=5_000)


WRITERS: dict[str, Callable[[Path], object]] = {
    "a.csv": write_csv,
    "a.txt": lambda path: path.write_text("\n".join(JOKES), encoding="utf-8"),
    "a.json": lambda path: path.write_text(json.dumps(JOKES), encoding="utf-8"),
    "a.jsonl": lambda path: path.write_text("\n".join(map(json.dumps, JOKES)), encoding="utf-8"),
    "a.parquet": lambda path: pq.write_table(pa.table({"joke": JOKES}), path, row_group_size=5_000),
    "a.arrow": write_arrow,
    "a.xlsx": write_xlsx,
}


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\n7,one more joke\n")


def overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"x" * 4_096)


CHANGES: dict[str, Callable[[Path], object]] = {
    "cut off": lambda path: os.truncate(path, path.stat().st_size // 2),
    "emptied": lambda path: os.truncate(path, 0),
    "longer": append,
    "deleted": lambda path: path.unlink(),
    "replaced": lambda path: os.replace(path.with_name("other"), path),
    "overwritten": overwrite,
}  # fmt: skip


class Changing(JobContext):
    """Another thread changes the file at the first sign of that phase, before the job goes on."""

    def __init__(self, home: Path, change: Callable[[], object], phase: Phase) -> None:
        super().__init__(Paths(home), self.notice)
        self._change = change
        self._phase = phase
        self.is_changed = False

    def notice(self, event: Event) -> None:
        if isinstance(event, Progress) and event.phase is self._phase and not self.is_changed:
            self.is_changed = True
            thread = threading.Thread(target=self._change)
            thread.start()
            thread.join()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("phase", [Phase.VERIFYING, Phase.READING])
def test_a_file_that_changes_meanwhile_is_never_half_read(
    tmp_path: Path, name: str, change: str, phase: Phase
) -> None:
    if sys.platform == "win32" and change in ("deleted", "replaced"):
        pytest.skip("open files cannot be removed there")
    path = tmp_path / name
    WRITERS[name](path)
    path.with_name("other").write_bytes(path.read_bytes()[:-1])
    context = Changing(tmp_path / "home", lambda: CHANGES[change](path), phase)
    error = failure_of(lambda: preview(PreviewRequest((path,)), context))
    if context.is_changed:
        assert error is not None
        assert name in error.happened
        assert any(words in error.happened for words in ("changed while", "vanished while"))
        assert error.todo.endswith("choose it again.")
        assert not list((tmp_path / "home" / "previews").iterdir())
    else:  # this kind is not gone through twice
        assert (error, phase) == (None, Phase.VERIFYING)


def failure_of(call: Callable[[], object]) -> JokegenError | None:
    try:
        call()
    except JokegenError as error:
        return error
    return None


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip", "a.csv.zst"])
def test_an_archive_that_changes_meanwhile_is_never_half_read(tmp_path: Path, name: str) -> None:
    import gzip
    import zipfile

    path = tmp_path / name
    write_csv(tmp_path / "a.csv")
    content = (tmp_path / "a.csv").read_bytes()
    if name.endswith("zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            archive.writestr("a.csv", content)
    elif name.endswith("gz"):
        path.write_bytes(gzip.compress(content, 0))
    else:
        path.write_bytes(pa.Codec("zstd").compress(content).to_pybytes())
    context = Changing(tmp_path / "home", lambda: CHANGES["cut off"](path), Phase.READING)
    with pytest.raises(JokegenError, match=f"The file “{name}” changed while it was being read"):
        preview(PreviewRequest((path,)), context)


def test_a_file_that_changes_between_reading_and_saving_is_noticed(tmp_path: Path) -> None:
    """The digest that a data set remembers is that of the bytes that were read."""
    path = tmp_path / "a.parquet"
    WRITERS["a.parquet"](path)

    def at_the_end(event: Event) -> None:
        if isinstance(event, Progress) and event.phase is Phase.READING and event.done == ROWS:
            os.truncate(path, 100)

    context = JobContext(Paths(tmp_path / "home"), at_the_end)
    with pytest.raises(JokegenError, match=r"The file “a\.parquet” changed while"):
        import_jokes(ImportRequest((path,)), context)
    assert not list((tmp_path / "home" / "datasets").glob("*/manifest.json"))
