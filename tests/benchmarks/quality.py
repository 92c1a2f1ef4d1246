"""How soon a good joke model is there: the tutorial's recipe, the usual way tuned, and Jokegen.

    python -m tests.benchmarks.quality ONELINEFUN.CSV [LENGTH] [WAYS]

Needs the starter model in JOKEGEN_HOME, from which all start. They learn from the same 95% of the
jokes and are measured on the rest: the mean loss of a joke token, its end token left out.

* tutorial: transformers' `Trainer` as `run_clm.py` sets it up: all jokes in one stream with
  newlines, blocks of 1,024 tokens, batches of 2, AdamW, 5e-5 falling to zero over 10 epochs,
  float32. It is ended when its loss rises; ten epochs take as many seconds as their steps, at the
  mean of those that were done;
* full, lora: `Trainer` on one joke an example with the end token on both sides, padded batches of
  25 in random order, float32, with the learning rate and epochs that were best of those tried
  (`TUNED`); LoRA is peft's, of rank 16 in every linear layer;
* jokegen: the run that the time promise offers for LENGTH (good). Loading, checks, samples and
  saves count; for the others only their steps do.

They take turns (`turns`), which takes about an hour on 2 cores. WAYS names some of them, with
commas.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.data.store import load_jokes
from jokegen.jobs import surroundings
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.jobs.events import Event, Metric
from jokegen.jobs.requests import Length, PromiseRequest, TrainRequest
from tests.benchmarks.turns import Mark, Turn, take_turns

WAYS = ("tutorial", "full", "lora", "jokegen")
BLOCK = 1_024
TUTORIAL_EPOCHS = 10
# Peak learning rate and epochs, by `python -m tests.benchmarks.recipes`.
TUNED = {"full": (1e-4, 1), "lora": (2e-3, 1)}
STEPS_A_TURN = {"tutorial": 6, "full": 18, "lora": 18}
# All of the held-out part is measured at every check of ours, so that all ways can be compared.
HELD_OUT_SHARE = 0.05
NAME = "jokes"


def train_stock(way: str, home: Path, base: Path) -> None:
    """The child of a stock way: train with `Trainer`, and mark at the end of every turn."""
    import datasets
    import torch
    import transformers

    train, held_out = load_jokes(Paths(home), NAME)
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    language_model = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    end = int(language_model.config.eos_token_id)
    start = tokenizer("\n")["input_ids"][0] if way == "tutorial" else end
    examples = [[start, *tokenizer(joke)["input_ids"]] for joke in held_out]
    if way == "tutorial":
        ids = tokenizer("\n".join(train))["input_ids"]
        blocks = [ids[i : i + BLOCK] for i in range(0, len(ids) - BLOCK + 1, BLOCK)]
        rows = [{"input_ids": block, "labels": block} for block in blocks]
        batch, rate, epochs, warm_up = 2, 5e-5, TUTORIAL_EPOCHS, 0
    else:
        rows = [{"input_ids": [end, *tokenizer(joke)["input_ids"], end]} for joke in train]
        batch, warm_up, (rate, epochs) = 25, 10, TUNED[way]
    if way == "lora":
        from peft import LoraConfig, get_peft_model

        additions = LoraConfig(r=16, lora_alpha=32, target_modules="all-linear")
        language_model = get_peft_model(language_model, additions)
    turn = Turn()
    losses: list[float] = []

    def measure() -> float:
        losses.append(held_out_loss(language_model, examples))
        return losses[-1]

    class TakeTurns(transformers.TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            turn.restart()  # what came before does not count

        def on_step_end(self, _: Any, state: Any, control: Any, **__: Any) -> None:
            if state.global_step % STEPS_A_TURN[way] == 0 or state.global_step == state.max_steps:
                turn.mark(state.global_step, state.max_steps, measure)
                control.should_training_stop = min(losses) < min(losses[-4:])

    with tempfile.TemporaryDirectory() as folder:
        transformers.Trainer(
            model=language_model,
            args=transformers.TrainingArguments(
                output_dir=folder,
                per_device_train_batch_size=batch,
                num_train_epochs=epochs,
                learning_rate=rate,
                warmup_steps=warm_up,
                save_strategy="no",
                report_to=[],
                disable_tqdm=True,
                use_cpu=True,
                dataloader_pin_memory=False,
            ),
            train_dataset=datasets.Dataset.from_list(rows),
            data_collator=_padded,
            callbacks=[TakeTurns()],
        ).train()


def _padded(rows: list[dict[str, list[int]]]) -> dict[str, Any]:
    """Padded on the right; causal attention never looks there, and no loss is counted there."""
    import torch

    width = max(len(row["input_ids"]) for row in rows)
    inputs = torch.zeros(len(rows), width, dtype=torch.long)
    labels = torch.full((len(rows), width), -100)
    for place, row in enumerate(rows):
        ids = torch.tensor(row["input_ids"])
        inputs[place, : len(ids)] = labels[place, : len(ids)] = ids
    return {"input_ids": inputs, "attention_mask": (labels >= 0).long(), "labels": labels}


def held_out_loss(language_model: Any, examples: Sequence[Sequence[int]]) -> float:
    """Mean loss in nats of the tokens after each example's first, one example after another."""
    import torch
    from torch.nn import functional

    was_training = language_model.training
    language_model.eval()
    total, tokens = 0.0, 0
    with torch.no_grad():
        for example in examples:
            ids = torch.tensor([example])
            logits = language_model(input_ids=ids[:, :-1]).logits[0]
            total += functional.cross_entropy(logits, ids[0, 1:], reduction="sum").item()
            tokens += len(example) - 1
    language_model.train(was_training)
    return total / tokens


class _InTurns(RecordingContext):
    """Marks at every check on held-out jokes, with the loss that the run itself measured."""

    def __init__(self, paths: Paths) -> None:
        super().__init__(paths)
        self.turn = Turn()

    def emit(self, event: Event) -> None:
        super().emit(event)
        if isinstance(event, Metric) and event.joke_loss is not None and event.step:
            loss = event.joke_loss
            self.turn.mark(event.step, event.steps, lambda: loss)


def train_ours(home: Path, length: Length) -> None:
    """The child of our way; its last mark is the model that was kept, measured as the others."""
    import transformers

    context = _InTurns(Paths(home))
    asked = PromiseRequest(TrainRequest(NAME))
    promised = model_service.promise(asked, RecordingContext(context.paths))
    (offer,) = (offer for offer in promised.offers if offer.length is length)
    print(f"promised: {offer.seconds:.0f} s: {replace(offer.request, dataset='')}", file=sys.stderr)
    context.turn.restart()
    summary = model_service.train(offer.request, context)
    seconds = context.turn.seconds
    folder = summary.path / "final"
    _, held_out = load_jokes(context.paths, NAME)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    language_model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    end = int(language_model.config.eos_token_id)
    examples = [[end, *tokenizer(joke)["input_ids"]] for joke in held_out]
    measure = partial(held_out_loss, language_model, examples)
    context.turn.mark(summary.steps, summary.steps, measure)
    print(f"in truth: {seconds:.0f} s", file=sys.stderr)


def compare(marks: dict[str, list[Mark]]) -> None:
    """Print the targets: when the tutorial's and the tuned ways' best was reached, and the end."""
    best = {way: min(told, key=lambda mark: mark.loss) for way, told in marks.items()}
    for way, mark in best.items():
        print(f"{way}: best {mark.loss:.3f} after {mark.seconds:.0f} s ({mark.step} steps)")
    ours = marks.get("jokegen")
    if not ours:
        return
    if "tutorial" in best:
        last = marks["tutorial"][-1]
        seconds = last.seconds / last.step * last.steps
        _say("the tutorial's best", best["tutorial"].loss, ours, seconds, "of its ten epochs")
    tuned = [best[way] for way in ("full", "lora") if way in best]
    if tuned:
        lowest = min(mark.loss for mark in tuned)
        soonest = min(
            (m.seconds for way in ("full", "lora") for m in marks.get(way, ()) if m.loss <= lowest),
        )
        _say("tuned stock's best", lowest, ours, soonest, "of its time")
        print(f"in the end {ours[-1].loss - lowest:+.3f} against tuned stock's best")


def _say(what: str, loss: float, ours: Sequence[Mark], seconds: float, of_what: str) -> None:
    reached = next((mark for mark in ours if mark.loss <= loss), None)
    if reached is None:
        print(f"{what} ({loss:.3f}) was not reached")
        return
    print(
        f"{what} ({loss:.3f}) after {reached.seconds:.0f} s: 1/{seconds / reached.seconds:.1f} "
        f"{of_what} ({seconds:.0f} s)"
    )


def main(jokes: Path, length: str, ways: Sequence[str]) -> None:
    base = Paths.default().models / "starter"
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        paths = Paths(home)
        paths.models.mkdir(parents=True)
        (paths.models / "starter").symlink_to(base)
        request = ImportRequest((jokes,), name=NAME, validation_share=HELD_OUT_SHARE)
        made = model_service.import_jokes(request, RecordingContext(paths))
        print(f"{made.train} jokes to learn from, {made.validation} held out", flush=True)
        me = "tests.benchmarks.quality"
        compare(take_turns({way: (me, "child", way, str(home), length) for way in ways}))


if __name__ == "__main__":
    surroundings.prepare()
    if sys.argv[1] == "child":
        _, _, chosen, at, asked_for = sys.argv
        if chosen == "jokegen":
            train_ours(Path(at), Length(asked_for))
        else:
            train_stock(chosen, Path(at), Paths(Path(at)).models / "starter")
    else:
        _, csv_file, *rest = sys.argv
        main(
            Path(csv_file),
            rest[0] if rest else Length.GOOD.value,
            rest[1].split(",") if len(rest) > 1 else WAYS,
        )
