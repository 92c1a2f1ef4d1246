"""How the cost of a training grows with the number of jokes and with their length.

    python -m tests.benchmarks.growth [jokes] [tokens]

`jokes`: a tiny language model trains three steps on a data set of 10,000, 100,000 and 1,000,000
jokes, which is imported first; reported are the seconds of preparing (all jokes are encoded and
put in order), of the processor and not of the clock, and the peak memory of the process that
trains. With a larger model the same memory comes on top of more.

`tokens`: the starter model of JOKEGEN_HOME (fetched first where it is not there) takes steps of
2,048 tokens in jokes of 16 to 1,024 tokens, full fine-tuning in float32, in turns; reported are
the medians of the seconds a step and, as a share, of the fastest.
"""

from __future__ import annotations

import json
import os
import resource as system
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from jokegen.config.paths import Paths
from jokegen.jobs import surroundings
from tests.lm import tiny_models

COUNTS = (10_000, 100_000, 1_000_000)
LENGTHS = (16, 64, 256, 512, 1_024)
TOKENS, ROUNDS = 2_048, 4


# ---- Jokes ---------------------------------------------------------------------------------


def import_many(paths: Paths, count: int) -> None:
    from jokegen.jobs.context import RecordingContext
    from jokegen.jobs.dataset_requests import ImportRequest
    from jokegen.model_service import import_jokes

    file = paths.home / f"{count}.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("joke\n")
        out.writelines(
            f"A man named {i} walks into bar number {i % 977} and says the {i * 7919 % count}th "
            f"funny thing.\n"
            for i in range(count)
        )
    import_jokes(ImportRequest((file,), name=str(count)), RecordingContext(paths))


def train_on(count: int) -> None:
    """In a process of its own: print seconds and memory as JSON."""
    from jokegen.jobs.context import RecordingContext
    from jokegen.jobs.events import Phase, Progress, RunStarted
    from jokegen.jobs.requests import Precision, TrainRequest
    from jokegen.model_service import train

    told: dict[str, float] = {}

    class Listening(RecordingContext):
        def emit(self, event: Any) -> None:
            if isinstance(event, Progress) and event.phase is Phase.PREPARING:
                told.setdefault("began", time.process_time())
            elif isinstance(event, RunStarted):
                told["seconds"] = time.process_time() - told["began"]

    train(
        TrainRequest(str(count), max_steps=3, device="cpu", precision=Precision.FLOAT32),
        Listening(Paths.default()),
    )
    told["memory"] = system.getrusage(system.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(told))


def compare_counts() -> None:
    print("jokes        seconds of preparing        a joke     peak memory")
    first = 0.0
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(Path(folder))
        tiny_models.tiny_llama(paths.models / "starter")
        for count in COUNTS:
            import_many(paths, count)
            environment = {**os.environ, "JOKEGEN_HOME": folder}
            surroundings.prepare(environment)
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.growth", "train", str(count)],
                env=environment,
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            told = json.loads(done.stdout.splitlines()[-1])
            first = first or told["memory"]
            seconds, memory = told["seconds"], told["memory"]
            print(
                f"{count:9,}    {seconds:12.1f} s     {seconds / count * 1e6:12.0f} µs   "
                f"{memory / 1e6:6.0f} MB ({memory / first - 1:+.1%})",
                flush=True,
            )


# ---- Tokens --------------------------------------------------------------------------------


def compare_lengths() -> None:
    import torch

    from jokegen.jobs.context import RecordingContext
    from jokegen.jobs.requests import Method, Precision, TrainRequest
    from jokegen.lm.arithmetic import choose_arithmetic, make_ready
    from jokegen.lm.cores import count_cores
    from jokegen.lm.examples import make_batch
    from jokegen.lm.fetching import ensure_model
    from jokegen.lm.gradients import add_gradients, clip, make_optimizer
    from jokegen.lm.loading import load_language_model
    from jokegen.lm.methods import choose_weights
    from jokegen.lm.recipe import recipe_for

    folder = ensure_model("starter", RecordingContext(Paths.default()))
    cpu = torch.device("cpu")
    language_model, tokenizer = load_language_model(folder, cpu)
    request = TrainRequest("jokes", method=Method.FULL)
    weights = choose_weights(language_model, request)
    arithmetic = choose_arithmetic(
        cpu, Precision.FLOAT32, width=1, vocabulary=1, threads=count_cores()
    )
    make_ready(language_model, weights, arithmetic)
    optimizer = make_optimizer(weights, frozenset(), recipe_for(request))
    language_model.train()
    chance = torch.Generator().manual_seed(0)
    ids = torch.randint(1, tokenizer.size, (TOKENS * 2,), generator=chance).tolist()

    def step(length: int) -> float:
        """In micro-batches of 1,024 tokens."""
        jokes = [ids[start : start + length + 1] for start in range(0, TOKENS, length)]
        half = max(1, 1_024 // length)
        began = time.perf_counter()
        batches = [make_batch(jokes[i : i + half], cpu) for i in range(0, len(jokes), half)]
        add_gradients(language_model, batches, TOKENS, arithmetic, arithmetic.loss_scale())
        clip(weights.values(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=False)
        return time.perf_counter() - began

    seconds: dict[int, list[float]] = defaultdict(list)
    for turn in range(ROUNDS + 1):
        for length in LENGTHS:
            taken = step(length)
            if turn:
                seconds[length].append(taken)
    fastest = min(statistics.median(taken) for taken in seconds.values())
    print("tokens a joke    seconds a step of 2,048 tokens")
    for length, times in seconds.items():
        median = statistics.median(times)
        print(f"{length:9,}        {median:6.2f}   {median / fastest:.2f} times the fastest")


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["train"]:
        train_on(int(arguments[1]))
        return
    wanted = arguments or ["jokes", "tokens"]
    if "jokes" in wanted:
        compare_counts()
    if "tokens" in wanted:
        compare_lengths()


if __name__ == "__main__":
    main(sys.argv[1:])
