"""Rotary positions and causal attention of a batch of whole examples, in float32."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

# Up to so many tokens the weights of all their pairs take little memory.
_FEW = 128


class _Rotated(torch.autograd.Function):
    """states (rows, tokens, heads, width) turned by angles with cos, sin (tokens, width / 2).

    A rotation's gradient is turned back: nothing but the angles is kept.
    """

    @staticmethod
    def forward(ctx: Any, states: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        ctx.angles, ctx.type = (cos, sin), states.dtype
        return _turn(states, cos, sin)

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, None, None]:
        cos, sin = ctx.angles
        return _turn(grad_outputs[0], cos, -sin).to(ctx.type), None, None


def _turn(states: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """In float32: (a, b) -> (a cos - b sin, b cos + a sin), a and b the halves of each head."""
    states = states.float()
    half = states.shape[-1] // 2
    first, second = states[..., :half], states[..., half:]
    turned = torch.empty_like(states)
    torch.mul(first, cos, out=turned[..., :half]).addcmul_(second, sin, value=-1.0)
    torch.mul(second, cos, out=turned[..., half:]).addcmul_(first, sin)
    return turned


def rotated(states: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary position embedding (Su et al. 2021, arXiv:2104.09864), in float32.

    states (rows, tokens, heads, width); cos and sin (tokens, width), of which both halves are
    alike.
    """
    half = states.shape[-1] // 2
    found: Tensor = _Rotated.apply(  # type: ignore[no-untyped-call]
        states, cos[:, None, :half].float(), sin[:, None, :half].float()
    )
    return found


def attend(queries: Tensor, keys: Tensor, values: Tensor, scale: float, dropout: float) -> Tensor:
    """Causal attention; all (rows, tokens, heads, width), queries may have more heads than keys.

    Returns (rows * tokens, heads * width). In float32: measured on a CPU with jokes of 21 tokens,
    the backward pass in bfloat16 takes 14 ms a layer, in float32 3 ms.
    """
    rows, tokens, heads, width = queries.shape
    with torch.autocast(queries.device.type, enabled=False):
        parts = tuple(one.float().transpose(1, 2) for one in (queries, keys, values))
        if dropout > 0 and tokens > _FEW:
            # With dropout the weights of all pairs of tokens are kept, several times: rather
            # compute them again, with the same random numbers.
            mixed = checkpoint(_mixed, parts, scale, dropout, use_reentrant=False)
        else:
            mixed = _mixed(parts, scale, dropout)
    found: Tensor = mixed.transpose(1, 2).reshape(rows * tokens, heads * width)
    return found


def _mixed(parts: tuple[Tensor, ...], scale: float, dropout: float) -> Tensor:
    """Of queries, keys and values, all (rows, heads, tokens, width)."""
    queries, keys, values = parts
    return functional.scaled_dot_product_attention(
        queries,
        keys,
        values,
        dropout_p=dropout,
        is_causal=True,
        scale=scale,
        enable_gqa=queries.shape[1] != keys.shape[1],
    )
