"""Up to where a run is saved is told from whole states alone."""

from __future__ import annotations

from pathlib import Path

from jokegen import storage
from jokegen.lm.last_save import LastSave, last_save


def save(run: Path, step: int, seconds: float) -> Path:
    with storage.new_folder(run / "states" / f"step-{step:06d}") as folder:
        storage.write_json(folder / "state.json", {"standing": {"seconds": seconds}})
        storage.write_manifest(folder, kind="training_state", step=step)
    return run / "states" / f"step-{step:06d}"


def test_the_newest_whole_state_counts(tmp_path: Path) -> None:
    assert last_save(tmp_path) is None
    save(tmp_path, 20, 50.0)
    newest = save(tmp_path, 40, 101.5)
    assert last_save(tmp_path) == LastSave(40, 101.5)
    (newest / "manifest.json").unlink()
    assert last_save(tmp_path) == LastSave(20, 50.0)


def test_a_state_that_cannot_be_read_promises_nothing(tmp_path: Path) -> None:
    (save(tmp_path, 20, 50.0) / "state.json").write_text("{", encoding="utf-8")
    assert last_save(tmp_path) is None
