"""What stands in the manifest of a data set; older versions wrote less, which is still read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from jokegen.jobs import wire
from jokegen.records import DatasetInfo, Lineage

KIND = "dataset"
# The folder, in that of the data set, with copies of files that nobody else keeps.
ORIGINALS = "original"


def info_from_manifest(folder: Path, facts: Mapping[str, Any]) -> DatasetInfo | None:
    """What a manifest says, or None if it is not one of a data set."""
    if facts.get("kind") != KIND:
        return None
    try:
        train, validation = int(facts["train"]), int(facts["validation"])
        return DatasetInfo(
            name=str(facts["name"]),
            path=folder,
            jokes=train + validation,
            train=train,
            validation=validation,
            dropped={str(reason): int(count) for reason, count in facts["dropped"].items()},
            source=str(facts["source"]),
            created=float(facts["created"]),
            bytes=int(facts["bytes"]),
            lineage=lineage_from_manifest(facts.get("lineage")),
            # Older versions gave none; a folder keeps its name whatever the data set is called.
            id=str(facts.get("id") or folder.name),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def lineage_to_manifest(lineage: Lineage) -> dict[str, Any]:
    """As it stands in a manifest."""
    plain: dict[str, Any] = wire.to_plain(lineage)
    return plain


def lineage_from_manifest(facts: object) -> Lineage:
    """What a manifest says of how its data set came to be; nothing where it cannot be read."""
    if not isinstance(facts, Mapping):
        return Lineage()
    plain = dict(facts)
    # Older versions wrote down names alone.
    for key, name in (("parents", "name"), ("fixes", "kind")):
        if isinstance(plain.get(key), list):
            plain[key] = [
                {"id": "", name: item} if isinstance(item, str) else item for item in plain[key]
            ]
    try:
        return wire.from_plain(plain, Lineage)
    except msgspec.ValidationError:
        return Lineage()
