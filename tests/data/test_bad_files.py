"""What cannot be read is said in a sentence that names file and line and what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jokegen.config.paths import Paths
from jokegen.data.importing import import_jokes
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest, Misfits, ReadOptions
from tests.data.conftest import read_rows

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PARQUET = io.BytesIO()
pq.write_table(pa.table({"joke": [f"joke {i}" for i in range(1000)]}), PARQUET)


def zipped(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "joke\nHa ha\n")
    return file.getvalue()


def quoted_rows(rows: int) -> bytes:
    return b"".join(b'%d,"joke ""%d"", it is"\n' % (i, i) for i in range(rows))


BAD: dict[str, tuple[str, bytes, str]] = {
    "cut utf-8": ("x.txt", b"one\n\xe2\x82", "Line 2 of “x.txt” is not UTF-8"),
    "cut utf-16": ("x.txt", "a\nb".encode("utf-16")[:-1], "Line 2 of “x.txt” is not UTF-16"),
    "empty": ("x.csv", b"", "The file “x.csv” is empty."),
    "only a mark": ("x.csv", b"\xef\xbb\xbf", "“x.csv” holds nothing but blank lines"),
    "blank lines": ("x.csv", b"\n \r\n\t\n", "“x.csv” holds nothing but blank lines"),
    "blank txt": ("x.txt", b"\n\n\n", "“x.txt” holds nothing but blank lines"),
    "header alone": ("x.csv", b"id,joke\n", "“x.csv” names its columns, but holds no jokes"),
    "picture": ("x.csv", PNG, "“x.csv” is not text: it seems to be a PNG picture"),
    "jpeg": ("x.txt", b"\xff\xd8\xff\xe0\0\x10JFIF", "it seems to be a JPEG picture"),
    "pdf": ("x.txt", b"%PDF-1.7\n%\xe2\xe3", "“x.txt” is not text: it seems to be a PDF document"),
    "not a workbook": ("x.xlsx", zipped("xl/workbook.xml"), "workbook “x.xlsx” is damaged"),
    "git lfs": ("x.csv", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n",
                "“x.csv” is not text: it seems to be a Git LFS pointer"),
    "xls as csv": ("x.csv", OLD + bytes(99), "an old Excel or Word"),
    "xls": ("x.xls", OLD + bytes(99), "“x.xls” is a workbook of the old kind (.xls)"),
    "encrypted": ("x.xlsx", OLD + bytes(99) + "EncryptedPackage".encode("utf-16-le"),
                  "The workbook “x.xlsx” is protected with a password"),
    "other binary": ("x.csv", bytes(range(256)) * 9, "“x.csv” is not text: it seems to be a bin"),
    "web page": ("x.csv", b"\n<!DOCTYPE html>\n<html>", "“x.csv” is not text: it seems to be a w"),
    "web page json": ("x.json", b"<html lang=en>", "“x.json” is not text: it seems to be a web"),
    "open quote": ("x.csv", b'id,joke\n1,fine\n2,"never\nclosed\n', "Line 3 of “x.csv” has a quot"),
    "open quote, far": ("x.csv", b"id,joke\n" + quoted_rows(9_000) + b'9,"x\n' + b"y\n" * 9_000,
                        "Line 9002 of “x.csv” has a quotation"),
    "wrong quote": ("x.csv", b'id,joke\n1,fine\n2,"He" said\n3,x\n', "Line 3 of “x.csv” has a q"),
    "quote closed late": ("x.csv", b'id,joke\n1,"a\n2,"closed"\n', "Line 2 of “x.csv” has a quot"),
    "too many": ("x.csv", b"id,joke\n1,fine\n2,Well, well\n", "Line 3 of “x.csv” has 3 fields"),
    "too few": ("x.csv", b'id,joke\n1,"a\nb"\n\n2\n', "Line 5 of “x.csv” has 1 field"),
    "ragged, far": ("x.csv", b"id,joke\n" + b'1,"a\nb"\n' * 5_000 + b"1,2,3\n",
                    "Line 10002 of “x.csv” has 3 fields instead of 2"),
    "jsonl": ("x.jsonl", b'{"joke": "a"}\n\n{"joke": \n', "Line 3 of “x.jsonl” is not valid JSON"),
    "jsonl, two": ("x.jsonl", b'"a"\n"b" "c"\n', "Line 2 of “x.jsonl” holds more than one"),
    "json": ("x.json", b'[\n"a",\n"b" "c"]', "Line 3 of “x.json” is not valid JSON (a comma"),
    "json, cut": ("x.json", b'["a",\n"b"', "Line 2 of “x.json” is not valid JSON (the list is not"),
    "json, cut text": ("x.json", b'["a",\n"b', "Line 2 of “x.json” is not valid JSON"),
    "json, more": ("x.json", b'["a"]\n["b"]', "Line 2 of “x.json” is not valid JSON (there is"),
    "json, no list": ("x.json", b'{"a": "b"}', "“x.json” holds no list of jokes"),
    "json, text": ("x.json", b'"just a text"', "“x.json” is not a JSON list or object"),
    "json, cut object": ("x.json", b'{"a": [1], ', "Line 1 of “x.json” is not valid JSON"),
    "json, no value": ("x.json", b'{"a":', "Line 1 of “x.json” is not valid JSON"),
    "json, cut empty list": ("x.json", b'{"a":[', "Line 1 of “x.json” is not valid JSON"),
    "json, empty objects": ("x.json", b"[{}, {}]", "All objects in “x.json” are empty"),
    "json, empty": ("x.json", b"[]", "“x.json” names its columns, but holds no jokes"),
    "json half": ("x.jsonl", b'"a"\n{"a": "\\ud83d"}', "Line 2 of “x.jsonl” holds half of a"),
    "json deep": ("x.json", b"[" * 100_000, "Line 1 of “x.json” nests lists or objects too"),
    "parquet, cut": ("x.parquet", PARQUET.getvalue()[:-50], "“x.parquet” is not a whole Parquet"),
    "parquet, text": ("x.parquet", b"joke\nha\n", "“x.parquet” is not a whole Parquet file"),
    "ending": ("x.docx", b"joke\n", "The name “x.docx” ends in “.docx”, which Jokegen cannot read"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_named_with_its_flaw_and_a_remedy(tmp_path: Path, case: str) -> None:
    name, content, sentence = BAD[case]
    path = tmp_path / name
    path.write_bytes(content)
    context = RecordingContext(Paths(tmp_path / "home"))
    with pytest.raises(JokegenError) as caught:
        import_jokes(ImportRequest((path,), options=ReadOptions(misfits=Misfits.STOP)), context)
    assert sentence in caught.value.happened
    assert name in caught.value.happened
    assert caught.value.todo.endswith(".")
    assert len(caught.value.todo) > 20
    assert "\n" not in str(caught.value)


def test_damaged_pages_of_a_parquet_file_are_named(tmp_path: Path) -> None:
    content = bytearray(PARQUET.getvalue())
    content[4:400] = bytes(396)
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    with pytest.raises(JokegenError, match=r"“x\.parquet” is not a whole Parquet file"):
        read_rows(path)


def test_bytes_in_a_parquet_column_name_their_row(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"joke": pa.array([b"fine", b"\xff\xfe"])}), path)
    with pytest.raises(JokegenError, match=r"Row 2 of “x\.parquet” holds bytes that are not UTF-8"):
        read_rows(path)
    pq.write_table(pa.table({"joke": ["fine", "fine", "b\0d"]}), path)
    with pytest.raises(JokegenError, match=r"Row 3 of “x\.parquet” holds a NUL"):
        read_rows(path)


def test_a_folder_and_a_missing_file_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "jokes.csv"
    folder.mkdir()
    with pytest.raises(JokegenError, match=r"“jokes\.csv” holds no file"):
        read_rows(folder)
    with pytest.raises(JokegenError, match=r"The file “none\.csv” is not there"):
        read_rows(tmp_path / "none.csv")


def test_the_endings_that_are_understood_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "x.docx"
    path.write_bytes(b"x")
    with pytest.raises(JokegenError) as caught:
        read_rows(path)
    for ending in ("CSV", "TSV", ".txt", "JSON", ".jsonl", "Parquet", ".xlsx", ".ods", ".zip"):
        assert ending in caught.value.todo


@pytest.mark.parametrize("start", ["BMW jokes are the best", "MZ is no joke", "ID3 tags", "<3 it"])
def test_texts_that_begin_like_another_kind_are_texts(tmp_path: Path, start: str) -> None:
    path = tmp_path / "x.txt"
    path.write_text(start, encoding="utf-8")
    assert read_rows(path)[1] == [(start,)]
