"""What the Fine-tune tab says about how long a run will take: pure functions."""

from __future__ import annotations

import math

from jokegen import wording
from jokegen.jobs.requests import Length, Method, Offer

TITLES = {
    Length.TASTE: "Quick taste",
    Length.GOOD: "Good",
    Length.THOROUGH: "Thorough",
    Length.OVERNIGHT: "Overnight",
    Length.MINUTES: "I have … minutes",
    Length.EPOCHS: "Your epochs",
}
METHODS = {Method.FULL: "everything learns", Method.LORA: "LoRA", Method.LAST_BLOCKS: "last layers"}
_ROUGH = {
    Length.TASTE: "about 3 min",
    Length.GOOD: "about 10 min",
    Length.THOROUGH: "about 40 min",
    Length.OVERNIGHT: "about 8 hours",
}


def time_range(low: float, high: float) -> str:
    """ "8 to 12 min", "40 to 60 s", "1½ to 2 h": no more precise than it can be; in seconds."""
    if high < 100:
        unit, grain = 1.0, 5.0
    elif high < 5 * 60:
        unit, grain = 60.0, 0.5
    elif high < 100 * 60:
        unit, grain = 60.0, 1.0 if high < 40 * 60 else 5.0
    else:
        unit, grain = 3600.0, 0.5 if high < 10 * 3600 else 1.0
    name = {1.0: "s", 60.0: "min", 3600.0: "h"}[unit]
    least, most = (max(1, round(value / unit / grain)) * grain for value in (low, high))
    if least == most:
        return f"about {_number(most)} {name}"
    return f"{_number(least)} to {_number(most)} {name}"


def _number(value: float) -> str:
    whole = math.floor(value)
    if value == whole:
        return str(whole)
    return f"{whole or ''}½"


def rough_time(length: Length, minutes: int) -> str:
    """What a length is meant to take, before anything was measured."""
    return _ROUGH.get(length) or f"about {minutes} min"


def steps(count: int) -> str:
    """1 step, 1,234 steps."""
    return f"{count:,} {'step' if count == 1 else 'steps'}"


def offer_details(offer: Offer) -> str:
    """The small print of a card: what learns, steps, memory."""
    method = METHODS[offer.request.method]
    return (
        f"{method[:1].upper()}{method[1:]} · {steps(offer.steps)}\n"
        f"{wording.size(offer.memory)} of memory"
    )


def needs(offer: Offer) -> str:
    """The small print of a card whose run does not fit: memory, and disk space where known."""
    disk = f"\n{wording.size(offer.disk)} on the disk" if offer.disk else ""
    return f"Needs {wording.size(offer.memory)}\nof memory{disk and ','}{disk}"


def title(length: Length, minutes: float) -> str:
    """What a length is called in a sentence of its own; `minutes` if it is the person's own."""
    if length is Length.MINUTES:
        return "Your minute" if minutes == 1 else f"Your {minutes:,.0f} minutes"
    return TITLES[length]


def offer_line(offer: Offer, minutes: float) -> str:
    """What would happen, in a line."""
    method = METHODS[offer.request.method]
    return f"{title(offer.length, minutes)}: {offer_time(offer)}, {method}, {steps(offer.steps)}"


def offer_time(offer: Offer) -> str:
    """ "about 8 to 12 min"."""
    time = time_range(offer.seconds_low, offer.seconds_high)
    return time if time.startswith("about") else f"about {time}"


def epochs(count: float) -> str:
    """1 epoch, 1.5 epochs."""
    return f"{count:g} {'epoch' if count == 1 else 'epochs'}"


def first_sentence(problem: str) -> str:
    """Of a text in two parts, what happened."""
    first, dot, _ = problem.partition(". ")
    return f"{first}." if dot else problem
