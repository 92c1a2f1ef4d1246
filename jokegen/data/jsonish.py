"""Reads JSON and JSON Lines: lists of texts, or lists of objects whose keys become columns.

A file is gone through twice: objects may show a new key on the last line, and a table's columns
have to be known before its first row.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jokegen.data import json_scan
from jokegen.data.batches import TextFile, grouped, name_columns, plain, shown, text_batch
from jokegen.data.encoding import Encoding, find_encoding, open_text
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress

if TYPE_CHECKING:
    import pyarrow as pa

_ITEMS_A_CHECK = 2_000
_FORMS = (
    "A JSON file of jokes is a list of texts, a list of objects, or an object that holds one "
    "such list; change the file to one of these, then choose it again."
)


@dataclass
class _Survey:
    """What the first pass finds: the keys of all objects, or that the entries are texts."""

    path: Path
    keys: dict[str, None] = field(default_factory=dict)
    objects: int = 0
    texts: int = 0

    def add(self, value: Any, line: Callable[[], int]) -> None:
        if isinstance(value, dict):
            self.objects += 1
            if not value.keys() <= self.keys.keys():
                self.keys.update(dict.fromkeys(value))
        elif isinstance(value, list):
            raise self._misfit(line(), "holds a list inside the list")
        elif value is not None:
            self.texts += 1
        if self.objects and self.texts:
            raise self._misfit(line(), "mixes texts and objects")

    def _misfit(self, line: int, problem: str) -> JokegenError:
        return JokegenError(f"Line {line} of {shown(self.path)} {problem}.", _FORMS)

    @property
    def kind(self) -> str:
        return "object" if self.objects else "text"

    def rows(self, values: Iterator[Any]) -> Iterator[list[str]]:
        keys = list(self.keys)
        if not self.objects:
            return ([_as_text(value)] for value in values)
        return (
            [_as_text(value.get(key)) for key in keys] if value else [""] * len(keys)
            for value in values
        )

    def text_file(self, understood: str, values: Iterator[Any]) -> TextFile:
        if self.objects and not self.keys:
            raise JokegenError(f"All objects in {shown(self.path)} are empty.", _FORMS)
        columns = name_columns(list(self.keys)) if self.objects else ("Joke",)

        def batches() -> Iterator[pa.RecordBatch]:
            for rows in grouped(self.rows(values), lambda row: sum(map(len, row))):
                yield text_batch(columns, list(zip(*rows, strict=True)))

        return TextFile(columns, understood, batches())


def open_json_lines(path: Path, context: JobContext) -> TextFile:
    """JSON Lines: one text or one object a line; blank lines are passed over.

    Raises JokegenError that names the line of what is broken.
    """
    encoding = find_encoding(path, context)
    survey = _Survey(path)
    for line, value in _line_values(path, encoding, context, Phase.VERIFYING):
        survey.add(value, lambda line=line: line)  # type: ignore[misc]
    values = (value for _, value in _line_values(path, encoding, context, Phase.READING))
    return survey.text_file(f"JSON Lines, one {survey.kind} a line, {encoding}", values)


def open_json(path: Path, context: JobContext) -> TextFile:
    """A JSON list of texts or objects, or an object that holds one such list.

    A .json file with one object a line is read as JSON Lines, which is what it is. Raises
    JokegenError that names the line of what is broken.
    """
    encoding = find_encoding(path, context)
    text = _whole_text(path, encoding, context)
    start = json_scan.skip_space(text, 0)
    survey = _Survey(path)
    where = ""
    try:
        if text[start] == "[":
            json_scan.expect_end(text, _survey_list(text, start, survey, context))
        elif text[start] == "{" and _goes_on_after_object(text, start):
            return open_json_lines(path, context)
        elif text[start] == "{":
            key, start = _find_list(text, start, survey, context)
            where = f" in “{plain(key)}”"
        else:
            raise JokegenError(f"The file {shown(path)} is not a JSON list or object.", _FORMS)
    except json_scan.Malformed as error:
        raise _malformed(path, error) from None
    understood = f"JSON, a list of {survey.kind}s{where}, {encoding}"
    return survey.text_file(understood, _list_values(text, start, context))


def _survey_list(text: str, start: int, survey: _Survey, context: JobContext) -> int:
    """Go through the list once; returns the position after it."""
    scan = json_scan.ListScan(text, start)
    for count, (at, value) in enumerate(scan):
        if count % _ITEMS_A_CHECK == 0:
            context.check()
        survey.add(value, lambda at=at: json_scan.line_at(text, at))  # type: ignore[misc]
    return scan.end


def _find_list(text: str, start: int, survey: _Survey, context: JobContext) -> tuple[str, int]:
    """The key and the position of the only list with anything in it, which is surveyed too."""
    found: list[tuple[str, int]] = []
    scan = json_scan.ObjectScan(text, start)
    for key, at in scan:
        if text[at : at + 1] != "[":
            _, scan.at = json_scan.decode_at(text, at)
        elif text.startswith("]", json_scan.skip_space(text, at + 1)):
            scan.at = json_scan.skip_space(text, at + 1) + 1
        elif found:
            raise JokegenError(
                f"The file {shown(survey.path)} holds several lists, “{plain(found[0][0])}” and "
                f"“{plain(key)}” among them.",
                _FORMS,
            )
        else:
            found.append((key, at))
            scan.at = _survey_list(text, at, survey, context)
    if not found:
        raise JokegenError(f"The file {shown(survey.path)} holds no list of jokes.", _FORMS)
    return found[0]


def _list_values(text: str, start: int, context: JobContext) -> Iterator[Any]:
    for count, (at, value) in enumerate(json_scan.ListScan(text, start)):
        if count % _ITEMS_A_CHECK == 0:
            context.check()
            context.emit(Progress(Phase.READING, at, len(text), "characters"))
        yield value
    context.emit(Progress(Phase.READING, len(text), len(text), "characters"))


def _line_values(
    path: Path, encoding: Encoding, context: JobContext, phase: Phase
) -> Iterator[tuple[int, Any]]:
    """Line numbers (from 1) and values."""
    with open_text(path, encoding, context, newline=None, phase=phase) as lines:
        for number, line in enumerate(lines, 1):
            if not line.isspace():
                try:
                    yield number, json_scan.decode(line, number)
                except json_scan.Malformed as error:
                    raise _malformed(path, error) from None


def _whole_text(path: Path, encoding: Encoding, context: JobContext) -> str:
    with open_text(path, encoding, context, newline=None, phase=Phase.VERIFYING) as file:
        parts = []
        while part := file.read(1 << 20):
            parts.append(part)
    return "".join(parts)


def _goes_on_after_object(text: str, start: int) -> bool:
    """Whether the first line is a whole object and another follows: JSON Lines by another name."""
    end = text.find("\n", start)
    if end < 0 or not text.startswith("{", json_scan.skip_space(text, end)):
        return False
    try:
        json_scan.decode(text[start:end], 1)
    except json_scan.Malformed:
        return False
    return True


def _as_text(value: Any) -> str:
    """A decoded value as text; numbers are text already, null and missing are empty."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, ensure_ascii=False)


def _malformed(path: Path, error: json_scan.Malformed) -> JokegenError:
    return JokegenError(
        f"Line {error.line} of {shown(path)} {error.problem}.",
        "Correct that line (a text editor shows line numbers), or export the file anew, then "
        "choose it again.",
    )
