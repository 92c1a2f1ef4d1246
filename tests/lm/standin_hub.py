"""A stand-in for the model hub: the few addresses of it that fetching a model needs."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.lm.standin_server import LARGE, StandInServer

REVISION = "0123456789abcdef0123456789abcdef01234567"


class StandInHub(StandInServer):
    """Serves the model in `folder` as `repository`; large files by way of a redirect."""

    def __init__(self, folder: Path, repository: str) -> None:
        super().__init__()
        self._repository = repository
        self.files = {
            path.name: path.read_bytes()
            for path in sorted(folder.iterdir())
            if path.name != "manifest.json"
        }
        self.publish()

    def publish(self) -> None:
        """Offer `files` as they are now."""
        self.pages.clear()
        self.redirects.clear()
        for name, content in self.files.items():
            address = f"/{self._repository}/resolve/{REVISION}/{name}"
            if len(content) > LARGE:
                self.redirects[address] = f"{self.url}/storage/{name}"
                address = f"/storage/{name}"
            self.pages[address] = content
        about = {
            "_id": "1",
            "id": self._repository,
            "modelId": self._repository,
            "sha": REVISION,
            "private": False,
            "tags": [],
            "downloads": 0,
            "siblings": [_describe(name, content) for name, content in self.files.items()],
        }
        self.pages[f"/api/models/{self._repository}"] = json.dumps(about).encode()


def _describe(name: str, content: bytes) -> dict[str, Any]:
    about: dict[str, Any] = {"rfilename": name, "size": len(content)}
    if len(content) > LARGE:
        digest = hashlib.sha256(content).hexdigest()
        about["lfs"] = {"sha256": digest, "size": len(content), "pointerSize": 134}
        about["blobId"] = "f" * 40
    else:
        about["blobId"] = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
    return about
