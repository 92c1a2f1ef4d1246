"""Paths, settings and the log."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from jokegen.config.log import logging_to, take_crash_report
from jokegen.config.paths import Paths, resource
from jokegen.config.settings import Settings, load_settings, save_settings


def test_jokegen_home_chooses_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOKEGEN_HOME", str(tmp_path / "here"))
    assert Paths.default().runs == tmp_path / "here" / "runs"
    assert not (tmp_path / "here").exists(), "asking for a path makes nothing"


def test_resources_are_found() -> None:
    assert resource("base_models.json").is_file()


def test_settings_come_back(tmp_path: Path) -> None:
    settings = Settings(appearance="dark", last_folder="/ü b", window=(1000, 640))
    save_settings(tmp_path / "s.json", settings)
    assert load_settings(tmp_path / "s.json") == settings


def test_settings_of_an_older_or_newer_version_are_read(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"version": 9, "appearance": "light", "later": [1]}')
    assert load_settings(tmp_path / "s.json").appearance == "light"
    assert load_settings(tmp_path / "s.json").window == Settings().window


@pytest.mark.parametrize("text", ["{", "[]", '{"appearance": "pink"}', '{"window": ["a", 1]}'])
def test_unreadable_settings_are_put_aside_not_lost(tmp_path: Path, text: str) -> None:
    (tmp_path / "s.json").write_text(text)
    assert load_settings(tmp_path / "s.json") == Settings()
    assert (tmp_path / "s.unreadable.json").read_text() == text


def test_the_log_is_written_and_the_hooks_are_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[object] = []
    hook = lambda *error: shown.append(error)  # noqa: E731
    monkeypatch.setattr(sys, "excepthook", hook)
    with logging_to(Paths(tmp_path), "test"):
        logging.getLogger("jokegen.x").info("hello")
        sys.excepthook(ValueError, ValueError("nobody caught me"), None)
    assert sys.excepthook is hook
    assert len(shown) == 1
    text = (tmp_path / "logs" / "test.log").read_text()
    assert "hello" in text
    assert "nobody caught me" in text
    assert take_crash_report(Paths(tmp_path)) is None


def test_a_name_with_bytes_that_are_no_text_can_be_logged(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with logging_to(Paths(tmp_path), "test"):
        logging.getLogger("jokegen.x").info("a\udcffb.csv")
    assert "a\\udcffb.csv" in (tmp_path / "logs" / "test.log").read_text()
    assert capfd.readouterr().err == ""


def test_a_file_among_the_logs_that_is_none_of_ours_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / f"crash-{2**70}.log").write_text("")
    assert take_crash_report(Paths(tmp_path)) is None


def test_a_crash_of_the_interpreter_is_reported_once(tmp_path: Path) -> None:
    program = (
        "import ctypes\nfrom pathlib import Path\nfrom jokegen.config.paths import Paths\n"
        "from jokegen.config.log import logging_to\n"
        f"with logging_to(Paths(Path({str(tmp_path)!r})), 'test'):\n    ctypes.string_at(0)\n"
    )
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", program], cwd=root, check=False)
    assert ended.returncode < 0
    report = take_crash_report(Paths(tmp_path))
    assert report is not None
    assert "Segmentation fault" in report.read_text()
    assert take_crash_report(Paths(tmp_path)) is None
