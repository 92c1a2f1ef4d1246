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
from pathlib import Path
from typing import Any

import filelock

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.data.batches import MOST_ROWS, plain, text_batch
from jokegen.data.dataset_names import check_name, free_name, names_as_text, same_name
from jokegen.data.lineage import from_manifest, to_manifest
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.records import DatasetInfo, Lineage

COLUMN = "text"  # of the saved data sets: what trainers everywhere expect
PARTS = ("train", "validation")
TRASH = ".trash"
_LOCK_POLL_SECONDS = 0.1
# Renaming and deleting happen while a person looks on.
_PATIENCE_SECONDS = 0.3
_TRASH_SECONDS = 24 * 3600.0
_BLOCK = 1 << 20


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
    _quiet_datasets()  # its slow import must not happen under the lock
    with _locked(paths, check):
        taken = [info.name for info in list_datasets(paths)]
        if is_name_proposed:
            name = free_name(name, taken)
        else:
            _check_is_free(name, taken)
        final = _free_folder(paths, name)
        with storage.new_folder(final) as folder:
            _write(folder, dict(zip(PARTS, (train, validation), strict=True)), check)
            _keep_originals(folder, originals, check)
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            storage.write_manifest(
                folder,
                kind="dataset",
                name=name,
                train=len(train),
                validation=len(validation),
                dropped=dict(dropped),
                source=plain(source),
                column=column,
                lineage=to_manifest(lineage or Lineage()),
                created=time.time(),
                bytes=size,
            )
            check()
        return _saved(final)


def list_datasets(paths: Paths) -> list[DatasetInfo]:
    """All saved data sets by name; folders that are not whole are passed over."""
    found = [_info(folder, facts) for folder, facts in storage.whole_folders(paths.datasets)]
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


def load_jokes(paths: Paths, name: str) -> tuple[list[str], list[str]]:
    """The jokes of a data set: those to train on, those held out for validation.

    The files are compared with the manifest first, so that a damaged one is an error (JokegenError)
    and never a crash inside Arrow.
    """
    info = find_dataset(paths, name)
    try:
        storage.check_files(info.path, digests=True)
        # In memory: a mapped file that is cut off while in use kills the process.
        parts = _quiet_datasets().load_from_disk(str(info.path), keep_in_memory=True)
    except (OSError, JokegenError):
        find_dataset(paths, name)  # says so if it was deleted meanwhile
        raise
    train: list[str] = parts["train"].data.column(COLUMN).to_pylist()
    validation: list[str] = parts["validation"].data.column(COLUMN).to_pylist()
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
    """Save a copy of a data set as `new`. Raises JokegenError as saving does."""
    new = check_name(new)
    with _locked(paths, patience=_PATIENCE_SECONDS):
        info = find_dataset(paths, name)
        _check_is_free(new, [other.name for other in list_datasets(paths)])
        final = _free_folder(paths, new)
        with storage.new_folder(final) as folder:
            shutil.copytree(info.path, folder, dirs_exist_ok=True)
            manifest = storage.read_manifest(folder) or {}
            facts = {**manifest, "name": new, "created": time.time()}
            storage.write_json(folder / storage.MANIFEST, facts)
        return _saved(final)


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
        manifest = storage.read_manifest(deleted)
        if manifest is None:
            raise JokegenError("This data set was removed for good.", "Import its file again.")
        name = free_name(str(manifest["name"]), [info.name for info in list_datasets(paths)])
        if name != manifest["name"]:
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


def _write(folder: Path, parts: Mapping[str, Sequence[str]], check: Callable[[], None]) -> None:
    """Write the parts as a Hugging Face `DatasetDict`, one Arrow file each.

    The library lays out an empty data set; its Arrow files are then filled here, because its own
    writer cannot be interrupted and needs a second for a million jokes.
    """
    import pyarrow as pa

    library = _quiet_datasets()
    nothing = pa.schema([(COLUMN, pa.string())]).empty_table()
    layout = library.DatasetDict({part: library.Dataset(nothing) for part in parts})
    # One file each: left to itself the library writes none for an empty part and cannot load it.
    layout.save_to_disk(str(folder), num_shards=dict.fromkeys(parts, 1))
    for part, jokes in parts.items():
        (path,) = (folder / part).glob("*.arrow")
        with pa.OSFile(str(path)) as file:
            schema = pa.ipc.open_stream(file).schema  # with the library's own notes in it
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, schema) as writer:
            for start in range(0, len(jokes), MOST_ROWS):
                check()
                writer.write_batch(
                    text_batch((COLUMN,), [jokes[start : start + MOST_ROWS]]).cast(schema)
                )


def _keep_originals(folder: Path, originals: Sequence[Path], check: Callable[[], None]) -> None:
    """Copy files into the folder "original", block by block so that it can be stopped."""
    for original in originals:
        target = folder / "original" / original.name
        target.parent.mkdir(exist_ok=True)
        with original.open("rb") as source, target.open("xb") as copy:
            while block := source.read(_BLOCK):
                check()
                copy.write(block)


def _quiet_datasets() -> Any:
    """The datasets library, which takes a second to import, without progress bars or caches."""
    import datasets

    datasets.disable_progress_bars()
    datasets.disable_caching()
    return datasets


def _info(folder: Path, facts: Mapping[str, Any]) -> DatasetInfo | None:
    """What a manifest says, or None if it is not one of a data set."""
    if facts.get("kind") != "dataset":
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
            lineage=from_manifest(facts.get("lineage")),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _saved(folder: Path) -> DatasetInfo:
    info = _info(folder, storage.read_manifest(folder) or {})
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
