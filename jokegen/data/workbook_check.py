"""Looks over a workbook before it is read: what could fill the memory or be missing is found here.

Workbooks are zip archives of XML. The library that reads them builds a sheet as a whole, from its
first to its last used cell; one value far out would make that larger than any memory. Every XML
part is gone through once as a stream of bytes, which costs a fraction of the reading itself.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jokegen.data.batches import plain
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext

MOST_UNPACKED = 2 << 30  # bytes
MOST_RATIO = 300  # of XML, which packs well; bombs reach a thousand and more
_SMALL = 16 << 20  # bytes: of no danger whatever the ratio
MOST_CELLS = 40_000_000
_BLOCK = 1 << 20
_OVERLAP = 8_192

_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?\br="[A-Z]{1,3}(\d{1,7})"[^>]*>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)'
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ODS_REPEAT = re.compile(rb'number-(rows|columns)-repeated="(\d+)"')
_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*)>(.*?)</table:table-row>", re.DOTALL)
_ODS_CELL = re.compile(rb"<table:(?:covered-)?table-cell\b([^>]*)")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")


@dataclass
class WorkbookFacts:
    """`empty_formulas` are rows (from 1) with a formula that has no stored value, by sheet part."""

    empty_formulas: dict[str, list[int]] = field(default_factory=dict)
    part_of: dict[str, str] = field(default_factory=dict)  # sheet name → its part of the archive

    def rows_without_values(self, sheet: str) -> list[int]:
        return self.empty_formulas.get(self.part_of.get(sheet, ""), [])


def check_workbook(path: Path, name: str, context: JobContext) -> WorkbookFacts:
    """Go through all parts. Raises JokegenError for what cannot or must not be read."""
    facts = WorkbookFacts()
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check_sizes(members, name)
            for member in members:
                part = member.filename
                if part.endswith((".xml", ".rels")):
                    _check_part(archive, member, name, facts, context)
            if "xl/workbook.xml" in archive.namelist():
                facts.part_of = _parts(archive)
    except (zipfile.BadZipFile, EOFError, zlib_error()) as error:
        raise damaged(name) from error
    return facts


def zlib_error() -> type[Exception]:
    import zlib

    return zlib.error


def damaged(name: str) -> JokegenError:
    """What to say of a workbook that is cut off or not one."""
    return JokegenError(
        f"The workbook “{plain(name)}” is damaged or was not copied completely.",
        "Open it in its program and save it again, or download it again, then choose it.",
    )


def _check_sizes(members: list[zipfile.ZipInfo], name: str) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    if unpacked > MOST_UNPACKED or (unpacked > _SMALL and unpacked > MOST_RATIO * max(packed, 1)):
        raise JokegenError(
            f"The workbook “{plain(name)}” unpacks to {unpacked / 1e9:.1f} GB, which no pile of "
            "jokes needs.",
            "If you trust it, save the sheet as CSV in its program and choose that.",
        )


def _check_part(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    name: str,
    facts: WorkbookFacts,
    context: JobContext,
) -> None:
    part = member.filename
    is_sheet = part.startswith("xl/worksheets/")
    rows = columns = 0
    size = 0
    for text in _stream(archive, member):
        context.check()
        size += len(text)
        if size > member.file_size + _BLOCK + _OVERLAP * (size // _BLOCK + 1):
            raise damaged(name)
        if _DOCTYPE.search(text):
            raise JokegenError(
                f"The workbook “{plain(name)}” declares XML entities, as harmful files do.",
                "Open it in its program, save the sheet as CSV and choose that.",
            )
        if is_sheet:
            for match in _CELL.finditer(text):
                rows = max(rows, int(match.group(2)))
                columns = max(columns, _column_number(match.group(1)))
            if found := [int(match.group(1)) for match in _FORMULA.finditer(text)]:
                known = facts.empty_formulas.setdefault(part, [])
                known += [row for row in found if row not in known[-64:]]
        elif part == "content.xml":
            _check_repeats(text, name)
    if rows * columns > MOST_CELLS:
        raise _too_large(name, rows, columns)


def _check_repeats(text: bytes, name: str) -> None:
    """In OpenDocument a cell or row can stand for a million equal ones."""
    for row in _ODS_ROW.finditer(text):
        times = _repeat(row.group(1))
        width = sum(
            _repeat(cell.group(1))
            for cell in _ODS_CELL.finditer(row.group(2))
            if b"value-type" in cell.group(1)
        )
        if times * width > MOST_CELLS // 8:
            raise _too_large(name, times, width)


def _repeat(attributes: bytes) -> int:
    match = _ODS_REPEAT.search(attributes)
    return int(match.group(2)) if match else 1


def _too_large(name: str, rows: int, columns: int) -> JokegenError:
    return JokegenError(
        f"A sheet of “{plain(name)}” spans {rows:,} rows and {columns:,} columns, most of them "
        "empty.",
        "Delete the values that stand far away from the others (Ctrl+End shows the last one), "
        "save it, then choose it again.",
    )


def _stream(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a part in blocks; the end of each stands at the start of the next again."""
    with archive.open(member) as file:
        rest = b""
        while block := file.read(_BLOCK):
            yield rest + block
            rest = block[-_OVERLAP:]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Which part of the archive holds which sheet."""
    import html

    def attribute(tag: bytes, wanted: bytes) -> str:
        match = re.search(rb"(?<![\w])" + wanted + rb'="([^"]*)"', tag)
        return html.unescape(match.group(1).decode("utf-8", "replace")) if match else ""

    try:
        relations = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return {}
    targets = {
        attribute(tag, b"Id"): attribute(tag, b"Target").removeprefix("/xl/")
        for tag in _RELATION.findall(relations)
    }
    return {
        attribute(tag, b"name"): f"xl/{targets.get(attribute(tag, b'r:id'), '')}"
        for tag in _SHEET.findall(archive.read("xl/workbook.xml"))
    }
