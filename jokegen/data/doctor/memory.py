"""Remembers what was found out about single jokes, for the next look at the same pile.

After each click the whole pile is examined again, and few jokes of it have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

from jokegen.jobs.context import JobContext

Answer = TypeVar("Answer")

_MOST_TEXTS, _MOST_CHARACTERS = 200_000, 30_000_000
_RESOURCE = "doctor"


class Memory:
    """Answers to questions about texts; those that find no more room are asked again each time."""

    def __init__(self, pile: Hashable = None) -> None:
        self.pile = pile
        self._answers: dict[str, tuple[Hashable, dict[str, Any]]] = {}
        self._room: dict[str, int] = {}

    @classmethod
    def of(cls, pile: Hashable, context: JobContext) -> Memory:
        """The memory of this pile, which a warm worker holds; another pile's is forgotten."""
        held = context.resources.get(_RESOURCE)
        if isinstance(held, cls) and held.pile == pile:
            return held
        memory = cls(pile)
        context.resources[_RESOURCE] = memory
        return memory

    def remembering(
        self, name: str, ask: Callable[[str], Answer], version: Hashable = None
    ) -> Callable[[str], Answer]:
        """The same question, asked once a text; `version` is what else the answer hangs on."""
        answers = self._of(name, version)

        def answer(text: str) -> Answer:
            if text in answers:
                known: Answer = answers[text]
                return known
            found = ask(text)
            if self._has_room(name, answers, text):
                answers[text] = found
            return found

        return answer

    def remembering_all(
        self,
        name: str,
        ask: Callable[[Sequence[str]], Sequence[Answer]],
        version: Hashable = None,
    ) -> Callable[[Sequence[str]], Sequence[Answer]]:
        """The same for a question about many texts at once."""
        answers = self._of(name, version)

        def answer(texts: Sequence[str]) -> Sequence[Answer]:
            new = list(dict.fromkeys(text for text in texts if text not in answers))
            if not new:
                return [answers[text] for text in texts]
            found = dict(zip(new, ask(new), strict=True))
            result = [found[text] if text in found else answers[text] for text in texts]
            answers.update(
                (text, one) for text, one in found.items() if self._has_room(name, answers, text)
            )
            return result

        return answer

    def _of(self, name: str, version: Hashable) -> dict[str, Any]:
        held = self._answers.get(name)
        if held is None or held[0] != version:
            held = (version, {})
            self._answers[name] = held
            self._room[name] = _MOST_CHARACTERS
        return held[1]

    def _has_room(self, name: str, answers: dict[str, Any], text: str) -> bool:
        if len(answers) >= _MOST_TEXTS or self._room[name] < len(text):
            return False
        self._room[name] -= len(text)
        return True
