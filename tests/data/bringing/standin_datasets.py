"""A stand-in for the hub of data sets: the addresses of it that its libraries ask for."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

CONVERTED = "fedcba9876543210fedcba9876543210fedcba98"


@dataclass
class Repo:
    """A data set at the hub. `converted` are the files of the hub's own copy as Parquet."""

    files: dict[str, bytes]
    card: dict[str, Any] = field(default_factory=dict)
    gated: str | bool = False
    private: bool = False
    readers: tuple[str, ...] = ()  # the tokens that may read it, if it is gated or private
    converted: dict[str, bytes] | None = None

    @property
    def sha(self) -> str:
        """As at the hub, another content is another revision: its libraries rely on it."""
        digest = hashlib.sha1()
        for path, content in sorted(self.files.items()):
            digest.update(path.encode() + b"\0" + content)
        return digest.hexdigest()

    def revision(self, name: str) -> dict[str, bytes] | None:
        if name in (self.sha, "main"):
            return self.files
        return self.converted if name in (CONVERTED, "refs/convert/parquet") else None


class StandInDatasets:
    """Serves `repos`; what it was asked is in `requests` (method, path, token, range)."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.requests: list[tuple[str, str, str, str]] = []
        self.status = 200  # of every answer, while it is another
        self.breaks: list[int] = []  # the next downloads break off after so many bytes
        self.seconds_a_block = 0.0
        self.is_silent = False
        self.tokens: tuple[str, ...] = ()  # that exist
        self.is_honest = True
        self.knows_ranges = True
        self.closing = threading.Event()
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def tokens_seen(self) -> set[str]:
        return {token for _, _, token, _ in self.requests if token}

    @contextmanager
    def running(self) -> Iterator[StandInDatasets]:
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
    hub: ClassVar[StandInDatasets]

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # whoever asked has gone
            super().handle()

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        self.hub.requests.append((self.command, path, self.token, self.headers.get("Range", "")))
        if self.hub.is_silent:
            self.hub.closing.wait(20)
            return
        if self.hub.status != 200:
            self._fail(self.hub.status, "", "a problem")
            return
        if self.token and self.token not in self.hub.tokens:
            self._fail(401, "", "Invalid credentials in Authorization header")
            return
        if path == "/api/datasets":
            words = urllib.parse.parse_qs(query).get("search", [""])[0]
            found = [_about(name, repo, "main") for name, repo in self.hub.repos.items()]
            self._json([about for about in found if words in about["id"]])
            return
        api = re.fullmatch(
            r"/api/datasets/([^/]+(?:/[^/]+)??)(?:/(revision|tree|auth-check|paths-info)(?:/(.*))?)?",
            path,
        )
        file = re.fullmatch(r"/datasets/([^/]+(?:/[^/]+)??)/resolve/([^/]+)/(.*)", path)
        if api:
            self._api(api[1], api[2] or "", urllib.parse.unquote(api[3] or ""))
        elif file:
            self._file(file[1], urllib.parse.unquote(file[2]), urllib.parse.unquote(file[3]))
        else:
            self._fail(404, "", "no such page")

    do_HEAD = do_POST = do_GET  # noqa: N815 - the library's names

    def _may(self, name: str, *, is_file: bool) -> Repo | None:
        repo = self.hub.repos.get(name)
        if repo is None or (repo.private and self.token not in repo.readers):
            # The hub does not say which, unless somebody logged in.
            status = 404 if self.token else 401
            self._fail(status, "RepoNotFound" if self.token else "", "Repository not found")
            return None
        if is_file and repo.gated and self.token not in repo.readers:
            self._fail(403 if self.token else 401, "GatedRepo", "Access is restricted")
            return None
        return repo

    def _api(self, name: str, what: str, rest: str) -> None:
        repo = self._may(name, is_file=what == "auth-check")
        if repo is None:
            return
        if what == "auth-check":
            self._json({})
            return
        if what in ("tree", "paths-info"):
            revision, _, folder = rest.partition("/")
            files = repo.revision(revision)
            if files is None:
                self._fail(404, "RevisionNotFound", "no such revision")
            elif what == "tree":
                self._json(_tree(files, folder))
            else:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
                asked = (
                    json.loads(body)["paths"]
                    if body.startswith("{")
                    else urllib.parse.parse_qs(body)["paths"]
                )
                self._json([one for one in _tree(files, "") if one["path"] in asked])
            return
        revision = rest if what == "revision" else "main"
        if repo.revision(revision) is None:
            self._fail(404, "RevisionNotFound", "no such revision")
            return
        self._json(_about(name, repo, revision))

    def _file(self, name: str, revision: str, path: str) -> None:
        repo = self._may(name, is_file=True)
        if repo is None:
            return
        files = repo.revision(revision) or {}
        if path not in files:
            self._fail(404, "EntryNotFound", "no such file")
            return
        content = files[path] if self.hub.is_honest else bytes(reversed(files[path]))
        match = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        match = match if self.hub.knows_ranges else None
        start = int(match[1]) if match else 0
        stop = min(int(match[2]) + 1, len(content)) if match and match[2] else len(content)
        self.send_response(206 if match else 200)
        if match:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{len(content)}")
        self.send_header("X-Repo-Commit", repo.sha if files is repo.files else CONVERTED)
        self.send_header("ETag", f'"{hashlib.sha1(content).hexdigest()}"')
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(stop - start))
        self.end_headers()
        if self.command == "HEAD":
            return
        is_data = not path.endswith((".md", ".yaml"))
        if is_data and self.hub.breaks:
            stop = min(stop, start + self.hub.breaks.pop(0))
        for position in range(start, stop, 8192):
            if is_data and self.hub.seconds_a_block:
                self.wfile.flush()
                if self.hub.closing.wait(self.hub.seconds_a_block):
                    return
            self.wfile.write(content[position : min(stop, position + 8192)])

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _fail(self, status: int, code: str, words: str) -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("X-Error-Message", words)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name upstream
        """Say nothing."""


def _about(name: str, repo: Repo, revision: str) -> dict[str, Any]:
    files = repo.revision(revision) or {}
    return {
        "_id": "1",
        "id": name,
        "sha": repo.sha if files is repo.files else CONVERTED,
        "private": repo.private,
        "gated": repo.gated,
        "disabled": False,
        "tags": [],
        "downloads": 0,
        "likes": 0,
        "cardData": repo.card,
        "siblings": [
            {"rfilename": path, "size": len(content), "blobId": "f" * 40, **_large(content)}
            for path, content in files.items()
        ],
    }


def _large(content: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    return {"lfs": {"sha256": digest, "size": len(content), "pointerSize": 134}}


def _tree(files: dict[str, bytes], folder: str) -> list[dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = {}
    lead = f"{folder}/" if folder else ""
    for path, content in files.items():
        if not path.startswith(lead):
            continue
        parts = path.split("/")
        for count in range(1, len(parts)):
            inner = "/".join(parts[:count])
            if inner.startswith(lead):
                entries[inner] = {"type": "directory", "oid": "e" * 40, "size": 0, "path": inner}
        entries[path] = {"type": "file", "oid": "f" * 40, "size": len(content), "path": path}
    return list(entries.values())
