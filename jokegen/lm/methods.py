"""Which weights learn: all, small matrices beside every layer (LoRA), or those of the last layers.

Whatever the method, what is saved is an ordinary language model that needs nothing else: the
matrices of LoRA (Hu et al. 2021, arXiv:2106.09685) are added to the weights they stand beside.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch
from torch import nn

from jokegen.jobs.requests import Method, TrainRequest
from jokegen.lm.recipe import recipe_for

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_ADAPTER = "default"
# How strongly the added matrices count, as a multiple of their rank.
_ALPHA_PER_RANK = 2
# The embeddings of small models are a third of their weights, and less of larger ones.
_EMBEDDING_SHARE = 0.35


def choose_weights(
    language_model: PreTrainedModel, request: TrainRequest
) -> dict[str, nn.Parameter]:
    """Make the language model ready for the method; returns the weights that learn, by name.

    For LoRA it draws from torch's random generator.
    """
    if request.method is Method.LORA:
        _add_matrices(language_model, request.lora_rank)
    elif request.method is Method.LAST_BLOCKS:
        _freeze_all_but_last(language_model, request.last_blocks)
    do_embeddings_learn = recipe_for(request).train_embeddings
    for weight in _embeddings(language_model):
        weight.requires_grad_(do_embeddings_learn)
    chosen = {
        name: weight for name, weight in language_model.named_parameters() if weight.requires_grad
    }
    with torch.no_grad():
        for weight in chosen.values():
            # Memory of our own, aligned alike in every process: what is mapped from a file is
            # not, and how a matrix lies decides how its products are rounded.
            weight.data = weight.data.clone()
    return chosen


def embedding_names(language_model: PreTrainedModel) -> frozenset[str]:
    """The names of the token embeddings and the output layer, often one and the same matrix."""
    ids = {id(weight) for weight in _embeddings(language_model)}
    return frozenset(name for name, w in language_model.named_parameters() if id(w) in ids)


def _embeddings(language_model: PreTrainedModel) -> list[nn.Parameter]:
    return [
        language_model.get_input_embeddings().weight,
        language_model.get_output_embeddings().weight,
    ]


def _add_matrices(language_model: PreTrainedModel, rank: int) -> None:
    """Freeze all weights and put a pair of small trained matrices beside each linear layer."""
    from peft import LoraConfig, inject_adapter_in_model
    from transformers.pytorch_utils import Conv1D

    is_turned = any(isinstance(module, Conv1D) for module in language_model.modules())
    config = LoraConfig(
        r=rank,
        lora_alpha=_ALPHA_PER_RANK * rank,
        target_modules="all-linear",
        fan_in_fan_out=is_turned,  # GPT-2 keeps its weights the other way round
    )
    inject_adapter_in_model(config, language_model, _ADAPTER)


def _freeze_all_but_last(language_model: PreTrainedModel, count: int) -> None:
    """Only the last `count` blocks and what comes after them learn; the embeddings stay."""
    language_model.requires_grad_(False)
    is_after = False
    for child in language_model.base_model.children():
        if isinstance(child, nn.ModuleList):
            for block in list(child)[-count:]:
                block.requires_grad_(True)
            is_after = True
        elif is_after:
            child.requires_grad_(True)  # the last normalisation


@contextlib.contextmanager
def as_ordinary(language_model: PreTrainedModel) -> Iterator[None]:
    """While the block runs it is a model without additions: theirs is in its weights.

    The frozen weights come back bit for bit: they are put aside, not added to and subtracted from.
    """
    if not any("lora_" in name for name, _ in language_model.named_parameters()):
        yield
        return
    from peft.tuners.lora import LoraLayer

    put_aside = []
    for parent in list(language_model.modules()):
        for name, layer in list(parent.named_children()):
            if isinstance(layer, LoraLayer):
                put_aside.append((parent, name, layer, layer.get_base_layer().weight.data))
    try:
        with torch.no_grad():
            for parent, name, layer, weight in put_aside:
                ordinary = layer.get_base_layer()
                ordinary.weight.data = weight + layer.get_delta_weight(_ADAPTER)
                setattr(parent, name, ordinary)
        yield
    finally:
        for parent, name, layer, weight in put_aside:
            layer.get_base_layer().weight.data = weight
            setattr(parent, name, layer)


# 0.0023 for the starter model (135 million weights), 0.0012 for GPT-2; less for larger ones.
_LORA_SHARE_PER_RANK = 0.0025


def learning_share(request: TrainRequest) -> float:
    """About which share of the weights learns, at the most: for an estimate of the disk space."""
    share = {
        Method.FULL: 1.0,
        Method.LORA: _LORA_SHARE_PER_RANK * request.lora_rank,
        Method.LAST_BLOCKS: 0.5,
    }[request.method]
    return min(1.0, share + (_EMBEDDING_SHARE if recipe_for(request).train_embeddings else 0.0))
