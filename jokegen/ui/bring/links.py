"""Says what is wrong with an address as it is typed, and what will be fetched where it leads.

What an address means is decided where it is fetched (`data/bringing`); here are only the words
that stand beside a field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from jokegen.data.bringing.hub_names import HubName, hub_name_in_link, parse_hub_name
from jokegen.data.bringing.links import file_link, parse_link
from jokegen.errors import JokegenError

LONGEST_LINK = 2_000  # characters: what holds more is no address but a text

_PATH_HERE = re.compile(r"file:|[a-z]:[\\/]|\\\\|[/~]", re.IGNORECASE)  # C:\…, \\server\…, ~/…
_HUB_CALL = re.compile(
    r"load_dataset\(\s*[\"']([^\"']+)[\"']\s*(?:,\s*(?:name\s*=\s*)?[\"']([^\"']+)[\"'])?"
)


@dataclass(frozen=True)
class TypedLink:
    """What a person typed as a link: the `address` to fetch, or the `problem` with it.

    `note` says what will be fetched, where that is not just what the address says. `hub` is set
    where the address is the page of a data set of the hub.
    """

    address: str = ""
    problem: str = ""
    note: str = ""
    hub: HubName | None = None


def understand_link(text: str) -> TypedLink:
    """Look at what was typed; an empty text is a problem like any other."""
    text = text.strip()
    problem = _usual_problem(text)
    if problem:
        return TypedLink(problem=problem)
    address, is_other = file_link(text)
    try:
        link = parse_link(address)
    except JokegenError as error:
        return TypedLink(problem=str(error))
    hub = hub_name_in_link(link.url)
    return TypedLink(text, note=_note(link.url, is_other=is_other, text=text), hub=hub)


def only_link(text: str) -> str:
    """The https address that is all there is in `text`, "" if there is anything else."""
    text = text.strip()
    is_link = text.lower().startswith("https://") and len(text) <= LONGEST_LINK
    return text if is_link and understand_link(text).address else ""


def understand_hub_name(text: str) -> HubName:
    """The data set that `text` names: its name, the address of its page, or a line of code.

    Raises JokegenError for anything else.
    """
    call = _HUB_CALL.search(text)
    if call:
        return HubName(parse_hub_name(call[1]).name, call[2] or "")
    return parse_hub_name(text)


def _usual_problem(text: str) -> str:
    if not text:
        return "Paste or type the address of a file."
    if len(text) > LONGEST_LINK:
        return "This is too long for an address. Jokes can be pasted: choose “Paste jokes…”."
    if _PATH_HERE.match(text):
        return "This is a file on this computer. Choose “Choose files…” to read it."
    if len(text.split()) > 1:
        return "An address has no spaces or line breaks in it. Copy it once more."
    if text.lower().startswith("http:"):
        return (
            "This address begins with http:, so what comes can be read and changed on the way. "
            "Try it with https:// in front."
        )
    if text.lower().startswith("https:") and not text[len("https:") :].strip("/"):
        return "The name of the web site is missing, as in https://example.com/jokes.csv."
    return ""


def _note(url: str, *, is_other: bool, text: str) -> str:
    parts = urlsplit(url)
    folders = [part for part in parts.path.split("/") if part]
    if parts.hostname == "docs.google.com" and folders[:1] == ["spreadsheets"]:
        return (
            "A Google sheet: it will be fetched as a table. "
            "It must be shared with everybody who has the link."
        )
    if is_other:
        return f"The page of a file: the file itself will be fetched, from {parts.hostname}."
    if parts.hostname in ("github.com", "www.github.com") and (
        len(folders) == 2 or folders[2:3] == ["tree"]
    ):
        return "A folder on GitHub. Open the file with the jokes there, and copy its address."
    return "" if text.lower().startswith("https:") else f"{url} will be fetched."
