"""Reads workbooks (XLSX, ODS): the gateway to the library python-calamine.

Cells come as the text that a person sees, as nearly as the stored values allow: 42 is "42" and
not "42.0", a date is "2024-12-31", and "NA" is "NA".
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jokegen.data.batches import TextFile, grouped, name_columns, plain, text_batch
from jokegen.data.dialect import looks_like_header
from jokegen.data.file_state import FileState
from jokegen.data.misfits import MisfitLog
from jokegen.data.workbook_check import check_workbook, damaged
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Format, Question, ReadOptions, Topic
from jokegen.jobs.events import Phase, Progress

if TYPE_CHECKING:
    import pyarrow as pa

_HEAD_ROWS = 200
_ROWS_A_CHECK = 500
_OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FORMULA_TODO = "Open the workbook in its program, let it calculate, and save it again."


def open_workbook(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """One sheet of a workbook: the one that `options` names, else the first with text in it.

    Raises JokegenError for workbooks that are encrypted, of the old kind, damaged or harmful.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    _check_is_readable(path, name)
    state = FileState.of(path)
    facts = check_workbook(path, name, context)
    context.check()
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = tuple(workbook.sheet_names)
        sheet, rows = _pick(workbook, sheets, options.sheet, name, context)
    except PasswordError:
        raise _encrypted(name) from None
    except (CalamineError, OSError, ValueError) as error:
        raise damaged(name) from error
    head = [[_as_text(cell) for cell in row] for row in rows[:_HEAD_ROWS]]
    is_header = options.has_header
    if is_header is None:
        is_header = looks_like_header(head[0], head[1:])
    width = max((len(row) for row in head), default=0)
    columns = name_columns((head[0] + [""] * (width - len(head[0]))) if is_header else [""] * width)
    questions = []
    if options.sheet is None and len(sheets) > 1:
        text = f"The workbook has {len(sheets)} sheets. Are the jokes in “{plain(sheet)}”?"
        questions.append(Question(Topic.SHEET, text))
    for row in facts.rows_without_values(sheet):
        log.add(
            name, row, "holds a formula whose value is not stored; the cell is empty",
            can_repair=True, todo=_FORMULA_TODO, place="Row",
        )  # fmt: skip
    format_ = Format.ODS if options.format is Format.ODS else Format.XLSX
    header = "first row is the header" if is_header else "no header row"
    kind = "OpenDocument sheet" if format_ is Format.ODS else "Excel sheet"
    return TextFile(
        columns,
        f"{kind} “{plain(sheet)}”, {header}",
        _batches(path, name, rows[1:] if is_header else rows, columns, state, context),
        options=replace(options, format=format_, sheet=sheet, has_header=is_header),
        questions=tuple(questions),
        sheets=sheets,
        sha256=_digest(path, context),
    )


def _check_is_readable(path: Path, name: str) -> None:
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if not head.startswith(_OLD_CONTAINER):
        return
    if _ENCRYPTED in path.read_bytes()[: 1 << 20]:
        raise _encrypted(name)
    raise JokegenError(
        f"“{plain(name)}” is a workbook of the old kind (.xls).",
        "Open it in its program, save it as .xlsx (Excel workbook) and choose that.",
    )


def _encrypted(name: str) -> JokegenError:
    return JokegenError(
        f"The workbook “{plain(name)}” is protected with a password.",
        "Open it in its program, save a copy without a password and choose that.",
    )


def _pick(
    workbook: Any, sheets: Sequence[str], wanted: str | None, name: str, context: JobContext
) -> tuple[str, list[list[Any]]]:
    """The wanted sheet with its rows, else the first that has any; blank rows on top are left."""
    if wanted is not None and wanted not in sheets:
        raise JokegenError(
            f"The workbook “{plain(name)}” has no sheet “{plain(wanted)}”.",
            f"Choose one of these: {', '.join(sheets)}.",
        )
    for sheet in [wanted] if wanted is not None else sheets:
        context.check()
        rows: list[list[Any]] = workbook.get_sheet_by_name(sheet).to_python()
        while rows and not any(str(cell).strip() for cell in rows[0]):
            rows.pop(0)
        if rows:
            return sheet, rows
    raise JokegenError(
        f"The workbook “{plain(name)}” holds no text.", "Choose another sheet or another file."
    )


def _batches(
    path: Path,
    name: str,
    rows: list[list[Any]],
    columns: tuple[str, ...],
    state: FileState,
    context: JobContext,
) -> Iterator[pa.RecordBatch]:
    width = len(columns)

    def texts() -> Iterator[list[str]]:
        for number, row in enumerate(rows):
            if number % _ROWS_A_CHECK == 0:
                context.check()
                context.emit(Progress(Phase.READING, number, len(rows), "rows"))
            cells = [_as_text(cell) for cell in row[:width]]
            yield cells + [""] * (width - len(cells))

    for group in grouped(texts(), lambda row: sum(map(len, row))):
        yield text_batch(columns, list(zip(*group, strict=True)))
    state.check(path, name)


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.encode("utf-8", "replace").decode().replace("\0", "")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        at_midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if at_midnight else cell.isoformat(" ")
    return str(cell)


def _digest(path: Path, context: JobContext) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            context.check()
            digest.update(block)
    return digest.hexdigest()
