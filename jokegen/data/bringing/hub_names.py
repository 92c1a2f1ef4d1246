"""Understands the name of a Hugging Face data set, also where the link of its page was pasted."""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass

from jokegen.data.batches import plain
from jokegen.errors import JokegenError

_WORD = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?:{_WORD}/)?{_WORD}")
_HOSTS = ("huggingface.co", "www.huggingface.co", "hf.co")
_PAGES = ("viewer", "tree", "blob", "resolve", "discussions", "settings", "raw", "commits", "embed")


@dataclass(frozen=True)
class HubName:
    """A data set of the hub: "owner/name"; what its page's link chose is in the others."""

    name: str
    config: str = ""
    split: str = ""


def parse_hub_name(text: str) -> HubName:
    """The data set that a text names. Raises JokegenError for one that cannot be a name."""
    wanted = text.strip().strip("“”\"'").strip()
    if "/" in wanted and ("://" in wanted or wanted.lower().startswith(_HOSTS)):
        found = hub_name_in_link(wanted if "://" in wanted else f"https://{wanted}")
        if found is not None:
            return found
    wanted = wanted.removeprefix("hub:").removeprefix("hf:").removeprefix("datasets/").strip("/")
    if not _NAME.fullmatch(wanted) or "--" in wanted or ".." in wanted:
        raise JokegenError(
            f"“{plain(text.strip())[:80]}” is not the name of a Hugging Face data set.",
            "Give it as owner/name, as it stands on top of the data set's page.",
        )
    return HubName(wanted)


def hub_name_in_link(link: str) -> HubName | None:
    """The data set whose page (not: whose file) a link leads to, or None."""
    try:
        parts = urllib.parse.urlsplit(link.strip())
        host = parts.hostname or ""
    except ValueError:
        return None
    path = [part for part in urllib.parse.unquote(parts.path).split("/") if part]
    if parts.scheme.lower() != "https" or host not in _HOSTS or path[:1] != ["datasets"]:
        return None
    path = path[1:]
    at = next((number for number, part in enumerate(path) if part in _PAGES and number), len(path))
    page = path[at : at + 1]
    name = "/".join(path[:at])
    if page in (["blob"], ["resolve"], ["raw"]) or not 1 <= at <= 2 or not _NAME.fullmatch(name):
        return None
    if page == ["viewer"]:
        config, split = [*path[at + 1 :], "", ""][:2]
        return HubName(name, config, split)
    return HubName(name)
