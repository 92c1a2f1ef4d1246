"""Unpacks compressed files (gzip, Zstandard, zip) for reading, within limits.

A few kilobytes can unpack to terabytes: how much comes out is counted while it comes, whatever
the archive says of itself. Nothing is ever written under a name that an archive chooses.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import uuid
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from jokegen.data.batches import plain
from jokegen.data.file_state import FileState, changed
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice, Phase, Progress

MOST_BYTES = 4 << 30
MOST_RATIO = 250  # text packs to a tenth, logs of equal lines to a hundredth
_SMALL = 64 << 20  # bytes: of no danger whatever the ratio
_MOST_MEMBERS = 2_000
_DEEPEST = 3  # archives inside archives
_BLOCK = 1 << 20
_GZIP, _ZSTD, _ZIP, _EMPTY_ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PK\x03\x04", b"PK\x05\x06"
_STREAM_ENDINGS = (".gz", ".gzip", ".zst", ".zstd")
_WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".ods")
_OFFICE = ("[Content_Types].xml", "mimetype")


@dataclass(frozen=True)
class Unpacked:
    """One file of a compressed one: where it lies for now, its name, and that in the archive."""

    path: Path
    name: str
    member: str


def is_compressed(path: Path, name: str) -> bool:
    """Whether a file is one of those that `unpack` takes; workbooks are zips too, but are not."""
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith((_GZIP, _ZSTD, _EMPTY_ZIP)):
        return True
    if not head.startswith(_ZIP) or name.lower().endswith(_WORKBOOK_ENDINGS):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not any(name in _OFFICE for name in archive.namelist()[:50])
    except zipfile.BadZipFile:
        return True  # unpacking will say what is wrong


@contextlib.contextmanager
def unpack(
    path: Path, folder: Path, is_wanted: Callable[[str], bool], context: JobContext
) -> Iterator[list[Unpacked]]:
    """The files inside, unpacked into `folder` while the block runs.

    `is_wanted` says by their names which to take; archives among them are unpacked in turn. Raises
    JokegenError for bombs and for damage.
    """
    unpacking = _Unpacking(path, folder, is_wanted, context, max(1, path.stat().st_size))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        unpacking.unpack(path, path.name, "", 1)
        yield unpacking.found
    finally:
        for made in unpacking.made:
            with contextlib.suppress(OSError):
                made.unlink()


@dataclass
class _Unpacking:
    """One archive on its way to files; what comes out of it is counted for all of it."""

    archive: Path
    folder: Path
    is_wanted: Callable[[str], bool]
    context: JobContext
    packed: int
    done: int = 0
    members: int = 0
    found: list[Unpacked] = field(default_factory=list)
    made: list[Path] = field(default_factory=list)

    def unpack(self, path: Path, name: str, member: str, depth: int) -> None:
        """All files of one archive, and of those inside it."""
        if depth > _DEEPEST:
            raise JokegenError(
                f"“{plain(self.archive.name)}” holds archives inside archives inside archives.",
                "Unpack it and choose the file with the jokes.",
            )
        state = FileState.of(path)
        try:
            with path.open("rb") as file:
                head = file.read(4)
                file.seek(0)
                if head.startswith((_ZIP, _EMPTY_ZIP)):
                    self._unpack_zip(file, name, member, depth)
                else:
                    self._unpack_stream(file, head, name, member, depth)
        except (zipfile.BadZipFile, zlib.error, EOFError, gzip.BadGzipFile) as error:
            state.check(path, name)
            raise _damaged(name) from error
        except NotImplementedError as error:
            raise JokegenError(
                f"The archive “{plain(name)}” is packed in a way that Jokegen does not know.",
                "Unpack it and choose the file with the jokes.",
            ) from error
        state.check(path, name)

    def _unpack_stream(
        self, file: IO[bytes], head: bytes, name: str, member: str, depth: int
    ) -> None:
        inner = next(
            (name[: -len(end)] for end in _STREAM_ENDINGS if name.lower().endswith(end)), name
        )
        if head.startswith(_GZIP):
            with gzip.GzipFile(fileobj=file) as source:
                self._take(source, inner, f"{member}/{inner}".lstrip("/"), depth)
            return
        import pyarrow as pa

        try:
            with pa.CompressedInputStream(pa.PythonFile(file, "r"), "zstd") as source:
                self._take(source, inner, f"{member}/{inner}".lstrip("/"), depth)
        except OSError as error:
            if error.errno is not None:
                raise
            raise EOFError from error

    def _unpack_zip(self, file: IO[bytes], name: str, member: str, depth: int) -> None:
        with zipfile.ZipFile(file) as archive:
            inside = [
                part
                for part in archive.infolist()
                if not part.is_dir() and not _is_of_the_system(part.filename)
            ]
            wanted = [part for part in inside if self.is_wanted(part.filename)]
            self.members += len(wanted)
            if self.members > _MOST_MEMBERS:
                raise JokegenError(
                    f"The archive “{plain(name)}” holds {self.members:,} files.",
                    "Unpack it and choose the files with the jokes.",
                )
            if not wanted:
                some = ", ".join(f"“{plain(part.filename)}”" for part in inside[:3])
                what = f"no file that can be read, only {some}" if inside else "no files"
                raise JokegenError(
                    f"The archive “{plain(name)}” holds {what}.", "Choose another file."
                )
            if others := [part.filename for part in inside if not self.is_wanted(part.filename)]:
                shown = ", ".join(f"“{plain(other)}”" for other in others[:5])
                more = f" and {len(others) - 5} more" if len(others) > 5 else ""
                self.context.emit(Notice(f"Passed over in “{plain(name)}”: {shown}{more}."))
            for part in wanted:
                if part.flag_bits & 1:
                    raise JokegenError(
                        f"The archive “{plain(name)}” is protected with a password.",
                        "Unpack it and choose the file with the jokes.",
                    )
                with archive.open(part) as source:
                    inner = PurePosixPath(part.filename).name
                    self._take(source, inner, f"{member}/{part.filename}".lstrip("/"), depth)

    def _take(self, source: IO[bytes] | Any, name: str, member: str, depth: int) -> None:
        """One file that comes out; if it is an archive itself, the files inside it."""
        target = self.folder / f".tmp-{os.getpid()}-{uuid.uuid4().hex}"
        self.made.append(target)
        with target.open("wb") as file:
            while block := source.read(_BLOCK):
                self.context.check()
                self.done += len(block)
                self._check_size()
                file.write(block)
                self.context.emit(Progress(Phase.READING, self.done, None, "bytes"))
        if is_compressed(target, name):
            self.unpack(target, name, member, depth + 1)
            target.unlink()
        else:
            self.found.append(Unpacked(target, name, member))

    def _check_size(self) -> None:
        if self.done > MOST_BYTES or (self.done > _SMALL and self.done > MOST_RATIO * self.packed):
            raise JokegenError(
                f"“{plain(self.archive.name)}” unpacks to {self.done / 1e6:,.0f} MB and more, "
                f"{self.done // self.packed:,} times its size; that is no pile of jokes.",
                "If you trust it, unpack it yourself and choose the file with the jokes.",
            )
        if self.archive.stat().st_size > self.packed:
            raise changed(self.archive.name)


def _is_of_the_system(name: str) -> bool:
    """What systems put beside the files ("__MACOSX/._jokes.csv")."""
    parts = PurePosixPath(name).parts
    return not parts or parts[0] == "__MACOSX" or parts[-1].startswith(".")


def _damaged(name: str) -> JokegenError:
    return JokegenError(
        f"The compressed file “{plain(name)}” is damaged or was not copied completely.",
        "Download or copy it again, then choose it.",
    )
