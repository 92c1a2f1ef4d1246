"""Mends lines of a text file that hold what is no text: NULs, bytes of other encodings."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

from jokegen.data.misfits import MisfitLog

_FLAWS = re.compile("[\ud800-\udfff]")
_TODO_NUL = "Delete that character in a text editor."
_TODO_BYTES = (
    "Choose another encoding, or save the file as “CSV UTF-8” (or plain text in UTF-8) in a "
    "spreadsheet or text editor and choose that."
)


class Repairs:
    """Gives out lines that are all text, and remembers what was wrong with them.

    A row may be made of several lines: once it was read, `accept` says of all lines given out
    since the last time whether the row may be kept.
    """

    def __init__(self, name: str, log: MisfitLog, first_line: int = 1) -> None:
        self._name = name
        self._log = log
        self._number = first_line - 1
        self._found: deque[tuple[int, str, str]] = deque()

    def mended(self, lines: Iterable[str]) -> Iterator[str]:
        """The lines without what is no text."""
        for line in lines:
            self._number += 1
            if not line.isascii() and _FLAWS.search(line):
                text, problem = _mended(line)
                self._found.append((self._number, problem, _TODO_BYTES))
            else:
                text = line
            if "\0" in text:
                problem = "holds a NUL character, which was taken out"
                self._found.append((self._number, problem, _TODO_NUL))
                text = text.replace("\0", "")
            yield text

    def accept(self, last_line: int | None = None) -> bool:
        """Report what was found since the last time; False if the policy leaves such rows out.

        Lines after `last_line` wait for the next time. Raises JokegenError where the policy is to
        stop.
        """
        is_kept = True
        while self._found and (last_line is None or self._found[0][0] <= last_line):
            number, problem, todo = self._found.popleft()
            is_kept &= self._log.add(self._name, number, problem, can_repair=True, todo=todo)
        return is_kept

    def kept_lines(self, lines: Iterable[str]) -> Iterator[str]:
        """The mended lines, for files whose lines stand each for themselves."""
        for line in self.mended(lines):
            if self.accept():
                yield line


def _mended(line: str) -> tuple[str, str]:
    """The line as text, and what was wrong with it.

    Stray bytes in UTF-8 are nearly always Windows-1252, from a row that was pasted in; halves of
    surrogate pairs become the character that they make together, or a mark where one is missing.
    """
    problem = "holds half a character (an emoji that was cut in two)"
    try:
        raw = line.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a UTF-16 file
        text = line
    else:
        text = raw.decode("utf-8", "surrogatepass") if _is_cesu(raw) else ""
        if not text:
            text, is_cut = _with_stray_bytes(raw)
            problem = "is not UTF-8 text throughout: some letters were read as Windows-1252"
            if is_cut:
                problem = "is not UTF-8 text to its end: the last character was cut off"
    if _FLAWS.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text, problem


def _is_cesu(raw: bytes) -> bool:
    """Whether surrogates are all that is wrong with the bytes."""
    try:
        raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _with_stray_bytes(raw: bytes) -> tuple[str, bool]:
    """UTF-8 with the bytes that are none as Windows-1252; whether a cut end is all there is."""
    parts: list[str] = []
    at, is_cut = 0, False
    while True:
        try:
            parts.append(raw[at:].decode())
            return "".join(parts), is_cut and len(parts) == 2
        except UnicodeDecodeError as error:
            parts.append(raw[at : at + error.start].decode())
            stray = raw[at + error.start : at + error.end]
            is_cut = error.reason == "unexpected end of data" and len(stray) > 1
            if not is_cut:
                parts.append(stray.decode("cp1252", "replace"))
            at += error.end
