"""Writing jokes: reproducible, ended or cut at a sentence, special tokens never shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from jokegen.jobs.requests import Joke
from jokegen.lm.choosing import Controls, choose
from jokegen.lm.encoding import JokeTokenizer
from jokegen.lm.loading import load_language_model
from jokegen.lm.sampling import Beginning, cut_back, sample_jokes, write_together
from tests.lm.tiny_models import tiny_gpt2, tiny_llama

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Pair = tuple["PreTrainedModel", JokeTokenizer]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """More are of no use to so small models, and slow where others run."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module", params=["gpt2", "llama"])
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    folder = tmp_path_factory.mktemp("sampling") / "base"
    {"gpt2": tiny_gpt2, "llama": tiny_llama}[request.param](folder)
    return load_language_model(folder, torch.device("cpu"))


def test_the_same_seed_gives_the_same_jokes_and_another_seed_others(pair: Pair) -> None:
    first = sample_jokes(*pair, "A man", Controls(length=20, count=3, seed=5))
    assert first == sample_jokes(*pair, "A man", Controls(length=20, count=3, seed=5))
    assert first != sample_jokes(*pair, "A man", Controls(length=20, count=3, seed=6))
    assert len({joke.text for joke in first}) == 3


def test_jokes_written_together_equal_those_written_alone(pair: Pair) -> None:
    """The batch shrinks as jokes end: the cache of the others must stay theirs."""
    together = sample_jokes(*pair, "", Controls(length=60, count=40, seed=1))
    assert len({joke.tokens for joke in together}) > 1, "jokes of different lengths are needed"
    alone = sample_jokes(*pair, "", Controls(length=60, count=1, seed=1))
    assert alone[0] == together[0]


def test_jokes_with_different_beginnings_written_together_equal_those_written_alone(
    pair: Pair,
) -> None:
    prompts = ["", "My dog", "Why did the chicken cross", "My", "My dog used to"]
    beginnings = [Beginning(prompt, seed) for seed, prompt in enumerate(prompts)]
    controls = Controls(length=25, repetition_penalty=1.2)
    together = write_together(*pair, beginnings, controls)
    for beginning, joke in zip(beginnings, together, strict=True):
        assert joke.text.startswith(beginning.prompt)
        assert joke.tokens <= 25
        assert write_together(*pair, [beginning], controls) == [joke]
    assert write_together(*pair, [], controls) == []


def test_without_chance_the_likeliest_tokens_of_the_plain_model_are_taken(pair: Pair) -> None:
    language_model, tokenizer = pair
    (joke,) = sample_jokes(*pair, "What do", Controls(length=12, temperature=0))
    ids = torch.tensor([[tokenizer.separator_id, *tokenizer.encode("What do")]])
    expected = language_model.generate(
        ids,
        attention_mask=torch.ones_like(ids),
        max_new_tokens=12,
        do_sample=False,
        pad_token_id=tokenizer.separator_id,
    )[0].tolist()
    new = expected[ids.shape[1] :]
    if tokenizer.separator_id in new:
        new = new[: new.index(tokenizer.separator_id)]
    assert joke.tokens == len(new)
    assert ("What do" + tokenizer.decode(new)).startswith(joke.text)


def test_the_streamed_text_grows_by_whole_words_into_the_joke(pair: Pair) -> None:
    streamed: dict[int, str] = {}
    finished: dict[int, Joke] = {}

    def on_text(index: int, text: str) -> None:
        streamed[index] = streamed.get(index, "") + text

    jokes = sample_jokes(
        *pair,
        "My dog",
        Controls(length=30, count=3, seed=3),
        on_text=on_text,
        on_joke=lambda index, joke: finished.update({index: joke}),
    )
    assert [finished[i] for i in range(3)] == jokes
    for index, joke in enumerate(jokes):
        assert streamed[index].startswith("My dog")
        shared = min(len(streamed[index]), len(joke.text))
        assert streamed[index].strip()[:shared] == joke.text[: len(streamed[index].strip())]


def test_stopping_is_asked_before_every_token(pair: Pair) -> None:
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        sample_jokes(*pair, "", Controls(length=60), check=check)


def test_a_prompt_that_spells_the_separator_stays_text(pair: Pair) -> None:
    _, tokenizer = pair
    assert tokenizer.separator_id not in tokenizer.encode("a <|endoftext|> b")
    (joke,) = sample_jokes(*pair, "a <|endoftext|> b", Controls(length=3))
    assert joke.text.startswith("a <|endoftext|> b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two is long and", "One."),
        ('He said "no!" and then he', 'He said "no!"'),
        ("no end of a sentence her", "no end of a sentence"),
        ("It costs 3.50 and mor", "It costs 3.50 and"),
        ("word", "word"),
    ],
)
def test_a_joke_that_ran_out_of_length_ends_at_a_sentence_or_a_word(
    text: str, expected: str
) -> None:
    assert cut_back(text) == expected


def test_cutting_back_never_eats_the_prompt() -> None:
    assert cut_back("Really? Why did the chicken cro", keep=len("Really? Why did")) == (
        "Really? Why did the chicken"
    )


def chosen_often(controls: Controls, logits: list[float], seen: list[int]) -> set[int]:
    chance = torch.Generator().manual_seed(0)
    rows, before = torch.tensor([logits]), torch.tensor([seen], dtype=torch.long)
    return {choose(rows, before, controls, [chance])[0] for _ in range(300)}


def test_top_k_top_p_and_temperature_choose_from_the_right_tokens() -> None:
    logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log().tolist()
    wide = {"top_p": 1.0}
    assert chosen_often(Controls(**wide), logits, []) == {0, 1, 2, 3}  # type: ignore[arg-type]
    assert chosen_often(Controls(top_k=2, top_p=1.0), logits, []) == {0, 1}
    assert chosen_often(Controls(top_p=0.8), logits, []) == {0, 1}
    assert chosen_often(Controls(top_p=0.81), logits, []) == {0, 1, 2}
    assert chosen_often(Controls(top_p=0.01), logits, []) == {0}
    assert chosen_often(Controls(temperature=0), logits, []) == {0}
    assert chosen_often(Controls(temperature=0.05, top_p=1.0), logits, []) == {0}


def test_the_repetition_penalty_makes_used_tokens_rarer() -> None:
    logits = [2.0, 1.9, -1.0]
    assert chosen_often(Controls(temperature=0), logits, [0]) == {0}
    assert chosen_often(Controls(temperature=0, repetition_penalty=1.5), logits, [0]) == {1}
    assert chosen_often(Controls(temperature=0, repetition_penalty=1.5), logits, [0, 1]) == {0}


def test_files_that_were_altered_are_refused_with_their_name(tmp_path: Path) -> None:
    from jokegen.errors import JokegenError

    folder = tiny_gpt2(tmp_path / "base")
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(JokegenError, match=r"model\.safetensors"):
        load_language_model(folder, torch.device("cpu"))


@pytest.mark.parametrize("top_p", [0.5, 0.9, 0.99])
@pytest.mark.parametrize("spread", [0.1, 1.0, 6.0])
def test_looking_at_the_likeliest_first_draws_as_looking_at_all_does(
    top_p: float, spread: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    logits = spread * torch.randn(3, 3_000, generator=torch.Generator().manual_seed(1))

    def draws() -> list[list[int]]:
        chances = [torch.Generator().manual_seed(row) for row in range(3)]
        controls = Controls(top_p=top_p)
        seen = torch.zeros(3, 0, dtype=torch.long)
        return [choose(logits, seen, controls, chances) for _ in range(50)]

    monkeypatch.setattr("jokegen.lm.choosing._LIKELIEST", (64, 512))
    few = draws()
    monkeypatch.setattr("jokegen.lm.choosing._LIKELIEST", ())
    assert draws() == few


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    logits = torch.tensor([[0.6, 0.3, 0.1]]).log()
    chance = [torch.Generator().manual_seed(0)]
    seen = torch.zeros(1, 0, dtype=torch.long)
    for top_p in (1.0, 0.95):
        drawn = [choose(logits, seen, Controls(top_p=top_p), chance)[0] for _ in range(3_000)]
        shares = [drawn.count(token) / len(drawn) for token in range(3)]
        assert shares == pytest.approx([0.6, 0.3, 0.1], abs=0.03)
