"""Chooses the next token of each joke: temperature, top-k, top-p, and a penalty for repetition.

Each joke draws from a random generator of its own, one number a token, on the CPU: the same seed
gives the same joke on every device, whatever jokes are written beside it. Only the likeliest few
hundred of some 50,000 tokens are sorted where no other can be drawn: sorting all takes longer than
a small language model takes to think.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from jokegen.errors import JokegenError

# Colder than this the likeliest token wins anyway, and dividing by it overflows.
_COLDEST = 1e-4
# So many of the likeliest tokens are looked at first, then so many; where they do not hold `top_p`
# either, all are.
_LIKELIEST = (256, 4_096)


@dataclass(frozen=True)
class Controls:
    """How to choose the next token. `top_k` 0, `top_p` 1 and `repetition_penalty` 1 are off.

    `length` is the most new tokens a joke may have; temperature 0 always takes the likeliest.
    """

    length: int = 70
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 0.9
    repetition_penalty: float = 1.0
    count: int = 1
    seed: int = 42


def choose(
    logits: Tensor, seen: Tensor, controls: Controls, chances: Sequence[torch.Generator]
) -> list[int]:
    """Draw one token a row. logits (rows, vocabulary) float32; seen (rows, tokens): joke so far.

    Raises JokegenError where the logits are no numbers.
    """
    if controls.repetition_penalty != 1.0 and seen.shape[1]:
        logits = _penalised(logits, seen, controls.repetition_penalty)
    if controls.temperature < _COLDEST:
        return [int(token) for token in logits.argmax(dim=-1)]
    candidates = _candidates(logits / controls.temperature, controls)
    return [_draw(*some, chance) for some, chance in zip(candidates, chances, strict=True)]


def _draw(likelihoods: Tensor, tokens: Tensor, chance: torch.Generator) -> int:
    """One of the tokens, each as likely as it is; both one-dimensional and on the CPU."""
    sums = likelihoods.double().cumsum(dim=0)
    if not math.isfinite(float(sums[-1])):
        raise JokegenError(
            "This language model cannot write: its weights are damaged.",
            "Choose another one, or train or fetch it again.",
        )
    drawn = torch.rand(1, generator=chance, dtype=torch.float64) * sums[-1]
    # The last that adds anything at most: rounding may draw a number as large as the sum.
    last = int(torch.searchsorted(sums, sums[-1:]))
    return int(tokens[min(int(torch.searchsorted(sums, drawn, right=True)), last)])


def _penalised(logits: Tensor, seen: Tensor, penalty: float) -> Tensor:
    """Keskar et al. 2019 (CTRL, arXiv:1909.05858): the likelihood of what was used is divided."""
    used = logits.gather(1, seen)
    used = torch.where(used > 0, used / penalty, used * penalty)
    return logits.scatter(1, seen, used)


def _candidates(logits: Tensor, controls: Controls) -> list[tuple[Tensor, Tensor]]:
    """For each row the likelihoods of the tokens that may be drawn, 0 for others, and those tokens.

    logits (rows, vocabulary).
    """
    vocabulary = logits.shape[1]
    has_top_k = 0 < controls.top_k < vocabulary
    if not has_top_k and controls.top_p >= 1.0:
        every = torch.arange(vocabulary)
        return [(row, every) for row in logits.softmax(-1).cpu()]
    everything = logits.logsumexp(-1, keepdim=True)
    found: dict[int, tuple[Tensor, Tensor]] = {}
    rows = list(range(len(logits)))
    for few in (controls.top_k,) if has_top_k else (*_LIKELIEST, vocabulary):
        largest, tokens = logits[rows].topk(min(few, vocabulary), dim=-1)
        whole = largest.logsumexp(-1, keepdim=True) if has_top_k else everything[rows]
        likelihoods = (largest - whole).exp()
        # Holtzman et al. 2020 (arXiv:1904.09751): the fewest tokens that hold `top_p` together.
        before = likelihoods.cumsum(-1) - likelihoods
        is_out = before >= controls.top_p
        is_out[:, 0] = False
        likelihoods, tokens = likelihoods.masked_fill(is_out, 0.0).cpu(), tokens.cpu()
        is_enough = (is_out[:, -1] | (has_top_k or few >= vocabulary)).tolist()
        for place, row in enumerate(rows):
            if is_enough[place]:
                found[row] = likelihoods[place], tokens[place]
        rows = [row for place, row in enumerate(rows) if not is_enough[place]]
        if not rows:
            break
    return [found[row] for row in range(len(logits))]
