"""The checkpoints of a run, the best one above all: whole models that can write jokes at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen import storage
from jokegen.errors import JokegenError, explain
from jokegen.lm.encoding import JokeTokenizer
from jokegen.lm.measuring import Measured
from jokegen.lm.methods import as_ordinary
from jokegen.lm.run_folder import RunFolder
from jokegen.lm.training_state import Standing

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def save_checkpoint(
    folder: RunFolder,
    standing: Standing,
    measured: Measured,
    language_model: PreTrainedModel,
    tokenizer: JokeTokenizer,
    check: Callable[[], None],
    *,
    is_best: bool,
    is_average: bool = False,
) -> None:
    """Save a whole language model; the best one so far goes only when a better one is whole.

    What else shall go is for `rotate` to say.
    """
    name = f"step-{standing.step:06d}{'-average' * is_average}"
    final = folder.checkpoints / name
    with storage.new_folder(final) as temporary:
        with as_ordinary(language_model):
            save_language_model(language_model, tokenizer, temporary)
        storage.write_manifest(
            temporary,
            check=check,
            kind="checkpoint",
            step=standing.step,
            validation_loss=measured.loss,
            joke_loss=measured.joke_loss,
            end_loss=measured.end_loss,
            accuracy=measured.accuracy,
            is_best=is_best,
            is_average=is_average,
        )
    if is_best:
        _hold(standing, measured)
        for older, manifest in list(storage.whole_folders(folder.checkpoints)):
            if older != final and manifest.get("is_best", True):
                storage.write_json(older / storage.MANIFEST, {**manifest, "is_best": False})


def rotate(folder: RunFolder, kept: int) -> None:
    """Remove all checkpoints but the best and the newest `kept` others, by their steps."""
    best = folder.best()
    others = [
        (int(manifest.get("step", 0)), path)
        for path, manifest in storage.whole_folders(folder.checkpoints)
        if best is None or path != best[0]
    ]
    for _, path in sorted(others, reverse=True)[kept:]:
        storage.remove_folder(path)


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
            standing.best_joke_loss = manifest.get("joke_loss")
            standing.best_end_loss = manifest.get("end_loss")
            standing.best_accuracy = manifest.get("accuracy")
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
    standing.best_step, standing.best_loss, standing.stale_checks = 0, None, 0
    standing.best_joke_loss = standing.best_end_loss = standing.best_accuracy = None
    standing.checked_step = min(standing.checked_step, max(0, standing.step - 1))


def _hold(standing: Standing, measured: Measured) -> None:
    standing.best_step, standing.best_loss = standing.step, measured.loss
    standing.best_joke_loss, standing.best_end_loss = measured.joke_loss, measured.end_loss
    standing.best_accuracy = measured.accuracy


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
