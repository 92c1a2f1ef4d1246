"""The search for good recipes: train by each on real jokes, keep what came of it, show all of it.

    python -m tests.benchmarks.recipes                       what was found so far, the best first
    python -m tests.benchmarks.recipes try FILE [SETTING=VALUE,… …]

`try` trains the starter model of JOKEGEN_HOME on the jokes of FILE once for each group of settings
(fields of `TrainRequest`: `method=lora,lora_rank=64,learning_rate=1e-3,epochs=1`), measures the
model that was kept on all held-out jokes in float32, and adds a line to `recipes.jsonl` beside this
file. Losses depend on the machine by some thousandths, seconds altogether: compare losses.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.jobs import surroundings, wire
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.jobs.requests import EvaluateRequest, Precision, TrainRequest

KEPT = Path(__file__).with_suffix(".jsonl")
NAME = "jokes"


@dataclass(frozen=True)
class Found:
    """What came of one recipe. Losses on the held-out part, in nats: of a joke token, an end token.

    `precision` is that of the training; the loss is measured in `measured_in`.
    """

    jokes: str
    settings: dict[str, Any]
    steps: int
    joke_loss: float
    end_loss: float
    seconds: float | None = None
    precision: str = "bfloat16"
    measured_in: str = "float32"


def try_recipe(paths: Paths, jokes: str, settings: dict[str, Any]) -> Found:
    """Train and measure, in float32."""
    request = wire.from_plain({"dataset": NAME, **settings}, TrainRequest)
    summary = model_service.train(request, RecordingContext(paths))
    measure = EvaluateRequest(str(summary.run), NAME, precision=Precision.FLOAT32)
    (result,) = model_service.evaluate(measure, RecordingContext(paths)).results
    return Found(
        jokes,
        settings,
        summary.steps,
        round(result.joke_loss, 4),
        round(result.end_loss, 4),
        round(summary.seconds),
        request.precision.value,
    )


def read_settings(text: str) -> dict[str, Any]:
    """`a=1,b=x` as plain values."""
    settings: dict[str, Any] = {}
    for item in filter(None, text.split(",")):
        name, _, value = item.partition("=")
        try:
            settings[name] = json.loads(value)
        except ValueError:
            settings[name] = value
    return settings


def show(found: Sequence[Found]) -> None:
    """A table for each pile of jokes."""
    for jokes in sorted({one.jokes for one in found}):
        print(jokes)
        for one in sorted((f for f in found if f.jokes == jokes), key=lambda f: f.joke_loss):
            settings = ", ".join(f"{name} {value}" for name, value in one.settings.items())
            print(
                f"  {one.joke_loss:.4f}  end {one.end_loss:.3f}  {one.steps:4} steps  "
                f"{settings or 'as recommended'} ({one.precision}, measured in {one.measured_in})"
            )


def main(file: Path, recipes: Sequence[str]) -> None:
    base = Paths.default().models / "starter"
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(Path(folder))
        paths.models.mkdir(parents=True)
        (paths.models / "starter").symlink_to(base)
        model_service.import_jokes(ImportRequest((file,), name=NAME), RecordingContext(paths))
        for text in recipes or [""]:
            found = try_recipe(paths, file.stem, read_settings(text))
            with KEPT.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(asdict(found)) + "\n")
            show([found])


if __name__ == "__main__":
    surroundings.prepare()
    if sys.argv[1:2] == ["try"]:
        main(Path(sys.argv[2]), sys.argv[3:])
    else:
        show([Found(**json.loads(line)) for line in KEPT.read_text("utf-8").splitlines()])
