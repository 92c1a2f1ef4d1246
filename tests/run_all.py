"""Run every check of the project with the running interpreter: `python3 main.py test`.

Linters first, then the tests in two runs that share them out: what needs no Qt runs where Qt cannot
even be imported, then the rest runs with it. All checks run even if one fails. With arguments,
pytest alone runs, once, with these.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

# Tests in here are marked `core` (by conftest.py): they hold without Qt.
CORE_PATHS = (
    "tests/jobs",
    "tests/data",
    "tests/lm",
    "tests/config",
    "tests/test_errors.py",
    "tests/test_storage.py",
    "tests/test_disk_faults.py",
    "tests/test_model_service.py",
    "tests/test_cli.py",
    "tests/test_wording.py",
    "tests/test_starter_jokes.py",
)
LINT_IMPORTS = "from importlinter.cli import lint_imports_command as run; run()"


def checks() -> dict[str, list[str]]:
    """Title and arguments for the interpreter of each check, in order.

    The tools run as modules, not by their scripts: those break when the environment is moved.
    """
    core = [path for path in CORE_PATHS if (PROJECT / path).exists()]
    without_qt = ["-p", "no:pytest-qt", "-p", "tests.without_qt", "-m", "not real and not slow"]
    # Without any folder pytest would take all of the tests: name one that is not there, and fail.
    return {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "mypy": ["-m", "mypy"],
        "import-linter": ["-c", LINT_IMPORTS],
        "vulture": ["-m", "vulture"],
        "deptry": ["-m", "deptry", "."],
        "tests without Qt": ["-m", "pytest", *without_qt, *(core or CORE_PATHS)],
        "all other tests": ["-m", "pytest", "-m", "not slow and (real or not core)"],
    }


def run(arguments: list[str], home: str) -> int:
    """Run the interpreter on the project, away from the user's data and screen."""
    environment = {
        **os.environ,
        "JOKEGEN_HOME": home,
        "QT_QPA_PLATFORM": os.environ.get("JOKEGEN_TEST_PLATFORM", "offscreen"),
    }
    sys.stdout.flush()
    return subprocess.call([sys.executable, *arguments], cwd=PROJECT, env=environment)


def main(pytest_arguments: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="jokegen-test-") as home:
        if pytest_arguments:
            return run(["-m", "pytest", *pytest_arguments], home)
        summary = []
        for title, arguments in checks().items():
            sys.stdout.write(f"\n===== {title} =====\n")
            began = time.monotonic()
            status = run(arguments, home)
            duration = time.monotonic() - began
            verdict = "failed" if status else "passed"
            sys.stdout.write(f"===== {title}: {verdict} in {duration:.1f} s =====\n")
            summary.append((title, verdict, duration))
    sys.stdout.write("\nSummary\n")
    for title, verdict, duration in summary:
        sys.stdout.write(f"  {title:<18} {verdict:<8} {duration:7.1f} s\n")
    return int(any(verdict == "failed" for _, verdict, _ in summary))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
