"""The loss in chunks and blocks is the plain one, and the logits of a batch never exist."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

from jokegen.lm import loss as loss_module
from jokegen.lm.loss import cross_entropy_sum


class Largest(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes the numbers in the largest tensor that any operation makes."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.numbers = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        found = func(*args, **(kwargs or {}))
        for tensor in found if isinstance(found, (tuple, list)) else [found]:
            if isinstance(tensor, torch.Tensor):
                self.numbers = max(self.numbers, tensor.numel())
        return found


@pytest.mark.parametrize("tokens", [1, 64, 150])
@pytest.mark.parametrize(("chunk", "block"), [(64, 30), (64, 97), (50, 1000), (1000, 7)])
def test_chunks_and_blocks_of_every_size_give_the_plain_loss_and_gradients(
    monkeypatch: pytest.MonkeyPatch, tokens: int, chunk: int, block: int
) -> None:
    monkeypatch.setattr(loss_module, "CHUNK", chunk)
    monkeypatch.setattr(loss_module, "BLOCK", block)
    torch.manual_seed(0)
    hidden = torch.randn(tokens, 24, requires_grad=True)
    weight = torch.randn(97, 24, requires_grad=True)
    targets = torch.randint(0, 97, (tokens,))
    ours = cross_entropy_sum(hidden, weight, targets)
    plain = functional.cross_entropy(hidden @ weight.t(), targets, reduction="sum")
    torch.testing.assert_close(ours, plain)
    found = torch.autograd.grad(ours / 3, [hidden, weight])
    expected = torch.autograd.grad(plain / 3, [hidden, weight])
    for mine, theirs in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("size", [1e3, -1e3])
def test_enormous_logits_do_not_overflow(size: float) -> None:
    hidden = torch.tensor([[size, 1.0], [size, -1.0]], requires_grad=True)
    weight = torch.tensor([[1.0, 0.0], [-1.0, 0.5], [0.5, 2.0]], requires_grad=True)
    targets = torch.tensor([0, 2])
    ours = cross_entropy_sum(hidden, weight, targets)
    plain = functional.cross_entropy(hidden @ weight.t(), targets, reduction="sum")
    torch.testing.assert_close(ours, plain)
    for mine, theirs in zip(
        torch.autograd.grad(ours, [hidden, weight]),
        torch.autograd.grad(plain, [hidden, weight]),
        strict=True,
    ):
        torch.testing.assert_close(mine, theirs)


def test_no_tensor_ever_holds_the_logits_of_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loss_module, "CHUNK", 32)
    monkeypatch.setattr(loss_module, "BLOCK", 128)
    tokens, vocabulary, width = 256, 1_000, 16
    hidden = torch.randn(tokens, width, requires_grad=True)
    weight = torch.randn(vocabulary, width, requires_grad=True)
    with Largest() as largest:
        cross_entropy_sum(hidden, weight, torch.randint(0, vocabulary, (tokens,))).backward()  # type: ignore[no-untyped-call]
    assert weight.grad is not None
    assert largest.numbers <= vocabulary * width
    assert largest.numbers < tokens * vocabulary / 10


def test_only_what_learns_gets_a_gradient() -> None:
    hidden = torch.randn(20, 8, requires_grad=True)
    weight = torch.randn(30, 8)
    cross_entropy_sum(hidden, weight, torch.randint(0, 30, (20,))).backward()  # type: ignore[no-untyped-call]
    assert hidden.grad is not None
    assert not cross_entropy_sum(hidden.detach(), weight, torch.zeros(20).long()).requires_grad
