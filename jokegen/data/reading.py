"""Opens a pile of files by what they are: the one door to all readers.

A pile is one file, several, or folders of them, each perhaps compressed; its rows come as one
table with the columns of all of them. Never `datasets.load_dataset`: it turns "NA" into nothing
and "42" into a number, loses the first joke of a file without a header and takes `[` in a file
name for a pattern.
"""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator, Sequence
from pathlib import Path

from jokegen.data.archives import is_compressed, unpack
from jokegen.data.file_state import FileState
from jokegen.data.finding import ENDINGS as ENDINGS
from jokegen.data.finding import files_of, is_readable
from jokegen.data.misfits import MisfitLog
from jokegen.data.piles import Failed, Part, Pile, PileReader
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import ReadOptions


@contextlib.contextmanager
def open_pile(
    sources: Sequence[Path], options: ReadOptions, log: MisfitLog, context: JobContext
) -> Iterator[Pile]:
    """Open files and folders; what is compressed is unpacked while the block runs.

    Raises JokegenError where a person can do something about it, OSError where only the computer
    can, and JobCancelled; the same while `batches` is gone through.
    """
    with contextlib.ExitStack() as stack:
        parts, failed = _parts_of(sources, stack, context)
        yield PileReader(options, log, context).open(parts, failed)


def _parts_of(
    sources: Sequence[Path], stack: contextlib.ExitStack, context: JobContext
) -> tuple[list[Part], Failed]:
    """All files of the pile; archives are unpacked until the stack is closed."""
    parts: list[Part] = []
    failed: Failed = []
    for source in sources:
        try:
            found = files_of(source, context)
        except (JokegenError, OSError) as error:
            failed.append((source.name, error))
            continue
        for file in found:
            context.check()
            try:
                state = FileState.of(file.path)
                if is_compressed(file.path, file.name):
                    folder = context.paths.previews
                    for inner in stack.enter_context(
                        unpack(file.path, folder, is_readable, context)
                    ):
                        parts.append(Part(inner.path, inner.name, file.path, state, inner.member))
                else:
                    parts.append(Part(file.path, file.name, file.path, state))
            except (JokegenError, OSError) as error:
                if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                    raise  # of the disk that it is unpacked to
                failed.append((file.name, error))
    return parts, failed
