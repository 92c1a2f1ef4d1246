"""The log file, the crash log, and what is done with exceptions nobody caught."""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import logging.handlers
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from jokegen.config.paths import Paths
from jokegen.storage import process_exists

_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_MOST_BYTES = 1_000_000

log = logging.getLogger(__name__)


@contextlib.contextmanager
def logging_to(paths: Paths, name: str) -> Iterator[None]:
    """Log to `logs/<name>.log` (two older ones are kept) while the block runs.

    Exceptions that nobody catches and crashes of the interpreter itself are written down as well:
    the latter to `logs/crash-<process>.log`, which is removed when the block ends in good order.
    Where the log folder cannot be written, or no longer, the program runs without a log.
    """
    root = logging.getLogger()
    old_level, old_hook = root.level, sys.excepthook
    handler = _open_handler(paths.logs / f"{name}.log")
    crash_file = paths.logs / f"crash-{os.getpid()}.log"
    crash_stream = None
    if handler is not None:
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        logging.captureWarnings(True)
        with contextlib.suppress(OSError):
            crash_stream = crash_file.open("w", encoding="utf-8")
            faulthandler.enable(crash_stream)

    def on_uncaught(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        log.critical("uncaught exception", exc_info=(kind, error, trace))
        old_hook(kind, error, trace)

    sys.excepthook = on_uncaught
    try:
        yield
    finally:
        sys.excepthook = old_hook
        if crash_stream is not None:
            faulthandler.disable()
            crash_stream.close()
            with contextlib.suppress(OSError):
                crash_file.unlink(missing_ok=True)
        if handler is not None:
            logging.captureWarnings(False)
            root.removeHandler(handler)
            root.setLevel(old_level)
            with contextlib.suppress(OSError):  # lines that found no room on the disk
                handler.close()


@contextlib.contextmanager
def also_logging_to(file: Path) -> Iterator[None]:
    """Put what is logged while the block runs into `file` as well, where that can be written."""
    handler = _open_handler(file)
    root = logging.getLogger()
    if handler is not None:
        root.addHandler(handler)
    try:
        yield
    finally:
        if handler is not None:
            root.removeHandler(handler)
            with contextlib.suppress(OSError):
                handler.close()


class _LogFile(logging.handlers.RotatingFileHandler):
    """A log file that keeps silent when it cannot be written, on a full disk for instance."""

    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def take_crash_report(paths: Paths) -> Path | None:
    """Where the last crash is described, once; None if all earlier starts ended in good order.

    Only crashes of the interpreter count (their log has text); a process that was killed leaves
    an empty file, which is removed.
    """
    report = None
    try:
        files = sorted(paths.logs.glob("crash-*.log"))
    except OSError:
        return None
    for file in files:
        process = file.stem.removeprefix("crash-")
        if process.isdecimal() and process_exists(int(process)):
            continue
        if file.stat().st_size:
            report = file.replace(paths.logs / "last-crash.log")
        else:
            file.unlink(missing_ok=True)
    return report


def _open_handler(file: Path) -> logging.Handler | None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = _LogFile(
            file,
            maxBytes=_MOST_BYTES,
            backupCount=2,
            encoding="utf-8",
            errors="backslashreplace",  # names of files may hold bytes that are no text
        )
    except OSError:
        # Without any handler Python would print warnings and tracebacks to the terminal.
        logging.getLogger().addHandler(logging.NullHandler())
        return None
    handler.setFormatter(logging.Formatter(_FORMAT))
    return handler
