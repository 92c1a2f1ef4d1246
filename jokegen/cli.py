"""The command line: the same jobs as in the window, for scripts and for checks.

Progress goes to standard error. With `--json` one object is printed on standard output at the
end. Exit codes: 0 done, 1 failed (with a sentence), 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import jokegen
from jokegen import model_service, wording
from jokegen.commands import datasets, importing, training
from jokegen.commands.running import (
    DONE,
    INTERRUPTED,
    at_least_one,
    fail,
    lines_or,
    print_result,
    run,
)
from jokegen.config.log import logging_to
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError, explain
from jokegen.jobs import surroundings, wire
from jokegen.jobs.requests import (
    DevicesRequest,
    FetchModelRequest,
    GenerateRequest,
)
from jokegen.model_service import ModelService
from jokegen.records import RunInfo


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments ask; returns the exit code."""
    surroundings.prepare()
    _prepare_streams()
    parser = build_parser()
    options = parser.parse_args(arguments)
    paths = Paths.default()
    with logging_to(paths, "command-line"):
        try:
            code: int = options.command(options, paths)
            sys.stdout.flush()
            return code
        except KeyboardInterrupt:
            return INTERRUPTED
        except BrokenPipeError:
            return DONE  # the reader of our output has seen enough
        except (JokegenError, OSError) as error:
            return fail(explain(error))


def build_parser() -> argparse.ArgumentParser:
    """Every command and option, with its help."""
    parser = argparse.ArgumentParser(
        prog="jokegen",
        description="Turn jokes into a small language model of your own. "
        "Without a command the window opens.",
    )
    parser.add_argument("--version", action="version", version=f"jokegen {jokegen.__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def command(name: str, run: Callable[..., int], text: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("--json", action="store_true", help="print one JSON object at the end")
        sub.set_defaults(command=run)
        return sub

    importing.add_import(command)

    training.add_train(command)
    training.add_evaluate(command)

    sub = command("generate", _generate, "write jokes")
    sub.add_argument("--model", help="a run's number or a base model (default: the newest run)")
    sub.add_argument("--prompt", default="", help="how the jokes begin")
    sub.add_argument("--length", type=at_least_one, default=GenerateRequest.length)
    sub.add_argument("--temperature", type=float, default=GenerateRequest.temperature)
    sub.add_argument("--top-k", type=int, default=GenerateRequest.top_k, help="0 is off")
    sub.add_argument("--top-p", type=float, default=GenerateRequest.top_p, help="1 is off")
    sub.add_argument("--repetition-penalty", type=float, default=GenerateRequest.repetition_penalty)
    sub.add_argument("--count", type=at_least_one, default=GenerateRequest.count)
    sub.add_argument("--seed", type=int, default=GenerateRequest.seed)
    sub.add_argument("--device", default="auto", help="auto, cpu, cuda:0, mps (see: devices)")

    sub = command("fetch", _fetch, "bring a base model to this computer")
    sub.add_argument("base", metavar="BASE")
    sub.add_argument(
        "--from", dest="source", type=Path, metavar="PATH", help="a file or folder already here"
    )
    datasets.add_datasets(command)
    command("models", _models, "list the base models")
    command("runs", _runs, "list the training runs")
    command("devices", _devices, "list the devices to train on")
    return parser


def _generate(options: argparse.Namespace, paths: Paths) -> int:
    request = GenerateRequest(
        model=options.model,
        prompt=options.prompt,
        length=options.length,
        temperature=options.temperature,
        top_k=options.top_k,
        top_p=options.top_p,
        repetition_penalty=options.repetition_penalty,
        count=options.count,
        seed=options.seed,
        device=options.device,
    )
    code, summary = run(model_service.generate, request, paths)
    if summary is not None:
        print_result(
            options, wire.to_plain(summary), "\n".join(joke.text for joke in summary.jokes)
        )
    return code


def _fetch(options: argparse.Namespace, paths: Paths) -> int:
    request = FetchModelRequest(options.base, source=options.source)
    code, summary = run(model_service.fetch_model, request, paths)
    if summary is not None:
        text = f"“{summary.base}” is here: {wording.size(summary.bytes)}."
        print_result(options, wire.to_plain(summary), text)
    return code


def _models(options: argparse.Namespace, paths: Paths) -> int:
    infos = ModelService(paths).base_models()
    lines = [
        f"{info.id:14} {info.title}  "
        f"{'here' if info.is_here else f'{wording.size(info.download_bytes)} to download'}"
        for info in infos
    ]
    print_result(options, {"models": wire.to_plain(infos)}, lines_or(lines, "No base models."))
    return DONE


def _runs(options: argparse.Namespace, paths: Paths) -> int:
    infos = ModelService(paths).runs()
    lines = [
        f"{info.title}  {wording.status_title(info.status)}, {_steps(info)}"
        + (f", validation loss {info.validation_loss:.3f}" if info.validation_loss else "")
        + (f" (can be continued: jokegen train --continue {info.number})" * info.can_continue)
        for info in infos
    ]
    print_result(options, {"runs": wire.to_plain(infos)}, lines_or(lines, "No runs yet."))
    return DONE


def _steps(info: RunInfo) -> str:
    """ "12 steps", or "12 of 60 steps" where it did not get to its end."""
    total = info.total_steps
    return wording.amount(info.steps, total if total != info.steps else None, "steps")


def _devices(options: argparse.Namespace, paths: Paths) -> int:
    code, summary = run(model_service.find_devices, DevicesRequest(), paths)
    if summary is not None:
        lines = [
            f"{device.id:8} {device.name}{'  (best)' if device.is_best else ''}"
            for device in summary.devices
        ]
        print_result(options, wire.to_plain(summary), "\n".join(lines))
    return code


def _prepare_streams() -> None:
    """Any joke can be written to any terminal, file or pipe, and to none where it is closed."""
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
