"""Puts what goes wrong between us and a web server into two sentences each."""

from __future__ import annotations

from jokegen import wording
from jokegen.data.bringing.links import shown
from jokegen.data.bringing.web import Trouble, WebError
from jokegen.errors import JokegenError

_BROWSER = "open the link in a browser, download the file there, and choose it here"


def explain_web_error(error: WebError, *, is_kept: bool) -> JokegenError:
    """What to say of a connection; `is_kept`: what came is still here, another try goes on."""
    host = error.host
    later = "Try again in a while"
    later += "; what came so far is kept." if is_kept else f", or {_BROWSER}."
    match error.trouble:
        case Trouble.NO_NAME:
            return JokegenError(
                f"There is no server named “{host}”, or its name cannot be looked up.",
                "Check how the link is spelt, and whether this computer is online.",
            )
        case Trouble.NO_NETWORK:
            return JokegenError(
                f"This computer is not online: “{host}” cannot be looked up or reached.",
                "Check the connection to the network, then try again.",
            )
        case Trouble.UNREACHABLE:
            return JokegenError(f"The server “{host}” does not answer.", later)
        case Trouble.UNTRUSTED:
            reason = f" ({error.details})" if error.details else ""
            return JokegenError(
                f"The server “{host}” could not prove that it is “{host}”{reason}, so nothing was "
                "taken from it.",
                "Check this computer's date and time and whether the network wants a login first; "
                "if both are right, do not trust this link.",
            )
        case Trouble.PROXY:
            return JokegenError(
                f"The proxy that is set for the web did not lead to “{host}”.",
                "Check HTTPS_PROXY, or the proxy in the system's settings, then try again.",
            )
        case Trouble.SILENT:
            return JokegenError(f"The server “{host}” sent nothing for too long.", later)
        case Trouble.BROKEN:
            return JokegenError(f"The connection to “{host}” broke off again and again.", later)


def explain_status(status: int, url: str, host: str) -> JokegenError:
    """What to say of an answer that is no file."""
    if status == 401:
        return JokegenError(
            f"The server “{host}” gives {shown(url)} only to those who log in (HTTP 401).",
            f"Log in and {_BROWSER}.",
        )
    if status == 403:
        return JokegenError(
            f"The server “{host}” refuses to give {shown(url)} (HTTP 403).",
            f"Ask whoever shares it to make it public, or {_BROWSER}.",
        )
    if status in (404, 410):
        gone = "any more" if status == 410 else ""
        return JokegenError(
            f"There is nothing at {shown(url)}{' ' + gone if gone else ''} (HTTP {status}).",
            "Check how the link is spelt, or whether the file was moved or deleted.",
        )
    if status == 429:
        return JokegenError(
            f"The server “{host}” was asked too often and wants us to wait (HTTP 429).",
            "Try again in a few minutes.",
        )
    if status == 451:
        return JokegenError(
            f"The server “{host}” may not give {shown(url)} for legal reasons (HTTP 451).",
            "There is nothing to be done about that here; choose other jokes.",
        )
    if status >= 500:
        return JokegenError(
            f"The server “{host}” has a problem of its own (HTTP {status}).",
            "Try again in a while; nothing is wrong on this computer.",
        )
    return JokegenError(
        f"The server “{host}” does not give a file for {shown(url)} (HTTP {status}).",
        f"Check how the link is spelt, or {_BROWSER}.",
    )


def too_large(url: str, most: int, told: int | None) -> JokegenError:
    """What to say of a file that is larger than anything we would take."""
    size = f"{wording.size(told)}, " if told is not None else ""
    return JokegenError(
        f"What is at {shown(url)} is too large: {size}more than the {wording.size(most)} that "
        "Jokegen takes from a link.",
        "Download it in a browser, take a part of it, and choose that here.",
    )


def too_slow(url: str, hours: float) -> JokegenError:
    """What to say of a download that does not end."""
    return JokegenError(
        f"The download of {shown(url)} did not end within {hours:g} hours.",
        "Try a faster connection, or download it in a browser and choose the file here.",
    )


def keeps_changing(url: str) -> JokegenError:
    """What to say of a file that is another one every time."""
    return JokegenError(
        f"The file at {shown(url)} changes again and again while it is being downloaded.",
        f"Try again when it is finished, or {_BROWSER}.",
    )


def empty(url: str) -> JokegenError:
    """What to say of a file without a byte."""
    return JokegenError(
        f"The file at {shown(url)} is empty.", "Check the link, or ask whoever shares it."
    )


def no_room(url: str, needed: int, free: int, folder: str) -> JokegenError:
    """What to say before a download that would fill the disk."""
    return JokegenError(
        f"The file at {shown(url)} needs {wording.size(needed)} of disk space, and only "
        f"{wording.size(free)} are free for “{folder}”.",
        "Free some space, or choose a data folder on a larger disk, and try again.",
    )
