"""The command `datasets`: list the saved ones, and what can be done with one."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from jokegen import model_service, wording
from jokegen.commands.importing import saved_in_words
from jokegen.commands.running import DONE, fail, lines_or, print_result, run
from jokegen.config.paths import Paths
from jokegen.data.dataset_names import names_as_text
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.dataset_requests import ExportFormat, ExportRequest
from jokegen.model_service import ModelService

Command = Callable[[str, Callable[..., int], str], argparse.ArgumentParser]


def add_datasets(command: Command) -> None:
    """Add `datasets` with what can be done to one."""
    sub = command(
        "datasets", _list, "list the saved data sets, or show, export, remake, delete one"
    )
    inner = sub.add_subparsers(metavar="ACTION")

    def action(name: str, work: Callable[..., int], text: str) -> argparse.ArgumentParser:
        parser = inner.add_parser(name, help=text, description=text)
        parser.add_argument("--json", action="store_true", help="print one JSON object at the end")
        parser.set_defaults(command=work)
        return parser

    parser = action("show", _show, "tell all about one data set, and how it came to be")
    parser.add_argument("name", metavar="NAME")
    parser = action("export", _export, "write a data set into a file")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument(
        "--format",
        choices=[kind.value for kind in ExportFormat],
        help="default: by the file's ending",
    )
    parser = action("remake", _remake, "make a data set again from its originals")
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--name", dest="new", metavar="NEW", help="what to call the new one")
    parser = action("delete", _delete, "delete a data set; it can be restored for a day")
    parser.add_argument("name", metavar="NAME")
    parser = action("restore", _restore, "bring back what was deleted")
    parser.add_argument("handle", metavar="HANDLE", help="what “delete” said")


def _list(options: argparse.Namespace, paths: Paths) -> int:
    infos = ModelService(paths).datasets()
    lines = [f"{info.name}  {wording.jokes(info.jokes)}" for info in infos]
    plain = {"datasets": wire.to_plain(infos)}
    print_result(options, plain, lines_or(lines, "No data sets yet."))
    return DONE


def _show(options: argparse.Namespace, paths: Paths) -> int:
    service = ModelService(paths)
    info = service.dataset(options.name)
    steps = service.history(info.name)
    made_of_it = [other.name for other in service.descendants(info.name)]
    lines = [
        f"{info.name}: {wording.jokes(info.jokes)}, {info.train:,} to learn from, "
        f"{info.validation:,} to check with; {wording.size(info.bytes)}."
    ]
    for step in steps:
        if step.generation:
            lines.append(f"{'  ' * step.generation}“{step.name}”:")
        lines += [f"{'  ' * step.generation}- {line}" for line in step.lines]
    if made_of_it:
        lines.append(f"Made of it: {names_as_text(made_of_it)}.")
    facts = {
        **wire.to_plain(info),
        "history": [
            {"name": step.name, "generation": step.generation, "is_here": step.info is not None,
             "lines": list(step.lines)}
            for step in steps
        ],
        "descendants": made_of_it,
    }  # fmt: skip
    print_result(options, facts, "\n".join(lines))
    return DONE


def _remake(options: argparse.Namespace, paths: Paths) -> int:
    request = ModelService(paths).request_to_remake(options.name, options.new)
    code, summary = run(model_service.import_jokes, request, paths)
    if summary is not None:
        print_result(options, wire.to_plain(summary), saved_in_words(summary))
    return code


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
