"""What a training costs on this computer with these jokes: a plain record, kept for a day."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass

import msgspec

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.jobs import wire
from jokegen.jobs.requests import Method, Precision

VERSION = 1
_FILE = "measurements.json"
_KEPT = 20
# Computers change: what else runs on them, how warm they are.
_LASTS_SECONDS, _LASTS_IF_BUSY = 24 * 3600.0, 10 * 60.0
BUSY = 0.3


@dataclass(frozen=True)
class MethodCost:
    """What one method costs: all in seconds, `memory` and `disk` in bytes.

    A `check` is one on held-out jokes, after which jokes are written: `write` is for the few that
    always are, `write_more` for the others. `keep` puts the best checkpoint on disk, `save` the
    whole state. `spread` is how much steps differ, as a share of `step`.
    `memory` is the most that the process had in use; `disk` is what must be free before the start.
    """

    method: Method
    step: float
    spread: float
    check: float
    write: float
    write_more: float
    keep: float
    save: float
    memory: int
    disk: int


@dataclass(frozen=True)
class Costs:
    """What a run takes here. `start` (the process), `load` and `prepare` in seconds.

    A method that does not fit into memory is not among `methods`; `estimates` has what each one
    needs, measured or estimated, in bytes. `write_share` is the share of its time that a run may
    spend on writing more than the few jokes. `busy` is the share of the processor, from 0 to 1,
    that other programs took just before.
    """

    device: str
    device_reason: str
    precision: Precision
    precision_reason: str
    start: float
    load: float
    prepare: float
    jokes: int
    steps_per_epoch: int
    tokens_per_epoch: int
    methods: tuple[MethodCost, ...]
    estimates: dict[Method, int]
    write_share: float = 0.05
    busy: float = 0.0
    measured_at: float = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether a quiet computer would have been quicker."""
        return self.busy > BUSY

    def of(self, method: Method) -> MethodCost | None:
        """Of one method, None if it was not measured."""
        return next((cost for cost in self.methods if cost.method is method), None)


def recall(paths: Paths, key: str) -> Costs | None:
    """What was measured under `key`, if that is not too long ago."""
    plain = _all(paths).get(key)
    try:
        found = None if plain is None else wire.from_plain(plain, Costs)
    except msgspec.ValidationError:
        return None
    if found is None:
        return None
    lasts = _LASTS_IF_BUSY if found.is_busy else _LASTS_SECONDS
    return found if 0 <= time.time() - found.measured_at < lasts else None


def remember(paths: Paths, key: str, costs: Costs) -> None:
    """Keep it for the next question; the oldest ones go."""
    kept = _all(paths)
    kept.pop(key, None)
    kept[key] = wire.to_plain(costs)
    newest = dict(list(kept.items())[-_KEPT:])
    storage.write_json(paths.home / _FILE, {"version": VERSION, "measurements": newest})


def digest(value: object) -> str:
    """A name for what plain values say."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _all(paths: Paths) -> dict[str, object]:
    found = storage.read_json(paths.home / _FILE) or {}
    kept = found.get("measurements")
    return dict(kept) if found.get("version") == VERSION and isinstance(kept, dict) else {}
