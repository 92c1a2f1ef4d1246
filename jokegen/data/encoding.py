"""Opens text files: finds the encoding, proves that all of it is text, then reads with progress.

The whole file is decoded once before anything is read from it: that costs a tenth of the reading
itself, and every complaint about bytes can name its line before any work was done.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.data.batches import line_count, plain
from jokegen.data.file_state import FileState, changed
from jokegen.data.guessing import code_pages, first_unusual, shortened, unmarked_utf16
from jokegen.data.kinds import is_sure, seems_to_be, what_to_do
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
    "cp850": "Western European (DOS)",
    "mac-roman": "Western European (Macintosh)",
    "cp1250": "Central European (Windows-1250)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8-r": "Cyrillic (KOI8-R)",
    "cp1253": "Greek (Windows-1253)",
    "cp1254": "Turkish (Windows-1254)",
    "shift_jis": "Japanese (Shift JIS)",
    "euc_jp": "Japanese (EUC)",
    "gb18030": "Chinese (GB 18030)",
    "big5": "Chinese (Big5)",
    "euc_kr": "Korean (EUC)",
}
_SAMPLE_BYTES = 64 * 1024
_LONGEST_LINE = 64 << 20  # characters
_FLAWS = re.compile("[\ud800-\udfff]")
_UNUSUAL = re.compile(r"[^\x00-\x7f]")
# What of a text that is damaged in places is still read, and by which error handler: each flaw
# becomes halves of surrogate pairs, which no text has, for `repairs` to find.
_LENIENT = {
    "utf-8": "surrogateescape",
    "utf-16": "surrogatepass",
    "utf-16-le": "surrogatepass",
    "utf-16-be": "surrogatepass",
}
_MARKS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
_CUT_OFF = "unexpected end of data"


@dataclass(frozen=True)
class Reading:
    """How a file of text is decoded: all of it was, once.

    `sha256` is that of its bytes; `state` is what the system said of the file before. `flaws`
    counts what is no text in the encoding, though the rest is: see `repairs`. `longest_line` is
    in characters, and exact to a block.
    """

    codec: str
    sha256: str
    bytes: int
    has_nul: bool
    flaws: int
    longest_line: int
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

    @property
    def errors(self) -> str:
        """Python's error handler."""
        return _LENIENT[self.codec] if self.flaws else "strict"

    @property
    def needs_repairs(self) -> bool:
        """Whether lines have to go through `repairs`."""
        return self.has_nul or self.flaws > 0


def read_through(path: Path, name: str, chosen: str | None, context: JobContext) -> Reading:
    """Find the encoding of a file (or take the `chosen` one, if any) and decode all of it once.

    Raises JokegenError, naming the line, for bytes that are no text, and for files of another
    kind, for files with nothing but blank lines, and for an encoding that nobody knows.
    """
    state = FileState.of(path)
    with path.open("rb") as file:
        head = file.read(_SAMPLE_BYTES)
    kind = seems_to_be(head)
    if kind is not None and (not chosen or is_sure(kind)):
        raise JokegenError(
            f"The file “{plain(name)}” is not text: it seems to be {kind}.", what_to_do(kind)
        )
    question = None
    if chosen:
        codec = _known(chosen)
        mark = _MARKS.get(codec)
        if mark is not None and head.startswith(mark):
            codec = "utf-16"  # which takes the mark away
        found = _decode(path, name, codec, context)
        if isinstance(found, _Undecodable):
            found = _decode_leniently(path, name, found, context) or found
    else:
        found, question = _propose(path, name, head, context)
    if isinstance(found, _Undecodable):
        raise found.as_error(name)
    if found.is_blank:
        raise JokegenError(
            f"The file “{plain(name)}” holds nothing but blank lines.",
            "Choose a file with at least one joke in it.",
        )
    return Reading(
        found.codec, found.sha256, found.bytes, found.has_nul, found.flaws, found.longest_line,
        question, state,
    )  # fmt: skip


def check_lines(reading: Reading, name: str) -> None:
    """Raise JokegenError for a line that is longer than the memory should hold."""
    if reading.longest_line > _LONGEST_LINE:
        raise JokegenError(
            f"A line of “{plain(name)}” is longer than {_LONGEST_LINE >> 20} million characters; "
            "no joke is.",
            "Choose another kind (JSON may have such lines), or a file with a joke on each line.",
        )


@dataclass(frozen=True)
class _Decoded:
    codec: str
    sha256: str
    bytes: int
    has_nul: bool
    is_blank: bool
    flaws: int
    unusual: int  # characters outside ASCII that are text; counted only beside flaws
    longest_line: int


@dataclass(frozen=True)
class _Undecodable:
    """The first bytes that are no text in an encoding: where, and whether the file ends there."""

    codec: str
    line: int
    at: int
    is_cut: bool

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
    unmarked = None if codec is not None else unmarked_utf16(head)
    found = _decode(path, name, codec or unmarked or "utf-8", context)
    if isinstance(found, _Decoded):
        if unmarked is None:
            return found, None
        shown = shortened(head[: len(head) // 2 * 2].decode(unmarked, "replace"))
        return found, _question(unmarked, shown)
    lenient = _decode_leniently(path, name, found, context)
    if lenient is not None or codec is not None:
        return lenient or found, None
    start = max(0, found.at - _SAMPLE_BYTES // 2)
    with path.open("rb") as file:
        file.seek(start)
        sample = file.read(_SAMPLE_BYTES)
    for guess in code_pages(sample):
        decoded = _decode(path, name, guess, context)
        if isinstance(decoded, _Decoded):
            shown = first_unusual(sample, guess, begins_within=start > 0)
            return decoded, _question(guess, shown)
    return found, None


def _question(codec: str, shown: str) -> Question:
    return Question(
        Topic.ENCODING, f"Some letters were read as {ENCODINGS[codec]}. Is this right: “{shown}”?"
    )


def _marked(head: bytes) -> str | None:
    """The encoding that a file says it has, by a byte-order mark."""
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    return None


def _known(codec: str) -> str:
    try:
        name = codecs.lookup(codec).name
        if not codecs.lookup(codec)._is_text_encoding:  # "base64" and the like are codecs too
            raise LookupError
    except (LookupError, ValueError):
        raise JokegenError(
            f"There is no encoding called “{plain(codec)}”.",
            f"Choose one of these: {', '.join(ENCODINGS)}.",
        ) from None
    same = [known for known in ENCODINGS if codecs.lookup(known).name == name]
    return same[0] if same else name


def _decode_leniently(
    path: Path, name: str, found: _Undecodable, context: JobContext
) -> _Decoded | None:
    """The same encoding with flaws, if most of what is not ASCII is text in it; else None.

    A page of another encoding among others in UTF-8, half an emoji, an end that was cut off: to
    read the whole file as something else because of them would spoil every other letter.
    """
    if found.codec not in _LENIENT:
        return None
    decoded = _decode(path, name, found.codec, context, is_lenient=True)
    if isinstance(decoded, _Undecodable):
        return None
    is_mostly_text = decoded.unusual * 2 >= decoded.flaws
    return decoded if is_mostly_text or (found.is_cut and decoded.flaws < 4) else None


def _decode(
    path: Path, name: str, codec: str, context: JobContext, *, is_lenient: bool = False
) -> _Decoded | _Undecodable:
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8-sig" if codec == "utf-8" else codec)(
        _LENIENT[codec] if is_lenient else "strict"
    )
    lines, size, is_blank, has_nul, flaws, unusual = 0, 0, True, False, 0, 0
    longest_line = line_so_far = 0
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
                at = size + len(block) - len(error.object) + error.start
                is_cut = not block and error.reason == _CUT_OFF and error.end - error.start > 1
                return _Undecodable(codec, lines + within + 1, max(0, at), is_cut)
            has_nul = has_nul or "\0" in text
            is_blank = is_blank and not text.strip("\0 \t\r\n")
            ended = line_count(text)
            lines += ended
            line_so_far = len(text) if ended else line_so_far + len(text)
            longest_line = max(longest_line, line_so_far)
            if is_lenient and not text.isascii():
                bad = len(_FLAWS.findall(text))
                flaws += bad
                unusual += len(_UNUSUAL.findall(text)) - bad
            digest.update(block)
            size += len(block)
            if not block:
                break
            if size > total + _GROWTH:
                raise changed(name)
    return _Decoded(
        codec, digest.hexdigest(), size, has_nul, is_blank, flaws, unusual, longest_line
    )


def open_text(
    path: Path,
    name: str,
    reading: Reading,
    context: JobContext,
    *,
    newline: str | None = "",
    phase: Phase = Phase.READING,
) -> io.TextIOWrapper:
    """Open for reading; every block read reports progress in bytes and heeds a cancellation.

    `newline` is that of `open`: "" leaves line ends as they are, None makes all of them "\\n".
    Reading raises JokegenError where the file has become longer than it was, and
    UnicodeDecodeError where it is not what was decoded before.
    """
    watched = _WatchedFile(path, name, reading, context, phase)
    return io.TextIOWrapper(
        io.BufferedReader(watched, _BLOCK),
        encoding=reading.decoder,
        errors=reading.errors,
        newline=newline,
    )


class _WatchedFile(io.FileIO):
    """A file that tells a job's context how far it was read.

    Watching at this place, and not in the loops over rows, keeps the loops tight and still stops
    a reader that is deep inside one endless field.
    """

    def __init__(
        self, path: Path, name: str, reading: Reading, context: JobContext, phase: Phase
    ) -> None:
        super().__init__(path, "rb")
        self._name = name
        self._context = context
        self._phase = phase
        self._done = 0
        self._total = os.fstat(self.fileno()).st_size
        self._most = reading.bytes

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        self._context.check()
        count = super().readinto(buffer)
        self._done += count or 0
        if self._done > self._most:
            raise changed(self._name)
        self._context.emit(Progress(self._phase, self._done, self._total, "bytes"))
        return count
