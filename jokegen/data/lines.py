"""Reads plain text: a joke a line, jokes parted by blank lines or by lines of one's own, chats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.data.batches import TextFile, grouped, text_batch
from jokegen.data.encoding import Reading, open_text, read_through
from jokegen.data.misfits import MisfitLog
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
_FEWEST_SEPARATORS = 2
_PARTING = re.compile(r"([%*=#~_+–—-])\1*|[-*]( ?[-*]){2,}")
# "[12.03.21, 10:11:12] Name: text" and "3/12/21, 10:11 AM - Name: text", as messengers export.
_MESSAGE = re.compile(
    r"\u200e?\[?(\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}:\d{2}(?::\d{2})?"
    r"(?:[ \u202f][AaPp]\.?[Mm]\.?)?)(?:\]| -) ([^:\n]{1,60}): (.*)"
)
_CHAT_SHARE = 0.5
_CHAT_COLUMNS = ("Message", "Name", "Time")


def open_lines(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """A text file. Raises JokegenError, here or while reading, that names file and line."""
    reading = read_through(path, name, options.encoding, context)
    with open_text(path, reading, context, newline=None, phase=Phase.VERIFYING) as text:
        head = text.read(_HEAD_CHARACTERS).split("\n")
    choices = separators_in(head)
    separator, is_unsure = options.separator, False
    if separator is None:
        separator, is_unsure = _propose(head, choices)
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
    if any(not line.strip() for line in lines):
        found.append(BLANK_LINE)
    parting = Counter(line for line in filled if _PARTING.fullmatch(line))
    found += [line for line, count in parting.most_common() if count >= _FEWEST_SEPARATORS]
    messages = sum(bool(_MESSAGE.match(line)) for line in filled)
    if messages > 1 and messages >= _CHAT_SHARE * len(filled):
        found.append(CHAT)
    return found


def _propose(lines: list[str], choices: list[str]) -> tuple[str, bool]:
    """The likeliest of the choices, and whether that is a guess on little evidence."""
    if CHAT in choices:
        return CHAT, False
    own = [choice for choice in choices if choice not in (EACH_LINE, BLANK_LINE)]
    if own:
        return own[0], False
    if BLANK_LINE not in choices:
        return EACH_LINE, False
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
    with open_text(path, reading, context, newline=None) as text:
        lines: Iterator[str] = (line.rstrip("\n") for line in text)
        if reading.has_nul:
            lines = _without_nul(lines, name, log)
        rows = (
            _messages(lines)
            if separator == CHAT
            else ((joke,) for joke in _jokes(lines, separator))
        )
        for group in grouped(rows, lambda row: len(row[0])):
            yield text_batch(columns, list(zip(*group, strict=True)))
    reading.state.check(path, name)


def _without_nul(lines: Iterable[str], name: str, log: MisfitLog) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            log.add(
                name, number, "holds a NUL character, which was taken out", can_repair=True,
                todo="Delete that character in a text editor.",
            )  # fmt: skip
        yield line.replace("\0", "")


def _jokes(lines: Iterable[str], separator: str) -> Iterator[str]:
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
        match = _MESSAGE.match(line)
        if match is None:
            text.append(line)
            continue
        if text:
            yield "\n".join(text), name, time
        time, name, first = match.groups()
        text = [first]
    if text:
        yield "\n".join(text), name, time
