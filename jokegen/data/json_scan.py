"""Goes through JSON text value by value, a piece of the file at a time.

`json.loads` of a large file cannot be interrupted and holds everything at once; here each value of
a list is decoded by itself, and every complaint carries the line it is about.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

# Numbers stay as they are written: 1e5 and 1.0 would come back as other characters. Tabs and line
# breaks as they are, which JSON wants escaped, are not worth losing a joke for.
_decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, strict=False)
_SPACE = re.compile(r"[ \t\r\n]*")
_COMMA = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")
NUL = "\\u0000"  # as JSON writes it
_PIECE = 1 << 20  # characters
_LONGEST_VALUE = 24 << 20  # characters: what is decoded in one piece, a third of a second
# So many characters after an error cannot have been its cause, unless a text is not closed.
_LOOKAHEAD = 64
_OPEN_ENDED = "Unterminated string"


class Malformed(Exception):  # noqa: N818 - becomes a JokegenError where the file's name is known
    """What is wrong with JSON text, beginning with the line: "Line 3 … is not …".

    `is_cut`: all that is wrong is that the text ends.
    """

    def __init__(self, line: int, problem: str, *, is_cut: bool = False) -> None:
        super().__init__(line, problem)
        self.line = line
        self.problem = problem
        self.is_cut = is_cut


@dataclass(frozen=True)
class Flawed:
    """A value that is JSON but no text: half of a surrogate pair is in it."""

    problem: str


def decode(text: str, line: int) -> Any:
    """The one value of a line of JSON Lines; numbers come as text. Raises Malformed."""
    try:
        value, end = _decoder.raw_decode(text, _skip_space(text, 0))
    except json.JSONDecodeError as error:
        raise Malformed(line, f"is not valid JSON ({error.msg})") from None
    except RecursionError:
        raise Malformed(line, "nests lists or objects too deeply") from None
    if _skip_space(text, end) != len(text):
        raise Malformed(line, "holds more than one JSON value")
    if "\\u" in text and (problem := _no_text_in(value)):
        raise Malformed(line, problem)
    return value


class JsonText:
    """JSON text of any length, of which only a piece is held.

    `read` gives the next so many characters or some, "" at the end; `has_flaws` that halves of
    surrogate pairs are in them. All methods raise Malformed.
    """

    def __init__(self, read: Callable[[int], str], *, has_flaws: bool = False) -> None:
        self._read = read
        self._has_flaws = has_flaws
        self._text = ""
        self._at = 0
        self._value_at = 0
        self._line = 1  # of the character at `_counted`
        self._counted = 0
        self._is_whole = False
        self.has_nul = False  # whether any of the values so far may hold one

    @property
    def line(self) -> int:
        """The line of the next character, from 1."""
        return self._line_at(self._at)

    @property
    def value_line(self) -> int:
        """The line of the value that was given out last."""
        return self._line_at(self._value_at)

    def _line_at(self, at: int) -> int:
        if at < self._counted:
            self._line -= self._text.count("\n", at, self._counted)
        else:
            self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        return self._line

    def next_mark(self) -> str:
        """The next character that is no white space, "" at the end; it is not taken."""
        while True:
            self._at = _skip_space(self._text, self._at)
            if self._at < len(self._text) or not self._fill():
                return self._text[self._at : self._at + 1]

    def take(self, mark: str) -> None:
        """Go on after the mark that comes next."""
        assert self._text.startswith(mark, self._at)
        self._at += len(mark)

    def value(self) -> Any:
        """The value that comes next; `Flawed` if it is no text."""
        self.next_mark()
        while True:
            try:
                value, end = _decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                is_near_end = error.pos > len(self._text) - _LOOKAHEAD
                if (is_near_end or error.msg.startswith(_OPEN_ENDED)) and self._fill():
                    continue
                is_cut = error.pos >= len(self._text) or error.msg.startswith(_OPEN_ENDED)
                self._at = error.pos
                problem = f"is not valid JSON ({error.msg})"
                raise Malformed(self.line, problem, is_cut=is_cut) from None
            except RecursionError:
                raise Malformed(self.line, "nests lists or objects too deeply") from None
            if end < len(self._text) or not self._fill():
                break
        start, self._at = self._at, end
        self._value_at = start
        if self._has_flaws or self._text.find("\\u", start, end) >= 0:
            self.has_nul = self.has_nul or self._text.find(NUL, start, end) >= 0
            if problem := _no_text_in(value):
                return Flawed(problem)
        return value

    def values(self) -> Iterator[Any]:
        """The values of the list that comes next."""
        self.next_mark()
        self.take("[")
        if self.next_mark() == "]":
            self.take("]")
            return
        while True:
            yield self.value()
            comma = _COMMA.match(self._text, self._at)
            if comma is not None:
                self._at = comma.end()
                continue
            mark = self.next_mark()
            if mark == "]":
                self.take("]")
                return
            if mark != ",":
                problem = "a comma is missing" if mark else "the list is not closed"
                raise Malformed(self.line, f"is not valid JSON ({problem})", is_cut=not mark)
            self.take(",")

    def members(self) -> Iterator[str]:
        """The keys of the object that comes next; the caller takes the value after each."""
        self.next_mark()
        self.take("{")
        mark = self.next_mark()
        while mark != "}":
            key = self.value()
            if not isinstance(key, str) or (mark := self.next_mark()) != ":":
                problem = "is not valid JSON (a key is missing)"
                raise Malformed(self.line, problem, is_cut=not mark)
            self.take(":")
            yield key
            mark = self.next_mark()
            if mark == ",":
                self.take(",")
            elif mark != "}":
                problem = "is not valid JSON (a comma is missing)"
                raise Malformed(self.line, problem, is_cut=not mark)
        self.take("}")

    def expect_end(self) -> None:
        """Raise Malformed if anything but white space follows."""
        if self.next_mark():
            raise Malformed(self.line, "is not valid JSON (there is more after the end)")

    def _fill(self) -> bool:
        """Read on, at least as much again as is waiting; False at the end of the file."""
        if self._is_whole:
            return False
        waiting = len(self._text) - self._at
        if waiting >= _LONGEST_VALUE:
            problem = f"holds one value of more than {_LONGEST_VALUE >> 20} million characters"
            raise Malformed(self.line, problem)
        more = self._read(max(_PIECE, waiting))
        self._is_whole = not more
        if more:
            self._line = self.line
            self._text = self._text[self._at :] + more
            self._at = self._counted = self._value_at = 0
        return bool(more)


def _skip_space(text: str, at: int) -> int:
    """The position of the next character that is no JSON white space."""
    match = _SPACE.match(text, at)
    assert match is not None  # the pattern matches the empty string too
    return match.end()


def _no_text_in(value: Any) -> str:
    """What escapes spell that is no text: half of a surrogate pair; else ""."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            return "holds half of a surrogate pair, which is no text"
        return ""
    parts: Iterable[Any] = ()
    if isinstance(value, list):
        parts = value
    elif isinstance(value, dict):
        parts = itertools.chain(value.keys(), value.values())
    return next(filter(None, map(_no_text_in, parts)), "")
