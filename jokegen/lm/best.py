"""The best checkpoint of a run: a whole language model, which the playground can use at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen import storage
from jokegen.errors import JokegenError, explain
from jokegen.lm.encoding import JokeTokenizer
from jokegen.lm.methods import as_ordinary
from jokegen.lm.run_folder import RunFolder
from jokegen.lm.training_state import Standing

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def save_best(
    folder: RunFolder,
    standing: Standing,
    language_model: PreTrainedModel,
    tokenizer: JokeTokenizer,
    check: Callable[[], None],
) -> None:
    """Save the weights beside the older checkpoint, which goes only when the new is whole."""
    final = folder.checkpoints / f"step-{standing.step:06d}"
    with storage.new_folder(final) as temporary:
        with as_ordinary(language_model):
            save_language_model(language_model, tokenizer, temporary)
        storage.write_manifest(
            temporary,
            check=check,
            kind="checkpoint",
            step=standing.step,
            validation_loss=standing.best_loss,
        )
    for older, _ in list(storage.whole_folders(folder.checkpoints)):
        if older != final:
            storage.remove_folder(older)


def take_best(folder: RunFolder, standing: Standing) -> str:
    """Make `standing` know the best checkpoint on disk; returns what is wrong with it, or "".

    It may be newer than the state from which a run goes on. Where it is gone or damaged the run
    has no best any more: the next check makes one.
    """
    best = folder.best()
    try:
        if best is not None:
            path, manifest = best
            storage.check_files(path, digests=True)
            standing.best_step = int(manifest["step"])
            standing.best_loss = float(manifest["validation_loss"])
            return ""
    except JokegenError as error:
        forget_best(standing)
        return error.happened
    except (KeyError, TypeError, ValueError):
        pass
    if standing.best_step == 0:
        return ""
    forget_best(standing)
    return "The best checkpoint of this run is gone."


def forget_best(standing: Standing) -> None:
    """No loss so far counts: measure again before anything is kept."""
    standing.best_step, standing.best_loss = 0, None
    standing.checked_step = min(standing.checked_step, max(0, standing.step - 1))


def save_language_model(
    language_model: PreTrainedModel, tokenizer: JokeTokenizer, folder: Path
) -> None:
    """Weights as safetensors, configuration and tokenizer: a folder that needs nothing else."""
    try:
        language_model.save_pretrained(folder, safe_serialization=True)
    except Exception as error:
        # safetensors reports a full disk as a text only; put it in words here.
        raise explain(error) from error
    tokenizer.save(folder)
