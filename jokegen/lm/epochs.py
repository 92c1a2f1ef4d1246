"""A run's jokes made ready: encoded, packed where blocks are asked for, and cut into batches."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice, Phase, Progress
from jokegen.jobs.requests import TrainRequest
from jokegen.lm.batching import (
    Groups,
    IntArray,
    lengths_of,
    make_batches,
    one_each,
    pack_jokes,
    padding_share,
)
from jokegen.lm.encoded import EncodedJokes, Jokes, encode_all, encode_first
from jokegen.lm.encoding import JokeTokenizer
from jokegen.lm.loading import window_of
from jokegen.lm.recipe import LONGEST_EXAMPLE

if TYPE_CHECKING:
    from transformers import PreTrainedModel

log = logging.getLogger(__name__)

# More than this adds minutes to a run on a CPU. It is the same jokes at every check, so that
# checks can be compared with each other.
VALIDATION_TOKENS = 4_096


class Epochs:
    """The batches of each epoch, and the examples they are made of.

    An example is one joke, or a block of whole jokes, which are packed anew for each epoch.
    `held_out` are encoded jokes to check on, one an example.
    """

    def __init__(
        self, request: TrainRequest, encoded: EncodedJokes, held_out: list[list[int]]
    ) -> None:
        self._request, self._encoded, self.held_out = request, encoded, held_out
        self._rows = one_each(len(encoded))
        self._lengths = encoded.lengths

    def batches_of(self, epoch: int) -> Groups:
        """The micro-batches of an epoch, in order; each holds the numbers of its examples."""
        request, seed = self._request, self._request.seed + epoch
        if request.block_size is not None:
            self._rows = pack_jokes(self._encoded.lengths, request.block_size, seed)
            self._lengths = lengths_of(self._rows, self._encoded.lengths)
        return make_batches(self._lengths, request.tokens_per_step, seed, request.batch_size)

    def examples(self, batch: IntArray) -> Sequence[IntArray]:
        """The tokens of a batch's examples."""
        return [self._encoded.block(self._rows[number]) for number in batch]

    def tokens_of(self, batch: IntArray) -> int:
        """How many tokens a batch predicts."""
        return int(self._lengths[batch].sum())

    def padding_of(self, batches: Groups) -> float:
        """How much of these batches is padding, from 0 to 1."""
        return padding_share(self._lengths, batches)


@contextlib.contextmanager
def prepare_epochs(
    request: TrainRequest,
    language_model: PreTrainedModel,
    tokenizer: JokeTokenizer,
    jokes: tuple[Jokes, Jokes],
    folder: Path,
    context: JobContext,
) -> Iterator[Epochs]:
    """Encode the jokes to learn from into a file in `folder`, and some that are held out.

    Says how far it is, and how many jokes are too long.
    """
    window = window_of(language_model)
    longest = min(LONGEST_EXAMPLE, window, request.block_size or window)
    train, validation = jokes

    def on_progress(done: int, total: int) -> None:
        context.check()
        context.emit(Progress(Phase.PREPARING, done, total, "jokes"))

    on_progress(0, len(train))
    with encode_all(folder, tokenizer, train, longest, on_progress) as encoded:
        # Without a held-out part (tiny data sets) the training jokes have to do.
        held_out = encode_first(
            tokenizer, validation if len(validation) else train,
            min(LONGEST_EXAMPLE, window), VALIDATION_TOKENS,
        )  # fmt: skip
        _say_what_is_cut(encoded, longest, context)
        epochs = Epochs(request, encoded, held_out)
        first = epochs.batches_of(0)
        log.info("%d batches, %.1f%% padding", len(first), 100 * epochs.padding_of(first))
        yield epochs


def _say_what_is_cut(encoded: EncodedJokes, longest: int, context: JobContext) -> None:
    if encoded.cut:
        context.emit(
            Notice(f"{encoded.cut} jokes are longer than {longest} tokens: their end is left out.")
        )
