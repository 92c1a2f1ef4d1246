"""Reads JSON and JSON Lines: lists of texts, or lists of objects whose keys become columns.

A file is gone through twice: objects may show a new key on the last line, and a table's columns
have to be known before its first row.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jokegen.data.batches import TextFile, check_width, grouped, name_columns, plain, text_batch
from jokegen.data.encoding import Reading, open_text, read_through
from jokegen.data.json_scan import NUL, Flawed, JsonText, Malformed, decode
from jokegen.data.json_shape import DEEPEST, Survey, rows_of_object
from jokegen.data.misfits import MisfitLog
from jokegen.data.repairs import Repairs
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Format, Misfits, Question, ReadOptions, Topic
from jokegen.jobs.events import Phase

if TYPE_CHECKING:
    import pyarrow as pa

_ITEMS_A_CHECK = 2_000
_HEAD_CHARACTERS = 1 << 20
_MOST_AT_ONCE = 32 << 20  # bytes: an object without lists is decoded as a whole
_FORMS = (
    "A JSON file of jokes is a list of texts, a list of objects, or an object that holds such a "
    "list; change the file to one of these, then choose it again."
)
_MEND = "Correct that line (a text editor shows line numbers), or export the file anew."

Values = Iterator[tuple[int | JsonText, Any]]  # each with its line, or what knows it


def open_json_lines(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """JSON Lines: one text or one object a line; a broken line is reported and left out.

    A .jsonl file that is one JSON list is read as JSON, which is what it is.
    """
    reading = read_through(path, name, options.encoding, context)
    if _is_one_list(_head(path, name, reading, context)):
        return open_json(path, name, options, log, context)
    survey = Survey(name)
    broken = 0
    for _, value in _line_values(path, name, reading, None, context, Phase.VERIFYING, survey):
        if isinstance(value, Malformed):
            broken += 1
        else:
            survey.add(value)
    if broken and not survey.rows:
        return open_json(path, name, options, log, context)
    return TextFile(
        _columns(survey, name),
        f"JSON Lines, {survey.kind}, {reading.title}",
        _batches(
            path, name, reading, survey,
            _line_values(path, name, reading, log, context, Phase.READING), log,
        ),
        options=replace(options, format=Format.JSON_LINES, encoding=reading.codec),
        questions=tuple(filter(None, [reading.question])),
        sha256=reading.sha256,
    )  # fmt: skip


def open_json(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """A JSON list of texts or objects, or an object that holds such lists.

    A .json file with one object a line is read as JSON Lines, which is what it is. Raises
    JokegenError that names the line of what is broken; of a file that was cut off, what is there
    is read and the end reported.
    """
    reading = read_through(path, name, options.encoding, context)
    head = _head(path, name, reading, context)
    if _is_object_a_line(head):
        return open_json_lines(path, name, options, log, context)
    if not head.lstrip().startswith(("[", "{")):
        raise JokegenError(f"The file “{plain(name)}” is not a JSON list or object.", _FORMS)
    lists, cut = _survey(path, name, reading, log, context)
    if not lists:
        lists = _surveyed_object(path, name, reading, context)
    key, question = _choose(lists, options.list_key, name)
    survey, rows = lists[key]
    where = f" in “{plain(key)}”" if key else ""
    if rows is None:
        values = _list_values(path, name, reading, key, log, context)
    else:
        values = ((1, row) for row in rows)
    return TextFile(
        _columns(survey, name),
        f"JSON, a list of {survey.kind}{where}, {reading.title}",
        _batches(path, name, reading, survey, values, log, cut),
        options=replace(options, format=Format.JSON, encoding=reading.codec, list_key=key),
        questions=tuple(filter(None, [reading.question, question])),
        lists=tuple(lists) if len(lists) > 1 else (),
        sha256=reading.sha256,
    )


# The lists of a file by their keys; rows are given where they are no list in the file.
_Lists = dict[str, tuple[Survey, list[Any] | None]]


def _survey(
    path: Path, name: str, reading: Reading, log: MisfitLog, context: JobContext
) -> tuple[_Lists, Malformed | None]:
    """All lists with anything in them, and what is wrong at the end of a file that was cut off."""
    lists: _Lists = {}
    with _opened(path, name, reading, None, context, Phase.VERIFYING) as text:
        try:
            for key, values in _lists_in(text):
                survey = Survey(name)
                try:
                    for count, value in enumerate(values):
                        if count % _ITEMS_A_CHECK == 0:
                            context.check()
                        survey.add(value)
                finally:
                    survey.has_nul = text.has_nul
                    if survey.rows or not key:  # the file itself, even if it is empty
                        lists[key] = survey, None
            text.expect_end()
        except Malformed as error:
            is_worth_it = error.is_cut and any(survey.rows for survey, _ in lists.values())
            if not is_worth_it or log.policy is Misfits.STOP:
                raise _as_error(error, name) from None
            return lists, error
    return lists, None


def _lists_in(
    text: JsonText, path: str = "", depth: int = 1
) -> Iterator[tuple[str, Iterator[Any]]]:
    """The lists of a file by their keys, each with its values, to be gone through at once."""
    mark = text.next_mark()
    if mark == "[":
        values = text.values()
        yield path, values
        for _ in values:
            pass
    elif mark == "{" and depth <= DEEPEST:
        for key in text.members():
            yield from _lists_in(text, f"{path}.{key}" if path else key, depth + 1)
    else:
        text.value()


def _surveyed_object(path: Path, name: str, reading: Reading, context: JobContext) -> _Lists:
    """The rows of a file that holds objects only, if there are any."""
    if reading.bytes > _MOST_AT_ONCE:
        return {}
    with _opened(path, name, reading, None, context, Phase.VERIFYING) as text:
        found = rows_of_object(text.value())
    if found is None:
        return {}
    key, rows = found
    survey = Survey(name)
    for row in rows:
        survey.add(row)
    return {key: (survey, rows)}


def _choose(lists: _Lists, wanted: str | None, name: str) -> tuple[str, Question | None]:
    if not lists:
        raise JokegenError(f"The file “{plain(name)}” holds no list of jokes.", _FORMS)
    if wanted is not None:
        if wanted not in lists:
            raise JokegenError(
                f"The file “{plain(name)}” holds no list “{plain(wanted)}”.",
                f"Choose one of these: {', '.join(f'“{plain(key)}”' for key in lists)}.",
            )
        return wanted, None
    best = max(lists, key=lambda key: lists[key][0].likeliness)
    if len(lists) == 1:
        return best, None
    return best, Question(
        Topic.LIST, f"The file holds {len(lists)} lists. Are the jokes in “{plain(best)}”?"
    )


def _columns(survey: Survey, name: str) -> tuple[str, ...]:
    if survey.objects and not survey.keys and not survey.texts:
        raise JokegenError(f"All objects in “{plain(name)}” are empty.", _FORMS)
    names = survey.names
    check_width(len(names), name)
    return name_columns([plain(name) for name in names])


def _batches(
    path: Path,
    name: str,
    reading: Reading,
    survey: Survey,
    values: Values,
    log: MisfitLog,
    cut: Malformed | None = None,
) -> Iterator[pa.RecordBatch]:
    columns = name_columns([plain(name) for name in survey.names])

    def rows() -> Iterator[list[str]]:
        for where, value in itertools.islice(values, int(survey.has_header), None):
            if isinstance(value, Flawed):
                log.add(name, _line(where), value.problem, can_repair=False, todo=_MEND)
                continue
            row = survey.row(value)
            if survey.has_nul and any("\0" in cell for cell in row):
                problem = "holds a NUL character, which was taken out"
                if not log.add(name, _line(where), problem, can_repair=True, todo=_MEND):
                    continue
                row = [cell.replace("\0", "") for cell in row]
            yield row
        if cut is not None:
            problem = f"{cut.problem}: the file was cut off, and what follows is not there"
            log.add(name, cut.line, problem, can_repair=False, todo=_MEND)

    for group in grouped(rows(), lambda row: sum(map(len, row))):
        yield text_batch(columns, list(zip(*group, strict=True)))
    reading.state.check(path, name)


def _line(where: int | JsonText) -> int:
    return where if isinstance(where, int) else where.value_line


def _list_values(
    path: Path, name: str, reading: Reading, key: str, log: MisfitLog, context: JobContext
) -> Values:
    with _opened(path, name, reading, log, context, Phase.READING) as text:
        try:
            for path_, values in _lists_in(text):
                if path_ == key:
                    yield from zip(itertools.repeat(text), values)
        except Malformed as error:
            if not error.is_cut:  # it was sound, or cut off, when it was gone through before
                raise _as_error(error, name) from None


def _line_values(
    path: Path,
    name: str,
    reading: Reading,
    log: MisfitLog | None,
    context: JobContext,
    phase: Phase,
    survey: Survey | None = None,
) -> Values:
    """Line numbers (from 1) and values; broken lines as `Malformed`, or reported to `log`."""
    with open_text(path, name, reading, context, newline=None, phase=phase) as lines:
        repairs = Repairs(name, log or MisfitLog())
        mended = repairs.mended(lines) if reading.needs_repairs else lines
        for number, line in enumerate(mended, 1):
            if line.isspace() or not repairs.accept():
                continue
            if survey is not None and NUL in line:
                survey.has_nul = True
            try:
                yield number, decode(line, number)
            except Malformed as error:
                if log is None:
                    yield number, error
                else:
                    log.add(name, number, error.problem, can_repair=False, todo=_MEND)


@contextlib.contextmanager
def _opened(
    path: Path,
    name: str,
    reading: Reading,
    log: MisfitLog | None,
    context: JobContext,
    phase: Phase,
) -> Iterator[JsonText]:
    """The text of a JSON file; what is mended in it is reported to `log`."""
    with open_text(path, name, reading, context, newline=None, phase=phase) as file:
        if not reading.needs_repairs or (log is not None and log.policy is Misfits.SKIP):
            yield JsonText(file.read, has_flaws=reading.flaws > 0)
            return
        repairs = Repairs(name, log or MisfitLog())
        lines = repairs.mended(file)

        def read(_: int) -> str:
            line = next(lines, "")
            repairs.accept()
            return line

        yield JsonText(read)


def _head(path: Path, name: str, reading: Reading, context: JobContext) -> str:
    with open_text(path, name, reading, context, newline=None, phase=Phase.VERIFYING) as file:
        return file.read(_HEAD_CHARACTERS).lstrip()


def _is_one_list(head: str) -> bool:
    """Whether JSON Lines are none: the first line begins a list that others go on with."""
    if not head.startswith("["):
        return False
    line, _, rest = head.partition("\n")
    return not _is_sound(line) or not rest.strip()


def _is_object_a_line(head: str) -> bool:
    """Whether the first line is a whole object and another follows: JSON Lines by another name."""
    line, _, rest = head.partition("\n")
    return head.startswith("{") and rest.lstrip().startswith("{") and _is_sound(line)


def _is_sound(line: str) -> bool:
    try:
        decode(line, 1)
    except Malformed:
        return False
    return True


def _as_error(error: Malformed, name: str) -> JokegenError:
    return JokegenError(f"Line {error.line} of “{plain(name)}” {error.problem}.", _MEND)
