"""Downloads one file from the web: whole, within limits, going on where it broke off.

A broken download goes on only if the server can prove that it still has the same file (its ETag,
or its date, in If-Range); otherwise it starts anew. After a failure the part that came stays for
a later try, after a cancellation nothing stays.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from jokegen.data.bringing import link_errors
from jokegen.data.bringing.links import Link
from jokegen.data.bringing.meter import Meter
from jokegen.data.bringing.places import Part, claim_part, leave_part, temporary_file
from jokegen.data.bringing.web import Answer, Trouble, Web, WebError
from jokegen.errors import JobCancelled
from jokegen.jobs.background import in_background, pause
from jokegen.jobs.context import JobContext
from jokegen.jobs.events import Notice

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
# A server may break off this many times as often if each try brings something new.
_TRIES_WITH_NEWS = 10
_SPARE = 50_000_000  # bytes that stay free on the disk


@dataclass(frozen=True)
class Download:
    """A file that came: where it lies for now, from where, and what the server said of it."""

    path: Path
    url: str
    disposition: str
    content_type: str
    was_packed: bool


@contextlib.contextmanager
def downloaded(link: Link, web: Web, context: JobContext) -> Iterator[Download]:
    """The file at `link`, for as long as the block runs; who wants to keep it moves it away.

    Raises JokegenError, JobCancelled, and OSError (disk full).
    """
    file = temporary_file(context.paths)
    run = _Run(link, web, context, file)
    try:
        yield run.to_the_end()
    except (JobCancelled, OSError):  # a full disk needs the room more
        raise
    except BaseException:
        run.keep_part()
        raise
    finally:
        with contextlib.suppress(OSError):
            file.unlink()


class _StatusError(Exception):
    """The server answered, but with no file."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class _ChangedError(Exception):
    """The server does not go on with the file that we have the beginning of."""


class _Run:
    """One download: `_have` bytes are in the file, `_mark` tells which version they are of."""

    def __init__(self, link: Link, web: Web, context: JobContext, file: Path) -> None:
        self._link, self._web, self._context, self._file = link, web, context, file
        part = claim_part(context.paths, link.url, file)
        self._have = part.size if part else 0
        self._mark = part.mark if part else ""
        self._total = part.total if part else None
        self._meter = Meter(context, "bytes", self._total)
        self._answer: Answer | None = None
        self._deadline = time.monotonic() + web.most_seconds
        file.touch()

    def to_the_end(self) -> Download:
        """Try until the file is whole, or until tries bring nothing new."""
        failures, broken, changes, best = 0, 0, 0, self._have
        while True:
            try:
                self._attempt()
                break
            except _ChangedError:
                changes += 1
                if changes >= self._web.tries:
                    raise link_errors.keeps_changing(self._link.url) from None
                self._forget()
                failures, best = 0, 0
                continue
            except (_StatusError, WebError) as error:
                if self._have > best:
                    failures, best = 0, self._have
                failures += 1
                broken += 1
                most = self._web.tries if self._have else min(3, self._web.tries)
                is_enough = failures >= most or broken >= most * _TRIES_WITH_NEWS
                if is_enough or not self._is_worth_another_try(error):
                    raise self._explained(error) from error
            self._context.emit(Notice("The connection broke off; trying again.", True))
            pause(self._web.first_pause * 2 ** (failures - 1), self._check)
        answer = self._answer
        assert answer is not None
        if self._have == 0:
            raise link_errors.empty(answer.url)
        self._meter.update(self._have, is_last=True)
        return Download(
            self._file,
            answer.url,
            answer.headers.get("content-disposition", ""),
            answer.headers.get("content-type", ""),
            bool(answer.encoding),
        )

    def keep_part(self) -> None:
        """Leave what came for another try, where that could go on with it."""
        if self._have and self._mark:
            with contextlib.suppress(OSError):
                part = Part(self._have, self._mark, self._total)
                leave_part(self._context.paths, self._link.url, self._file, part)

    def _check(self) -> None:
        self._context.check()
        if time.monotonic() > self._deadline:
            raise link_errors.too_slow(self._link.url, self._web.most_seconds / 3600)

    def _is_worth_another_try(self, error: _StatusError | WebError) -> bool:
        """A connection that broke; a server that cannot be reached only if it sent something."""
        if isinstance(error, _StatusError):
            return self._have > 0 and (error.answer.status == 429 or error.answer.status >= 500)
        if error.trouble is Trouble.UNTRUSTED:
            return False
        return self._have > 0 or error.trouble is Trouble.BROKEN

    def _explained(self, error: _StatusError | WebError) -> Exception:
        if isinstance(error, _StatusError):
            return link_errors.explain_status(error.answer.status, self._link.url, self._link.host)
        return link_errors.explain_web_error(error, is_kept=bool(self._have and self._mark))

    def _forget(self) -> None:
        self._have, self._mark, self._total, self._meter.total = 0, "", None, None
        with self._file.open("wb"):
            pass

    def _attempt(self) -> None:
        """Ask for what is missing and append it."""
        headers = {}
        if self._have and self._mark:
            headers = {"Range": f"bytes={self._have}-", "If-Range": self._mark}
        elif self._have:
            self._forget()
        asked_from = self._have

        def fetch(put: Callable[[Answer | bytes], None]) -> None:
            with self._web.open(self._link, headers) as (answer, blocks):
                put(answer)
                for block in blocks:
                    put(block)

        self._answer = None
        self._meter.update(self._have)
        try:
            with self._file.open("r+b") as out:
                for item in in_background(fetch, self._check):
                    if isinstance(item, Answer):
                        self._answer = item
                        self._begin(item, asked_from, out)
                        if self._is_whole_already(item):
                            return
                    else:
                        self._take(item, out)
        finally:
            if self._answer is not None:
                self._answer.hang_up()
        if self._total is not None and self._have < self._total:
            raise WebError(Trouble.BROKEN, self._link.host, "the server ended too early")

    def _begin(self, answer: Answer, asked_from: int, out: BinaryIO) -> None:
        """Decide by the head of the answer where its body goes."""
        mark = _mark_of(answer)
        if answer.status == 206 and asked_from:
            found = _RANGE.fullmatch(answer.headers.get("content-range", "").strip())
            total = int(found[2]) if found and found[2] != "*" else self._total
            if (
                found is None
                or int(found[1]) != asked_from
                or (self._total is not None and total != self._total)
                or (mark and self._mark != mark)
                or answer.encoding
            ):
                raise _ChangedError
            self._total = total
        elif answer.status == 200:
            self._have, self._mark, self._total = 0, mark, answer.length
            out.truncate(0)
        elif answer.status == 416 and asked_from:
            if not self._is_whole_already(answer):
                raise _ChangedError
        else:
            raise _StatusError(answer)
        out.seek(self._have)
        self._meter.total = self._total
        self._check_size()

    def _is_whole_already(self, answer: Answer) -> bool:
        """Whether the server says that what we have is all there is."""
        told = answer.headers.get("content-range", "").strip()
        return answer.status == 416 and told == f"bytes */{self._have}"

    def _check_size(self) -> None:
        total = self._total or 0
        if total > self._web.most_bytes:
            raise link_errors.too_large(self._link.url, self._web.most_bytes, total)
        folder = self._file.parent
        needed, free = total - self._have, shutil.disk_usage(folder).free
        if needed + _SPARE > free and total:
            self._mark = ""
            raise link_errors.no_room(self._link.url, needed, free, str(folder))

    def _take(self, block: bytes, out: BinaryIO) -> None:
        if self._have + len(block) > self._web.most_bytes:
            self._mark = ""  # nothing to go on with
            raise link_errors.too_large(self._link.url, self._web.most_bytes, None)
        out.write(block)
        out.flush()
        self._have += len(block)
        self._meter.update(self._have)


def _mark_of(answer: Answer) -> str:
    """What proves later that the file is still the same: a strong ETag, else its date."""
    if answer.encoding or answer.headers.get("accept-ranges", "").strip().lower() == "none":
        return ""
    tag = answer.headers.get("etag", "").strip()
    if tag.startswith('"') and len(tag) > 2:
        return tag
    return "" if tag else answer.headers.get("last-modified", "").strip()
