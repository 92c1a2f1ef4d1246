"""What a model in training writes at each check, to the same prompts with the same random numbers.

So one can watch it become a joker, and see what it only knows by heart. The jokes are written side
by side in batches whose members never change: the same weights give the same jokes, however many
there was time for. Nothing of the training is touched: its random numbers are not used, and its
weights come back bit for bit.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import torch

from jokegen.jobs.events import Sample
from jokegen.lm.choosing import Controls
from jokegen.lm.encoded import Jokes
from jokegen.lm.encoding import JokeTokenizer
from jokegen.lm.loading import window_of
from jokegen.lm.methods import as_ordinary
from jokegen.lm.originality import Copying, FindsCopies, Originality
from jokegen.lm.prompts import fixed_prompts
from jokegen.lm.sampling import Beginning, seed_of, write_together

if TYPE_CHECKING:
    from transformers import PreTrainedModel

# Written at every check; and so many with those that only make the share of copies surer.
FEW, MANY = 8, 24
# Of the time that a run takes: what the jokes beyond the first few may cost.
LARGEST_SHARE = 0.05
# Sixteen jokes at once take about as much longer than eight (1.3 in bfloat16, 1.4 in float32).
COST_OF_MORE = 1.5

# A joke may be so long, in tokens: what nearly all training jokes need, within reason.
_SHORTEST, _LONGEST = 24, 96
_JOKES_MEASURED = 500
_NEARLY_ALL = 0.9
_TOP_P = 0.9
_ASKED = 1_000_000  # seeds of jokes that were asked for begin behind those of the fixed ones


class Timeline:
    """Writes the jokes of one run.

    `find_copies` is None where nobody can tell what is a copy. `precision` is the format that this
    device computes fastest in; the weights are put into it while jokes are written, since reading
    them is what takes the time.
    """

    def __init__(
        self,
        language_model: PreTrainedModel,
        tokenizer: JokeTokenizer,
        seed: int,
        train_jokes: Jokes,
        held_out_jokes: Jokes,
        find_copies: FindsCopies | None = None,
        precision: torch.dtype = torch.float32,
    ) -> None:
        self._language_model = language_model
        self._tokenizer = tokenizer
        self._seed = seed
        self._precision = precision
        self._length = _usual_length(tokenizer, train_jokes)
        # Without a held-out part the training jokes have to do for beginnings.
        self._prompts = fixed_prompts(held_out_jokes if len(held_out_jokes) else train_jokes, MANY)
        self._originality = Originality(find_copies, held_out_jokes) if find_copies else None
        self._asked = 0
        self._began = time.monotonic()
        self._seconds = 0.0  # spent here so far
        self._seconds_of_more = 0.0  # the last time

    @property
    def longest(self) -> int:
        """How many tokens a joke may have."""
        return self._length

    def write(
        self,
        step: int,
        listen: Callable[[], None],
        on_sample: Callable[[Sample], None],
        *,
        is_last: bool = False,
    ) -> Copying:
        """Write a joke to each prompt, tell of all at the end, and how many are copies.

        `listen` is called before every token, and may raise to stop; nothing is told then.
        `is_last`: of this run, so that it is worth the time to write all of them.
        """
        began = time.monotonic()
        with _for_writing(self._language_model, self._precision):
            texts = self._texts(range(FEW), listen)
            few_took = time.monotonic() - began
            if is_last or self._can_afford(few_took):
                middle = time.monotonic()
                texts += self._texts(range(FEW, MANY), listen)
                self._seconds_of_more = time.monotonic() - middle
        copies: Sequence[str | None] | None = None
        copying = Copying()
        if self._originality is not None:
            copies, copying = self._originality.judge(texts, listen)
        self._seconds += time.monotonic() - began
        for number, text in enumerate(texts):
            sample = Sample(step, text, self._prompts[number], number)
            on_sample(_marked(sample, copies, number))
        return copying

    def write_one(self, step: int, prompt: str, listen: Callable[[], None]) -> Sample:
        """A joke that somebody asked for in between; another one each time."""
        number, self._asked = self._asked, self._asked + 1
        seed = seed_of(self._seed + step, _ASKED + number)
        # Bytes that are no text: tokenizers refuse them.
        prompt = self._within_window(prompt.encode("utf-8", "replace").decode())
        with _for_writing(self._language_model, self._precision):
            (text,) = self._write([Beginning(prompt, seed)], listen)
        copies = None
        if self._originality is not None:
            copies = self._originality.copies_of([text], listen)
        return _marked(Sample(step, text, prompt, number, is_asked=True), copies, 0)

    def _can_afford(self, few_took: float) -> bool:
        """Whether the other jokes fit into the share of the time so far that is for jokes."""
        more = self._seconds_of_more or COST_OF_MORE * few_took
        spent = self._seconds + few_took + more
        return spent <= LARGEST_SHARE * (time.monotonic() - self._began)

    def _texts(self, numbers: range, listen: Callable[[], None]) -> list[str]:
        beginnings = [
            Beginning(self._prompts[number], seed_of(self._seed, number)) for number in numbers
        ]
        return self._write(beginnings, listen)

    def _write(self, beginnings: Sequence[Beginning], listen: Callable[[], None]) -> list[str]:
        longest = max(len(self._tokenizer.encode(beginning.prompt)) for beginning in beginnings)
        room = window_of(self._language_model) - 1 - longest
        controls = Controls(length=max(1, min(self._length, room)), top_p=_TOP_P)
        jokes = write_together(
            self._language_model, self._tokenizer, beginnings, controls, check=listen
        )
        return [joke.text for joke in jokes]

    def _within_window(self, prompt: str) -> str:
        """The prompt, cut where it is longer than half of what the language model can see."""
        tokens = self._tokenizer.encode(prompt)
        most = window_of(self._language_model) // 2
        return prompt if len(tokens) <= most else self._tokenizer.decode(tokens[:most])


def _marked(sample: Sample, copies: Sequence[str | None] | None, place: int) -> Sample:
    """With what was found in its place, if anybody looked; no words are neither copy nor joke."""
    if copies is None or not sample.text.strip():
        return sample
    copied = copies[place]
    return replace(sample, is_copied=copied is not None, copied_from=copied or "")


def _usual_length(tokenizer: JokeTokenizer, jokes: Jokes) -> int:
    """How many tokens nine in ten of the first jokes need at most."""
    lengths = sorted(tokenizer.count(list(islice(jokes, _JOKES_MEASURED))))
    usual = lengths[math.ceil(_NEARLY_ALL * len(lengths)) - 1] if lengths else 0
    return min(max(usual, _SHORTEST), _LONGEST)


@contextlib.contextmanager
def _for_writing(language_model: PreTrainedModel, precision: torch.dtype) -> Iterator[None]:
    """While the block runs the model is an ordinary one, in evaluation mode and in `precision`.

    Then all is as before: weights are put aside, not converted back. In float16 numbers may grow
    too large, so there float32 is used.
    """
    was_training = language_model.training
    language_model.eval()
    try:
        with as_ordinary(language_model):
            weights = list(language_model.parameters())
            kept = [weight.data for weight in weights]
            try:
                if precision is torch.bfloat16:
                    for weight in weights:
                        weight.data = weight.data.to(precision)
                yield
            finally:
                for weight, data in zip(weights, kept, strict=True):
                    weight.data = data
    finally:
        language_model.train(was_training)
