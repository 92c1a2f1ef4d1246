"""Whatever goes wrong is said in two sentences."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from jokegen.errors import JokegenError, MemoryFullError, explain


def test_an_error_has_what_happened_and_what_to_do() -> None:
    error = JokegenError("It broke.", "Mend it.")
    assert (error.happened, error.todo, str(error)) == (
        "It broke.",
        "Mend it.",
        "It broke. Mend it.",
    )
    assert explain(error) is error


@pytest.mark.parametrize(
    ("error", "happened", "todo"),
    [
        (OSError(errno.ENOSPC, "full", "x.csv"), "no space left on the disk", "Free some space"),
        (PermissionError(errno.EACCES, "no", "x.csv"), "does not allow.*x.csv", "permissions"),
        (OSError(errno.EROFS, "no", "x.csv"), "does not allow", "Choose another folder"),
        (FileNotFoundError(errno.ENOENT, "no", "x.csv"), "x.csv.*is not there", "moved or renamed"),
        (MemoryError(), "ran out of memory", "smaller base model"),
        (RuntimeError("write: No space left on device"), "no space left", "Free some space"),
        (OSError(errno.ENAMETOOLONG, "long", "xx"), "“xx” is too long", "JOKEGEN_HOME"),
        (OSError(errno.EFBIG, "large"), "takes no file as large", "another disk"),
        (Exception("I/O error: File too large (os error 27)"), "takes no file", "another disk"),
        (Exception("Disk quota exceeded (os error 122)"), "no space left", "Free some space"),
        (RuntimeError("CUDA out of memory. Tried to allocate"), "ran out of memory", "smaller"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), "ran out of memory", "Close"),
        (ImportError("DLL load failed"), "library.*cannot be loaded: DLL", "Install"),
        (ZeroDivisionError("by zero"), "unexpected.*ZeroDivisionError", "log file"),
    ],
)
def test_what_the_system_reports_is_put_into_words(
    error: BaseException, happened: str, todo: str
) -> None:
    import re

    sentences = explain(error)
    assert re.search(happened, sentences.happened)
    assert re.search(todo, sentences.todo)


def test_a_full_disk_of_the_system_itself_is_recognised() -> None:
    full = Path("/dev/full")
    if not full.exists():
        error: OSError = OSError(errno.ENOSPC, "No space left on device")
    else:
        with pytest.raises(OSError, match="space") as caught, full.open("wb", buffering=0) as file:
            file.write(b"x")
        error = caught.value
    assert "no space left" in explain(error).happened


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to"),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("std::bad_alloc"),
        RuntimeError("can't start new thread"),
        Exception("Error while mapping: Cannot allocate memory (os error 12)"),
    ],
)
def test_memory_that_ran_out_is_told_apart_whatever_library_says_it(error: Exception) -> None:
    explained = explain(error)
    assert isinstance(explained, MemoryFullError)
    assert explained.happened == "The computer ran out of memory."
