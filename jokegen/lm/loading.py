"""A language model and its tokenizer from a folder: safetensors only, never anybody's code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch

from jokegen import storage
from jokegen.errors import JokegenError
from jokegen.lm.encoding import JokeTokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def load_language_model(
    folder: Path, device: torch.device
) -> tuple[PreTrainedModel, JokeTokenizer]:
    """Load float32 weights onto `device`, in evaluation mode.

    Files are compared with the manifest first: a truncated file that is memory-mapped would kill
    the process. Raises JokegenError with the file's name where something is missing or altered.
    """
    storage.check_unaltered(folder)
    tokenizer = JokeTokenizer.load(folder)
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    try:
        language_model = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=torch.float32,
            use_safetensors=True,
            trust_remote_code=False,
            local_files_only=True,
        )
    except MemoryError:
        raise
    except Exception as error:  # whatever the libraries say about files that are not their own
        raise JokegenError(
            f"The language model in “{folder.name}” cannot be loaded ({error}).",
            "Delete it, then fetch or train it again.",
        ) from error
    language_model.to(device).eval()
    return language_model, tokenizer


def window_of(language_model: PreTrainedModel) -> int:
    """The most tokens that the language model can see at once."""
    return int(getattr(language_model.config, "max_position_embeddings", 1024))
