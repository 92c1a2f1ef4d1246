"""Looking at a data set of the hub before it is brought: what is shown, asked for and kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from jokegen import model_service
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import (
    BringRequest,
    HubLookRequest,
    HubLookSummary,
    HubSplit,
    PreviewRequest,
)
from jokegen.jobs.events import Cancelled, Done, Failed
from jokegen.model_service import ModelService
from jokegen.qt.background import BackgroundCall
from jokegen.qt.job_runner import JobRunner, Line
from jokegen.ui.bring.hub import HubDialog
from jokegen.ui.kit.theme import Theme
from jokegen.ui.kit.tokens import Tone
from tests.data.bringing.standin_datasets import Repo, StandInDatasets
from tests.gui.bring_bench import copy_text, opened, requests_of
from tests.gui.dataset_bench import PATIENCE, FakeRunner, click, primaries
from tests.gui.support import TRICKY

FOUND = HubLookSummary(
    "owner/jokes",
    (
        HubSplit("default", "test", 2_000, 500_000),
        HubSplit("default", "train", 231_657, 53_000_000),
        HubSplit("short", "train", 900),
        HubSplit("short", "validation"),
    ),
    "mit",
)


class FakeKeyring:
    """What the dialog asks a `ModelService` for, kept in memory; `error` is raised instead."""

    def __init__(self) -> None:
        self.token = ""
        self.error: JokegenError | None = None
        self.threads: set[str] = set()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def hub_token(self) -> str | None:
        self._enter()
        return self.token or None

    def set_hub_token(self, token: str) -> None:
        self._enter()
        self.token = token

    def _enter(self) -> None:
        self.threads.add(threading.current_thread().name)
        assert self.may_answer.wait(10)
        if self.error:
            raise self.error


@pytest.fixture
def keyring() -> FakeKeyring:
    return FakeKeyring()


@pytest.fixture
def fake() -> FakeRunner:
    return FakeRunner()


@pytest.fixture
def dialog(
    qtbot: QtBot, theme: Theme, fake: FakeRunner, keyring: FakeKeyring
) -> Iterator[HubDialog]:
    QGuiApplication.clipboard().clear()
    yield opened(qtbot, HubDialog(None, cast(ModelService, keyring), cast(JobRunner, fake)))
    keyring.may_answer.set()
    QGuiApplication.clipboard().clear()


def look(dialog: HubDialog, fake: FakeRunner, outcome: object, name: str = "owner/jokes") -> None:
    dialog.line.setText(name)
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    fake.jobs[-1].finished.emit(outcome)


def test_enter_looks_and_shows_that_it_does(dialog: HubDialog, fake: FakeRunner) -> None:
    assert dialog.line.hasFocus()
    assert not dialog.look_button.isEnabled()
    QTest.keyClicks(dialog.line, "owner/jokes")
    assert dialog.look_button.isEnabled()
    assert not dialog.primary.isEnabled()
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert [(job.line, job.request) for job in fake.jobs] == [
        (Line.ASK, HubLookRequest("owner/jokes"))
    ]
    assert dialog.progress.isVisible()
    assert not dialog.look_button.isEnabled()


def test_what_was_found_can_be_chosen_and_brought(
    qtbot: QtBot, dialog: HubDialog, fake: FakeRunner
) -> None:
    look(dialog, fake, Done(FOUND))
    assert not dialog.progress.isVisible()
    assert dialog.parts.split_box.currentText() == "train  (231,657 rows, 53 MB)"
    assert dialog.parts.licence.text() == "Licence: mit"
    assert not dialog.parts.gated.isVisible()
    assert primaries(dialog) == ["hub_dialog_bring"]
    assert dialog.primary.text() == "Bring 100,000 rows"  # proposed, for there are many
    made = requests_of(dialog)
    click(qtbot, dialog, "hub_dialog_bring")
    assert made == [
        BringRequest(hub="owner/jokes", hub_config="default", hub_split="train", limit=100_000)
    ]
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_other_parts_have_their_own_sizes_and_limits(
    qtbot: QtBot, dialog: HubDialog, fake: FakeRunner
) -> None:
    look(dialog, fake, Done(FOUND))
    parts = dialog.parts
    assert parts.config_box.hasFocus()
    QTest.keyClick(parts.config_box, Qt.Key.Key_Down)
    assert parts.config() == "short"
    assert [parts.split_box.itemText(i) for i in range(parts.split_box.count())] == [
        "train  (900 rows)",
        "validation",
    ]
    assert not parts.limit_box.isChecked()
    assert dialog.primary.text() == "Bring 900 rows"
    assert dialog.make_request() == BringRequest(
        hub="owner/jokes", hub_config="short", hub_split="train"
    )
    click(qtbot, dialog, "hub_has_limit")
    parts.limit_number.setValue(50)
    assert dialog.primary.text() == "Bring 50 rows"
    request = dialog.make_request()
    assert request is not None
    assert request.limit == 50


def test_all_of_a_large_one_can_be_brought(
    qtbot: QtBot, dialog: HubDialog, fake: FakeRunner
) -> None:
    look(dialog, fake, Done(FOUND))
    click(qtbot, dialog, "hub_has_limit")
    assert dialog.primary.text() == "Bring 231,657 rows"
    request = dialog.make_request()
    assert request is not None
    assert request.limit is None


def test_the_address_of_a_part_chooses_that_part(dialog: HubDialog, fake: FakeRunner) -> None:
    link = "https://huggingface.co/datasets/owner/jokes/viewer/default/test"
    look(dialog, fake, Done(FOUND), link)
    assert fake.jobs[-1].request == HubLookRequest("owner/jokes")
    assert (dialog.parts.config(), dialog.parts.split()) == ("default", "test")


@pytest.mark.parametrize("text", ["two words", "a/b/c", "https://example.com/x", TRICKY])
def test_what_is_no_name_is_said_next_to_the_field(
    dialog: HubDialog, fake: FakeRunner, text: str
) -> None:
    dialog.line.setText(text)
    assert "owner/name" in dialog.field.problem()
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert fake.jobs == []
    dialog.line.setText("owner/jokes")
    assert dialog.field.problem() == ""


def test_a_failure_is_shown_and_one_can_look_again(
    qtbot: QtBot, dialog: HubDialog, fake: FakeRunner
) -> None:
    look(dialog, fake, Failed("There is no such data set.", "Check its name."))
    banner = dialog.banner
    assert (banner.tone, banner.title(), banner.todo()) == (
        Tone.ERROR, "There is no such data set.", "Check its name.",
    )  # fmt: skip
    assert not dialog.primary.isEnabled()
    click(qtbot, dialog, "hub_look")
    assert not banner.isVisible()
    fake.jobs[-1].finished.emit(Done(FOUND))
    assert dialog.primary.isEnabled()


def test_a_data_set_without_parts_is_explained(dialog: HubDialog, fake: FakeRunner) -> None:
    look(dialog, fake, Done(HubLookSummary("owner/jokes", ())))
    assert "no rows" in dialog.banner.title()
    assert not dialog.primary.isEnabled()


def test_stopping_and_escape_end_the_look_but_not_the_dialog(
    qtbot: QtBot, dialog: HubDialog, fake: FakeRunner
) -> None:
    dialog.line.setText("owner/jokes")
    dialog.look()
    click(qtbot, dialog, "hub_stop")
    assert fake.jobs[-1].is_cancelled
    assert not dialog.progress.isVisible()
    dialog.look()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert fake.jobs[-1].is_cancelled
    assert dialog.isVisible()
    fake.jobs[-1].finished.emit(Done(FOUND))  # too late
    assert not dialog.parts.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not dialog.isVisible())


def test_cancelled_from_outside_leaves_the_dialog_ready(
    dialog: HubDialog, fake: FakeRunner
) -> None:
    look(dialog, fake, Cancelled())
    assert dialog.look_button.isEnabled()
    assert not dialog.banner.isVisible()


def test_closing_cancels_the_look(dialog: HubDialog, fake: FakeRunner) -> None:
    dialog.line.setText("owner/jokes")
    dialog.look()
    dialog.close()
    assert not dialog.isVisible()
    assert fake.jobs[-1].is_cancelled


def test_another_name_takes_back_what_was_found(dialog: HubDialog, fake: FakeRunner) -> None:
    look(dialog, fake, Done(FOUND))
    QTest.keyClicks(dialog.line, "2")
    assert not dialog.parts.isVisible()
    assert not dialog.primary.isEnabled()


def test_only_what_surely_names_a_data_set_is_taken_from_the_clipboard(
    qtbot: QtBot, theme: Theme, fake: FakeRunner, keyring: FakeKeyring
) -> None:
    service, runner = cast(ModelService, keyring), cast(JobRunner, fake)
    copy_text("and/or")
    assert opened(qtbot, HubDialog(None, service, runner)).line.text() == ""
    copy_text("https://huggingface.co/datasets/owner/jokes")
    found = opened(qtbot, HubDialog(None, service, runner))
    assert found.line.text() == "https://huggingface.co/datasets/owner/jokes"
    assert found.look_button.isEnabled()
    QGuiApplication.clipboard().clear()
    given = opened(qtbot, HubDialog(None, service, runner, "owner/other"))
    assert given.line.text() == "owner/other"


def test_a_real_look_and_a_real_bringing(
    qtbot: QtBot, theme: Theme, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with StandInDatasets().running() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        hub.repos["somebody/jokes"] = Repo({"jokes.csv": b"joke\nOne joke.\nAnother joke.\n"})
        runner = JobRunner(paths)
        dialog = opened(qtbot, HubDialog(None, ModelService(paths), runner, "somebody/nothing"))
        dialog.look()
        qtbot.waitUntil(dialog.banner.isVisible, timeout=PATIENCE)
        assert "somebody/nothing" in dialog.banner.title()
        dialog.line.setText("somebody/jokes")
        dialog.look()
        qtbot.waitUntil(dialog.parts.isVisible, timeout=PATIENCE)
        request = dialog.make_request()
        assert request is not None
        bringing = runner.start(Line.BRING, "Bringing", model_service.bring, request)
        with qtbot.waitSignal(bringing.finished, timeout=PATIENCE) as finished:
            pass
        assert isinstance(finished.args, list)
        (outcome,) = finished.args
        assert isinstance(outcome, Done), outcome
        summary = model_service.preview(
            PreviewRequest((outcome.summary.file,)), RecordingContext(paths)
        )
        assert summary.rows == 2
        qtbot.waitUntil(lambda: not runner.running(), timeout=PATIENCE)
        runner.begin_shutdown()
        runner.end_workers()
        runner.deleteLater()


# ---- The token -----------------------------------------------------------------------------


def test_the_keyring_is_not_asked_before_it_is_needed(
    dialog: HubDialog, fake: FakeRunner, keyring: FakeKeyring
) -> None:
    look(dialog, fake, Done(FOUND))
    assert keyring.threads == set()
    assert not dialog.token_part.is_open()


def test_a_gated_data_set_asks_for_a_token_and_looks_again_after_it(
    qtbot: QtBot, dialog: HubDialog, fake: FakeRunner, keyring: FakeKeyring
) -> None:
    gated = HubLookSummary("owner/jokes", FOUND.splits, "", is_gated=True, is_private=True)
    look(dialog, fake, Done(gated))
    part = dialog.token_part
    assert dialog.parts.gated.isVisible()
    assert dialog.parts.private.isVisible()
    assert dialog.parts.licence.text() == "No licence named"
    assert part.is_open()
    qtbot.waitUntil(lambda: not part.is_busy)
    assert part.line.echoMode() is QLineEdit.EchoMode.Password
    part.line.setFocus()
    QTest.keyClicks(part.line, "hf_secret")
    QTest.keyClick(part.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: keyring.token == "hf_secret")
    qtbot.waitUntil(lambda: part.has_token and not part.is_busy)
    assert part.line.text() == ""
    assert not part.field.isVisible()
    assert "MainThread" not in keyring.threads


def test_a_token_kept_after_a_failure_looks_again(
    qtbot: QtBot, dialog: HubDialog, fake: FakeRunner
) -> None:
    look(dialog, fake, Failed("It shows itself only to some.", "Give a token."))
    dialog.token_part.set_open(True)
    qtbot.waitUntil(lambda: not dialog.token_part.is_busy)
    dialog.token_part.line.setText("hf_secret")
    click(qtbot, dialog, "hub_token_keep")
    qtbot.waitUntil(lambda: len(fake.jobs) == 2)
    assert fake.jobs[-1].request == HubLookRequest("owner/jokes")


def test_a_slow_keyring_does_not_hold_up_the_window(
    qtbot: QtBot, dialog: HubDialog, keyring: FakeKeyring
) -> None:
    keyring.token = "hf_old"
    keyring.may_answer.clear()
    dialog.token_part.set_open(True)
    assert dialog.token_part.state.text() == "Asking the keyring…"
    QTest.keyClicks(dialog.line, "owner/jokes")
    assert dialog.look_button.isEnabled()
    keyring.may_answer.set()
    qtbot.waitUntil(lambda: dialog.token_part.has_token)
    assert dialog.token_part.state.text() == "A token is in the keyring of this computer."


def test_a_token_can_be_forgotten(qtbot: QtBot, dialog: HubDialog, keyring: FakeKeyring) -> None:
    keyring.token = "hf_old"
    dialog.token_part.set_open(True)
    qtbot.waitUntil(dialog.token_part.forget_button.isVisible)
    qtbot.waitUntil(dialog.token_part.forget_button.isEnabled)
    click(qtbot, dialog, "hub_token_forget")
    qtbot.waitUntil(lambda: not dialog.token_part.has_token and not dialog.token_part.is_busy)
    assert keyring.token == ""
    assert dialog.token_part.field.isVisible()


def test_without_a_keyring_it_is_said_and_the_token_stays_in_the_field(
    qtbot: QtBot, dialog: HubDialog, keyring: FakeKeyring
) -> None:
    dialog.token_part.set_open(True)
    qtbot.waitUntil(lambda: not dialog.token_part.is_busy)
    keyring.error = JokegenError("There is no keyring.", "Set HF_TOKEN.")
    dialog.token_part.line.setText("hf_secret")
    click(qtbot, dialog, "hub_token_keep")
    qtbot.waitUntil(dialog.token_part.banner.isVisible)
    assert dialog.token_part.banner.title() == "There is no keyring."
    assert dialog.token_part.line.text() == "hf_secret"
    assert not dialog.token_part.has_token


def test_closing_while_the_keyring_is_asked_is_harmless(
    qtbot: QtBot, theme: Theme, fake: FakeRunner, keyring: FakeKeyring
) -> None:
    keyring.may_answer.clear()
    dialog = HubDialog(None, cast(ModelService, keyring), cast(JobRunner, fake))
    dialog.open()
    dialog.token_part.set_open(True)
    with qtbot.waitSignal(dialog.destroyed, timeout=2000):
        dialog.reject()
    keyring.may_answer.set()
    qtbot.waitUntil(lambda: not any("token" in thread.name for thread in threading.enumerate()))


def test_a_background_call_answers_in_the_thread_that_asked(qtbot: QtBot) -> None:
    call = BackgroundCall(lambda: threading.current_thread().name, "a long errand")
    heard = []
    call.answered.connect(lambda name: heard.append((name, threading.current_thread().name)))
    call.start()
    qtbot.waitUntil(lambda: bool(heard))
    assert heard == [("a long errand", "MainThread")]


def test_a_background_call_that_goes_wrong_says_so(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> object:
        raise OSError("no bus")

    call = BackgroundCall(fail, "a long errand")
    with qtbot.waitSignal(call.failed, timeout=2000) as failed:
        call.start()
    assert isinstance(failed.args, list)
    assert isinstance(failed.args[0], JokegenError)
    assert "a long errand failed" in caplog.text
