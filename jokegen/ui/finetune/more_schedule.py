"""How the learning rate goes on: a list with a small picture of its shape, and the warm-up."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import QPointF, QRectF, QSignalBlocker, QSize, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from jokegen.jobs.requests import Schedule
from jokegen.ui.finetune.more_field import NumberEdit, SettingField
from jokegen.ui.finetune.more_numbers import percent, read_number, read_whole, shown
from jokegen.ui.finetune.more_table import Group, Setting
from jokegen.ui.finetune.more_ways import Way, WaysField
from jokegen.ui.kit.combos import Item, ShortCombo
from jokegen.ui.kit.icons import colours
from jokegen.ui.kit.labels import describe
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Radius

_WAYS = (
    Way(Schedule.COSINE, "Cosine", "Strong at first, then softly fading out to nothing."),
    Way(
        Schedule.LINEAR,
        "Linear",
        "Fades out evenly: gentler in the first half, stronger near the end than the cosine.",
    ),
    Way(
        Schedule.CONSTANT,
        "Constant",
        "Strong to the end: the last jokes it reads leave as deep a mark as the first.",
    ),
    Way(
        Schedule.INVERSE_SQUARE_ROOT,
        "Inverse square root",
        "Falls quickly, then ever more slowly: it never quite stops changing.",
    ),
)
_SHAPES = {
    Schedule.COSINE: "a curve that falls softly to nothing",
    Schedule.LINEAR: "a straight line that falls to nothing",
    Schedule.CONSTANT: "a level line",
    Schedule.INVERSE_SQUARE_ROOT: "a curve that falls quickly, then slowly",
}
_POINTS = 48
_USUAL_WARM_UP = 0.1


def height_at(schedule: Schedule, warm_up: float, at: float) -> float:
    """The learning rate as a share of its highest, `at` a share of the run (0 to 1)."""
    if at < warm_up:
        return at / warm_up
    after = (at - warm_up) / max(1e-9, 1 - warm_up)
    if schedule is Schedule.COSINE:
        return 0.5 * (1 + math.cos(math.pi * after))
    if schedule is Schedule.LINEAR:
        return 1 - after
    if schedule is Schedule.CONSTANT:
        return 1.0
    # As if 2% of the run were its warm-up, where there is none: the curve falls from its end.
    start = max(warm_up, 0.02)
    return math.sqrt(start / max(start, at))


class SchedulePicture(QWidget):
    """The learning rate over a run, as small as a word."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("schedule_picture")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._schedule, self._warm_up = Schedule.COSINE, _USUAL_WARM_UP
        self.show_shape(Schedule.COSINE, _USUAL_WARM_UP)

    def show_shape(self, schedule: Schedule, warm_up: float) -> None:
        """Draw this one; `warm_up` is a share of the run."""
        self._schedule, self._warm_up = schedule, min(1.0, max(0.0, warm_up))
        self.setAccessibleName(f"The learning rate over a run: {_SHAPES[schedule]}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(76), scaled(36))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(look.border), 1))
        painter.setBrush(QColor(look.surface))
        painter.drawRoundedRect(frame, Radius.S, Radius.S)
        room = frame.adjusted(7, 7, -7, -7)
        line = QPolygonF()
        for index in range(_POINTS + 1):
            at = index / _POINTS
            height = height_at(self._schedule, self._warm_up, at)
            line.append(
                QPointF(room.x() + at * room.width(), room.bottom() - height * room.height())
            )
        painter.setPen(QPen(QColor(look.accent_text), 1.75))
        painter.setBrush(QColor(0, 0, 0, 0))
        painter.drawPolyline(line)
        painter.end()


class ScheduleField(WaysField):
    """The shapes by name, the chosen one drawn beside them."""

    def __init__(self) -> None:
        self.picture = SchedulePicture()
        self._warm_up = _USUAL_WARM_UP
        super().__init__(
            "schedule",
            "Schedule",
            Group.RATE,
            _WAYS,
            hint="How the learning rate goes on after the warm-up.",
            others="lr_scheduler_type lr schedule decay cosine linear constant inverse sqrt",
            beside=self.picture,
        )

    def show_warm_up(self, share: float) -> None:
        """Draw the picture with this warm-up."""
        self._warm_up = share
        self.picture.show_shape(self.value(), share)

    def redraw(self) -> None:
        super().redraw()
        self.picture.show_shape(self.value(), self._warm_up)


_SHARE = Setting(
    "warm_up", "Warm-up", Group.RATE, 0, 100,
    "Begins gently: the learning rate rises over so much of the run.",
    higher="Begins more gently: less of its language is lost, but less time at full strength.",
    lower="Begins more abruptly: some of its language may be lost at the very start.",
    chosen="The longer, the more gently it begins, and the less time it has at full strength.",
    is_whole=False, others="warmup_ratio warmup_steps warm up warmup",
)  # fmt: skip
_MOST_STEPS = 1_000_000
_IN_STEPS, _IN_PERCENT = "steps", "percent"


class WarmUpField(SettingField):
    """A share of the run or a number of steps."""

    def __init__(self) -> None:
        self.edit = NumberEdit(_SHARE)
        self.edit.setObjectName("warm_up")
        self.unit = ShortCombo(name="warm_up_unit")
        describe(
            self.unit,
            "warm_up_unit",
            "Unit of the warm-up",
            "Whether the number is a share of the run or a count of steps.",
        )
        self.unit.setMinimumContentsLength(8)
        self.unit.show_items([Item("% of run", _IN_PERCENT), Item("steps", _IN_STEPS)], _IN_PERCENT)
        super().__init__(
            "warm_up",
            _SHARE.caption,
            Group.RATE,
            self.edit,
            hint=_SHARE.hint,
            others=_SHARE.others,
            beside=self.unit,
        )
        self.redraw()
        self.edit.textChanged.connect(self._on_edited)
        self.unit.value_chosen.connect(self._on_unit_chosen)

    def choices(self) -> dict[str, Any]:
        text = self.edit.text().strip().removesuffix("%").strip()
        if not text:
            return {}
        if self.unit.value() == _IN_STEPS:
            try:
                steps = read_whole(text)
            except (ValueError, OverflowError):
                steps = -1
            if not 0 <= steps <= _MOST_STEPS:
                raise ValueError(
                    f"Type a whole number of steps, up to {shown(_MOST_STEPS)}, "
                    "or leave it empty for the recommended one."
                )
            return {"warm_up": None, "warm_up_steps": steps}
        try:
            share = read_number(text) / 100
        except (ValueError, OverflowError):
            share = -1
        if not 0 <= share <= 1:
            raise ValueError(
                "Type a number from 0 to 100 per cent, or leave it empty for the recommended one."
            )
        return {"warm_up": round(share, 9), "warm_up_steps": None}

    def share(self) -> float:
        """For the picture: about which share of the run it takes."""
        try:
            chosen = self.choices()
        except ValueError:
            return _USUAL_WARM_UP
        share: float | None = chosen.get("warm_up", self._recommended.warm_up)
        return _USUAL_WARM_UP if share is None else share

    def clear(self) -> None:
        with QSignalBlocker(self.edit):
            self.edit.clear()

    def effect(self) -> str:
        chosen, usual = self.choices(), self._usual()
        if not usual or chosen["warm_up"] is None:
            was = f"Recommended: {usual}." if usual else "Empty is recommended."
            return f"{was} {_SHARE.chosen}"
        is_more = chosen["warm_up"] > (self._recommended.warm_up or 0.0)
        words = _SHARE.higher if is_more else _SHARE.lower
        if self._recommended.warm_up is None:
            words = _SHARE.chosen
        return f"Recommended: {usual}. {words}"

    def redraw(self) -> None:
        usual = self._usual()
        self.edit.setPlaceholderText(f"Recommended: {usual}" if usual else "Recommended")
        share = self._recommended.warm_up
        self.edit.from_here = None if share is None else share * 100
        super().redraw()

    def _usual(self) -> str:
        """The recommended warm-up in words; "" where nobody knows it."""
        if self._recommended.warm_up_steps is not None:
            return f"{shown(self._recommended.warm_up_steps)} steps"
        share = self._recommended.warm_up
        return "" if share is None else f"{percent(share)}%"

    @Slot(object)
    def _on_unit_chosen(self, _unit: object) -> None:
        self._on_edited()
