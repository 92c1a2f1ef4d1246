"""From jokes to tokens and back.

One training example is `<separator> joke <separator>`, the separator being the base model's
end-of-text token: a model that learnt from such examples starts at the separator and writes it
again when the joke is over, so jokes neither run on nor have to be cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen.errors import JokegenError
from jokegen.storage import write_json

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SEPARATOR = "<|endoftext|>"
_BATCH = 1000


class JokeTokenizer:
    """The base model's own tokenizer, with our one convention: the separator.

    Text is always encoded as text: a joke that spells out a special token does not become one.
    """

    def __init__(self, tokenizer: Tokenizer, separator: str = SEPARATOR) -> None:
        separator_id = tokenizer.token_to_id(separator)
        if separator_id is None:
            raise JokegenError(
                f"This base model has no “{separator}” token, so it cannot learn where jokes end.",
                "Choose another base model.",
            )
        self.separator_id: int = separator_id
        self._tokenizer = tokenizer
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True

    @classmethod
    def load(cls, folder: Path) -> JokeTokenizer:
        """Read `tokenizer.json`; raises JokegenError where it is missing or broken."""
        from tokenizers import Tokenizer

        file = folder / "tokenizer.json"
        try:
            return cls(Tokenizer.from_file(str(file)))
        except JokegenError:
            raise
        except Exception as error:  # the Rust library raises bare Exception
            raise JokegenError(
                f"The tokenizer of “{folder.name}” cannot be read ({error}).",
                "Delete this base model or run and fetch or train it again.",
            ) from error

    def encode(self, text: str) -> list[int]:
        """Tokens of a text, nothing added."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def encode_jokes(self, jokes: Sequence[str], longest: int) -> list[list[int]]:
        """Examples `[separator, …joke…, separator]`, at most `longest` tokens each.

        A joke that does not fit is cut at its end and gets no closing separator: the model must
        not learn that jokes stop in mid-sentence.
        """
        examples = []
        for start in range(0, len(jokes), _BATCH):
            batch = list(jokes[start : start + _BATCH])
            for encoding in self._tokenizer.encode_batch(batch, add_special_tokens=False):
                example = [self.separator_id, *encoding.ids, self.separator_id]
                examples.append(example[:longest])
        return examples

    def count(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, separators not counted."""
        counts: list[int] = []
        for start in range(0, len(texts), _BATCH):
            batch = list(texts[start : start + _BATCH])
            counts += map(len, self._tokenizer.encode_batch_fast(batch, add_special_tokens=False))
        return counts

    def decode(self, ids: Sequence[int]) -> str:
        """Text of tokens; special tokens are never shown."""
        text: str = self._tokenizer.decode(list(ids), skip_special_tokens=True)
        return text

    def decode_after(self, start: Sequence[int], ids: Sequence[int]) -> str:
        """What `ids` add to the text of `start`: a token's text may depend on the one before it."""
        return self.decode([*start, *ids])[len(self.decode(start)) :]

    def save(self, folder: Path) -> None:
        """Write `tokenizer.json` and what others need to load it by its class."""
        self._tokenizer.save(str(folder / "tokenizer.json"))
        facts = {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "bos_token": self._tokenizer.id_to_token(self.separator_id),
            "eos_token": self._tokenizer.id_to_token(self.separator_id),
        }
        write_json(folder / "tokenizer_config.json", facts)

    @property
    def size(self) -> int:
        """How many tokens the tokenizer knows; the model's vocabulary may be padded beyond it."""
        known: int = self._tokenizer.get_vocab_size(with_added_tokens=True)
        return known

    @property
    def special_ids(self) -> frozenset[int]:
        """Every special token, the separator included."""
        added = self._tokenizer.get_added_tokens_decoder()
        return frozenset(id_ for id_, token in added.items() if token.special)
