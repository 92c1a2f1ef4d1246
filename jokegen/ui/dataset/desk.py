"""The pile that lies in the workshop: the jobs that bring, read and examine it, and its files.

Whatever ends without a result leaves in the workshop what was there before. Tables that nobody
looks at any more are removed at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from jokegen import model_service, wording
from jokegen.data.bringing.places import forget
from jokegen.data.tables import remove_table
from jokegen.errors import JokegenError, explain
from jokegen.jobs.dataset_requests import (
    BringRequest,
    BringSummary,
    ExamineRequest,
    ExamineSummary,
    PreviewRequest,
    PreviewSummary,
    ReadOptions,
)
from jokegen.jobs.events import Done, Event, Failed, Notice
from jokegen.jobs.running import Outcome
from jokegen.model_service import ModelService
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.qt.latest_job import LatestJob
from jokegen.ui.dataset.progress import ReadingPage
from jokegen.ui.dataset.titles import title_of_files
from jokegen.ui.dataset.workshop import WorkshopPage
from jokegen.ui.kit.buttons import ButtonKind
from jokegen.ui.kit.dialogs import Answer, ask

_STARTER_NAME = "Starter jokes"


class Desk(QObject):
    """Fills `workshop` with what is opened; `reading_page` shows how far that is.

    `reading_began` when the progress should show, `reading_ended` when it should not any more,
    whatever the outcome. `failed` carries a JokegenError.
    """

    reading_began = Signal()
    reading_ended = Signal()
    failed = Signal(object)
    noticed = Signal(list)  # what the jobs noticed on the way, in sentences
    bringing_failed = Signal(object)  # the BringRequest that came to nothing, after `failed`

    def __init__(
        self,
        service: ModelService,
        runner: JobRunner,
        workshop: WorkshopPage,
        reading_page: ReadingPage,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._service = service
        self._runner = runner
        self._workshop = workshop
        self._reading_page = reading_page
        self._bringing = LatestJob(runner, Line.BRING, model_service.bring, self)
        self._reading = LatestJob(runner, Line.LOOK, model_service.preview, self)
        self._examining = LatestJob(runner, Line.LOOK, model_service.examine, self)
        self._wanted = BringRequest()
        self._is_rereading = False
        self._coming: BringSummary | None = None  # brought, and being read just now
        self._brought: BringSummary | None = None  # brought, and shown
        self._shown: PreviewSummary | None = None
        self._examined: ExamineSummary | None = None
        self._notices: list[str] = []
        for job in (self._bringing, self._reading):
            job.events_arrived.connect(self._on_reading_events)
        self._bringing.finished.connect(self._on_brought)
        self._bringing.discarded.connect(self._on_brought_discarded)
        self._reading.finished.connect(self._on_read)
        self._reading.discarded.connect(self._on_table_discarded)
        self._examining.finished.connect(self._on_examined)
        self._examining.discarded.connect(self._on_table_discarded)
        reading_page.cancel_requested.connect(self.cancel)
        workshop.read_requested.connect(self._on_reread_wanted)
        workshop.examine_requested.connect(self._on_examination_wanted)

    @property
    def has_pile(self) -> bool:
        """Whether something is in the workshop."""
        return self._shown is not None

    @property
    def is_reading(self) -> bool:
        """Whether another pile is on its way into the workshop."""
        return self._bringing.is_running or (self._reading.is_running and not self._is_rereading)

    @property
    def shown(self) -> PreviewSummary | None:
        """What is in the workshop."""
        return self._shown

    def open_files(self, paths: Sequence[Path]) -> None:
        """Read files or folders; a reading under way makes room for it."""
        self._make_room()
        self._read(PreviewRequest(tuple(paths)), f"Reading “{title_of_files(paths)}”")

    def open_datasets(self, names: tuple[str, ...]) -> None:
        """Read saved data sets, to make another one of them."""
        self._make_room()
        title = " + ".join(f"“{name}”" for name in names)
        self._read(PreviewRequest(datasets=names), f"Opening {title}")

    def bring(self, request: BringRequest) -> None:
        """Fetch jokes that are elsewhere, then read them."""
        self._make_room()
        self._wanted = request
        place = request.link or request.hub
        title = f"Fetching {place}" if place else "Taking the jokes in"
        self._reading_page.progress.begin(title)
        self._bringing.start(title, request)
        self.reading_began.emit()

    @Slot()
    def cancel(self) -> None:
        """Give up what is on its way; what is in the workshop stays."""
        if self.is_reading:
            self._make_room()
            self.reading_ended.emit()

    def release(self) -> None:
        """Empty the workshop, and remove what was only for looking at."""
        self._reading.abandon()
        self._examining.abandon()
        shown, self._shown = self._shown, None
        examined, self._examined = self._examined, None
        self._workshop.clear()
        for summary in (shown, examined):
            if summary is not None:
                remove_table(summary.table)
        _forget(self._brought)
        self._brought = None

    def _make_room(self) -> None:
        self._bringing.abandon()
        self._reading.abandon()
        if self._is_rereading:
            self._is_rereading = False
            self._workshop.set_reading(False)
        _forget(self._coming)
        self._coming = None
        self._notices = []

    # ---- Bringing and reading --------------------------------------------------------------

    def _read(self, request: PreviewRequest, title: str) -> None:
        self._reading_page.progress.begin(title)
        self._reading.start(title, request)
        self.reading_began.emit()

    @Slot(object)
    def _on_reading_events(self, events: list[Event]) -> None:
        self._notices += [event.text for event in events if isinstance(event, Notice)]
        self._reading_page.progress.show_events(events)

    @Slot(object)
    def _on_brought(self, outcome: Outcome[BringSummary]) -> None:
        if isinstance(outcome, Done):
            self._coming = outcome.summary
            request = PreviewRequest((outcome.summary.file,), origin=outcome.summary.origin)
            self._read(request, f"Reading {outcome.summary.origin}")
            return
        self._tell_failure(outcome)
        self.reading_ended.emit()
        if isinstance(outcome, Failed):
            self.bringing_failed.emit(self._wanted)

    @Slot(object)
    def _on_brought_discarded(self, summary: BringSummary) -> None:
        _forget(summary)

    @Slot(object)
    def _on_read(self, outcome: Outcome[PreviewSummary]) -> None:
        if not (isinstance(outcome, Done) and self._is_opened(outcome.summary)):
            self._tell_failure(outcome)
            if self._is_rereading:
                self._show_former_choices()
            _forget(self._coming)
            if self._coming is not None and isinstance(outcome, Failed):
                self.bringing_failed.emit(self._wanted)
        self._coming = None
        self._is_rereading = False
        self.reading_ended.emit()
        if self._notices:
            self.noticed.emit(self._notices)
            self._notices = []

    def _is_opened(self, summary: PreviewSummary) -> bool:
        """Show what was read; false, having said why, where that cannot be."""
        try:
            table = self._service.open_preview(summary)
        except (JokegenError, OSError, ValueError) as error:
            remove_table(summary.table)
            self.failed.emit(explain(error))
            return False
        former, self._shown = self._shown, summary
        if self._is_rereading:
            self._workshop.show_reread(summary, table)
        else:
            _forget(self._brought)
            self._brought = self._coming
            self._workshop.show_preview(summary, table, self._name_for(summary))
        if former is not None:
            remove_table(former.table)
        self._runner.warm_up(Line.IMPORT)  # saving it is likely to come next
        return True

    def _name_for(self, summary: PreviewSummary) -> str:
        if summary.sources == (self._service.starter_jokes,):
            return _STARTER_NAME
        return (self._brought.name if self._brought is not None else "") or summary.name

    def _tell_failure(self, outcome: Outcome[object]) -> None:
        if isinstance(outcome, Failed):
            self.failed.emit(JokegenError(outcome.happened, outcome.todo))

    # ---- Reading again, examining ------------------------------------------------------------

    @Slot(object)
    def _on_reread_wanted(self, options: ReadOptions) -> None:
        edits = self._workshop.hand_edits()
        if not edits:
            self._reread(options)
            return

        def on_answered(key: str) -> None:
            if key == "read":
                self._reread(options)
            else:
                self._show_former_choices()

        ask(
            self._workshop,
            "Read it again in this way?",
            f"{wording.jokes(edits)} that you changed by hand would be as in the file again.",
            [Answer("keep", "Leave it as it is"), Answer("read", "Read again", ButtonKind.DANGER)],
            on_answered,
        )

    def _reread(self, options: ReadOptions) -> None:
        shown = self._shown
        if shown is not None:
            self._is_rereading = True
            self._workshop.set_reading(True)
            self._reading.start(
                "Reading again",
                PreviewRequest(shown.sources, shown.datasets, options, shown.origin),
            )

    def _show_former_choices(self) -> None:
        """Another way of reading was not taken: the controls say again how it was read."""
        if self._shown is None:
            return
        try:
            self._workshop.restore_reading(self._service.open_preview(self._shown))
        except (JokegenError, OSError, ValueError) as error:
            self.failed.emit(explain(error))

    @Slot(object)
    def _on_examination_wanted(self, request: ExamineRequest) -> None:
        self._examining.start("Looking at the jokes", request)

    @Slot(object)
    def _on_examined(self, outcome: Outcome[ExamineSummary]) -> None:
        if not isinstance(outcome, Done):
            self._tell_failure(outcome)
            self._workshop.show_examination_failed()
            return
        try:
            table = self._service.open_examined(outcome.summary)
        except (JokegenError, OSError, ValueError) as error:
            self.failed.emit(explain(error))
            self._workshop.show_examination_failed()
            return
        former, self._examined = self._examined, outcome.summary
        self._workshop.show_examined(outcome.summary, table)
        if former is not None:
            remove_table(former.table)

    @Slot(object)
    def _on_table_discarded(self, summary: PreviewSummary | ExamineSummary) -> None:
        remove_table(summary.table)


def _forget(brought: BringSummary | None) -> None:
    """Remove a file that was only brought to be looked at; a data set keeps a copy of its own."""
    if brought is not None:
        forget(brought.file)
