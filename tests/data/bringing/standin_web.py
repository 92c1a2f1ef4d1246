"""A small https server on this computer that can be slow, break off and lie, for tests of links."""

from __future__ import annotations

import contextlib
import functools
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import trustme

from jokegen.data.bringing.web import Web

HOST = "jokes.example"
_BLOCK = 8192


@functools.cache
def authority() -> trustme.CA:
    return trustme.CA()


def client_tls() -> ssl.SSLContext:
    """Trusts the tests' own authority, and nobody else."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    authority().configure_trust(context)
    return context


@dataclass
class Page:
    """What is served at a path. `break_after` bytes of an answer the connection is cut, once."""

    content: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: str = '"one"'
    knows_ranges: bool = True
    is_chunked: bool = False
    is_endless: bool = False
    silent_before: bool = False  # no answer at all
    silent_after: int | None = None  # bytes, then nothing
    breaks: list[int] = field(default_factory=list)  # each answer breaks off after so many bytes
    told_length: int | None = None
    on_answer: Callable[[Page], None] = lambda page: None


class StandInWeb:
    """Serves `pages` (path with query to page); what it was asked is in `requests`."""

    def __init__(self, host: str = HOST) -> None:
        self.pages: dict[str, Page] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.server_names: list[str] = []
        self.closing = threading.Event()
        handler = type("Handler", (_Handler,), {"web": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority().issue_cert(host).configure_cert(tls)
        tls.sni_callback = lambda _socket, name, _context: self.server_names.append(str(name))
        self._server.socket = tls.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self.port = self._server.server_address[1]
        self.url = f"https://{host}:{self.port}"

    def web(self, **changes: object) -> Web:
        """A way to the web that leads every name to this server and gives up soon."""
        usual: dict[str, object] = {
            "look_up": lambda host, port: ["127.0.0.1"],
            "is_allowed": lambda address: address == "127.0.0.1",
            "tls": client_tls,
            "proxy": lambda host: None,
            "connect_seconds": 5.0,
            "stall_seconds": 5.0,
            "first_pause": 0.01,
        }
        return Web(**{**usual, **changes})  # type: ignore[arg-type]

    @property
    def ranges(self) -> list[str]:
        return [headers["range"] for _, headers in self.requests if "range" in headers]

    @contextmanager
    def running(self) -> Iterator[StandInWeb]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.closing.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    web: ClassVar[StandInWeb]
    protocol_version = "HTTP/1.1"
    timeout = 20

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # whoever asked has gone
            super().handle()

    def do_GET(self) -> None:
        self.close_connection = True
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.web.requests.append((self.path, headers))
        page = self.web.pages.get(self.path, Page(status=404))
        if page.silent_before:
            self.web.closing.wait(20)
            return
        page.on_answer(page)
        content, start = page.content, 0
        match = re.fullmatch(r"bytes=(\d+)-", headers.get("range", ""))
        has_same = headers.get("if-range", page.etag) == page.etag
        is_part = bool(match and page.knows_ranges and has_same and page.status == 200)
        if match and is_part:
            start = int(match[1])
        if is_part and start >= len(content):
            self._head(page, 416, {"Content-Range": f"bytes */{len(content)}"}, 0)
            return
        more = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
        status = 206 if is_part else page.status
        length = len(content) - start if page.told_length is None else page.told_length
        self._head(page, status, more if is_part else {}, length)
        self._body(page, content[start:])

    def _head(self, page: Page, status: int, more: dict[str, str], length: int) -> None:
        self.send_response(status)
        for name, value in {**more, **page.headers}.items():
            self.send_header(name, value.encode("utf-8").decode("latin-1"))
        if page.etag and "ETag" not in page.headers:
            self.send_header("ETag", page.etag)
        if page.is_chunked or page.is_endless:
            self.send_header("Transfer-Encoding", "chunked")
        elif "Content-Length" not in page.headers:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def _body(self, page: Page, content: bytes) -> None:
        is_whole = not page.breaks
        if page.breaks:
            content = content[: page.breaks.pop(0)]
        if page.silent_after is not None:
            self.wfile.write(content[: page.silent_after])
            self.wfile.flush()
            self.web.closing.wait(20)
            return
        while page.is_endless and not self.web.closing.wait(0.001):
            self._chunk(b"the same joke again\n" * 400)
        for start in range(0, len(content), _BLOCK):
            block = content[start : start + _BLOCK]
            self._chunk(block) if page.is_chunked else self.wfile.write(block)
        if page.is_chunked and is_whole:
            self._chunk(b"")

    def _chunk(self, block: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(block), block))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name upstream
        """Say nothing."""
