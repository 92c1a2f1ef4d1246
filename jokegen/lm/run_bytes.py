"""How much disk space a run takes, before it starts."""

from __future__ import annotations

from pathlib import Path

from jokegen.jobs.requests import TrainRequest
from jokegen.lm.methods import learning_share
from jokegen.lm.training_state import KEPT


def disk_needed(base_folder: Path, request: TrainRequest) -> int:
    """In bytes: the best checkpoint and its successor must fit, those kept beside, and the states.

    A state holds three numbers for each weight that learns: itself and AdamW's two moments.
    """
    size = sum(path.stat().st_size for path in base_folder.iterdir() if path.is_file())
    share = learning_share(request)
    times = 2.1 + request.checkpoints_kept + (3 * KEPT + request.average) * share
    return round(times * size)
