"""Linear layers together with what comes before them, as one differentiable step.

What a layer keeps for its backward pass decides how much memory a training needs. Here only the
input of the cheap step before the products is kept (a normalisation, a gate), and the cheap step
is done again in the backward pass (Chen et al. 2016, arXiv:1604.06174, for the cheap steps only).
Products of several layers with the same input, and those of LoRA's small matrices (Hu et al. 2021,
arXiv:2106.09685), are summed where they are made. All is exact to rounding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional

from jokegen.lm.lowering import lowered
from jokegen.lm.products import multiply

Tensors = tuple[Tensor, ...]
Gradients = tuple[Tensor | None, ...]


@dataclass(frozen=True)
class Linear:
    """One layer's matrices: weight (out, in), or (in, out) where `is_turned`; bias (out,).

    `down` (rank, in) and `up` (out, rank) are those of LoRA, which count `scale` times.
    """

    weight: Tensor
    bias: Tensor | None = None
    is_turned: bool = False
    down: Tensor | None = None
    up: Tensor | None = None
    scale: float = 0.0


class Before(Protocol):
    """A cheap step before linear layers. Tensors are (tokens, width); `kept` is its own."""

    def make(self, inputs: Tensors, precision: torch.dtype, /) -> tuple[Tensor, Tensors]:
        """What goes into the layers, in `precision`, and what else is kept to make it again."""

    def again(self, inputs: Tensors, kept: Tensors, precision: torch.dtype, /) -> Tensor:
        """The same once more."""

    def back(self, gradient: Tensor, inputs: Tensors, kept: Tensors, /) -> Gradients:
        """The gradients of the inputs, out of that of what went into the layers."""


class Nothing:
    """The layers' input is given as it is."""

    def make(self, inputs: Tensors, precision: torch.dtype) -> tuple[Tensor, Tensors]:
        return inputs[0].to(precision), ()

    def again(self, inputs: Tensors, _kept: Tensors, precision: torch.dtype) -> Tensor:
        return inputs[0].to(precision)

    def back(self, gradient: Tensor, inputs: Tensors, _kept: Tensors) -> Gradients:
        return (gradient.to(inputs[0].dtype),)


@dataclass(frozen=True)
class RmsNorm:
    """Inputs: states, weight (Zhang and Sennrich 2019, arXiv:1910.07467)."""

    epsilon: float

    def make(self, inputs: Tensors, precision: torch.dtype) -> tuple[Tensor, Tensors]:
        states = inputs[0]
        squares = torch.linalg.vector_norm(states, dim=-1, keepdim=True).square_()
        inverse = squares.div_(states.shape[-1]).add_(self.epsilon).rsqrt_()
        return self.again(inputs, (inverse,), precision), (inverse,)

    def again(self, inputs: Tensors, kept: Tensors, precision: torch.dtype) -> Tensor:
        states, weight = inputs
        return (states * kept[0]).mul_(weight).to(precision)

    def back(self, gradient: Tensor, inputs: Tensors, kept: Tensors) -> Gradients:
        states, weight = inputs
        (inverse,) = kept
        normed = states * inverse
        by_normed = gradient * weight
        for_weight = None
        if weight.requires_grad:
            for_weight = (gradient * normed).sum(0).to(weight.dtype)
        mean = (by_normed * normed).mean(-1, keepdim=True)
        return by_normed.sub_(normed.mul_(mean)).mul_(inverse), for_weight


@dataclass(frozen=True)
class LayerNorm:
    """Inputs: states, weight, bias (Ba et al. 2016, arXiv:1607.06450)."""

    epsilon: float

    def make(self, inputs: Tensors, precision: torch.dtype) -> tuple[Tensor, Tensors]:
        states, weight, bias = inputs
        normed, mean, inverse = torch.native_layer_norm(
            states, weight.shape, weight, bias, self.epsilon
        )
        return normed.to(precision), (mean, inverse)

    def again(self, inputs: Tensors, kept: Tensors, precision: torch.dtype) -> Tensor:
        states, weight, bias = inputs
        mean, inverse = kept
        return (states - mean).mul_(inverse).mul_(weight).add_(bias).to(precision)

    def back(self, gradient: Tensor, inputs: Tensors, kept: Tensors) -> Gradients:
        states, weight, bias = inputs
        wanted = [True, weight.requires_grad, bias.requires_grad]
        found = torch.ops.aten.native_layer_norm_backward(
            gradient.to(states.dtype), states, weight.shape, *kept, weight, bias, wanted
        )
        return tuple(found)


class GatedSilu:
    """Inputs: gate, up; silu(gate) * up (Shazeer 2020, arXiv:2002.05202)."""

    def make(self, inputs: Tensors, precision: torch.dtype) -> tuple[Tensor, Tensors]:
        return self.again(inputs, (), precision), ()

    def again(self, inputs: Tensors, _kept: Tensors, precision: torch.dtype) -> Tensor:
        gate, up = inputs
        return functional.silu(gate).mul_(up).to(precision)

    def back(self, gradient: Tensor, inputs: Tensors, _kept: Tensors) -> Gradients:
        gate, up = inputs
        for_up = functional.silu(gate).mul_(gradient)
        return torch.ops.aten.silu_backward(gradient * up, gate), for_up


class Gelu:
    """Inputs: states; GELU by its tanh formula (Hendrycks and Gimpel 2016, arXiv:1606.08415)."""

    def make(self, inputs: Tensors, precision: torch.dtype) -> tuple[Tensor, Tensors]:
        return self.again(inputs, (), precision), ()

    def again(self, inputs: Tensors, _kept: Tensors, precision: torch.dtype) -> Tensor:
        return functional.gelu(inputs[0], approximate="tanh").to(precision)

    def back(self, gradient: Tensor, inputs: Tensors, _kept: Tensors) -> Gradients:
        (states,) = inputs
        return (
            torch.ops.aten.gelu_backward(gradient.to(states.dtype), states, approximate="tanh"),
        )


def linear_layers(before: Before, inputs: Tensors, layers: Sequence[Linear]) -> Tensors:
    """The outputs (tokens, out) of `layers` on what `before` makes of `inputs`.

    Computes in autocast's number format where autocast is on, and its outputs have that format.
    """
    kind = inputs[0].device.type
    precision = torch.float32
    if torch.is_autocast_enabled(kind):
        precision = torch.get_autocast_dtype(kind)
    matrices = [m for layer in layers for m in (layer.weight, layer.bias, layer.down, layer.up)]
    with torch.autocast(kind, enabled=False):
        found: Tensors = _LinearLayers.apply(  # type: ignore[no-untyped-call]
            before, layers, precision, len(inputs), *inputs, *matrices
        )
    return found


class _LinearLayers(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        before: Before,
        layers: Sequence[Linear],
        precision: torch.dtype,
        count: int,
        *tensors: Tensor,
    ) -> Tensors:
        inputs = tensors[:count]
        states, kept = before.make(inputs, precision)
        ctx.before, ctx.layers, ctx.precision, ctx.count = before, layers, precision, count
        ctx.save_for_backward(*inputs, *kept)
        ctx.weights = [_weight(layer, precision) for layer in layers]
        return tuple(
            _forward(layer, weight, states)
            for layer, weight in zip(layers, ctx.weights, strict=True)
        )

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor) -> Gradients:
        before, precision, count = ctx.before, ctx.precision, ctx.count
        inputs, kept = ctx.saved_tensors[:count], ctx.saved_tensors[count:]
        needed = ctx.needs_input_grad[4:]
        states = before.again(inputs, kept, precision) if any(needed[count:]) else None
        for_states: Tensor | None = None
        for_matrices: list[Tensor | None] = []
        for layer, weight, output in zip(ctx.layers, ctx.weights, grad_outputs, strict=True):
            gradient = output.to(precision)
            into_rank = None
            if layer.up is not None:
                into_rank = multiply(gradient, layer.up.detach().to(precision)).mul_(layer.scale)
            for_matrices += _for_matrices(layer, gradient, into_rank, states)
            if any(needed[:count]):
                for_states = _add(for_states, gradient, weight.t())
                if into_rank is not None and layer.down is not None:
                    for_states = _add(for_states, into_rank, layer.down.detach().to(precision))
        ctx.weights = []
        if for_states is None:
            for_inputs: Gradients = (None,) * count
        else:
            for_inputs = before.back(for_states, inputs, kept)
        return None, None, None, None, *for_inputs, *for_matrices


def _weight(layer: Linear, precision: torch.dtype) -> Tensor:
    """(in, out), in that format."""
    weight = lowered(layer.weight, precision)
    return weight if layer.is_turned else weight.t()


def _forward(layer: Linear, weight: Tensor, states: Tensor) -> Tensor:
    output = multiply(states, weight)
    if layer.bias is not None:
        output += layer.bias.detach()
    if layer.down is not None and layer.up is not None:
        rank = multiply(states, layer.down.detach().to(states.dtype).t())
        output.addmm_(rank, layer.up.detach().to(states.dtype).t(), alpha=layer.scale)
    return output


def _for_matrices(
    layer: Linear, gradient: Tensor, into_rank: Tensor | None, states: Tensor | None
) -> list[Tensor | None]:
    """The gradients of weight, bias, down and up; None for those that do not learn."""
    found: list[Tensor | None] = [None, None, None, None]
    if states is None:
        return found
    if layer.weight.requires_grad:
        if layer.is_turned:
            product = multiply(states.t(), gradient)
        else:
            product = multiply(gradient.t(), states)
        found[0] = product.to(layer.weight.dtype)
    if layer.bias is not None and layer.bias.requires_grad:
        found[1] = gradient.sum(0, dtype=layer.bias.dtype)
    if into_rank is not None and layer.down is not None and layer.up is not None:
        found[2] = multiply(into_rank.t(), states).to(layer.down.dtype)
        rank = multiply(states, layer.down.detach().to(states.dtype).t()).mul_(layer.scale)
        found[3] = multiply(rank.t(), gradient).t().to(layer.up.dtype)
    return found


def _add(total: Tensor | None, left: Tensor, right: Tensor) -> Tensor:
    """`total` + `left` times `right`, in the memory of `total` where there is one."""
    if total is None:
        return multiply(left, right)
    if total.dtype is torch.float32:
        return total.add_(multiply(left, right))
    return total.addmm_(left, right)
