"""Turns the GGUF file of the starter into a base model folder like all others.

transformers reads the file and undoes its quantization; it takes some 20 s once, during which a
person can still cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from jokegen.errors import JokegenError
from jokegen.jobs.background import in_background
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase, Progress
from jokegen.lm.checking import import_libraries


def convert_gguf(source: Path, folder: Path, separator: str, context: JobContext) -> None:
    """Write config, tokenizer and float32 safetensors of the model in `source` into `folder`.

    `separator` becomes the token that begins and ends a text. Raises JokegenError if the file is
    not a whole GGUF file whose vocabulary has that token.
    """
    context.emit(Progress(Phase.CONVERTING))
    import_libraries(context)
    read: list[tuple[Any, Any]] = []

    def work(_: Callable[[None], None]) -> None:
        read.append(_read(source))

    for _ in in_background(work, context.check):
        pass
    ((language_model, tokenizer),) = read
    number = tokenizer.get_vocab().get(separator)
    if number is None:
        raise _unsuitable(source, f"its vocabulary has no token {separator}")
    for config in (language_model.config, language_model.generation_config):
        config.bos_token_id = config.eos_token_id = number
        config.pad_token_id = None
    tokenizer.bos_token = tokenizer.eos_token = separator
    tokenizer.pad_token = tokenizer.chat_template = None
    context.check()
    language_model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _read(source: Path) -> tuple[Any, Any]:
    """The language model, in float32, and the tokenizer of a GGUF file."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    where: dict[str, Any] = {"gguf_file": source.name, "local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(source.parent, **where)
        language_model = AutoModelForCausalLM.from_pretrained(
            source.parent,
            dtype=torch.float32,
            quantization_config=GgufConfig(dequantize=True),
            **where,
        )
    except OSError:
        raise
    except Exception as error:  # whatever a library says about a file that is not its own
        raise _unsuitable(source, f"{type(error).__name__}: {error}") from error
    return language_model, tokenizer


def _unsuitable(source: Path, why: str) -> JokegenError:
    return JokegenError(
        f"The file “{source.name}” cannot be turned into a base model: {why}.",
        "Fetch the starter model again, or choose another file.",
    )
