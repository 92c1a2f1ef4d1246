"""Folders are whole or not there, whatever happens while they are written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from jokegen import storage
from jokegen.errors import JokegenError


def make(final: Path, text: str = "hello") -> None:
    with storage.new_folder(final) as folder:
        (folder / "data.txt").write_text(text)
        storage.write_manifest(folder, kind="test")


def test_a_folder_appears_whole_with_its_manifest(tmp_path: Path) -> None:
    make(tmp_path / "x")
    storage.check_files(tmp_path / "x", digests=True)
    assert [folder.name for folder, _ in storage.whole_folders(tmp_path)] == ["x"]


def test_a_failure_in_the_middle_leaves_the_old_folder_and_no_trace(tmp_path: Path) -> None:
    make(tmp_path / "x", "old")

    def fail_midway() -> None:
        with storage.new_folder(tmp_path / "x") as folder:
            (folder / "data.txt").write_text("new")
            raise OSError("boom")

    with pytest.raises(OSError, match="boom"):
        fail_midway()
    assert (tmp_path / "x" / "data.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_new_version_that_cannot_take_its_name_gives_it_back_to_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "x", "old")
    rename = Path.rename

    def fail_with_the_new(path: Path, target: Path) -> Path:
        if (path / "data.txt").read_text() == "new":
            raise OSError("boom")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fail_with_the_new)
    with pytest.raises(OSError, match="boom"):
        make(tmp_path / "x", "new")
    assert (tmp_path / "x" / "data.txt").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_new_version_replaces_the_old_one(tmp_path: Path) -> None:
    make(tmp_path / "x", "old")
    make(tmp_path / "x", "new")
    assert (tmp_path / "x" / "data.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: path.unlink(), "is missing"),
        (lambda path: path.write_text("hell"), "another size"),
        (lambda path: path.write_text("hellO"), "was altered"),
    ],
)
def test_damage_is_named_with_its_file(tmp_path: Path, damage, words: str) -> None:  # type: ignore[no-untyped-def]
    make(tmp_path / "x")
    damage(tmp_path / "x" / "data.txt")
    with pytest.raises(JokegenError, match=words) as caught:
        storage.check_files(tmp_path / "x", digests=True)
    assert "data.txt" in caught.value.happened


def test_a_killed_process_leaves_something_that_is_swept_and_never_believed(
    tmp_path: Path,
) -> None:
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom jokegen import storage\n"
        f"with storage.new_folder(Path({str(tmp_path / 'x')!r})) as folder:\n"
        "    (folder / 'data.txt').write_text('half')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[1], check=False)
    assert len(list(tmp_path.iterdir())) == 1
    assert list(storage.whole_folders(tmp_path)) == []
    assert storage.sweep(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_a_living_process_is_writing_is_not_swept(tmp_path: Path) -> None:
    with storage.new_folder(tmp_path / "x") as folder:
        assert storage.sweep(tmp_path) == 0
        assert folder.is_dir()
        storage.write_manifest(folder)
    assert (tmp_path / "x").is_dir()


def test_json_is_old_or_new_and_unreadable_json_is_none(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    storage.write_json(file, {"a": 1})
    with pytest.raises(TypeError):
        storage.write_json(file, {"a": object()})
    assert storage.read_json(file) == {"a": 1}
    file.write_text('{"a": ')
    assert storage.read_json(file) is None
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


@pytest.mark.parametrize("name", ["Mes blagues à moi", "笑话", "a/b\\..", "", "  ", "x" * 500])
def test_any_name_makes_a_folder_name(tmp_path: Path, name: str) -> None:
    slug = storage.slug(name)
    (tmp_path / slug).mkdir()
    assert os.path.commonpath([tmp_path, tmp_path / slug]) == str(tmp_path)
    assert 0 < len(slug) <= 40


def test_a_process_is_told_from_a_later_one_of_its_number_whatever_the_clock_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    program = "import os, sys; from jokegen import storage; " + (
        "print(storage.process_birth(os.getppid()), flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        ours = storage.process_birth(os.getpid())
        assert float(child.stdout.readline()) == ours, "it looks the same from everywhere"
        later = storage.process_birth(child.pid)
        assert ours is not None
        assert later is not None
        assert later > ours
        if sys.platform == "linux":  # where setting the clock changes what psutil says
            now = psutil.boot_time()
            monkeypatch.setattr(psutil, "boot_time", lambda: now - 86_400)
            monkeypatch.setattr(psutil._pslinux, "boot_time", lambda: now - 86_400)
        assert storage.process_birth(child.pid) == later
        child.kill()
        if sys.platform == "linux":
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
            assert storage.process_birth(child.pid) is None, (
                "ended, although nobody has heard of it"
            )
    assert storage.process_birth(child.pid) is None
    assert storage.process_birth(2**70) is None
