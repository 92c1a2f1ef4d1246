"""The dialogs for bringing jokes in all their states, at both sizes of text: nothing is clipped."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import HubLookSummary, HubSplit
from jokegen.jobs.events import Done, Failed
from jokegen.model_service import ModelService
from jokegen.qt.job_runner import JobRunner
from jokegen.ui.bring.dialog import BringDialog
from jokegen.ui.bring.hub import HubDialog
from jokegen.ui.bring.link import LinkDialog
from jokegen.ui.bring.paste import PasteDialog
from jokegen.ui.bring.type_in import TypeDialog
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import Theme
from tests.gui.bring_bench import opened
from tests.gui.dataset_bench import FakeRunner
from tests.gui.support import TRICKY

LONG = f"{TRICKY} is a sentence that somebody made rather long, and then longer still, twice."


class NoKeyring:
    def hub_token(self) -> str | None:
        raise JokegenError("This computer has no keyring.", f"Set HF_TOKEN. {LONG}")


def _hub() -> tuple[HubDialog, FakeRunner]:
    runner = FakeRunner()
    dialog = HubDialog(None, cast(ModelService, NoKeyring()), cast(JobRunner, runner))
    dialog.line.setText("somebody/jokes")
    return dialog, runner


def _hub_busy() -> BringDialog:
    dialog, _ = _hub()
    dialog.look()
    return dialog


def _hub_found() -> BringDialog:
    dialog, runner = _hub()
    dialog.look()
    splits = tuple(HubSplit(config, "train", 231_657, 53_000_000) for config in ("one", "two"))
    summary = HubLookSummary("somebody/jokes", splits, "cc-by-sa-4.0", True, True)
    runner.jobs[-1].finished.emit(Done(summary))
    return dialog


def _hub_failed() -> BringDialog:
    dialog, runner = _hub()
    dialog.look()
    runner.jobs[-1].finished.emit(Failed(LONG, LONG))
    dialog.token_part.set_open(True)
    return dialog


def _paste() -> BringDialog:
    dialog = PasteDialog()
    dialog.box.set_text("A joke.\n" * 400_000)
    dialog.name_field.line.setText("x" * 100)
    return dialog


def _type() -> BringDialog:
    dialog = TypeDialog()
    dialog.table_model.put(0, 0, [(LONG,), ("Knock\nknock",), (TRICKY,)])
    dialog.note.setText(LONG)
    return dialog


def _link(text: str) -> BringDialog:
    dialog = LinkDialog()
    dialog.line.setText(text)
    return dialog


STATES: dict[str, Callable[[], BringDialog]] = {
    "paste": _paste,
    "type": _type,
    "link": lambda: _link("https://docs.google.com/spreadsheets/d/x/edit"),
    "link problem": lambda: _link("ftp://example.com/a/very/long/address/of/some/jokes.csv"),
    "link hub": lambda: _link("https://huggingface.co/datasets/somebody/jokes"),
    "hub": lambda: _hub()[0],
    "hub busy": _hub_busy,
    "hub found": _hub_found,
    "hub failed": _hub_failed,
}


@pytest.fixture(params=[1.0, 1.5], ids=["100%", "150%"])
def font_size(request: pytest.FixtureRequest, theme: Theme, qapp: QApplication) -> float:
    font = QFont(qapp.font())
    font.setPointSizeF(font.pointSizeF() * request.param)
    qapp.setFont(font)
    QGuiApplication.clipboard().clear()
    return float(request.param)


@pytest.mark.parametrize("state", list(STATES))
def test_nothing_is_clipped(qtbot: QtBot, font_size: float, state: str) -> None:
    dialog = opened(qtbot, STATES[state]())
    qtbot.waitUntil(lambda: not _clipped(dialog), timeout=2000)
    room = dialog.screen().availableSize()
    assert dialog.width() <= room.width()
    assert dialog.height() <= room.height()
    parts = [part for part in dialog.findChildren(QWidget) if part.isVisible()]
    unnamed = [
        type(part).__name__
        for part in parts
        if isinstance(part, QPushButton | QLineEdit | QComboBox)
        and not (part.objectName() and part.accessibleName())
        and part.objectName() != "qt_spinbox_lineedit"
    ]
    assert unnamed == []


def _clipped(dialog: QWidget) -> list[str]:
    found = []
    for part in dialog.findChildren(QWidget):
        if not part.isVisible():
            continue
        if isinstance(part, PlainLabel) and part.text():
            if part.height() < part.heightForWidth(part.width()):
                found.append(f"{part.objectName()}: {part.text()}")
        elif isinstance(part, QPushButton):
            wanted = part.sizeHint()
            if part.width() < wanted.width() or part.height() < wanted.height():
                found.append(f"{part.objectName()} {part.size()} < {wanted}")
    return found
