"""Is the time promise kept: real runs of the starter model against what was said before each.

    python -m tests.benchmarks.promise [RUNS] [MINUTES] [FILE]

RUNS (10) times: measured anew in a process of its own, as the window does, then trained for what
was promised, with lengths of MINUTES (1, 2, 3 in turn where it is 0) on the jokes of FILE (the
starter jokes). Printed are the ratios of the real time, processes and all, to the middle of what
was promised, and how many lie within a quarter. The starter is fetched first where JOKEGEN_HOME
does not have it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from jokegen import model_service
from jokegen.config.paths import Paths, resource
from jokegen.jobs.context import JobContext, RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.jobs.events import Done
from jokegen.jobs.process import WorkerProcess
from jokegen.jobs.requests import Length, PromiseRequest, TrainRequest
from jokegen.lm.fetching import ensure_model

Request = TypeVar("Request")
Summary = TypeVar("Summary")

WITHIN = 0.25


def in_worker(
    paths: Paths, name: str, job: Callable[[Request, JobContext], Summary], request: Request
) -> tuple[Summary, float]:
    """What the job makes in a process of its own, and the seconds from its start to its outcome."""
    worker = WorkerProcess(paths, name)
    began = time.monotonic()
    outcome = worker.run(worker.new_number(), job, request, lambda _events: None)
    seconds = time.monotonic() - began
    worker.close()
    assert isinstance(outcome, Done), outcome
    return outcome.summary, seconds


def main(runs: int, minutes: float, file: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = os.environ.get("JOKEGEN_HOME")
        paths = Paths(Path(home) if home else Path(folder) / "home")
        ensure_model("starter", RecordingContext(paths))
        name = f"promise {time.time():.0f}"
        model_service.import_jokes(ImportRequest((file,), name=name), RecordingContext(paths))
        ratios = []
        for number in range(runs):
            asked = minutes or float(1 + number % 3)
            request = PromiseRequest(TrainRequest(name, is_method_open=True), asked, is_fresh=True)
            promise, measuring = in_worker(paths, "measure", model_service.promise, request)
            (offer,) = (offer for offer in promise.offers if offer.length is Length.MINUTES)
            summary, seconds = in_worker(paths, "train", model_service.train, offer.request)
            model_service.ModelService(paths).delete_run(summary.run)
            assert summary.steps == offer.steps, (summary.steps, offer.steps)
            ratios.append(seconds / offer.seconds)
            print(
                f"run {number + 1:2}  asked {60 * asked:4.0f} s  promised "
                f"{offer.seconds_low:4.0f} to {offer.seconds_high:4.0f} s  real {seconds:5.1f} s  "
                f"ratio {ratios[-1]:.2f}   {offer.steps} steps, {offer.request.method}, "
                f"measured in {measuring:.1f} s, {promise.precision}",
                flush=True,
            )
        kept = sum(abs(ratio - 1) <= WITHIN for ratio in ratios)
        print(f"{kept} of {runs} within {WITHIN:.0%} of the middle")


if __name__ == "__main__":
    words = sys.argv[1:]
    main(
        int(words[0]) if words else 10,
        float(words[1]) if len(words) > 1 else 0.0,
        Path(words[2]) if len(words) > 2 else resource("starter_jokes.csv"),
    )
