"""Personal data in jokes: e-mail addresses and telephone numbers, with few false alarms."""

from __future__ import annotations

import re

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*\.[^\W\d_]{2,24}\b")
# What stands before a number and makes it a price, a version, a part of a longer one.
_START = r"(?<![\w.,:/$€£¥#+-])(?<![$€£¥] )"
_END = r"(?![\w%]|[.,:/-]\d| ?[€%])"
_PHONES = (
    # "+44 20 7946 0958", "0049 171 1234567"
    re.compile(rf"(?<![\w+])(?:\+|(?<![\d.,])00)[1-9](?:[ ./()-]{{0,2}}\d){{7,14}}{_END}"),
    # "(555) 123-4567", "1-800-555-0199", "555.123.4567": the plan of North America
    re.compile(
        rf"{_START}(?:1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[ .-])[2-9]\d\d[ .-]\d{{4}}{_END}"
    ),
    # "0171 1234567", "089/123456-0", "06 12 34 56 78", "01711234567": a code that begins with 0
    re.compile(rf"{_START}\(?0[1-9]\d{{0,4}}\)?[ /-]\d{{2,8}}(?:[ /-]\d{{1,6}}){{0,4}}{_END}"),
    re.compile(rf"{_START}0[1-9]\d{{8,10}}{_END}"),
)
_FEWEST_DIGITS, _MOST_DIGITS = 9, 15
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?:[ -]+\d{1,2}[./-]\d{1,2}[./-]\d{2,4})?")
_SEVEN_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")


def has_personal_data(joke: str) -> bool:
    """Whether there is an e-mail address or a telephone number; prices and dates are none."""
    if "@" in joke and _EMAIL.search(joke):
        return True
    if joke.isalpha() or not _SEVEN_DIGITS.search(joke):
        return False
    return any(_is_phone(match.group()) for phone in _PHONES for match in phone.finditer(joke))


def _is_phone(text: str) -> bool:
    digits = sum(character.isdigit() for character in text)
    return _FEWEST_DIGITS <= digits <= _MOST_DIGITS and not _DATE.fullmatch(text)
