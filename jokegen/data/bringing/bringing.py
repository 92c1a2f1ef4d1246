"""The two jobs about jokes that are elsewhere: bring them here, and look at a data set first."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from jokegen.data.bringing import pasted
from jokegen.data.bringing.file_names import (
    name_from,
    name_of_download,
    title_of,
    without_packing,
)
from jokegen.data.bringing.link_download import Download, downloaded
from jokegen.data.bringing.links import file_link, parse_link, shown
from jokegen.data.bringing.places import forget_old, new_place
from jokegen.data.bringing.web import Web
from jokegen.errors import JokegenError
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import (
    BringRequest,
    BringSummary,
    HubLookRequest,
    HubLookSummary,
)
from jokegen.jobs.events import Notice, Phase, Progress

_HEAD = 256 * 1024


def bring(request: BringRequest, context: JobContext) -> BringSummary:
    """Bring jokes from a link, the Hugging Face hub, a pipe or the clipboard to this computer.

    Raises JokegenError, JobCancelled and OSError (disk full); then nothing is left behind, except
    the part of a download that broke off, with which another try goes on.
    """
    started = time.monotonic()
    given = [bool(request.text), bool(request.data), bool(request.link), bool(request.hub)]
    if sum(given) != 1:
        raise JokegenError(
            "There is nothing to bring: neither a text, nor a link, nor a data set's name."
            if not any(given)
            else "Only one thing can be brought at a time.",
            "Paste jokes, or give one link, or the name of one Hugging Face data set.",
        )
    forget_old(context.paths)
    if request.link or request.hub:
        file, origin, name = _from_elsewhere(request, context)
    else:
        keep = (
            pasted.keep_text(request.text, request.format, request.name, context)
            if request.text
            else pasted.keep_bytes(request.data, request.format, request.name, context)
        )
        file, name, _ = keep
        origin = (request.origin or "pasted text") if request.text else "standard input"
    size = file.stat().st_size
    context.emit(Progress(Phase.BRINGING, size, size, "bytes"))
    return BringSummary(file, origin, name, size, time.monotonic() - started)


def look_at_hub(request: HubLookRequest, context: JobContext) -> HubLookSummary:
    """List the configurations and splits of a Hugging Face data set.

    Raises JokegenError (no such data set, a login or consent needed, offline, …), JobCancelled.
    """
    from jokegen.data.bringing.hub import look
    from jokegen.data.bringing.hub_names import parse_hub_name

    return look(parse_hub_name(request.hub).name, context)


def _from_elsewhere(request: BringRequest, context: JobContext) -> tuple[Path, str, str]:
    """The file, where it came from, what to call it."""
    from jokegen.data.bringing.hub_names import hub_name_in_link, parse_hub_name

    hub = parse_hub_name(request.hub) if request.hub else hub_name_in_link(request.link)
    if hub is None:
        return bring_link(request, Web(), context)
    from jokegen.data.bringing.hub_bring import bring_from_hub

    return bring_from_hub(hub, request, context)


def bring_link(request: BringRequest, web: Web, context: JobContext) -> tuple[Path, str, str]:
    """Download the file that a link leads to."""
    address, is_other = file_link(request.link)
    link = parse_link(address)
    if is_other:
        context.emit(
            Notice(
                f"That link shows a page about the file; the file itself is at {shown(link.url)}."
            )
        )
    with downloaded(link, web, context) as download:
        name = _file_name(download)
        with new_place(context.paths) as (folder, final):
            context.check()
            os.replace(download.path, folder / name)
    title = name_from(request.name) if request.name.strip() else title_of(name)
    return final / name, link.url, title


def _file_name(download: Download) -> str:
    name = name_of_download(download.url, download.disposition, download.content_type)
    with download.path.open("rb") as file:
        head = file.read(_HEAD)
    if download.was_packed and not head.startswith(b"\x1f\x8b"):
        name = without_packing(name)
    if "." not in name and not re.match(rb"\s*<", head) and b"\0" not in head:
        # Neither the name nor the server says what it is: what it looks like decides.
        text = head.decode("utf-8-sig", "replace")
        kind = pasted.guess_format(text, is_whole=len(head) < _HEAD)
        name += pasted.ENDING_OF[kind]
    return name
