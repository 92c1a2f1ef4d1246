"""How well a language model guesses jokes that it has not seen: joke tokens and ends apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from jokegen.lm.batching import IntArray, make_batches
from jokegen.lm.encoded import EncodedJokes
from jokegen.lm.examples import Batch, hidden_states, make_batch
from jokegen.lm.loss import CHUNK

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Padded tokens a batch: nothing is kept for a backward pass, so it may be twice that of a step.
_BUDGET = 1_024


@dataclass(frozen=True)
class Measured:
    """Losses in nats: `loss` a token, `joke_loss` a joke token, `end_loss` an end token.

    The latter two are None where there is no such token. `accuracy` is the share of tokens that
    the model thought the likeliest, from 0 to 1.
    """

    loss: float
    joke_loss: float | None
    end_loss: float | None
    accuracy: float
    tokens: int


@torch.no_grad()
def measure(
    language_model: PreTrainedModel,
    examples: Sequence[Sequence[int]] | EncodedJokes,
    end_id: int,
    on_batch: Callable[[int, int], None],
    budget: int = _BUDGET,
) -> Measured:
    """Measure on encoded jokes; `end_id` is the token with which one ends.

    `on_batch(done, total)` in batches is called after each one; it may raise to stop.
    """
    device = next(language_model.parameters()).device
    if isinstance(examples, EncodedJokes):
        lengths: Sequence[int] | IntArray = examples.lengths
    else:
        lengths = [len(example) - 1 for example in examples]
    batches = make_batches(lengths, budget, seed=0)
    was_training = language_model.training
    language_model.eval()
    sums = torch.zeros(4, dtype=torch.float64)  # loss of jokes, of ends; ends, right guesses
    tokens = 0
    try:
        for done, indices in enumerate(batches, start=1):
            batch = make_batch([examples[i] for i in indices], device)
            sums += _sums(language_model, batch, end_id)
            tokens += batch.tokens
            on_batch(done, len(batches))
    finally:
        language_model.train(was_training)
    joke, end, ends, right = sums.tolist()
    return Measured(
        loss=(joke + end) / tokens,
        joke_loss=joke / (tokens - ends) if tokens > ends else None,
        end_loss=end / ends if ends else None,
        accuracy=right / tokens,
        tokens=tokens,
    )


def _sums(language_model: PreTrainedModel, batch: Batch, end_id: int) -> torch.Tensor:
    hidden, targets = hidden_states(language_model, batch)
    head = language_model.get_output_embeddings().weight
    losses, is_right = [], []
    for start in range(0, len(targets), CHUNK):
        logits = torch.nn.functional.linear(hidden[start : start + CHUNK], head).float()
        wanted = targets[start : start + CHUNK]
        guessed = logits.gather(1, wanted.unsqueeze(1)).squeeze(1)
        losses.append(torch.logsumexp(logits, dim=-1) - guessed)
        is_right.append(logits.argmax(dim=-1) == wanted)
    loss, right = torch.cat(losses), torch.cat(is_right)
    is_end = targets == end_id
    found = [loss[~is_end].sum(), loss[is_end].sum(), is_end.sum(), right.sum()]
    return torch.stack([value.to("cpu", torch.float64) for value in found])
