"""Asks the Hugging Face hub, or a mirror (`HF_ENDPOINT`), for data sets: the one gateway to it.

Which files make a split is the `datasets` library's to say: the same as for everybody who loads
the data set by its name. Nobody's code is run: a data set that is a program is taken from the
copy of its rows that the hub made (`refs/convert/parquet`), or refused.

A token goes along only where the hub asks for one: first whatever HF_TOKEN or the hub's own login
says, then the one of the keyring.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from jokegen.data.bringing import hub_errors
from jokegen.data.bringing.places import temporary_file
from jokegen.data.bringing.tokens import get_token
from jokegen.errors import JokegenError
from jokegen.jobs.background import in_background
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import HubLookSummary, HubSplit
from jokegen.jobs.events import Notice, Phase, Progress

T = TypeVar("T")
CONVERTED = "refs/convert/parquet"
_TIMEOUT = 20.0  # seconds without a byte


@dataclass(frozen=True)
class HubFile:
    """A file of a data set; `sha256` is "" where the hub does not say it."""

    path: str
    size: int | None = None
    sha256: str = ""


@dataclass(frozen=True)
class Repository:
    """A data set as the hub describes it now, at one revision; `token` is what opened it."""

    name: str
    revision: str
    files: dict[str, HubFile]
    card: dict[str, Any]
    is_gated: bool = False
    is_private: bool = False
    token: str | None = field(default=None, repr=False)

    @property
    def page(self) -> str:
        return page_of(self.name)

    @property
    def is_script(self) -> bool:
        """Whether a program of its owner would make the rows."""
        return f"{self.name.rpartition('/')[2]}.py" in self.files


@dataclass(frozen=True)
class Part:
    """One split of one configuration: its files, and what reads them ("csv", "parquet", …)."""

    config: str
    split: str
    kind: str
    files: tuple[HubFile, ...]
    rows: int | None = None
    columns: tuple[str, ...] = ()

    @property
    def bytes(self) -> int | None:
        sizes = [file.size for file in self.files]
        return None if None in sizes else sum(size for size in sizes if size is not None)


def page_of(name: str) -> str:
    """The data set's page, for people."""
    return f"{(_endpoint() or 'https://huggingface.co')}/datasets/{name}"


def look(name: str, context: JobContext) -> HubLookSummary:
    """What a data set consists of. Raises JokegenError and JobCancelled."""
    repository, parts = open_dataset(name, context)
    licence = repository.card.get("license") or ""
    return HubLookSummary(
        hub=repository.name,
        splits=tuple(
            HubSplit(
                part.config, part.split, part.rows, part.bytes, part.columns, len(part.files),
                part.kind,
            )
            for part in parts
        ),
        licence=", ".join(map(str, licence)) if isinstance(licence, list) else str(licence),
        is_gated=repository.is_gated,
        is_private=repository.is_private,
        page=repository.page,
    )  # fmt: skip


def open_dataset(name: str, context: JobContext) -> tuple[Repository, list[Part]]:
    """The data set and its parts, the one to propose first. Raises JokegenError, JobCancelled."""
    context.emit(Progress(Phase.BRINGING))
    repository = _ask(lambda: _open(name), name, context)
    if repository.is_script:
        page = repository.page
        converted = _ask(lambda: _converted(repository), name, context)
        if converted is None:
            raise hub_errors.script(name, page)
        context.emit(
            Notice(
                "This data set is made by a program, which Jokegen does not run; the copy of its "
                "rows at the hub is taken instead."
            )
        )
        repository, parts = converted, _parts_of_converted(converted)
    else:
        cache = temporary_file(context.paths)
        try:
            parts = _ask(lambda: _parts(repository, cache), repository.name, context, repository)
        finally:
            _remove(cache)
    if not parts:
        raise hub_errors.no_files(name)
    return repository, parts


def blocks(
    repository: Repository, file: HubFile, start: int = 0, end: int | None = None
) -> Callable[[Callable[[tuple[bool, bytes]], None]], None]:
    """Work for a thread of its own: the bytes of a file from `start` to `end`, block by block.

    With each goes whether it is that piece of the file, or (where the server cannot send pieces)
    the file from its beginning. Raises what the library raises.
    """

    def work(put: Callable[[tuple[bool, bytes]], None]) -> None:
        from huggingface_hub import hf_hub_url
        from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

        url = hf_hub_url(
            repository.name, file.path, repo_type="dataset", revision=repository.revision,
            endpoint=_endpoint(),
        )  # fmt: skip
        headers = build_hf_headers(token=repository.token or False, library_name="jokegen")
        headers["Accept-Encoding"] = "identity"
        if start or end is not None:
            headers["Range"] = f"bytes={start}-{'' if end is None else end - 1}"
        with get_session().stream("GET", url, headers=headers, timeout=_TIMEOUT) as response:
            if response.status_code >= 400:
                response.read()
                hf_raise_for_status(response)
            is_piece = response.status_code == 206
            for block in response.iter_bytes():
                put((is_piece, block))

    return work


def raise_explained(error: Exception, repository: Repository) -> NoReturn:
    """Raise what the library raised in our words, where we have some; never with the token."""
    problem = hub_errors.explain(
        error, repository.name, repository.page, has_token=repository.token is not None
    )
    if repository.token and repository.token in repr(error):
        raise problem or JokegenError(
            f"Something unexpected went wrong with “{repository.name}”: {type(error).__name__}.",
            "Try again; if it happens again, download its files in a browser.",
        ) from None
    raise problem or error from (error if problem else error.__cause__)


def _endpoint() -> str | None:
    return os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or None


def _ask(
    work: Callable[[], T], name: str, context: JobContext, repository: Repository | None = None
) -> T:
    """Run something that waits for the hub; cancelling does not wait for it."""

    def run(put: Callable[[T], None]) -> None:
        put(work())

    try:
        (result,) = in_background(run, context.check)
    except JokegenError:
        raise
    except Exception as error:
        raise_explained(error, repository or Repository(name, "", {}, {}, token=_own_token()))
    return result


def _own_token() -> str | None:
    """HF_TOKEN, or what the hub's own login has stored."""
    from huggingface_hub import get_token as own_token

    return own_token() or None


def _tokens() -> Iterator[str | None]:
    """What to try, in this order; the keyring is only asked if the first was not enough."""
    first = _own_token()
    yield first
    kept = get_token()
    if kept and kept != first:
        yield kept


def _open(name: str) -> Repository:
    """The data set as it is now, with whichever token opens it."""
    from huggingface_hub import HfApi

    failure: Exception | None = None
    token: str | None = None
    for token in _tokens():
        api = HfApi(endpoint=_endpoint(), token=token or False, library_name="jokegen")
        try:
            info = api.dataset_info(name, files_metadata=True, timeout=_TIMEOUT)
            if info.gated or info.private:
                api.auth_check(info.id, repo_type="dataset")
            return _repository(info, token)
        except Exception as error:
            if not hub_errors.needs_login(error):
                raise
            failure = error
    assert failure is not None  # there was at least one try
    problem = hub_errors.explain(failure, name, page_of(name), has_token=token is not None)
    if problem is None:
        raise failure
    if "GatedRepoError" not in type(failure).__name__:
        with contextlib.suppress(Exception):  # only a help: that it fails says nothing
            if similar := _similar(name, token):
                problem = hub_errors.did_you_mean(problem, similar)
    raise problem from None


def _similar(name: str, token: str | None) -> list[str]:
    """Data sets that are called nearly so, the most loved first."""
    from huggingface_hub import HfApi

    api = HfApi(endpoint=_endpoint(), token=token or False, library_name="jokegen")
    found = api.list_datasets(search=name.rpartition("/")[2], limit=3)
    return [info.id for info in found if info.id != name]


def _repository(info: Any, token: str | None) -> Repository:
    files = {
        sibling.rfilename: HubFile(
            sibling.rfilename, sibling.size, sibling.lfs.sha256 if sibling.lfs else ""
        )
        for sibling in info.siblings or ()
    }
    card = info.card_data.to_dict() if info.card_data else {}
    return Repository(
        str(info.id), str(info.sha), files, card, bool(info.gated), bool(info.private), token
    )


def _converted(repository: Repository) -> Repository | None:
    """The hub's copy of the rows as Parquet, if it has made one."""
    from huggingface_hub import HfApi

    api = HfApi(endpoint=_endpoint(), token=repository.token or False, library_name="jokegen")
    try:
        info = api.dataset_info(
            repository.name, revision=CONVERTED, files_metadata=True, timeout=_TIMEOUT
        )
    except Exception as error:
        if hub_errors.status_of(error) == 404:
            return None
        raise
    copy = _repository(info, repository.token)
    files = {path: file for path, file in copy.files.items() if path.endswith(".parquet")}
    return Repository(
        repository.name, copy.revision, files, repository.card, repository.is_gated,
        repository.is_private, repository.token,
    )  # fmt: skip


def _parts_of_converted(repository: Repository) -> list[Part]:
    """The hub names these files configuration/split/0000.parquet."""
    found: dict[tuple[str, str], list[HubFile]] = {}
    for path, file in sorted(repository.files.items()):
        config, _, rest = path.partition("/")
        split = rest.partition("/")[0].removeprefix("partial-")
        if rest and split:
            found.setdefault((config, split), []).append(file)
    return _ordered([_part(repository, *key, "parquet", files) for key, files in found.items()], "")


def _parts(repository: Repository, cache: Path) -> list[Part]:
    """All splits of all configurations, as the `datasets` library finds them."""
    import datasets

    datasets.disable_progress_bars()
    name = repository.name
    # A folder of that name in the working folder is not meant.
    path = f"hf://datasets/{name}" if os.path.lexists(name) else name
    builder = datasets.load_dataset_builder(
        path, revision=repository.revision, token=repository.token or False, cache_dir=str(cache)
    )
    kind = type(builder).__module__.rpartition(".")[2]
    download = datasets.DownloadConfig(token=repository.token or False)
    parts: list[Part] = []
    for config in builder.builder_configs.values() or [builder.config]:
        if config.name == builder.config.name:
            config = builder.config
        else:
            config._resolve_data_files(builder.base_path, download)
        for split, addresses in (config.data_files or {}).items():
            files = [_file(repository, str(address)) for address in addresses]
            if files:
                parts.append(_part(repository, config.name, str(split), kind, files))
    return _ordered(parts, builder.config.name)


def _file(repository: Repository, address: str) -> HubFile:
    """The file of the data set that the library found at an address."""
    lead = f"hf://datasets/{repository.name}@"
    path = address.removeprefix(lead).partition("/")[2] if address.startswith(lead) else ""
    if not path:
        raise JokegenError(
            f"The files of “{repository.name}” lie elsewhere ({address[:100]}), not at the hub.",
            f"See at {repository.page} how to download them, and choose a file here.",
        )
    return repository.files.get(path, HubFile(path))


def _part(repository: Repository, config: str, split: str, kind: str, files: list[HubFile]) -> Part:
    rows, columns = _described(repository.card, config, split)
    return Part(config, split, kind, tuple(files), rows, columns)


def _described(card: dict[str, Any], config: str, split: str) -> tuple[int | None, tuple[str, ...]]:
    """How many rows and which columns the data set's card tells of; it may hold anything."""
    infos = card.get("dataset_info")
    infos = infos if isinstance(infos, list) else [infos]
    for info in infos:
        if not isinstance(info, dict) or str(info.get("config_name", config)) != config:
            continue
        features, splits = info.get("features"), info.get("splits")
        columns = tuple(
            str(feature["name"])
            for feature in (features if isinstance(features, list) else ())
            if isinstance(feature, dict) and "name" in feature
        )
        for one in splits if isinstance(splits, list) else ():
            if isinstance(one, dict) and one.get("name") == split:
                rows = one.get("num_examples")
                return (rows if isinstance(rows, int) else None), columns
        return None, columns
    return None, ()


def _ordered(parts: list[Part], default: str) -> list[Part]:
    """The configuration that the owner proposes first, and of each the split to train with."""
    configs = list(dict.fromkeys(part.config for part in parts))

    def key(part: Part) -> tuple[bool, int, bool]:
        return part.config != default, configs.index(part.config), part.split != "train"

    return sorted(parts, key=key)


def _remove(folder: Path) -> None:
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
