"""The commands `train` and `evaluate`, with the options of transformers' own training scripts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any

from jokegen import model_service, wording
from jokegen.commands.running import (
    USAGE,
    above_zero,
    at_least_one,
    from_zero,
    print_result,
    run,
    share,
    whole_from_zero,
)
from jokegen.config.paths import Paths
from jokegen.jobs import wire
from jokegen.jobs.context import Stop
from jokegen.jobs.requests import (
    ContinueRequest,
    EvaluateRequest,
    Evaluation,
    Length,
    Method,
    Precision,
    Schedule,
    TrainRequest,
)

Command = Callable[[str, Callable[..., int], str], argparse.ArgumentParser]

# The names that transformers has for these schedules, beside ours.
_SCHEDULES = {
    **{schedule.value: schedule for schedule in Schedule},
    "inverse_sqrt": Schedule.INVERSE_SQUARE_ROOT,
    "constant_with_warmup": Schedule.CONSTANT,
}
_FIELDS = {field.name for field in fields(TrainRequest)}


def add_train(command: Command) -> None:
    """Add `train`. An option that is not given stays open, and nothing stands in the result."""
    sub = command("train", _train, "fine-tune a base model on a data set")
    what = sub.add_mutually_exclusive_group(required=True)
    what.add_argument("--data", dest="dataset", metavar="NAME", help="the data set")
    what.add_argument(
        "--continue",
        dest="run",
        type=at_least_one,
        metavar="RUN",
        help="go on with a run that was paused or interrupted, with its own settings",
    )
    sub.add_argument(
        "--accept-changes",
        action="store_true",
        help="with --continue: although the data set, the base model or the recipe has changed",
    )
    _add_main(sub)
    _add_batches(sub)
    _add_optimizer(sub)
    _add_watching(sub)


def _option(group: Any, *names: str, **how: Any) -> None:
    group.add_argument(*names, default=argparse.SUPPRESS, **how)


def _add_main(sub: argparse.ArgumentParser) -> None:
    ask = TrainRequest
    _option(sub, "--base", help=f"the base model (see: models; default: {ask.base})")
    _option(sub, "--epochs", "--num-train-epochs", type=above_zero, help=f"default: {ask.epochs:g}")
    _option(sub, "--max-steps", type=at_least_one, help="how many steps; with --epochs, at most")
    times = [length for length in Length if length not in (Length.MINUTES, Length.EPOCHS)]
    _option(
        sub,
        "--length",
        choices=times,
        type=Length,
        help="instead: the best run of that length; the computer is measured first",
    )
    _option(sub, "--minutes", type=above_zero, metavar="N", help="instead: that of so many minutes")
    _option(
        sub,
        "--method",
        choices=list(Method),
        type=Method,
        help=f"which weights learn (default: {ask.method})",
    )
    _option(sub, "--lora-rank", type=at_least_one, metavar="N", help="size of lora's matrices")
    _option(
        sub, "--last-blocks", type=at_least_one, metavar="N", help="how many layers last-blocks are"
    )
    _option(
        sub,
        "--train-embeddings",
        action=argparse.BooleanOptionalAction,
        help="whether the token embeddings and the output layer learn as well",
    )
    _option(sub, "--device", help="auto, cpu, cuda:0, mps (see: devices)")
    _option(sub, "--precision", choices=list(Precision), type=Precision, help="default: auto")
    for name, kind in (("--bf16", Precision.BFLOAT16), ("--fp16", Precision.FLOAT16)):
        _option(
            sub,
            name,
            dest="precision",
            action="store_const",
            const=kind,
            help=f"the same as --precision {kind}",
        )
    _option(sub, "--seed", type=int, help=f"default: {ask.seed}")
    _option(
        sub,
        "--overwrite",
        type=at_least_one,
        metavar="RUN",
        help="remove this earlier run as soon as the new one has something to keep",
    )


def _add_batches(sub: argparse.ArgumentParser) -> None:
    group = sub.add_argument_group("what a step reads")
    _option(
        group,
        "--tokens-per-step",
        type=at_least_one,
        metavar="N",
        help=f"about so many in jokes of like length (default: {TrainRequest.tokens_per_step})",
    )
    _option(
        group,
        "--batch-size",
        "--per-device-train-batch-size",
        "--per-gpu-train-batch-size",
        type=at_least_one,
        metavar="N",
        help="so many jokes (or blocks), whatever their length",
    )
    _option(
        group,
        "--gradient-accumulation",
        "--gradient-accumulation-steps",
        type=at_least_one,
        metavar="N",
        help="so many times that, in as many parts (default: 1)",
    )
    _option(
        group,
        "--block-size",
        type=at_least_one,
        metavar="TOKENS",
        help="pack whole jokes into blocks (default: one joke at a time)",
    )


def _add_optimizer(sub: argparse.ArgumentParser) -> None:
    group = sub.add_argument_group("how it learns (default: what is recommended for the method)")
    _option(group, "--learning-rate", type=above_zero, metavar="RATE")
    _option(group, "--weight-decay", type=from_zero, metavar="SHARE")
    _option(group, "--beta1", "--adam-beta1", type=below_one, metavar="B")
    _option(group, "--beta2", "--adam-beta2", type=below_one, metavar="B")
    _option(group, "--epsilon", "--adam-epsilon", type=above_zero, metavar="E")
    _option(
        group,
        "--gradient-norm",
        "--max-grad-norm",
        type=from_zero,
        metavar="LENGTH",
        help="shorten longer gradients to this; 0: never",
    )
    _option(
        group,
        "--schedule",
        "--lr-scheduler-type",
        choices=list(_SCHEDULES),
        help="how the learning rate goes on after the warm-up (default: cosine)",
    )
    _option(group, "--warm-up", "--warmup-ratio", type=share, metavar="SHARE", help="of the steps")
    _option(
        group,
        "--warm-up-steps",
        "--warmup-steps",
        type=whole_from_zero,
        metavar="N",
        help="in steps; wins over --warm-up",
    )


def _add_watching(sub: argparse.ArgumentParser) -> None:
    group = sub.add_argument_group("checks and saves")
    steps: dict[str, Any] = {"type": at_least_one, "metavar": "STEPS"}
    _option(group, "--logging-steps", **steps, help="from one point of the curve to the next")
    _option(group, "--evaluation-steps", "--eval-steps", **steps, help="from one check to the next")
    _option(
        group,
        "--saving-steps",
        "--save-steps",
        **steps,
        help="from one save of all that is needed to go on to the next",
    )
    _option(
        group,
        "--checkpoints-kept",
        "--save-total-limit",
        type=whole_from_zero,
        metavar="N",
        help="how many of the newest checkpoints stay beside the best one (default: 0)",
    )
    _option(
        group,
        "--patience",
        type=at_least_one,
        metavar="CHECKS",
        help="end after so many checks that came to nothing better (default: never)",
    )
    _option(
        group,
        "--average",
        type=whole_from_zero,
        metavar="CHECKS",
        help="at the end try the average of the weights of so many checks (default: 0, none)",
    )


def below_one(text: str) -> float:
    """For argparse: a number from 0, below 1."""
    value = share(text)
    if value == 1.0:
        raise argparse.ArgumentTypeError("must be below 1")
    return value


def _train(options: argparse.Namespace, paths: Paths) -> int:
    chosen = {name: value for name, value in vars(options).items() if name in _FIELDS}
    chosen = {name: value for name, value in chosen.items() if name != "dataset"}
    if problem := _wrong_together(options, chosen):
        sys.stderr.write(f"usage: jokegen train …\njokegen train: error: {problem}\n")
        return USAGE
    if options.run is not None:
        again = ContinueRequest(options.run, accept_changes=options.accept_changes)
        code, summary = run(
            model_service.continue_training, again, paths, first_interrupt=Stop.FINISH
        )
    else:
        request = _train_request(options.dataset, chosen)
        code, summary = run(model_service.train, request, paths, first_interrupt=Stop.FINISH)
    if summary is not None:
        print_result(
            options,
            wire.to_plain(summary),
            f"Run {summary.run} {summary.status}: {summary.steps} steps in "
            f"{wording.duration(summary.seconds)}, validation loss "
            f"{summary.validation_loss_before:.3f} → {summary.validation_loss:.3f}.",
        )
    return code


def _wrong_together(options: argparse.Namespace, chosen: dict[str, Any]) -> str:
    """What is wrong with a combination of options, or ""."""
    if len(chosen.keys() & {"length", "minutes", "epochs"}) > 1:
        return "give one of --epochs, --length and --minutes"
    if options.run is None:
        return "--accept-changes goes with --continue" if options.accept_changes else ""
    if chosen:
        return f"run {options.run} goes on with its own settings: give none with --continue"
    return ""


def _train_request(dataset: str, chosen: dict[str, Any]) -> TrainRequest:
    if "epochs" not in chosen and "max_steps" in chosen:
        # An epoch has one step or more: so many epochs always hold that many steps.
        chosen["epochs"] = float(chosen["max_steps"])
    if "minutes" in chosen:
        chosen["length"] = Length.MINUTES
    if "length" in chosen:
        chosen["is_method_open"] = "method" not in chosen
    if "schedule" in chosen:
        chosen["schedule"] = _SCHEDULES[chosen["schedule"]]
    return TrainRequest(dataset, **chosen)


def add_evaluate(command: Command) -> None:
    """Add `evaluate`."""
    sub = command(
        "evaluate", _evaluate, "measure a run or a base model on jokes that it has not seen"
    )
    sub.add_argument("--model", required=True, help="a run's number or a base model")
    sub.add_argument("--data", required=True, metavar="NAME", help="the data set")
    sub.add_argument(
        "--all-checkpoints",
        "--eval-all-checkpoints",
        action="store_true",
        help="every checkpoint that the run has kept",
    )
    sub.add_argument("--device", default="auto", help="auto, cpu, cuda:0, mps (see: devices)")
    sub.add_argument("--precision", choices=list(Precision), type=Precision, default=Precision.AUTO)


def _evaluate(options: argparse.Namespace, paths: Paths) -> int:
    request = EvaluateRequest(
        model=options.model,
        dataset=options.data,
        all_checkpoints=options.all_checkpoints,
        device=options.device,
        precision=options.precision,
    )
    code, summary = run(model_service.evaluate, request, paths)
    if summary is not None:
        lines = [_in_words(result) for result in summary.results]
        print_result(options, wire.to_plain(summary), "\n".join(lines))
    return code


def _in_words(result: Evaluation) -> str:
    return (
        f"{result.name}: loss {result.loss:.3f} a token (joke {result.joke_loss:.3f}, "
        f"end {result.end_loss:.3f}), perplexity {result.perplexity:.1f}, "
        f"{result.accuracy:.1%} of {wording.number(result.tokens)} tokens guessed"
    )
