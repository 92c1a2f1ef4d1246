"""Cross-entropy over the vocabulary without ever holding the logits of a whole batch.

With 49,152 tokens in the vocabulary the logits of one small step are larger than everything else
together. Here the hidden states are taken through the output layer a chunk of tokens and a block
of the vocabulary at a time, and each chunk's gradient is made while its logits exist; forward and
backward together cost one chunk of memory. (The idea is known as fused linear cross-entropy: Hsu
et al., "Liger Kernel", 2024, arXiv:2410.10989.)

With p = exp(logit - largest) and s its sum over the vocabulary, the gradient of a token's loss by
its logits is p / s less 1 at the target. Neither the division nor the 1 touch the logits: the one
goes to the other factor of each product, the other is a row of a matrix.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from jokegen.lm.lowering import lowered
from jokegen.lm.products import multiply

# Tokens a chunk and words a block: large enough to keep matrix multiplication at full speed, small
# enough for a block to stay in the processor's cache; 50 MB of logits at most.
CHUNK = 256
BLOCK = 4_096


class _ChunkedCrossEntropy(torch.autograd.Function):
    """Sum of -log p(target) of `hidden @ weight.T`, in nats.

    hidden (tokens, width), weight (vocabulary, width), targets (tokens,) -> scalar.
    """

    @staticmethod
    def forward(
        ctx: Any, hidden: Tensor, weight: Tensor, targets: Tensor, precision: torch.dtype
    ) -> Tensor:
        needs_hidden, needs_weight = ctx.needs_input_grad[:2]
        states, words = hidden.to(precision), lowered(weight, precision)
        exact = torch.promote_types(hidden.dtype, torch.float32)
        total = torch.zeros((), dtype=exact, device=hidden.device)
        grad_hidden = torch.empty_like(hidden, dtype=exact) if needs_hidden else None
        grad_weight = torch.empty_like(weight, dtype=exact) if needs_weight else None
        for start in range(0, hidden.shape[0], CHUNK):
            part = slice(start, start + CHUNK)
            blocks, sums, losses = _exponentials(
                states[part], words, targets[part], is_kept=needs_hidden or needs_weight
            )
            total += losses.sum()
            share = sums.reciprocal().unsqueeze(-1)
            if grad_hidden is not None:
                _add_hidden(grad_hidden[part], blocks, words, share, targets[part])
            if grad_weight is not None:
                scaled = (hidden[part] * share).to(precision)
                _add_weight(grad_weight, blocks, scaled, is_first=start == 0)
        if grad_weight is not None:
            if hidden.shape[0] == 0:
                grad_weight.zero_()
            grad_weight.index_add_(0, targets, hidden.to(exact), alpha=-1.0)
        ctx.save_for_backward(grad_hidden, grad_weight)
        ctx.types = hidden.dtype, weight.dtype
        return total

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, ...]:
        (scale,) = grad_outputs
        grad_hidden, grad_weight = ctx.saved_tensors
        # In place: nobody else holds them, and a copy of the vocabulary's gradient is large.
        if grad_hidden is not None:
            grad_hidden = grad_hidden.mul_(scale).to(ctx.types[0])
        if grad_weight is not None:
            grad_weight = grad_weight.mul_(scale).to(ctx.types[1])
        return grad_hidden, grad_weight, None, None


def _exponentials(
    states: Tensor, words: Tensor, targets: Tensor, *, is_kept: bool
) -> tuple[list[Tensor], Tensor, Tensor]:
    """exp(logit - largest) in blocks of the vocabulary, their sums, and the losses, by token.

    Two passes: the largest logit of all blocks is known before anything is raised to a power.
    """
    logits = [multiply(states, block.t()) for block in torch.split(words, BLOCK)]
    exact = torch.promote_types(states.dtype, torch.float32)
    largest = torch.stack([block.amax(-1) for block in logits]).amax(0).to(exact).unsqueeze(-1)
    at_target = (states.to(exact) * words[targets].to(exact)).sum(-1)
    sums = torch.zeros(states.shape[0], dtype=exact, device=states.device)
    kept = []
    for number, block in enumerate(logits):
        risen = block.sub_(largest) if block.dtype is exact else block - largest
        sums += risen.exp_().sum(-1)
        if is_kept:
            kept.append(risen.to(words.dtype))
        logits[number] = states  # the block's memory is free for the next one
    return kept, sums, sums.log() + largest.squeeze(-1) - at_target


def _add_hidden(
    gradient: Tensor, blocks: list[Tensor], words: Tensor, share: Tensor, targets: Tensor
) -> None:
    """The mean word, as the model expects it, less the word that came."""
    gradient.zero_()
    for block, part in zip(blocks, torch.split(words, BLOCK), strict=True):
        gradient += multiply(block, part)
    gradient.mul_(share).sub_(words[targets])


def _add_weight(gradient: Tensor, blocks: list[Tensor], scaled: Tensor, *, is_first: bool) -> None:
    """To every word the states that expected it, by how much they did."""
    for block, part in zip(blocks, torch.split(gradient, BLOCK), strict=True):
        product = multiply(block.t(), scaled)
        if is_first:
            part.copy_(product)
        else:
            part += product


def cross_entropy_sum(hidden: Tensor, weight: Tensor, targets: Tensor) -> Tensor:
    """Summed cross-entropy in nats of the next tokens.

    hidden (tokens, width) are the states before the output layer, weight (vocabulary, width) is
    that layer (it has no bias in GPT-2 and Llama), targets (tokens,) the tokens that follow.
    """
    kind = hidden.device.type
    precision = hidden.dtype
    if torch.is_autocast_enabled(kind):
        precision = torch.get_autocast_dtype(kind)
    with torch.autocast(kind, enabled=False):
        total: Tensor = _ChunkedCrossEntropy.apply(  # type: ignore[no-untyped-call]
            hidden, weight, targets, precision
        )
    return total
