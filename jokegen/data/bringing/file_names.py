"""Gives a downloaded file a name: one that people know, that fits what it is, and harms nobody.

What a server proposes is only ever a name, never a path: "../../.bashrc" becomes "bashrc".
"""

from __future__ import annotations

import re
import unicodedata
import urllib.parse
from pathlib import PurePosixPath

from jokegen.data.batches import plain
from jokegen.data.dataset_names import MAX_NAME_CHARACTERS
from jokegen.data.reading import ENDINGS

_LONGEST_BYTES = 180
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_STAR = re.compile(r"filename\*\s*=\s*\"?([\w-]+)'[^']*'([^;\"\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r'filename\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_TOKEN = re.compile(r"filename\s*=\s*([^;\s]+)", re.IGNORECASE)
_COMPRESSED = (".gz", ".gzip", ".zst", ".zstd", ".zip")
_BY_TYPE = {
    "text/csv": ".csv",
    "application/csv": ".csv",
    "text/x-csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "text/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/ndjson": ".jsonl",
    "application/jsonl": ".jsonl",
    "application/x-jsonlines": ".jsonl",
    "application/json-lines": ".jsonl",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/vnd.apache.parquet": ".parquet",
    "application/x-parquet": ".parquet",
    "application/vnd.apache.arrow.file": ".arrow",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/zip": ".zip",
    "application/x-zip-compressed": ".zip",
    "application/gzip": ".gz",
    "application/x-gzip": ".gz",
    "application/zstd": ".zst",
}


def name_of_download(url: str, disposition: str, content_type: str) -> str:
    """The name for what came from `url`: what the server says, else the last part of the path.

    An ending that Jokegen knows stays; without one the kind that the server tells decides. A web
    page loses its ending, so that the reader looks at what it is instead of at what it is called.
    """
    path = urllib.parse.unquote(urllib.parse.urlsplit(url).path, errors="replace")
    name = safe_name(_said(disposition) or path.rstrip("/").rpartition("/")[2])
    if name.lower().endswith(ENDINGS):
        return name
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _BY_TYPE:
        return f"{_without_ending(name)}{_BY_TYPE[kind]}"
    return _without_ending(name) if kind in ("text/html", "application/xhtml+xml") else name


def without_packing(name: str) -> str:
    """The name of what was inside: "jokes.csv.gz" → "jokes.csv"."""
    path = PurePosixPath(name)
    return path.stem if path.suffix.lower() in (".gz", ".gzip") and path.stem else name


def title_of(name: str) -> str:
    """What to call a data set made of that file: the name without its endings."""
    stem = PurePosixPath(name)
    if stem.suffix.lower() in _COMPRESSED:
        stem = stem.with_suffix("")
    return name_from(stem.stem if stem.suffix.lower() in ENDINGS else stem.name)


def name_from(text: str) -> str:
    """A text as the name of a data set: one line, not too long, "Jokes" if nothing is left."""
    words = " ".join(plain(text).split())
    words = "".join(letter for letter in words if unicodedata.category(letter) != "Cc")
    return words[:MAX_NAME_CHARACTERS].strip() or "Jokes"


def safe_name(text: str) -> str:
    """A text as a file name that every system takes; "jokes" if nothing is left of it."""
    name = unicodedata.normalize("NFC", plain(text)).replace("\\", "/").rpartition("/")[2]
    name = "".join(
        "" if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") else letter
        for letter in name
    )
    name = _FORBIDDEN.sub("_", name).strip().lstrip(".").rstrip(". ")
    if _DEVICE.fullmatch(name):  # Windows keeps these names for devices
        name = f"_{name}"
    return _shortened(name) or "jokes"


def _shortened(name: str) -> str:
    """At most so many bytes, the ending kept."""
    ending = "".join(PurePosixPath(name).suffixes[-2:])
    ending = ending if len(ending) <= 20 else ""
    stem = name[: len(name) - len(ending)] if ending else name
    room = _LONGEST_BYTES - len(ending.encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + ending


def _said(disposition: str) -> str:
    """The file name of a Content-Disposition header (RFC 6266), "" if there is none."""
    star = _STAR.search(disposition)
    if star:
        try:
            return urllib.parse.unquote(star[2], encoding=star[1], errors="strict")
        except (LookupError, UnicodeDecodeError):
            pass
    quoted = _QUOTED.search(disposition)
    token = _TOKEN.search(disposition)
    text = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else token[1] if token else ""
    try:
        return text.encode("latin-1").decode("utf-8")  # as most servers mean it
    except UnicodeError:
        return text


def _without_ending(name: str) -> str:
    """Without an ending that says nothing to us (".php", ".html")."""
    path = PurePosixPath(name)
    return path.stem if path.suffix and len(path.suffix) <= 6 and path.stem else name
