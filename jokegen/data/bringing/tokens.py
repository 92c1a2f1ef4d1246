"""Keeps the Hugging Face token in the system's keyring: the gateway to the `keyring` library.

Never in a file of ours, never in a log, never in an error text. Where the system has no keyring,
nothing is kept and the person is told what to do instead. A keyring may ask its owner to unlock
it: these calls can take as long as that.
"""

from __future__ import annotations

import contextlib
from typing import Any

from jokegen.errors import JokegenError

SERVICE = "jokegen"
_ACCOUNT = "Hugging Face token"
_LONGEST = 500


def get_token() -> str | None:
    """The token that was kept, or None, also where the system has no keyring (or a locked one)."""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, _ACCOUNT) or None
    except (KeyringError, RuntimeError, OSError):
        return None
    except Exception as error:  # a backend's own (D-Bus, for instance); its text may hold anything
        if isinstance(error, ArithmeticError | AttributeError | NameError | TypeError):
            raise
        return None


def set_token(token: str) -> None:
    """Keep a token. Raises JokegenError for a text that is none, and where there is no keyring."""
    _check(token)
    with _explained("kept"):
        import keyring

        _require_backend(keyring.get_keyring())
        keyring.set_password(SERVICE, _ACCOUNT, token)


def delete_token() -> None:
    """Forget the token; fine if there is none. Raises JokegenError where the keyring refuses."""
    import keyring
    from keyring.errors import NoKeyringError, PasswordDeleteError

    with _explained("forgotten"), contextlib.suppress(NoKeyringError, PasswordDeleteError):
        if get_token() is not None:
            keyring.delete_password(SERVICE, _ACCOUNT)


def _check(token: str) -> None:
    if not token or len(token) > _LONGEST or not token.isascii() or not token.isprintable():
        raise JokegenError(
            "This is no Hugging Face token: a token is one line of letters and digits.",
            "Copy it again from huggingface.co/settings/tokens; it begins with “hf_”.",
        )
    if any(character.isspace() for character in token):
        raise JokegenError(
            "This is no Hugging Face token: it holds a blank.",
            "Copy it again from huggingface.co/settings/tokens, alone.",
        )


def _require_backend(backend: Any) -> None:
    """Some "keyrings" keep passwords in plain files (keyrings.alt): these are refused."""
    kind = f"{type(backend).__module__}.{type(backend).__name__}".lower()
    if "plaintext" in kind or "keyrings.alt" in kind or ".fail." in kind or ".null." in kind:
        raise _no_keyring()


@contextlib.contextmanager
def _explained(done: str) -> Any:
    """Whatever the keyring says goes into our words: its own may hold the token."""
    try:
        yield
    except JokegenError:
        raise
    except Exception as error:
        from keyring.errors import NoKeyringError

        if isinstance(error, NoKeyringError):
            raise _no_keyring() from None
        raise JokegenError(
            f"The system's keyring did not let the token be {done} ({type(error).__name__}).",
            "Unlock the keyring and try again, or set HF_TOKEN before starting Jokegen.",
        ) from None


def _no_keyring() -> JokegenError:
    return JokegenError(
        "This computer has no keyring in which a token could be kept safely, so it was not kept.",
        "Set HF_TOKEN to the token before starting Jokegen: then it is used for that session.",
    )
