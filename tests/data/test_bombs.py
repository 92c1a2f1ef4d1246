"""Small files that would fill memory or disk are turned away while both stay free."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from tests.data.memory import READ_ALL, run_on
from tests.data.workbooks import TEXT, ods_cell, ods_row, write_ods, write_xlsx

MEGABYTES_ALLOWED = 250  # above what an empty process takes
ENTITIES = "<!DOCTYPE x [<!ENTITY a '0123456789'>" + "".join(
    f"<!ENTITY {after} '{f'&{before};' * 10}'>"
    for before, after in zip("abcdefghi", "bcdefghij", strict=True)
) + "]>"  # fmt: skip


def far_cell(row: str, cell: str) -> str:
    """A sheet whose second value stands far away from the first."""
    return f'<row r="1">{TEXT.format("A1", "joke")}</row><row r="{row}">{cell}</row>'


def zipped(*parts: tuple[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return file.getvalue()


BLANK = b"joke\n" + b"ha " * (100 << 20)
STYLED = '<c r="XFD1048576" s="1"/>'


def nested() -> bytes:
    """Like the well-known 42.zip: archives in archives, each with many more."""
    content = zipped(*((f"{i}.csv", BLANK[: 40 << 20]) for i in range(4)))
    for _ in range(2):
        content = zipped(*((f"{i}.zip", content) for i in range(4)))
    return content


BOMBS: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "far cell": ("a.xlsx", lambda path: write_xlsx(
        path, far_cell("1048576", '<c r="XFD1048576"><v>1</v></c>')), "spans 1,048,576 rows"),
    "farther than any sheet": ("a.xlsx", lambda path: write_xlsx(
        path, far_cell("4000000000", '<c r="A4000000000"><v>1</v></c>')), "4,000,000,000 rows"),
    "apostrophes": ("a.xlsx", lambda path: write_xlsx(
        path, far_cell("1048576", "<c r='XFD1048576'><v>1</v></c>")), "spans 1,048,576 rows"),
    "hidden by an attribute": ("a.xlsx", lambda path: write_xlsx(
        path, far_cell("1048576", '<c a=">" r="XFD1048576" b="/>"><v>1</v></c>')), "576 rows"),
    "without names": ("a.xlsx", lambda path: write_xlsx(
        path, far_cell("900000000", "<c><v>1</v></c>")), "spans 900,000,000 rows"),
    "utf-16": ("a.xlsx", lambda path: write_xlsx(
        path, far_cell("1048576", '<c r="XFD1048576"><v>1</v></c>'), encoding="utf-16"),
        "is damaged"),
    "entities": ("a.xlsx", lambda path: write_xlsx(
        path, f'<row r="1">{TEXT.format("A1", "&j;")}</row>', before=ENTITIES),
        "declares XML entities"),
    "unpacks": ("a.xlsx", lambda path: write_xlsx(
        path, f'<row r="1">{TEXT.format("A1", "x" * (200 << 20))}</row>'), "unpacks to 0.2 GB"),
    "ods, far cell": ("a.ods", lambda path: write_ods(
        path, ods_row(ods_cell("joke"))
        + ods_row("<table:table-cell/>", attributes='table:number-rows-repeated="1048574"')
        + ods_row('<table:table-cell table:number-columns-repeated="16000"/>', ods_cell("x"))),
        "spans 1,048,576 rows"),
    "ods, repeated": ("a.ods", lambda path: write_ods(
        path, ods_row(ods_cell("x", 'table:number-columns-repeated="16000"'),
                      attributes='table:number-rows-repeated="1048576"')), "spans 1,048,576 rows"),
    "ods, entities": ("a.ods", lambda path: write_ods(
        path, ods_row(ods_cell("&j;")), before=ENTITIES), "declares XML entities"),
    "gzip": ("a.csv.gz", lambda path: path.write_bytes(gzip.compress(BLANK)), "gz” unpacks to"),
    "zstd": ("a.csv.zst", lambda path: path.write_bytes(
        pa.Codec("zstd").compress(BLANK).to_pybytes()), "“a.csv.zst” unpacks to"),
    "zip": ("a.zip", lambda path: path.write_bytes(zipped(("a.csv", BLANK))), "“a.zip” unpacks to"),
    "zip of many": ("a.zip", lambda path: path.write_bytes(
        zipped(*((f"{i}.csv", BLANK[: 40 << 20]) for i in range(5)))), "“a.zip” unpacks to"),
    "zip in zips": ("a.zip", lambda path: path.write_bytes(nested()), "“a.zip” unpacks to"),
    "gzip in gzip": ("a.csv.gz", lambda path: path.write_bytes(
        gzip.compress(gzip.compress(BLANK))), "“a.csv.gz” unpacks to"),
}  # fmt: skip


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> int:
    """The megabytes that reading takes at least."""
    path = tmp_path_factory.mktemp("usual") / "a.xlsx"
    write_xlsx(path, f'<row r="1">{TEXT.format("A1", "joke")}</row>')
    return int(run_on(READ_ALL, path)[-1])


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_is_turned_away_before_it_goes_off(tmp_path: Path, case: str, usual: int) -> None:
    name, make, sentence = BOMBS[case]
    path = tmp_path / name
    make(path)
    said, _, most = run_on(READ_ALL, path)
    assert sentence in said
    assert name in said
    assert int(most) - usual < MEGABYTES_ALLOWED
    left = [file for file in (tmp_path / "unused").rglob("*") if file.is_file()]
    assert left == []


def test_cells_that_only_have_a_style_are_no_danger(tmp_path: Path) -> None:
    """Whole columns that were coloured: spreadsheets write such cells down to the last row."""
    path = tmp_path / "a.xlsx"
    row = f'<row r="2">{TEXT.format("A2", "ha ha")}</row>'
    write_xlsx(path, far_cell("1", "") + row + f'<row r="1048576">{STYLED}</row>')
    assert run_on(READ_ALL, path)[0] == "1"
