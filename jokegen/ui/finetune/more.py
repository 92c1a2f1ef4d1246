"""The advanced settings of a run, folded away; the title counts what is not as recommended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from jokegen.jobs.requests import TrainRequest
from jokegen.records import RunInfo
from jokegen.ui.finetune.more_form import MoreForm
from jokegen.ui.kit.panels import Disclosure

_TITLE = "More settings"


class MoreSettings(Disclosure):
    """Every setting of a `TrainRequest` that the rest of the form does not ask for.

    Nothing needs to be chosen here: each follows the recommendation until it is.
    """

    settings_changed = Signal()
    evaluate_requested = Signal()  # to measure without training

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_TITLE, parent, name="more_settings")
        self._form: MoreForm | None = None
        self._recommended = self._request = TrainRequest("")
        self._jokes: int | None = None
        self._runs: Sequence[RunInfo] = ()
        self._wrong: QWidget | None = None
        self.toggled.connect(self._on_unfolded)

    @property
    def form(self) -> MoreForm:
        """The fields. They are made when somebody first looks, so that the window opens sooner."""
        if self._form is None:
            self._form = MoreForm()
            self._form.show_recommended(self._recommended)
            self._form.show_request(self._request, self._jokes)
            self._form.show_runs(self._runs)
            self.body.addWidget(self._form)
            _put_after(self.header, self._form)
            for field in self._form.fields:
                field.order_tabs()
            self._form.changed.connect(self._on_changed)
            self._form.evaluate_requested.connect(self.evaluate_requested)
        return self._form

    def show_recommended(self, request: TrainRequest) -> None:
        """What is recommended for the length that is chosen; what is None there is not known."""
        self._recommended = request
        if self._form is not None:
            self._form.show_recommended(request)
            self._show_count()

    def show_request(self, request: TrainRequest, jokes: int | None = None) -> None:
        """What the rest of the form asks for, to say what does not go with it.

        `jokes` is how many it would learn from, None if nobody knows.
        """
        self._request, self._jokes = request, jokes
        if self._form is not None:
            self._form.show_request(request, jokes)

    def show_runs(self, runs: Sequence[RunInfo]) -> None:
        """The runs that one could overwrite."""
        self._runs = tuple(runs)
        if self._form is not None:
            self._form.show_runs(runs)
            self._show_count()

    def apply_to(self, request: TrainRequest) -> TrainRequest | None:
        """`request` with all that was chosen here; None, and the problems shown, if any."""
        self._wrong = None
        if self._form is None:
            return request
        problems = self._form.problems(request)
        if problems:
            self._wrong = problems[0].control
            self.set_open(True)
            return None
        return replace(request, **self._form.chosen())

    def peek(self, request: TrainRequest) -> TrainRequest:
        """`request` with what is sound here, without a word on the rest: for an estimate."""
        return request if self._form is None else replace(request, **self._form.chosen())

    def chosen(self) -> dict[str, Any]:
        """All sound values that were chosen and count, by the names of `TrainRequest`."""
        return {} if self._form is None else self._form.chosen()

    def focus_problem(self) -> None:
        """Put the cursor where the first problem is."""
        if self._wrong is not None:
            self._wrong.setFocus()

    def first_problem(self) -> QWidget:
        """What to bring into sight: the first field with a problem, or all of this."""
        return self if self._wrong is None else self._wrong

    def changed(self) -> list[str]:
        """The names of what is not as recommended, for a sentence."""
        return [] if self._form is None else self._form.changed_names()

    def _show_count(self) -> None:
        count = len(self.changed())
        self.set_title(f"{_TITLE} · {count} changed" if count else _TITLE)

    @Slot(bool)
    def _on_unfolded(self, is_open: bool) -> None:
        if is_open:
            self.form.show()

    @Slot()
    def _on_changed(self) -> None:
        self._wrong = None
        self._show_count()
        self.settings_changed.emit()


def _put_after(first: QWidget, part: QWidget) -> None:
    """Let the tabulator key go from `first` to all that is in `part`, in its order."""
    inside: list[QWidget] = []
    widget = part.nextInFocusChain()
    while widget is not None and widget is not part:
        if part.isAncestorOf(widget) and widget.focusPolicy() is not Qt.FocusPolicy.NoFocus:
            inside.append(widget)
        widget = widget.nextInFocusChain()
    for former, following in pairwise([first, *inside]):
        QWidget.setTabOrder(former, following)
