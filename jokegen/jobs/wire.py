"""Messages between the window's process and a worker: one JSON object a line.

Dataclasses are written and checked by msgspec; the few types JSON lacks (`Path`) are put in here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from jokegen.jobs.events import EVENT_TYPES, Cancelled, Done, Event, Failed

T = TypeVar("T")

log = logging.getLogger(__name__)


def _encode_hook(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(f"{type(value).__name__} cannot cross a process border")


def _decode_hook(kind: type[Any], value: Any) -> Any:
    if issubclass(kind, Path):
        return Path(value)
    raise NotImplementedError(f"{kind.__name__} cannot cross a process border")


_encoder = msgspec.json.Encoder(enc_hook=_encode_hook)


def to_plain(value: Any) -> Any:
    """A dataclass as dicts, lists and plain values, ready for JSON."""
    return msgspec.to_builtins(value, enc_hook=_encode_hook)


def from_plain(value: Any, kind: type[T]) -> T:
    """The opposite of `to_plain`; raises msgspec.ValidationError where it does not fit `kind`."""
    return msgspec.convert(value, kind, dec_hook=_decode_hook)


def encode_line(message: Any) -> bytes:
    return _encoder.encode(message) + b"\n"


def decode_line(line: bytes) -> dict[str, Any]:
    """One message; raises msgspec.DecodeError if the line is not a JSON object."""
    return msgspec.json.decode(line, type=dict[str, Any])


def encode_events(events: Sequence[Event]) -> bytes:
    """Several events in one line: what has gathered since the last one was sent."""
    return encode_line({"events": [[type(event).__name__, event] for event in events]})


def decode_events(message: dict[str, Any]) -> list[Event]:
    """The events of a message; one that cannot be understood costs only itself."""
    events: list[Event] = []
    for item in message.get("events") or ():
        try:
            name, value = item
            events.append(from_plain(value, EVENT_TYPES[name]))
        except (msgspec.MsgspecError, KeyError, TypeError, ValueError):
            log.exception("an unreadable event: %.200r", item)
    return events


def encode_outcome(outcome: Done[Any] | Failed | Cancelled) -> bytes:
    return encode_line({"outcome": type(outcome).__name__, "value": outcome})


def decode_outcome(message: dict[str, Any], summary: type[T]) -> Done[T] | Failed | Cancelled:
    value = message["value"]
    if message["outcome"] == "Done":
        return Done(from_plain(value["summary"], summary))
    if message["outcome"] == "Failed":
        return from_plain(value, Failed)
    return Cancelled()
