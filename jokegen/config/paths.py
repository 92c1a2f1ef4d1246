"""Every folder and file that Jokegen uses, named in one place.

`JOKEGEN_HOME` chooses the data folder; without it, it is the platform's own place for
application data. Nothing is made on disk by asking for a path.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Paths:
    """The layout of one data folder."""

    home: Path

    @classmethod
    def default(cls) -> Paths:
        """The data folder of `JOKEGEN_HOME`, else the platform's."""
        chosen = os.environ.get("JOKEGEN_HOME", "").strip()
        if chosen:
            return cls(Path(chosen).expanduser().absolute())
        return cls(Path(platformdirs.user_data_dir("jokegen", appauthor=False)))

    @property
    def settings_file(self) -> Path:
        return self.home / "settings.json"

    @property
    def datasets(self) -> Path:
        return self.home / "datasets"

    @property
    def models(self) -> Path:
        return self.home / "models"

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    @property
    def downloads(self) -> Path:
        """Downloads under way: safe to delete, kept so that they can go on."""
        return self.home / "downloads"

    @property
    def previews(self) -> Path:
        """Tables of files that are being looked at before the import: safe to delete."""
        return self.home / "previews"

    @property
    def logs(self) -> Path:
        return self.home / "logs"


def resource(name: str) -> Path:
    """A file or folder of `resources/`: beside the package in a checkout, inside it in a wheel."""
    inside = _PACKAGE / "resources" / name
    return inside if inside.exists() else _PACKAGE.parent / "resources" / name
