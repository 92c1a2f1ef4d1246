"""Makes workbooks for tests, good and harmful ones, from their XML."""

from __future__ import annotations

import zipfile
from pathlib import Path

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
TEXT = '<c r="{0}" t="inlineStr"><is><t>{1}</t></is></c>'


def write_xlsx(path: Path, sheet: str, before: str = "", encoding: str = "utf-8") -> Path:
    """A workbook whose one sheet has these rows."""
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship '
        f'Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="Jokes" sheetId="1" r:id="rId1"/></sheets></workbook>',
    }
    content = f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{sheet}</sheetData></worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        archive.writestr("xl/worksheets/sheet1.xml", content.encode(encoding))
    return path


def write_ods(path: Path, *sheets: str, before: str = "") -> Path:
    """A workbook with these sheets, each given as the inside of its table."""
    tables = "".join(
        f'<table:table table:name="Sheet {number}">{sheet}</table:table>'
        for number, sheet in enumerate(sheets, 1)
    )
    names = " ".join(f'xmlns:{kind}="{_OASIS}:{kind}:1.0"' for kind in ("office", "table", "text"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet",
                         zipfile.ZIP_STORED)  # fmt: skip
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0" encoding="UTF-8"?>{before}<office:document-content {names}>'
            f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
            "</office:document-content>",
        )
    return path


def ods_cell(text: str, attributes: str = "") -> str:
    """A cell with one line of text."""
    return (
        f'<table:table-cell {attributes} office:value-type="string"><text:p>{text}</text:p>'
        "</table:table-cell>"
    )


def ods_row(*cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"
