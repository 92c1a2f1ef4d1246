"""How data sets came to be: noted when one is saved, followed back, and enough to make it again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

import jokegen
from jokegen.config.paths import Paths
from jokegen.data.dataset_manifest import ORIGINALS
from jokegen.data.lineage_words import find_among, lines_of
from jokegen.data.store import find_dataset, list_datasets
from jokegen.errors import JokegenError
from jokegen.jobs import wire
from jokegen.jobs.dataset_requests import ImportRequest, SourceFile
from jokegen.records import (
    Ancestor,
    AppliedFix,
    DatasetInfo,
    HistoryStep,
    Lineage,
    LineageSource,
)


def lineage_of(
    request: ImportRequest,
    *,
    files: Sequence[SourceFile],
    parents: Sequence[Ancestor],
    fixes: Sequence[AppliedFix],
    changed: int,
    misfits: int,
) -> Lineage:
    """What to remember of an import; `request` has everything in it that was found out."""
    return Lineage(
        sources=tuple(
            LineageSource(str(file.path), file.bytes, file.sha256, file.rows, file.member)
            for file in files
        ),
        origin=request.origin,
        parents=tuple(parents),
        columns=request.columns or (),
        template=request.template or "",
        fixes=tuple(fixes),
        edits=len(request.recipe.edits),
        limit=request.limit,
        misfits=misfits,
        changed=changed,
        jokegen=jokegen.__version__,
        request=wire.to_plain(request),
    )


def history(paths: Paths, name: str) -> tuple[HistoryStep, ...]:
    """The data set, those that it was made of, those that these were made of, …; each once.

    Raises JokegenError if there is none of that name.
    """
    first = find_dataset(paths, name)
    here = list_datasets(paths)
    steps: list[HistoryStep] = []
    seen: set[str] = set()
    waiting = deque([(Ancestor(first.id, first.name), 0)])
    while waiting:
        ancestor, generation = waiting.popleft()
        if (ancestor.id or ancestor.name) in seen:
            continue
        seen.add(ancestor.id or ancestor.name)
        info = find_among(here, ancestor)
        if info is None:
            gone = "It is not there any more."
            steps.append(HistoryStep(ancestor.name, generation, None, (gone,)))
            continue
        steps.append(HistoryStep(info.name, generation, info, tuple(lines_of(info, here))))
        waiting += [(ancestor, generation + 1) for ancestor in _ancestors(info)]
    return tuple(steps)


def descendants(paths: Paths, name: str) -> tuple[DatasetInfo, ...]:
    """All data sets that were made of this one, or of those, oldest first.

    Raises JokegenError if there is none of that name.
    """
    first = find_dataset(paths, name)
    infos = list_datasets(paths)
    family = {first.id}
    size = 0
    while len(family) > size:
        size = len(family)
        for info in infos:
            made_of = (find_among(infos, ancestor) for ancestor in _ancestors(info))
            if any(other is not None and other.id in family for other in made_of):
                family.add(info.id)
    found = [info for info in infos if info.id in family and info.id != first.id]
    return tuple(sorted(found, key=lambda info: info.created))


def request_to_remake(paths: Paths, name: str, new: str | None = None) -> ImportRequest:
    """The request that makes the same data set again, from the originals where they were kept.

    It is called `new`, or what is free (None). Raises JokegenError where the data set does not
    tell how it was made, and where something that it was made of is gone or of another size.
    """
    info = find_dataset(paths, name)
    try:
        request = wire.from_plain(info.lineage.request, ImportRequest)
    except msgspec.ValidationError:
        request = ImportRequest()
    if not (request.sources or request.datasets):
        raise JokegenError(
            f"The data set “{info.name}” does not tell how it was made.",
            "It was saved by an older version of Jokegen: import its file again.",
        )
    request = replace(request, name=new, proposal=info.name, table=None)
    if request.datasets:
        return replace(request, datasets=tuple(_present_names(paths, info)))
    kept = _kept_originals(info, request.sources)
    expected = tuple(
        SourceFile(
            kept.get(Path(source.path), Path(source.path)),
            source.bytes,
            source.sha256,
            source.rows,
            source.member,
        )
        for source in info.lineage.sources
    )
    _check_are_there(expected)
    sources = tuple(kept.get(source, source) for source in request.sources)
    return replace(request, sources=sources, expected=expected)


def check_are_the_same(expected: Sequence[SourceFile], found: Sequence[SourceFile]) -> None:
    """Raise JokegenError unless the files that were read are those that are expected."""
    wanted = {(file.path, file.member): file.sha256 for file in expected}
    for file in found:
        sha256 = wanted.pop((file.path, file.member), None)
        if sha256 is None:
            raise JokegenError(
                f"The file {_called(file)} was not among the originals.",
                "Take it out of the folder, or import the folder as a new data set.",
            )
        if sha256 != file.sha256:
            raise _changed(file)
    for path, _ in wanted:
        raise _gone(path)


def _ancestors(info: DatasetInfo) -> Iterator[Ancestor]:
    if info.lineage.copy_of is not None:
        yield info.lineage.copy_of
    else:
        yield from info.lineage.parents


def _present_names(paths: Paths, info: DatasetInfo) -> Iterator[str]:
    """What the data sets are called now that this one was made of."""
    here = list_datasets(paths)
    for parent in info.lineage.parents:
        found = find_among(here, parent)
        if found is None:
            raise JokegenError(
                f"The data set “{parent.name}”, of which “{info.name}” was made, is not there "
                "any more.",
                "What was deleted can be restored for a day; after that this data set cannot be "
                "made again.",
            )
        yield found.name


def _kept_originals(info: DatasetInfo, sources: Sequence[Path]) -> dict[Path, Path]:
    """Where the data set keeps copies of its sources, if it does."""
    folder = info.path / ORIGINALS
    return {source: folder / source.name for source in sources if (folder / source.name).is_file()}


def _check_are_there(files: Sequence[SourceFile]) -> None:
    """What can be told at once; the rest is found out when the files are read."""
    for file in files:
        try:
            size = file.path.stat().st_size
        except OSError:
            raise _gone(file.path) from None
        if size != file.bytes:
            raise _changed(file)


def _gone(path: Path) -> JokegenError:
    return JokegenError(
        f"The original “{path}” is not there any more.",
        "Put it back where it was, then try again.",
    )


def _changed(file: SourceFile) -> JokegenError:
    return JokegenError(
        f"The original {_called(file)} is not as it was when the data set was made.",
        "Put the old file back, or import the new one as another data set.",
    )


def _called(file: SourceFile) -> str:
    return f"“{file.member}” in “{file.path}”" if file.member else f"“{file.path}”"
