"""Where brought files live: in folders of their own among the previews, for some days.

Every file has the name that people know it by, so that previews and data sets can be called after
it. A download that broke off stays as a part beside them and can go on; what a killed process was
writing has a temporary name, which the sweep at the next start knows.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jokegen import storage
from jokegen.config.paths import Paths

_BROUGHT = "brought-"
_PART = "part-"
_DAYS = 3
_DAYS_OF_A_PART = 1
_DAY = 24 * 3600.0


@contextlib.contextmanager
def new_place(paths: Paths) -> Iterator[tuple[Path, Path]]:
    """A folder to put a file into, and the one that it becomes once the block is done.

    Until then nobody sees it; if the block fails it is gone.
    """
    final = paths.previews / f"{_BROUGHT}{uuid.uuid4().hex[:12]}"
    with storage.new_folder(final) as folder:
        yield folder, final


def temporary_file(paths: Paths) -> Path:
    """A name for a file on its way, which is swept away if this process is killed."""
    paths.previews.mkdir(parents=True, exist_ok=True)
    return paths.previews / f".tmp-{os.getpid()}-{uuid.uuid4().hex}"


@dataclass(frozen=True)
class Part:
    """The beginning of a file: `size` bytes of `total` (None where nobody knows).

    `mark` tells which version it is of: the server's ETag, or its date.
    """

    size: int
    mark: str
    total: int | None


def claim_part(paths: Paths, link: str, into: Path) -> Part | None:
    """Move the part of an earlier try to `into`, which is then ours alone; None if there is none.

    Moving is what settles who goes on if two processes want the same.
    """
    data, notes = _part_files(paths, link)
    facts = storage.read_json(notes) or {}
    with contextlib.suppress(OSError):
        notes.unlink()
    try:
        os.replace(data, into)
    except OSError:
        return None
    part = _part(facts)
    if part is None or into.stat().st_size != part.size:
        into.unlink()
        return None
    return part


def leave_part(paths: Paths, link: str, made: Path, part: Part) -> None:
    """Keep the beginning of a file for a later try."""
    data, notes = _part_files(paths, link)
    os.replace(made, data)
    storage.write_json(notes, asdict(part))


def forget(file: Path) -> None:
    """Remove a brought file with its folder, as far as that is possible; others are left alone."""
    if file.parent.name.startswith(_BROUGHT):
        with contextlib.suppress(OSError):
            storage.remove_folder(file.parent)


def forget_old(paths: Paths, now: float | None = None) -> None:
    """Remove what was brought on other days, unless a preview shows it; and parts left over."""
    now = time.time() if now is None else now
    if not paths.previews.is_dir():
        return
    with contextlib.suppress(OSError):
        needed = _needed(paths.previews)
        for path in list(paths.previews.iterdir()):
            with contextlib.suppress(OSError):
                age = now - path.stat().st_mtime
                if path.name.startswith(_BROUGHT) and age > _DAYS * _DAY:
                    if path not in needed:
                        storage.remove_folder(path)
                elif path.name.startswith(_PART) and age > _DAYS_OF_A_PART * _DAY:
                    path.unlink()


def _needed(previews: Path) -> set[Path]:
    """The folders of brought files that a preview was made of."""
    needed: set[Path] = set()
    for summary in previews.glob("*.json"):
        sources: Any = (storage.read_json(summary) or {}).get("sources")
        for source in sources if isinstance(sources, list) else ():
            needed.add(Path(str(source)).parent)
    return needed


def _part_files(paths: Paths, link: str) -> tuple[Path, Path]:
    stem = f"{_PART}{hashlib.sha256(link.encode()).hexdigest()[:24]}"
    return paths.previews / stem, paths.previews / f"{stem}.json"


def _part(facts: dict[str, Any]) -> Part | None:
    size, mark, total = facts.get("size"), facts.get("mark"), facts.get("total")
    if not isinstance(size, int) or not isinstance(mark, str) or not mark or size <= 0:
        return None
    return Part(size, mark, total if isinstance(total, int) else None)
