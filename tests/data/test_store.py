"""Saved data sets: whole, loadable by the datasets library, named as people like."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import datasets
import pytest

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.data.dataset_names import proposed_name
from jokegen.data.store import (
    delete_dataset,
    find_dataset,
    list_datasets,
    load_jokes,
    rename_dataset,
    save_dataset,
)
from jokegen.errors import JokegenError
from jokegen.records import DatasetInfo
from tests.data.conftest import CHECKOUT


def save(
    paths: Paths,
    name: str,
    train: tuple[str, ...] = ("a", "b\nc"),
    validation: tuple[str, ...] = ("NA",),
    *,
    is_name_proposed: bool = False,
) -> DatasetInfo:
    return save_dataset(
        paths,
        name,
        train,
        validation,
        dropped={"empty": 1},
        source="jokes.csv",
        column="joke",
        is_name_proposed=is_name_proposed,
    )


def test_what_is_saved_comes_back(paths: Paths) -> None:
    info = save(paths, "My jokes")
    assert (info.name, info.jokes, info.train, info.validation) == ("My jokes", 3, 2, 1)
    assert info.dropped == {"empty": 1}
    assert info.path == paths.datasets / "my-jokes"
    assert info.bytes > 0
    assert list_datasets(paths) == [info]
    assert find_dataset(paths, "my JOKES") == info
    assert load_jokes(paths, "My jokes") == (["a", "b\nc"], ["NA"])
    manifest = storage.read_manifest(info.path)
    assert manifest is not None
    assert (manifest["kind"], manifest["column"]) == ("dataset", "joke")
    assert (manifest["source"], manifest["version"]) == ("jokes.csv", 1)


@pytest.mark.parametrize("validation", [(), ("x",)])
def test_the_datasets_library_opens_the_folder(paths: Paths, validation: tuple[str, ...]) -> None:
    info = save(paths, "n", validation=validation)
    for in_memory in (False, True):
        loaded = datasets.load_from_disk(str(info.path), keep_in_memory=in_memory)
        assert loaded["train"]["text"][:] == ["a", "b\nc"]
        assert loaded["validation"]["text"][:] == list(validation)
        del loaded
    assert load_jokes(paths, "n") == (["a", "b\nc"], list(validation))


def test_lists_need_neither_datasets_nor_arrow(paths: Paths) -> None:
    save(paths, "n")
    code = (
        "import sys; from pathlib import Path; from jokegen.config.paths import Paths;"
        "import jokegen.data.importing, jokegen.data.table;"
        "from jokegen.data.store import list_datasets;"
        f"print(len(list_datasets(Paths(Path({str(paths.home)!r})))));"
        "print(sorted({'datasets', 'pyarrow', 'pandas', 'torch'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split("\n")[:2] == ["1", "[]"]


@pytest.mark.parametrize(
    "name", ["a/b\\..", "[x] 100% #1 'q' \"p\"", "😂", "笑话", "<b>bold</b>", "con", ".hidden", "-"]
)
def test_any_name_can_be_saved_found_and_loaded(paths: Paths, name: str) -> None:
    info = save(paths, f"  {name} ")
    assert info.name == name
    assert info.path.parent == paths.datasets
    assert find_dataset(paths, name).path == info.path
    assert load_jokes(paths, name)[1] == ["NA"]


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "two\nlines", "nul\0"])
def test_names_that_cannot_be_shown_are_refused(paths: Paths, name: str) -> None:
    with pytest.raises(JokegenError):
        save(paths, name)
    assert list_datasets(paths) == []


def test_nothing_is_overwritten(paths: Paths) -> None:
    save(paths, "Jokes", train=("first",))
    with pytest.raises(JokegenError, match="There is a data set named “jOKES” already"):
        save(paths, "jOKES")
    assert load_jokes(paths, "Jokes")[0] == ["first"]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("jokes.csv", "jokes"),
        ("jokes.CSV.gz", "jokes"),
        ("jokes.jsonl.zst", "jokes"),
        ("jokes.gz", "jokes"),
        ("version 1.2.csv", "version 1.2"),
        ("version 1.2.gz", "version 1.2"),
        ("a.csv.zip", "a"),
    ],
)
def test_a_proposed_name_has_no_file_ending(file: str, name: str) -> None:
    assert proposed_name(Path(file)) == name


def test_proposed_names_are_numbered(paths: Paths) -> None:
    names = [save(paths, name, is_name_proposed=True).name for name in ("a", "A", "a", "x" * 80)]
    assert names == ["a", "A 2", "a 3", "x" * 80]
    assert save(paths, "X" * 80, is_name_proposed=True).name == "X" * 78 + " 2"


def test_names_with_the_same_slug_get_folders_of_their_own(paths: Paths) -> None:
    folders = {save(paths, name).path.name for name in ("ha!", "ha?", "笑", "话")}
    assert folders == {"ha", "ha-2", "unnamed", "unnamed-2"}


def test_an_unknown_name_lists_those_there_are(paths: Paths) -> None:
    with pytest.raises(JokegenError, match="import a file of jokes first"):
        find_dataset(paths, "x")
    save(paths, "one")
    save(paths, "Two")
    with pytest.raises(JokegenError, match="Choose one of these: “one”, “Two”"):
        load_jokes(paths, "x")


def test_renaming_keeps_the_jokes(paths: Paths) -> None:
    save(paths, "old")
    save(paths, "other")
    with pytest.raises(JokegenError, match="“Other” already"):
        rename_dataset(paths, "old", "Other")
    assert rename_dataset(paths, "old", "OLD").name == "OLD"
    assert rename_dataset(paths, "old", "new 😂").name == "new 😂"
    assert load_jokes(paths, "new 😂") == (["a", "b\nc"], ["NA"])
    assert [info.name for info in list_datasets(paths)] == ["new 😂", "other"]


def test_deleting_removes_one_data_set(paths: Paths) -> None:
    save(paths, "one")
    save(paths, "two")
    delete_dataset(paths, "ONE")
    assert [info.name for info in list_datasets(paths)] == ["two"]
    assert sorted(path.name for path in paths.datasets.iterdir()) == [".lock", ".trash", "two"]


@pytest.mark.parametrize("damage", ["cut", "changed", "gone"])
def test_a_damaged_data_set_is_an_error_and_no_crash(paths: Paths, damage: str) -> None:
    info = save(paths, "n", train=tuple(f"joke {i}" for i in range(5_000)))
    (file,) = (info.path / "train").glob("*.arrow")
    content = bytearray(file.read_bytes())
    content[2_000] ^= 255
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(content[: len(content) // 2] if damage == "cut" else content)
    with pytest.raises(JokegenError, match="train/"):
        load_jokes(paths, "n")


def test_folders_that_are_no_data_sets_are_passed_over(paths: Paths) -> None:
    (paths.datasets / "half").mkdir(parents=True)
    storage.write_json(paths.datasets / "odd" / storage.MANIFEST, {"files": {}, "kind": "dataset"})
    storage.write_json(paths.datasets / "run" / storage.MANIFEST, {"files": {}, "kind": "run"})
    (paths.datasets / "broken").mkdir()
    (paths.datasets / "broken" / storage.MANIFEST).write_text("{", encoding="utf-8")
    assert list_datasets(paths) == []


SAVER = """
import sys
from pathlib import Path
from jokegen.config.paths import Paths
from jokegen.data.store import save_dataset
from jokegen.errors import JokegenError
paths, proposed = Paths(Path(sys.argv[1])), sys.argv[2] == "proposed"
sys.stdin.readline()
try:
    for _ in range(3):
        info = save_dataset(paths, "Same", [sys.argv[3]] * 50, ["v"], dropped={}, source="",
                            column="", is_name_proposed=proposed)
        print("saved", info.name)
except JokegenError as error:
    print("refused")
"""


@pytest.mark.parametrize("way", ["proposed", "explicit"])
def test_two_processes_can_save_the_same_name_at_once(paths: Paths, way: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SAVER, str(paths.home), way, mark],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for mark in ("a", "b")
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [line for process in processes for line in process.communicate()[0].splitlines()]
    names = {info.name for info in list_datasets(paths)}
    if way == "proposed":
        assert names == {"Same", *(f"Same {i}" for i in range(2, 7))}
        assert sorted(said) == sorted(f"saved {name}" for name in names)
    else:
        assert sorted(said) == ["refused", "refused", "saved Same"]
    for name in names:
        train, _ = load_jokes(paths, name)
        assert len(train) == 50
        assert len(set(train)) == 1


def test_the_library_is_silent(paths: Paths, capfd: pytest.CaptureFixture[str]) -> None:
    save(paths, "n")
    load_jokes(paths, "n")
    assert capfd.readouterr() == ("", "")


def test_the_source_may_have_an_odd_name(paths: Paths) -> None:
    odd = Path("caf\udce9.csv")
    info = save_dataset(paths, odd.stem, ["a"], [], dropped={}, source=str(odd), column="joke")
    assert info.name == "caf?"
    assert info.source == "caf?.csv"
