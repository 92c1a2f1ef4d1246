"""Goes through JSON text value by value.

`json.loads` of a large file cannot be interrupted and builds everything at once; here each value
of a list is decoded by itself, and every complaint carries the line it is about.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

# Numbers stay as they are written: 1e5 and 1.0 would come back as other characters.
_decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
_SPACE = re.compile(r"[ \t\r\n]*")


class Malformed(Exception):  # noqa: N818 - becomes a JokegenError where the file's name is known
    """What is wrong with JSON text, beginning with the line: "Line 3 … is not …"."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(line, problem)
        self.line = line
        self.problem = problem


@dataclass(frozen=True)
class Flawed:
    """A value that is JSON but no text: half of a surrogate pair is in it."""

    problem: str


def decode(text: str, line: int) -> Any:
    """The one value of a line of JSON Lines; numbers come as text. Raises Malformed."""
    try:
        value, end = _decoder.raw_decode(text, skip_space(text, 0))
    except json.JSONDecodeError as error:
        raise Malformed(line, f"is not valid JSON ({error.msg})") from None
    except RecursionError:
        raise Malformed(line, "nests lists or objects too deeply") from None
    if skip_space(text, end) != len(text):
        raise Malformed(line, "holds more than one JSON value")
    if "\\u" in text and (problem := _no_text_in(value)):
        raise Malformed(line, problem)
    return value


def decode_at(text: str, at: int) -> tuple[Any, int]:
    """The value at a position (`Flawed` if it is no text), and the position after it.

    Raises Malformed.
    """
    try:
        value, end = _decoder.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise Malformed(error.lineno, f"is not valid JSON ({error.msg})") from None
    except RecursionError:
        raise Malformed(line_at(text, at), "nests lists or objects too deeply") from None
    if text.find("\\u", at, end) >= 0 and (problem := _no_text_in(value)):
        return Flawed(problem), end
    return value, end


class ListScan:
    """The values of the list that begins at `start` ("["), each with its position.

    Once it was gone through, `end` is the position after the closing bracket. Raises Malformed.
    """

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._start = start
        self.end = start

    def __iter__(self) -> Iterator[tuple[int, Any]]:
        text = self._text
        at = skip_space(text, self._start + 1)
        if text[at : at + 1] == "]":
            self.end = at + 1
            return
        while True:
            value, end = decode_at(text, at)
            yield at, value
            at = skip_space(text, end)
            mark = text[at : at + 1]
            if mark == "]":
                self.end = at + 1
                return
            if mark != ",":
                problem = "the list is not closed" if not mark else "a comma is missing"
                raise Malformed(line_at(text, at), f"is not valid JSON ({problem})")
            at = skip_space(text, at + 1)


class ObjectScan:
    """The keys of the object that begins at `start` ("{"), each with the position of its value.

    The caller decodes the value and says in `at` where it ended, so that a long list among the
    values can be gone through piece by piece; in the end `at` is behind the object. Raises
    Malformed.
    """

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self.at = start

    def __iter__(self) -> Iterator[tuple[str, int]]:
        text = self._text
        at = skip_space(text, self.at + 1)
        mark = text[at : at + 1]
        while mark != "}":
            key, at = decode_at(text, at)
            at = skip_space(text, at)
            if not isinstance(key, str) or text[at : at + 1] != ":":
                raise Malformed(line_at(text, at), "is not valid JSON (a key is missing)")
            yield key, skip_space(text, at + 1)
            at = skip_space(text, self.at)
            mark = text[at : at + 1]
            if mark == ",":
                at = skip_space(text, at + 1)
            elif mark != "}":
                raise Malformed(line_at(text, at), "is not valid JSON (a comma is missing)")
        self.at = at + 1


def expect_end(text: str, at: int) -> None:
    """Raise Malformed if anything but white space follows."""
    at = skip_space(text, at)
    if at != len(text):
        raise Malformed(line_at(text, at), "is not valid JSON (there is more after the end)")


def skip_space(text: str, at: int) -> int:
    """The position of the next character that is no JSON white space."""
    match = _SPACE.match(text, at)
    assert match is not None  # the pattern matches the empty string too
    return match.end()


def line_at(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


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
