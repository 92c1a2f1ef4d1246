"""Fixes of what a row is: several jokes in one row, one joke over several rows.

Both act only where the writing itself says so (numbers that count up, lines that part, "Q:" and
"A:", a pile in which nearly every other row is a question): a wrong cut damages two jokes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from statistics import median

_NUMBER = re.compile(r"(?:^|\n)[ \t]*[#(]?(\d{1,5})[.):][ \t]+(?=\S)")
_INLINE_NUMBER = re.compile(r"(?:^|(?<=[.!?…\"”)] ))(\d{1,3})[.)] +(?=\S)")
_FEWEST_INLINE = 3  # "1. … 2. …" within a line may be part of one joke
# Shorter items are a list that belongs to one joke: "1. Wake up. 2. Be awesome. 3. Repeat."
_FEWEST_WORDS, _FEWEST_CHARACTERS = 8, 20  # characters: where there are no blanks between words
_BULLET = re.compile(r"(?:^|\n)[ \t]*[•▪●‣◦][ \t]*(?=\S)")
_DASH = re.compile(r"(?:^|\n)[ \t]*[-*–—][ \t]+(?=\S)")
_PARTING_LINE = re.compile(
    r"\n[ \t]*(?:-{3,}|\*{3,}|\* \* \*|_{3,}|={3,}|#{3,}|~{3,}|%)[ \t]*(?=\n)"
)
_EMPTY_LINE = re.compile(r"\n[ \t]*\n\s*")
_YEARS = range(1900, 2100)
_MOST_CHARACTERS = 1_000_000

_LABEL = re.compile(r"([^\W\d_]+(?: [^\W\d_]+)?)\s*([:.)])\s*\S")
# What stands before a question, and before its answer: English, German and Swedish, French,
# Spanish and Italian, Polish, Russian, Turkish.
_LABELS: dict[str, frozenset[str]] = {
    "q": frozenset("ar"),
    "f": frozenset("as"),
    "p": frozenset("ro"),
    "d": frozenset("r"),
    "s": frozenset("c"),
    "в": frozenset("о"),
    "question": frozenset({"answer", "réponse", "antwort"}),
    "setup": frozenset({"punchline", "punch line"}),
    "frage": frozenset({"antwort"}),
    "pregunta": frozenset({"respuesta"}),
    "domanda": frozenset({"risposta"}),
    "pytanie": frozenset({"odpowiedź"}),
    "вопрос": frozenset({"ответ"}),
    "soru": frozenset({"cevap"}),
}
_BEGINNINGS = frozenset(label[0] for label in _LABELS)
_WHOLE_JOKE = re.compile(r"[^?]{8,200}\?[\"”]?\s+\S[^?]{0,200}")
_ANSWERED = re.compile("\\?\\s+[AROCS\u041e]:")  # in the line of its question
_OPEN_ENDS = ("...", "…")
_KNOCK = re.compile(r"(?:knock,? ?knock|klopf,? ?klopf|toc,? ?toc)\s*[.!]*", re.IGNORECASE)
_WHO = re.compile(
    r"(?:who(?:['’]?s| is) (?:there|that|it)|wer (?:ist|is) (?:da|dort)|qui est(?:-ce| là)"
    r"|¿?qui[eé]n es)\s*\?*",
    re.IGNORECASE,
)
_WHO_ENDS = ("who", "wer", "qui", "quién", "quien")
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
_AT_ONCE = 4_096
_SHARE_OF_PAIRS = 0.9


def can_be_split(text: str) -> bool:
    """Whether it is worth while to look closer: within one line only numbers part jokes."""
    return "\n" in text or text.startswith(("1", "0"))


def split_row(text: str) -> list[str]:
    """The jokes of a row, one or more; nothing between them is lost but numbers and bullets."""
    if not can_be_split(text) or len(text) > _MOST_CHARACTERS:
        return [text]
    for cut in _CUTS:
        parts = [part.strip() for part in cut(text)]
        parts = [part for part in parts if part]
        if len(parts) > 1:
            return parts
    return [text]


def _at_lines(text: str) -> list[str]:
    """Between two texts a line may stand within a story, too: they are jokes if they are short."""
    parts = [part.strip() for part in _PARTING_LINE.split(text)]
    parts = [part for part in parts if part]
    if any(len(part.split()) < _FEWEST_WORDS // 2 for part in parts if part.isascii()):
        return []
    if len(parts) == 2 and not all(
        len(part) <= 2 * _SHORT and "\n\n" not in part for part in parts
    ):
        return []
    return parts


def _at_numbers(text: str) -> list[str]:
    return _long_enough(_counted(text, _NUMBER, 2))


def _at_inline_numbers(text: str) -> list[str]:
    return _long_enough(_counted(text, _INLINE_NUMBER, _FEWEST_INLINE))


def _long_enough(parts: list[str]) -> list[str]:
    """These parts if each can be a joke by itself, and most are as long as jokes are."""
    sizes = sorted(len(part.split()) for part in parts)
    if sum(map(_is_whole, parts)) == len(parts):
        return parts
    if not "".join(parts).isascii() and sizes and sizes[-1] < _FEWEST_WORDS:
        lengths = [len("".join(part.split())) for part in parts if len(part.split()) < 3]
        return parts if len(lengths) == len(parts) and min(lengths) >= _FEWEST_CHARACTERS else []
    is_long = bool(sizes) and sizes[0] >= _FEWEST_WORDS // 2 and median(sizes) >= _FEWEST_WORDS
    return parts if is_long else []


def _counted(text: str, pattern: re.Pattern[str], fewest: int) -> list[str]:
    """Cut before numbers (no years) that begin the text and count up by one; [] elsewhere."""
    found = list(pattern.finditer(text))
    if len(found) < fewest or text[: found[0].start()].strip():
        return []
    first = int(found[0].group(1))
    if first in _YEARS or [int(match.group(1)) for match in found] != list(
        range(first, first + len(found))
    ):
        return []
    return _cut(text, found)


def _at_bullets(text: str) -> list[str]:
    return _long_enough(_cut(text, list(_BULLET.finditer(text))))


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
    label = _LABEL.match(first)
    if label is not None and label[1].lower() in _LABELS:
        return _is_question_with_answer(first, second.strip()) or bool(_ANSWERED.search(first))
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
    is_paired = _has_pairs(rows, check)
    at, told = 0, 0
    while at < len(rows):
        if at >= told:
            check(at)
            told = at + _AT_ONCE
        end = _run_end(rows, at, is_paired)
        if end > at + 1:
            yield range(at, end)
        at = end


def _run_end(rows: Sequence[str], at: int, is_paired: bool) -> int:
    """The row after the joke that begins here."""
    first, second = rows[at], rows[at + 1] if at + 1 < len(rows) else ""
    if not first or not second or "\n" in first:
        return at + 1
    if first[0].lower() in _BEGINNINGS and _is_question_with_answer(first, second):
        return at + 2
    if first[0] in "KkTt" and _KNOCK.fullmatch(first) and _WHO.fullmatch(second):
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


def _is_question_with_answer(first: str, second: str) -> bool:
    """ "Q: …" and "A: …"; only these two may have a dot ("P. Diddy" asks nothing)."""
    question, answer = _LABEL.match(first), _LABEL.match(second)
    if question is None or answer is None:
        return False
    labels = question[1].lower(), answer[1].lower()
    if labels != ("q", "a") and question[2] + answer[2] != "::":
        return False
    return labels[1] in _LABELS.get(labels[0], ())


def _knock_end(rows: Sequence[str], at: int) -> int:
    """ "Knock, knock." "Who's there?" "Lettuce." "Lettuce who?" "Lettuce in!" """
    name = rows[at + 2].rstrip(".! ").lower() if at + 2 < len(rows) else ""
    question = rows[at + 3].strip("¿?! ").lower() if at + 3 < len(rows) else ""
    before, _, who = question.rpartition(" ")
    if name and before.rstrip(",") == name and who in _WHO_ENDS and rows[at + 4 : at + 5] != [""]:
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


def _has_pairs(rows: Sequence[str], check: Callable[[int], None]) -> bool:
    """Whether nearly every other row of the pile is a setup, and the rows between are answers."""
    setups = pairs = answers = 0
    was_setup = False
    for number, row in enumerate(rows):
        if number % _AT_ONCE == 0:
            check(0)
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
