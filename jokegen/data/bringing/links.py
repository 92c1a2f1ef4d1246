"""Understands what people paste as a link, and refuses what leads to danger.

Only https: what comes over http can be read and changed by anybody on the way, `file:` would read
this computer's own files, `data:` is no place at all. Links to pages that show a file (GitHub,
Google Sheets, Dropbox, …) are changed into links to the file itself.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass

from jokegen.data.batches import plain
from jokegen.errors import JokegenError

_SHOWN = 120
_LONGEST = 8_000
_SAFE = "!$%&'()*+,/:;=?@[]~#"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_LIKE_A_PLACE = re.compile(r"[^\s/:@\\]+\.[A-Za-z]{2,}(:\d+)?(/\S*)?")


@dataclass(frozen=True)
class Link:
    """An https address, taken apart: what to connect to, and what to ask for there."""

    url: str
    host: str
    port: int
    target: str

    @property
    def authority(self) -> str:
        """What the request's Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == 443 else f"{host}:{self.port}"


def shown(url: str) -> str:
    """A link between quotation marks, cut where it is long."""
    text = plain(url)
    return f"“{text}”" if len(text) <= _SHOWN else f"“{text[: _SHOWN - 1]}…”"


def parse_link(text: str, base: str | None = None) -> Link:
    """The link in `text`. Raises JokegenError for anything but an https address.

    With `base` it is where a server at `base` sends us on to.
    """
    url = _tidy(text)
    if base is not None:
        url = urllib.parse.urljoin(base, url)
    lead = "The link" if base is None else f"{shown(base)} leads on to another link, which"
    _check_scheme(url, lead)
    if len(url) > _LONGEST or re.search(r"[\s\\\x00-\x1f\x7f]", url):
        raise JokegenError(
            f"{lead} {shown(url)} holds characters that no link has, or is far too long.",
            "Copy the link again from the address bar of the browser, alone.",
        )
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port or 443
        host = _plain_host(parts.hostname or "")
    except ValueError:
        raise _no_link(url, lead) from None
    if parts.username is not None or parts.password is not None:
        raise JokegenError(
            f"{lead} holds a user name or a password before its “@”.",
            "Take a link without them: whoever gets this one could log in with it.",
        )
    if not host:
        raise _no_link(url, lead)
    path = urllib.parse.quote(parts.path or "/", safe=_SAFE)
    query = urllib.parse.quote(parts.query, safe=_SAFE)
    target = f"{path}?{query}" if parts.query else path
    link = Link("", host, port, target)
    return Link(f"https://{link.authority}{target}", host, port, target)


def _tidy(text: str) -> str:
    """Without what sticks to a link copied out of a text; with "https://" where it is left out."""
    url = text.strip().strip("<>“”\"'").strip()
    return f"https://{url}" if _LIKE_A_PLACE.fullmatch(url) else url


def _check_scheme(url: str, lead: str) -> None:
    match = _SCHEME.match(url)
    scheme = match.group(1).lower() if match else ""
    if scheme == "https":
        return
    if scheme == "http":
        raise JokegenError(
            f"{lead} {shown(url)} begins with http://: anybody on the way could read and change "
            "what comes.",
            "Try it with https:// in front; if that does not work, download the file in a browser "
            "and choose it here.",
        )
    if scheme == "file":
        raise JokegenError(
            f"{lead} {shown(url)} is the name of a file on this computer, not a link.",
            "Choose the file itself, or drop it onto the window.",
        )
    if (scheme and "://" in url) or scheme in ("data", "javascript", "mailto", "blob", "about"):
        raise JokegenError(
            f"{lead} {shown(url)} is one of the kind “{scheme}:”, which Jokegen does not open.",
            "Give a link that begins with https://, or download the file in a browser and choose "
            "it here.",
        )
    raise _no_link(url, lead)


def _no_link(url: str, lead: str) -> JokegenError:
    return JokegenError(
        f"{lead} {shown(url)} is not a whole https address.",
        "Copy the link again from the address bar of the browser: it begins with https://.",
    )


def _plain_host(host: str) -> str:
    """The host in the letters that the name system knows (“bücher.example” → xn--…)."""
    return host if host.isascii() else host.encode("idna").decode("ascii")


_Rewrite = Callable[[re.Match[str]], str]

_SHEET = r"https://docs\.google\.com/spreadsheets/(?:u/\d+/)?d/([\w-]+)"


def _gid(match: re.Match[str]) -> str:
    """Which sheet of the workbook the link shows."""
    gid = re.search(r"[?&#]gid=(\d+)", match.string)
    return f"&gid={gid.group(1)}" if gid else ""


def _sheet(match: re.Match[str]) -> str:
    return f"https://docs.google.com/spreadsheets/d/{match[1]}/export?format=csv{_gid(match)}"


def _dropbox(match: re.Match[str]) -> str:
    url = re.sub(r"([?&])dl=0(?=&|$)", r"\1dl=1", match.string.partition("#")[0])
    return url if "dl=1" in url else f"{url}{'&' if '?' in url else '?'}dl=1"


# Pages that show a file, and where the file itself is.
_PAGES: tuple[tuple[str, _Rewrite], ...] = (
    (
        r"https://(?:www\.)?github\.com/([^/?#]+)/([^/?#]+)/blob/([^?#]+)",
        lambda found: "https://raw.githubusercontent.com/{}/{}/{}".format(*found.groups()),
    ),
    (
        r"https://gist\.github\.com/([^/?#]+)/([0-9a-f]+)/?(?=$|[?#])",
        lambda found: "https://gist.githubusercontent.com/{}/{}/raw".format(*found.groups()),
    ),
    (
        r"https://gitlab\.com/([^?#]+)/-/blob/([^?#]+)",
        lambda found: "https://gitlab.com/{}/-/raw/{}".format(*found.groups()),
    ),
    (
        r"https://(huggingface\.co|hf\.co)/datasets/([^?#]+)/blob/([^?#]+)",
        lambda found: f"https://huggingface.co/datasets/{found[2]}/resolve/{found[3]}",
    ),
    (
        r"https://docs\.google\.com/spreadsheets/(?:u/\d+/)?d/e/([\w-]+)/pubhtml",
        lambda found: (
            f"https://docs.google.com/spreadsheets/d/e/{found[1]}/pub?output=csv{_gid(found)}"
        ),
    ),
    (_SHEET + r"(?:/(?:edit|view|preview|htmlview)?)?(?=$|[?#])", _sheet),
    (
        r"https://drive\.google\.com/file/(?:u/\d+/)?d/([\w-]+)",
        lambda found: f"https://drive.google.com/uc?export=download&id={found[1]}",
    ),
    (r"https://(?:www\.)?dropbox\.com/(?!.*[?&]dl=1(?:&|$))(?:s|scl/fi)/", _dropbox),
    (
        r"https://pastebin\.com/([A-Za-z0-9]{6,12})/?(?=$|[?#])",
        lambda found: f"https://pastebin.com/raw/{found[1]}",
    ),
)


def file_link(text: str) -> tuple[str, bool]:
    """The address of the file that a link's page shows, and whether it differs from the link."""
    url = _tidy(text)
    for pattern, rewrite in _PAGES:
        match = re.match(pattern, url)
        if match:
            return rewrite(match), True
    return text, False
