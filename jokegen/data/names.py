"""The column names that files of jokes use, for telling headers from jokes and jokes from IDs."""

from __future__ import annotations

import re

# The likeliest first. A file with both "title" and "body" has its text in "body".
JOKE_NAMES: tuple[str, ...] = (
    "joke", "jokes", "oneliner", "text", "texts", "body", "selftext", "content", "contents",
    "punchline", "quote", "sentence", "line", "message", "post", "story", "title", "question",
    "answer", "setup", "witz", "witze", "chiste", "chistes", "blague", "blagues", "barzelletta",
    "piada", "piadas",
)  # fmt: skip
OTHER_NAMES: frozenset[str] = frozenset({
    "id", "ids", "uid", "uuid", "index", "idx", "no", "nr", "number", "num", "row", "date",
    "time", "created", "timestamp", "year", "score", "scores", "rating", "ratings", "votes",
    "upvotes", "likes", "rank", "author", "user", "username", "name", "source", "url", "link",
    "category", "categories", "type", "kind", "label", "labels", "tag", "tags", "lang",
    "language", "length", "count", "words", "subreddit",
})  # fmt: skip

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NOT_WORD = re.compile(r"[\W_]+")


def words_of(name: str) -> tuple[str, ...]:
    """The lower-case words of a column name: "ShortJoke", "short_joke" → ("short", "joke")."""
    parts = _NOT_WORD.split(_CAMEL.sub(" ", name.strip()))
    return tuple(part.casefold() for part in parts if part)


def joke_rank(name: str) -> int | None:
    """How likely a name is that of the jokes: 0 is the likeliest, None says nothing."""
    words = words_of(name)
    if "".join(words) in JOKE_NAMES:
        return JOKE_NAMES.index("".join(words))
    ranks = [JOKE_NAMES.index(word) for word in words if word in JOKE_NAMES]
    if not ranks or any(word in OTHER_NAMES for word in words):
        return None
    return len(JOKE_NAMES) + min(ranks)


def is_known(name: str) -> bool:
    """Whether this is a usual column name, and so hardly a joke."""
    words = words_of(name)
    whole = "".join(words)
    return (
        whole in JOKE_NAMES
        or whole in OTHER_NAMES
        or (len(words) <= 3 and joke_rank(name) is not None and "_" in name)
    )
