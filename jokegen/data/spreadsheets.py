"""Reads workbooks (XLSX, ODS): the gateway to the library python-calamine.

Cells come as the text that a person sees, as nearly as the stored values allow: 42 is "42" and
not "42.0", a date is "2024-12-31", and "NA" is "NA".
"""

from __future__ import annotations

import datetime
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jokegen.data.batches import (
    TextFile,
    check_width,
    grouped,
    name_columns,
    plain,
    text_batch,
)
from jokegen.data.dialect import looks_like_header
from jokegen.data.file_state import FileState
from jokegen.data.kinds import seems_to_be
from jokegen.data.misfits import MisfitLog
from jokegen.data.names import is_known
from jokegen.data.workbook_check import check_workbook, damaged
from jokegen.errors import JokegenError
from jokegen.jobs.background import in_background
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Format, Question, ReadOptions, Topic
from jokegen.jobs.events import Phase, Progress

if TYPE_CHECKING:
    import pyarrow as pa

_HEAD_ROWS = 200
_ROWS_A_CHECK = 500
_SHEETS_COMPARED = 12  # to find the one with the most rows: notes and figures come first, too
_FEW_ROWS = 4
_ENDINGS = {Format.XLSX: (".xlsx", ".xlsm"), Format.ODS: (".ods",)}
_BLOCK = 1 << 20
_OLD_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_FORMULA_TODO = "Open the workbook in its program, let it calculate, and save it again."


@dataclass
class _Sheet:
    """One sheet: its first rows that are not blank, all of them as an iterator, and how many.

    Rows come with their numbers, from 1, as the program shows them.
    """

    name: str
    first: list[list[str]]
    rows: Iterator[tuple[int, Sequence[Any]]]
    count: int


def open_workbook(
    path: Path, name: str, options: ReadOptions, log: MisfitLog, context: JobContext
) -> TextFile:
    """One sheet of a workbook: the one that `options` names, else the one with the most rows.

    Raises JokegenError for workbooks that are encrypted, of the old kind, damaged or harmful.
    """
    state = FileState.of(path)
    _check_is_readable(path, name)
    facts = check_workbook(path, name, context)
    format_ = Format.ODS if options.format is Format.ODS else Format.XLSX
    sheets, sheet = _opened(path, name, format_, options.sheet, state, context)
    is_header = options.has_header
    if is_header is None:
        is_header = looks_like_header(sheet.first[0], sheet.first[1:])
    width = len(sheet.first[0])
    check_width(width, name)
    columns = name_columns(sheet.first[0] if is_header else [""] * width)
    header = "first row is the header" if is_header else "no header row"
    kind = "OpenDocument sheet" if format_ is Format.ODS else "Excel sheet"
    rows = _rows(name, sheet, frozenset(facts.rows_without_values(sheet.name)), log, context)
    return TextFile(
        columns,
        f"{kind} “{plain(sheet.name)}”, {header}",
        _batches(path, name, itertools.islice(rows, int(is_header), None), columns, state),
        options=replace(options, format=format_, sheet=sheet.name, has_header=is_header),
        questions=tuple(_questions(sheets, sheet, is_header, options)),
        sheets=sheets,
    )


def _questions(
    sheets: Sequence[str], sheet: _Sheet, is_header: bool, options: ReadOptions
) -> Iterator[Question]:
    """What should be asked of the person: only what was guessed on little evidence."""
    if options.sheet is None and len(sheets) > 1:
        text = f"The workbook has {len(sheets)} sheets. Are the jokes in “{plain(sheet.name)}”?"
        yield Question(Topic.SHEET, text)
    first = [cell.strip() for cell in sheet.first[0] if cell.strip()]
    is_little = len(first) == 1 or len(sheet.first) < _FEW_ROWS
    if options.has_header is None and is_header and is_little and not any(map(is_known, first)):
        text = f"Is the first row, “{' · '.join(first)[:80]}”, the name of the column?"
        yield Question(Topic.HEADER, text)


def _check_is_readable(path: Path, name: str) -> None:
    with path.open("rb") as file:
        head = file.read(1 << 16)
        if not head.startswith(_OLD_CONTAINER):
            kind = seems_to_be(head)
            if kind is not None and not head.startswith(b"PK"):
                raise JokegenError(
                    f"“{plain(name)}” is not a workbook: it seems to be {kind}.",
                    "Open it in a spreadsheet program, save it as .xlsx (Excel workbook) and "
                    "choose that.",
                )
            return
        # Where the names of its parts stand is anywhere in the file.
        before = head
        while block := file.read(_BLOCK):
            if _ENCRYPTED in before:
                break
            before = before[-len(_ENCRYPTED) :] + block
    if _ENCRYPTED in before:
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


def _opened(
    path: Path,
    name: str,
    format_: Format,
    wanted: str | None,
    state: FileState,
    context: JobContext,
) -> tuple[tuple[str, ...], _Sheet]:
    """The names of all sheets, and the wanted one, else the one with the most rows."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

    def waited(call: Callable[[], Any]) -> Any:
        """What a call of the library gives.

        It reads a sheet in one piece, which may take seconds, but lets others work meanwhile: a
        thread waits for it, and a cancellation does not.
        """
        found: Iterator[Any] = in_background(lambda put: put(call()), context.check)
        return next(found)

    try:
        if path.suffix.lower() in _ENDINGS[format_]:
            workbook = waited(lambda: CalamineWorkbook.from_path(str(path)))
        else:  # the library believes what a name says
            workbook = waited(lambda: CalamineWorkbook.from_filelike(io.BytesIO(path.read_bytes())))
        sheets = tuple(
            sheet.name for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet
        )
        if wanted is not None and wanted not in sheets:
            raise JokegenError(
                f"The workbook “{plain(name)}” has no sheet “{plain(wanted)}”.",
                f"Choose one of these: {', '.join(f'“{plain(sheet)}”' for sheet in sheets)}.",
            )
        best: _Sheet | None = None
        for title in sheets[:_SHEETS_COMPARED] if wanted is None else [wanted]:
            sheet = _sheet(title, waited(partial(workbook.get_sheet_by_name, title)))
            if sheet is not None and (best is None or sheet.count > best.count):
                best = sheet
        if best is not None:
            return sheets, best
    except PasswordError:
        raise _encrypted(name) from None
    except (CalamineError, OSError, ValueError) as error:
        state.check(path, name)
        raise damaged(name) from error
    raise JokegenError(
        f"The workbook “{plain(name)}” holds no text.", "Choose another sheet or another file."
    )


def _sheet(title: str, content: Any) -> _Sheet | None:
    """A sheet without the blank rows on top; None if there is nothing else."""
    rows: Iterator[tuple[int, Sequence[Any]]] = enumerate(content.iter_rows(), 1)
    rows = itertools.dropwhile(lambda row: not any(str(cell).strip() for cell in row[1]), rows)
    first = list(itertools.islice(rows, _HEAD_ROWS))
    if not first:
        return None
    texts = [[_as_text(cell) for cell in row] for _, row in first]
    return _Sheet(title, texts, itertools.chain(first, rows), content.total_height)


def _rows(
    name: str,
    sheet: _Sheet,
    without_values: frozenset[int],
    log: MisfitLog,
    context: JobContext,
) -> Iterator[list[str]]:
    for number, row in sheet.rows:
        if number % _ROWS_A_CHECK == 0:
            context.check()
            context.emit(Progress(Phase.READING, number, sheet.count, "rows"))
        if number in without_values and not log.add(
            name, number, "holds a formula whose value is not stored; its cell is empty",
            can_repair=True, todo=_FORMULA_TODO, place="Row",
        ):  # fmt: skip
            continue
        yield [_as_text(cell) for cell in row]


def _batches(
    path: Path,
    name: str,
    rows: Iterator[list[str]],
    columns: tuple[str, ...],
    state: FileState,
) -> Iterator[pa.RecordBatch]:
    for group in grouped(rows, lambda row: sum(map(len, row))):
        yield text_batch(columns, list(zip(*group, strict=True)))
    state.check(path, name)


def _as_text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell.replace("\0", "")
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime.datetime):
        at_midnight = cell.time() == datetime.time()
        return cell.date().isoformat() if at_midnight else cell.isoformat(" ")
    return str(cell)
