"""Folders that are either whole or not there.

A folder is filled under a temporary name beside its final one, its manifest (sizes and SHA-256 of
every file) is written last, and then it is renamed. Whoever lists a folder believes only entries
with a readable manifest; leftovers of a crash are swept away at the next start.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from jokegen.errors import JokegenError

MANIFEST = "manifest.json"
_VERIFIED = ".verified.json"
_BLOCK = 4 * 1024 * 1024
_DEVICE = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
_TEMPORARY = re.compile(r"^\.tmp-(\d+)-[0-9a-f]+")


def slug(name: str) -> str:
    """A folder name made of plain letters, digits and dashes; never empty, at most 40 long."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    plain = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")
    # Windows keeps these names for devices, whatever ending they have.
    return f"{plain}-" if _DEVICE.fullmatch(plain) else plain or "unnamed"


def write_json(path: Path, value: Any) -> None:
    """Write JSON so that a reader sees the old file or the new one, never half of one."""
    write_bytes(path, json.dumps(value, ensure_ascii=False, indent=1).encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a small file so that a reader sees the old one or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".tmp-{os.getpid()}-{uuid.uuid4().hex}"
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def read_json(path: Path) -> dict[str, Any] | None:
    """A JSON object from disk, or None where there is none that can be read."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


@contextlib.contextmanager
def new_folder(final: Path) -> Iterator[Path]:
    """Yield a temporary folder beside `final`; on success it takes that name, else it is removed.

    The caller writes its manifest (see `write_manifest`) before the block ends. An existing
    `final` is replaced only when the new one is whole.
    """
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary = final.parent / f".tmp-{os.getpid()}-{uuid.uuid4().hex}"
    temporary.mkdir()
    try:
        yield temporary
        fsync_folder(temporary)
        if final.exists():
            old = final.parent / f".tmp-{os.getpid()}-{uuid.uuid4().hex}"
            final.rename(old)
            try:
                temporary.rename(final)
            except BaseException:
                old.rename(final)
                raise
            shutil.rmtree(old, ignore_errors=True)
        else:
            temporary.rename(final)
        fsync_folder(final.parent)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def write_manifest(folder: Path, *, check: Callable[[], None] = lambda: None, **facts: Any) -> None:
    """Write `manifest.json`: a version, the facts, and every file with its size and SHA-256.

    `check()` is called between blocks of a file; it may raise to stop.
    """
    files = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name not in (MANIFEST, _VERIFIED):
            sha256 = hashlib.sha256()
            with path.open("rb") as file:
                while block := file.read(_BLOCK):
                    check()
                    sha256.update(block)
                os.fsync(file.fileno())
            digest = sha256.hexdigest()
            files[path.relative_to(folder).as_posix()] = {
                "bytes": path.stat().st_size,
                "sha256": digest,
            }
    write_json(folder / MANIFEST, {"version": 1, **facts, "files": files})


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest of a whole folder, or None: without one the folder does not exist for us."""
    manifest = read_json(folder / MANIFEST)
    if manifest is None or not isinstance(manifest.get("files"), dict):
        return None
    for facts in manifest["files"].values():
        if not isinstance(facts, dict) or not {"bytes", "sha256"} <= facts.keys():
            return None
        if not isinstance(facts["bytes"], int):
            return None
    return manifest


def check_files(folder: Path, *, digests: bool = False) -> None:
    """Compare the files with the manifest: sizes always, SHA-256 where `digests` is set.

    Raises JokegenError with the name of the first file that is missing or altered.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise JokegenError(
            f"The folder “{folder.name}” is not complete: it has no readable manifest.",
            "Delete it, then make it anew (import, train or fetch again).",
        )
    for name, facts in manifest["files"].items():
        path = folder / name
        problem = None
        if not path.is_file():
            problem = "is missing"
        elif path.stat().st_size != facts["bytes"]:
            problem = "has another size than when it was saved"
        elif digests:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != facts["sha256"]:
                    problem = "was altered since it was saved"
        if problem:
            raise JokegenError(
                f"The file “{name}” in “{folder.name}” {problem}.",
                "Delete this entry and make it anew (import, train or fetch again).",
            )


def check_unaltered(folder: Path) -> None:
    """Compare the files with the manifest as `check_files` with digests does, but quickly.

    A file that was found whole before, and that by all the system tells was not touched since, is
    not read again: half a gigabyte of weights takes a second.
    """
    now = _as_they_are(folder)
    memory = folder / _VERIFIED
    if now is not None and read_json(memory) == now:
        return
    check_files(folder, digests=True)
    if now is not None:
        with contextlib.suppress(OSError):  # it only spares time
            write_json(memory, now)


def _as_they_are(folder: Path) -> dict[str, Any] | None:
    """What tells whether a file of the manifest was touched; None where one is not there."""
    manifest = read_manifest(folder)
    if manifest is None:
        return None
    files = {}
    try:
        for name, facts in manifest["files"].items():
            found = (folder / name).stat()
            times = [found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_size]
            files[name] = [facts["sha256"], facts["bytes"], *times]
    except OSError:
        return None
    return {"version": 1, "files": files}


def whole_folders(parent: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every folder of `parent` that has a manifest, with that manifest, by name."""
    if not parent.is_dir():
        return
    for folder in sorted(parent.iterdir()):
        if not folder.name.startswith(".") and folder.is_dir():
            manifest = read_manifest(folder)
            if manifest is not None:
                yield folder, manifest


def remove_folder(folder: Path) -> None:
    """Remove a folder so that it is gone for readers at once, even if we are killed midway."""
    if not folder.exists():
        return
    doomed = folder.parent / f".tmp-{os.getpid()}-{uuid.uuid4().hex}"
    folder.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)


def sweep(parent: Path) -> int:
    """Remove what killed processes left half-written in `parent`; returns how many entries.

    What cannot be listed or removed (a read-only disk) stays.
    """
    swept = 0
    with contextlib.suppress(OSError):
        for path in list(parent.iterdir()):
            match = _TEMPORARY.match(path.name)
            if match and not process_exists(int(match.group(1))):
                swept += _is_removed(path)
    return swept


def process_exists(number: int) -> bool:
    """Whether a process of that number runs; the number may come from a file's name."""
    try:
        return psutil.pid_exists(number)
    except OverflowError:  # no process has such a number
        return False


def process_birth(number: int) -> float | None:
    """When that process began; None if it does not run (any more).

    Only good to tell processes of one number apart: numbers are used again. On Linux in seconds
    since the computer started, since psutil's answer there changes when the clock is set.
    """
    try:
        process = psutil.Process(number)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        if sys.platform != "linux":
            return process.create_time()
        else:  # noqa: RET505 - mypy knows then that one of them is for others
            # Its name, in brackets, may hold anything; the 22nd field counts the clock's ticks.
            fields = Path(f"/proc/{number}/stat").read_bytes().rpartition(b")")[2].split()
            return int(fields[19]) / os.sysconf("SC_CLK_TCK")
    except (psutil.Error, OSError, OverflowError, ValueError, TypeError):
        return None


def _is_removed(path: Path) -> bool:
    """Remove a file or folder as far as that is possible; tells whether it is gone."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
    return not os.path.lexists(path)


def fsync_folder(folder: Path) -> None:
    """Make renames inside `folder` survive a power cut (POSIX; Windows does it by itself)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
