"""Reads JSON and JSON Lines: lists of texts, or lists of objects whose keys become columns.

A file is gone through twice: objects may show a new key on the last line, and a table's columns
have to be known before its first row. Objects inside objects become columns of their own
("author.name"); lists inside stay JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jokegen.data import json_scan
from jokegen.data.batches import TextFile, grouped, name_columns, plain, text_batch
from jokegen.data.encoding import Reading, open_text, read_through
from jokegen.data.misfits import MisfitLog
from jokegen.data.names import joke_rank
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Format, Question, ReadOptions, Topic
from jokegen.jobs.events import Phase, Progress

if TYPE_CHECKING:
    import pyarrow as pa

_ITEMS_A_CHECK = 2_000
_DEEPEST = 8  # objects inside objects; what is deeper stays JSON text
_TEXT_COLUMN = "Joke"
_FORMS = (
    "A JSON file of jokes is a list of texts, a list of objects, or an object that holds such a "
    "list; change the file to one of these, then choose it again."
)
_MEND = "Correct that line (a text editor shows line numbers), or export the file anew."


@dataclass
class _Survey:
    """What the first pass finds: the keys of all objects, and how much text there is."""

    keys: dict[str, None] = field(default_factory=dict)
    objects: int = 0
    texts: int = 0
    characters: int = 0

    def add(self, value: Any) -> None:
        if isinstance(value, dict):
            self.objects += 1
            flat = flatten(value)
            if not flat.keys() <= self.keys.keys():
                self.keys.update(dict.fromkeys(flat))
        elif value is not None and not isinstance(value, json_scan.Flawed):
            self.texts += 1
            if isinstance(value, str):
                self.characters += len(value)

    @property
    def kind(self) -> str:
        if self.objects and self.texts:
            return "texts and objects"
        return "objects" if self.objects else "texts"

    @property
    def names(self) -> list[str]:
        """The columns before they are made different from each other."""
        return ([_TEXT_COLUMN] if self.texts or not self.keys else []) + list(self.keys)

    @property
    def likeliness(self) -> tuple[bool, int]:
        """Compared to tell which list of several is that of the jokes."""
        has_name = any(joke_rank(key) is not None for key in self.keys)
        return has_name or (self.texts > 0 and not self.objects), self.objects + self.texts

    def row(self, value: Any) -> list[str]:
        own = [] if not self.texts and self.keys else [""]
        if isinstance(value, dict):
            flat = flatten(value)
            return own + [_as_text(flat.get(key)) for key in self.keys]
        cells = [*own, *([""] * len(self.keys))]
        if value is not None:
            cells[0] = _as_text(value)
        return cells


def flatten(value: dict[str, Any], prefix: str = "", depth: int = 1) -> dict[str, Any]:
    """{"a": {"b": 1}} → {"a.b": 1}."""
    flat: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, dict) and inner and depth < _DEEPEST:
            flat.update(flatten(inner, f"{prefix}{key}.", depth + 1))
        else:
            flat[prefix + key] = inner
    return flat


def open_json_lines(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """JSON Lines: one text or one object a line; a broken line is reported and left out."""
    reading = read_through(path, name, options.encoding, context)
    survey = _Survey()
    broken = 0
    for _, value in _line_values(path, name, reading, None, context, Phase.VERIFYING):
        if isinstance(value, json_scan.Malformed):
            broken += 1
        survey.add(None if isinstance(value, json_scan.Malformed) else value)
    if broken and not survey.objects + survey.texts:
        raise JokegenError(
            f"No line of “{plain(name)}” is valid JSON.", "Choose another kind, or another file."
        )
    _check_has_columns(survey, name)
    values = (
        (line, value)
        for line, value in _line_values(path, name, reading, log, context, Phase.READING)
    )
    return TextFile(
        name_columns(survey.names),
        f"JSON Lines, {survey.kind}, {reading.title}",
        _batches(path, name, reading, survey, values, log),
        options=replace(options, format=Format.JSON_LINES, encoding=reading.codec),
        questions=tuple(filter(None, [reading.question])),
        sha256=reading.sha256,
    )


def open_json(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """A JSON list of texts or objects, or an object that holds such lists.

    A .json file with one object a line is read as JSON Lines, which is what it is. Raises
    JokegenError that names the line of what is broken.
    """
    reading = read_through(path, name, options.encoding, context)
    text = _whole_text(path, reading, context)
    start = json_scan.skip_space(text, 0)
    try:
        if text[start] == "{" and _goes_on_after_object(text, start):
            return open_json_lines(path, name, options, log, context)
        if text[start] not in "[{":
            raise JokegenError(f"The file “{plain(name)}” is not a JSON list or object.", _FORMS)
        lists, end = _lists(text, start, "", context)
        json_scan.expect_end(text, end)
    except json_scan.Malformed as error:
        raise JokegenError(
            f"Line {error.line} of “{plain(name)}” {error.problem}.", _MEND
        ) from None
    key, question = _choose(lists, options.list_key, name)
    at, survey = lists[key]
    _check_has_columns(survey, name)
    where = f" in “{plain(key)}”" if key else ""
    return TextFile(
        name_columns(survey.names),
        f"JSON, a list of {survey.kind}{where}, {reading.title}",
        _batches(path, name, reading, survey, _list_values(text, at, context), log),
        options=replace(options, format=Format.JSON, encoding=reading.codec, list_key=key),
        questions=tuple(filter(None, [reading.question, question])),
        lists=tuple(lists) if len(lists) > 1 else (),
        sha256=reading.sha256,
    )


def _lists(
    text: str, at: int, path: str, context: JobContext, depth: int = 1
) -> tuple[dict[str, tuple[int, _Survey]], int]:
    """All lists with anything in them, by their keys, and the position after the value at `at`."""
    found: dict[str, tuple[int, _Survey]] = {}
    if text[at : at + 1] == "[":
        survey = _Survey()
        scan = json_scan.ListScan(text, at)
        for count, (_, value) in enumerate(scan):
            if count % _ITEMS_A_CHECK == 0:
                context.check()
            survey.add(value)
        if survey.objects + survey.texts or depth == 1:
            found[path] = (at, survey)
        return found, scan.end
    if text[at : at + 1] == "{" and depth <= _DEEPEST:
        objects = json_scan.ObjectScan(text, at)
        for key, inner in objects:
            more, objects.at = _lists(
                text, inner, f"{path}.{key}" if path else key, context, depth + 1
            )
            found.update(more)
        return found, objects.at
    return found, json_scan.decode_at(text, at)[1]


def _choose(
    lists: dict[str, tuple[int, _Survey]], wanted: str | None, name: str
) -> tuple[str, Question | None]:
    if not lists:
        raise JokegenError(f"The file “{plain(name)}” holds no list of jokes.", _FORMS)
    if wanted is not None:
        if wanted not in lists:
            raise JokegenError(
                f"The file “{plain(name)}” holds no list “{plain(wanted)}”.",
                f"Choose one of these: {', '.join(lists)}.",
            )
        return wanted, None
    best = max(lists, key=lambda key: lists[key][1].likeliness)
    if len(lists) == 1:
        return best, None
    return best, Question(
        Topic.LIST, f"The file holds {len(lists)} lists. Are the jokes in “{plain(best)}”?"
    )


def _check_has_columns(survey: _Survey, name: str) -> None:
    if survey.objects and not survey.keys and not survey.texts:
        raise JokegenError(f"All objects in “{plain(name)}” are empty.", _FORMS)


def _batches(
    path: Path,
    name: str,
    reading: Reading,
    survey: _Survey,
    values: Iterator[tuple[int, Any]],
    log: MisfitLog,
) -> Iterator[pa.RecordBatch]:
    columns = name_columns(survey.names)

    def rows() -> Iterator[list[str]]:
        for line, value in values:
            if isinstance(value, json_scan.Flawed):
                log.add(name, line, value.problem, can_repair=False, todo=_MEND)
                continue
            row = survey.row(value)
            if any("\0" in cell for cell in row):
                problem = "holds a NUL character, which was taken out"
                if not log.add(name, line, problem, can_repair=True, todo=_MEND):
                    continue
                row = [cell.replace("\0", "") for cell in row]
            yield row

    for group in grouped(rows(), lambda row: sum(map(len, row))):
        yield text_batch(columns, list(zip(*group, strict=True)))
    reading.state.check(path, name)


def _list_values(text: str, start: int, context: JobContext) -> Iterator[tuple[int, Any]]:
    line, counted = json_scan.line_at(text, start), start
    for count, (at, value) in enumerate(json_scan.ListScan(text, start)):
        if count % _ITEMS_A_CHECK == 0:
            context.check()
            context.emit(Progress(Phase.READING, at, len(text), "characters"))
        line, counted = line + text.count("\n", counted, at), at
        yield line, value
    context.emit(Progress(Phase.READING, len(text), len(text), "characters"))


def _line_values(
    path: Path,
    name: str,
    reading: Reading,
    log: MisfitLog | None,
    context: JobContext,
    phase: Phase,
) -> Iterator[tuple[int, Any]]:
    """Line numbers (from 1) and values; broken lines as `Malformed`, or reported to `log`."""
    with open_text(path, reading, context, newline=None, phase=phase) as lines:
        for number, line in enumerate(lines, 1):
            if line.isspace():
                continue
            try:
                yield number, json_scan.decode(line, number)
            except json_scan.Malformed as error:
                if log is None:
                    yield number, error
                else:
                    log.add(name, number, error.problem, can_repair=False, todo=_MEND)


def _whole_text(path: Path, reading: Reading, context: JobContext) -> str:
    with open_text(path, reading, context, newline=None, phase=Phase.VERIFYING) as file:
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
