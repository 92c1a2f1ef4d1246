"""The faster blocks compute what the ordinary ones do, and leave an ordinary language model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from jokegen.jobs.requests import Method, TrainRequest
from jokegen.lm import attention, fused, products
from jokegen.lm.arithmetic import Arithmetic, make_ready
from jokegen.lm.examples import loss_sum, make_batch
from jokegen.lm.fast_layers import make_fast
from jokegen.lm.loading import load_language_model
from jokegen.lm.lowering import lowered
from jokegen.lm.methods import as_ordinary, choose_weights
from jokegen.lm.sampling import Controls, sample_jokes
from tests.lm import tiny_models

CPU = torch.device("cpu")
MAKERS = [tiny_models.tiny_gpt2, tiny_models.tiny_llama]
Maker = Callable[[Path], Path]


def loss_and_gradients(
    folder: Path, method: Method, *, is_fast: bool, precision: torch.dtype = torch.float32
) -> tuple[float, dict[str, Tensor]]:
    language_model, tokenizer = load_language_model(folder, CPU)
    torch.manual_seed(1)
    weights = choose_weights(language_model, TrainRequest("jokes", method=method, last_blocks=1))
    for name, weight in weights.items():
        if "lora_B" in name:
            nn.init.normal_(weight, std=0.1)  # they begin at zero, where nothing reaches the others
    if is_fast:
        assert make_fast(language_model) == 2
    batch = make_batch(tokenizer.encode_jokes(list(tiny_models.SENTENCES), 64), CPU)
    with Arithmetic(precision, "", 1).context():
        loss = loss_sum(language_model, batch) / batch.tokens
    loss.backward()  # type: ignore[no-untyped-call]
    return loss.item(), {
        name: weight.grad for name, weight in weights.items() if weight.grad is not None
    }


@pytest.mark.parametrize("method", list(Method))
@pytest.mark.parametrize("make", MAKERS)
def test_loss_and_every_gradient_equal_those_of_the_ordinary_blocks(
    tmp_path: Path, make: Maker, method: Method
) -> None:
    folder = make(tmp_path / "tiny")
    plain_loss, plain = loss_and_gradients(folder, method, is_fast=False)
    fast_loss, fast = loss_and_gradients(folder, method, is_fast=True)
    assert fast_loss == pytest.approx(plain_loss, rel=1e-6)
    assert list(fast) == list(plain)
    assert len(fast) > 3
    for name, gradient in plain.items():
        scale = gradient.abs().max().item()
        torch.testing.assert_close(fast[name], gradient, rtol=1e-4, atol=1e-4 * scale)


@pytest.mark.parametrize("method", [Method.FULL, Method.LORA])
@pytest.mark.parametrize("make", MAKERS)
def test_in_bfloat16_they_are_as_close_to_float32_as_the_ordinary_blocks(
    tmp_path: Path, make: Maker, method: Method
) -> None:
    folder = make(tmp_path / "tiny")
    _, exact = loss_and_gradients(folder, method, is_fast=False)
    _, plain = loss_and_gradients(folder, method, is_fast=False, precision=torch.bfloat16)
    _, fast = loss_and_gradients(folder, method, is_fast=True, precision=torch.bfloat16)

    def distance(found: dict[str, Tensor]) -> float:
        return float(sum((found[name] - exact[name]).norm().item() for name in exact))

    assert all(gradient.dtype is torch.float32 for gradient in fast.values())
    assert distance(fast) < 1.4 * distance(plain)


@pytest.mark.parametrize("method", [Method.FULL, Method.LORA])
@pytest.mark.parametrize("make", MAKERS)
def test_a_language_model_with_faster_blocks_writes_and_is_saved_as_before(
    tmp_path: Path, make: Maker, method: Method
) -> None:
    folder = make(tmp_path / "tiny")
    plain, tokenizer = load_language_model(folder, CPU)
    fast, _ = load_language_model(folder, CPU)
    torch.manual_seed(0)
    weights = choose_weights(fast, TrainRequest("jokes", method=method))
    make_ready(fast, weights, Arithmetic(torch.float32, "", 1))
    controls = Controls(length=12, seed=4)
    with as_ordinary(fast):
        written = sample_jokes(fast, tokenizer, "Why", controls)
        fast.save_pretrained(tmp_path / "saved")
    assert written == sample_jokes(plain, tokenizer, "Why", controls)
    (tmp_path / "saved" / "generation_config.json").unlink(missing_ok=True)
    saved = type(plain).from_pretrained(tmp_path / "saved")
    assert list(saved.state_dict()) == list(plain.state_dict())
    for name, tensor in plain.state_dict().items():
        assert torch.equal(saved.state_dict()[name], tensor), name


@pytest.mark.parametrize("make", MAKERS)
def test_without_its_caches_of_activations_a_block_keeps_less_than_an_ordinary_one(
    tmp_path: Path, make: Maker
) -> None:
    folder = make(tmp_path / "tiny")

    def kept(is_fast: bool) -> int:
        language_model, tokenizer = load_language_model(folder, CPU)
        if is_fast:
            make_fast(language_model)
        batch = make_batch(tokenizer.encode_jokes(list(tiny_models.SENTENCES), 64), CPU)
        own = {weight.data_ptr() for weight in language_model.parameters()}
        found: dict[int, int] = {}

        def note(tensor: Tensor) -> Tensor:
            storage = tensor.untyped_storage()
            if tensor.data_ptr() not in own:
                found[storage.data_ptr()] = storage.nbytes()
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            states = language_model.base_model(input_ids=batch.inputs, use_cache=False)
            assert states.last_hidden_state.requires_grad
            return sum(found.values())

    assert kept(is_fast=True) < 0.7 * kept(is_fast=False)


def test_a_call_with_a_mask_goes_the_ordinary_way(tmp_path: Path) -> None:
    language_model, tokenizer = load_language_model(tiny_models.tiny_llama(tmp_path / "tiny"), CPU)
    ids = torch.tensor([tokenizer.encode_jokes(["A man walks into a bar. Ouch."], 64)[0]])
    mask = torch.ones_like(ids)
    mask[0, :3] = 0  # padding on the left
    with torch.no_grad():
        before = language_model(input_ids=ids, attention_mask=mask).logits
        make_fast(language_model)
        after = language_model(input_ids=ids, attention_mask=mask).logits
    assert torch.equal(before, after)


def test_other_activations_are_left_alone(tmp_path: Path) -> None:
    language_model, _ = load_language_model(tiny_models.tiny_gpt2(tmp_path / "tiny"), CPU)
    language_model.config.activation_function = "relu"
    assert make_fast(language_model) == 0


def test_gpt2s_dropout_is_kept_in_training(tmp_path: Path) -> None:
    language_model, tokenizer = load_language_model(tiny_models.tiny_gpt2(tmp_path / "tiny"), CPU)
    make_fast(language_model)
    batch = make_batch(tokenizer.encode_jokes(list(tiny_models.SENTENCES), 64), CPU)
    language_model.train()
    assert loss_sum(language_model, batch).item() != loss_sum(language_model, batch).item()
    language_model.eval()
    assert loss_sum(language_model, batch).item() == loss_sum(language_model, batch).item()


def test_a_frozen_weight_is_lowered_once_until_its_numbers_change() -> None:
    weight = nn.Parameter(torch.ones(4, 4), requires_grad=False)
    first = lowered(weight, torch.bfloat16)
    assert lowered(weight, torch.bfloat16) is first
    weight.data = torch.full((4, 4), 2.0)
    assert lowered(weight, torch.bfloat16)[0, 0].item() == 2.0
    with torch.no_grad():
        weight.add_(1.0)
    assert lowered(weight, torch.bfloat16)[0, 0].item() == 3.0
    learning = nn.Parameter(torch.ones(4, 4))
    assert lowered(learning, torch.bfloat16) is not lowered(learning, torch.bfloat16)


@pytest.mark.parametrize("is_turned", [False, True])
@pytest.mark.parametrize("has_rank", [False, True])
@pytest.mark.parametrize(
    ("before", "plain"),
    [
        (fused.Nothing(), lambda x: x),
        (fused.Gelu(), lambda x: functional.gelu(x, approximate="tanh")),
        (fused.GatedSilu(), lambda x, y: functional.silu(x) * y),
        (fused.RmsNorm(1e-5), lambda x, w: functional.rms_norm(x, w.shape, w, 1e-5)),
        (fused.LayerNorm(1e-5), lambda x, w, b: functional.layer_norm(x, w.shape, w, b, 1e-5)),
    ],
    ids=["nothing", "gelu", "gate", "rms norm", "layer norm"],
)
def test_layers_and_what_comes_before_them_have_exact_gradients(
    before: fused.Before, plain: Callable[..., Tensor], is_turned: bool, has_rank: bool
) -> None:
    torch.manual_seed(0)
    sizes = {"RmsNorm": [(6, 8), (8,)], "LayerNorm": [(6, 8), (8,), (8,)]}
    sizes |= {"GatedSilu": [(6, 8), (6, 8)]}
    shapes = sizes.get(type(before).__name__, [(6, 8)])
    inputs = tuple(torch.randn(shape, requires_grad=True) for shape in shapes)
    weights = [torch.randn((8, 5) if is_turned else (5, 8), requires_grad=True) for _ in range(2)]
    bias = torch.randn(5, requires_grad=True)
    down, up = torch.randn(2, 8, requires_grad=True), torch.randn(5, 2, requires_grad=True)
    small = {"down": down, "up": up, "scale": 0.5} if has_rank else {}
    layers = [
        fused.Linear(weights[0], None, is_turned, **small),  # type: ignore[arg-type]
        fused.Linear(weights[1], bias, is_turned),
    ]
    learning = [*inputs, *weights, bias, *([down, up] if has_rank else [])]
    first, second = fused.linear_layers(before, inputs, layers)
    ours = torch.autograd.grad((first.sin() + second.cos()).sum(), learning)
    states = plain(*inputs)
    first = states @ (weights[0] if is_turned else weights[0].t())
    if has_rank:
        first = first + 0.5 * (states @ down.t() @ up.t())
    second = states @ (weights[1] if is_turned else weights[1].t()) + bias
    theirs = torch.autograd.grad((first.sin() + second.cos()).sum(), learning)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-5)


def test_rotated_positions_and_their_gradient_are_those_of_the_library() -> None:
    from transformers.models.llama.modeling_llama import apply_rotary_pos_emb

    torch.manual_seed(0)
    states = torch.randn(2, 5, 3, 8, requires_grad=True)
    angles = torch.rand(5, 4).repeat(1, 2)
    cos, sin = angles.cos(), angles.sin()
    ours = attention.rotated(states, cos, sin)
    theirs, _ = apply_rotary_pos_emb(states, states, cos[None], sin[None], unsqueeze_dim=2)
    torch.testing.assert_close(ours, theirs)
    weight = torch.randn_like(ours)
    torch.testing.assert_close(
        torch.autograd.grad(ours, states, weight), torch.autograd.grad(theirs, states, weight)
    )


def test_attention_with_dropout_is_the_same_computed_once_or_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    torch.manual_seed(0)
    parts = [torch.randn(2, 9, 4, 8, requires_grad=True) for _ in range(3)]
    weight = torch.randn(18, 32)
    found = []
    for few in (1_000, 1):
        monkeypatch.setattr(attention, "_FEW", few)
        torch.manual_seed(5)
        mixed = attention.attend(parts[0], parts[1], parts[2], 0.3, 0.2)
        found.append([mixed, *torch.autograd.grad(mixed, parts, weight)])
    for once, twice in zip(*found, strict=True):
        assert torch.equal(once, twice)


@pytest.mark.parametrize("maker", ["AuthenticAMD", "GenuineIntel"])
def test_products_are_the_same_whichever_library_computes_them(
    monkeypatch: pytest.MonkeyPatch, maker: str
) -> None:
    monkeypatch.setattr(products, "_maker", lambda: f"vendor_id : {maker}")
    products.is_onednn_faster.cache_clear()
    try:
        torch.manual_seed(0)
        wide, long = torch.randn(7, 40), torch.randn(40, 9)
        pairs = [(wide, long), (long.t(), wide.t()), (wide[:, 3:20], long[3:20]), (wide[:0], long)]
        for left, right in pairs:
            torch.testing.assert_close(products.multiply(left, right), left @ right)
    finally:
        products.is_onednn_faster.cache_clear()
