"""Workbooks come as the text that a person sees in them; what is missing in them is reported."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import Format, Misfits
from tests.data.conftest import read_all, read_rows
from tests.data.workbooks import TEXT, ods_cell, ods_row, write_ods, write_xlsx

JOKES = ["Why, oh why?", "A man walks\ninto a bar.", "  kept  ", "NA", "007", "=1+1", "1e5", "é 😂"]


def write(path: Path, *sheets: Sequence[Sequence[object]]) -> Path:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.remove(workbook.active)
    for number, rows in enumerate(sheets, 1):
        sheet = workbook.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(list(row))
            for cell in sheet[sheet.max_row]:
                if isinstance(cell.value, str):
                    cell.data_type = "s"
    workbook.save(path)
    return path


def test_texts_are_what_was_typed(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.xlsx", [["id", "joke"], *([i, joke] for i, joke in enumerate(JOKES))]
    )
    columns, rows, understood = read_rows(path)
    assert columns == ("id", "joke")
    assert rows == [(str(i), joke) for i, joke in enumerate(JOKES)]
    assert understood == "Excel sheet “Sheet 1”, first row is the header"


def test_other_values_are_shown_as_a_person_sees_them(tmp_path: Path) -> None:
    values: list[object] = [
        42, 1.5, 1e20, True, False, None, datetime.datetime(2024, 12, 31, 23, 59),
        datetime.date(2024, 12, 31), datetime.time(9, 5), datetime.timedelta(hours=30), -0.25,
    ]  # fmt: skip
    path = write(tmp_path / "a.xlsx", [["value", "joke"], *([value, "x"] for value in values)])
    assert [row[0] for row in read_rows(path)[1]] == [
        "42", "1.5", "1e+20", "TRUE", "FALSE", "", "2024-12-31 23:59:00", "2024-12-31",
        "09:05:00", "1 day, 6:00:00", "-0.25",
    ]  # fmt: skip


def test_what_excel_escapes_is_read_as_excel_shows_it(tmp_path: Path) -> None:
    sheet = f'<row r="1">{TEXT.format("A1", "a_x000D_b _x005F_x0041_ _xZZZZ_ c_d")}</row>'
    path = write_xlsx(tmp_path / "a.xlsx", sheet)
    assert read_all(path, has_header=False).rows == [("a\rb _x0041_ _xZZZZ_ c_d",)]


def test_a_table_that_begins_anywhere_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row, (number, joke) in enumerate([("id", "joke"), (1, "a b"), (2, "c d")], 5):
        sheet.cell(row, 3).value, sheet.cell(row, 4).value = number, joke
    workbook.create_chartsheet("Chart", 0)
    hidden = workbook.create_sheet("Hidden")
    hidden.sheet_state = "hidden"
    workbook.save(path)
    found = read_all(path)
    assert (found.columns, found.rows) == (("id", "joke"), [("1", "a b"), ("2", "c d")])
    assert found.questions == ["The workbook has 2 sheets. Are the jokes in “Sheet”?"]


def test_the_sheet_can_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [], [["joke"], ["first sheet"]], [["joke"], ["second sheet"]])
    found = read_all(path)
    assert found.rows == [("first sheet",)]
    assert found.options.sheet == "Sheet 2"
    assert found.questions == ["The workbook has 3 sheets. Are the jokes in “Sheet 2”?"]
    found = read_all(path, sheet="Sheet 3")
    assert (found.rows, found.questions) == ([("second sheet",)], [])
    with pytest.raises(JokegenError, match="has no sheet “Jokes”") as caught:
        read_all(path, sheet="Jokes")
    assert "“Sheet 1”, “Sheet 2”, “Sheet 3”" in caught.value.todo
    with pytest.raises(JokegenError, match="holds no text"):
        read_all(path, sheet="Sheet 1")


def test_a_header_that_may_be_a_joke_is_a_question(tmp_path: Path) -> None:
    rows = [["Moppi"], *[["A line that is a good deal longer than that."]] * 9]
    path = write(tmp_path / "a.xlsx", rows)
    assert read_all(path).questions == ["Is the first row, “Moppi”, the name of the column?"]
    found = read_all(path, has_header=False)
    assert (len(found.rows), found.questions) == (10, [])


FORMULAS = (
    '<row r="1">' + TEXT.format("A1", "joke") + TEXT.format("B1", "n") + "</row>"
    '<row r="2"><c r="A2"><f>B2&amp;"x"</f></c><c r="B2"><v>1</v></c></row>'
    '<row r="3"><c r="A3" t="str"><f>B3&amp;"x"</f><v>3x</v></c><c r="B3"><v>3</v></c></row>'
    '<row r="4"><c r="A4" t="str"><f>""</f><v></v></c><c r="B4"><v>4</v></c></row>'
    '<row r="5"><c r="A5"><f t="shared" si="0"/><v/></c><c r="B5"><v>5</v></c></row>'
)


def test_formulas_without_values_are_named_with_what_to_do(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", FORMULAS)
    found = read_all(path)
    assert found.rows == [("", "1"), ("3x", "3"), ("", "4"), ("", "5")]
    assert [(m.line, m.done) for m in found.misfits] == [(2, "repaired"), (5, "repaired")]
    assert "holds a formula whose value is not stored" in found.misfits[0].problem
    assert read_all(path, misfits=Misfits.SKIP).rows == [("3x", "3"), ("", "4")]
    with pytest.raises(JokegenError, match=r"Row 2 of “a\.xlsx” holds a formula") as caught:
        read_rows(path)
    assert caught.value.todo.startswith("Open the workbook in its program, let it calculate")


def test_formulas_that_openpyxl_wrote_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    for row in (["joke"], ["fine and good"], ["=A2&A2"], ["also fine"]):
        workbook.active.append(row)
    workbook.save(path)
    found = read_all(path)
    assert [row[0] for row in found.rows] == ["fine and good", "", "also fine"]
    assert [m.line for m in found.misfits] == [3]


def test_open_document_is_read(tmp_path: Path) -> None:
    formula = '<table:table-cell table:formula="of:=A1"/>'
    sheet = (
        ods_row(ods_cell("id"), ods_cell("joke"))
        + ods_row(ods_cell("1"), ods_cell("NA"))
        + ods_row(ods_cell("2", 'table:number-columns-repeated="2"'))
        + ods_row('<table:table-cell table:number-columns-repeated="2"/>')
        + ods_row(ods_cell("3"), formula)
        + ods_row('<table:table-cell table:number-columns-repeated="16384"/>',
                  attributes='table:number-rows-repeated="1048570"')
    )  # fmt: skip
    found = read_all(write_ods(tmp_path / "a.ods", sheet))
    assert found.columns == ("id", "joke")
    assert found.rows == [("1", "NA"), ("2", "2"), ("", ""), ("3", "")]
    assert found.understood == "OpenDocument sheet “Sheet 1”, first row is the header"
    assert [(m.line, m.problem) for m in found.misfits] == [
        (5, "holds a formula whose value is not stored; its cell is empty")
    ]


def test_the_content_says_what_a_workbook_is(tmp_path: Path) -> None:
    excel = write(tmp_path / "x.xlsx", [["joke"], ["ha ha"]]).read_bytes()
    ods = write_ods(tmp_path / "x.ods", ods_row(ods_cell("joke")) + ods_row(ods_cell("ha ha")))
    for name, content, kind in [
        ("a.csv", excel, Format.XLSX), ("b.xls", excel, Format.XLSX), ("c.ods", excel, Format.XLSX),
        ("d.xlsx", ods.read_bytes(), Format.ODS), ("e.txt", excel, Format.XLSX),
        ("f.xls", b"joke\tn\r\nha ha\t1\r\n", Format.CSV),
        ("g.xlsx", b"joke,n\nha ha,1\n", Format.CSV),
    ]:  # fmt: skip
        path = tmp_path / name
        path.write_bytes(content)
        found = read_all(path)
        assert found.rows[0][0] == "ha ha"
        assert found.options.format is kind


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NOT_READ: dict[str, tuple[str, bytes, str, str]] = {
    "legacy": ("a.xls", OLD + bytes(9_999), "“a.xls” is a workbook of the old kind (.xls)",
               "save it as .xlsx"),
    "encrypted": ("a.xlsx", OLD + bytes(3_000_000) + "EncryptedPackage".encode("utf-16-le"),
                  "The workbook “a.xlsx” is protected with a password", "without a password"),
    "page": ("a.xls", b"<html><table><tr><td>joke", "“a.xls” is not a workbook: it seems to be a w",
             "save it as .xlsx"),
    "xml of 2003": ("a.xls", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:'
                    b'office:spreadsheet">', "it seems to be an Excel workbook of 2003 (XML)",
                    "save it as .xlsx"),
}  # fmt: skip


@pytest.mark.parametrize("case", NOT_READ)
def test_what_is_no_workbook_is_named_with_what_to_do(tmp_path: Path, case: str) -> None:
    name, content, happened, todo = NOT_READ[case]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(JokegenError) as caught:
        read_all(path)
    assert happened in caught.value.happened
    assert todo in caught.value.todo


@pytest.mark.parametrize(
    ("part", "happened"),
    [
        ("xl/workbook.bin", "“a.xlsx” is a binary workbook (.xlsb)"),
        ("word/document.xml", "“a.xlsx” is a Word document, not a workbook"),
        ("ppt/presentation.xml", "“a.xlsx” is a PowerPoint presentation, not a workbook"),
    ],
)
def test_other_office_documents_are_named(tmp_path: Path, part: str, happened: str) -> None:
    import zipfile

    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(part, "<x/>")
    with pytest.raises(JokegenError) as caught:
        read_all(path)
    assert happened in caught.value.happened


def test_a_workbook_cut_off_anywhere_is_named(tmp_path: Path) -> None:
    rows = [["joke"], *([f"joke number {i}"] for i in range(3_000))]
    content = write(tmp_path / "a.xlsx", rows).read_bytes()
    path = tmp_path / "a.xlsx"
    for share in (0.1, 0.5, 0.9, 0.999):
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(
            JokegenError, match=r"The workbook “a\.xlsx” is damaged or was not copied"
        ):
            read_all(path)
    for at in range(100, len(content) - 200, 401):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :])
        with contextlib.suppress(JokegenError):  # and nothing else
            read_all(path)


def test_of_several_sheets_the_one_with_the_most_rows_is_proposed(tmp_path: Path) -> None:
    notes, jokes = [["Made in May"]], [["joke"], ["one"], ["two"], ["three"]]
    found = read_all(write(tmp_path / "a.xlsx", notes, jokes, [["x"], ["y"]]))
    assert [row[0] for row in found.rows] == ["one", "two", "three"]
    assert any("3 sheets" in question for question in found.questions)
