"""Writing jokes token by token: temperature, top-k, top-p, repetition penalty, and a good end.

All jokes of a request are written side by side in one batch: on a CPU reading the weights is
what takes the time, and it is done once for all. Each joke draws from a random generator of its
own, so that the same seed gives the same jokes.
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from jokegen.errors import JokegenError
from jokegen.jobs.requests import Joke
from jokegen.lm.encoding import JokeTokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

_SENTENCE_END = re.compile(r"[.!?…][\"'”’)\]]*(?=\s|$)")
_UNFINISHED = "\ufffd"  # what half a character decodes to
# Colder than this the likeliest token wins anyway, and dividing by it overflows.
_COLDEST = 1e-4


@dataclass(frozen=True)
class Controls:
    """How to choose the next token. `top_k` 0, `top_p` 1 and `repetition_penalty` 1 are off.

    `length` is the most new tokens a joke may have; temperature 0 always takes the likeliest.
    """

    length: int = 70
    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 0.9
    repetition_penalty: float = 1.0
    count: int = 1
    seed: int = 42


def _ignore_text(_joke: int, _text: str) -> None:
    pass


def _go_on() -> None:
    pass


@torch.inference_mode()
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
    """Write `controls.count` jokes that begin with `prompt`.

    `on_text(joke, text)` gets new whole words as they are written (the prompt first), `on_joke`
    each finished joke; `check()` is called before every token and may raise to stop.
    A joke that reaches `length` without an end is cut back to its last whole sentence, else to
    its last whole word.
    """
    from transformers import DynamicCache

    device = next(language_model.parameters()).device
    jokes = [
        _Growing(tokenizer, prompt, index, controls, on_text) for index in range(controls.count)
    ]
    start = [tokenizer.separator_id, *tokenizer.encode(prompt)]
    never = _never_written(language_model, tokenizer, device)
    rows = torch.tensor([start] * controls.count, device=device)
    seen = rows[:, 1:]
    cache = DynamicCache(config=language_model.config)
    remembered = {_cache_name(language_model): cache}
    finished: dict[int, Joke] = {}
    alive = list(range(controls.count))
    for position in range(controls.length + 1):
        check()
        is_last = position == controls.length
        output = language_model(input_ids=rows, use_cache=True, logits_to_keep=1, **remembered)
        logits = output.logits[:, -1, :].float()
        logits[:, never] = -torch.inf
        chosen = []
        for row, index in enumerate(alive):
            token = _choose(logits[row], seen[row], controls, jokes[index].chance)
            # One look past the last token: a joke of exactly `length` tokens did end.
            if token == tokenizer.separator_id or is_last:
                finished[index] = jokes[index].finish(ended=token == tokenizer.separator_id)
                on_joke(index, finished[index])
            else:
                jokes[index].add(token)
            chosen.append(token)
        keep = [row for row, index in enumerate(alive) if index not in finished]
        if not keep:
            break
        rows = torch.tensor([[chosen[row]] for row in keep], device=device)
        if len(keep) < len(alive):
            cache.batch_select_indices(torch.tensor(keep, device=device))
            seen = seen[keep]
            alive = [alive[row] for row in keep]
        seen = torch.cat([seen, rows], dim=1)
    return [finished[index] for index in range(controls.count)]


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


def _choose(logits: Tensor, seen: Tensor, controls: Controls, chance: torch.Generator) -> int:
    """Draw one token. logits (vocabulary,) float32; seen (tokens,): prompt and joke so far."""
    if controls.repetition_penalty != 1.0 and len(seen):
        # Keskar et al. 2019 (CTRL, arXiv:1909.05858): likelihood of what was used is divided.
        used = logits[seen]
        penalty = controls.repetition_penalty
        logits = logits.clone()
        logits[seen] = torch.where(used > 0, used / penalty, used * penalty)
    if controls.temperature < _COLDEST:
        return int(logits.argmax())
    logits = logits / controls.temperature
    if 0 < controls.top_k < len(logits):
        least = torch.topk(logits, controls.top_k).values[-1]
        logits = logits.masked_fill(logits < least, -torch.inf)
    if controls.top_p < 1.0:
        # Holtzman et al. 2020 (arXiv:1904.09751): the fewest tokens that hold `top_p` together.
        ordered, order = torch.sort(logits, descending=True)
        before = ordered.softmax(-1).cumsum(-1) - ordered.softmax(-1)
        ordered = ordered.masked_fill(before >= controls.top_p, -torch.inf)
        ordered[0] = logits[order[0]]
        logits = torch.full_like(logits, -torch.inf).scatter(0, order, ordered)
    probabilities = logits.softmax(-1).cpu()
    if not math.isfinite(float(probabilities.sum())):
        raise JokegenError(
            "This language model cannot write: its weights are damaged.",
            "Choose another one, or train or fetch it again.",
        )
    return int(torch.multinomial(probabilities, 1, generator=chance))


class _Growing:
    """One joke while it is being written."""

    def __init__(
        self,
        tokenizer: JokeTokenizer,
        prompt: str,
        index: int,
        controls: Controls,
        on_text: Callable[[int, str], None],
    ) -> None:
        self._tokenizer = tokenizer
        self._prompt = prompt
        self._index = index
        self._on_text = on_text
        self._tokens: list[int] = []
        self._start = tokenizer.encode(prompt)
        self._shown = prompt
        # Draws are made on the CPU: the same numbers on every device.
        self.chance = torch.Generator().manual_seed(_seed_of(controls.seed, index))
        if prompt:
            on_text(index, prompt)

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
        return self._prompt + self._tokenizer.decode_after(self._start, self._tokens)


def _seed_of(seed: int, index: int) -> int:
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
