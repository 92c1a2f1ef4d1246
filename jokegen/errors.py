"""The one error type that reaches people: a sentence on what happened and one on what to do.

Everything that a user can cause is raised as `JokegenError`. What the operating system reports
(no space, no permission, no memory) is put into the same words by `explain`, so that every
boundary of the program, window and command line alike, says it in one way.
"""

from __future__ import annotations

import errno


class JokegenError(Exception):
    """Something a person can understand and act upon.

    `happened` says what went wrong, naming file, line and column where it helps; `todo` says what
    to do about it. Both are plain sentences, never markup.
    """

    def __init__(self, happened: str, todo: str) -> None:
        super().__init__(happened, todo)
        self.happened = happened
        self.todo = todo

    def __str__(self) -> str:
        return f"{self.happened} {self.todo}"


class ChangedError(JokegenError):
    """Refused because something is not what it was; a person may want to go on all the same.

    `ContinueRequest.accept_changes` says so.
    """


class MemoryFullError(JokegenError):
    """The memory ran out, of the computer or of a GPU; with less at a time it may do."""


class JobCancelled(Exception):  # noqa: N818 - not an error: somebody asked for it
    """Raised by a job's `context.check()` when the person asked to stop and discard."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the memory ran out, of the computer or of a GPU."""
    return isinstance(error, MemoryError) or _is_memory_full(error)


_OUT_OF_SPACE = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
_DISK_FULL_WORDS = (
    "No space left on device",
    "StorageFull",
    "os error 28",
    "Disk quota exceeded",
    "not enough space on the disk",
)
_MEMORY_FULL_WORDS = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "not enough memory",
    "bad_alloc",
    "can't start new thread",
)
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}


def explain(error: BaseException) -> JokegenError:
    """Put any exception into two sentences; a `JokegenError` comes back as it is."""
    if isinstance(error, JokegenError):
        return error
    if isinstance(error, OSError) and error.errno is not None:
        place = f" “{error.filename}”" if error.filename else ""
        if error.errno in _OUT_OF_SPACE:
            return JokegenError(
                f"There is no space left on the disk{' for' + place if place else ''}.",
                "Free some space (a run may need eight times the size of its base model) "
                "and try again; what was saved before is untouched.",
            )
        if error.errno == errno.EFBIG:
            return JokegenError(
                f"The disk takes no file as large as this one{': ' + place if place else ''}.",
                "Choose a data folder on another disk (JOKEGEN_HOME) and try again; "
                "what was saved before is untouched.",
            )
        if error.errno in _NOT_ALLOWED:
            return JokegenError(
                f"The computer does not allow Jokegen to use{place or ' a file it needs'}.",
                "Choose another folder or file, or change its permissions, and try again.",
            )
        if isinstance(error, FileNotFoundError):
            return JokegenError(
                f"The file{place} is not there (any more).",
                "Check that it was not moved or renamed, then choose it again.",
            )
        if error.errno == errno.ENAMETOOLONG:
            return JokegenError(
                f"The name{place} is too long for this computer.",
                "Choose a shorter name or a folder with a shorter path "
                "(JOKEGEN_HOME names the data folder), and try again.",
            )
    if _is_disk_full_text(error):
        return explain(OSError(errno.ENOSPC, "no space"))
    if "File too large (os error 27)" in str(error):
        return explain(OSError(errno.EFBIG, "too large"))
    if isinstance(error, MemoryError) or _is_memory_full(error):
        return MemoryFullError(
            "The computer ran out of memory.",
            "Close other programs, or choose a smaller base model, and try again.",
        )
    if isinstance(error, ImportError):
        return JokegenError(
            f"A library that Jokegen needs cannot be loaded: {error}.",
            "Install Jokegen's libraries again; the log file holds the details.",
        )
    return JokegenError(
        f"Something unexpected went wrong: {type(error).__name__}: {error}.",
        "Try again; if it happens again, the log file holds the details for a bug report.",
    )


def _is_disk_full_text(error: BaseException) -> bool:
    """Rust and C++ libraries (safetensors, Arrow) report a full disk as text only."""
    text = str(error)
    return any(words in text for words in _DISK_FULL_WORDS)


def _is_memory_full(error: BaseException) -> bool:
    """torch reports that there is no memory left, of the computer or of a GPU, as text only."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    text = str(error).lower()
    if isinstance(error, RuntimeError):
        return any(words in text for words in _MEMORY_FULL_WORDS)
    return "cannot allocate memory" in text  # Rust's libraries
