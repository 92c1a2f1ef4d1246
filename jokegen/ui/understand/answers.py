"""The direct answers to each question that reading a file leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jokegen.data.encoding import ENCODINGS
from jokegen.jobs.dataset_requests import (
    BLANK_LINE,
    EACH_LINE,
    PreviewSummary,
    Question,
    ReadOptions,
    Topic,
)
from jokegen.ui.understand.encodings import others_than

_OTHERS_NAMED = 3  # sheets or lists: more are chosen from the list below
_LOOKS_NAMED = 2
_ELSE = "Choose another…"
_LONG_NAME = 24


@dataclass(frozen=True)
class Reply:
    """One answer. `options` is how to read then; None only shows where it can be chosen."""

    text: str
    options: ReadOptions | None
    tip: str


def is_open(topic: Topic, chosen: ReadOptions) -> bool:
    """Whether a question still waits: choosing what it is about answers it."""
    return {
        Topic.ENCODING: chosen.encoding,
        Topic.DELIMITER: chosen.delimiter,
        Topic.HEADER: chosen.has_header,
        Topic.SEPARATOR: chosen.separator,
        Topic.SHEET: chosen.sheet,
        Topic.LIST: chosen.list_key,
    }.get(topic) is None


def replies_to(
    question: Question, summary: PreviewSummary, chosen: ReadOptions, looks: Mapping[str, str]
) -> tuple[Reply, ...]:
    """What can be answered, the likeliest first. `looks` is from `encodings.looks_in`."""
    read = summary.options
    match question.topic:
        case Topic.HEADER:
            return (
                Reply("Yes, it is the name", replace(chosen, has_header=True), _HEADER_TIP),
                Reply("No, it is a joke", replace(chosen, has_header=False), _JOKE_TIP),
            )
        case Topic.ENCODING:
            return _encodings(read.encoding or "", chosen, looks)
        case Topic.DELIMITER:
            yes = Reply("Yes", replace(chosen, delimiter=read.delimiter), _YES_TIP)
            no = Reply(
                "No, each line is a joke",
                replace(chosen, delimiter=""),
                "Reads every line as one column, whatever stands in it.",
            )
            return yes, no, Reply(_ELSE, None, "Shows where what stands between them is chosen.")
        case Topic.SEPARATOR:
            return (
                Reply("Each line is a joke", replace(chosen, separator=EACH_LINE), _LINE_TIP),
                Reply("Blank lines part them", replace(chosen, separator=BLANK_LINE), _BLANK_TIP),
            )
        case Topic.SHEET:
            yes = Reply("Yes", replace(chosen, sheet=read.sheet), _YES_TIP)
            others = [sheet for sheet in summary.sheets if sheet != read.sheet]
            return (
                yes,
                *(
                    _named(sheet, replace(chosen, sheet=sheet, has_header=None), len(others))
                    for sheet in others[:_OTHERS_NAMED]
                ),
                *_more(others),
            )
        case Topic.LIST:
            yes = Reply("Yes", replace(chosen, list_key=read.list_key), _YES_TIP)
            others = [key for key in summary.lists if key != read.list_key]
            return (
                yes,
                *(
                    _named(key, replace(chosen, list_key=key), len(others))
                    for key in others[:_OTHERS_NAMED]
                ),
                *_more(others),
            )
        case _:
            return (
                Reply("Yes", chosen, _YES_TIP),
                Reply(_ELSE, None, "Shows where the columns are chosen."),
            )


_YES_TIP = "Keeps it as it was read; the question goes."
_HEADER_TIP = "The first line names the column; the model does not learn from it."
_JOKE_TIP = "Reads the file again with the first line as a joke like the others."
_LINE_TIP = "Reads every line as a joke of its own."
_BLANK_TIP = "Reads all lines up to a blank one as one joke."


def _encodings(codec: str, chosen: ReadOptions, looks: Mapping[str, str]) -> tuple[Reply, ...]:
    others = others_than(codec, dict(looks))
    return (
        Reply(
            f"Yes, “{looks[codec]}”" if others else "It looks right",
            replace(chosen, encoding=codec),
            _YES_TIP,
        ),
        *(
            Reply(
                f"No, “{look}”",
                replace(chosen, encoding=other),
                f"Reads the file again as {ENCODINGS[other]}.",
            )
            for other, look in list(others.items())[:_LOOKS_NAMED]
        ),
        Reply(_ELSE, None, "Shows the list of encodings, and what the letters look like in each."),
    )


def _named(name: str, options: ReadOptions, others: int) -> Reply:
    """ "No, in “Sheet 2”", shortened where the name is long."""
    short = name if len(name) <= _LONG_NAME else f"{name[: _LONG_NAME - 1]}…"
    where = f"No, in “{short}”" if others == 1 else f"In “{short}”"
    return Reply(where, options, f"Reads “{name}” instead.")


def _more(others: list[str]) -> tuple[Reply, ...]:
    if len(others) <= _OTHERS_NAMED:
        return ()
    return (Reply(_ELSE, None, "Shows the list of all of them."),)
