"""How fast a training step is and how much memory it takes, against the stock way, in turns.

    python -m tests.benchmarks.training [ROUNDS] [ARCHITECTURE ...]

Full fine-tuning in float32 of 2,048 tokens a step. ARCHITECTURE is `starter` (the starter model
of JOKEGEN_HOME, fetched first where it is not there) and `gpt2` (GPT-2's, 124 million random
weights); both by default. Each way is a process of its own that takes a step when it is its turn,
ROUNDS (5) times after one to get warm:

    stock     transformers' Trainer as run_clm.py uses it: blocks of 1,024 tokens, batches of 2
    blocks    ours with the very same tokens: the two blocks one after the other, one gradient
    jokes     ours as it trains: the same number of tokens in whole jokes of similar length
    products  the machine's own large matrix multiplication, (2048, 2048) x (2048, 2048), by
              torch.mm and by oneDNN

Reported are medians, their ratios, the peak of each process's memory, and how much of the larger
of the two multiplications a step reaches, at 6 x weights x tokens operations (forward 2, backward
4; attention and the embeddings' look-up are not counted). `python -m tests.benchmarks.training
ROUNDS other` times ours in bfloat16 and with LoRA as well, without the stock way.

With THREADS=1 in the environment every way computes on one thread, and its times are those of the
processor rather than those of the clock: other work on the computer hardly changes them.
"""

from __future__ import annotations

import csv
import json
import os
import resource as system
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import IO, Any

from jokegen.config.paths import Paths, resource
from jokegen.jobs import surroundings

TOKENS, BLOCK, JOKES_A_BATCH = 2_048, 1_024, 512
THREADS = int(os.environ.get("THREADS", "0"))
CLOCK = time.process_time if THREADS == 1 else time.perf_counter
WAYS = ("stock", "blocks", "jokes", "products")
OTHERS = ("jokes", "jokes bfloat16", "jokes lora", "jokes lora bfloat16", "products")


# ---- In the process of one way -----------------------------------------------------------


def take_turns(step: Callable[[], dict[str, float]]) -> None:
    """A step for each line that comes in; its figures go out, and the memory with them."""
    for _line in sys.stdin:
        told = step()
        told["memory"] = system.getrusage(system.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps(told), flush=True)


def timed(work: Callable[[], None]) -> float:
    began = CLOCK()
    work()
    return CLOCK() - began


def products() -> None:
    import torch

    torch.manual_seed(0)
    left, right = torch.randn(2048, 2048), torch.randn(2048, 2048)
    ways: dict[str, Callable[[], Any]] = {
        "torch.mm": lambda: torch.mm(left, right),
        "oneDNN": lambda: torch.ops.mkldnn._linear_pointwise(left, right, None, "none", [], ""),
    }

    def step() -> dict[str, float]:
        return {
            name: 2 * 2048**3 / min(timed(way) for _turn in range(5)) for name, way in ways.items()
        }

    take_turns(step)


def load(architecture: str) -> tuple[Any, Any]:
    """The language model in float32, and the starter's tokenizer."""
    import torch

    from jokegen.lm.encoding import JokeTokenizer
    from jokegen.lm.loading import load_language_model

    folder = Paths.default().models / "starter"
    if architecture == "starter":
        return load_language_model(folder, torch.device("cpu"))
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.manual_seed(0)
    return GPT2LMHeadModel(GPT2Config()), JokeTokenizer.load(folder)


def read_jokes() -> list[str]:
    with resource("starter_jokes.csv").open(encoding="utf-8", newline="") as stream:
        return [row[-1] for row in csv.reader(stream)][1:]


def stream_blocks(tokenizer: Any) -> list[list[int]]:
    """All jokes in one stream, cut into blocks."""
    ids = tokenizer.encode("\n".join(read_jokes()))
    return [ids[start : start + BLOCK] for start in range(0, len(ids) - BLOCK, BLOCK)]


def stock(architecture: str) -> None:
    from transformers import Trainer, TrainerCallback, TrainingArguments, default_data_collator

    language_model, tokenizer = load(architecture)
    blocks = stream_blocks(tokenizer)
    examples = [{"input_ids": block, "labels": block} for block in blocks] * 50

    class Turns(TrainerCallback):  # type: ignore[misc]
        """Waits for its turn before a step, and tells how long it took."""

        def on_step_begin(self, *_arguments: Any, **_named: Any) -> None:
            if not sys.stdin.readline():
                raise SystemExit
            self.began = CLOCK()

        def on_step_end(self, *_arguments: Any, **_named: Any) -> None:
            told = {"seconds": CLOCK() - self.began, "tokens": TOKENS}
            told["weights"] = language_model.num_parameters()
            told["memory"] = system.getrusage(system.RUSAGE_SELF).ru_maxrss * 1024
            print(json.dumps(told), flush=True)

    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=TOKENS // BLOCK,
            learning_rate=5e-5,
            lr_scheduler_type="linear",
            num_train_epochs=10,
            use_cpu=True,
            report_to=[],
            save_strategy="no",
            logging_strategy="no",
            disable_tqdm=True,
        )
        trainer = Trainer(
            model=language_model,
            args=arguments,
            train_dataset=examples,
            data_collator=default_data_collator,
            callbacks=[Turns()],
        )
        trainer.train()


def ours(architecture: str, *how: str) -> None:
    """The engine's own pieces, as a run puts them together."""
    import torch

    from jokegen.jobs.requests import Method, Precision, TrainRequest
    from jokegen.lm.arithmetic import choose_arithmetic, make_ready
    from jokegen.lm.cores import count_cores
    from jokegen.lm.examples import make_batch
    from jokegen.lm.gradients import add_gradients, clip, make_optimizer, set_learning_rate
    from jokegen.lm.methods import choose_weights, embedding_names
    from jokegen.lm.recipe import recipe_for

    language_model, tokenizer = load(architecture)
    request = TrainRequest(
        "jokes",
        method=Method.LORA if "lora" in how else Method.FULL,
        train_embeddings="lora" not in how,
        device="cpu",
    )
    cpu = torch.device("cpu")
    weights = choose_weights(language_model, request)
    arithmetic = choose_arithmetic(
        cpu,
        Precision.BFLOAT16 if "bfloat16" in how else Precision.FLOAT32,
        width=language_model.config.hidden_size,
        vocabulary=language_model.config.vocab_size,
        threads=THREADS or count_cores(),
    )
    make_ready(language_model, weights, arithmetic)
    optimizer = make_optimizer(weights, embedding_names(language_model), recipe_for(request))
    set_learning_rate(optimizer, 5e-5)
    language_model.train()
    loss_scale = arithmetic.loss_scale()
    steps = block_steps(tokenizer) if "blocks" in how else joke_steps(tokenizer)

    def step() -> dict[str, float]:
        parts = next(steps)
        tokens = sum(len(example) - 1 for part in parts for example in part)

        def work() -> None:
            batches = (make_batch(part, cpu) for part in parts)
            add_gradients(language_model, batches, tokens, arithmetic, loss_scale)
            clip(weights.values(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)

        weighed = sum(weight.numel() for weight in base)
        return {"seconds": timed(work), "tokens": tokens, "weights": weighed}

    base = [weight for name, weight in language_model.named_parameters() if "lora_" not in name]
    take_turns(step)


def block_steps(tokenizer: Any) -> Iterator[list[list[list[int]]]]:
    """Two blocks a step, each a part of its own."""
    blocks = stream_blocks(tokenizer)
    for number in range(0, 10**6, 2):
        yield [[blocks[(number + i) % len(blocks)]] for i in range(TOKENS // BLOCK)]


def joke_steps(tokenizer: Any) -> Iterator[list[list[list[int]]]]:
    """Whole jokes in batches of similar length, as many as make `TOKENS`."""
    from jokegen.lm.batching import make_batches

    examples = tokenizer.encode_jokes(read_jokes(), BLOCK)
    lengths = [len(example) - 1 for example in examples]
    for seed in range(10**6):
        batches = list(make_batches(lengths, JOKES_A_BATCH, seed))
        for first in range(0, len(batches) - 3, 4):
            yield [[examples[i] for i in batch] for batch in batches[first : first + 4]]


# ---- In the process that compares them -----------------------------------------------------


class Way:
    """The process of one way."""

    def __init__(self, architecture: str, way: str) -> None:
        environment = dict(os.environ)
        if way not in ("stock", "products"):
            surroundings.prepare(environment)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.training", "way", architecture, *way.split()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def step(self) -> dict[str, float]:
        _pipe(self._process.stdin).write("\n")
        _pipe(self._process.stdin).flush()
        for line in _pipe(self._process.stdout):
            if line.startswith("{"):
                told: dict[str, float] = json.loads(line)
                return told
        raise RuntimeError("a way ended without a word")

    def close(self) -> None:
        _pipe(self._process.stdin).close()
        _pipe(self._process.stdout).close()
        self._process.wait()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def compare(architecture: str, rounds: int, names: tuple[str, ...]) -> None:
    ways = {name: Way(architecture, name) for name in names}
    told: dict[str, list[dict[str, float]]] = defaultdict(list)
    try:
        for turn in range(rounds + 1):
            for name, way in ways.items():
                figures = way.step()
                print(
                    f"{architecture}, round {turn}, {name}: {figures}", file=sys.stderr, flush=True
                )
                if turn:
                    told[name].append(figures)
    finally:
        for way in ways.values():
            way.close()

    def median(name: str, what: str) -> float:
        return statistics.median(figures[what] for figures in told[name])

    mm, onednn = median("products", "torch.mm"), median("products", "oneDNN")
    print(
        f"\n{architecture}: products {mm / 1e9:.0f} (torch.mm), {onednn / 1e9:.0f} GFLOP/s (oneDNN)"
    )
    speeds = {}
    for name in names[:-1]:
        speeds[name] = statistics.median(f["tokens"] / f["seconds"] for f in told[name])
        work = 6 * told[name][0]["weights"] * speeds[name]
        if "lora" in name:
            work *= 2 / 3  # no gradients of the weights
        print(
            f"  {name:20} {median(name, 'seconds'):6.2f} s a step, {speeds[name]:6.0f} tokens/s, "
            f"{work / 1e9:4.0f} GFLOP/s ({work / mm:4.0%} of torch.mm, {work / onednn:4.0%} of "
            f"oneDNN), peak {max(f['memory'] for f in told[name]) / 1e9:.2f} GB"
        )
    for name in names[1:-1]:
        share = max(f["memory"] for f in told[name]) / max(f["memory"] for f in told[names[0]])
        print(
            f"  {name}: {speeds[name] / speeds[names[0]]:.2f} times the tokens a second of "
            f"{names[0]}, {share:.0%} of its memory"
        )


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["way"]:
        architecture, way, *how = arguments[1:]
        if THREADS:
            import torch

            torch.set_num_threads(THREADS)
        if way == "stock":
            stock(architecture)
        elif way == "products":
            products()
        else:
            ours(architecture, way, *how)
        return
    from jokegen.jobs.context import RecordingContext
    from jokegen.lm.fetching import ensure_model

    ensure_model("starter", RecordingContext(Paths.default()))
    rounds = int(arguments[0]) if arguments else 5
    wanted = arguments[1:] or ["starter", "gpt2"]
    for architecture in wanted:
        if architecture == "other":
            compare("starter", rounds, OTHERS)
        else:
            compare(architecture, rounds, WAYS)


if __name__ == "__main__":
    main(sys.argv[1:])
