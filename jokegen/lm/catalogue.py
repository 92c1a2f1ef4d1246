"""Which base models there are, and which of them are on this computer already.

The list itself is `resources/base_models.json`. Quick, and without any language-model library, so
that the window can ask for it in its own process.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jokegen import storage
from jokegen.config.paths import Paths, resource
from jokegen.errors import JokegenError
from jokegen.jobs.wire import from_plain
from jokegen.records import BaseModelInfo

STARTER_ID = "starter"  # the one that needs no hub, and the default
KIND = "base_model"  # what a base model's manifest calls itself


@dataclass(frozen=True)
class PackageSource:
    """A base model inside a wheel of the Python package index, as one GGUF file.

    `highest_loss` (nats a token, on plain English) is what the converted model must stay below.
    """

    requirement: str
    wheel: str
    wheel_bytes: int
    wheel_sha256: str
    member: str
    member_bytes: int
    member_sha256: str
    highest_loss: float


@dataclass(frozen=True)
class CatalogueEntry:
    """One base model of the catalogue; it comes from `package` or else from `hub`.

    `separator` is the token before and after every joke. Sizes are in bytes, rounded up.
    """

    id: str
    title: str
    good_for: str
    parameters: int
    licence: str
    download_bytes: int
    disk_bytes: int
    separator: str
    package: PackageSource | None = None
    hub: str = ""

    @property
    def origin(self) -> str:
        """Where it comes from, for people."""
        if self.package is not None:
            return f"Python package {self.package.requirement}"
        return f"Hugging Face: {self.hub}"


def load_catalogue() -> tuple[CatalogueEntry, ...]:
    """The base models that can be fetched, in the order in which to show them."""
    listed = storage.read_json(resource("base_models.json"))
    if listed is None:
        raise JokegenError(
            "Jokegen's list of base models is missing or cannot be read.",
            "Install Jokegen again.",
        )
    return tuple(from_plain(entry, CatalogueEntry) for entry in listed["models"])


def find_entry(base: str) -> CatalogueEntry:
    """The catalogue's entry `base`; JokegenError naming the existing ones if there is none."""
    entries = load_catalogue()
    for entry in entries:
        if entry.id == base:
            return entry
    raise _unknown(base, [entry.id for entry in entries])


def is_here(folder: Path) -> bool:
    """Whether `folder` is a base model whose files are all there, in their right sizes."""
    manifest = storage.read_manifest(folder)
    if manifest is None or manifest.get("kind") != KIND:
        return False
    try:
        storage.check_files(folder)
    except JokegenError:
        return False
    return True


def list_base_models(paths: Paths) -> list[BaseModelInfo]:
    """The catalogue, then whatever other base models somebody put into the models folder."""
    entries = load_catalogue()
    known = {entry.id for entry in entries}
    return [_describe(entry, paths.models / entry.id) for entry in entries] + [
        _describe_own(folder, manifest)
        for folder, manifest in storage.whole_folders(paths.models)
        if folder.name not in known and is_here(folder)
    ]


def find_base_model(paths: Paths, base: str) -> BaseModelInfo:
    """The base model `base`; JokegenError naming the existing ones if there is none."""
    models = list_base_models(paths)
    for info in models:
        if info.id == base:
            return info
    raise _unknown(base, [info.id for info in models])


def _describe(entry: CatalogueEntry, folder: Path) -> BaseModelInfo:
    here = is_here(folder)
    return BaseModelInfo(
        id=entry.id,
        title=entry.title,
        parameters=entry.parameters,
        licence=entry.licence,
        download_bytes=entry.download_bytes,
        disk_bytes=entry.disk_bytes,
        good_for=entry.good_for,
        origin=entry.origin,
        is_here=here,
        path=folder if here else None,
    )


def _describe_own(folder: Path, manifest: dict[str, Any]) -> BaseModelInfo:
    return BaseModelInfo(
        id=folder.name,
        title=str(manifest.get("title", folder.name)),
        parameters=int(manifest.get("parameters", 0)),
        licence=str(manifest.get("licence", "unknown")),
        download_bytes=0,
        disk_bytes=sum(facts["bytes"] for facts in manifest["files"].values()),
        good_for="A base model that somebody put into the models folder.",
        origin="The models folder of this computer",
        is_here=True,
        path=folder,
    )


def _unknown(base: str, existing: list[str]) -> JokegenError:
    return JokegenError(
        f"There is no base model called “{base}”.",
        f"Choose one of these: {', '.join(existing)}.",
    )
