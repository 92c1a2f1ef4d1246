"""The jokes of one press of the button, with what it takes to write them again."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from jokegen import wording
from jokegen.jobs.events import Phase, Progress
from jokegen.jobs.requests import GenerateRequest
from jokegen.ui.kit.buttons import IconButton
from jokegen.ui.kit.feedback import ProgressPanel
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import TextRole
from jokegen.ui.playground.copying import CopyAllButton
from jokegen.ui.playground.joke import JokeRow, JokeState
from jokegen.ui.playground.stack import Stack

_USUAL = GenerateRequest()
_LONGEST_TITLE = 44


def recipe(request: GenerateRequest) -> str:
    """What the jokes were written with: seed, temperature, and whatever is not as usual."""
    parts = [f"Seed {request.seed}", f"temperature {request.temperature:g}"]
    if request.length != _USUAL.length:
        parts.append(f"length {request.length}")
    if request.top_k != _USUAL.top_k:
        parts.append(f"top-k {request.top_k}")
    if request.top_p != _USUAL.top_p:
        parts.append(f"top-p {request.top_p:g}")
    if request.repetition_penalty != _USUAL.repetition_penalty:
        parts.append(f"repetition penalty {request.repetition_penalty:g}")
    return " · ".join(parts)


def _short(title: str) -> str:
    """What fits into two lines."""
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"


class JokeGroup(Card):
    """A card of jokes. Streamed text is gathered, and shown by `flush`."""

    repeat_requested = Signal(object)  # the GenerateRequest

    def __init__(
        self, title: str, request: GenerateRequest, parent: QWidget | None = None, *, name: str
    ) -> None:
        super().__init__(_short(title), recipe(request), parent, name=name)
        self.setAccessibleName(title)
        self.request = request
        self.rows: list[JokeRow] = []
        self._waiting: dict[int, list[str]] = {}
        self._repeat = IconButton("refresh", "Use these settings again", name=f"{name}_repeat")
        self._copy_all = CopyAllButton(name=f"{name}_copy_all")
        self._copy_all.hide()
        self.add_to_header(self._repeat)
        self.add_to_header(self._copy_all)
        self.progress = ProgressPanel(name=f"{name}_progress")
        self.progress.set_fraction(None)
        self.progress.set_status("Loading the language model… The first time takes some seconds.")
        self._summary = PlainLabel("", TextRole.MUTED, name=f"{name}_summary")
        self._summary.hide()
        self._jokes = Stack(name=f"{name}_jokes")
        self._jokes.hide()
        self.body.addWidget(self.progress)
        self.body.addWidget(self._summary)
        self.body.addWidget(self._jokes)
        self._repeat.clicked.connect(self._on_repeat_clicked)
        self._copy_all.clicked.connect(self._on_copy_all_clicked)

    def controls(self) -> list[QWidget]:
        """What the keyboard can reach, from top to bottom."""
        return [self._repeat, self._copy_all, *(row.copy_button for row in self.rows)]

    def show_progress(self, progress: Progress) -> None:
        """Say what is done just now; the rows appear once the writing begins."""
        if progress.phase is Phase.WRITING:
            self._make_rows()
        amount = wording.amount(progress.done, progress.total, progress.unit)
        what = wording.phase_title(progress.phase)
        is_countable = bool(progress.total) and bool(progress.unit)
        self.progress.set_fraction(progress.done / (progress.total or 1) if is_countable else None)
        self.progress.set_status(f"{what}: {amount}" if is_countable else f"{what}…")
        left = progress.seconds_left
        self.progress.set_remaining("" if left is None else wording.time_left(left))

    def add_text(self, joke: int, text: str) -> None:
        """Take in new text of one joke, to be shown with the next `flush`."""
        self._waiting.setdefault(joke, []).append(text)

    def flush(self) -> None:
        """Show what has come since the last time."""
        waiting, self._waiting = self._waiting, {}
        for joke, texts in waiting.items():
            row = self._row(joke)
            if row is not None:
                row.add_text("".join(texts))

    def finish_joke(self, joke: int, text: str, *, has_ended: bool) -> None:
        """Show one joke in its final form."""
        self._waiting.pop(joke, None)
        row = self._row(joke)
        if row is not None:
            row.finish(text, has_ended=has_ended)

    def end(self, *, stopped_because: str = "") -> None:
        """Nothing more will come. What is unfinished is marked, and what never began goes."""
        self.flush()
        self.progress.hide()
        finished = sum(row.state is not JokeState.WRITING for row in self.rows)
        for row in list(self.rows):
            if row.state is JokeState.WRITING and not row.text():
                self.rows.remove(row)
                self._jokes.remove(row)
            else:
                row.stop()
        if self.rows:
            self.rows[0].is_first = True
        self._jokes.setVisible(bool(self.rows))
        if stopped_because:
            of_all = wording.jokes(self.request.count)
            self._summary.setText(f"{stopped_because}: {finished} of {of_all} finished.")
            self._summary.show()
        self._copy_all.setVisible(bool(self._texts()))

    def _texts(self) -> list[str]:
        return [row.text() for row in self.rows if row.text()]

    def _make_rows(self) -> None:
        for number in range(len(self.rows), self.request.count):
            row = JokeRow(is_first=not number, name=f"{self.objectName()}_joke_{number}")
            self.rows.append(row)
            self._jokes.insert(number, row)
        self._jokes.show()

    def _row(self, joke: int) -> JokeRow | None:
        self._make_rows()
        return self.rows[joke] if 0 <= joke < len(self.rows) else None

    @Slot()
    def _on_repeat_clicked(self) -> None:
        self.repeat_requested.emit(self.request)

    @Slot()
    def _on_copy_all_clicked(self) -> None:
        self._copy_all.copy("\n\n".join(self._texts()))
