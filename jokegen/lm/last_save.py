"""Up to where a run is saved, for whoever thinks of ending it at once. Needs no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jokegen import storage


@dataclass(frozen=True)
class LastSave:
    """A run can go on from this step; `seconds` is how long it had taken by then."""

    step: int
    seconds: float


def last_save(run: Path) -> LastSave | None:
    """The newest state of the run in that folder; None where it has saved none yet."""
    newest: LastSave | None = None
    try:
        for folder, manifest in storage.whole_folders(run / "states"):
            facts = storage.read_json(folder / "state.json") or {}
            save = LastSave(int(manifest["step"]), float(facts["standing"]["seconds"]))
            if newest is None or save.step >= newest.step:
                newest = save
    except (OSError, KeyError, TypeError, ValueError):
        return newest
    return newest
