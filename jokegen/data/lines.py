"""Reads plain text: a joke a line, jokes parted by blank lines or by lines of one's own, chats."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.data.batches import TextFile, grouped, text_batch
from jokegen.data.encoding import Reading, check_lines, open_text, read_through
from jokegen.data.misfits import MisfitLog
from jokegen.data.repairs import Repairs
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import (
    BLANK_LINE,
    EACH_LINE,
    Format,
    Question,
    ReadOptions,
    Topic,
)
from jokegen.jobs.events import Phase

if TYPE_CHECKING:
    import pyarrow as pa

CHAT = "chat"
_HEAD_CHARACTERS = 256 * 1024
# Lines that stand between jokes wherever they come twice: "%", "***", "- - -", "<|endoftext|>".
_PARTING = re.compile(
    r"([%*=#~_+–—-])\1*|[-*]( ?[-*]){2,}"
    r"|<\|[^|>]{1,30}\|>|</?(s|eos|bos|sep|end)>|\[(sep|eos|bos|end)\]",
    re.IGNORECASE,
)
# Others without a letter or digit, "-=-" or "• • •", do if there are many of them.
_ORNAMENT = re.compile(r"[^\w\s]+(\s+[^\w\s]+)*")
_LONGEST_ORNAMENT = 40
_FEWEST_SEPARATORS, _FEWEST_ORNAMENTS = 2, 3
_SEPARATOR_SHARE, _ORNAMENT_SHARE, _MOST_SHARE = (
    0.02,
    0.05,
    0.6,
)  # of the lines with anything on them

_DATE = r"\d{1,4}[./-](?:\d{1,2}|[A-Z][a-z]{2})[./-]\d{1,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
_HALF = r"(?:[ \u202f\xa0][AaPp]\.?[ \u202f\xa0]?[Mm]\.?)?"
_STAMP = rf"[\u200e\u200f]?\[?({_DATE}{_HALF})(?:\]| -) "
# "[12.03.21, 10:11:12] Name: text" and "3/12/21, 10:11 AM - Name: text", as WhatsApp exports.
_MESSAGE = re.compile(rf"{_STAMP}([^:\n]{{1,60}}): (.*)")
# "12.03.21, 10:11 - Messages are encrypted": what the messenger itself says.
_NOTE = re.compile(rf"{_STAMP}(.*)")
# "[10:11] <name> text", as chat rooms on IRC are logged.
_SAID = re.compile(r"\[?(\d{1,2}:\d{2}(?::\d{2})?)\]? <[ @+%&~]?([^>\s]{1,40})> (.*)")
# "[01-Jan-21 10:11 AM] Name" and "Name, [12.03.21 10:11]" over the text, as others do.
_HEADING = re.compile(rf"\[(?P<time>{_DATE}{_HALF})\] (?P<name>[^:\n]{{1,60}})")
_COPIED = re.compile(rf"(?P<name>[^\[\]\n]{{1,60}}), \[(?P<time>{_DATE}{_HALF})\]")
_CHAT_SHARE, _HEADING_SHARE = 0.5, 0.25
_CHAT_COLUMNS = ("Message", "Name", "Time")


def open_lines(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """A text file. Raises JokegenError, here or while reading, that names file and line."""
    reading = read_through(path, name, options.encoding, context)
    check_lines(reading, name)
    with open_text(path, name, reading, context, newline=None, phase=Phase.VERIFYING) as text:
        head = text.read(_HEAD_CHARACTERS).split("\n")
    choices = separators_in(head)
    separator, is_unsure = options.separator, False
    if separator is None:
        separator, is_unsure = propose_separator(head, choices)
    questions = [reading.question] if reading.question else []
    if is_unsure:
        questions.append(
            Question(
                Topic.SEPARATOR,
                "Is each line a joke of its own, or do blank lines stand between the jokes?",
            )
        )
    columns = _CHAT_COLUMNS if separator == CHAT else ("Joke",)
    return TextFile(
        columns,
        f"text, {in_words(separator)}, {reading.title}",
        _batches(path, name, reading, separator, columns, log, context),
        options=replace(options, format=Format.TEXT, encoding=reading.codec, separator=separator),
        questions=tuple(questions),
        separators=tuple(choices),
        sha256=reading.sha256,
    )


def in_words(separator: str) -> str:
    """How jokes are parted, for people."""
    return {
        EACH_LINE: "one joke a line",
        BLANK_LINE: "blank lines between the jokes",
        CHAT: "messages of a chat",
    }.get(separator, f"“{separator}” between the jokes")


def separators_in(lines: list[str]) -> list[str]:
    """What could part the jokes of a text that begins with these lines; EACH_LINE always."""
    filled = [line.strip() for line in lines if line.strip()]
    found = [EACH_LINE]
    if any(not line.strip() for line in _without_blank_ends(lines)):
        found.append(BLANK_LINE)
    found += _own_separators(filled)
    messages = sum(bool(_MESSAGE.match(line) or _SAID.match(line)) for line in filled)
    headings = sum(bool(_HEADING.fullmatch(line) or _COPIED.fullmatch(line)) for line in filled)
    if (messages > 1 and messages >= _CHAT_SHARE * len(filled)) or (
        headings > 1 and headings >= _HEADING_SHARE * len(filled)
    ):
        found.append(CHAT)
    return found


def _without_blank_ends(lines: list[str]) -> list[str]:
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    last = next((i for i in reversed(range(len(lines))) if lines[i].strip()), -1)
    return lines[first : last + 1]


def _own_separators(filled: list[str]) -> list[str]:
    """Lines that could part the jokes, the commonest first."""
    counts = Counter(
        line
        for line in filled
        if _PARTING.fullmatch(line)
        or (len(line) <= _LONGEST_ORNAMENT and _ORNAMENT.fullmatch(line))
    )
    return [
        line
        for line, count in counts.most_common()
        if count >= (_FEWEST_SEPARATORS if _PARTING.fullmatch(line) else _FEWEST_ORNAMENTS)
    ]


def propose_separator(lines: list[str], choices: list[str]) -> tuple[str, bool]:
    """The likeliest of the choices, and whether that is a guess on little evidence."""
    if CHAT in choices:
        return CHAT, False
    filled = [line.strip() for line in lines if line.strip()]
    is_rare = False
    for own in choices:
        if own in (EACH_LINE, BLANK_LINE):
            continue
        count = filled.count(own)
        least = _SEPARATOR_SHARE if _PARTING.fullmatch(own) else _ORNAMENT_SHARE
        follow = sum(first == second == own for first, second in itertools.pairwise(filled))
        if least <= count / len(filled) <= _MOST_SHARE and follow * 10 <= count:
            return own, False
        is_rare = True  # two dashes among a thousand lines may be anything
    if BLANK_LINE not in choices:
        return EACH_LINE, is_rare
    blocks = [len(block) for block in _blocks(lines)]
    longer = sum(length > 1 for length in blocks)
    if longer == 0:
        return EACH_LINE, False  # every second line is blank: the jokes stand apart
    if len(blocks) < 3:  # one blank line in a list is a slip, or parts two lists
        return EACH_LINE, True
    return BLANK_LINE, longer * 3 < len(blocks)


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if line.strip():
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def _batches(
    path: Path,
    name: str,
    reading: Reading,
    separator: str,
    columns: tuple[str, ...],
    log: MisfitLog,
    context: JobContext,
) -> Iterator[pa.RecordBatch]:
    with open_text(path, name, reading, context, newline=None) as text:
        lines: Iterator[str] = (line.rstrip("\n") for line in text)
        if reading.needs_repairs:
            lines = Repairs(name, log).kept_lines(lines)
        rows = (
            _messages(lines)
            if separator == CHAT
            else ((joke,) for joke in parted_by(separator, lines))
        )
        for group in grouped(rows, lambda row: len(row[0])):
            yield text_batch(columns, list(zip(*group, strict=True)))
    reading.state.check(path, name)


def parted_by(separator: str, lines: Iterable[str]) -> Iterator[str]:
    """The jokes of a text whose separator is EACH_LINE, BLANK_LINE or a line of its own."""
    if separator == EACH_LINE:
        yield from lines
        return
    parts: list[str] = []
    for line in lines:
        is_end = not line.strip() if separator == BLANK_LINE else line.strip() == separator.strip()
        if not is_end:
            parts.append(line)
        elif parts:
            yield "\n".join(parts)
            parts = []
    if parts:
        yield "\n".join(parts)


def _messages(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Messages with name and time; a line without them goes on with the message before."""
    text: list[str] = []
    name = time = ""
    for line in lines:
        start = _start_of_message(line)
        if start is None:
            text.append(line)
            continue
        if name or time or any(text):
            yield "\n".join(text).strip("\n"), name, time
        time, name, first = start
        text = [] if first is None else [first]
    if name or time or any(text):
        yield "\n".join(text).strip("\n"), name, time


def _start_of_message(line: str) -> tuple[str, str, str | None] | None:
    """Time, name and first line of a message; None where none begins."""
    if match := _MESSAGE.match(line) or _SAID.match(line):
        time, name, first = match.groups()
        return time, name, first
    if match := _HEADING.fullmatch(line) or _COPIED.fullmatch(line):
        return match["time"], match["name"], None
    if match := _NOTE.match(line):
        return match[1], "", match[2]
    return None
