"""What the timeline says: which moment it shows, and what it means how many jokes are copies."""

from __future__ import annotations

from dataclasses import dataclass

from jokegen.jobs.events import Metric
from jokegen.ui.kit.tokens import Tone

# So much more often than real new jokes do, and one joke alone is an accident. The health light
# goes by the same limit.
_CLEARLY_MORE = 0.15


def moment(step: int) -> str:
    """ "Before it learned anything", "After 1 step", "After 1,200 steps"."""
    if step == 0:
        return "Before it learned anything"
    return f"After {step:,} {'step' if step == 1 else 'steps'}"


@dataclass(frozen=True)
class Copies:
    """How many of some jokes copy a joke of the person's, or nearly."""

    copies: int
    among: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.copies / self.among if self.among else 0.0

    @property
    def words(self) -> str:
        """ "2 of 16"."""
        return f"{self.copies:,} of {self.among:,}"


def written(metric: Metric) -> Copies | None:
    """Of the jokes that it wrote; None where nobody counted."""
    return _copies(metric.copied, metric.copied_among)


def held_out(metric: Metric) -> Copies | None:
    """Of the real jokes that it has never seen."""
    return _copies(metric.copied_held_out, metric.copied_held_out_among)


def _copies(share: float | None, among: int | None) -> Copies | None:
    if share is None or not among:
        return None
    return Copies(round(share * among), among)


def is_reciting(mine: Copies, real: Copies | None) -> bool:
    """Whether it copies clearly more often than real new jokes resemble old ones."""
    return mine.copies > 1 and mine.share - (real.share if real else 0.0) > _CLEARLY_MORE


def verdict(mine: Copies, real: Copies | None) -> str:
    """What the numbers mean, in a sentence or two."""
    if is_reciting(mine, real):
        return (
            "It recites jokes instead of making them up. "
            "Fewer epochs help, and so do more jokes to learn from."
        )
    if mine.copies == 0:
        return "Nothing is learned by heart: all that it writes is its own."
    if real is not None and mine.share <= real.share:
        return "No more than among new jokes by people: it makes up its own."
    return "Now and then one is bound to be an old one: it makes up its own."


def tone(mine: Copies, real: Copies | None) -> Tone:
    """Good news or a warning."""
    return Tone.WARNING if is_reciting(mine, real) else Tone.SUCCESS


def all_jokes(count: int, copies: int) -> str:
    """What the button says that shows the rest of them."""
    if not copies:
        return f"Show all {count:,} jokes"
    are = "1 of them a copy" if copies == 1 else f"{copies:,} of them copies"
    return f"Show all {count:,} jokes, {are}"
