"""Personal data in jokes: e-mail addresses and telephone numbers, with few false alarms."""

from __future__ import annotations

import re
from itertools import pairwise

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*\.[^\W\d_]{2,24}\b")
# What stands before a number and makes it a price, a version, a part of a longer one.
_START = r"(?<![\w.,:/$€£¥#+-])(?<![$€£¥] )(?<!\d )"
_END = r"(?![\w%]|[.,:/-]\d| \d| ?[€%])"
_PHONES = (
    # "+44 20 7946 0958", "0049 171 1234567"
    re.compile(rf"(?<![\w+])(?:\+|(?<![\d.,])00)[1-9](?:[ ./()-]{{0,2}}\d){{7,14}}{_END}"),
    # "(555) 123-4567", "1-800-555-0199", "555.123.4567": the plan of North America
    re.compile(rf"{_START}(?:1[ .-])?\([2-9]\d\d\)[ .-]?\d{{3}}[ .-]\d{{4}}{_END}"),
    re.compile(rf"{_START}(?:1[.-])?[2-9]\d\d([.-])\d{{3}}\1\d{{4}}{_END}"),
    # "0171 1234567", "089/123456-0", "06 12 34 56 78", "01711234567": a code that begins with 0
    re.compile(rf"{_START}\(?0[1-9]\d{{0,4}}\)?[ /-]\d{{2,8}}(?:[ /-]\d{{1,6}}){{0,4}}{_END}"),
    re.compile(rf"{_START}0[1-9]\d{{8,10}}{_END}"),
)
_FEWEST_DIGITS, _MOST_DIGITS = 9, 15
_DATE = re.compile(r"\(?(?:\d{1,2}[./ -]\d{1,2}[./ -](?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d\d)\b")
_FRENCH_PAIRS = 5
_COUNTING = "012345678901234567890"
_SEVEN_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")


def has_personal_data(joke: str) -> bool:
    """Whether there is an e-mail address or a telephone number; prices and dates are none."""
    if "@" in joke and _EMAIL.search(joke):
        return True
    if joke.isalpha() or not _SEVEN_DIGITS.search(joke):
        return False
    return any(_is_phone(match.group()) for phone in _PHONES for match in phone.finditer(joke))


def _is_phone(text: str) -> bool:
    digits = "".join(filter(str.isdigit, text))
    return (
        _FEWEST_DIGITS <= len(digits) <= _MOST_DIGITS
        and not _DATE.match(text)
        and not digits.endswith("000000")  # a sum
        and digits not in _COUNTING
        and not _is_counting(text)
    )


def _is_counting(text: str) -> bool:
    """ "05 10 15 20 25" counts in fives, "01 08 17 23 34 45" are numbers of a lottery."""
    pieces = [piece for piece in text.split() if piece.isdigit()]
    steps = {int(later) - int(former) for former, later in pairwise(pieces)}
    is_all_pairs = all(len(piece) == 2 for piece in pieces)
    return len(pieces) > 3 and (len(steps) == 1 or (is_all_pairs and len(pieces) > _FRENCH_PAIRS))
