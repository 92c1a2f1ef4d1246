"""The commands about jokes and data sets: `import` and `datasets`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from jokegen import model_service, wording
from jokegen.commands.running import (
    DONE,
    above_zero,
    at_least_one,
    fail,
    lines_or,
    print_result,
    run,
)
from jokegen.config.paths import Paths
from jokegen.data.near_duplicates import LEAST_SIMILARITY, MOST_SIMILARITY, USUAL_SIMILARITY
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.dataset_requests import (
    BringRequest,
    ExportFormat,
    ExportRequest,
    Fix,
    FixKind,
    Format,
    ImportRequest,
    ImportSummary,
    Misfits,
    ReadOptions,
    Recipe,
)
from jokegen.model_service import ModelService

HUB = "hub:"
_MISFITS_TOLD = 10
# These have options of their own, with a number.
_WITH_NUMBERS = {FixKind.NEAR_DUPLICATES, FixKind.TOO_SHORT, FixKind.TOO_LONG}
_FIXES = [kind.value for kind in FixKind if kind not in _WITH_NUMBERS]

Command = Callable[[str, Callable[..., int], str], argparse.ArgumentParser]


def add_import(command: Command) -> None:
    """Add `import` with its options."""
    sub = command("import", _import, "make a data set out of piles of jokes")
    sub.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="files or folders, one https link, one Hugging Face data set as "
        f"{HUB}OWNER/NAME[:CONFIGURATION[:SPLIT]], or - for standard input",
    )
    sub.add_argument("--name", help="the data set's name (default: the source's)")
    reading = sub.add_argument_group("how it is read (default: found out)")
    reading.add_argument("--column", metavar="A[,B]", help="the columns that hold the jokes")
    reading.add_argument("--template", help="how columns become a joke: '{setup} {punchline}'")
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


def add_datasets(command: Command) -> None:
    """Add `datasets` with what can be done to one."""
    sub = command("datasets", _list, "list the saved data sets, or show, export, delete one")
    inner = sub.add_subparsers(metavar="ACTION")

    def action(name: str, work: Callable[..., int], text: str) -> argparse.ArgumentParser:
        parser = inner.add_parser(name, help=text, description=text)
        parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
        parser.set_defaults(command=work)
        return parser

    parser = action("show", _show, "tell all about one data set")
    parser.add_argument("name", metavar="NAME")
    parser = action("export", _export, "write a data set into a file")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--format",
        choices=[kind.value for kind in ExportFormat],
        help="default: by the file's ending",
    )
    parser = action("delete", _delete, "delete a data set; it can be restored for a day")
    parser.add_argument("name", metavar="NAME")
    parser = action("restore", _restore, "bring back what was deleted")
    parser.add_argument("handle", metavar="HANDLE", help="what “delete” said")


def _import(options: argparse.Namespace, paths: Paths) -> int:
    try:
        recipe = _recipe(options)
        read_options = _read_options(options)
    except JokegenError as error:
        return fail(error)
    sources, origin, name = tuple(Path(source) for source in options.sources), "", options.name
    wanted = _elsewhere(options)
    if wanted is not None:
        code, brought = run(model_service.bring, wanted, paths)
        if brought is None:
            return code
        sources, origin, name = (brought.file,), brought.origin, name or brought.name
    columns = None
    if options.column:
        columns = tuple(column.strip() for column in options.column.split(",") if column.strip())
    request = ImportRequest(
        sources=sources,
        name=name,
        columns=columns,
        template=options.template,
        options=read_options,
        recipe=recipe,
        validation_share=options.validation,
        limit=options.limit,
        seed=options.seed,
        base=options.base,
        origin=origin,
    )
    code, summary = run(model_service.import_jokes, request, paths)
    if summary is not None:
        _tell_misfits(summary)
        print_result(options, wire.to_plain(summary), _in_words(summary))
    return code


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
            "Import each into a data set of its own.",
        )
    source = special[0]
    if source == "-":
        return BringRequest(text=sys.stdin.read())
    if source.startswith(HUB):
        name, _, rest = source.removeprefix(HUB).partition(":")
        config, _, split = rest.partition(":")
        return BringRequest(hub=name, hub_config=config, hub_split=split, limit=options.limit)
    return BringRequest(link=source)


def _is_link(source: str) -> bool:
    return "://" in source and not Path(source).exists()


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
        if len(delimiter) > 1:
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


def _tell_misfits(summary: ImportSummary) -> None:
    """Say on standard error which rows did not fit, the first few of them."""
    for misfit in summary.misfits[:_MISFITS_TOLD]:
        sys.stderr.write(f"{misfit.file}, line {misfit.line}: {misfit.problem}; {misfit.done}.\n")
    if summary.misfit_count > _MISFITS_TOLD:
        sys.stderr.write(f"… and {summary.misfit_count - _MISFITS_TOLD:,} more.\n")


def _in_words(summary: ImportSummary) -> str:
    left_out = wording.dropped(summary.dropped)
    mended = ", ".join(f"{kind} {count:,}" for kind, count in summary.changed.items() if count)
    lines = [f"Read as {summary.understood}."] if summary.understood else []
    if mended:
        lines.append(f"Mended: {mended}.")
    lines.append(
        f"Saved “{summary.dataset}”: {wording.jokes(summary.kept)}"
        f"{f' ({left_out} left out)' if left_out else ''}, "
        f"{summary.train:,} to learn from, {summary.validation:,} to check with."
    )
    return "\n".join(lines)


def _list(options: argparse.Namespace, paths: Paths) -> int:
    infos = ModelService(paths).datasets()
    lines = [f"{info.name}  {wording.jokes(info.jokes)}" for info in infos]
    plain = {"datasets": wire.to_plain(infos)}
    print_result(options, plain, lines_or(lines, "No data sets yet."))
    return DONE


def _show(options: argparse.Namespace, paths: Paths) -> int:
    info = ModelService(paths).dataset(options.name)
    left_out = wording.dropped(info.dropped)
    lines = [
        f"{info.name}: {wording.jokes(info.jokes)}, {info.train:,} to learn from, "
        f"{info.validation:,} to check with; {wording.size(info.bytes)}.",
        f"From {info.source}.",
        *([f"Left out: {left_out}."] if left_out else []),
    ]
    print_result(options, wire.to_plain(info), "\n".join(lines))
    return DONE


def _export(options: argparse.Namespace, paths: Paths) -> int:
    ending = options.format or options.file.suffix.lower().removeprefix(".")
    try:
        kind = ExportFormat(ending)
    except ValueError:
        return fail(
            JokegenError(
                f"The name “{options.file.name}” does not say what kind of file it is to be.",
                "Let it end in .csv, .jsonl or .parquet, or give --format.",
            )
        )
    request = ExportRequest(options.name, options.file, kind)
    code, summary = run(model_service.export_dataset, request, paths)
    if summary is not None:
        guarded = f" ({summary.guarded:,} made safe for spreadsheets)" if summary.guarded else ""
        text = f"Wrote {wording.jokes(summary.jokes)}{guarded} into {summary.file}."
        print_result(options, wire.to_plain(summary), text)
    return code


def _delete(options: argparse.Namespace, paths: Paths) -> int:
    handle = ModelService(paths).delete_dataset(options.name)
    text = f"Deleted “{options.name}”. To bring it back: jokegen datasets restore {handle}"
    print_result(options, {"deleted": options.name, "handle": handle}, text)
    return DONE


def _restore(options: argparse.Namespace, paths: Paths) -> int:
    info = ModelService(paths).restore_dataset(options.handle)
    print_result(options, wire.to_plain(info), f"Restored “{info.name}”.")
    return DONE
