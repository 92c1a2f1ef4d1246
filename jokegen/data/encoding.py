"""Opens text files: finds the encoding, proves that all of it is text, then reads with progress.

The whole file is decoded once before anything is read from it: that costs a tenth of the reading
itself, and every complaint about bytes can name its line before any work was done.
"""

from __future__ import annotations

import codecs
import io
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.data.batches import line_count, shown
from jokegen.data.kinds import seems_to_be
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BLOCK = 256 * 1024


class Encoding(StrEnum):
    """The encodings that are read; the value is what people see."""

    UTF_8 = "UTF-8"
    UTF_16 = "UTF-16"

    @property
    def codec(self) -> str:
        """Python's codec, one that takes the byte-order mark away."""
        return "utf-8-sig" if self is Encoding.UTF_8 else "utf-16"


def find_encoding(path: Path, context: JobContext) -> Encoding:
    """The encoding of a text file all of which was decoded.

    Raises JokegenError, naming the line, for bytes that are no text, for NUL characters, for
    files of another kind under this name, and for files with nothing but blank lines.
    """
    with path.open("rb") as file:
        head = file.read(64 * 1024)
        kind = seems_to_be(head)
        if kind is not None:
            raise _not_text(path, kind)
        is_utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        encoding = Encoding.UTF_16 if is_utf16 else Encoding.UTF_8
        file.seek(0)
        decoder = codecs.getincrementaldecoder(encoding.codec)()
        lines, is_blank = 0, True
        while True:
            context.check()
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line = lines + _lines_before(error, encoding, head) + 1
                raise _undecodable(path, line, encoding) from None
            if "\0" in text:
                raise _nul(path, lines + line_count(text[: text.index("\0")]) + 1)
            is_blank = is_blank and not text.strip()
            lines += line_count(text)
            if not block:
                break
    if is_blank:
        raise JokegenError(
            f"The file {shown(path)} holds nothing but blank lines.",
            "Choose a file with at least one joke in it.",
        )
    return encoding


def open_text(
    path: Path,
    encoding: Encoding,
    context: JobContext,
    *,
    newline: str | None = "",
    phase: Phase = Phase.READING,
) -> io.TextIOWrapper:
    """Open for reading; every block read reports progress in bytes and heeds a cancellation.

    `newline` is that of `open`: "" leaves line ends as they are, None makes all of them "\\n".
    """
    watched = _WatchedFile(path, context, phase)
    return io.TextIOWrapper(
        io.BufferedReader(watched, _BLOCK), encoding=encoding.codec, newline=newline
    )


class _WatchedFile(io.FileIO):
    """A file that tells a job's context how far it was read.

    Watching at this place, and not in the loops over rows, keeps the loops tight and still stops
    a reader that is deep inside one endless field.
    """

    def __init__(self, path: Path, context: JobContext, phase: Phase) -> None:
        super().__init__(path, "rb")
        self._context = context
        self._phase = phase
        self._done = 0
        self._total = os.fstat(self.fileno()).st_size

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        self._context.check()
        count = super().readinto(buffer)
        self._done += count or 0
        self._context.emit(Progress(self._phase, self._done, self._total, "bytes"))
        return count


def _lines_before(error: UnicodeDecodeError, encoding: Encoding, head: bytes) -> int:
    before = error.object[: error.start]
    if encoding is Encoding.UTF_8:
        return before.count(b"\n") or before.count(b"\r")
    endian = "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    return line_count(before.decode(endian, "ignore"))


def _undecodable(path: Path, line: int, encoding: Encoding) -> JokegenError:
    guess = " (it may be Latin-1/Windows-1252)" if encoding is Encoding.UTF_8 else ""
    return JokegenError(
        f"Line {line} of {shown(path)} is not {encoding} text{guess}.",
        "Open it in a spreadsheet or text editor and save it as “CSV UTF-8” (or as plain text "
        "in UTF-8), then choose it again.",
    )


def _nul(path: Path, line: int) -> JokegenError:
    return JokegenError(
        f"Line {line} of {shown(path)} holds a NUL character, which is no text.",
        "Open the file in a text editor, delete that character, save it as UTF-8 and choose it "
        "again.",
    )


def _not_text(path: Path, kind: str) -> JokegenError:
    if kind.startswith("UTF-"):
        todo = "Open it in a text editor or spreadsheet and save it as “CSV UTF-8”."
    elif "Parquet" in kind:
        todo = "Give it a name that ends in .parquet, then choose it again."
    elif "Excel" in kind or "Office" in kind or "LibreOffice" in kind:
        todo = "Open it in its program, save the sheet as “CSV UTF-8”, then choose that file."
    elif "HTML" in kind:
        todo = "Download the data itself, not the page that shows it, then choose that file."
    elif "compressed" in kind or "archive" in kind:
        todo = "Unpack it, then choose the file with the jokes."
    else:
        todo = "Choose a file with text: CSV, TSV, TXT, JSON, JSONL or Parquet."
    return JokegenError(f"The file {shown(path)} is not text: it seems to be {kind}.", todo)
