"""Makes sure, before the work, that what it will write fits on the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from jokegen import wording
from jokegen.errors import JokegenError


def require_room(
    folder: Path, needed: int, what: str, todo: str = "choose a data folder on a larger disk"
) -> None:
    """Raise JokegenError, naming the sizes, unless `needed` bytes fit where `folder` will be.

    `what` begins the sentence ("This run"); `todo` is what one can do besides freeing space.
    """
    place = folder
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < needed:
        raise JokegenError(
            f"{what} needs {wording.size(needed)} of disk space, "
            f"and only {wording.size(free)} are free for “{folder}”.",
            f"Free some space, or {todo}, and try again.",
        )
