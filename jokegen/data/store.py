"""Saved data sets: a folder each, which `datasets.load_from_disk` opens, and our manifest.

The manifest tells all that lists need, so that showing them imports neither datasets nor Arrow.
Names are what people type; folders have names of their own, so a name may hold anything.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import filelock

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.data.batches import plain
from jokegen.data.dataset_files import (
    PARTS,
    keep_originals,
    link_all,
    read_batches,
    read_part,
    write_parts,
)
from jokegen.data.dataset_manifest import (
    KIND,
    info_from_manifest,
    lineage_to_manifest,
)
from jokegen.data.dataset_names import check_name, free_name, names_as_text, same_name
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.records import Ancestor, DatasetInfo, Lineage

Check = Callable[[], None]

TRASH = ".trash"
_LOCK_POLL_SECONDS = 0.1
# Renaming and deleting happen while a person looks on.
_PATIENCE_SECONDS = 0.3
_TRASH_SECONDS = 24 * 3600.0


def save_dataset(
    paths: Paths,
    name: str,
    train: Sequence[str],
    validation: Sequence[str],
    *,
    dropped: Mapping[str, int],
    source: str,
    column: str,
    context: JobContext | None = None,
    is_name_proposed: bool = False,
    lineage: Lineage | None = None,
    originals: Sequence[Path] = (),
) -> DatasetInfo:
    """Save both parts under `name`; until the last moment nothing of it is to be seen.

    A name that exists is an error, or gets a number behind it if it is only a proposal
    (`is_name_proposed`). `source`, `column` and `lineage` say where the jokes came from;
    `originals` are files that are copied into the data set, since nobody else keeps them. Raises
    JokegenError, JobCancelled, and OSError (disk full) with nothing left behind.
    """
    name = check_name(name)
    check = context.check if context else lambda: None
    with _new_folder(paths) as folder:
        write_parts(folder, dict(zip(PARTS, (train, validation), strict=True)), check)
        keep_originals(folder, originals, check)
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        storage.write_manifest(
            folder,
            check=check,
            kind=KIND,
            id=uuid.uuid4().hex,
            name=name,
            train=len(train),
            validation=len(validation),
            dropped=dict(dropped),
            source=plain(source),
            column=column,
            lineage=lineage_to_manifest(lineage or Lineage()),
            created=time.time(),
            bytes=size,
        )
        return _settle(paths, folder, name, check, is_name_proposed=is_name_proposed)


def list_datasets(paths: Paths) -> list[DatasetInfo]:
    """All saved data sets by name; folders that are not whole are passed over."""
    folders = storage.whole_folders(paths.datasets)
    found = (info_from_manifest(folder, facts) for folder, facts in folders)
    return sorted((info for info in found if info), key=lambda info: info.name.casefold())


def find_dataset(paths: Paths, name: str) -> DatasetInfo:
    """The data set of this name (case does not matter). Raises JokegenError with the names."""
    infos = list_datasets(paths)
    for info in infos:
        if same_name(info.name, name):
            return info
    if infos:
        todo = f"Choose one of these: {names_as_text(info.name for info in infos)}."
    else:
        todo = "There is none yet: import a file of jokes first."
    raise JokegenError(f"There is no data set named “{name}”.", todo)


def check_name_is_free(paths: Paths, name: str) -> str:
    """The name as it would be saved. Raises JokegenError if it is unfit or taken."""
    name = check_name(name)
    _check_is_free(name, [info.name for info in list_datasets(paths)])
    return name


def load_jokes(
    paths: Paths, name: str, check: Callable[[], None] = lambda: None
) -> tuple[list[str], list[str]]:
    """The jokes of a data set: those to train on, those held out for validation.

    The files are compared with the manifest first, so that a damaged one is an error (JokegenError)
    and never a crash inside Arrow. `check` is called now and then and may raise.
    """
    info = find_dataset(paths, name)
    try:
        storage.check_files(info.path, digests=True)
        check()
        train, validation = (read_part(info.path / part, check) for part in PARTS)
    except (OSError, JokegenError):
        find_dataset(paths, name)  # says so if it was deleted meanwhile
        raise
    return train, validation


class SavedJokes:
    """One part of a saved data set, read anew each time one goes through it, never all at once.

    `check` is called now and then and may raise. Going through it raises JokegenError where the
    data set was deleted meanwhile, and OSError where its files cannot be read.
    """

    def __init__(self, paths: Paths, info: DatasetInfo, part: str, check: Check) -> None:
        self._paths, self._info, self._part, self._check = paths, info, part, check

    def __len__(self) -> int:
        return self._info.train if self._part == PARTS[0] else self._info.validation

    def __iter__(self) -> Iterator[str]:
        try:
            for jokes in read_batches(self._info.path / self._part, self._check):
                yield from jokes
        except OSError:
            find_dataset(self._paths, self._info.name)  # says so if it was deleted meanwhile
            raise


def open_jokes(
    paths: Paths, name: str, check: Check = lambda: None
) -> tuple[SavedJokes, SavedJokes]:
    """As `load_jokes`, but the jokes stay on the disk: memory does not grow with their number."""
    info = find_dataset(paths, name)
    try:
        storage.check_files(info.path, digests=True)
        check()
    except (OSError, JokegenError):
        find_dataset(paths, name)  # says so if it was deleted meanwhile
        raise
    train, validation = (SavedJokes(paths, info, part, check) for part in PARTS)
    for part in (train, validation):
        next(iter(part), None)  # can it be read?
    return train, validation


def rename_dataset(paths: Paths, old: str, new: str) -> DatasetInfo:
    """Give a data set another name; its folder stays. Raises JokegenError as saving does."""
    new = check_name(new)
    with _locked(paths, patience=_PATIENCE_SECONDS):
        info = find_dataset(paths, old)
        others = [other.name for other in list_datasets(paths) if other.path != info.path]
        _check_is_free(new, others)
        manifest = storage.read_manifest(info.path)
        storage.write_json(info.path / storage.MANIFEST, {**(manifest or {}), "name": new})
        return _saved(info.path)


def duplicate_dataset(paths: Paths, name: str, new: str) -> DatasetInfo:
    """Save a copy of a data set as `new`. Raises JokegenError as saving does.

    Its files take no room of their own where the disk allows that: none is ever altered in place.
    """
    new = check_name_is_free(paths, new)
    info = find_dataset(paths, name)
    with _new_folder(paths) as folder:
        try:
            link_all(info.path, folder)
            manifest = storage.read_manifest(info.path) or {}
        except OSError:
            find_dataset(paths, name)  # says so if it was deleted meanwhile
            raise
        lineage = replace(info.lineage, copy_of=Ancestor(info.id, info.name))
        facts = {
            **manifest,
            "id": uuid.uuid4().hex,
            "name": new,
            "created": time.time(),
            "lineage": lineage_to_manifest(lineage),
        }
        storage.write_json(folder / storage.MANIFEST, facts)
        return _settle(paths, folder, new, patience=_PATIENCE_SECONDS)


def delete_dataset(paths: Paths, name: str) -> str:
    """Take a data set out of sight; returns what `restore_dataset` brings it back by.

    It is removed for good by `empty_trash`. Raises JokegenError if there is none of this name.
    """
    with _locked(paths, patience=_PATIENCE_SECONDS):
        folder = find_dataset(paths, name).path
        trash = paths.datasets / TRASH
        trash.mkdir(exist_ok=True)
        target = trash / f"{folder.name}-{uuid.uuid4().hex[:8]}"
        folder.rename(target)
        os.utime(target)  # how long it has been there
    return target.name


def restore_dataset(paths: Paths, handle: str) -> DatasetInfo:
    """Bring back what was deleted, under a name with a number if its own was taken meanwhile.

    Raises JokegenError if it is gone for good.
    """
    with _locked(paths, patience=_PATIENCE_SECONDS):
        deleted = paths.datasets / TRASH / Path(handle).name
        manifest = storage.read_manifest(deleted) or {}
        info = info_from_manifest(deleted, manifest)
        if info is None:
            raise JokegenError("This data set was removed for good.", "Import its file again.")
        name = free_name(info.name, [other.name for other in list_datasets(paths)])
        if name != info.name:
            storage.write_json(deleted / storage.MANIFEST, {**manifest, "name": name})
        final = _free_folder(paths, name)
        deleted.rename(final)
        return _saved(final)


def empty_trash(paths: Paths, older_than: float = _TRASH_SECONDS) -> None:
    """Remove for good what was deleted longer ago than that (in seconds; a day)."""
    trash = paths.datasets / TRASH
    for folder in trash.iterdir() if trash.is_dir() else ():
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < time.time() - older_than:
                storage.remove_folder(folder)


@contextlib.contextmanager
def _new_folder(paths: Paths) -> Iterator[Path]:
    """A folder to fill, under a temporary name that a sweep knows; `_settle` gives it its own.

    Where the block fails it is removed.
    """
    paths.datasets.mkdir(parents=True, exist_ok=True)
    folder = paths.datasets / f".tmp-{os.getpid()}-{uuid.uuid4().hex}"
    folder.mkdir()
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _settle(
    paths: Paths,
    folder: Path,
    name: str,
    check: Callable[[], None] = lambda: None,
    *,
    is_name_proposed: bool = False,
    patience: float | None = None,
) -> DatasetInfo:
    """Let a folder that is whole take its place among the data sets; the lock is held for that."""
    storage.fsync_folder(folder)
    with _locked(paths, check, patience):
        taken = [info.name for info in list_datasets(paths)]
        if not is_name_proposed:
            _check_is_free(name, taken)
        elif (free := free_name(name, taken)) != name:
            name = free
            manifest = storage.read_manifest(folder) or {}
            storage.write_json(folder / storage.MANIFEST, {**manifest, "name": name})
        check()
        final = _free_folder(paths, name)
        folder.rename(final)
        storage.fsync_folder(final.parent)
        return _saved(final)


def _saved(folder: Path) -> DatasetInfo:
    info = info_from_manifest(folder, storage.read_manifest(folder) or {})
    assert info is not None  # its manifest was written a moment ago, under the lock
    return info


def _check_is_free(name: str, taken: Sequence[str]) -> None:
    if any(same_name(name, other) for other in taken):
        raise JokegenError(
            f"There is a data set named “{name}” already.",
            "Choose another name, or delete or rename the one that is there.",
        )


def _free_folder(paths: Paths, name: str) -> Path:
    """A folder that does not exist yet, whether whole or not; called under the lock."""
    first = paths.datasets / storage.slug(name)
    folder, number = first, 2
    while folder.exists():
        folder = first.with_name(f"{first.name}-{number}")
        number += 1
    return folder


@contextlib.contextmanager
def _locked(
    paths: Paths, check: Callable[[], None] = lambda: None, patience: float | None = None
) -> Iterator[None]:
    """Hold the lock on all data sets; two processes cannot take the same name at once.

    The operating system lets go of it when a process dies. `check` may raise while waiting;
    after `patience` seconds a JokegenError is raised.
    """
    deadline = None if patience is None else time.monotonic() + patience
    paths.datasets.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(paths.datasets / ".lock")
    while True:
        check()
        try:
            lock.acquire(timeout=_LOCK_POLL_SECONDS, poll_interval=_LOCK_POLL_SECONDS / 4)
            break
        except filelock.Timeout:
            if deadline is not None and time.monotonic() > deadline:
                raise JokegenError(
                    "Another data set is being saved at this moment.",
                    "Wait until that is done, then try again.",
                ) from None
    try:
        yield
    finally:
        lock.release()
