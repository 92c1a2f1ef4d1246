"""Matrix products by the library that is fastest on this processor, exact in every case.

PyTorch multiplies float32 matrices with Intel's MKL, which on other makers' processors leaves
half of their vector units unused; oneDNN, which is part of PyTorch as well, does not. Measured on
an AMD EPYC with AVX-512: 4.0 ms instead of 8.7 ms for (512, 576) x (576, 1536), one thread.
"""

from __future__ import annotations

import functools
import platform
from pathlib import Path

import torch
from torch import Tensor

_PROCESSOR = Path("/proc/cpuinfo")


@functools.cache
def is_onednn_faster() -> bool:
    """Whether float32 matrices on the CPU are better left to oneDNN: by rule, not by measurement.

    The two round differently, and a run that is continued must compute as it did before.
    """
    return (
        platform.machine().lower() in ("x86_64", "amd64")
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and torch.backends.mkl.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
        and "GenuineIntel" not in _maker()
    )


def _maker() -> str:
    """What the processor says of its maker; where nobody knows, it counts as Intel's."""
    try:
        return _PROCESSOR.read_text(errors="replace")[:200]
    except OSError:
        return platform.processor() or "GenuineIntel"


def multiply(left: Tensor, right: Tensor) -> Tensor:
    """`left` (n, k) times `right` (k, m), of the same type; turned matrices cost nothing more.

    Not differentiable, and blind to autocast.
    """
    if left.dtype is torch.float32 and left.device.type == "cpu" and is_onednn_faster():
        product: Tensor = torch.ops.mkldnn._linear_pointwise(left, right.t(), None, "none", [], "")
        return product
    return torch.mm(left, right)
