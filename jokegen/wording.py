"""Figures and phases in plain words, the same in the window and on the command line."""

from __future__ import annotations

from jokegen.jobs.events import Phase
from jokegen.records import RunStatus

_PHASES = {
    Phase.BRINGING: "Bringing the jokes to this computer",
    Phase.READING: "Reading the file",
    Phase.CLEANING: "Looking for empty and repeated jokes",
    Phase.DOWNLOADING: "Downloading the base model",
    Phase.CONVERTING: "Unpacking the base model",
    Phase.LOADING: "Loading the language model",
    Phase.PREPARING: "Preparing the jokes",
    Phase.MEASURING: "Measuring this computer",
    Phase.VERIFYING: "Making sure the files are whole",
    Phase.CHECKING: "Checking on jokes it has not seen",
    Phase.TRAINING: "Learning from the jokes",
    Phase.SAVING: "Saving",
    Phase.WRITING: "Writing",
}

_STATUS = {
    RunStatus.RUNNING: "training now",
    RunStatus.COMPLETE: "complete",
    RunStatus.STOPPED: "stopped early",
    RunStatus.PAUSED: "paused",
    RunStatus.FAILED: "failed",
    RunStatus.INTERRUPTED: "interrupted",
}

_REASONS = {
    "empty": "empty",
    "repeated": "repeated",
    "too long": "too long",
}


def phase_title(phase: Phase) -> str:
    """What is being done, for a person."""
    return _PHASES[phase]


def status_title(status: RunStatus) -> str:
    """How a run stands, in a word or two."""
    return _STATUS[status]


def duration(seconds: float) -> str:
    """44 s, 3 min 20 s, 2 h 05 min: two units at most."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s" if minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min"


def time_left(seconds: float) -> str:
    """ "about 3 minutes left": no more precise than it can be."""
    if seconds < 10:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 10) * 10} seconds left"
    minutes = seconds / 60
    if minutes < 90:
        return f"about {max(2, round(minutes))} minutes left"
    return f"about {minutes / 60:.1f} hours left"


def time_left_range(low: float, high: float) -> str:
    """ "12 to 15 minutes left"; where both come to the same, as `time_left` says it."""
    few: float
    many: float
    if high < 90:
        few, many, unit = max(10, round(low / 10) * 10), round(high / 10) * 10, "seconds"
    elif high < 90 * 60:
        few, many, unit = max(1, round(low / 60)), round(high / 60), "minutes"
    else:
        few, many, unit = round(low / 1800) / 2, round(high / 1800) / 2, "hours"
    if few >= many:
        return time_left((low + high) / 2)
    return f"{few:g} to {many:g} {unit} left"


def size(count: float) -> str:
    """Bytes as kB, MB or GB (powers of ten, as disks are sold)."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1e3)) if count else 0} kB"
    if count < 1_000_000_000:
        return f"{count / 1e6:.0f} MB" if count >= 10_000_000 else f"{count / 1e6:.1f} MB"
    return f"{count / 1e9:.1f} GB"


def number(count: int) -> str:
    """12,345."""
    return f"{count:,}"


def jokes(count: int) -> str:
    """1 joke, 2,948 jokes."""
    return f"{count:,} {'joke' if count == 1 else 'jokes'}"


def on_one_line(text: str) -> str:
    """The same with a sign in place of each line break, for the middle of a sentence."""
    return text.replace("\n", " ↵ ")


def dropped(counts: dict[str, int]) -> str:
    """What was left out and why: "2 repeated, 1 empty"; nothing dropped is an empty text."""
    return ", ".join(f"{n:,} {_REASONS.get(why, why)}" for why, n in counts.items() if n)


def amount(done: int, total: int | None, unit: str) -> str:
    """Progress in its unit: "12 of 60 steps", "31 of 93 MB"."""
    if unit == "bytes":
        return size(done) if total is None else f"{size(done)} of {size(total)}"
    if total is None:
        return f"{done:,} {unit}" if unit else ""
    return f"{done:,} of {total:,} {unit}".rstrip()
