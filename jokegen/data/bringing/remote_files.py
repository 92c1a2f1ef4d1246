"""Lets the `datasets` library read files of the hub piece by piece, in a way that can be cancelled.

Its own way to the hub waits in sleeps and retries that nothing can interrupt. A thread that is left
alone in one goes on asking for minutes, and aborts the whole process if that ends meanwhile: Arrow
is in the middle of calling back into Python. So the library reads on the job's own thread, from
files of ours; only the waiting for the network is left to a thread that can be abandoned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import fsspec
from fsspec.spec import AbstractBufferedFile

PROTOCOL = "jokegen-hub"
_BLOCK = 1 << 20  # at least so many bytes are asked for at a time

# `read(path, start, end)` gives these bytes of a file; it may raise to stop.
Read = Callable[[str, int, int], bytes]


class HubFileSystem(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """Files by name, with `sizes` in bytes, that `read` gives pieces of; nothing can be written."""

    protocol = PROTOCOL
    cachable = False  # every job has its own

    def __init__(self, sizes: Mapping[str, int], read: Read, **options: Any) -> None:
        super().__init__(**options)
        self.sizes, self.read_piece = sizes, read

    def info(self, path: str, **_options: Any) -> dict[str, Any]:
        name = self._strip_protocol(path)
        if name not in self.sizes:
            raise FileNotFoundError(name)
        return {"name": name, "size": self.sizes[name], "type": "file"}

    def ls(self, path: str, detail: bool = True, **_options: Any) -> list[Any]:
        found = self.info(path)
        return [found if detail else found["name"]]

    def _open(self, path: str, mode: str = "rb", **_options: Any) -> AbstractBufferedFile:
        return _HubFile(self, path, mode, block_size=_BLOCK, cache_type="readahead")


class _HubFile(AbstractBufferedFile):  # type: ignore[misc]
    def _fetch_range(self, start: int, end: int) -> bytes:
        piece: bytes = self.fs.read_piece(self.path, start, end)
        return piece


def addresses_of(names: Mapping[str, int]) -> list[str]:
    """What to give the library as its data files."""
    fsspec.register_implementation(PROTOCOL, HubFileSystem, clobber=True)
    return [f"{PROTOCOL}://{name}" for name in names]
