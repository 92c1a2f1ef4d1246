"""The command `import`: read piles of jokes, save a data set, and report as the window does."""

from __future__ import annotations

import argparse
import contextlib
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from jokegen import model_service, wording
from jokegen.commands.running import above_zero, at_least_one, print_result, run
from jokegen.config.paths import Paths
from jokegen.data.bringing.places import forget
from jokegen.data.importing import check_request
from jokegen.data.near_duplicates import LEAST_SIMILARITY, MOST_SIMILARITY, USUAL_SIMILARITY
from jokegen.data.tables import remove_table
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.dataset_requests import (
    BringRequest,
    ExamineRequest,
    ExamineSummary,
    Fix,
    FixKind,
    Format,
    ImportRequest,
    ImportSummary,
    Misfits,
    PreviewRequest,
    PreviewSummary,
    ReadOptions,
    Recipe,
    Topic,
)

HUB, DATASET = "hub:", "dataset:"
_MISFITS_TOLD = 10
_REPORTED_UNASKED = 100_000
_MOST_INPUT_BYTES = 500_000_000
# These have options of their own, with a number.
_WITH_NUMBERS = {
    FixKind.NEAR_DUPLICATES: "--near-duplicates",
    FixKind.TOO_SHORT: "--min-words",
    FixKind.TOO_LONG: "--max-tokens",
}
_FIXES = [kind.value for kind in FixKind if kind not in _WITH_NUMBERS]
_OPTION_FOR = {
    Topic.ENCODING: "--encoding",
    Topic.DELIMITER: "--delimiter",
    Topic.HEADER: "--header",
    Topic.COLUMNS: "--column",
    Topic.SEPARATOR: "--separator",
    Topic.SHEET: "--sheet",
    Topic.LIST: "--list",
}

Command = Callable[[str, Callable[..., int], str], argparse.ArgumentParser]


def add_import(command: Command) -> None:
    """Add `import` with its options."""
    sub = command("import", _import, "make a data set out of piles of jokes")
    sub.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="files or folders, one https link, one Hugging Face data set as "
        f"{HUB}OWNER/NAME[:CONFIGURATION[:SPLIT]], saved data sets as {DATASET}NAME, or - for "
        "standard input",
    )
    sub.add_argument("--name", help="the data set's name (default: the source's)")
    _add_reading(sub.add_argument_group("how it is read (default: found out)"))
    cleaning = sub.add_argument_group("what is mended and left out")
    cleaning.add_argument(
        "--fix", default="", metavar="KIND[,KIND]", help=f"mend: {', '.join(_FIXES)}"
    )
    cleaning.add_argument(
        "--near-duplicates",
        type=_similarity,
        nargs="?",
        const=USUAL_SIMILARITY,
        metavar="SIMILARITY",
        help=f"keep one of jokes that are so similar (default: {USUAL_SIMILARITY:g})",
    )
    cleaning.add_argument("--min-words", type=at_least_one, help="leave out shorter jokes")
    cleaning.add_argument("--max-tokens", type=at_least_one, help="leave out longer jokes")
    cleaning.add_argument(
        "--base", default=ImportRequest.base, help="the base model whose tokens are counted"
    )
    sub.add_argument(
        "--validation",
        type=above_zero,
        default=ImportRequest.validation_share,
        metavar="SHARE",
        help=f"held out for checking (default: {ImportRequest.validation_share:g})",
    )
    sub.add_argument("--limit", type=at_least_one, help="take a random part of so many jokes")
    sub.add_argument("--seed", type=int, default=ImportRequest.seed, help="for --limit")
    sub.add_argument(
        "--report",
        action=argparse.BooleanOptionalAction,
        help="look for what could be mended, and judge the jokes (default: up to "
        f"{_REPORTED_UNASKED:,} rows)",
    )


def _add_reading(reading: argparse._ArgumentGroup) -> None:
    reading.add_argument("--column", metavar="A[,B]", help="the columns that hold the jokes")
    reading.add_argument(
        "--template", help="how columns become a joke: '{setup} {punchline}'; \\n is a new line"
    )
    reading.add_argument("--format", choices=[kind.value for kind in Format])
    reading.add_argument("--encoding", help="utf-8, cp1252, latin-1, utf-16 …")
    reading.add_argument("--delimiter", help="one character, \\t for tabs, none for one column")
    reading.add_argument("--header", choices=("yes", "no"), help="is the first line a header?")
    reading.add_argument("--sheet", help="the sheet of a workbook")
    reading.add_argument("--list", dest="list_key", help="the list of a JSON object")
    reading.add_argument(
        "--separator", help="of text: line, blank, or a line that stands between jokes"
    )
    reading.add_argument(
        "--misfits",
        choices=[policy.value for policy in Misfits],
        default=Misfits.REPAIR.value,
        help="what happens to rows that do not fit (default: repair)",
    )
    reading.add_argument(
        "--misfits-to", type=Path, metavar="FILE", help="write a CSV list of those rows"
    )


def _import(options: argparse.Namespace, paths: Paths) -> int:
    request = _request(options)
    check_request(request, paths)
    with contextlib.ExitStack() as stack:
        wanted = _elsewhere(options)
        if wanted is not None:
            code, brought = run(model_service.bring, wanted, paths)
            if brought is None:
                return code
            stack.callback(forget, brought.file)  # the data set keeps a copy
            request = replace(
                request,
                sources=(brought.file,),
                origin=brought.origin,
                proposal=brought.name,
            )
        reading = PreviewRequest(request.sources, request.datasets, request.options, request.origin)
        code, preview = run(model_service.preview, reading, paths)
        if preview is None:
            return code
        stack.callback(remove_table, preview.table)
        _tell_reading(preview, options.misfits_to)
        columns = _columns(options.column, preview)
        request = replace(request, table=preview.table, columns=columns)
        code, summary = run(model_service.import_jokes, request, paths)
        if summary is None:
            return code
        report = None
        if options.report or (options.report is None and preview.rows <= _REPORTED_UNASKED):
            code, report = run(model_service.examine, _examination(request, summary), paths)
            if report is not None:
                stack.callback(remove_table, report.table)
        print_result(options, _facts(preview, summary, report), _in_words(preview, summary, report))
    return code


def _request(options: argparse.Namespace) -> ImportRequest:
    """What is to be imported, but for what has to be brought first. Raises JokegenError."""
    sources: list[str] = options.sources
    datasets = tuple(
        source.removeprefix(DATASET) for source in sources if source.startswith(DATASET)
    )
    if datasets and len(datasets) < len(sources):
        raise JokegenError(
            "Files and saved data sets cannot be imported together.",
            "Import the files first, then join the data sets.",
        )
    return ImportRequest(
        sources=() if datasets else tuple(Path(source) for source in sources),
        datasets=datasets,
        name=options.name,
        template=_template(options.template),
        options=_read_options(options),
        recipe=_recipe(options),
        validation_share=options.validation,
        limit=options.limit,
        seed=options.seed,
        base=options.base,
    )


def _template(given: str | None) -> str | None:
    """A shell hands over a backslash and an n where somebody means a new line."""
    return None if given is None else given.replace("\\n", "\n").replace("\\t", "\t")


def _elsewhere(options: argparse.Namespace) -> BringRequest | None:
    """What has to be brought to this computer first, if anything. Raises JokegenError."""
    sources: list[str] = options.sources
    special = [
        source
        for source in sources
        if source == "-"
        or source.startswith(HUB)
        or ("://" in source and not Path(source).exists())
    ]
    if not special:
        return None
    if len(sources) > 1:
        raise JokegenError(
            f"“{special[0]}” cannot be imported together with others.",
            "Import each into a data set of its own, then join these.",
        )
    source = special[0]
    if source == "-":
        kind = None if options.format is None else Format(options.format)
        # As bytes: the reader finds out the encoding, and line ends stay what they are.
        return BringRequest(data=_standard_input(), format=kind)
    if source.startswith(HUB):
        name, _, rest = source.removeprefix(HUB).partition(":")
        config, _, split = rest.partition(":")
        return BringRequest(hub=name, hub_config=config, hub_split=split, limit=options.limit)
    return BringRequest(link=source)


def _standard_input() -> bytes:
    """All that comes through the pipe. Raises JokegenError for one that does not end."""
    data = sys.stdin.buffer.read(_MOST_INPUT_BYTES + 1)
    if len(data) > _MOST_INPUT_BYTES:
        raise JokegenError(
            f"Standard input holds more than {wording.size(_MOST_INPUT_BYTES)}.",
            "Write it into a file, and give that.",
        )
    return data


def _columns(wanted: str | None, preview: PreviewSummary) -> tuple[str, ...] | None:
    """The columns that were named; a name may hold a comma itself."""
    if not wanted:
        return None
    if wanted in preview.columns:
        return (wanted,)
    return tuple(column.strip() for column in wanted.split(",") if column.strip())


def _similarity(text: str) -> float:
    """For argparse: a share of equal words."""
    value = float(text)
    if not LEAST_SIMILARITY <= value <= MOST_SIMILARITY:
        raise argparse.ArgumentTypeError(
            f"must be from {LEAST_SIMILARITY:g} to {MOST_SIMILARITY:g}"
        )
    return value


def _recipe(options: argparse.Namespace) -> Recipe:
    """The fixes that were asked for, besides leaving out exact duplicates."""
    fixes = {FixKind.EXACT_DUPLICATES: Fix(FixKind.EXACT_DUPLICATES)}
    for name in filter(None, (part.strip() for part in options.fix.split(","))):
        if name in _WITH_NUMBERS:
            raise JokegenError(
                f"The fix “{name}” has an option of its own.",
                f"Use {_WITH_NUMBERS[FixKind(name)]}.",
            )
        if name not in _FIXES:
            raise JokegenError(
                f"There is no fix called “{name}”.", f"Choose among these: {', '.join(_FIXES)}."
            )
        fixes[FixKind(name)] = Fix(FixKind(name))
    for kind, limit in (
        (FixKind.NEAR_DUPLICATES, options.near_duplicates),
        (FixKind.TOO_SHORT, options.min_words),
        (FixKind.TOO_LONG, options.max_tokens),
    ):
        if limit is not None:
            fixes[kind] = Fix(kind, float(limit))
    return Recipe(tuple(fixes[kind] for kind in FixKind if kind in fixes))


def _read_options(options: argparse.Namespace) -> ReadOptions:
    delimiter = options.delimiter
    if delimiter is not None:
        delimiter = {"\\t": "\t", "tab": "\t", "none": ""}.get(delimiter, delimiter)
        if len(delimiter) > 1 or delimiter in ('"', "\r", "\n", "\0"):
            raise JokegenError(
                f"“{delimiter}” is not a delimiter.", "Give one character, \\t, or none."
            )
    return ReadOptions(
        format=None if options.format is None else Format(options.format),
        encoding=options.encoding,
        delimiter=delimiter,
        has_header=None if options.header is None else options.header == "yes",
        separator=options.separator,
        sheet=options.sheet,
        list_key=options.list_key,
        misfits=Misfits(options.misfits),
    )


def _tell_reading(preview: PreviewSummary, misfits_to: Path | None) -> None:
    """Say on standard error what was guessed, and the first rows that did not fit."""
    for question in preview.questions:
        sys.stderr.write(f"{question.text} If not, say so with {_OPTION_FOR[question.topic]}.\n")
    for misfit in preview.misfits[:_MISFITS_TOLD]:
        sys.stderr.write(f"{misfit.file}, line {misfit.line}: {misfit.problem}; {misfit.done}.\n")
    if preview.misfit_count > _MISFITS_TOLD:
        sys.stderr.write(f"… and {preview.misfit_count - _MISFITS_TOLD:,} more.\n")
    if misfits_to is not None:
        if preview.misfit_report is not None:
            shutil.copyfile(preview.misfit_report, misfits_to)
        else:
            sys.stderr.write("All rows fitted: there is nothing to list.\n")


def _examination(request: ImportRequest, summary: ImportSummary) -> ExamineRequest:
    assert request.table is not None
    return ExamineRequest(
        request.table, summary.columns, summary.template, request.recipe, request.base
    )


def _facts(
    preview: PreviewSummary, summary: ImportSummary, report: ExamineSummary | None
) -> dict[str, Any]:
    """All of it for `--json`, but for the tables, which are not there any more."""

    def without_files(value: object) -> dict[str, Any]:
        plain: dict[str, Any] = wire.to_plain(value)
        return {key: told for key, told in plain.items() if key not in ("table", "misfit_report")}

    return {
        **wire.to_plain(summary),
        "reading": without_files(preview),
        "report": None if report is None else without_files(report),
    }


def _in_words(
    preview: PreviewSummary, summary: ImportSummary, report: ExamineSummary | None
) -> str:
    lines = [saved_in_words(summary)]
    if report is not None:
        is_part = report.jokes != summary.kept
        lines.append(f"{'All together: ' if is_part else ''}{report.verdict.text}")
        open_findings = [
            f"{finding.kind.value} {finding.count:,}"
            for finding in report.findings
            if finding.count and not finding.is_fixed
        ]
        if open_findings:
            lines.append(f"Could be mended or left out: {', '.join(open_findings)}.")
    elif preview.rows > _REPORTED_UNASKED:
        lines.append("So many jokes are judged and looked through with --report.")
    return "\n".join(lines)


def saved_in_words(summary: ImportSummary) -> str:
    """How the jokes were read, what was done to them, and what was saved."""
    left_out = wording.dropped(summary.dropped)
    mended = ", ".join(f"{kind} {count:,}" for kind, count in summary.changed.items() if count)
    lines = [f"Read as {summary.understood}."] if summary.understood else []
    if len(summary.columns) == 1 and summary.template == f"{{{summary.columns[0]}}}":
        lines.append(f"Jokes from the column “{summary.columns[0]}”.")
    elif summary.columns:
        lines.append(f"Each joke is {wording.on_one_line(summary.template)}.")
    if summary.misfit_count:
        lines.append(f"Rows that did not fit: {summary.misfit_count:,}.")
    if mended:
        lines.append(f"Mended: {mended}.")
    lines.append(
        f"Saved “{summary.dataset}”: {wording.jokes(summary.kept)}"
        f"{f' ({left_out} left out)' if left_out else ''}, "
        f"{summary.train:,} to learn from, {summary.validation:,} to check with."
    )
    return "\n".join(lines)
