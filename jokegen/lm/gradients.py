"""The optimizer of a run, and the gradient of one step, in as little memory as need be.

AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101). The examples of a step may be taken in
several micro-batches: their losses are summed and divided by the number of tokens of the whole
step, so that its gradient is the same however it is divided.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from torch import nn

from jokegen.lm.batching import IntArray
from jokegen.lm.examples import Batch, loss_sum
from jokegen.lm.recipe import Recipe

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from jokegen.lm.arithmetic import Arithmetic, LossScale


def make_optimizer(
    weights: Mapping[str, nn.Parameter], embeddings: frozenset[str], recipe: Recipe
) -> torch.optim.AdamW:
    """AdamW on these weights; those named in `embeddings` have a learning rate of their own.

    Normalisations and biases do not decay: they scale and shift, and zero is no rest for them.
    All its memory is taken now, so that a step that fails for want of it can be tried again.
    """
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, weight in weights.items():
        decay = recipe.weight_decay if weight.ndim >= 2 else 0.0
        rate = recipe.embedding_rate if name in embeddings else 1.0
        groups.setdefault((decay, rate), []).append(weight)
    optimizer = torch.optim.AdamW(
        [
            {"params": group, "weight_decay": decay, "share_of_rate": rate}
            for (decay, rate), group in groups.items()
        ],
        lr=0.0,
        betas=(recipe.beta1, recipe.beta2),
        eps=recipe.epsilon,
        fused=True,
    )
    for weight in weights.values():
        weight.grad = torch.zeros_like(weight)
        optimizer.state[weight] = {
            "step": torch.zeros((), dtype=torch.float32, device=weight.device),
            "exp_avg": torch.zeros_like(weight),
            "exp_avg_sq": torch.zeros_like(weight),
        }
    return optimizer


def set_learning_rate(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    """That of the next step, for every group its share."""
    for group in optimizer.param_groups:
        group["lr"] = learning_rate * group["share_of_rate"]


def add_gradients(
    language_model: PreTrainedModel,
    micro_batches: Iterable[Batch],
    tokens: int,
    arithmetic: Arithmetic,
    loss_scale: LossScale,
) -> float:
    """Add the gradient of the mean loss over all `tokens` of a step; returns that loss."""
    value = 0.0
    for batch in micro_batches:
        with arithmetic.context():
            loss = loss_sum(language_model, batch) / tokens
        loss_scale.backward(loss)
        value += loss.item()
    return value


def halved(batch: IntArray, times: int) -> list[IntArray]:
    """The examples of one micro-batch in 2 ** `times` parts, or one each where there are fewer."""
    count = min(len(batch), 2**times)
    size = -(-len(batch) // count)
    return [batch[start : start + size] for start in range(0, len(batch), size)]


def can_be_halved(batches: Sequence[IntArray], times: int) -> bool:
    """Whether one more halving makes any part smaller."""
    return any(len(batch) > 2**times for batch in batches)


def clip(weights: Iterable[nn.Parameter], most: float) -> float:
    """Shorten the gradient to the length `most` (0: leave it); returns how long it was."""
    found = [weight for weight in weights if weight.grad is not None]
    norm = torch.nn.utils.get_total_norm(
        [weight.grad for weight in found if weight.grad is not None]
    )
    length = norm.item()
    if 0 < most < length:
        torch.nn.utils.clip_grads_with_norm_(found, most, norm)
    return length


def release_memory(device: torch.device) -> None:
    """Give back what the device's allocator holds for later."""
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()
