"""Ways of reading in plain words, as the choices of section 1 offer them."""

from __future__ import annotations

from jokegen.data.lines import CHAT
from jokegen.jobs.dataset_requests import BLANK_LINE, EACH_LINE, Format, Misfits

KINDS: dict[Format, str] = {
    Format.CSV: "Table (CSV)",
    Format.TSV: "Table with tabs (TSV)",
    Format.TEXT: "Text",
    Format.JSON: "JSON",
    Format.JSON_LINES: "JSON Lines",
}  # those that a file of text can be read as; the others are what they are
TABLES_OF_TEXT = (Format.CSV, Format.TSV)
WORKBOOKS = (Format.XLSX, Format.ODS)

DELIMITERS: dict[str, str] = {
    ",": "Commas",
    ";": "Semicolons",
    "\t": "Tabs",
    "|": "Vertical bars",
    "": "Nothing: it is one column",
}
MISFITS: dict[Misfits, str] = {
    Misfits.REPAIR: "Repair what can be repaired",
    Misfits.SKIP: "Leave them out",
    Misfits.STOP: "Do not read the file",
}
_SEPARATORS: dict[str, str] = {
    EACH_LINE: "Each line is a joke",
    BLANK_LINE: "Blank lines between jokes",
    CHAT: "Messages of a chat",
}


def delimiter_title(delimiter: str) -> str:
    """What stands between columns."""
    return DELIMITERS.get(delimiter, f"“{delimiter}”")


def separator_title(separator: str) -> str:
    """What stands between jokes."""
    return _SEPARATORS.get(separator, f"“{separator.strip()}” between jokes")


def own_separator(line: str) -> str:
    """A line that a person typed, told apart from the words that mean something else.

    Readers compare lines without outer blanks, so one blank more changes nothing.
    """
    stripped = line.strip()
    return f" {stripped}" if stripped in _SEPARATORS else stripped


def list_title(key: str) -> str:
    """A list in a JSON file."""
    return f"“{key}”" if key else "The file itself"
