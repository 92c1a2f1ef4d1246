"""Opens text files: finds the encoding, proves that all of it is text, then reads with progress.

The whole file is decoded once before anything is read from it: that costs a tenth of the reading
itself, and every complaint about bytes can name its line before any work was done.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.data.batches import line_count, plain
from jokegen.data.file_state import FileState, changed
from jokegen.data.kinds import seems_to_be
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Question, Topic
from jokegen.jobs.events import Phase, Progress

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BLOCK = 256 * 1024
_GROWTH = 1 << 20  # bytes: a file that grows by more while it is read never ends


# What can be chosen, with the words for it. The first of those that fit is proposed.
ENCODINGS: dict[str, str] = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 (little-endian)",
    "utf-16-be": "UTF-16 (big-endian)",
    "utf-32": "UTF-32",
    "cp1252": "Western European (Windows-1252)",
    "latin-1": "Western European (Latin-1)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8-r": "Cyrillic (KOI8-R)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "mac-roman": "Western European (Macintosh)",
    "shift_jis": "Japanese (Shift JIS)",
    "euc_jp": "Japanese (EUC)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "euc_kr": "Korean (EUC)",
}
_GUESSED = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "koi8-r", "mac-roman",
            "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr")  # fmt: skip
_SAMPLE_BYTES = 64 * 1024
_SHOWN = 70


@dataclass(frozen=True)
class Reading:
    """How a file of text is decoded: all of it was, once.

    `sha256` is that of its bytes; `state` is what the system said of the file before.
    """

    codec: str
    sha256: str
    bytes: int
    has_nul: bool
    question: Question | None
    state: FileState

    @property
    def title(self) -> str:
        """The encoding in words."""
        return ENCODINGS.get(self.codec, self.codec)

    @property
    def decoder(self) -> str:
        """Python's codec, one that takes the byte-order mark away."""
        return "utf-8-sig" if self.codec == "utf-8" else self.codec


def read_through(path: Path, name: str, chosen: str | None, context: JobContext) -> Reading:
    """Find the encoding of a file (or take the `chosen` one) and decode all of it once.

    Raises JokegenError, naming the line, for bytes that are no text, and for files of another
    kind, for files with nothing but blank lines, and for an encoding that nobody knows.
    """
    state = FileState.of(path)
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    kind = seems_to_be(head)
    if kind is not None and not (chosen or kind.startswith("UTF-")):
        raise _not_text(name, kind)
    if chosen is not None:
        found = _decode(path, name, _known(chosen), context)
        question = None
    else:
        found, question = _propose(path, name, head, context)
    if isinstance(found, _Undecodable):
        raise found.as_error(name)
    if found.is_blank:
        raise JokegenError(
            f"The file “{plain(name)}” holds nothing but blank lines.",
            "Choose a file with at least one joke in it.",
        )
    return Reading(found.codec, found.sha256, found.bytes, found.has_nul, question, state)


@dataclass(frozen=True)
class _Decoded:
    codec: str
    sha256: str
    bytes: int
    has_nul: bool
    is_blank: bool


@dataclass(frozen=True)
class _Undecodable:
    """The first bytes that are no text in an encoding; `around` is some of what is before."""

    codec: str
    line: int
    at: int

    def as_error(self, name: str) -> JokegenError:
        return JokegenError(
            f"Line {self.line} of “{plain(name)}” is not {ENCODINGS.get(self.codec, self.codec)} "
            "text.",
            "Choose another encoding, or save the file as “CSV UTF-8” (or plain text in UTF-8) "
            "in a spreadsheet or text editor and choose that.",
        )


def _propose(
    path: Path, name: str, head: bytes, context: JobContext
) -> tuple[_Decoded | _Undecodable, Question | None]:
    codec = _marked(head)
    found = _decode(path, name, codec or "utf-8", context)
    if isinstance(found, _Decoded) or codec is not None:
        return found, None
    if found.at > path.stat().st_size - 4 and found.at > 0:
        return found, None  # all but the last character is UTF-8: the file was cut off
    with path.open("rb") as file:
        file.seek(max(0, found.at - _SAMPLE_BYTES // 2))
        sample = file.read(_SAMPLE_BYTES)
    for guess in _guesses(sample):
        decoded = _decode(path, name, guess, context)
        if isinstance(decoded, _Decoded):
            shown = _first_unusual(sample, guess)
            text = f"Some letters were read as {ENCODINGS[guess]}. Is this right: “{shown}”?"
            return decoded, Question(Topic.ENCODING, text)
    return found, None


def _marked(head: bytes) -> str | None:
    """The encoding that a file says it has, by a byte-order mark or by how zeros are spread."""
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) * 0.3 and min(even, odd) < len(head) * 0.05:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _guesses(sample: bytes) -> list[str]:
    """Encodings that the bytes may be in, the likeliest first; Latin-1 fits everything."""
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(_GUESSED)).best()
    likeliest = "" if best is None else codecs.lookup(best.encoding).name
    found = [codec for codec in _GUESSED if codecs.lookup(codec).name == likeliest]
    # Few letters say little: text that is nearly all ASCII is Western European most of the time.
    unusual = len(sample) - len(sample.translate(None, bytes(range(128, 256))))
    if unusual < len(sample) * 0.1:
        found = [codec for codec in found if codec == "cp1252"]
    return [*found, *(codec for codec in ("cp1252",) if codec not in found), "latin-1"]


def _first_unusual(sample: bytes, codec: str) -> str:
    """The line with the first letter that is not plain ASCII, as read in this encoding."""
    for line in sample.splitlines()[1:] or sample.splitlines():
        if not line.isascii():
            text = " ".join(line.decode(codec, "replace").split())
            return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "…"


def _known(codec: str) -> str:
    try:
        name = codecs.lookup(codec).name
        if not codecs.lookup(codec)._is_text_encoding:  # "base64" and the like are codecs too
            raise LookupError
    except LookupError:
        raise JokegenError(
            f"There is no encoding called “{plain(codec)}”.",
            f"Choose one of these: {', '.join(ENCODINGS)}.",
        ) from None
    same = [known for known in ENCODINGS if codecs.lookup(known).name == name]
    return same[0] if same else name


def _decode(path: Path, name: str, codec: str, context: JobContext) -> _Decoded | _Undecodable:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8-sig" if codec == "utf-8" else codec)()
    lines, size, is_blank, has_nul = 0, 0, True, False
    total = path.stat().st_size
    with path.open("rb") as file:
        while True:
            context.check()
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                before = error.object[: error.start]
                within = before.count(b"\n") or before.count(b"\r")
                return _Undecodable(codec, lines + within + 1, size + error.start)
            has_nul = has_nul or "\0" in text
            is_blank = is_blank and not text.strip("\0 \t\r\n")
            lines += line_count(text)
            digest.update(block)
            size += len(block)
            if not block:
                break
            if size > total + _GROWTH:
                raise changed(name)
    return _Decoded(codec, digest.hexdigest(), size, has_nul, is_blank)


def open_text(
    path: Path,
    reading: Reading,
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
        io.BufferedReader(watched, _BLOCK), encoding=reading.decoder, newline=newline
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


def _not_text(name: str, kind: str) -> JokegenError:
    if "Parquet" in kind:
        todo = "Give it a name that ends in .parquet, then choose it again."
    elif "Excel" in kind or "Office" in kind or "LibreOffice" in kind:
        todo = "Open it in its program, save the sheet as “CSV UTF-8”, then choose that file."
    elif "HTML" in kind:
        todo = "Download the data itself, not the page that shows it, then choose that file."
    elif "pointer" in kind:
        todo = (
            "It only says where the data is. Download the file itself (“Download raw file”), or "
            "run “git lfs pull”, then choose that file."
        )
    elif "compressed" in kind or "archive" in kind:
        todo = "Unpack it, then choose the file with the jokes."
    else:
        todo = "Choose a file with text: CSV, TSV, TXT, JSON, JSONL or Parquet."
    return JokegenError(f"The file “{plain(name)}” is not text: it seems to be {kind}.", todo)
