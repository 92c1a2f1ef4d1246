"""Tensors out of encoded jokes, and the loss of a batch of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from jokegen.lm.batching import IntArray
from jokegen.lm.loss import cross_entropy_sum

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_PADDING = -1


@dataclass(frozen=True)
class Batch:
    """`inputs` (rows, width) token ids; `targets` the next tokens, -1 where there is none.

    `tokens` is how many are predicted.
    """

    inputs: Tensor
    targets: Tensor
    tokens: int


def make_batch(examples: Sequence[Sequence[int] | IntArray], device: torch.device) -> Batch:
    """Pad encoded jokes on the right. Causal attention never looks there: no mask is needed."""
    width = max(len(example) for example in examples) - 1
    inputs = np.zeros((len(examples), width), dtype=np.int64)
    targets = np.full((len(examples), width), _PADDING, dtype=np.int64)
    for row, example in enumerate(examples):
        inputs[row, : len(example) - 1] = example[:-1]
        targets[row, : len(example) - 1] = example[1:]
    tokens = sum(len(example) - 1 for example in examples)
    return Batch(torch.from_numpy(inputs).to(device), torch.from_numpy(targets).to(device), tokens)


def loss_sum(language_model: PreTrainedModel, batch: Batch) -> Tensor:
    """Summed cross-entropy in nats over the batch's tokens."""
    hidden, targets = hidden_states(language_model, batch)
    return cross_entropy_sum(hidden, language_model.get_output_embeddings().weight, targets)


def hidden_states(language_model: PreTrainedModel, batch: Batch) -> tuple[Tensor, Tensor]:
    """The states (tokens, width) before the output layer, and the tokens that follow.

    Padding is left out: the output layer, the largest one, never sees it.
    """
    states = language_model.base_model(input_ids=batch.inputs, use_cache=False).last_hidden_state
    is_token = batch.targets.view(-1) != _PADDING
    return states.reshape(-1, states.shape[-1])[is_token], batch.targets.view(-1)[is_token]
