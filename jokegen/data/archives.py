"""Unpacks compressed files (gzip, Zstandard, zip) for reading, within limits.

A few kilobytes can unpack to terabytes: how much comes out is counted while it comes, whatever
the archive says of itself. Nothing is ever written under a name that an archive chooses.
"""

from __future__ import annotations

import contextlib
import os
import uuid
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from jokegen.config.paths import Paths
from jokegen.data.batches import plain
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress

MOST_BYTES = 4 << 30
MOST_RATIO = 250  # text packs to a tenth, logs of equal lines to a hundredth
_SMALL = 64 << 20  # bytes: of no danger whatever the ratio
_MOST_MEMBERS = 2_000
_BLOCK = 1 << 20
_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04"
_OFFICE = ("[Content_Types].xml", "mimetype")


@dataclass(frozen=True)
class Unpacked:
    """One file of a compressed one: where it lies for now, its name, and that in the archive."""

    path: Path
    name: str
    member: str


def is_compressed(path: Path) -> bool:
    """Whether a file is one of those that `unpack` takes; workbooks are zips too, but are not."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((_GZIP, _ZSTD)):
        return True
    if not head.startswith(_ZIP) or path.suffix.lower() in (".xlsx", ".xlsm", ".ods"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not any(name in _OFFICE for name in archive.namelist()[:50])
    except zipfile.BadZipFile:
        return True  # unpacking will say what is wrong


@contextlib.contextmanager
def unpack(path: Path, paths: Paths, context: JobContext) -> Iterator[list[Unpacked]]:
    """The files inside, unpacked while the block runs. Raises JokegenError for bombs and damage."""
    made: list[Unpacked] = []
    paths.previews.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("rb") as file:
            head = file.read(4)
        try:
            if head.startswith(_ZIP):
                _unpack_zip(path, paths.previews, made, context)
            else:
                _unpack_stream(path, head, paths.previews, made, context)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise _damaged(path) from error
        yield made
    finally:
        for file_ in made:
            with contextlib.suppress(OSError):
                file_.path.unlink()


def _unpack_stream(
    path: Path, head: bytes, folder: Path, made: list[Unpacked], context: JobContext
) -> None:
    import pyarrow as pa

    name = path.name
    for ending in (".gz", ".gzip", ".zst", ".zstd"):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    kind = "gzip" if head.startswith(_GZIP) else "zstd"
    target = _place(folder)
    made.append(Unpacked(target, name, name))
    try:
        with pa.CompressedInputStream(pa.OSFile(str(path)), kind) as source:
            _copy(source, target, path, path.stat().st_size, context)
    except OSError as error:
        if error.errno is not None:
            raise
        raise _damaged(path) from error


def _unpack_zip(path: Path, folder: Path, made: list[Unpacked], context: JobContext) -> None:
    with zipfile.ZipFile(path) as archive:
        members = [
            member
            for member in archive.infolist()
            if not member.is_dir() and _is_wanted(member.filename)
        ]
        if len(members) > _MOST_MEMBERS:
            raise JokegenError(
                f"The archive “{plain(path.name)}” holds {len(members):,} files.",
                "Unpack it and choose the files with the jokes.",
            )
        if not members:
            raise JokegenError(
                f"The archive “{plain(path.name)}” holds no files.", "Choose another file."
            )
        done = 0
        for member in members:
            if member.flag_bits & 1:
                raise JokegenError(
                    f"The archive “{plain(path.name)}” is protected with a password.",
                    "Unpack it and choose the file with the jokes.",
                )
            target = _place(folder)
            made.append(Unpacked(target, PurePosixPath(member.filename).name, member.filename))
            with archive.open(member) as source:
                done += _copy(source, target, path, max(1, member.compress_size), context, done)


def _is_wanted(name: str) -> bool:
    """Leave out what systems put beside the files ("__MACOSX/._jokes.csv")."""
    parts = PurePosixPath(name).parts
    return bool(parts) and parts[0] != "__MACOSX" and not parts[-1].startswith(".")


def _copy(
    source: IO[bytes] | Any,
    target: Path,
    archive: Path,
    packed: int,
    context: JobContext,
    before: int = 0,
) -> int:
    """Unpack into a file, within the limits; returns the number of bytes."""
    done = 0
    with target.open("wb") as file:
        while block := source.read(_BLOCK):
            context.check()
            done += len(block)
            if before + done > MOST_BYTES or (done > _SMALL and done > MOST_RATIO * packed):
                raise JokegenError(
                    f"“{plain(archive.name)}” unpacks to {(before + done) / 1e6:,.0f} MB and more, "
                    f"{done // packed:,} times its size; that is no pile of jokes.",
                    "If you trust it, unpack it yourself and choose the file with the jokes.",
                )
            file.write(block)
            context.emit(Progress(Phase.READING, before + done, None, "bytes"))
    return done


def _place(folder: Path) -> Path:
    return folder / f".tmp-{os.getpid()}-{uuid.uuid4().hex}"


def _damaged(path: Path) -> JokegenError:
    return JokegenError(
        f"The compressed file “{plain(path.name)}” is damaged or was not copied completely.",
        "Download or copy it again, then choose it.",
    )
