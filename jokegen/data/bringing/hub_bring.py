"""Brings one split of a Hugging Face data set to this computer.

CSV, TSV, JSON and text files come byte for byte and are read by Jokegen's own readers: streamed
through the `datasets` library the text "NA" of a CSV file becomes nothing, "007" becomes 7, and a
date in JSON becomes another text. Parquet and Arrow files are streamed through it, row by row.
"""

from __future__ import annotations

import contextlib
import hashlib
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from jokegen import wording
from jokegen.data.batches import plain
from jokegen.data.bringing import hub, hub_errors
from jokegen.data.bringing.cutting import Cutter, cut_list
from jokegen.data.bringing.file_names import name_from, safe_name
from jokegen.data.bringing.hub_names import HubName
from jokegen.data.bringing.hub_rows import KINDS, stream_rows
from jokegen.data.bringing.meter import Meter
from jokegen.data.bringing.places import new_place, temporary_file
from jokegen.data.bringing.remote_files import Read
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs.background import in_background, pause
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import BringRequest
from jokegen.jobs.events import Notice

MOST_BYTES = 2_000_000_000
TRIES = 5
FIRST_PAUSE = 1.0  # seconds; doubled before every further try
_AS_THEY_ARE = ("csv", "json", "text")
_BLOCK = 1 << 20


def bring_from_hub(
    wanted: HubName, request: BringRequest, context: JobContext
) -> tuple[Path, str, str]:
    """The file, where it came from, what to call it. Raises JokegenError, JobCancelled, OSError."""
    repository, parts = hub.open_dataset(wanted.name, context)
    part = choose(
        parts, repository.name, request.hub_config or wanted.config,
        request.hub_split or wanted.split,
    )  # fmt: skip
    if part.kind not in (*_AS_THEY_ARE, *KINDS):
        raise hub_errors.no_files(repository.name, part.kind)
    stem = _stem(repository, part, parts)
    with new_place(context.paths) as (folder, final):
        try:
            if part.kind in KINDS and not part.bytes:
                raise hub_errors.no_rows(repository.name, part.split)
            if part.kind in KINDS:
                name = f"{safe_name(stem)}.parquet"
                stream_rows(
                    {file.path: file.size for file in part.files if file.size},
                    _reader(repository, part, context), part.kind, request.hub_columns,
                    request.limit, part.rows, folder / name, context,
                )  # fmt: skip
            else:
                name = _Files(repository, part, request.limit, context).bring(folder, stem)
        except (JokegenError, JobCancelled):
            raise
        except Exception as error:
            if _is_of_this_computer(error):
                raise
            hub.raise_explained(error, repository)
        if not (folder / name).exists():
            raise hub_errors.no_rows(repository.name, part.split)
    origin = f"hub:{repository.name}:{part.config}:{part.split}"
    title = name_from(request.name) if request.name.strip() else name_from(stem)
    return final / name, f"{origin} ({repository.revision[:12]})", title


def _reader(repository: hub.Repository, part: hub.Part, context: JobContext) -> Read:
    """What gives pieces of the part's files, trying again where the connection breaks."""
    files = {file.path: file for file in part.files}

    def read(path: str, start: int, end: int) -> bytes:
        piece = bytearray()
        failures = 0
        while len(piece) < end - start:
            before = len(piece)
            try:
                for is_piece, block in in_background(
                    hub.blocks(repository, files[path], start + before, end), context.check
                ):
                    if not is_piece:
                        raise hub_errors.no_pieces(path)
                    piece += block
                if len(piece) == before:
                    raise ConnectionError("the server ended too early")
            except Exception as error:
                failures = failures + 1 if len(piece) == before else 1
                if not hub_errors.is_worth_another_try(error) or failures >= TRIES:
                    raise
                context.emit(Notice("The connection broke off; trying again.", True))
                pause(FIRST_PAUSE * 2 ** (failures - 1), context.check)
        return bytes(piece[: end - start])

    return read


def choose(parts: Sequence[hub.Part], name: str, config: str, split: str) -> hub.Part:
    """The part that was asked for, else the first. Raises JokegenError, naming what there is."""
    configs = list(dict.fromkeys(part.config for part in parts))
    if config and config not in configs:
        raise hub_errors.unknown_choice(name, "configuration", config, configs)
    parts = [part for part in parts if part.config == (config or parts[0].config)]
    splits = [part.split for part in parts]
    if split and split not in splits:
        raise hub_errors.unknown_choice(name, "split", split, splits)
    return parts[splits.index(split)] if split else parts[0]


def _stem(repository: hub.Repository, part: hub.Part, parts: Sequence[hub.Part]) -> str:
    """What the file is called: the data set, and what of it where there is more."""
    words = [repository.name.rpartition("/")[2]]
    if len({one.config for one in parts}) > 1:
        words.append(part.config)
    if len([one for one in parts if one.config == part.config]) > 1:
        words.append(part.split)
    return " ".join(words)


def _is_of_this_computer(error: BaseException) -> bool:
    """Whether it is the disk's fault, and not the network's."""
    is_network = isinstance(error, ConnectionError | TimeoutError)
    return isinstance(error, OSError) and error.errno is not None and not is_network


class _Files:
    """The files of a split on their way: one stays as it is, several go into one zip archive."""

    def __init__(
        self, repository: hub.Repository, part: hub.Part, limit: int | None, context: JobContext
    ) -> None:
        self._repository, self._part = repository, part
        self._limit, self._context = limit, context
        total = part.bytes
        self._meter = Meter(context, "bytes", total if limit is None else None)
        self._done = 0
        if total is not None and total > MOST_BYTES and limit is None:
            raise JokegenError(
                f"This split is too large: {wording.size(total)}, more than the "
                f"{wording.size(MOST_BYTES)} that Jokegen takes from the hub.",
                "Take fewer rows of it: choose how many.",
            )

    def bring(self, folder: Path, stem: str) -> str:
        """Bring all files, or the first rows of them; returns the name of the one that is made."""
        cutter = None if self._limit is None else Cutter(self._part.files[0].path, self._limit)
        if len(self._part.files) == 1:
            file = self._part.files[0]
            endings = "".join(PurePosixPath(file.path).suffixes[-2:])
            name = f"{safe_name(stem)}{_known(endings)}"
            self._fetch(file, folder / name, cutter)
        else:
            name = f"{safe_name(stem)}.zip"
            self._bring_several(folder / name, cutter)
        self._meter.update(self._done, is_last=True)
        if cutter is not None and not cutter.can_cut and not self._cut(folder / name):
            self._context.emit(
                Notice("All rows came: of files of this kind the first rows cannot be taken alone.")
            )
        return name

    def _bring_several(self, archive: Path, cutter: Cutter | None) -> None:
        with zipfile.ZipFile(archive, "w") as target:
            for number, file in enumerate(self._part.files):
                if cutter is not None and cutter.can_cut and cutter.is_done:
                    break
                here = temporary_file(self._context.paths)
                name = f"{number:05d} {safe_name(file.path)}"
                try:
                    self._fetch(file, here, cutter)
                    if here.stat().st_size:
                        self._add(target, here, name)
                finally:
                    with contextlib.suppress(OSError):
                        here.unlink()

    def _add(self, target: zipfile.ZipFile, path: Path, name: str) -> None:
        info = zipfile.ZipInfo(name)
        info.file_size = path.stat().st_size
        with path.open("rb") as source, target.open(info, "w") as copy:
            while block := source.read(_BLOCK):
                self._context.check()
                copy.write(block)

    def _cut(self, path: Path) -> bool:
        """Shorten what could only be cut once it was whole."""
        assert self._limit is not None
        return path.suffix == ".json" and cut_list(path, self._limit, self._context.check)

    def _fetch(self, file: hub.HubFile, target: Path, cutter: Cutter | None) -> None:
        """One file into `target`, going on where the connection broke."""
        failures, have, before = 0, 0, self._done
        digest = hashlib.sha256()
        with target.open("wb") as out:
            while True:
                start = have
                try:
                    for is_rest, block in in_background(
                        hub.blocks(self._repository, file, start), self._context.check
                    ):
                        if start and not is_rest:  # it comes from the beginning again
                            raise hub_errors.no_pieces(file.path)
                        end = None if cutter is None else cutter.feed(block)
                        out.write(block[:end])
                        digest.update(block)
                        have += len(block)
                        self._done = before + have
                        self._meter.update(self._done)
                        self._check_size()
                        if end is not None:
                            return
                    if file.size is not None and have < file.size:
                        raise ConnectionError("the server ended too early")
                    break
                except Exception as error:
                    failures = failures + 1 if have == start else 1
                    if (
                        isinstance(error, JokegenError | JobCancelled)
                        or not hub_errors.is_worth_another_try(error)
                        or failures >= (TRIES if have else 2)
                    ):
                        raise
                self._context.emit(Notice("The connection broke off; trying again.", True))
                pause(FIRST_PAUSE * 2 ** (failures - 1), self._context.check)
        if cutter is not None:
            cutter.end_of_file()
        self._check_digest(file, have, digest.hexdigest())

    def _check_size(self) -> None:
        if self._done > MOST_BYTES:
            raise JokegenError(
                f"This split is larger than the {wording.size(MOST_BYTES)} that Jokegen takes from "
                "the hub.",
                "Take fewer rows of it: choose how many.",
            )

    def _check_digest(self, file: hub.HubFile, size: int, sha256: str) -> None:
        if (file.size is not None and size != file.size) or (file.sha256 and sha256 != file.sha256):
            raise JokegenError(
                f"The hub sent a “{plain(file.path)}” that is not the one it announced (its size "
                "or digest differs), so it was not used.",
                "Try again later, or download the file in a browser and choose it here.",
            )


def _known(endings: str) -> str:
    """The endings that say what a file is: ".csv", ".jsonl.gz"."""
    parts = PurePosixPath(f"x{endings}").suffixes
    compressed = parts[-1:] if parts and parts[-1].lower() in (".gz", ".zst", ".zip") else []
    return "".join(parts[-2:] if compressed else parts[-1:])
