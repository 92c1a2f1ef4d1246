"""Fetches a base model from the Hugging Face hub, or from a mirror of it (`HF_ENDPOINT`).

Only configuration, tokenizer and safetensors files are taken: never pickles, never code. Files are
streamed by a loop of our own, because a download must be cancelled within moments in the middle of
a large file, and must go on where it broke off. Sizes and digests that the hub tells are checked.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jokegen.errors import JokegenError
from jokegen.jobs.background import in_background, pause
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice
from jokegen.lm.downloads import ByteMeter, sha256_of, size_of
from jokegen.lm.hub_errors import explain_hub_error, is_worth_another_try
from jokegen.lm.room import require_room

TRIES = 5
FIRST_PAUSE = 1.0  # seconds; doubled before every further try
_TIMEOUT = 15.0  # seconds without a byte
_SAFETENSORS = re.compile(r"model(-\d+-of-\d+)?\.safetensors")
_COMPANIONS = {
    "config.json",
    "generation_config.json",
    "model.safetensors.index.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "vocab.json",
    "merges.txt",
    "special_tokens_map.json",
    "added_tokens.json",
}


@dataclass(frozen=True)
class RemoteFile:
    """A file at the hub. Large ones come with a SHA-256, small ones with git's SHA-1."""

    name: str
    size: int
    sha256: str = ""
    git_sha1: str = ""
    url: str = ""


def is_wanted(name: str) -> bool:
    """Whether a base model needs the file: weights as safetensors, configuration, tokenizer."""
    return name in _COMPANIONS or _SAFETENSORS.fullmatch(name) is not None


def fetch_files(repository: str, title: str, folder: Path, context: JobContext) -> list[Path]:
    """Fetch a model's files into a folder inside `folder` and return them, checked.

    What an earlier try left there is continued, if the hub still has the same revision. Raises
    JokegenError saying what went wrong: no network, no such model, a login needed, only pickles,
    other bytes than the hub's digest tells, a server that keeps breaking off.
    """
    revision, files = _list_files(repository, context)
    target = folder / revision
    target.mkdir(parents=True, exist_ok=True)
    for other in list(folder.iterdir()):
        if other != target:  # of a revision that the hub does not have any more
            shutil.rmtree(other, ignore_errors=True)
    here = sum(_size_here(target, file) for file in files)
    total = sum(file.size for file in files)
    require_room(context.paths.home, total - here, f"Fetching {title}")
    download = _Download(repository, target, ByteMeter(context, total), here, context)
    for file in files:
        download.bring(file)
    return [target / file.name for file in files]


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or None


def _list_files(repository: str, context: JobContext) -> tuple[str, list[RemoteFile]]:
    """The revision that the hub has now, and its files that a base model needs."""
    from huggingface_hub import HfApi, hf_hub_url

    def ask(put: Callable[[Any], None]) -> None:
        api = HfApi(endpoint=_endpoint(), library_name="jokegen")
        put(api.model_info(repository, files_metadata=True, timeout=_TIMEOUT))

    (info,) = _patiently(lambda: list(in_background(ask, context.check)), repository, context)
    revision = str(info.sha or "main")
    files = [
        RemoteFile(
            name=sibling.rfilename,
            size=sibling.size or 0,
            sha256=sibling.lfs.sha256 if sibling.lfs else "",
            git_sha1="" if sibling.lfs else (sibling.blob_id or ""),
            url=hf_hub_url(repository, sibling.rfilename, revision=revision, endpoint=_endpoint()),
        )
        for sibling in info.siblings or ()
        if is_wanted(sibling.rfilename)
    ]
    if not any(_SAFETENSORS.fullmatch(file.name) for file in files):
        raise JokegenError(
            f"“{repository}” has no weights in the safetensors format, and Jokegen takes no "
            "other: files in the older formats can run programs on your computer.",
            "Choose another base model, or choose a folder with a safetensors model yourself.",
        )
    return re.sub(r"[^0-9a-zA-Z]", "", revision), sorted(files, key=lambda file: file.size)


def _size_here(folder: Path, file: RemoteFile) -> int:
    return min(file.size, max(size_of(folder / file.name), size_of(_part(folder, file))))


def _part(folder: Path, file: RemoteFile) -> Path:
    return folder / f"{file.name}.part"


class _Download:
    """The files of one model on their way into `folder`; `here` counts the bytes there are."""

    def __init__(
        self, repository: str, folder: Path, meter: ByteMeter, here: int, context: JobContext
    ) -> None:
        self._repository, self._folder, self._meter = repository, folder, meter
        self._here, self._context = here, context

    def bring(self, file: RemoteFile) -> None:
        """Bring one file into the folder; it has its name only once its digest is right."""
        target, part = self._folder / file.name, _part(self._folder, file)
        if size_of(target) == file.size and _is_right(target, file, self._context):
            return
        for is_last_try in (size_of(part) == 0, True):
            if size_of(part) < file.size or not part.exists():
                _patiently(
                    lambda: self._stream(file, part),
                    self._repository,
                    self._context,
                    so_far=lambda: size_of(part),
                )
            if size_of(part) == file.size and _is_right(part, file, self._context):
                os.replace(part, target)
                return
            self._here -= min(size_of(part), file.size)
            part.unlink()  # what an earlier try left may be the reason: once more from the start
            if is_last_try:
                break
        raise JokegenError(
            f"The hub sent a “{file.name}” of “{self._repository}” that is not the one it "
            "announced (its size or digest differs), so it was not used.",
            "Try again later, or choose a folder with the model's files yourself.",
        )

    def _stream(self, file: RemoteFile, part: Path) -> None:
        """Append what is missing to `part`, from where it ends."""
        from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

        have = size_of(part)
        headers = {**build_hf_headers(library_name="jokegen"), "Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"

        def fetch(put: Callable[[bytes | bool], None]) -> None:
            session = get_session()
            with session.stream("GET", file.url, headers=headers, timeout=_TIMEOUT) as response:
                if response.status_code >= 400:
                    response.read()
                    hf_raise_for_status(response)
                put(response.status_code == 206)
                for block in response.iter_bytes():
                    put(block)

        with part.open("ab") as out:
            for item in in_background(fetch, self._context.check):
                if isinstance(item, bytes):
                    out.write(item)
                    have += len(item)
                    self._here += len(item)
                    self._meter.update(self._here)
                    if have > file.size:  # not the announced file: do not fill the disk with it
                        return
                elif not item and have:  # the server cannot continue, and sends it from the start
                    out.truncate(0)
                    self._here -= have
                    have = 0
        if have < file.size:
            raise ConnectionError("the server ended too early")


def _is_right(path: Path, file: RemoteFile, context: JobContext) -> bool:
    if file.sha256:
        return sha256_of(path, context) == file.sha256
    if file.git_sha1:
        content = path.read_bytes()
        blob = b"blob %d\0" % len(content) + content
        return hashlib.sha1(blob, usedforsecurity=False).hexdigest() == file.git_sha1
    return True


def _patiently(
    attempt: Callable[[], Any],
    repository: str,
    context: JobContext,
    so_far: Callable[[], int] = lambda: 0,
) -> Any:
    """Try until it works; give up after `TRIES` tries in a row that brought nothing new."""
    failures, best, had_some = 0, so_far(), False
    while True:
        try:
            return attempt()
        except Exception as error:  # sorted out at once: what is not the network's is raised
            now = so_far()
            if now > best:
                failures, best, had_some = 0, now, True
            failures += 1
            if not is_worth_another_try(error, had_some=best > 0 or had_some) or failures >= TRIES:
                problem = explain_hub_error(error, repository)
                if problem is None:
                    raise
                raise problem from error
        context.emit(Notice("The connection broke off; trying again.", is_warning=True))
        pause(FIRST_PAUSE * 2 ** (failures - 1), context.check)
