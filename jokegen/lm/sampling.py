"""Writes jokes token by token, and gives each a good end.

All jokes are written side by side in one batch, whatever they begin with: on a CPU reading the
weights is what takes the time, and it is done once for all. Each joke draws from a random
generator of its own, so that the same seed gives the same jokes.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from jokegen.jobs.requests import Joke
from jokegen.lm.choosing import Controls as Controls
from jokegen.lm.choosing import choose
from jokegen.lm.encoding import JokeTokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s|$)")
_UNFINISHED = "\ufffd"  # what half a character decodes to


@dataclass(frozen=True)
class Beginning:
    """What a joke begins with, and the seed of its random numbers."""

    prompt: str
    seed: int


def _ignore_text(_joke: int, _text: str) -> None:
    pass


def _go_on() -> None:
    pass


def sample_jokes(
    language_model: PreTrainedModel,
    tokenizer: JokeTokenizer,
    prompt: str,
    controls: Controls,
    *,
    on_text: Callable[[int, str], None] = _ignore_text,
    on_joke: Callable[[int, Joke], None] = lambda _index, _joke: None,
    check: Callable[[], None] = _go_on,
) -> list[Joke]:
    """Write `controls.count` jokes that begin with `prompt`: see `write_together`."""
    beginnings = [
        Beginning(prompt, seed_of(controls.seed, index)) for index in range(controls.count)
    ]
    return write_together(
        language_model,
        tokenizer,
        beginnings,
        controls,
        on_text=on_text,
        on_joke=on_joke,
        check=check,
    )


@torch.inference_mode()
def write_together(
    language_model: PreTrainedModel,
    tokenizer: JokeTokenizer,
    beginnings: Sequence[Beginning],
    controls: Controls,
    *,
    on_text: Callable[[int, str], None] = _ignore_text,
    on_joke: Callable[[int, Joke], None] = lambda _index, _joke: None,
    check: Callable[[], None] = _go_on,
) -> list[Joke]:
    """Write a joke for each of `beginnings`, in one batch. Of `controls`, count and seed are idle.

    `on_text(joke, text)` gets new whole words as they are written (the prompt first), `on_joke`
    each finished joke; `check()` is called before every token and may raise to stop.
    A joke that reaches `controls.length` new tokens without an end is cut back to its last whole
    sentence, else to its last whole word.
    """
    from transformers import DynamicCache

    if not beginnings:
        return []
    device = next(language_model.parameters()).device
    jokes = [
        _Growing(tokenizer, beginning, index, controls.length, on_text)
        for index, beginning in enumerate(beginnings)
    ]
    # What all begin with is read at once. The rest of a longer prompt is put in token by token,
    # in step with the others: no padding, no mask, whatever kind of language model it is.
    shared = _shared_start([joke.start for joke in jokes])
    for joke in jokes:
        joke.begin_after(shared)
    never = _never_written(language_model, tokenizer, device)
    rows = torch.tensor([jokes[0].start[:shared]] * len(jokes), device=device)
    seen = rows[:, 1:]
    cache = DynamicCache(config=language_model.config)
    remembered = {_cache_name(language_model): cache}
    finished: dict[int, Joke] = {}
    alive = list(range(len(jokes)))
    while True:
        check()
        output = language_model(input_ids=rows, use_cache=True, logits_to_keep=1, **remembered)
        logits = output.logits[:, -1, :].float()
        logits[:, never] = -torch.inf
        free = [row for row, index in enumerate(alive) if not jokes[index].has_more_prompt]
        chosen = _chosen(logits, seen, free, controls, [jokes[alive[row]] for row in free])
        tokens = []
        for row, index in enumerate(alive):
            joke = jokes[index]
            if row not in chosen:
                tokens.append(joke.next_of_prompt())
                continue
            token = chosen[row]
            tokens.append(token)
            # One look past the last token: a joke of exactly `length` tokens did end.
            if token == tokenizer.separator_id or joke.is_full:
                finished[index] = joke.finish(ended=token == tokenizer.separator_id)
                on_joke(index, finished[index])
            else:
                joke.add(token)
        keep = [row for row, index in enumerate(alive) if index not in finished]
        if not keep:
            break
        rows = torch.tensor([[tokens[row]] for row in keep], device=device)
        if len(keep) < len(alive):
            cache.batch_select_indices(torch.tensor(keep, device=device))
            seen = seen[keep]
            alive = [alive[row] for row in keep]
        seen = torch.cat([seen, rows], dim=1)
    return [finished[index] for index in range(len(jokes))]


def _chosen(
    logits: Tensor, seen: Tensor, free: list[int], controls: Controls, jokes: list[_Growing]
) -> dict[int, int]:
    """The next token of each row that is not bound to a prompt, drawn for `jokes`."""
    if not free:
        return {}
    if len(free) < len(logits):
        logits, seen = logits[free], seen[free]
    return dict(zip(free, choose(logits, seen, controls, [j.chance for j in jokes]), strict=True))


def _shared_start(starts: Sequence[Sequence[int]]) -> int:
    """How many tokens all have in common at their start; the separator at least."""
    shared = min(map(len, starts))
    first = starts[0]
    for start in starts:
        while start[:shared] != first[:shared]:
            shared -= 1
    return shared


def _cache_name(language_model: PreTrainedModel) -> str:
    """What the cache is called among the parameters: newer versions of transformers renamed it."""
    parameters = inspect.signature(language_model.forward).parameters
    return "cache" if "cache" in parameters else "past_key_values"


def _never_written(
    language_model: PreTrainedModel, tokenizer: JokeTokenizer, device: torch.device
) -> Tensor:
    """Ids that no joke may hold: other special tokens, and vocabulary padding without a text."""
    vocabulary = int(language_model.config.vocab_size)
    ids = [i for i in tokenizer.special_ids if i != tokenizer.separator_id and i < vocabulary]
    ids += range(tokenizer.size, vocabulary)
    return torch.tensor(ids, dtype=torch.long, device=device)


class _Growing:
    """One joke while it is being written."""

    def __init__(
        self,
        tokenizer: JokeTokenizer,
        beginning: Beginning,
        index: int,
        longest: int,
        on_text: Callable[[int, str], None],
    ) -> None:
        self._tokenizer = tokenizer
        self._prompt = beginning.prompt
        self._index = index
        self._longest = longest
        self._on_text = on_text
        self._tokens: list[int] = []
        self._encoded = tokenizer.encode(self._prompt)
        self._next = 0
        self._shown = self._prompt
        self.start = [tokenizer.separator_id, *self._encoded]
        # Draws are made on the CPU: the same numbers on every device.
        self.chance = torch.Generator().manual_seed(beginning.seed)
        if self._prompt:
            on_text(index, self._prompt)

    @property
    def is_full(self) -> bool:
        """It has as many new tokens as it may have."""
        return len(self._tokens) >= self._longest

    @property
    def has_more_prompt(self) -> bool:
        """The language model has not seen all of the prompt yet."""
        return self._next < len(self.start)

    def begin_after(self, count: int) -> None:
        """The language model is shown so many tokens of the start at once."""
        self._next = count

    def next_of_prompt(self) -> int:
        """The next token that it is to be shown."""
        self._next += 1
        return self.start[self._next - 1]

    def add(self, token: int) -> None:
        self._tokens.append(token)
        whole = _whole_words(self._text())
        if len(whole) > len(self._shown) and whole.startswith(self._shown):
            self._on_text(self._index, whole[len(self._shown) :])
            self._shown = whole

    def finish(self, *, ended: bool) -> Joke:
        text = self._text().rstrip(_UNFINISHED)
        if not ended:
            text = cut_back(text, keep=len(self._prompt))
        return Joke(text.strip(), len(self._tokens), ended)

    def _text(self) -> str:
        """The prompt exactly as typed, and what the tokens after it say."""
        return self._prompt + self._tokenizer.decode_after(self._encoded, self._tokens)


def seed_of(seed: int, index: int) -> int:
    """A seed for each joke: the first joke does not depend on how many are asked for."""
    return (seed * 1_000_003 + index * 7_919) % (2**63)


def _whole_words(text: str) -> str:
    """Text without its last word, which may still grow."""
    end = max(text.rfind(" "), text.rfind("\n"))
    return text[:end] if end > 0 else ""


def cut_back(text: str, keep: int = 0) -> str:
    """Text up to its last whole sentence, else its last whole word; `keep` characters stay.

    Used where the length ran out: a joke may stop early, but never in mid-word.
    """
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    if ends and ends[-1] > keep:
        return text[: ends[-1]]
    whole = _whole_words(text)
    return whole if len(whole) > keep else text[:keep] or text
