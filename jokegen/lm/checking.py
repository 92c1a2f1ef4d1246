"""Makes sure that a base model folder can be used before anybody relies on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jokegen.errors import JokegenError
from jokegen.jobs.background import in_background
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress

_ENGLISH = "The man went to the shop to buy some milk, and then he came back home to his wife."


def silence_libraries() -> None:
    """Keep transformers from writing progress bars and advice to the terminal."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


def import_libraries(context: JobContext) -> None:
    """Import what checking and converting need (seconds, the first time), cancelled at once."""

    def work(_: Callable[[None], None]) -> None:
        import torch  # noqa: F401
        from transformers import (  # noqa: F401 - lazy: each name imports a part of its own
            AutoModelForCausalLM,
            AutoTokenizer,
            GenerationMixin,
            LlamaForCausalLM,
            PreTrainedTokenizerFast,
        )

    for _ in in_background(work, context.check):
        pass
    silence_libraries()


def check_base_model(
    folder: Path, separator: str, context: JobContext, highest_loss: float = math.inf
) -> int:
    """Load the model, let it read one English sentence, and return its number of parameters.

    Nothing is fetched and no code from the folder is run. Raises JokegenError if the files are
    not a whole causal language model with its tokenizer, if the tokenizer has no token
    `separator`, or if the loss (nats a token) is not a number below `highest_loss`.
    """
    context.emit(Progress(Phase.VERIFYING, 0, 3, "steps"))
    import_libraries(context)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
    except Exception as error:  # whatever a library says about files that are not its own
        raise _unreadable("the tokenizer", error) from error
    number = tokenizer.convert_tokens_to_ids(separator)
    if tokenizer.encode(separator, add_special_tokens=False) != [number]:
        raise JokegenError(
            f"The model's tokenizer has no token {separator}, which separates the jokes.",
            "Choose a model of the GPT-2 or SmolLM2 family.",
        )
    context.check()
    context.emit(Progress(Phase.VERIFYING, 1, 3, "steps"))
    try:
        language_model, report = AutoModelForCausalLM.from_pretrained(
            folder,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    except Exception as error:  # as above
        raise _unreadable("the weights", error) from error
    if report["missing_keys"]:
        raise JokegenError(
            f"The model's weights are not complete: “{min(report['missing_keys'])}” is missing.",
            "Fetch the model again, or choose another folder.",
        )
    context.check()
    context.emit(Progress(Phase.VERIFYING, 2, 3, "steps"))
    loss = _loss(language_model, tokenizer, separator)
    if not loss < highest_loss:
        raise JokegenError(
            f"The model does not understand plain English: its loss is {loss:.1f} nats a token.",
            "Its files are probably damaged: fetch the model again, or choose another file.",
        )
    context.emit(Progress(Phase.VERIFYING, 3, 3, "steps"))
    return int(language_model.num_parameters())


def _loss(language_model: Any, tokenizer: Any, separator: str) -> float:
    """Mean cross-entropy in nats a token of one English sentence."""
    import torch

    ids = tokenizer(separator + _ENGLISH, return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        logits = language_model.eval()(input_ids=ids).logits
    return float(torch.nn.functional.cross_entropy(logits[0, :-1].float(), ids[0, 1:]))


def _unreadable(what: str, error: Exception) -> JokegenError:
    first = (str(error).strip().splitlines() or [""])[0][:200]
    return JokegenError(
        f"Jokegen cannot read {what} of the model ({type(error).__name__}: {first}).",
        "Fetch the model again, or choose a folder with a whole GPT-2 or Llama model.",
    )
