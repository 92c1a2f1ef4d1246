"""What the user prefers, kept in settings.json.

A settings file that cannot be read is put aside, never overwritten: preferences are cheap, but
nothing a person made is thrown away without a word.
"""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import msgspec

from jokegen.storage import write_json


@dataclass(frozen=True)
class Settings:
    """Preferences with their defaults; `window` is width and height in pixels.

    `left_runs` are the numbers of unfinished runs that nobody wants to be asked about any more.
    """

    version: int = 1
    appearance: Literal["system", "light", "dark"] = "system"
    last_folder: str = ""
    window: tuple[int, int] = (1180, 760)
    left_runs: tuple[int, ...] = ()


def load_settings(path: Path) -> Settings:
    """The settings on disk, with defaults for what is missing."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Settings)
    except OSError:
        return Settings()
    except msgspec.DecodeError:
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(".unreadable.json"))
        return Settings()


def save_settings(path: Path, settings: Settings) -> None:
    """Write them so that the file is always the old or the new one."""
    write_json(path, asdict(settings))
