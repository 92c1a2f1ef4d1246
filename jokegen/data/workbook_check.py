"""Looks over a workbook before it is read: what could fill the memory or be missing is found here.

Workbooks are zip archives of XML. The library that reads them builds a sheet as a whole, from its
first to its last used cell; one value far out would make that larger than any memory. Every XML
part is gone through once as a stream of bytes, which costs a fraction of the reading itself.
"""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jokegen.data.batches import plain
from jokegen.data.sheet_positions import (
    OdsPositions,
    ParsedPositions,
    Positions,
    Unreadable,
    Unusual,
    UsualPositions,
)
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext

MOST_UNPACKED = 1 << 30  # bytes
MOST_RATIO = 300  # of XML, which packs well; bombs reach a thousand and more
_SMALL = 16 << 20  # bytes: of no danger whatever the ratio
MOST_CELLS = 12_000_000  # a cell takes 32 bytes, empty or not
_MOST_STRINGS = 8_000_000
_BLOCK = 1 << 20
_LONGEST_CELL = 4 << 20  # bytes that are waited for before a block is cut anywhere

_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_UTF16 = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_FORMULA = re.compile(
    rb'<(?:\w+:)?c\s(?P<start>[^>]*?)\br="[A-Z]{1,3}(?P<row>\d{1,7})"(?P<end>[^>]*)>\s*'
    rb"<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?P<value><(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_TEXT_TYPE = b't="str"'
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")


@dataclass
class WorkbookFacts:
    """`empty_formulas` are rows (from 1) with a formula that has no stored value, by sheet part.

    In OpenDocument, where all sheets are in one part, the sheet's number stands for its part.
    """

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
            _check_kind(members, name)
            _check_sizes(members, name)
            for member in members:
                if member.filename.endswith((".xml", ".rels")):
                    _check_part(archive, member, name, facts, context)
            if "xl/workbook.xml" in archive.namelist():
                facts.part_of = _parts(archive)
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise damaged(name) from error
    return facts


def damaged(name: str) -> JokegenError:
    """What to say of a workbook that is cut off or not one."""
    return JokegenError(
        f"The workbook “{plain(name)}” is damaged or was not copied completely.",
        "Open it in its program and save it again, or download it again, then choose it.",
    )


def _check_kind(members: list[zipfile.ZipInfo], name: str) -> None:
    names = {member.filename for member in members}
    if "xl/workbook.bin" in names:
        raise JokegenError(
            f"“{plain(name)}” is a binary workbook (.xlsb).",
            "Open it in its program, save it as .xlsx (Excel workbook) and choose that.",
        )
    for part, kind in (("word/", "a Word document"), ("ppt/", "a PowerPoint presentation")):
        if any(other.startswith(part) for other in names):
            raise JokegenError(
                f"“{plain(name)}” is {kind}, not a workbook.",
                "Open it in its program, copy the jokes and paste them into Jokegen, or save them "
                "as plain text (.txt) and choose that file.",
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
    positions: Positions | None = None
    if part.startswith("xl/worksheets/") and part.endswith(".xml"):
        positions = UsualPositions()
    elif part == "content.xml":
        positions = OdsPositions()
    try:
        _go_through(archive, member, positions, name, facts, context)
    except Unusual:
        _go_through(archive, member, ParsedPositions(), name, facts, context)
    if isinstance(positions, OdsPositions):
        for number, (sheet, rows) in enumerate(positions.empty_formulas):
            facts.part_of[sheet] = str(number)
            facts.empty_formulas[str(number)] = rows


def _go_through(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    positions: Positions | None,
    name: str,
    facts: WorkbookFacts,
    context: JobContext,
) -> None:
    strings = 0
    empty_formulas: list[int] = []
    for text in _stream(archive, member, name):
        context.check()
        if _DOCTYPE.search(text):
            raise JokegenError(
                f"The workbook “{plain(name)}” declares XML entities, as harmful files do.",
                "Open it in its program, save the sheet as CSV and choose that.",
            )
        if positions is not None:
            try:
                positions.feed(text)
            except Unreadable:
                raise damaged(name) from None
            if positions.rows * positions.columns > MOST_CELLS:
                raise _too_large(name, positions.rows, positions.columns)
            if b"<f" in text or b":f" in text:
                _note_empty_formulas(text, empty_formulas)
        elif member.filename == "xl/sharedStrings.xml":
            strings += text.count(b"si>")  # each has a beginning and an end
            if strings > _MOST_STRINGS * 2:
                raise _too_large(name, strings // 2, 1)
    if empty_formulas:
        facts.empty_formulas[member.filename] = empty_formulas


def _note_empty_formulas(text: bytes, known: list[int]) -> None:
    for match in _FORMULA.finditer(text):
        # An empty text that was calculated is a value, too.
        is_text = _TEXT_TYPE in match["start"] or _TEXT_TYPE in match["end"]
        row = int(match["row"])
        if not (match["value"] and is_text) and row not in known[-64:]:
            known.append(row)


def _too_large(name: str, rows: int, columns: int) -> JokegenError:
    return JokegenError(
        f"A sheet of “{plain(name)}” spans {rows:,} rows and {columns:,} columns, which are more "
        "cells than fit into the memory, most of them empty.",
        "Delete the values that stand far away from the others (Ctrl+End shows the last one), "
        "save it, then choose it again; or save the sheet as CSV and choose that.",
    )


def _stream(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The bytes of a part in blocks that end where a cell does, wherever that is soon enough."""
    size = 0
    with archive.open(member) as file:
        rest = b""
        while block := file.read(_BLOCK):
            size += len(block)
            if size > member.file_size:
                raise damaged(name)  # more comes out than the archive says
            if size == len(block) and block.startswith(_UTF16):
                raise damaged(name)  # no program writes that, and nobody could look it over
            rest += block
            end = rest.rfind(b"</c>") + 4
            if end == 3:
                end = rest.rfind(b"<") if len(rest) > _LONGEST_CELL else 0
            if end > 0:
                yield rest[:end]
                rest = rest[end:]
        yield rest


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Which part of the archive holds which sheet."""

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
