"""Cross-entropy over the vocabulary without ever holding the logits of a whole batch.

With 49,152 tokens in the vocabulary the logits of one small step are larger than everything else
together. Here the hidden states are taken through the output layer a chunk of tokens at a time,
and each chunk's gradient is made while its logits exist; forward and backward together cost one
chunk of memory. (The idea is known as fused linear cross-entropy: Hsu et al., "Liger Kernel",
2024, arXiv:2410.10989.)
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

# Tokens a chunk: large enough to keep matrix multiplication at full speed, 50 MB of logits at most.
CHUNK = 256


class _ChunkedCrossEntropy(torch.autograd.Function):
    """Sum of -log p(target) of `hidden @ weight.T`, in nats.

    hidden (tokens, width), weight (vocabulary, width), targets (tokens,) -> scalar.
    """

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, targets: Tensor) -> Tensor:
        needs_hidden, needs_weight = ctx.needs_input_grad[:2]
        total = torch.zeros((), dtype=torch.float32, device=hidden.device)
        grad_hidden = torch.empty_like(hidden) if needs_hidden else None
        grad_weight = torch.zeros_like(weight) if needs_weight else None
        for start in range(0, hidden.shape[0], CHUNK):
            part = slice(start, start + CHUNK)
            logits = (hidden[part] @ weight.t()).float()
            rows = torch.arange(logits.shape[0], device=logits.device)
            normaliser = torch.logsumexp(logits, dim=-1)
            total += (normaliser - logits[rows, targets[part]]).sum()
            if grad_hidden is None and grad_weight is None:
                continue
            # d loss / d logits = softmax - one-hot, made in the logits' own memory.
            slope = logits.sub_(normaliser.unsqueeze(-1)).exp_()
            slope[rows, targets[part]] -= 1.0
            slope = slope.to(hidden.dtype)
            if grad_hidden is not None:
                torch.mm(slope, weight, out=grad_hidden[part])
            if grad_weight is not None:
                grad_weight.addmm_(slope.t(), hidden[part])
        ctx.save_for_backward(grad_hidden, grad_weight)
        return total

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        (scale,) = grad_outputs
        grad_hidden, grad_weight = ctx.saved_tensors
        # In place: nobody else holds them, and a copy of the vocabulary's gradient is large.
        if grad_hidden is not None:
            grad_hidden.mul_(scale.to(grad_hidden.dtype))
        if grad_weight is not None:
            grad_weight.mul_(scale.to(grad_weight.dtype))
        return grad_hidden, grad_weight, None


def cross_entropy_sum(hidden: Tensor, weight: Tensor, targets: Tensor) -> Tensor:
    """Summed cross-entropy in nats of the next tokens.

    hidden (tokens, width) are the states before the output layer, weight (vocabulary, width) is
    that layer (it has no bias in GPT-2 and Llama), targets (tokens,) the tokens that follow.
    """
    kind = hidden.device.type
    if torch.is_autocast_enabled(kind):
        precision = torch.get_autocast_dtype(kind)
        hidden, weight = hidden.to(precision), weight.to(precision)
    with torch.autocast(kind, enabled=False):
        total: Tensor = _ChunkedCrossEntropy.apply(hidden, weight, targets)  # type: ignore[no-untyped-call]
    return total
