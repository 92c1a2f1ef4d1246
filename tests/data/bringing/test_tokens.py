"""The token is kept in the system's keyring or nowhere, and never told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked, PasswordDeleteError

from jokegen.config.paths import Paths
from jokegen.data.bringing import tokens
from jokegen.errors import JokegenError
from jokegen.model_service import ModelService

TOKEN = "hf_aSecretThatNobodyMaySee"


class Memory(KeyringBackend):
    """A keyring that holds what it is given until the test is over."""

    priority: Any = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.kept: dict[tuple[str, str], str] = {}
        self.trouble: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        self._fail()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._fail()
        if (service, username) not in self.kept:
            raise PasswordDeleteError("not found")
        del self.kept[service, username]

    def _fail(self) -> None:
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
def memory() -> Iterator[Memory]:
    before = keyring.get_keyring()
    memory = Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def test_a_token_is_kept_and_forgotten(memory: Memory, paths: Paths) -> None:
    service = ModelService(paths)
    assert service.hub_token() is None
    service.set_hub_token(f"  {TOKEN}\n")
    assert service.hub_token() == TOKEN
    assert [key[0] for key in memory.kept] == [tokens.SERVICE]
    service.set_hub_token("")
    assert service.hub_token() is None
    service.set_hub_token("")  # a second time is fine
    assert not paths.home.exists()  # nothing on disk


def test_where_there_is_no_keyring_one_is_told_what_to_do(paths: Paths) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    try:
        assert tokens.get_token() is None
        tokens.delete_token()
        with pytest.raises(JokegenError, match="no keyring") as caught:
            tokens.set_token(TOKEN)
    finally:
        keyring.set_keyring(before)
    assert "HF_TOKEN" in caught.value.todo
    assert TOKEN not in str(caught.value)


def test_a_keyring_that_writes_plain_text_is_refused(memory: Memory) -> None:
    plain = type("PlaintextKeyring", (Memory,), {"__module__": "keyrings.alt.file"})
    keyring.set_keyring(plain())
    with pytest.raises(JokegenError, match="no keyring"):
        tokens.set_token(TOKEN)


def test_a_locked_keyring_is_told_without_the_token(
    memory: Memory, caplog: pytest.LogCaptureFixture
) -> None:
    tokens.set_token(TOKEN)
    for trouble in (KeyringLocked(f"locked {TOKEN}"), ValueError(f"odd {TOKEN}")):
        memory.trouble = trouble
        assert tokens.get_token() is None
        with pytest.raises(JokegenError, match="keyring did not let") as caught:
            tokens.set_token(TOKEN)
        assert TOKEN not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("token", ["", "two words", "hf_ä", "a\nb", "x" * 1000])
def test_what_is_no_token_is_not_kept(memory: Memory, token: str) -> None:
    with pytest.raises(JokegenError, match="no Hugging Face token") as caught:
        tokens.set_token(token)
    assert not token or token not in str(caught.value)
    assert memory.kept == {}
