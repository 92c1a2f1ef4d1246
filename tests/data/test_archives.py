"""Compressed files are read as what is in them; damaged and strange ones are named."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from jokegen.errors import JokegenError
from jokegen.jobs.events import Notice
from tests.data.conftest import read_all
from tests.data.workbooks import TEXT, write_xlsx

CSV = b'id,joke\n1,"Why, oh why?"\n2,Ha ha\n'
ROWS = [("1", "Why, oh why?"), ("2", "Ha ha")]


def zstd(content: bytes) -> bytes:
    compressed: bytes = pa.Codec("zstd").compress(content).to_pybytes()
    return compressed


def zipped(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv.gz", gzip.compress(CSV)),
        ("a.CSV.GZ", gzip.compress(CSV)),
        ("a.csv", gzip.compress(CSV)),  # a browser that left the ending away
        ("a.csv.gz", gzip.compress(CSV[:10]) + gzip.compress(CSV[10:])),
        ("a.csv.gz", gzip.compress(CSV) + bytes(512)),  # filled up to a block
        ("a.csv.zst", zstd(CSV)),
        ("a.csv.zst", zstd(CSV[:10]) + zstd(CSV[10:])),
        ("a.zip", zipped({"a.csv": CSV})),
        ("a.zip", zipped({"a.csv": CSV}, zipfile.ZIP_STORED)),
        ("a.zip", zipped({"a.csv": CSV}, zipfile.ZIP_LZMA)),
        ("a.csv", zipped({"folder/a.csv": CSV})),
        ("a.zip", zipped({"a.csv.gz": gzip.compress(CSV)})),
        ("a.zip", zipped({"inner.zip": zipped({"a.csv": CSV})})),
        ("a.zip", zipped({"a.csv": CSV, "__MACOSX/._a.csv": b"\0", ".DS_Store": b"\0", "d/": b""})),
        ("[a] 50%#.zip", zipped({"it’s “a” [1] #2 😂.csv": CSV})),
    ],
)  # fmt: skip
def test_what_is_inside_is_read(tmp_path: Path, name: str, content: bytes) -> None:
    found = read_all(write(tmp_path, name, content))
    assert found.columns == ("id", "joke")
    assert found.rows == ROWS


@pytest.mark.parametrize("ending", ["jsonl", "txt", "xlsx", "parquet"])
@pytest.mark.parametrize("packing", ["gz", "zst", "zip"])
def test_every_kind_may_be_compressed(tmp_path: Path, ending: str, packing: str) -> None:
    import pyarrow.parquet as pq

    inner = tmp_path / f"x.{ending}"
    if ending == "xlsx":
        write_xlsx(inner, f'<row r="1">{TEXT.format("A1", "joke")}</row>'
                   f'<row r="2">{TEXT.format("A2", "ha ha")}</row>')  # fmt: skip
    elif ending == "parquet":
        pq.write_table(pa.table({"joke": ["ha ha"]}), inner)
    else:
        inner.write_text({"jsonl": '{"joke": "ha ha"}', "txt": "ha ha"}[ending])
    content = inner.read_bytes()
    packed = {
        "gz": gzip.compress(content), "zst": zstd(content), "zip": zipped({inner.name: content}),
    }[packing]  # fmt: skip
    name = "a.zip" if packing == "zip" else f"a.{ending}.{packing}"
    assert read_all(write(tmp_path, name, packed)).rows == [("ha ha",)]


def test_all_files_of_an_archive_are_one_pile(tmp_path: Path) -> None:
    content = zipped(
        {"1.csv": CSV, "2.jsonl": b'{"joke": "Three"}\n', "photo.jpg": b"\xff\xd8", "3.csv": CSV}
    )
    found = read_all(write(tmp_path, "a.zip", content))
    assert [row[found.columns.index("joke")] for row in found.rows] == [
        "Why, oh why?", "Ha ha", "Three", "Why, oh why?", "Ha ha",
    ]  # fmt: skip
    notices = [event.text for event in found.context.events if isinstance(event, Notice)]
    assert notices == ["Passed over in “a.zip”: “photo.jpg”."]
    assert [file.member for file in found.files] == ["1.csv", "2.jsonl", "3.csv"]
    assert len({file.sha256 for file in found.files}) == 1
    assert {file.path.name for file in found.files} == {"a.zip"}


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    read_all(write(tmp_path, "a.zip", zipped({"x.zip": zipped({"1.csv": CSV, "2.csv": CSV})})))
    assert list((tmp_path / "unused" / "previews").iterdir()) == []


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


LONG = b"".join(b"%d,joke number %d\n" % (i, i * 7) for i in range(5_000))
ENCRYPTED = bytearray(zipped({"a.csv": CSV}))
ENCRYPTED[6] |= 1  # the flag, in the file's own header and in the archive's list
ENCRYPTED[ENCRYPTED.index(b"PK\x01\x02") + 8] |= 1
DEFLATE64 = bytearray(zipped({"a.csv": CSV}))
DEFLATE64[8] = DEFLATE64[DEFLATE64.index(b"PK\x01\x02") + 10] = 9

DAMAGED: dict[str, tuple[str, bytes, str]] = {
    "gzip, cut": ("a.csv.gz", gzip.compress(LONG)[:-9], "“a.csv.gz” is damaged or was not copied"),
    "gzip, flipped": ("a.csv.gz", flipped(gzip.compress(LONG), 500), "“a.csv.gz” is damaged"),
    "gzip, other sum": ("a.csv.gz", flipped(gzip.compress(LONG), -6), "“a.csv.gz” is damaged"),
    "zstd, cut": ("a.csv.zst", zstd(LONG)[:-9], "“a.csv.zst” is damaged"),
    "zip, cut": ("a.zip", zipped({"a.csv": LONG})[:-99], "“a.zip” is damaged"),
    "zip, flipped": ("a.zip", flipped(zipped({"a.csv": LONG}), 500), "“a.zip” is damaged"),
    "zip, empty": ("a.zip", zipped({}), "The archive “a.zip” holds no files"),
    "zip, pictures": ("a.zip", zipped({"1.jpg": b"\xff"}), "that can be read, only “1.jpg”"),
    "zip, protected": ("a.zip", bytes(ENCRYPTED), "“a.zip” is protected with a password"),
    "zip, unknown": ("a.zip", bytes(DEFLATE64), "“a.zip” is packed in a way that Jokegen does not"),
    "7-Zip": ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(99), "“a.7z” cannot be read: it seems"),
    "tar": ("a.tar.gz", gzip.compress(b"x" * 257 + b"ustar" + bytes(999)), "“a.tar”"),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_or_strange_archive_is_named(tmp_path: Path, case: str) -> None:
    name, content, sentence = DAMAGED[case]
    with pytest.raises(JokegenError) as caught:
        read_all(write(tmp_path, name, content))
    assert sentence in caught.value.happened
    assert caught.value.todo.endswith(".")
    assert [f for f in (tmp_path / "unused").rglob("*") if f.is_file()] == []


def test_archives_in_archives_have_an_end(tmp_path: Path) -> None:
    content = zipped({"a.csv": CSV})
    for _ in range(5):
        content = zipped({"a.zip": content})
    with pytest.raises(JokegenError, match="archives inside archives inside archives"):
        read_all(write(tmp_path, "a.zip", content))


@pytest.mark.parametrize("pack", [gzip.compress, zstd, lambda content: zipped({"a.csv": content})])
def test_what_packs_well_is_no_bomb_yet(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    content = b"id,joke\n" + b"1,The same joke again and again.\n" * 300_000
    assert len(read_all(write(tmp_path, "a.csv", pack(content))).rows) == 300_000
