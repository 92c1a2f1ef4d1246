"""A small web server on this computer that can be slow, break off and lie, for tests of fetching.

It serves files from memory, with byte ranges. Faults apply to files larger than `LARGE` bytes, so
that lists and small files still come through.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

LARGE = 50_000
_BLOCK = 8192


class StandInServer:
    """Serves `pages` (path without query to content); what it was asked is in `requests`."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes] = {}
        self.redirects: dict[str, str] = {}
        self.requests: list[tuple[str, str]] = []  # path, Range header
        self.authorizations: list[str] = []
        self.status = 200
        self.error_code = ""
        self.breaks_after: int | None = None  # this many bytes of every answer
        self.breaks_left = 10**9  # how many times it still breaks off
        self.seconds_a_block = 0.0
        self.is_lying = False
        self.knows_ranges = True
        self.closing = threading.Event()
        handler = type("Handler", (_Handler,), {"standin": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def ranges(self) -> list[str]:
        """The ranges that were asked for, in order."""
        return [range_ for _, range_ in self.requests if range_]

    @contextmanager
    def running(self) -> Iterator[StandInServer]:
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
    standin: ClassVar[StandInServer]

    def do_GET(self) -> None:
        standin = self.standin
        path = self.path.partition("?")[0]
        asked = self.headers.get("Range", "")
        standin.requests.append((path, asked))
        standin.authorizations.append(self.headers.get("Authorization", ""))
        if path in standin.redirects:
            self.send_response(302)
            self.send_header("Location", standin.redirects[path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        content = standin.pages.get(path)
        if standin.status != 200 or content is None:
            self._fail(standin.status if standin.status != 200 else 404)
            return
        self._answer(content, asked)

    do_HEAD = do_GET  # noqa: N815 - the library's name

    def _fail(self, status: int) -> None:
        self.send_response(status)
        if self.standin.error_code:
            self.send_header("X-Error-Code", self.standin.error_code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _answer(self, content: bytes, asked: str) -> None:
        standin = self.standin
        is_large = len(content) > LARGE
        if is_large and standin.is_lying:
            content = bytes(reversed(content))
        match = re.fullmatch(r"bytes=(\d+)-", asked) if standin.knows_ranges else None
        start = int(match.group(1)) if match else 0
        self.send_response(206 if match else 200)
        if match:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Type", "text/html" if content[:1] == b"<" else "application/json")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{len(content)}"')
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if self.command == "HEAD":
            return
        end = len(content)
        if is_large and standin.breaks_after is not None and standin.breaks_left > 0:
            standin.breaks_left -= 1
            end = min(end, start + standin.breaks_after)
        try:
            for position in range(start, end, _BLOCK):
                if is_large and standin.seconds_a_block:
                    self.wfile.flush()
                    if standin.closing.wait(standin.seconds_a_block):
                        break
                self.wfile.write(content[position : min(end, position + _BLOCK)])
        except OSError:  # whoever asked has gone
            pass
        if end < len(content):
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name upstream
        """Say nothing."""
