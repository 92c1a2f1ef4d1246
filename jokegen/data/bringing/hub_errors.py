"""Puts what goes wrong between us and the Hugging Face hub into two sentences each.

The HTTP library underneath `huggingface_hub` changed with its major versions, the names of its
exceptions did not: so they are told apart by name, wherever in the chain of causes they are.
"""

from __future__ import annotations

from collections.abc import Iterator

from jokegen.data.batches import plain
from jokegen.errors import JokegenError

_UNREACHABLE = ("ConnectError", "ConnectTimeout", "ProxyError", "UnsupportedProtocol")
_LATER = "Try again in a while; nothing is wrong on this computer."


def needs_login(error: BaseException) -> bool:
    """Whether a token, or another one, might help (the hub hides private data sets as missing)."""
    return has_cause(error, "GatedRepoError", "RepositoryNotFoundError") or status_of(error) in (
        401,
        403,
    )


def is_worth_another_try(error: BaseException) -> bool:
    """Whether a connection broke or the server was too busy: the next try may work."""
    status = status_of(error)
    if has_cause(error, "OfflineModeIsEnabled"):
        return False
    return status == 429 or status >= 500 or (status == 0 and _is_transport(error))


def explain(error: BaseException, name: str, page: str, *, has_token: bool) -> JokegenError | None:
    """The two sentences for `error`, or None if it is none of the hub's or the network's."""
    status = status_of(error)
    quoted = f"“{plain(name)}”"
    if has_cause(error, "OfflineModeIsEnabled"):
        return JokegenError(
            f"Asking the Hugging Face hub for {quoted} is switched off: HF_HUB_OFFLINE is set.",
            "Unset it and start Jokegen again, or choose a file of this computer.",
        )
    if has_cause(error, "GatedRepoError"):
        return _gated(quoted, page, has_token=has_token)
    if has_cause(error, "RepositoryNotFoundError") or status in (401, 403, 404):
        return _missing(quoted, status, has_token=has_token)
    if has_cause(error, *_UNREACHABLE):
        return JokegenError(
            f"The Hugging Face hub could not be reached to look for {quoted}.",
            "Check the connection to the network, then try again.",
        )
    if status == 429:
        return JokegenError(
            "The Hugging Face hub was asked too often and wants us to wait (HTTP 429).",
            "Try again in a few minutes; with a token of your own the hub allows more.",
        )
    if status:
        return JokegenError(
            f"The Hugging Face hub has a problem of its own with {quoted} (HTTP {status}).", _LATER
        )
    if _is_transport(error):
        return JokegenError(
            f"The connection to the Hugging Face hub broke off while {quoted} was on its way.",
            "Check the connection to the network, then try again.",
        )
    if has_cause(error, "DataFilesNotFoundError", "EmptyDatasetError", "NotSupportedError"):
        return no_files(name)
    if "scripts are no longer supported" in str(error):
        return script(name, page)
    if has_cause(error, "ValueError", "KeyError", "TypeError", "FileNotFoundError"):
        return JokegenError(
            f"The data set {quoted} is described in a way that cannot be understood, or something "
            "other than the hub answered.",
            "Look at its page in a browser: download a file there, and choose it here.",
        )
    return None


def _gated(quoted: str, page: str, *, has_token: bool) -> JokegenError:
    if has_token:
        return JokegenError(
            f"The owner of {quoted} asks everybody to accept terms first, and the account of your "
            "token has not been let in yet.",
            f"Log in at {page}, accept what it asks there, wait for consent, and try again.",
        )
    return JokegenError(
        f"The owner of {quoted} asks everybody to log in and accept terms first.",
        f"Do that at {page}, then give your Hugging Face token here (or set HF_TOKEN), and try "
        "again.",
    )


def _missing(quoted: str, status: int, *, has_token: bool) -> JokegenError:
    if status == 401 and has_token:
        return JokegenError(
            f"The hub does not accept your Hugging Face token for {quoted} (HTTP 401).",
            "Make a new token at huggingface.co/settings/tokens and give that.",
        )
    if has_token:
        return JokegenError(
            f"The hub has no data set {quoted} that your token may read (HTTP {status or 404}).",
            "Check the name, owner/name, as it stands on top of the data set's page.",
        )
    if status == 404:
        return JokegenError(
            f"The hub has no data set {quoted}.",
            "Check the name, owner/name, as it stands on top of the data set's page.",
        )
    return JokegenError(
        f"The hub has no data set {quoted}, or it is private (HTTP {status or 401}).",
        "Check the name (owner/name); if it is private, give your Hugging Face token here, or set "
        "HF_TOKEN.",
    )


def did_you_mean(problem: JokegenError, names: list[str]) -> JokegenError:
    """The same with data sets that are called nearly so."""
    proposals = ", ".join(f"“{plain(name)}”" for name in names)
    return JokegenError(problem.happened, f"{problem.todo} Did you mean {proposals}?")


def script(name: str, page: str) -> JokegenError:
    """What to say of a data set that is a program."""
    return JokegenError(
        f"The data set “{plain(name)}” is made by a program, which Jokegen does not run: it could "
        "do anything on this computer.",
        f"See at {page} whether it has files to download, and choose one of them here.",
    )


def no_files(name: str, kind: str = "") -> JokegenError:
    """What to say of a data set without text."""
    found = f" (its files are of the kind “{plain(kind)}”)" if kind else ""
    return JokegenError(
        f"The data set “{plain(name)}” holds no files of jokes that Jokegen reads{found}.",
        "Choose a data set with CSV, JSON, text or Parquet files.",
    )


def no_pieces(path: str) -> JokegenError:
    """What to say where a part of a file is asked for and all of it comes."""
    return JokegenError(
        f"The hub can only send “{plain(path)}” from its beginning.",
        "Try again in a while, or download the file in a browser and choose it here.",
    )


def no_rows(name: str, split: str) -> JokegenError:
    """What to say of a split without a row."""
    return JokegenError(
        f"The split “{plain(split)}” of “{plain(name)}” holds no rows.",
        "Choose another split or another data set.",
    )


def unknown_choice(name: str, what: str, chosen: str, choices: list[str]) -> JokegenError:
    """What to say of a configuration or split that is not there."""
    there = ", ".join(f"“{plain(choice)}”" for choice in choices[:20])
    more = f" and {len(choices) - 20} more" if len(choices) > 20 else ""
    return JokegenError(
        f"The data set “{plain(name)}” has no {what} “{plain(chosen)}”.",
        f"Choose one of these: {there}{more}.",
    )


def status_of(error: BaseException) -> int:
    """The HTTP status of the hub's answer, 0 if there was none."""
    for cause in _causes(error):
        status = getattr(getattr(cause, "response", None), "status_code", 0)
        if status:
            return int(status)
    return 0


def has_cause(error: BaseException, *names: str) -> bool:
    """Whether the error, or what caused it, is one of those."""
    return any(base.__name__ in names for cause in _causes(error) for base in type(cause).__mro__)


def _is_transport(error: BaseException) -> bool:
    return any(isinstance(one, ConnectionError | TimeoutError) for one in _causes(error)) or (
        has_cause(error, "TransportError")
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
