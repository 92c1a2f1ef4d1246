"""Which weights learn with each method, and that what is saved is an ordinary whole model."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import PreTrainedModel

from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.requests import Method, TrainRequest
from jokegen.lm.loading import load_language_model
from jokegen.lm.measuring import measure
from jokegen.lm.methods import as_ordinary, choose_weights
from jokegen.lm.training import fine_tune
from tests.lm.tiny_models import SENTENCES, tiny_gpt2, tiny_llama

CPU = torch.device("cpu")
JOKES = [f"{sentence} Number {i}." for i in range(8) for sentence in SENTENCES]


@pytest.fixture(params=["gpt2", "llama"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return {"gpt2": tiny_gpt2, "llama": tiny_llama}[request.param](tmp_path / "base")


def asked(method: Method) -> TrainRequest:
    return TrainRequest(
        "x", method=method, lora_rank=4, last_blocks=1, epochs=6, device="cpu",
        learning_rate=3e-3 if method is not Method.LORA else 2e-2, tokens_per_step=256,
    )  # fmt: skip


def loss_of(language_model: PreTrainedModel, examples: list[list[int]]) -> float:
    return measure(language_model, examples, 0, lambda _done, _total: None).loss


def is_linear(name: str) -> bool:
    parts = ("c_attn", "c_proj", "c_fc", "_proj")
    return name.endswith(".weight") and any(part in name for part in parts)


def test_lora_stands_beside_every_linear_layer_and_nothing_else_learns(base: Path) -> None:
    language_model, _ = load_language_model(base, CPU)
    linear = {
        name.removesuffix(".weight")
        for name, _ in language_model.named_parameters()
        if is_linear(name)
    }
    assert len(linear) in (8, 14)
    weights = choose_weights(language_model, asked(Method.LORA))
    assert {name.partition(".lora_")[0] for name in weights} == linear
    assert all(weight.shape[0] == 4 or weight.shape[1] == 4 for weight in weights.values())


def test_only_the_last_block_and_the_last_normalisation_learn(base: Path) -> None:
    language_model, _ = load_language_model(base, CPU)
    names = choose_weights(language_model, asked(Method.LAST_BLOCKS))
    assert names
    assert all(".1." in name or "ln_f" in name or name == "model.norm.weight" for name in names)


@pytest.mark.parametrize("method", list(Method))
def test_every_method_learns_and_leaves_a_model_that_needs_nothing_else(
    base: Path, tmp_path: Path, method: Method
) -> None:
    context = RecordingContext(Paths(tmp_path / "home"))
    summary = fine_tune(asked(method), base, JOKES[6:], JOKES[:6], context)
    # The rest of these models is random and stays so: little can be learned beside it.
    assert summary.validation_loss < 0.97 * summary.validation_loss_before
    names = {path.name for path in (summary.path / "final").iterdir()}
    assert "model.safetensors" in names
    assert not any("adapter" in name for name in names)
    language_model, tokenizer = load_language_model(summary.path / "final", CPU)
    original, _ = load_language_model(base, CPU)
    assert [n for n, _ in language_model.named_parameters()] == [
        n for n, _ in original.named_parameters()
    ]
    examples = tokenizer.encode_jokes(JOKES[:6], 128)
    loss = loss_of(language_model, examples)
    assert loss == pytest.approx(summary.validation_loss, rel=1e-4)
    old = dict(original.named_parameters())
    changed = {
        n for n, weight in language_model.named_parameters() if not torch.equal(weight, old[n])
    }
    if method is Method.LORA:
        assert changed == {n for n in old if is_linear(n)}
    elif method is Method.LAST_BLOCKS:
        assert changed
        assert not any(".0." in n or "wte" in n or "embed" in n for n in changed)
    else:
        assert changed == set(old)


def test_a_model_becomes_ordinary_and_comes_back_bit_for_bit(base: Path) -> None:
    language_model, tokenizer = load_language_model(base, CPU)
    names = [name for name, _ in language_model.named_parameters()]
    weights = choose_weights(language_model, asked(Method.LORA))
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in weights.values():
            weight.normal_(std=0.1)
    before = {name: weight.clone() for name, weight in language_model.named_parameters()}
    examples = tokenizer.encode_jokes(JOKES[:6], 128)
    loss = loss_of(language_model, examples)
    with as_ordinary(language_model):
        assert [name for name, _ in language_model.named_parameters()] == names
        ordinary = loss_of(language_model, examples)
        assert ordinary == pytest.approx(loss, rel=1e-5)
    after = dict(language_model.named_parameters())
    assert before.keys() == after.keys()
    assert all(torch.equal(after[name], weight) for name, weight in before.items())
    assert loss_of(language_model, examples) == loss
