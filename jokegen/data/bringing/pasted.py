"""Writes pasted or typed text into a file, with an ending that fits what it is.

Nothing of the text is lost: line ends and NUL characters stay as they are. Only halves of surrogate
pairs, which no file of text can hold, are joined where both halves are there, written as escapes
where the format knows them, and replaced (with a notice) where it does not.
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from jokegen.data.bringing.file_names import name_from, safe_name
from jokegen.data.bringing.places import new_place
from jokegen.data.dialect import HEAD_CHARACTERS, propose_dialect
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import Format
from jokegen.jobs.events import Notice

MOST_BYTES = 500_000_000
ENDING_OF = {
    Format.CSV: ".csv",
    Format.TSV: ".tsv",
    Format.TEXT: ".txt",
    Format.JSON: ".json",
    Format.JSON_LINES: ".jsonl",
}
_BLOCK = 1 << 20
_HALF = re.compile("[\ud800-\udfff]")
_NAME_CHARACTERS = 40
_LIST_BEGINS = re.compile(r'\[\s*(?:["{\[\]]|-?\d|null|true|false)')
_OBJECT_BEGINS = re.compile(r'\{\s*["}]')
_NUMBER = re.compile(r"#?\d+[.)]?")


def keep_text(
    text: str, wanted: Format | None, name: str, context: JobContext
) -> tuple[Path, str, int]:
    """Write the text down; returns the file, what to call it, and its bytes.

    Raises JokegenError for a text without any letter in it and for one that is too large,
    JobCancelled, and OSError (disk full).
    """
    if not text.strip("\ufeff\0 \t\r\n\f\v"):
        raise JokegenError(
            "There is nothing to bring: the text is empty.",
            "Copy the jokes in the other program first, then paste them here.",
        )
    kind = guess_format(text[:HEAD_CHARACTERS], is_whole=len(text) <= HEAD_CHARACTERS)
    kind = wanted or kind
    if kind not in ENDING_OF:
        raise JokegenError(
            f"A text cannot be of the kind “{kind.value}”.",
            "Choose text, CSV, TSV, JSON or JSON Lines.",
        )
    if _HALF.search(text):
        text = _without_halves(text, kind, context)
    return _write(_Encoded(text), name or _first_words(text, kind), ENDING_OF[kind], context)


def keep_bytes(
    data: bytes, wanted: Format | None, name: str, context: JobContext
) -> tuple[Path, str, int]:
    """Write down what came through a pipe as it is: the reader finds out its encoding."""
    if not data.strip():
        raise JokegenError(
            "There is nothing to bring: the input is empty.",
            "Let another program write jokes into it, or name a file.",
        )
    head = data[:HEAD_CHARACTERS]
    is_whole = len(head) == len(data)
    kind = wanted
    if kind is None and not data.startswith((b"PAR1", b"ARROW1", b"PK\x03\x04", b"\x1f\x8b")):
        kind = guess_format(head.decode("utf-8-sig", "replace"), is_whole=is_whole)
    ending = "" if kind is None else ENDING_OF.get(kind, f".{kind.value}")
    return _write(data, name or "Standard input", ending, context)


def guess_format(head: str, *, is_whole: bool) -> Format:
    """What a text is, judged by its beginning (all of it, if `is_whole`).

    Whatever is not surely a table or data is text: then nobody loses a character.
    """
    begins = head.lstrip("\ufeff \t\r\n")
    if _LIST_BEGINS.match(begins) and (not is_whole or begins.rstrip().endswith("]")):
        return Format.JSON
    if _OBJECT_BEGINS.match(begins):
        first, _, rest = begins.partition("\n")
        is_one_a_line = _is_object(first) and rest.lstrip().startswith("{")
        return Format.JSON_LINES if is_one_a_line else Format.JSON
    return _guess_table(head.lstrip("\ufeff").replace("\0", ""), is_whole=is_whole) or Format.TEXT


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _guess_table(head: str, *, is_whole: bool) -> Format | None:
    if not re.search(r"[,;\t|]", head) or (is_whole and "\t" not in head and _is_one_line(head)):
        return None
    csv.field_size_limit(2**31 - 1)
    dialect = propose_dialect(head, is_whole=is_whole, prefers_tab=True)
    if dialect.delimiter == "\t":
        return Format.TSV
    if dialect.delimiter not in ",;|" or len(dialect.columns) < 2:
        return None
    is_named = dialect.has_header and not dialect.is_header_unsure
    if is_named or _begins_with_numbers(head, dialect.delimiter):
        return Format.CSV
    return None


def _is_one_line(text: str) -> bool:
    return len(text.strip().splitlines()) < 2


def _begins_with_numbers(head: str, delimiter: str) -> bool:
    """Whether the rows of a table without a header begin with their numbers."""
    rows = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    first = [row[0].strip() for _, row in zip(range(20), rows, strict=False) if row]
    return len(first) > 1 and all(_NUMBER.fullmatch(cell) for cell in first[:-1])


def _without_halves(text: str, kind: Format, context: JobContext) -> str:
    """The text with its surrogate pairs joined, and what is left of halves made harmless."""
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    if kind in (Format.JSON, Format.JSON_LINES):
        return _HALF.sub(lambda half: f"\\u{ord(half[0]):04x}", text)
    text, count = _HALF.subn("\ufffd", text)
    if count:
        characters = "character that is" if count == 1 else "characters that are"
        context.emit(
            Notice(
                f"The text holds {count:,} broken {characters} no text (half of an emoji, for "
                "instance); “\ufffd” stands there now.",
                is_warning=True,
            )
        )
    return text


def _first_words(text: str, kind: Format) -> str:
    if kind is not Format.TEXT:
        return "Pasted jokes"
    line = text.lstrip("\ufeff\0 \t\r\n\f\v")[:400].splitlines()[0]
    words = name_from(line)
    if len(words) > _NAME_CHARACTERS:
        words = words[:_NAME_CHARACTERS].rpartition(" ")[0] or words[:_NAME_CHARACTERS]
    return words.rstrip(" ,;:.-–—") or "Pasted jokes"


class _Encoded:
    """A text that is encoded piece by piece: 50 MB need not be in memory twice."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __len__(self) -> int:
        return len(self._text)

    def __getitem__(self, piece: slice) -> bytes:
        return self._text[piece].encode("utf-8")


def _write(
    content: bytes | _Encoded, name: str, ending: str, context: JobContext
) -> tuple[Path, str, int]:
    name = name_from(name)
    file_name = f"{safe_name(name)}{ending}"
    done = 0
    with new_place(context.paths) as (folder, final):
        with (folder / file_name).open("xb") as file:
            for start in range(0, len(content), _BLOCK):
                context.check()
                done += file.write(content[start : start + _BLOCK])
                if done > MOST_BYTES:
                    raise JokegenError(
                        "The text is larger than 500 MB.",
                        "Save it as a file, and choose that.",
                    )
        context.check()
    return final / file_name, name, done
