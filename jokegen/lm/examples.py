"""Tensors out of encoded jokes, and the loss of a batch of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from jokegen.lm.batching import make_batches
from jokegen.lm.loss import cross_entropy_sum

if TYPE_CHECKING:
    from collections.abc import Callable

    from transformers import PreTrainedModel

_PADDING = -1

# More than this adds minutes to a run on a CPU. It is the same jokes at every check, so that
# checks can be compared with each other.
VALIDATION_TOKENS = 4_096


@dataclass(frozen=True)
class Batch:
    """`inputs` (rows, width) token ids; `targets` the next tokens, -1 where there is none."""

    inputs: Tensor
    targets: Tensor

    @property
    def tokens(self) -> int:
        """How many tokens are predicted."""
        return int((self.targets != _PADDING).sum())


def make_batch(examples: Sequence[Sequence[int]], device: torch.device) -> Batch:
    """Pad encoded jokes on the right. Causal attention never looks there: no mask is needed."""
    width = max(len(example) for example in examples) - 1
    inputs = torch.zeros(len(examples), width, dtype=torch.long)
    targets = torch.full((len(examples), width), _PADDING, dtype=torch.long)
    for row, example in enumerate(examples):
        ids = torch.tensor(example, dtype=torch.long)
        inputs[row, : len(ids) - 1] = ids[:-1]
        targets[row, : len(ids) - 1] = ids[1:]
    return Batch(inputs.to(device), targets.to(device))


def loss_sum(language_model: PreTrainedModel, batch: Batch) -> Tensor:
    """Summed cross-entropy in nats over the batch's tokens; padding is left out before the head."""
    states = language_model.base_model(input_ids=batch.inputs, use_cache=False).last_hidden_state
    is_token = batch.targets.view(-1) != _PADDING
    hidden = states.reshape(-1, states.shape[-1])[is_token]
    head = language_model.get_output_embeddings().weight
    return cross_entropy_sum(hidden, head, batch.targets.view(-1)[is_token])


def validation_examples(examples: list[list[int]]) -> list[list[int]]:
    """The first examples of the held-out part, up to `VALIDATION_TOKENS`; at least one."""
    chosen: list[list[int]] = []
    tokens = 0
    for example in examples:
        if chosen and tokens + len(example) - 1 > VALIDATION_TOKENS:
            break
        chosen.append(example)
        tokens += len(example) - 1
    return chosen


@torch.no_grad()
def mean_loss(
    language_model: PreTrainedModel,
    examples: Sequence[Sequence[int]],
    on_batch: Callable[[int, int], None],
    budget: int = 1_024,
) -> float:
    """Mean loss in nats a token, joke and end tokens alike.

    `on_batch(done, total)` in batches is called after each one; it may raise to stop.
    """
    device = next(language_model.parameters()).device
    batches = make_batches([len(example) - 1 for example in examples], budget, seed=0)
    was_training = language_model.training
    language_model.eval()
    total, tokens = 0.0, 0
    try:
        for done, indices in enumerate(batches, start=1):
            batch = make_batch([examples[i] for i in indices], device)
            total += loss_sum(language_model, batch).item()
            tokens += batch.tokens
            on_batch(done, len(batches))
    finally:
        language_model.train(was_training)
    return total / tokens
