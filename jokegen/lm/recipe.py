"""The recommended settings of each method, with their reasons; all that decides a run's weights.

Needs no torch: whoever shows settings may ask what is recommended.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

from jokegen.jobs import wire
from jokegen.jobs.requests import Method, TrainRequest

LONGEST_EXAMPLE = 1_024


@dataclass(frozen=True)
class Recipe:
    """What a request leaves open, settled.

    `warm_up` is a share of the steps. `embedding_rate` is the learning rate of the token
    embeddings and the output layer, as a share of that of all else.
    """

    learning_rate: float
    beta1: float = 0.9
    beta2: float = 0.95
    epsilon: float = 1e-8
    weight_decay: float = 0.01
    gradient_norm: float = 1.0
    warm_up: float = 0.1
    train_embeddings: bool = False
    embedding_rate: float = 1.0


# For steps of about 512 tokens; tests/benchmarks/recipes.jsonl has all that was tried.
# LoRA (Hu et al. 2021, arXiv:2106.09685) comes lower than all weights on the same jokes in the same
# steps: 3.443 nats a joke token against 3.479 after one epoch of 2,653 one-liners. Its few weights
# need much larger steps; at rank 64, 5e-4 came to 3.460, 1e-3 to 3.443 and 2e-3 to 3.471.
# Embeddings that learn beside LoRA's matrices are ordinary weights: they get the rate of those.
# All weights: 3.45 after 60 steps with 5e-5, 3.36 with 1e-4, 3.35 with 2e-4 (joke and end tokens),
# and after a whole epoch 2e-4 was worse than 1e-4, layer by layer less (0.93) or not.
RECIPES = {
    Method.FULL: Recipe(learning_rate=1e-4, train_embeddings=True),
    Method.LORA: Recipe(learning_rate=1e-3, embedding_rate=0.1),
    Method.LAST_BLOCKS: Recipe(learning_rate=2e-4, embedding_rate=0.5),
}
# The rank that LoRA's learning rate is meant for. At rank 16 the best was twice as much: what all
# columns of its matrices change together grows with the root of their number.
RATED_RANK = 64


def recipe_for(request: TrainRequest) -> Recipe:
    """What the request asks for, and of the rest what is recommended for its method."""
    recommended = RECIPES[request.method]
    if request.method is Method.LORA:
        factor = math.sqrt(RATED_RANK / max(1, request.lora_rank))
        recommended = replace(
            recommended,
            learning_rate=_rounded(recommended.learning_rate * factor),
            embedding_rate=recommended.embedding_rate / factor,
        )
    chosen = {
        field.name: value
        for field in fields(Recipe)
        if (value := getattr(request, field.name, None)) is not None
    }
    return replace(recommended, **chosen)


def _rounded(rate: float) -> float:
    """To two digits: it is shown to people."""
    return float(f"{rate:.1e}")


def problems_of(request: TrainRequest) -> list[str]:
    """What of it makes no sense, in words; empty where all does."""
    recipe = recipe_for(request)
    at_least_one: dict[str, float | None] = {
        "tokens per step": request.tokens_per_step,
        "steps": request.max_steps,
        "rank of LoRA": request.lora_rank,
        "number of last blocks": request.last_blocks,
        "batch size": request.batch_size,
        "gradient accumulation": request.gradient_accumulation,
        "block size": request.block_size,
        "patience": request.patience,
        "logging steps": request.logging_steps,
        "evaluation steps": request.evaluation_steps,
        "saving steps": request.saving_steps,
    }
    not_negative: dict[str, float | None] = {
        "weight decay": recipe.weight_decay,
        "gradient norm": recipe.gradient_norm,
        "warm-up steps": request.warm_up_steps,
        "checkpoints kept": request.checkpoints_kept,
        "average": request.average,
    }
    above_zero = {
        "learning rate": recipe.learning_rate,
        "epsilon": recipe.epsilon,
        "number of epochs": request.epochs,
    }
    below_one = {"beta 1": recipe.beta1, "beta 2": recipe.beta2}
    return [
        *(
            f"{n} must be 1 or more"
            for n, v in at_least_one.items()
            if v is not None and not v >= 1
        ),
        *(
            f"{n} must be 0 or more"
            for n, v in not_negative.items()
            if v is not None and not v >= 0
        ),
        *(f"{n} must be above 0" for n, v in above_zero.items() if not 0 < v < math.inf),
        *(f"{n} must be from 0 to below 1" for n, v in below_one.items() if not 0 <= v < 1),
        *([] if 0 <= recipe.warm_up <= 1 else ["warm-up must be from 0 to 1"]),
    ]


def recipe_of(request: TrainRequest, device: str, precision: str, threads: int) -> dict[str, Any]:
    """All that decides a run's weights beside the jokes and the base model, as plain values."""
    plain: dict[str, Any] = wire.to_plain(request)
    return {
        **{name: value for name, value in plain.items() if name not in _NOT_OF_THE_WEIGHTS},
        **vars(recipe_for(request)),
        "longest_example": LONGEST_EXAMPLE,
        "device": device,
        "precision": precision,
        "threads": threads,
    }


# Which run makes room, and what was asked for where it is settled by now.
_NOT_OF_THE_WEIGHTS = {"overwrite", "length", "minutes", "is_method_open"}
