"""Weights in a coarser number format: made anew where they learn, kept where they do not."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor

_KEPT = "kept_in_a_coarser_format"


def lowered(weight: Tensor, precision: torch.dtype) -> Tensor:
    """`weight` in that format; for a frozen one it is made once, until its numbers change."""
    if weight.dtype is precision:
        return weight.detach()
    if weight.requires_grad:
        return weight.detach().to(precision)
    key = (precision, weight.data_ptr(), weight._version)
    kept = cast(tuple[object, Tensor] | None, getattr(weight, _KEPT, None))
    if kept is None or kept[0] != key:
        kept = (key, weight.detach().to(precision))
        setattr(weight, _KEPT, kept)
    return kept[1]
