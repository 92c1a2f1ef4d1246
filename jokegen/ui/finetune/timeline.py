"""The funny timeline: what the model wrote at each check, with a slider to watch it learn to joke.

It shows a run under way, a paused one or one that is over; whoever places it hands in the events
of that run, in their order, and says whether it is running.
"""

from __future__ import annotations

from bisect import insort

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from jokegen.jobs.events import Metric, Sample
from jokegen.ui.finetune import timeline_words as words
from jokegen.ui.finetune.asking import AskedJokes
from jokegen.ui.finetune.copy_meter import CopyMeter
from jokegen.ui.finetune.sample_row import SampleRow
from jokegen.ui.kit.buttons import Button, ButtonKind, IconButton
from jokegen.ui.kit.fields import prepare_control
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space, TextRole

SHOWN_AT_FIRST = 6
_COMING = (
    "Before it learns anything it writes a few jokes, and at every check it tries again, with the "
    "same beginnings and the same luck. They appear here."
)
_NEVER = "This run has not written a joke yet."


class TimelinePanel(Card):
    """The jokes of one run, check by check, and the memorisation meter."""

    sample_requested = Signal(str)  # what it shall begin with, "" for whatever it likes

    def __init__(self, parent: QWidget | None = None, *, name: str = "timeline") -> None:
        super().__init__(
            "What it writes",
            "The same beginnings and the same luck at every check. What it was given is in bold.",
            parent,
            name=name,
        )
        self._steps: list[int] = []
        self._step: int | None = None
        self._samples: dict[int, dict[int, Sample]] = {}
        self._copying: dict[int, Metric] = {}
        self._is_following = True
        self._is_running = False
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(0)
        self._redraw.timeout.connect(self._on_redraw_due)
        self._rows: list[SampleRow] = []
        self._nothing = PlainLabel(_NEVER, TextRole.MUTED, name=f"{name}_nothing")
        self._moment = PlainLabel("", TextRole.STRONG, name=f"{name}_moment")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        describe(
            self.slider,
            f"{name}_slider",
            "Check",
            "Moves through the checks, from before the first step to the newest.",
        )
        prepare_control(self.slider)
        self.slider.setPageStep(1)
        self.earlier_button = IconButton("chevron-left", "The check before", name=f"{name}_earlier")
        self.later_button = IconButton("chevron-right", "The next check", name=f"{name}_later")
        self.newest_button = Button(
            "Back to the newest",
            ButtonKind.QUIET,
            name=f"{name}_newest",
            tip="Shows what it wrote last, and from then on whatever it writes next.",
        )
        policy = self.newest_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing jumps when it comes and goes
        self.newest_button.setSizePolicy(policy)
        self.meter = CopyMeter(name=f"{name}_meter")
        self.all_button = Button(
            "Show all", ButtonKind.QUIET, name=f"{name}_all", tip="Shows all jokes of this check."
        )
        self.all_button.setCheckable(True)
        self.asked = AskedJokes(name=f"{name}_asked")
        self._arrange()
        self.slider.valueChanged.connect(self._on_slider_moved)
        self.earlier_button.clicked.connect(self._on_earlier_clicked)
        self.later_button.clicked.connect(self._on_later_clicked)
        self.newest_button.clicked.connect(self._on_newest_clicked)
        self.all_button.toggled.connect(self._on_all_toggled)
        self.asked.sample_requested.connect(self.sample_requested)
        self._show_moment()

    def _arrange(self) -> None:
        self._watching = QWidget()
        watching = QVBoxLayout(self._watching)
        watching.setContentsMargins(0, 0, 0, 0)
        watching.setSpacing(Space.S)
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        top.addWidget(self._moment, 1)
        top.addWidget(self.newest_button)
        along = QHBoxLayout()
        along.setSpacing(Space.S)
        along.addWidget(self.earlier_button)
        along.addWidget(self.slider, 1)
        along.addWidget(self.later_button)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        watching.addLayout(top)
        watching.addLayout(along)
        watching.addSpacing(Space.XS)
        watching.addLayout(self._list)
        watching.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignLeft)
        watching.addSpacing(Space.XS)
        watching.addWidget(self.meter)
        self.body.addWidget(self._nothing)
        self.body.addWidget(self._watching)
        self.body.addWidget(self.asked)

    # ---- What happened ---------------------------------------------------------------------

    def clear(self) -> None:
        """Forget the run before."""
        self._steps.clear()
        self._step = None
        self._samples.clear()
        self._copying.clear()
        self._is_following = True
        self.all_button.setChecked(False)
        self.asked.clear()
        self._on_redraw_due()

    def show_sample(self, sample: Sample) -> None:
        """Add a joke; the same one of the same step takes its place."""
        if sample.is_asked:
            self.asked.add(sample)
            return
        if sample.step not in self._samples:
            self._samples[sample.step] = {}
            insort(self._steps, sample.step)
        self._samples[sample.step][sample.number] = sample
        self._redraw.start()

    def show_copying(self, metric: Metric) -> None:
        """Take in what was measured of copies; a point without that is nothing to it."""
        if metric.copied is not None:
            self._copying[metric.step] = metric
            self._redraw.start()

    def redraw_now(self) -> None:
        """Show what waits to be shown: all jokes of a check come at once, and are laid out once."""
        if self._redraw.isActive():
            self._on_redraw_due()

    def set_running(self, is_running: bool) -> None:
        """Whether jokes can be asked for, and more will come."""
        self._is_running = is_running
        self._redraw.start()
        self._nothing.setText(_COMING if is_running else _NEVER)
        self.asked.set_running(is_running)

    @property
    def step(self) -> int | None:
        """The step whose jokes are shown; None while there are none."""
        self.redraw_now()
        return self._step

    def jokes(self) -> list[str]:
        """The jokes on the screen, in their order."""
        self.redraw_now()
        return [row.sample.text for row in self._rows if row.sample and not row.isHidden()]

    # ---- What is shown ---------------------------------------------------------------------

    @Slot()
    def _on_redraw_due(self) -> None:
        self._redraw.stop()
        self._fit_slider()

    def _fit_slider(self) -> None:
        """One place for each check; it stays at its check, or goes on to the newest."""
        if self._is_following:
            self._step = self._steps[-1] if self._steps else None
        with QSignalBlocker(self.slider):
            self.slider.setRange(0, max(0, len(self._steps) - 1))
            self.slider.setValue(0 if self._step is None else self._steps.index(self._step))
        self._show_moment()

    def _show_moment(self) -> None:
        step = self._step
        self._nothing.setVisible(step is None)
        self._watching.setVisible(step is not None)
        if step is None:
            return
        is_newest = self.slider.value() == self.slider.maximum()
        now = " (the newest)" if is_newest and self._is_running and len(self._steps) > 1 else ""
        self._moment.setText(words.moment(step) + now)
        self.slider.setAccessibleDescription(words.moment(step))
        if self.earlier_button.hasFocus() or self.later_button.hasFocus():
            self.slider.setFocus()  # at an end the button cannot keep it
        self.slider.setEnabled(len(self._steps) > 1)
        self.earlier_button.setEnabled(self.slider.value() > 0)
        self.later_button.setEnabled(not is_newest)
        self.newest_button.setVisible(not is_newest and self._is_running)
        self.meter.show_copying(self._copying.get(step))
        self._show_rows([sample for _, sample in sorted(self._samples[step].items())])

    def _show_rows(self, samples: list[Sample]) -> None:
        count = len(samples) if self.all_button.isChecked() else SHOWN_AT_FIRST
        for place, sample in enumerate(samples[:count]):
            if place == len(self._rows):
                row = SampleRow(name=f"{self.objectName()}_sample_{place}")
                self._rows.append(row)
                self._list.addWidget(row)
            self._rows[place].show_sample(sample)
            self._rows[place].show()
        for row in self._rows[min(count, len(samples)) :]:
            row.hide()
        self.all_button.setVisible(len(samples) > SHOWN_AT_FIRST)
        copies = sum(sample.is_copied is True for sample in samples)
        is_open = self.all_button.isChecked()
        self.all_button.set_text("Show fewer" if is_open else words.all_jokes(len(samples), copies))

    # ---- What a person does ----------------------------------------------------------------

    @Slot(int)
    def _on_slider_moved(self, place: int) -> None:
        self._is_following = place == self.slider.maximum()
        self._step = self._steps[place]
        self._show_moment()

    @Slot()
    def _on_earlier_clicked(self) -> None:
        self.slider.setValue(self.slider.value() - 1)

    @Slot()
    def _on_later_clicked(self) -> None:
        self.slider.setValue(self.slider.value() + 1)

    @Slot()
    def _on_newest_clicked(self) -> None:
        self.slider.setFocus()  # before the button goes: the focus would move on to anywhere
        self.slider.setValue(self.slider.maximum())

    @Slot(bool)
    def _on_all_toggled(self, _is_on: bool) -> None:
        self._show_moment()
