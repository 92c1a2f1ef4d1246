"""Puts what goes wrong between us and the hub into words.

The HTTP library underneath `huggingface_hub` changed with its major versions (httpx, then httpx2),
the names of its exceptions did not: so they are told apart by name.
"""

from __future__ import annotations

from jokegen.errors import JokegenError

_OR = "or choose a folder with the model's files yourself"


def is_worth_another_try(error: BaseException, *, had_some: bool) -> bool:
    """Whether the next try may work: a broken connection, or a server that is too busy.

    A server that cannot be reached at all is tried again only if it sent something before.
    """
    if _is_unreachable(error):
        return had_some
    status = _status(error)
    return _is_transport(error) or status == 429 or status >= 500


def explain_hub_error(error: BaseException, repository: str) -> JokegenError | None:
    """The two sentences for `error`, or None if it is none of the hub's or the network's."""
    status = _status(error)
    if _has_base(error, "OfflineModeIsEnabled"):
        return JokegenError(
            f"Fetching “{repository}” is switched off: HF_HUB_OFFLINE is set.",
            f"Unset it and try again, {_OR}.",
        )
    if _is_unreachable(error):
        return JokegenError(
            f"The hub could not be reached to fetch “{repository}”.",
            f"Check the connection to the network and try again, {_OR}.",
        )
    if _is_transport(error):
        return JokegenError(
            f"The connection broke off again and again while “{repository}” was being fetched.",
            f"Try again in a while (what is here already is kept), {_OR}.",
        )
    if _has_base(error, "GatedRepoError") or status in (401, 403):
        return JokegenError(
            f"The hub does not give “{repository}” to everybody (HTTP {status or 403}): "
            "it is private, asks for a login, or is not there at all.",
            f"Ask its owner for access and set HF_TOKEN, {_OR}.",
        )
    if status == 404:
        return JokegenError(
            f"The hub has no model “{repository}”.",
            f"Choose another base model, {_OR}.",
        )
    if status:
        return JokegenError(
            f"The hub answered with an error while “{repository}” was being fetched "
            f"(HTTP {status}).",
            f"Try again in a while (what is here already is kept), {_OR}.",
        )
    if isinstance(error, ValueError | KeyError | TypeError):
        return JokegenError(
            f"Something other than the hub answered when “{repository}” was asked for.",
            f"See in a browser whether this network wants a login first, then try again, {_OR}.",
        )
    return None


def _status(error: BaseException) -> int:
    """The HTTP status of the hub's answer, 0 if there was none."""
    return int(getattr(getattr(error, "response", None), "status_code", 0) or 0)


def _is_unreachable(error: BaseException) -> bool:
    return _has_base(error, "ConnectError", "ConnectTimeout", "ProxyError", "UnsupportedProtocol")


def _is_transport(error: BaseException) -> bool:
    """The connection broke (an offline mode, which counts as one for Python, does not)."""
    if _has_base(error, "OfflineModeIsEnabled"):
        return False
    return isinstance(error, ConnectionError | TimeoutError) or _has_base(error, "TransportError")


def _has_base(error: BaseException, *names: str) -> bool:
    return any(base.__name__ in names for base in type(error).__mro__)
