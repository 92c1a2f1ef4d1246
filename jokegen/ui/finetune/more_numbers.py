"""Numbers as people type them: a point or a comma, whatever the computer's language is.

Shown they are always alike, with a point and without an exponent, so that what one reads in a
tutorial, in a field and in a hint is the same number.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal

_GROUPED = re.compile(r"\d{1,3}(?:([.,'’ ])\d{3})(?:\1\d{3})*")
# Kinds of space and the Arabic separators, as text from a web page or another keyboard has them.
_TABLE = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "٫": ".", "٬": ",", "−": "-"})


def read_number(text: str) -> float:
    """0.0003, 0,0003 and 3e-4 are the same; raises ValueError for what is no finite number."""
    written = text.translate(_TABLE).strip()
    if "_" in written or ("." in written and "," in written):
        raise ValueError(text)
    number = float(written.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def read_whole(text: str) -> int:
    """1024, 1,024, 1.024 and 1 024 are the same; raises ValueError for what is not whole."""
    written = text.translate(_TABLE).strip()
    if _GROUPED.fullmatch(written):
        return int(re.sub(r"\D", "", written))
    number = read_number(written)
    if number != int(number):
        raise ValueError(text)
    return int(number)


def shown(number: float) -> str:
    """0.0001 and 1,024: without an exponent, without zeros that say nothing."""
    if number == int(number) and abs(number) < 1e15:
        return f"{int(number):,}"
    return format(Decimal(repr(float(number))), "f")


def percent(share: float) -> str:
    """10 of 0.1, without the sign."""
    return f"{share * 100:.6g}"
