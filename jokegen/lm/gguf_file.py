"""Reads a GGUF file: its facts, and its tensors one at a time.

The `gguf` library's reader makes several NumPy views of every string in the file: with a
vocabulary of 49,000 tokens that takes more than three seconds, and transformers reads the file
three times (22 s in all). Reading the header by hand takes a tenth of a second; undoing the
quantization is still the library's work.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from jokegen.errors import JokegenError

# The numbers that the format gives to the types of values.
_NUMBERS = dict(enumerate("BbHhIif?")) | {10: "Q", 11: "q", 12: "d"}
_STRING, _ARRAY = 8, 9
_ALIGNMENT = 32


@dataclass(frozen=True)
class GgufTensor:
    """Where a tensor lies; `shape` is in NumPy's order, `kind` the number of its quantization."""

    name: str
    shape: tuple[int, ...]
    kind: int
    offset: int


class GgufFile:
    """An open GGUF file (version 2 or 3, little-endian); a context manager.

    Raises JokegenError where the file is none, or ends too early.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.facts: dict[str, Any] = {}
        self.tensors: list[GgufTensor] = []
        with path.open("rb") as file:
            try:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as error:  # an empty file cannot be mapped
                raise self._broken() from error
        try:
            self._read_header()
        except (struct.error, ValueError, KeyError, IndexError, RecursionError) as error:
            self._bytes.close()
            raise self._broken() from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bytes.close()

    def read(self, tensor: GgufTensor) -> Any:
        """The tensor as a float32 array of its own (nothing refers to the file any more)."""
        import numpy as np
        from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
        from gguf.quants import dequantize

        kind = GGMLQuantizationType(tensor.kind)
        block, size = GGML_QUANT_SIZES[kind]
        *rows, row = tensor.shape
        stored = (*rows, row // block * size)
        raw = self._bytes[tensor.offset : tensor.offset + math.prod(stored)]
        if len(raw) != math.prod(stored):
            raise self._broken()
        array = np.frombuffer(raw, dtype=np.uint8).reshape(stored)
        return np.ascontiguousarray(dequantize(array, kind), dtype=np.float32)

    def _read_header(self) -> None:
        magic, version, tensors, facts = struct.unpack_from("<4sIQQ", self._bytes, 0)
        if magic != b"GGUF" or version not in (2, 3):
            raise ValueError("not a GGUF file of version 2 or 3")
        self._position = 24
        for _ in range(facts):
            key = self._string()
            self.facts[key] = self._value(self._number("I"))
        found = [self._tensor() for _ in range(tensors)]
        alignment = self.facts.get("general.alignment", _ALIGNMENT)
        start = -(-self._position // alignment) * alignment
        self.tensors = [
            GgufTensor(name, shape, kind, start + offset) for name, shape, kind, offset in found
        ]

    def _tensor(self) -> tuple[str, tuple[int, ...], int, int]:
        name = self._string()
        shape = tuple(self._number("Q") for _ in range(self._number("I")))
        kind: int = self._number("I")
        return name, shape[::-1], kind, self._number("Q")

    def _value(self, kind: int) -> Any:
        if kind == _STRING:
            return self._string()
        if kind == _ARRAY:
            inner, length = self._number("I"), self._number("Q")
            if inner in (_STRING, _ARRAY):
                return [self._value(inner) for _ in range(length)]
            layout = struct.Struct(f"<{length}{_NUMBERS[inner]}")
            values = list(layout.unpack_from(self._bytes, self._position))
            self._position += layout.size
            return values
        return self._number(_NUMBERS[kind])

    def _number(self, code: str) -> Any:
        layout = struct.Struct("<" + code)
        (value,) = layout.unpack_from(self._bytes, self._position)
        self._position += layout.size
        return value

    def _string(self) -> str:
        length = self._number("Q")
        text = self._bytes[self._position : self._position + length]
        if len(text) != length:
            raise ValueError("the file ends in the middle of a text")
        self._position += length
        return text.decode("utf-8")

    def _broken(self) -> JokegenError:
        return JokegenError(
            f"“{self._path.name}” is not a whole GGUF file.",
            "Fetch it again, or choose another file.",
        )
