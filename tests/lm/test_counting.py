"""Tokens are counted as the base model sees them, quickly and without loading the model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.lm.counting import token_counter
from jokegen.lm.encoding import SEPARATOR, JokeTokenizer

CHECKOUT = Path(__file__).resolve().parents[2]


def base_model(folder: Path, words: str = "why did the duck cross") -> Path:
    """A base model that consists of its tokenizer alone: one token a word, letters for others."""
    vocabulary = {word: number for number, word in enumerate([SEPARATOR, "[?]", *words.split()])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[?]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    storage.write_manifest(folder, kind="base_model")
    return folder


def test_tokens_are_those_of_the_base_model(paths: Paths) -> None:
    folder = base_model(paths.models / "my own")
    count = token_counter(paths, "my own")
    assert count is not None
    jokes = ["why did the duck cross?", "duck", "", "Ente & Ente", SEPARATOR]
    counts = count(jokes)
    assert counts[:4] == [6, 1, 0, 3]
    tokenizer = JokeTokenizer.load(folder)
    assert counts == [len(tokenizer.encode(joke)) for joke in jokes]


def test_nobody_counts_where_the_base_model_is_not_here(paths: Paths) -> None:
    assert token_counter(paths, "starter") is None


def test_an_unknown_base_model_is_an_error(paths: Paths) -> None:
    with pytest.raises(JokegenError, match="no base model called “nobody”"):
        token_counter(paths, "nobody")


def test_a_broken_tokenizer_is_no_reason_to_fail(paths: Paths) -> None:
    folder = base_model(paths.models / "my own")
    (folder / "tokenizer.json").write_text("{broken", encoding="utf-8")
    storage.write_manifest(folder, kind="base_model")
    assert token_counter(paths, "my own") is None
    (folder / "tokenizer.json").unlink()
    storage.write_manifest(folder, kind="base_model")
    assert token_counter(paths, "my own") is None


def test_a_tokenizer_that_changes_is_read_again(paths: Paths) -> None:
    base_model(paths.models / "my own")
    first = token_counter(paths, "my own")
    base_model(paths.models / "my own", "duck")
    second = token_counter(paths, "my own")
    assert first is not None
    assert second is not None
    assert token_counter(paths, "my own") == second


def test_counting_loads_no_language_model_library(paths: Paths) -> None:
    base_model(paths.models / "my own")
    code = (
        "import sys; from pathlib import Path; from jokegen.config.paths import Paths;"
        "from jokegen.lm.counting import token_counter;"
        "print(token_counter(Paths(Path(sys.argv[1])), 'my own')(['why did']),"
        "sorted({'datasets', 'pandas', 'torch', 'transformers'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(paths.home)],
        cwd=CHECKOUT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert result.stdout.strip() == "[2] []"
