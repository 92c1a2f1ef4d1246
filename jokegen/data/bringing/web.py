"""Opens https addresses, each only where it leads into the open internet: the gateway to urllib3.

The name is looked up here, the addresses are checked, and the connection is made to the very
address that was checked, with the name for the certificate and the Host header: a name that leads
elsewhere the second time (DNS rebinding) gains nothing. Redirects are followed by hand, each one
checked like the link itself. Certificates are always verified, against the system's own store.

Where a proxy is set (HTTPS_PROXY, or the system's settings), it does the looking up and
connecting, and its owner decides where it may lead. Then the name is checked: names and addresses
of one's own network are refused, also where the name can be looked up here and leads there.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import jokegen
from jokegen.data.bringing.addresses import is_local_name, is_public, look_up
from jokegen.data.bringing.links import Link, parse_link, shown
from jokegen.errors import JokegenError

if TYPE_CHECKING:
    import urllib3
    from urllib3.response import BaseHTTPResponse

_REDIRECTS = (301, 302, 303, 307, 308)
_BLOCK = 1 << 16
_ENCODINGS = ("gzip", "x-gzip", "deflate")


class Trouble(StrEnum):
    """Why nothing, or nothing more, comes from a server."""

    NO_NAME = "no-name"  # nobody knows the server's name
    NO_NETWORK = "no-network"
    UNREACHABLE = "unreachable"  # it does not answer, or refuses
    UNTRUSTED = "untrusted"  # its certificate is not right
    PROXY = "proxy"
    SILENT = "silent"  # connected, but nothing comes for too long
    BROKEN = "broken"  # the connection broke off


class WebError(Exception):
    """A connection that did not come about, or broke; `details` is the library's word for it."""

    def __init__(self, trouble: Trouble, host: str, details: str = "") -> None:
        super().__init__(trouble, host, details)
        self.trouble, self.host, self.details = trouble, host, details


@dataclass(frozen=True)
class Answer:
    """The head of a server's answer; names of `headers` are in lower case."""

    url: str
    status: int
    headers: dict[str, str]
    hang_up: Callable[[], None] = field(repr=False)

    @property
    def encoding(self) -> str:
        """How the body is packed for the way, "" for not at all."""
        encoding = self.headers.get("content-encoding", "").strip().lower()
        return "" if encoding == "identity" else encoding

    @property
    def length(self) -> int | None:
        """The bytes of the body that follows, where the server says it."""
        text = self.headers.get("content-length", "").strip()
        return int(text) if text.isdecimal() and not self.encoding else None


def system_tls() -> ssl.SSLContext:
    """Certificates are verified against the store of the operating system."""
    import truststore

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def system_proxy(host: str) -> str | None:
    """The proxy for https that the environment or the system's settings name, if any."""
    if urllib.request.proxy_bypass(host):
        return None
    return urllib.request.getproxies().get("https") or None


@dataclass(frozen=True)
class Web:
    """How the web is reached, and the limits. Tests hand in one that leads to their own servers.

    `connect_seconds` are for each address of a server, `stall_seconds` without a byte end a try,
    `most_seconds` and `most_bytes` end a download that never ends by itself.
    """

    look_up: Callable[[str, int], Sequence[str]] = look_up
    is_allowed: Callable[[str], bool] = is_public
    tls: Callable[[], ssl.SSLContext] = system_tls
    proxy: Callable[[str], str | None] = system_proxy
    connect_seconds: float = 15.0
    stall_seconds: float = 30.0
    most_seconds: float = 4 * 3600.0
    most_bytes: int = 2_000_000_000
    most_redirects: int = 5
    tries: int = 5
    first_pause: float = 1.0

    @contextlib.contextmanager
    def open(self, link: Link, headers: dict[str, str]) -> Iterator[tuple[Answer, Iterator[bytes]]]:
        """The answer to a GET, redirects followed, and its body in blocks, unpacked.

        Raises WebError, and JokegenError where a link (or where it leads on to) is refused.
        """
        seen = {link.url}
        for _ in range(self.most_redirects + 1):
            response = self._ask(link, headers)
            try:
                onward = response.headers.get("location", "")
                if response.status not in _REDIRECTS or not onward:
                    yield _answer(link, response), _blocks(link, response)
                    return
            finally:
                response.close()
            link = parse_link(_decoded(onward), base=link.url)
            if link.url in seen:
                break
            seen.add(link.url)
        raise JokegenError(
            f"The server “{link.host}” sends us from one address to the next and never to a file.",
            "Open the link in a browser, download the file there, and choose it here.",
        )

    def _ask(self, link: Link, headers: dict[str, str]) -> BaseHTTPResponse:
        """One request to the first address that takes it."""
        import urllib3

        headers = {
            "Host": link.authority,
            "User-Agent": f"jokegen/{jokegen.__version__}",
            "Accept": "*/*",
            # As it is: only then can a broken download go on in the middle.
            "Accept-Encoding": "identity",
            **headers,
        }
        failure: WebError | None = None
        for pool in self._pools(link):
            try:
                return pool.urlopen(
                    "GET", link.target, headers=headers, retries=False, redirect=False,
                    assert_same_host=False, preload_content=False, decode_content=True,
                    timeout=urllib3.Timeout(connect=self.connect_seconds, read=self.stall_seconds),
                )  # fmt: skip
            except (urllib3.exceptions.HTTPError, OSError) as error:
                failure = _as_web_error(error, link.host)
                if failure.trouble is not Trouble.UNREACHABLE:
                    break
        assert failure is not None  # there is at least one address
        raise failure

    def _pools(self, link: Link) -> Iterator[urllib3.HTTPSConnectionPool]:
        """What to ask through: the proxy, or each allowed address of the host."""
        import urllib3

        proxy = self.proxy(link.host)
        if proxy is not None:
            self._check_name(link)
            yield self._through_proxy(proxy, link)
            return
        for address in self._addresses(link):
            yield urllib3.HTTPSConnectionPool(
                address, link.port, server_hostname=link.host, ssl_context=self.tls(), maxsize=1
            )

    def _addresses(self, link: Link) -> list[str]:
        try:
            found = self.look_up(link.host, link.port)
        except (OSError, UnicodeError) as error:
            raise _as_web_error(error, link.host) from error
        allowed = [address for address in found if self.is_allowed(address)]
        if not allowed:
            raise _own_network(link)
        return allowed

    def _check_name(self, link: Link) -> None:
        """Where a proxy connects, names are all that can be looked at."""
        try:
            found = self.look_up(link.host, link.port)
        except (OSError, UnicodeError):
            found = ()  # behind a proxy names often cannot be looked up
            if is_local_name(link.host):
                raise _own_network(link) from None
        if any(not self.is_allowed(address) for address in found):
            raise _own_network(link)

    def _through_proxy(self, proxy: str, link: Link) -> urllib3.HTTPSConnectionPool:
        import urllib3

        try:
            parts = urllib3.util.parse_url(proxy if "://" in proxy else f"http://{proxy}")
            headers = urllib3.make_headers(proxy_basic_auth=parts.auth) if parts.auth else None
            manager = urllib3.ProxyManager(
                parts._replace(auth=None).url, proxy_headers=headers, ssl_context=self.tls(),
                proxy_ssl_context=self.tls(),
            )  # fmt: skip
            pool = manager.connection_from_host(link.host, link.port, "https")
        except (urllib3.exceptions.HTTPError, ValueError):
            raise WebError(Trouble.PROXY, link.host, "its address cannot be understood") from None
        assert isinstance(pool, urllib3.HTTPSConnectionPool)
        return pool


def _own_network(link: Link) -> JokegenError:
    return JokegenError(
        f"The link {shown(link.url)} leads to this computer or into the network around it, not "
        "into the internet.",
        "If the file is yours, choose it from its folder; otherwise do not use this link.",
    )


def _answer(link: Link, response: BaseHTTPResponse) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}

    def hang_up() -> None:
        """End the waiting of whoever reads the body; safe from another thread."""
        with contextlib.suppress(Exception):
            response.shutdown()

    return Answer(link.url, response.status, headers, hang_up)


def _blocks(link: Link, response: BaseHTTPResponse) -> Iterator[bytes]:
    import urllib3

    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding not in ("", "identity", *_ENCODINGS):
        raise JokegenError(
            f"The server “{link.host}” sends the file in a form that was not asked for "
            f"({encoding[:20]}).",
            "Download the file in a browser and choose it here.",
        )
    try:
        # Whatever is there: nothing that came is lost when the connection breaks in the middle.
        while block := response.read1(_BLOCK):
            yield block
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise _as_web_error(error, link.host, has_answer=True) from error


def _decoded(value: str) -> str:
    """A header that holds UTF-8, though headers should not."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def _as_web_error(error: BaseException, host: str, *, has_answer: bool = False) -> WebError:
    """What the library and the operating system say, sorted into our few kinds."""
    from urllib3 import exceptions

    causes = list(_causes(error))
    certificate = next(
        (one for one in causes if isinstance(one, ssl.SSLCertVerificationError)), None
    )
    if certificate is not None:
        return WebError(Trouble.UNTRUSTED, host, certificate.verify_message or str(certificate))
    numbers = {one.errno for one in causes if isinstance(one, OSError)}
    if any(isinstance(one, exceptions.ProxyError) for one in causes):
        return WebError(Trouble.PROXY, host, str(causes[-1]))
    if any(isinstance(one, socket.gaierror) for one in causes):
        is_unknown = socket.EAI_NONAME in numbers or getattr(socket, "EAI_NODATA", 0) in numbers
        return WebError(Trouble.NO_NAME if is_unknown else Trouble.NO_NETWORK, host)
    if isinstance(error, UnicodeError):
        return WebError(Trouble.NO_NAME, host)
    if numbers & {errno.ENETUNREACH, errno.ENETDOWN}:
        return WebError(Trouble.NO_NETWORK, host)
    if has_answer:
        is_silent = any(isinstance(one, exceptions.TimeoutError | TimeoutError) for one in causes)
        return WebError(Trouble.SILENT if is_silent else Trouble.BROKEN, host)
    if isinstance(error, exceptions.ReadTimeoutError):
        return WebError(Trouble.SILENT, host)
    if isinstance(error, exceptions.SSLError):
        return WebError(Trouble.UNTRUSTED, host, _tls_reason(causes))
    if isinstance(error, exceptions.NewConnectionError | exceptions.ConnectTimeoutError):
        return WebError(Trouble.UNREACHABLE, host)
    return WebError(Trouble.BROKEN, host, type(error).__name__)


def _tls_reason(causes: Sequence[BaseException]) -> str:
    reasons = [one.reason for one in causes if isinstance(one, ssl.SSLError) and one.reason]
    return reasons[0].replace("_", " ").lower() if reasons else ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        inner = next((one for one in error.args if isinstance(one, BaseException)), None)
        reason = getattr(error, "reason", None)
        error = error.__cause__ or inner or (reason if isinstance(reason, BaseException) else None)
