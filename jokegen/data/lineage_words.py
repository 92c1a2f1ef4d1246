"""How a data set came to be, in sentences: the same in the window and on the command line."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from jokegen import wording
from jokegen.data.dataset_manifest import ORIGINALS
from jokegen.data.dataset_names import names_as_text, same_name
from jokegen.jobs.dataset_requests import FixKind
from jokegen.records import Ancestor, DatasetInfo, LineageSource

# What a fix did to so many jokes; those that leave jokes out are told by their reasons.
_MENDED: dict[FixKind, str] = {
    FixKind.SEVERAL_IN_ROW: "rows with several jokes parted",
    FixKind.OVER_ROWS: "jokes over several rows joined",
    FixKind.MOJIBAKE: "broken characters",
    FixKind.HTML: "HTML",
    FixKind.UNICODE: "Unicode form",
    FixKind.CONTROLS: "invisible characters",
    FixKind.LINKS: "links",
    FixKind.MENTIONS: "@names",
    FixKind.HASHTAGS: "#tags",
    FixKind.EMOJI: "emoji",
    FixKind.NUMBERING: "numbering",
    FixKind.EDIT_TAILS: "“EDIT:” tails",
    FixKind.SPACES: "surplus blanks",
}
_LIMITS: dict[FixKind, str] = {
    FixKind.TOO_SHORT: "shorter than {:g} words",
    FixKind.TOO_LONG: "longer than {:g} tokens",
    FixKind.NEAR_DUPLICATES: "at least {:.0%} the same",
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def find_among(infos: Sequence[DatasetInfo], ancestor: Ancestor) -> DatasetInfo | None:
    """The data set that is meant; older versions gave a name and no id."""
    if ancestor.id:
        return next((info for info in infos if info.id == ancestor.id), None)
    return next((info for info in infos if same_name(info.name, ancestor.name)), None)


def lines_of(info: DatasetInfo, here: Sequence[DatasetInfo]) -> Iterator[str]:
    """How one data set was made, a sentence for each thing that was done."""
    lineage = info.lineage
    if lineage.copy_of is not None:
        yield f"A copy of “{_name_now(lineage.copy_of, here)}”."
        yield _saved(info)
        return
    kept = info.path / ORIGINALS
    if lineage.origin:
        yield f"Brought from {lineage.origin}."
    for source in lineage.sources:
        is_kept = (kept / PurePath(source.path).name).is_file()
        yield _read_from(source, is_kept=is_kept, was_brought=bool(lineage.origin))
    if lineage.parents:
        names = [_name_now(parent, here) for parent in lineage.parents]
        yield f"Made of {names_as_text(names)}."
    if not (lineage.sources or lineage.parents):
        yield f"Made of “{info.source}”."
    if len(lineage.columns) > 1:
        yield f"Each joke is {wording.on_one_line(lineage.template)}."
    elif lineage.columns and lineage.sources:
        yield f"The jokes are in the column “{lineage.columns[0]}”."
    if lineage.misfits:
        yield f"Rows that did not fit, repaired or left out: {lineage.misfits:,}."
    mended = [
        f"{_MENDED[FixKind(fix.kind)]} {fix.count:,}"
        for fix in lineage.fixes
        if fix.kind in _MENDED and fix.count
    ]
    if mended:
        yield f"Mended: {', '.join(mended)}."
    if lineage.edits:
        yield f"Changed, removed or kept by hand: {lineage.edits:,}."
    limits = [
        _LIMITS[FixKind(fix.kind)].format(fix.limit)
        for fix in lineage.fixes
        if fix.kind in _LIMITS and fix.limit is not None
    ]
    if left_out := wording.dropped(info.dropped):
        how = f" ({', '.join(limits)})" if limits else ""
        yield f"Left out: {left_out}{how}."
    if lineage.limit is not None:
        yield f"A random part was taken: {wording.jokes(info.jokes)}."
    yield _saved(info)


def _read_from(source: LineageSource, *, is_kept: bool, was_brought: bool) -> str:
    # What was brought lay in a folder that is gone: its name is all that helps.
    path = PurePath(source.path).name if was_brought else source.path
    member = f"“{source.member}” in " if source.member else ""
    rows = "1 row" if source.rows == 1 else f"{source.rows:,} rows"
    if is_kept:
        where = "kept with the data set"
    else:
        where = "" if Path(source.path).exists() else "not there any more"
    facts = ", ".join(filter(None, (wording.size(source.bytes), rows, where)))
    return f"Read from {member}“{path}” ({facts})."


def _name_now(ancestor: Ancestor, here: Sequence[DatasetInfo]) -> str:
    info = find_among(here, ancestor)
    return ancestor.name if info is None else info.name


def _saved(info: DatasetInfo) -> str:
    at = time.localtime(info.created)
    day = f"{at.tm_mday} {_MONTHS[at.tm_mon - 1]} {at.tm_year}, {at.tm_hour:02d}:{at.tm_min:02d}"
    by = f" by Jokegen {info.lineage.jokegen}" if info.lineage.jokegen else ""
    return f"Saved on {day}{by}: {info.train:,} to learn from, {info.validation:,} to check with."
