"""Composes the window: every object is made here and handed to those that need it.

Start-up story: paths and log, the Qt application with its look, the services, the window; then
the loop runs. Closing is asked of `Application`, which lets no work be lost without a question
and leaves only when every worker process is gone.
"""

from __future__ import annotations

import logging
import sys
import time

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

import jokegen
from jokegen.config.log import logging_to, take_crash_report
from jokegen.config.paths import Paths
from jokegen.config.settings import load_settings, save_settings
from jokegen.errors import JokegenError, explain
from jokegen.jobs.context import Stop
from jokegen.model_service import ModelService
from jokegen.qt import row_finder
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.qt.loop import ApplicationLoop, in_thread, outcomes_of, spawn
from jokegen.ui.kit import loss_chart
from jokegen.ui.kit.icons import app_icon
from jokegen.ui.kit.theme import Scheme, Theme
from jokegen.ui.main_window import MainWindow

log = logging.getLogger(__name__)

# What would be lost if the window closed now; a joke being written is not worth a question.
_WORTH_ASKING = (Line.TRAIN, Line.IMPORT, Line.FETCH, Line.BRING)
# After the window is ready, until it does what it may need later.
_QUIET_MS = 1500


def main() -> int:
    """Open the window; returns the exit code when it has closed."""
    paths = Paths.default()
    QGuiApplication.setDesktopFileName("jokegen")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("jokegen")
    app.setApplicationDisplayName("Jokegen")
    app.setApplicationVersion(jokegen.__version__)
    with logging_to(paths, "window"):
        application = Application(app, paths)
        application.show()
        return application.run()


class Application(QObject):
    """The composed application: its parts, its start and its end."""

    def __init__(self, app: QApplication, paths: Paths) -> None:
        super().__init__(app)
        self.paths = paths
        settings = load_settings(paths.settings_file)
        self.theme = Theme(app)
        self.theme.apply(Scheme(settings.appearance))
        app.setWindowIcon(app_icon())
        self.loop = ApplicationLoop(app)
        self.service = ModelService(paths)
        self.state = AppState(self)
        self.runner = JobRunner(paths, self)
        self.window = MainWindow(self.service, self.runner, self.state, self.theme, settings)
        self.window.resize(*settings.window)
        self.window.close_requested.connect(self._on_close_requested)
        self._is_leaving = False

    def show(self) -> None:
        """Show the window; what can wait is done after its first picture."""
        self.window.show()
        QTimer.singleShot(0, self._after_start)

    def run(self) -> int:
        """Run until the window has closed; returns the exit code."""
        return self.loop.run()

    @Slot()
    def _after_start(self) -> None:
        problem = self._problem_with_home()
        if problem is not None:
            self.window.show_problem(problem)
            return
        self.service.sweep()
        report = take_crash_report(self.paths)
        if report is not None:
            self.window.show_notice(
                "Jokegen ended unexpectedly last time.",
                f"Nothing you saved is lost. For a bug report, send the file {report}.",
            )
        self.window.start()
        QTimer.singleShot(_QUIET_MS, self._load_ahead)
        log.info("the window is ready at %.3f", time.time())

    @Slot()
    def _load_ahead(self) -> None:
        loss_chart.load_ahead()
        row_finder.load_ahead()
        self.runner.warm_up(Line.LOOK)  # the first file is then shown at once

    def _problem_with_home(self) -> JokegenError | None:
        try:
            self.paths.home.mkdir(parents=True, exist_ok=True)
            probe = self.paths.home / ".write-test"
            probe.touch()
            probe.unlink()
        except OSError as error:
            log.warning("the data folder cannot be written", exc_info=True)
            reason = explain(error)
            return JokegenError(
                f"Jokegen cannot save anything in its folder {self.paths.home}. {reason.happened}",
                "Make the folder writable, or set JOKEGEN_HOME to another one, and start again.",
            )
        return None

    @Slot()
    def _on_close_requested(self) -> None:
        if self._is_leaving:
            # Asked again while it is finishing: now it is meant.
            self.runner.kill_workers()
            return
        jobs = self.runner.running(*_WORTH_ASKING)
        if jobs or self.window.dataset_tab.unsaved():
            self.window.ask_before_closing(jobs, self.leave)
        else:
            self.leave(Stop.CANCEL)

    def leave(self, stop: Stop) -> None:
        """End every job (a training as `stop` says, all else at once) and then the application."""
        if not self._is_leaving:
            self._is_leaving = True
            spawn(self._shut_down(stop))

    async def _shut_down(self, stop: Stop) -> None:
        try:
            self.runner.begin_shutdown()
            self.window.show_leaving(stop)
            jobs = self.runner.running()
            for job in jobs:
                if job.line is Line.TRAIN:
                    ask = {Stop.PAUSE: job.pause, Stop.FINISH: job.finish}.get(stop, job.cancel)
                    ask()
                else:
                    job.cancel()
            await outcomes_of(jobs)
            await in_thread(self.runner.end_workers)
            self._save_settings()
        except Exception:
            log.exception("the shutdown went wrong")
            self.runner.kill_workers()
        finally:
            self.window.hide()
            self.loop.leave()

    def _save_settings(self) -> None:
        try:
            save_settings(self.paths.settings_file, self.window.settings)
        except OSError:
            log.warning("the settings could not be saved", exc_info=True)
