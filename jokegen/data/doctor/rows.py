"""Fixes of what a row is: several jokes in one row, one joke over several rows.

Both act only where the writing itself says so (numbers that count up, lines that part, "Q:" and
"A:", a pile in which nearly every other row is a question): a wrong cut damages two jokes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

_NUMBER = re.compile(r"(?:^|\n)[ \t]*[#(]?(\d{1,5})[.):][ \t]+(?=\S)")
_INLINE_NUMBER = re.compile(r"(?:^|(?<=[.!?…\"”)] ))(\d{1,3})[.)] +(?=\S)")
_FEWEST_INLINE = 3  # "1. … 2. …" within a line may be part of one joke
_BULLET = re.compile(r"(?:^|\n)[ \t]*[•▪●‣◦][ \t]*(?=\S)")
_DASH = re.compile(r"(?:^|\n)[ \t]*[-*–—][ \t]+(?=\S)")
_PARTING_LINE = re.compile(
    r"\n[ \t]*(?:-{3,}|\*{3,}|\* \* \*|_{3,}|={3,}|#{3,}|~{3,}|%)[ \t]*(?=\n)"
)
_EMPTY_LINE = re.compile(r"\n[ \t]*\n\s*")
_MOST_CHARACTERS = 1_000_000

_QUESTION = re.compile(r"(?:q|question|f|frage|setup)\s*[:.)]\s*\S", re.IGNORECASE)
_ANSWER = re.compile(r"(?:a|answer|antwort|punch ?line)\s*[:.)]\s*\S", re.IGNORECASE)
_WHOLE_JOKE = re.compile(r"[^?]{8,200}\?[\"”]?\s+\S[^?]{0,200}")
_OPEN_ENDS = ("...", "…")
_KNOCK = re.compile(r"knock,? knock[.!]*", re.IGNORECASE)
_WHO = re.compile(r"who['’]?s (?:there|that)\s*\?*", re.IGNORECASE)
_SPEAKER = re.compile(r"([A-Z][\w.’' ]{0,20}?)[ \t]*:[ \t]+\S")
_SPEAKERS = frozenset(
    """
    boss boy boyfriend bartender brain child coach cop customer dad daughter dentist doctor driver
    father friend girl girlfriend god grandma grandpa guy he her him his husband interviewer judge
    kid lawyer man me mom mother mum neighbor neighbour nurse officer parent patient pilot police
    policeman priest principal pupil she son student teacher them therapist wife waiter waitress
    woman you
    """.split()  # noqa: SIM905
)
_MOST_TURNS = 6
_SHORT = 200  # characters of a setup, or of a punchline in a row of its own
_FEWEST_PAIRS = 5
_SHARE_OF_PAIRS = 0.9


def split_row(text: str) -> list[str]:
    """The jokes of a row, one or more; nothing between them is lost but numbers and bullets."""
    if "\n" not in text and not text.startswith(("1", "0")):
        return [text]  # within one line only numbers part jokes
    if len(text) > _MOST_CHARACTERS:
        return [text]
    for cut in _CUTS:
        parts = [part.strip() for part in cut(text)]
        parts = [part for part in parts if part]
        if len(parts) > 1:
            return parts
    return [text]


def _at_lines(text: str) -> list[str]:
    return _PARTING_LINE.split(text)


def _at_numbers(text: str) -> list[str]:
    return _counted(text, _NUMBER, 2)


def _at_inline_numbers(text: str) -> list[str]:
    return _counted(text, _INLINE_NUMBER, _FEWEST_INLINE)


def _counted(text: str, pattern: re.Pattern[str], fewest: int) -> list[str]:
    """Cut before numbers that begin the text and count up by one; [] if they do not."""
    found = list(pattern.finditer(text))
    if len(found) < fewest or text[: found[0].start()].strip():
        return []
    first = int(found[0].group(1))
    if [int(match.group(1)) for match in found] != list(range(first, first + len(found))):
        return []
    return _cut(text, found)


def _at_bullets(text: str) -> list[str]:
    return _cut(text, list(_BULLET.finditer(text)))


def _at_dashes(text: str) -> list[str]:
    """Lines with "-" may be a dialogue: they are jokes if each is a question with its answer."""
    parts = _cut(text, list(_DASH.finditer(text)))
    return parts if all(map(_is_whole, parts)) else []


def _at_empty_lines(text: str) -> list[str]:
    """An empty line may be a pause in a story: see `_at_dashes`."""
    parts = _EMPTY_LINE.split(text)
    return parts if all(map(_is_whole, parts)) else []


def _is_whole(text: str) -> bool:
    """Whether this is a joke by itself: one question, then its answer."""
    text = text.strip()
    first, _, second = text.partition("\n")
    if _QUESTION.match(first):
        return bool(_ANSWER.match(second.strip()) or re.search(r"\?\s+A:", first))
    return len(text) <= 2 * _SHORT and _WHOLE_JOKE.fullmatch(text) is not None


def _cut(text: str, found: Sequence[re.Match[str]]) -> list[str]:
    if len(found) < 2 or text[: found[0].start()].strip():
        return []
    ends = [match.start() for match in found[1:]] + [len(text)]
    return [text[match.end() : end] for match, end in zip(found, ends, strict=True)]


_CUTS: tuple[Callable[[str], list[str]], ...] = (
    _at_lines,
    _at_numbers,
    _at_inline_numbers,
    _at_bullets,
    _at_dashes,
    _at_empty_lines,
)


def find_runs(
    rows: Sequence[str], check: Callable[[int], None] = lambda _: None
) -> Iterator[range]:
    """Rows that follow each other and are one joke, as ranges of two or more; an empty row parts.

    `check` is told now and then how many rows are done, and may raise.
    """
    is_paired = _has_pairs(rows)
    at, told = 0, 0
    while at < len(rows):
        if at >= told:
            check(at)
            told = at + 4_096
        end = _run_end(rows, at, is_paired)
        if end > at + 1:
            yield range(at, end)
        at = end


def _run_end(rows: Sequence[str], at: int, is_paired: bool) -> int:
    """The row after the joke that begins here."""
    first, second = rows[at], rows[at + 1] if at + 1 < len(rows) else ""
    if not first or not second or "\n" in first:
        return at + 1
    if first[0] in "QqFfSs" and _QUESTION.match(first) and _ANSWER.match(second):
        return at + 2
    if first[0] in "Kk" and _KNOCK.fullmatch(first) and _WHO.fullmatch(second):
        return _knock_end(rows, at)
    if first.endswith(_OPEN_ENDS) and second.startswith(_OPEN_ENDS):
        end = at + 2
        while rows[end - 1].endswith(_OPEN_ENDS) and rows[end : end + 1]:
            if not rows[end].startswith(_OPEN_ENDS):
                break
            end += 1
        return end
    if first.lower().startswith("why ") and first.endswith("?") and second.startswith("Because "):
        return at + 2
    if ":" in first and ":" in second and (end := _dialogue_end(rows, at)) > at + 1:
        return end
    if is_paired and _is_setup(first) and _is_punchline(second):
        return at + 2
    return at + 1


def _knock_end(rows: Sequence[str], at: int) -> int:
    """ "Knock, knock." "Who's there?" "Lettuce." "Lettuce who?" "Lettuce in!" """
    name = rows[at + 2].rstrip(".!") if at + 2 < len(rows) else ""
    question = rows[at + 3].rstrip("?! ") if at + 3 < len(rows) else ""
    if name and question.lower() == f"{name.lower()} who" and rows[at + 4 : at + 5] != [""]:
        return min(at + 5, len(rows))
    return at + 1


def _dialogue_end(rows: Sequence[str], at: int) -> int:
    """The end of lines that two speakers say in turns; a line with both of them is a whole joke."""
    speakers: list[str] = []
    end = at
    while end < len(rows) and (speaker := _speaker(rows[end])):
        if len(speakers) > 1 and speaker != speakers[-2]:
            break
        if speakers and speaker == speakers[-1]:
            break
        speakers.append(speaker)
        end += 1
    return end if 2 <= len(speakers) <= _MOST_TURNS else at + 1


def _speaker(row: str) -> str:
    match = _SPEAKER.match(row)
    if match is None or len(row) > 2 * _SHORT or "\n" in row:
        return ""
    name = match.group(1).lower()
    if name.split()[-1] not in _SPEAKERS or row.count(": ") > 1:
        return ""
    return name


def _has_pairs(rows: Sequence[str]) -> bool:
    """Whether nearly every other row of the pile is a setup, and the rows between are answers."""
    setups = pairs = answers = 0
    was_setup = False
    for row in rows:
        if not row:
            was_setup = False
            continue
        is_setup = row.endswith(("?", "…", "...")) and _is_setup(row)
        setups += is_setup
        answers += not is_setup
        pairs += was_setup and not is_setup
        was_setup = is_setup
    enough = max(_FEWEST_PAIRS, _SHARE_OF_PAIRS * max(setups, answers))
    return pairs >= enough


def _is_setup(row: str) -> bool:
    """One question, or one sentence that is left open."""
    return len(row) <= _SHORT and (
        (row.endswith("?") and row.count("?") == 1) or row.endswith(_OPEN_ENDS)
    )


def _is_punchline(row: str) -> bool:
    return len(row) <= _SHORT and not _is_setup(row)
