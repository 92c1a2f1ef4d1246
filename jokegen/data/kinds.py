"""Tells what a file is that only pretends to be text, so that the message can say it.

People rename spreadsheets to .csv and save web pages under that name; "line 1 is not UTF-8" would
help none of them.
"""

from __future__ import annotations

import re

# The first bytes of each kind. Marks that are also plausible beginnings of a text ("BM", "MZ",
# "ID3") count only beside a NUL, which text never has.
_MARKS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "a rich-text (RTF) document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word document"),
    (b"PAR1", "a Parquet file"),
    (b"ARROW1", "an Arrow file"),
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"\x1f\x8b", "a compressed (gzip) file"),
    (b"BZh", "a compressed (bzip2) file"),
    (b"\xfd7zXZ\x00", "a compressed (xz) file"),
    (b"\x28\xb5\x2f\xfd", "a compressed (Zstandard) file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"\x7fELF", "a program"),
)
_MARKS_BESIDE_NUL: tuple[tuple[bytes, str], ...] = (
    (b"BM", "a BMP picture"),
    (b"MZ", "a program"),
    (b"ID3", "an MP3 sound file"),
    (b"RIFF", "a picture, sound or film (RIFF)"),
    (b"OggS", "a sound file"),
    (b"GGUF", "a language model (GGUF)"),
)
_HTML = re.compile(rb"<(!doctype\s+html|html[\s>]|head[\s>]|body[\s>])", re.IGNORECASE)
_COMMENTS = re.compile(rb"(?:\s|<\?xml.*?\?>|<!--.*?-->)*", re.DOTALL)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1b"))


def seems_to_be(head: bytes) -> str | None:
    """What a file that should be text seems to be, from its first 64 KB; None if it may be text."""
    for mark, kind in _MARKS:
        if head.startswith(mark):
            return kind
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(head)
    start = _COMMENTS.match(head.removeprefix(b"\xef\xbb\xbf"))
    assert start is not None  # the pattern matches the empty string too
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf"), start.end()):
        return "a web page (HTML)"
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "UTF-32 text"
    if b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _kind_with_nuls(head)
    return None


def _zip_kind(head: bytes) -> str:
    """Office documents are zip archives; their members' names tell which."""
    if b"xl/" in head:
        return "an Excel workbook (.xlsx)"
    if b"word/" in head:
        return "a Word document (.docx)"
    if b"application/vnd.oasis.opendocument" in head:
        return "a LibreOffice document"
    # Excel writes its sheet folder late in large workbooks, this list of parts always first.
    if b"[Content_Types].xml" in head:
        return "an Office document (.xlsx, .docx or .pptx)"
    return "a zip archive"


def _kind_with_nuls(head: bytes) -> str | None:
    """What NUL bytes mean: a known kind, UTF-16 without its mark, other binary, or a slip."""
    for mark, kind in _MARKS_BESIDE_NUL:
        if head.startswith(mark):
            return kind
    if head[4:8] == b"ftyp":
        return "a film or picture (MP4, HEIC)"
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) * 0.3 and min(even, odd) < len(head) * 0.05:
        return "UTF-16 text without its byte-order mark"
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > len(head) * 0.05 or not _is_utf8(head):
        return "a binary file"
    return None


def _is_utf8(head: bytes) -> bool:
    """Whether the bytes are UTF-8, not counting a character that the end cuts in two."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4
    return True
