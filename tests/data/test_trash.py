"""Deleting with undo: out of sight at once, back as it was, gone for good after a day."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.data.store import (
    TRASH,
    delete_dataset,
    duplicate_dataset,
    empty_trash,
    find_dataset,
    list_datasets,
    load_jokes,
    rename_dataset,
    restore_dataset,
    save_dataset,
)
from jokegen.data.table import TextTable
from jokegen.errors import JokegenError
from jokegen.model_service import ModelService
from jokegen.records import DatasetInfo
from tests.data.conftest import CHECKOUT


def save(paths: Paths, name: str, *train: str) -> DatasetInfo:
    return save_dataset(
        paths, name, train or ("a", "b"), ["v"], dropped={}, source="x.csv", column="joke"
    )


def test_what_was_deleted_comes_back_as_it_was(paths: Paths) -> None:
    info = save(paths, "Ha")
    handle = delete_dataset(paths, "ha")
    assert list_datasets(paths) == []
    with pytest.raises(JokegenError, match="no data set named “Ha”"):
        load_jokes(paths, "Ha")
    assert restore_dataset(paths, handle) == info
    assert load_jokes(paths, "Ha") == (["a", "b"], ["v"])
    with pytest.raises(JokegenError, match="removed for good"):
        restore_dataset(paths, handle)


def test_a_name_that_was_taken_meanwhile_gets_a_number(paths: Paths) -> None:
    save(paths, "Ha", "first")
    handle = delete_dataset(paths, "Ha")
    save(paths, "ha", "second")
    restored = restore_dataset(paths, handle)
    assert restored.name == "Ha 2"
    assert load_jokes(paths, "Ha 2")[0] == ["first"]
    assert load_jokes(paths, "ha")[0] == ["second"]


def test_several_of_one_name_can_be_deleted_and_restored(paths: Paths) -> None:
    handles = []
    for text in ("one", "two", "three"):
        save(paths, "Ha", text)
        handles.append(delete_dataset(paths, "Ha"))
    assert len(set(handles)) == 3
    assert [restore_dataset(paths, handle).name for handle in handles] == ["Ha", "Ha 2", "Ha 3"]
    assert [load_jokes(paths, name)[0] for name in ("Ha", "Ha 2", "Ha 3")] == [
        ["one"], ["two"], ["three"]
    ]  # fmt: skip


@pytest.mark.parametrize("handle", ["", ".", "..", "../ha", "/etc", "no such", "x/../../ha"])
def test_an_odd_handle_is_an_error_and_touches_nothing(paths: Paths, handle: str) -> None:
    save(paths, "Ha")
    delete_dataset(paths, "Ha")
    save(paths, "Ha")
    with pytest.raises(JokegenError, match="removed for good"):
        restore_dataset(paths, handle)
    assert len(list_datasets(paths)) == 1


def test_the_trash_is_emptied_after_a_day(paths: Paths) -> None:
    for name in ("old", "new"):
        save(paths, name)
    old, new = delete_dataset(paths, "old"), delete_dataset(paths, "new")
    day = time.time() - 24 * 3600
    os.utime(paths.datasets / TRASH / old, (day - 60, day - 60))
    os.utime(paths.datasets / TRASH / new, (day + 60, day + 60))
    ModelService(paths).sweep()
    with pytest.raises(JokegenError, match="removed for good"):
        restore_dataset(paths, old)
    assert restore_dataset(paths, new).name == "new"
    assert list((paths.datasets / TRASH).iterdir()) == []


def test_a_data_set_that_was_made_long_ago_stays_in_the_trash_for_a_day(paths: Paths) -> None:
    info = save(paths, "Ha")
    os.utime(info.path, (0, 0))
    handle = delete_dataset(paths, "Ha")
    empty_trash(paths)
    assert restore_dataset(paths, handle).name == "Ha"


def test_a_damaged_manifest_in_the_trash_is_no_crash(paths: Paths) -> None:
    save(paths, "Ha")
    handle = delete_dataset(paths, "Ha")
    manifest = paths.datasets / TRASH / handle / storage.MANIFEST
    for content in ("{", '{"files": {}}', '{"files": {}, "kind": "dataset", "name": 5}', ""):
        manifest.write_text(content, encoding="utf-8")
        with pytest.raises(JokegenError, match="removed for good"):
            restore_dataset(paths, handle)


@pytest.mark.skipif(os.name != "posix", reason="an open file cannot be moved on Windows")
def test_a_data_set_in_use_can_be_deleted_and_restored(paths: Paths) -> None:
    jokes = [f"joke {i}" for i in range(20_000)]
    save(paths, "Ha", *jokes)
    table = TextTable.for_dataset(find_dataset(paths, "Ha"))
    held = load_jokes(paths, "Ha")  # as a training run does
    handle = delete_dataset(paths, "Ha")
    assert table.cell(15_000, 0) == "joke 15000"
    restore_dataset(paths, handle)
    assert load_jokes(paths, "Ha") == held
    delete_dataset(paths, "Ha")
    empty_trash(paths, older_than=-1)
    assert table.cell(300, 0) == "joke 300"
    table.close()


def test_a_copy_outlives_what_it_is_a_copy_of(paths: Paths) -> None:
    info = save(paths, "Ha", *(f"joke {i}" for i in range(9_000)))
    copy = duplicate_dataset(paths, "ha", "Copy")
    assert (copy.jokes, copy.train, copy.bytes) == (info.jokes, info.train, info.bytes)
    assert copy.id != info.id
    if os.name == "posix":  # no room of its own
        (file,) = (copy.path / "train").glob("*.arrow")
        assert file.stat().st_nlink == 2
    rename_dataset(paths, "Copy", "Other")
    assert find_dataset(paths, "Ha") == info
    before = load_jokes(paths, "Ha")
    delete_dataset(paths, "Ha")
    empty_trash(paths, older_than=-1)
    storage.check_files(copy.path, digests=True)
    assert load_jokes(paths, "Other") == before


def test_a_copy_where_files_cannot_be_linked(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("this file system cannot")

    save(paths, "Ha")
    monkeypatch.setattr(os, "link", refuse)
    copy = duplicate_dataset(paths, "Ha", "Copy")
    storage.check_files(copy.path, digests=True)
    assert load_jokes(paths, "Copy") == load_jokes(paths, "Ha")
    with pytest.raises(JokegenError, match="“COPY” already"):
        duplicate_dataset(paths, "Ha", "COPY")
    with pytest.raises(JokegenError, match="no data set named “He”"):
        duplicate_dataset(paths, "He", "Hi")
    assert sorted(path.name for path in paths.datasets.iterdir()) == [".lock", "copy", "ha"]


RACER = """
import sys
from pathlib import Path
from jokegen.config.paths import Paths
from jokegen.data import store
from jokegen.errors import JokegenError
paths, me = Paths(Path(sys.argv[1])), sys.argv[2]
sys.stdin.readline()
for turn in range(25):
    for act in (
        lambda: store.duplicate_dataset(paths, "Ha", "Same"),
        lambda: store.rename_dataset(paths, "Same", f"Mine {me}"),
        lambda: store.restore_dataset(paths, store.delete_dataset(paths, f"Mine {me}")),
        lambda: store.delete_dataset(paths, f"Mine {me}"),
        lambda: store.delete_dataset(paths, "Same"),
    ):
        try:
            act()
        except JokegenError:
            pass
print("done")
"""


def test_two_processes_that_change_the_same_things_leave_everything_whole(paths: Paths) -> None:
    info = save(paths, "Ha")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(paths.home), me],
            cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True,
        )
        for me in ("a", "b")
    ]  # fmt: skip
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert (out, err) == ("done\n", "")
    assert find_dataset(paths, "Ha") == info
    for other in list_datasets(paths):
        storage.check_files(other.path, digests=True)
    names = [other.name for other in list_datasets(paths)]
    assert len({name.casefold() for name in names}) == len(names)
    assert list(paths.datasets.rglob(".tmp-*")) == []


def test_a_read_only_folder_is_said_and_still_read(paths: Paths, tmp_path: Path) -> None:
    if os.name != "posix" or os.geteuid() == 0:
        pytest.skip("permissions do not stop this user")
    save(paths, "Ha")
    paths.datasets.chmod(0o555)
    try:
        assert load_jokes(paths, "Ha")[1] == ["v"]
        for act in (
            lambda: save(paths, "He"),
            lambda: delete_dataset(paths, "Ha"),
            lambda: duplicate_dataset(paths, "Ha", "Hi"),
        ):
            with pytest.raises(OSError, match="denied"):
                act()
    finally:
        paths.datasets.chmod(0o755)
    assert [info.name for info in list_datasets(paths)] == ["Ha"]
