"""Takes the first rows of a file while it comes, so that the rest need not be downloaded.

Only at the end of a row, and only where that end can be known from the bytes; nothing is decoded
or written anew, so every character stays as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from jokegen.data.dialect import HEAD_CHARACTERS, propose_dialect

_SPACE = re.compile(r"[ \t\r\n]*")
_MOST_OF_A_LIST = 300_000_000  # bytes


class Cutter:
    """Counts the rows in blocks of a file; `feed` says where the wanted number of them ends.

    `can_cut` tells whether the ends can be known: not in compressed files, in UTF-16, and in JSON
    that is one value.
    """

    def __init__(self, name: str, rows: int) -> None:
        self._ending = PurePosixPath(name).suffix.lower()
        self._left = rows
        self._is_quoted = False
        self._is_blank = True
        self._has_begun = False
        self.can_cut = self._ending in (".csv", ".tsv", ".txt", ".jsonl", ".ndjson", ".json")

    @property
    def is_done(self) -> bool:
        """Whether all wanted rows went through."""
        return self._left <= 0

    def feed(self, block: bytes) -> int | None:
        """How many bytes of the block belong to the wanted rows; None: all, and more may come."""
        if not self._has_begun:
            self._begin(block)
        if not self.can_cut:
            return None
        start = 0
        while (end := block.find(b"\n", start)) >= 0:
            line = block[start : end + 1]
            self._see(line)
            start = end + 1
            if not self._is_quoted and not self._is_blank:
                self._left -= 1
                self._is_blank = True
                if self._left <= 0:
                    return start
        self._see(block[start:])
        return None

    def end_of_file(self) -> None:
        """The file ended: a last row need not end with a line end."""
        if not self._is_blank:
            self._left -= 1
            self._is_blank = True
        self._is_quoted = self._has_begun = False

    def _begin(self, block: bytes) -> None:
        """Look at the first block: is there a header, and is it one row a line at all?"""
        self._has_begun = True
        head = block[:HEAD_CHARACTERS]
        if b"\0" in head:
            self.can_cut = False
        elif self._ending in (".csv", ".tsv"):
            text = head.decode("utf-8-sig", "replace")
            if text.strip():
                is_tsv = self._ending == ".tsv"
                dialect = propose_dialect(text, is_whole=False, prefers_tab=is_tsv)
                self._left += dialect.has_header
        elif self._ending == ".json":
            first = head.lstrip().partition(b"\n")[0]
            try:
                self.can_cut = isinstance(json.loads(first), dict)
            except (ValueError, RecursionError):
                self.can_cut = False

    def _see(self, line: bytes) -> None:
        if line.strip():
            self._is_blank = False
        if self._ending in (".csv", ".tsv") and line.count(b'"') % 2:
            self._is_quoted = not self._is_quoted


def cut_list(path: Path, rows: int, check: Callable[[], None]) -> bool:
    """Shorten a JSON file that is one list to its first values; whether that was possible.

    `check()` is called between values; it may raise to stop.
    """
    if path.stat().st_size > _MOST_OF_A_LIST:
        return False
    try:
        text = path.read_bytes().decode("utf-8-sig")
        at = _skip_space(text, 0)
        if not text.startswith("[", at):
            return False
        decoder = json.JSONDecoder(strict=False)
        for _ in range(rows):
            check()
            _, end = decoder.raw_decode(text, _skip_space(text, at + 1))
            at = _skip_space(text, end)
            if not text.startswith(",", at):
                return True  # the list ends, or reading will say what is wrong
        path.write_text(f"{text[:at]}]", encoding="utf-8", newline="")
    except (ValueError, RecursionError):
        return False
    return True


def _skip_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None  # it also matches nothing
    return match.end()
