"""Notices when a file changes or vanishes while it is being read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from jokegen.data.batches import plain
from jokegen.errors import JokegenError


@dataclass(frozen=True)
class FileState:
    """What the system says of a file: another size, time or place means another content."""

    size: int
    modified: int  # nanoseconds
    place: int

    @classmethod
    def of(cls, path: Path) -> FileState:
        """Raises OSError if the file is gone."""
        facts = path.stat()
        return cls(facts.st_size, facts.st_mtime_ns, facts.st_ino)

    def check(self, path: Path, name: str) -> None:
        """Raise JokegenError if the file is not what it was."""
        try:
            is_same = FileState.of(path) == self
        except FileNotFoundError:
            raise vanished(name) from None
        except OSError:
            is_same = False
        if not is_same:
            raise changed(name)


def changed(name: str) -> JokegenError:
    """What to say of a file that another program is writing."""
    return JokegenError(
        f"The file “{plain(name)}” changed while it was being read.",
        "Wait until the program that writes it is done, then choose it again.",
    )


def vanished(name: str) -> JokegenError:
    """What to say of a file that was deleted, or whose drive was taken away."""
    return JokegenError(
        f"The file “{plain(name)}” vanished while it was being read.",
        "Check that it was not moved or deleted and that its drive is connected, then choose it "
        "again.",
    )
