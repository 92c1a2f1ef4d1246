"""A pytest plugin that proves independence of Qt: with it, importing Qt fails.

Used as `python -m pytest -p no:pytest-qt -p tests.without_qt`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

BLOCKED = frozenset({"PySide6", "shiboken6", "qasync", "pyqtgraph", "pytestqt"})


class _Blocker(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"{fullname} is blocked in the run without Qt", name=fullname)
        return None


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know pytest-qt's settings, which a strict configuration would reject without pytest-qt."""
    for name in ("qt_api", "qt_default_raising", "qt_log_level_fail", "qt_no_exception_capture"):
        parser.addini(name, "a setting of pytest-qt, without effect here")
    parser.addini("qt_log_ignore", "a setting of pytest-qt, without effect here", type="linelist")


def pytest_configure() -> None:
    loaded = sorted(BLOCKED & set(sys.modules))
    if loaded:
        raise pytest.UsageError(f"Loaded before the run without Qt: {', '.join(loaded)}.")
    sys.meta_path.insert(0, _Blocker())


def pytest_unconfigure() -> None:
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Blocker)]
