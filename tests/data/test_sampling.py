"""Taking a few jokes out of a data set: from all over it, never more than wanted."""

from __future__ import annotations

import pytest

from jokegen.config.paths import Paths
from jokegen.data.sampling import sample_jokes
from jokegen.data.store import save_dataset
from jokegen.errors import JobCancelled, JokegenError
from jokegen.records import DatasetInfo


@pytest.fixture
def info(paths: Paths) -> DatasetInfo:
    jokes = [f"Joke {number}" for number in range(10_000)]
    return save_dataset(
        paths, "Many", jokes, ["Held out"] * 900, dropped={}, source="x", column="joke"
    )


def test_a_sample_comes_from_all_over_the_data_set(info: DatasetInfo) -> None:
    train, held_out = sample_jokes(info, 700)
    numbers = [int(joke.split()[1]) for joke in train]
    assert 600 < len(train) <= 700
    assert numbers == list(range(0, 10_000, 15))
    assert held_out == ["Held out"] * 700


def test_a_small_data_set_is_taken_whole(info: DatasetInfo) -> None:
    train, held_out = sample_jokes(info, 10_000)
    assert len(train) == 10_000
    assert len(held_out) == 900


def test_sampling_can_be_cancelled(info: DatasetInfo) -> None:
    def check() -> None:
        raise JobCancelled

    with pytest.raises(JobCancelled):
        sample_jokes(info, 100, check)


def test_a_file_that_was_cut_off_is_an_error(info: DatasetInfo) -> None:
    (path,) = (info.path / "train").glob("*.arrow")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(JokegenError):
        sample_jokes(info, 100)
