"""Fetches one wheel with the pip of this interpreter, under its owner's own configuration.

pip runs in a process group of its own. It cannot outlive us: on cancelling the group is killed,
and if we are killed ourselves, the end of its standard input makes it end. How far it is shows in
the size of the file that grows in its temporary folder (pip can print that itself only since
24.1, and this works with any).
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.lm.catalogue import PackageSource
from jokegen.lm.downloads import ByteMeter, sha256_of, size_of

OR_BY_HAND = "or choose the file yourself"
_POLL = 0.05  # seconds

# Runs `pip` and ends with it, or as soon as nobody holds the other end of standard input.
_BOOTSTRAP = """
import os, runpy, signal, sys, threading
def watch():
    while os.read(0, 1): pass
    if hasattr(os, "killpg") and os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)
threading.Thread(target=watch, daemon=True).start()
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""

_NETWORK = re.compile(
    r"connection broken|Max retries exceeded|NewConnectionError|NameResolution|timed out|Timeout"
    r"|ProxyError|SSLError|CERTIFICATE_VERIFY|Connection (refused|reset|aborted|error)"
    r"|RemoteDisconnected|Network is unreachable|Failed to (connect|establish)",
    re.IGNORECASE,
)
_BROKE_OFF = re.compile(r"incomplete|IncompleteRead|ProtocolError|not enough bytes", re.IGNORECASE)


def download_wheel(package: PackageSource, folder: Path, context: JobContext) -> Path:
    """Fetch the wheel into `folder` and return it, its SHA-256 checked.

    What is in `folder` from an earlier try counts only if it is whole. Raises JokegenError where
    there is no pip, no network, no such package, another digest, or no room.
    """
    wheel = folder / package.wheel
    if size_of(wheel) == package.wheel_bytes and _is_right(wheel, package, context):
        return wheel
    scratch = folder / "pip"
    shutil.rmtree(scratch, ignore_errors=True)
    (scratch / "wheels").mkdir(parents=True)
    try:
        _run_pip(package, scratch, context)
        fetched = scratch / "wheels" / package.wheel
        if not _is_right(fetched, package, context):
            raise _wrong_digest(package)
        os.replace(fetched, wheel)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return wheel


def _is_right(wheel: Path, package: PackageSource, context: JobContext) -> bool:
    return wheel.is_file() and sha256_of(wheel, context) == package.wheel_sha256


def _run_pip(package: PackageSource, scratch: Path, context: JobContext) -> None:
    requirements = scratch / "requirements.txt"
    requirements.write_text(f"{package.requirement} --hash=sha256:{package.wheel_sha256}\n")
    log = scratch / "pip.log"
    meter = ByteMeter(context, package.wheel_bytes)
    largest = 0
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", _BOOTSTRAP, *_arguments(scratch, requirements)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(scratch),
            start_new_session=True,
        )
    try:
        code = None
        while code is None:
            context.check()
            largest = max(largest, _largest_wheel(scratch))
            meter.update(largest)
            with contextlib.suppress(subprocess.TimeoutExpired):
                code = process.wait(_POLL)
    finally:
        _end(process)
    if code != 0:
        said = log.read_text(encoding="utf-8", errors="replace")
        raise _explain(said, package, largest, shutil.disk_usage(scratch).free)
    meter.update(package.wheel_bytes)


def _largest_wheel(folder: Path) -> int:
    """The size of the largest wheel below `folder`, while pip makes and removes folders there."""
    wheels = (
        size_of(Path(parent, name))
        for parent, _, names in os.walk(folder)  # skips what vanishes, as Path.rglob does not
        for name in names
        if name.endswith(".whl")
    )
    return max(wheels, default=0)


def _arguments(scratch: Path, requirements: Path) -> list[str]:
    options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir"]
    options += ["--no-input", "--progress-bar", "off", "--retries", "3"]
    if _pip_version() >= (25, 1):  # since then a broken download goes on where it broke
        options += ["--resume-retries", "10"]
    return ["download", *options, "--dest", str(scratch / "wheels"), "-r", str(requirements)]


def _environment(scratch: Path) -> dict[str, str]:
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    plain = {"PYTHONUTF8": "1", "NO_COLOR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return {**os.environ, **temporary, **plain, "PIP_REQUIRE_VIRTUALENV": "0"}


def _pip_version() -> tuple[int, ...]:
    try:
        version = importlib.metadata.version("pip")
    except importlib.metadata.PackageNotFoundError:
        raise JokegenError(
            "This Python has no pip, which fetches the starter model.",
            f"Run “{sys.executable} -m ensurepip” and try again, {OR_BY_HAND}.",
        ) from None
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill pip and what it started, by id, and wait for it (moments)."""
    if process.poll() is None:
        if sys.platform == "win32":
            process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdin is not None:
        process.stdin.close()


def _explain(said: str, package: PackageSource, largest: int, free: int) -> JokegenError:
    """What pip's output means. Texts are all it gives; unknown ones are quoted."""
    name = package.requirement
    if "No space left" in said or "Errno 28" in said or free < 1_000_000:
        return JokegenError(
            f"The disk became full while {name} was being fetched.",
            f"Free some space and try again, {OR_BY_HAND}.",
        )
    if "No module named pip" in said:
        return JokegenError(
            "This Python has no pip, which fetches the starter model.",
            f"Install pip for “{sys.executable}” and try again, {OR_BY_HAND}.",
        )
    mismatch = "DO NOT MATCH THE HASHES" in said
    if mismatch and largest >= package.wheel_bytes:
        return _wrong_digest(package)
    if mismatch:  # pip before 24.1 takes what came before a connection broke for the whole
        return JokegenError(
            f"What arrived of {name} is not the expected file (its SHA-256 differs), so it was "
            "not used: the connection broke off, or the package index has another file.",
            f"Try again, {OR_BY_HAND}.",
        )
    if _BROKE_OFF.search(said):
        return JokegenError(
            f"The connection broke off while {name} was being fetched.",
            f"Try again in a while, {OR_BY_HAND}.",
        )
    if _NETWORK.search(said):
        return JokegenError(
            f"The Python package index could not be reached to fetch {name}.",
            f"Check the connection to the network (and pip's settings) and try again, "
            f"{OR_BY_HAND}.",
        )
    if "No matching distribution" in said:
        return JokegenError(
            f"The package index that pip is set up for does not have {name}.",
            f"Check pip's settings and try again, {OR_BY_HAND}.",
        )
    lines = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()
    return JokegenError(
        f"pip could not fetch {name}: {(lines or ['it said nothing'])[-1][:300]}",
        f"Try again, {OR_BY_HAND}.",
    )


def _wrong_digest(package: PackageSource) -> JokegenError:
    return JokegenError(
        f"The package index sent a {package.requirement} that is not the expected one "
        "(its SHA-256 differs), so it was not used.",
        f"Try again later, {OR_BY_HAND}.",
    )
