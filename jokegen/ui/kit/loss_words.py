"""What a loss chart says: its legend, what one points at, and all of it for a screen reader."""

from __future__ import annotations

from jokegen.ui.kit.loss_data import Axis, LossCurves, Series

EMPTY = "The curve appears here when training starts."
HINT = "Drag across a stretch to see it closely; double-click shows all of it again."

NAMES = {
    Series.TREND: "Jokes it learns from",
    Series.UNSEEN: "Unseen jokes",
    Series.WORDS: "…their words",
    Series.ENDINGS: "…where they end",
}
_SAID = {
    Series.TREND: "On the jokes it learns from (training loss, smoothed)",
    Series.UNSEEN: "On unseen jokes (validation loss)",
    Series.WORDS: "On the words of unseen jokes",
    Series.ENDINGS: "On where unseen jokes end",
}
TIPS = {
    Series.TREND: "How wrong it guesses on the jokes it learns from (training loss): the thin line "
    "as it was at each step, the thick one smoothed.",
    Series.UNSEEN: "How wrong it guesses on jokes it has never seen (validation loss). Where this "
    "is lowest it jokes best.",
    Series.WORDS: "The same for the words of those jokes alone (joke loss).",
    Series.ENDINGS: "The same for the ends of those jokes alone (end loss): how well it knows when "
    "to stop.",
}


def legend(curves: LossCurves, series: Series) -> str:
    """The name of a line with its newest value; "" where there is none."""
    losses = curves[series].losses
    return f"{NAMES[series]} {losses[-1]:.2f}" if losses else ""


def best_label(curves: LossCurves) -> str:
    """What stands beside the best point."""
    best = curves.best_point
    return f"best {best[1]:.2f}" if best else ""


def pointed(curves: LossCurves, axis: Axis, place: float) -> str:
    """The values at a place: “Step 412 · after 14 min · learns from 3.41 · unseen 3.38”."""
    raw = curves[Series.RAW]
    line = raw if raw else curves[Series.UNSEEN]
    number = line.nearest(axis, place)
    if number is None:
        return ""
    said = [f"Step {line.steps[number]:,.0f}", clock(line.seconds[number])]
    if raw:
        trend = curves[Series.TREND].losses[number]
        said.append(f"learns from {trend:.2f} (raw {raw.losses[number]:.2f})")
    for series, name in (
        (Series.UNSEEN, "unseen"), (Series.WORDS, "their words"), (Series.ENDINGS, "their ends"),
    ):  # fmt: skip
        checked = curves[series].nearest(axis, place)
        if checked is None:
            continue
        value = f"{name} {curves[series].losses[checked]:.2f}"
        if series is Series.UNSEEN and curves[series].steps[checked] != line.steps[number]:
            value += f" (step {curves[series].steps[checked]:,.0f})"
        said.append(value)
    return " · ".join(said)


def clock(seconds: float) -> str:
    """ "after 14 min 05 s", as exact as a point of a curve is."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"after {hours} h {minutes:02d} min"
    return f"after {minutes} min {rest:02d} s" if minutes else f"after {rest} s"


def summary(curves: LossCurves) -> str:
    """The chart in sentences, for whoever cannot see it."""
    if curves.is_empty:
        return EMPTY
    said = []
    raw = curves[Series.RAW]
    if raw:
        said.append(f"Loss curve up to step {raw.steps[-1]:,.0f}, the lower the better.")
    for series, name in _SAID.items():
        losses = curves[series].losses
        if len(losses) == 1:
            said.append(f"{name}: {losses[0]:.2f}.")
        elif losses:
            said.append(f"{name}: from {losses[0]:.2f} to {losses[-1]:.2f}.")
    if best := curves.best_point:
        said.append(f"Best on unseen jokes: {best[1]:.2f} at step {best[0]:,}.")
    return " ".join(said)
