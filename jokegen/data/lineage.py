"""How data sets came to be: written down when one is saved, and enough to make it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

import jokegen
from jokegen.data.doctor.engine import Applied
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.dataset_requests import ImportRequest, SourceFile
from jokegen.records import DatasetInfo, Lineage, LineageSource


def lineage_of(request: ImportRequest, files: Sequence[SourceFile], applied: Applied) -> Lineage:
    """What to remember of an import; `request` has everything in it that was found out."""
    return Lineage(
        sources=tuple(
            LineageSource(str(file.path), file.bytes, file.sha256, file.rows, file.member)
            for file in files
        ),
        origin=request.origin,
        parents=request.datasets,
        fixes=tuple(fix.kind.value for fix in request.recipe.fixes),
        edits=len(request.recipe.edits),
        limit=request.limit,
        changed=sum(applied.changed.values()),
        jokegen=jokegen.__version__,
        request=wire.to_plain(request),
    )


def to_manifest(lineage: Lineage) -> dict[str, Any]:
    """As it stands in a manifest."""
    plain: dict[str, Any] = wire.to_plain(lineage)
    return plain


def from_manifest(facts: Mapping[str, Any] | None) -> Lineage:
    """What a manifest says; those of older versions say nothing."""
    try:
        return wire.from_plain(facts, Lineage)
    except msgspec.ValidationError:
        return Lineage()


def request_to_remake(info: DatasetInfo) -> ImportRequest:
    """The request that makes the same data set again, from the originals where they were kept.

    Raises JokegenError where the data set does not tell how it was made.
    """
    try:
        request = wire.from_plain(info.lineage.request, ImportRequest)
    except msgspec.ValidationError:
        raise JokegenError(
            f"The data set “{info.name}” does not tell how it was made.",
            "It was saved by an older version: import its file again.",
        ) from None
    kept = info.path / "original"
    if not kept.is_dir():
        return request
    return replace(request, sources=tuple(sorted(kept.iterdir())))
