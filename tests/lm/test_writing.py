"""The job that writes jokes: odd wishes are met or answered with a sentence, never a crash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.requests import GenerateRequest, Joke, TrainRequest
from jokegen.lm import devices, runs, writing
from jokegen.lm.run_folder import RunFolder
from jokegen.lm.writing import write_jokes
from jokegen.records import RunStatus
from tests.lm.tiny_models import tiny_gpt2, tiny_llama

REQUEST = GenerateRequest("gpt2", length=8, device="cpu")


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> RecordingContext:
    """With two base models, of which the one last used stays loaded."""
    paths = Paths(tmp_path_factory.mktemp("writing"))
    tiny_gpt2(paths.models / "gpt2")
    tiny_llama(paths.models / "smollm2-135m")
    return RecordingContext(paths)


def write(context: RecordingContext, **wishes: object) -> tuple[Joke, ...]:
    return write_jokes(replace(REQUEST, **wishes), context).jokes  # type: ignore[arg-type]


@pytest.mark.parametrize("model", ["gpt2", "smollm2-135m"])
def test_a_joke_ends_where_the_window_of_the_language_model_does(
    context: RecordingContext, model: str
) -> None:
    for prompt, room in (("", 127), ("z" * 100, 27), ("z" * 126, 1)):
        (joke,) = write(context, model=model, prompt=prompt, length=5000, top_p=1.0)
        assert joke.tokens <= room
        assert joke.ended or joke.tokens == room
    with pytest.raises(JokegenError, match="longer than this language model can read"):
        write(context, model=model, prompt="z" * 127)


def test_a_prompt_of_ten_thousand_words_gets_a_sentence(context: RecordingContext) -> None:
    with pytest.raises(JokegenError, match="Shorten it"):
        write(context, prompt="word " * 10_000)


@pytest.mark.parametrize(
    "wishes",
    [
        {"prompt": "    "},
        {"prompt": "<|endoftext|> <b>bar</b>"},
        {"prompt": "a\0b\n\r\x1b[31m\u202e"},
        {"length": 1},
        {"length": 2**70},
        {"count": 100, "length": 2},
        {"temperature": 0.0},
        {"temperature": 1e-39},
        {"temperature": 1e-320},
        {"temperature": 5.0},
        {"top_k": 10**9},
        {"top_k": 2**70},
        {"top_p": 1e-12},
        {"repetition_penalty": 5.0, "length": 100, "prompt": "bar bar"},
        {"seed": -5},
        {"seed": 2**70},
        {"seed": -(2**70)},
    ],
)
def test_extreme_wishes_are_met(context: RecordingContext, wishes: dict[str, object]) -> None:
    jokes = write(context, **wishes)
    assert len(jokes) == wishes.get("count", 1)
    assert all(joke.text.startswith(str(wishes.get("prompt", "")).strip()) for joke in jokes)
    assert jokes == write(context, **wishes)


def test_a_prompt_with_bytes_that_are_no_text_is_written_with_question_marks(
    context: RecordingContext,
) -> None:
    (joke,) = write(context, prompt="a\udcffb")
    assert joke.text.startswith("a?b")
    joke.text.encode()


def test_a_temperature_near_zero_writes_as_zero_does(context: RecordingContext) -> None:
    wishes = {"prompt": "A man", "length": 20}
    assert write(context, temperature=1e-39, **wishes) == write(context, temperature=0.0, **wishes)


@pytest.fixture
def run(paths: Paths) -> RunFolder:
    """A run with a whole language model."""
    folder = runs.new_run(paths, TrainRequest("My jokes"))
    tiny_gpt2(folder.final)
    folder.conclude(RunStatus.STOPPED, None)
    return folder


def damaged_in_place(final: Path) -> None:
    file = final / "model.safetensors"
    file.write_bytes(b"\xff" * file.stat().st_size)


def truncated(final: Path) -> None:
    file = final / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])


def empty_tokenizer(final: Path) -> None:
    (final / "tokenizer.json").write_text("")


def garbage_tokenizer(final: Path) -> None:
    file = final / "tokenizer.json"
    file.write_bytes(b"{" * file.stat().st_size)


def garbage_configuration(final: Path) -> None:
    file = final / "config.json"
    file.write_bytes(b"[" * file.stat().st_size)


def lost_numbers(final: Path) -> None:
    from safetensors.torch import load_file, save_file

    file = final / "model.safetensors"
    weights = {name: tensor * float("nan") for name, tensor in load_file(file).items()}
    save_file(weights, file, {"format": "pt"})


@pytest.mark.parametrize(
    "damage",
    [damaged_in_place, truncated, empty_tokenizer, garbage_tokenizer, garbage_configuration,
     lost_numbers],
)  # fmt: skip
def test_a_damaged_language_model_gets_a_sentence(
    paths: Paths, run: RunFolder, damage: Callable[[Path], None]
) -> None:
    damage(run.final)
    with pytest.raises(JokegenError) as caught:
        write(RecordingContext(paths), model="1")
    assert "nexpected" not in caught.value.happened
    assert len(caught.value.todo) > 20


def test_a_run_that_was_deleted_is_not_written_with_even_while_it_is_loaded(
    paths: Paths, run: RunFolder
) -> None:
    context = RecordingContext(paths)
    assert len(write(context, model="1")) == 1
    runs.delete_run(paths, 1)
    with pytest.raises(JokegenError, match="There is no run 1"):
        write(context, model="1")


def test_a_run_that_is_deleted_at_the_last_moment_gets_a_sentence(
    paths: Paths, run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def delete_and_choose(name: str) -> object:
        storage.remove_folder(run.path)
        return devices.choose_device(name)

    monkeypatch.setattr(writing, "choose_device", delete_and_choose)
    with pytest.raises(JokegenError, match="was deleted"):
        write(RecordingContext(paths), model="1")


def test_a_run_without_a_language_model_says_why(paths: Paths) -> None:
    runs.new_run(paths, TrainRequest("My jokes")).conclude(RunStatus.FAILED, None, "It broke.")
    with pytest.raises(JokegenError, match="it is failed"):
        write(RecordingContext(paths), model="1")
