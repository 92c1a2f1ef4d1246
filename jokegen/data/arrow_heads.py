"""Where the record batches of an Arrow stream are, found without reading what is in them.

pyarrow tells where a batch ends only after reading all of it. The format says it in a head of a
few hundred bytes: a length, then a flatbuffer of the table "Message" (the Arrow columnar format,
"Encapsulated message format"; the FlatBuffers internals, "Tables").
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

_CONTINUES = 0xFFFFFFFF
_RECORD_BATCH = 3  # of the union MessageHeader
_HEADER_TYPE, _HEADER, _BODY_LENGTH = 1, 2, 3  # fields of Message, in the order of its schema
_LENGTH = 0  # of RecordBatch
_MOST_HEAD_BYTES = 1 << 24


class _File(Protocol):
    def seek(self, position: int) -> int: ...

    def tell(self) -> int: ...

    def read(self, count: int) -> bytes: ...

    def size(self) -> int: ...


@dataclass(frozen=True)
class Head:
    """A record batch: where its message begins in the file, and how many rows it has."""

    offset: int
    rows: int


def stream_heads(file: _File) -> Iterator[Head]:
    """The record batches from the file's position, which is where a message begins, to its end.

    Raises ValueError for a file that is cut off or is no Arrow stream.
    """
    offset, end = file.tell(), file.size()
    while True:
        if offset > end:
            raise ValueError("cut off within a record batch")
        file.seek(offset)
        start = file.read(8)
        if not start:
            return
        if len(start) < 8:
            raise ValueError("cut off between two messages")
        mark, size = struct.unpack("<Ii", start)
        if mark != _CONTINUES or not 0 <= size <= _MOST_HEAD_BYTES:
            raise ValueError("no Arrow stream")
        if size == 0:
            return  # the mark at the end
        metadata = file.read(size)
        if len(metadata) < size:
            raise ValueError("cut off within the head of a message")
        try:
            kind, rows, body = _told(metadata)
        except (struct.error, IndexError) as error:
            raise ValueError("a head that cannot be read") from error
        if kind == _RECORD_BATCH:
            yield Head(offset, rows)
        if body < 0:
            raise ValueError("a head that cannot be read")
        offset += 8 + size + body


def _told(metadata: bytes) -> tuple[int, int, int]:
    """The kind of message, the rows of its record batch, and the bytes of its body."""
    (message,) = struct.unpack_from("<I", metadata, 0)
    kind_at = _field(metadata, message, _HEADER_TYPE)
    kind = metadata[kind_at] if kind_at else 0
    body_at = _field(metadata, message, _BODY_LENGTH)
    body: int = struct.unpack_from("<q", metadata, body_at)[0] if body_at else 0
    rows = 0
    header_at = _field(metadata, message, _HEADER)
    if kind == _RECORD_BATCH and header_at:
        header = header_at + struct.unpack_from("<I", metadata, header_at)[0]
        rows_at = _field(metadata, header, _LENGTH)
        rows = struct.unpack_from("<q", metadata, rows_at)[0] if rows_at else 0
    return kind, rows, body


def _field(data: bytes, table: int, number: int) -> int:
    """Where a field of a flatbuffer table is; 0 where it is not given."""
    vtable = table - struct.unpack_from("<i", data, table)[0]
    (size,) = struct.unpack_from("<H", data, vtable)
    place = 4 + 2 * number
    if place + 2 > size:
        return 0
    (offset,) = struct.unpack_from("<H", data, vtable + place)
    return table + offset if offset else 0
