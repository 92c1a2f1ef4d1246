"""What a model in training writes at each check: reproducible, and training goes on as before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import torch
from torch import nn

from jokegen.jobs.events import Sample
from jokegen.jobs.requests import Method, TrainRequest
from jokegen.lm import timeline as timeline_module
from jokegen.lm.loading import load_language_model
from jokegen.lm.methods import choose_weights
from jokegen.lm.originality import FindsCopies
from jokegen.lm.timeline import FEW, MANY, Timeline
from tests.lm.tiny_models import SENTENCES, tiny_gpt2, tiny_llama

HELD_OUT = [f"{sentence} And so on." for sentence in SENTENCES]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """More are of no use to so small models, and slow where others run."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def go_on() -> None:
    pass


def copies_of(known: str) -> FindsCopies:
    """A finder that takes one joke for a copy, and every held-out joke with "dog"."""

    def find(texts: Sequence[str], check: Callable[[], None] = go_on) -> list[str | None]:
        check()
        return ["from here" if text == known or "dog" in text else None for text in texts]

    return find


class Desk:
    """A language model with a timeline, and what it has written."""

    def __init__(self, base: Path, method: Method = Method.FULL, **settings: object) -> None:
        torch.manual_seed(1)
        self.language_model, self.tokenizer = load_language_model(base, torch.device("cpu"))
        request = TrainRequest("x", method=method, last_blocks=1)
        self.weights = choose_weights(self.language_model, request)
        self.language_model.train()
        self.samples: list[Sample] = []
        self.timeline = self.make(**settings)

    def make(self, **settings: object) -> Timeline:
        arguments = {"seed": 7, "train_jokes": list(SENTENCES), "held_out_jokes": HELD_OUT}
        return Timeline(self.language_model, self.tokenizer, **{**arguments, **settings})  # type: ignore[arg-type]

    def write(self, step: int = 0, **how: bool) -> list[str]:
        self.samples.clear()
        self.timeline.write(step, go_on, self.samples.append, **how)
        return [sample.text for sample in self.samples]


@pytest.fixture(params=["gpt2", "llama"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return {"gpt2": tiny_gpt2, "llama": tiny_llama}[request.param](tmp_path / "base")


def test_the_same_weights_and_seed_write_the_same_jokes_to_the_same_prompts(base: Path) -> None:
    first, second = Desk(base), Desk(base)
    assert first.write(5, is_last=True) == second.write(80, is_last=True)
    assert [sample.prompt for sample in first.samples] == [s.prompt for s in second.samples]
    assert [sample.number for sample in first.samples] == list(range(MANY))
    assert {sample.step for sample in second.samples} == {80}
    assert len(set(first.write())) > 1
    first.timeline = first.make(seed=8)
    assert first.write() != second.write()


def test_prompts_are_empty_or_beginnings_of_held_out_jokes_and_jokes_begin_with_them(
    base: Path,
) -> None:
    desk = Desk(base)
    desk.write()
    prompts = [sample.prompt for sample in desk.samples]
    assert prompts[::2] == [""] * (FEW // 2)
    assert all(any(joke.startswith(prompt) for joke in HELD_OUT) for prompt in prompts[1::2])
    assert all(sample.text.startswith(sample.prompt) for sample in desk.samples)


def test_a_joke_is_the_same_however_many_there_was_time_for(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(base)
    monkeypatch.setattr(timeline_module, "LARGEST_SHARE", 0.0)
    few = desk.write()
    assert len(few) == FEW
    assert desk.write(is_last=True)[:FEW] == few
    monkeypatch.setattr(timeline_module, "LARGEST_SHARE", 1e9)
    many = desk.write()
    assert len(many) == MANY
    assert many[:FEW] == few


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("method", list(Method))
def test_the_training_is_as_if_nothing_had_been_written(
    base: Path, method: Method, precision: torch.dtype
) -> None:
    desk = Desk(base, method, precision=precision)
    rows = torch.arange(40).view(2, 20)
    learning = list(desk.weights.values())

    def step(desk: Desk) -> list[torch.Tensor]:
        torch.manual_seed(3)  # for the dropout
        desk.language_model(input_ids=rows, labels=rows).loss.backward()
        return [weight.grad.clone() for weight in learning if weight.grad is not None]

    expected = step(desk)
    for weight in learning:
        weight.grad = None
    before = {name: w.data.clone() for name, w in desk.language_model.state_dict().items()}
    places = [weight.data_ptr() for weight in desk.language_model.parameters()]
    chance = torch.random.get_rng_state()

    desk.write(is_last=True)
    desk.timeline.write_one(3, "My dog", go_on)

    assert torch.equal(torch.random.get_rng_state(), chance)
    assert desk.language_model.training
    assert all(module.training for module in desk.language_model.modules())
    after = desk.language_model.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], before[name]) for name in before)
    assert [weight.data_ptr() for weight in desk.language_model.parameters()] == places
    assert all(isinstance(weight, nn.Parameter) for weight in learning)
    assert all(torch.equal(*pair) for pair in zip(step(desk), expected, strict=True))


def test_what_lora_has_learned_is_in_what_is_written(base: Path) -> None:
    desk = Desk(base, Method.LORA)
    before = desk.write()
    with torch.no_grad():
        for name, weight in desk.weights.items():
            if "lora_B" in name:
                weight.add_(0.5)
    assert desk.write() != before


def test_who_stops_it_is_heard_before_every_token_and_finds_the_weights_as_they_were(
    base: Path,
) -> None:
    desk = Desk(base, Method.LORA, precision=torch.bfloat16)
    before = {name: w.clone() for name, w in desk.language_model.state_dict().items()}
    asked = 0

    def stop() -> None:
        nonlocal asked
        asked += 1
        if asked == 5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        desk.timeline.write(20, stop, desk.samples.append)
    assert desk.samples == []
    assert desk.language_model.training
    after = desk.language_model.state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before)


def test_copies_are_marked_and_counted_against_real_new_jokes(base: Path) -> None:
    known = next(text for text in Desk(base).write() if text and "dog" not in text)
    desk = Desk(base, find_copies=copies_of(known))
    copying = desk.timeline.write(20, go_on, desk.samples.append)
    copies = [sample for sample in desk.samples if sample.is_copied]
    assert known in [sample.text for sample in copies]
    assert {sample.copied_from for sample in copies} == {"from here"}
    written = [sample for sample in desk.samples if sample.text]
    assert copying.copied_among == len(written)
    assert copying.copied == pytest.approx(len(copies) / len(written))
    assert copying.copied_held_out_among == len(HELD_OUT)
    assert copying.copied_held_out == pytest.approx(1 / len(HELD_OUT))
    assert {sample.is_copied for sample in written} == {True, False}


def test_without_anybody_who_could_tell_nothing_is_said_of_copies(base: Path) -> None:
    desk = Desk(base)
    copying = desk.timeline.write(20, go_on, desk.samples.append)
    assert (copying.copied, copying.copied_held_out) == (None, None)
    assert {sample.is_copied for sample in desk.samples} == {None}


@pytest.mark.parametrize("error", [FileNotFoundError, ValueError])
def test_a_data_set_that_was_deleted_meanwhile_does_not_end_the_training(
    base: Path, error: type[Exception]
) -> None:
    def find(texts: Sequence[str], check: Callable[[], None] = go_on) -> list[str | None]:
        raise error

    desk = Desk(base, find_copies=find)
    copying = desk.timeline.write(20, go_on, desk.samples.append)
    assert (copying.copied, copying.copied_among) == (None, None)
    assert len(desk.samples) >= FEW
    assert {sample.is_copied for sample in desk.samples} == {None}
    assert desk.timeline.write_one(20, "My dog", go_on).is_copied is None


def test_without_held_out_jokes_only_the_share_of_what_it_writes_is_known(base: Path) -> None:
    desk = Desk(base, held_out_jokes=[], find_copies=copies_of("nothing"))
    copying = desk.timeline.write(20, go_on, desk.samples.append)
    assert copying.copied is not None
    assert (copying.copied_held_out, copying.copied_held_out_among) == (None, 0)
    assert any(sample.prompt for sample in desk.samples), "training jokes have to do"


def test_whoever_asks_in_between_gets_another_joke_each_time(base: Path) -> None:
    desk = Desk(base, find_copies=copies_of("nothing"))
    asked = [desk.timeline.write_one(12, "My dog", go_on) for _ in range(4)]
    assert len({sample.text for sample in asked}) > 1
    assert {(sample.step, sample.prompt, sample.is_asked) for sample in asked} == {
        (12, "My dog", True)
    }
    assert [sample.number for sample in asked] == [0, 1, 2, 3]
    assert all(sample.text.startswith("My dog") and sample.is_copied for sample in asked)


@pytest.mark.parametrize("prompt", ["dog " * 500, "<|endoftext|>", "\udc80 bytes", "漢字", "\0"])
def test_any_prompt_can_be_asked_for(base: Path, prompt: str) -> None:
    sample = Desk(base).timeline.write_one(1, prompt, go_on)
    assert sample.is_asked


def test_it_takes_the_jokes_length_for_its_own(tmp_path: Path) -> None:
    base = tiny_gpt2(tmp_path / "base")
    desk = Desk(base, train_jokes=["Ouch."] * 9 + ["word " * 500])
    assert desk.timeline._length == 24
    assert desk.make(train_jokes=["word " * 500] * 9)._length == 96
