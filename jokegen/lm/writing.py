"""The generation job: find the language model that is meant, keep it loaded, write jokes."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen import storage
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import JokeWritten, Phase, Progress, TextChunk
from jokegen.jobs.requests import GenerateRequest, GenerateSummary, Joke
from jokegen.lm.catalogue import load_catalogue
from jokegen.lm.devices import choose_device, use_threads_for_writing
from jokegen.lm.encoding import JokeTokenizer
from jokegen.lm.fetching import ensure_model
from jokegen.lm.loading import load_language_model, window_of
from jokegen.lm.runs import find_run, list_runs
from jokegen.lm.sampling import Controls, sample_jokes

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_WARM = "language model"


@dataclass(frozen=True)
class _Loaded:
    """A language model that is ready to write; kept between jobs."""

    folder: Path
    changed: float
    device: str
    language_model: PreTrainedModel
    tokenizer: JokeTokenizer


def write_jokes(request: GenerateRequest, context: JobContext) -> GenerateSummary:
    """Write jokes as asked; raises JokegenError for an unknown run or settings out of range."""
    started = time.monotonic()
    _check_controls(request)
    # Bytes on a command line that are no text: tokenizers refuse them.
    request = replace(request, prompt=request.prompt.encode("utf-8", "replace").decode())
    folder = _folder_of(request.model, context)
    context.emit(Progress(Phase.LOADING))
    loaded = _load(folder, request.device, context)
    context.check()
    length = min(request.length, _room_for_new_tokens(loaded, request.prompt))
    controls = Controls(
        length=length,
        temperature=request.temperature,
        top_k=request.top_k,
        top_p=request.top_p,
        repetition_penalty=request.repetition_penalty,
        count=request.count,
        seed=request.seed,
    )
    finished = 0

    def on_joke(index: int, joke: Joke) -> None:
        nonlocal finished
        finished += 1
        context.emit(JokeWritten(index, joke.text, joke.tokens, joke.ended))
        context.emit(Progress(Phase.WRITING, finished, request.count, "jokes"))

    context.emit(Progress(Phase.WRITING, 0, request.count, "jokes"))
    jokes = sample_jokes(
        loaded.language_model,
        loaded.tokenizer,
        request.prompt,
        controls,
        on_text=lambda index, text: context.emit(TextChunk(index, text)),
        on_joke=on_joke,
        check=context.check,
    )
    return GenerateSummary(tuple(jokes), time.monotonic() - started)


def _check_controls(request: GenerateRequest) -> None:
    """Raises JokegenError that names every setting out of range at once."""
    problems = []
    if request.length < 1:
        problems.append("the length must be at least 1 token")
    if not 0 <= request.temperature <= 5:
        problems.append("the temperature must be from 0 to 5")
    if request.top_k < 0:
        problems.append("top-k must be 0 (off) or more")
    if not 0 < request.top_p <= 1:
        problems.append("top-p must be above 0 and at most 1")
    if not 0.5 <= request.repetition_penalty <= 5:
        problems.append("the repetition penalty must be from 0.5 to 5")
    if not 1 <= request.count <= 100:
        problems.append("the number of jokes must be from 1 to 100")
    if problems:
        raise JokegenError(
            f"These settings cannot be used: {'; '.join(problems)}.", "Change them and try again."
        )


def _folder_of(model: str | None, context: JobContext) -> Path:
    """The folder of a run, of a base model, or of the newest run (the starter where none is)."""
    if model is None:
        usable = [run for run in list_runs(context.paths) if run.is_usable]
        if usable and usable[0].model_path is not None:
            return usable[0].model_path
        model = load_catalogue()[0].id
    if model.isdecimal():
        run = find_run(context.paths, int(model))
        if run.model_path is None:
            raise JokegenError(
                f"Run {run.number} has no language model to write with: it is {run.status.value}.",
                "Choose another run, or train this one again.",
            )
        return run.model_path
    return ensure_model(model, context)


def _load(folder: Path, device_name: str, context: JobContext) -> _Loaded:
    """The language model of `folder`: the one in memory if it is still the same, else from disk."""
    device, _reason = choose_device(device_name)
    use_threads_for_writing(device)
    try:
        changed = (folder / storage.MANIFEST).stat().st_mtime
    except FileNotFoundError as error:
        raise JokegenError(
            "This language model was deleted a moment ago.", "Choose another run or base model."
        ) from error
    warm = context.resources.get(_WARM)
    if isinstance(warm, _Loaded) and (warm.folder, warm.changed, warm.device) == (
        folder,
        changed,
        str(device),
    ):
        return warm
    context.resources.pop(_WARM, None)  # give the memory back before the next one needs it
    del warm
    language_model, tokenizer = load_language_model(folder, device)
    loaded = _Loaded(folder, changed, str(device), language_model, tokenizer)
    context.resources[_WARM] = loaded
    return loaded


def _room_for_new_tokens(loaded: _Loaded, prompt: str) -> int:
    """How many tokens fit after the separator and the prompt."""
    room = window_of(loaded.language_model) - 1 - len(loaded.tokenizer.encode(prompt))
    if room < 1:
        raise JokegenError(
            "The beginning you typed is longer than this language model can read.",
            "Shorten it and try again.",
        )
    return room
