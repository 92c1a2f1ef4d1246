"""Where the words that are looked for stand in a text, found as the search itself finds them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRegularExpression

Span = tuple[int, int]  # first character and length


class Matches:
    """Finds words whatever their case: by Unicode's simple case folding, accents as they are."""

    def __init__(self, words: Sequence[str] = ()) -> None:
        self.words = tuple(words)
        self._pattern = QRegularExpression(
            "|".join(QRegularExpression.escape(word) for word in words),
            QRegularExpression.PatternOption.CaseInsensitiveOption
            | QRegularExpression.PatternOption.UseUnicodePropertiesOption,
        )

    def spans(self, text: str) -> list[Span]:
        """Every place of any of the words, counted as Python counts characters."""
        if not self.words:
            return []
        found = self._pattern.globalMatch(text)
        spans = []
        while found.hasNext():
            match = found.next()
            spans.append((match.capturedStart(), match.capturedLength()))
        if spans and not _is_in_basic_plane(text):
            spans = [_counted(text, span) for span in spans]
        return spans


def units(text: str) -> int:
    """How long Qt thinks that a text is: in units of UTF-16."""
    return len(text) if _is_in_basic_plane(text) else len(text.encode("utf-16-le", "replace")) // 2


def _is_in_basic_plane(text: str) -> bool:
    return text.isascii() or max(text, default="") <= "\uffff"


def _counted(text: str, span: Span) -> Span:
    start, length = span
    whole = text.encode("utf-16-le", "surrogatepass")
    before = len(whole[: 2 * start].decode("utf-16-le", "replace"))
    return before, len(whole[2 * start : 2 * (start + length)].decode("utf-16-le", "replace"))
