"""Tells what a file is that only pretends to be text, so that the message can say it.

People rename spreadsheets to .csv and save web pages under that name; "line 1 is not UTF-8" would
help none of them.
"""

from __future__ import annotations

import re

from jokegen.data.guessing import unmarked_utf16

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
_PAGE = "a web page (HTML)"
_XML = "an XML document"
_BINARY = "a binary file"
_MAY_STILL_BE_TEXT = (_PAGE, _XML, _BINARY)
_HTML = re.compile(
    rb"<(!doctype\s+html|(html|head|body|meta|title|table|script|div|style)[\s>])", re.IGNORECASE
)
_COMMENTS = re.compile(rb"(?:\s|<\?xml.*?\?>|<!--.*?-->)*", re.DOTALL)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x0b\x1b"))
_BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")


def seems_to_be(head: bytes) -> str | None:
    """What a file that should be text seems to be, from its first 64 KB; None if it may be text."""
    for mark, kind in _MARKS:
        if head.startswith(mark):
            return kind
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(head)
    text = head.removeprefix(b"\xef\xbb\xbf")
    start = _COMMENTS.match(text)
    assert start is not None  # the pattern matches the empty string too
    if _HTML.match(text, start.end()):
        return _PAGE
    if text.lstrip().startswith(b"<?xml "):
        is_workbook = b"urn:schemas-microsoft-com:office:spreadsheet" in head
        return "an Excel workbook of 2003 (XML)" if is_workbook else _XML
    if b"\0" in head and not head.startswith(_BYTE_ORDER_MARKS):
        return _kind_with_nuls(head)
    return None


def is_sure(kind: str) -> bool:
    """Whether a file that seems to be of this kind cannot be text, whatever anybody says."""
    return kind not in _MAY_STILL_BE_TEXT


def what_to_do(kind: str) -> str:
    """How somebody comes from a file of this kind to one with jokes: a sentence."""
    if "Parquet" in kind:
        return "Give it a name that ends in .parquet, then choose it again."
    if "Arrow" in kind:
        return "Give it a name that ends in .arrow, then choose it again."
    if "Excel" in kind or "Office" in kind or "LibreOffice" in kind:
        return "Open it in its program, save the sheet as “CSV UTF-8”, then choose that file."
    if "Word" in kind or "rich-text" in kind or "PDF" in kind or "PowerPoint" in kind:
        return (
            "Open it in its program, copy the jokes and paste them into Jokegen, or save them as "
            "plain text (.txt) and choose that file."
        )
    if kind == _PAGE:
        return "Download the data itself, not the page that shows it, then choose that file."
    if "pointer" in kind:
        return (
            "It only says where the data is. Download the file itself (“Download raw file”), or "
            "run “git lfs pull”, then choose that file."
        )
    if "compressed" in kind or "archive" in kind:
        return "Unpack it, then choose the file with the jokes."
    if "database" in kind:
        return "Export the table with the jokes as CSV, then choose that file."
    return "Choose a file with text: CSV, TSV, TXT, JSON, JSONL, Parquet or a workbook."


def _zip_kind(head: bytes) -> str:
    """Office documents are zip archives; their members' names tell which."""
    if b"xl/" in head:
        return "an Excel workbook (.xlsx)"
    if b"word/" in head:
        return "a Word document (.docx)"
    if b"ppt/" in head:
        return "a PowerPoint presentation (.pptx)"
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
    if unmarked_utf16(head) is not None:
        return None
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return _BINARY if controls > len(head) * 0.05 else None
