"""The whole window: every control says what it is and does, and the menu changes the look."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QToolButton,
    QWidget,
)

from jokegen.config.paths import Paths
from jokegen.config.settings import Settings
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import ImportRequest
from jokegen.model_service import ModelService, import_jokes
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner
from jokegen.ui.kit.theme import Scheme, Theme
from jokegen.ui.main_window import MainWindow
from tests.lm.tiny_models import SENTENCES, tiny_gpt2

CONTROLS = (
    QAbstractButton,
    QComboBox,
    QLineEdit,
    QAbstractSpinBox,
    QAbstractSlider,
    QAbstractItemView,
    QPlainTextEdit,
)


@pytest.fixture
def window(qapp: QApplication, theme: Theme, paths: Paths) -> Iterator[MainWindow]:
    tiny_gpt2(paths.models / "gpt2")
    paths.home.mkdir(exist_ok=True)
    file = paths.home / "jokes.txt"
    file.write_text("\n".join(f"{s} Number {i}." for i in range(6) for s in SENTENCES))
    import_jokes(ImportRequest((file,)), RecordingContext(paths))
    runner = JobRunner(paths)
    window = MainWindow(ModelService(paths), runner, AppState(), theme, Settings())
    window.show()
    window.start()
    yield window
    runner.begin_shutdown()
    for job in runner.running():
        job.cancel()
    runner.end_workers()
    QApplication.processEvents()
    window.hide()
    window.deleteLater()


def is_own_control(widget: QWidget) -> bool:
    """Not a part that Qt puts inside a control by itself, such as a spin box's line edit."""
    if not isinstance(widget, CONTROLS) or isinstance(widget, QScrollBar):
        return False
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, (QComboBox, QAbstractSpinBox, QLineEdit, QAbstractItemView)):
            return False
        parent = parent.parentWidget()
    return True


def test_every_control_has_an_accessible_name_a_tool_tip_and_an_object_name(
    window: MainWindow,
) -> None:
    controls = [widget for widget in window.findChildren(QWidget) if is_own_control(widget)]
    assert len(controls) > 40
    silent = [
        (type(widget).__name__, widget.objectName(), widget.accessibleName(), widget.toolTip())
        for widget in controls
        if not (widget.isHidden() and not getattr(widget, "text", bool)())  # no action offered
        # Two of Qt's own, and a list whose rows have tool tips of their own.
        and widget.objectName() not in ("ScrollLeftButton", "ScrollRightButton", "dataset_list")
        and not (widget.objectName() and (widget.accessibleName()) and widget.toolTip())
    ]
    assert not silent, "\n".join(map(str, silent))


def test_the_steps_that_are_done_are_ticked_and_the_keys_lead_to_each(
    window: MainWindow, paths: Paths
) -> None:
    assert window.minimumSize().width() <= 1000
    for step in range(3):
        action = window.actions()[step]
        assert action.shortcut().toString() == f"Ctrl+{step + 1}"
        action.trigger()
        assert window.steps.currentIndex() == step


def test_the_appearance_is_chosen_in_the_menu_and_is_what_will_be_saved(
    window: MainWindow, theme: Theme
) -> None:
    button = window.findChild(QToolButton, "menu_button")
    assert button is not None
    menu = button.menu()
    assert menu is not None
    (dark,) = (action for action in menu.actions() if action.text() == "Dark")
    dark.trigger()
    assert theme.scheme is Scheme.DARK
    assert dark.isChecked()
    assert window.settings.appearance == "dark"


def test_one_tab_leads_to_the_next(window: MainWindow) -> None:
    window._state.train_requested.emit("jokes")
    assert window.steps.currentWidget() is window.finetune_tab
    window._state.play_requested.emit("gpt2")
    assert window.steps.currentWidget() is window.playground_tab
    window.finetune_tab.dataset_wanted.emit()
    assert window.steps.currentWidget() is window.dataset_tab
    window.playground_tab.finetune_wanted.emit()
    assert window.steps.currentWidget() is window.finetune_tab
