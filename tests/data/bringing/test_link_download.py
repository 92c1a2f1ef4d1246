"""Links brought from a real https server on this computer that breaks off, lies, keeps silent."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.data.bringing.addresses import is_public
from jokegen.data.bringing.bringing import bring_link
from jokegen.data.bringing.web import Web
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs.context import JobContext, RecordingContext, Stop
from jokegen.jobs.dataset_requests import BringRequest
from jokegen.jobs.events import Event, Notice, Progress
from tests.data.bringing.conftest import leftovers
from tests.data.bringing.standin_web import HOST, Page, StandInWeb, client_tls

JOKES = b"id,joke\n" + b"".join(
    b"%d,Joke number %d is a good one.\n" % (i, i) for i in range(20_000)
)
# Half a second is what people are promised; a busy test machine gets a little more.
SECONDS = 0.8


def bring(site: StandInWeb, paths: Paths, path: str, web: Web | None = None) -> Path:
    context = RecordingContext(paths)
    file, origin, _ = bring_link(BringRequest(link=f"{site.url}{path}"), web or site.web(), context)
    assert origin == f"{site.url}{path}"
    return file


def fails(site: StandInWeb, paths: Paths, path: str, web: Web | None = None) -> JokegenError:
    with pytest.raises(JokegenError) as caught:
        bring(site, paths, path, web)
    assert len(caught.value.todo) > 20
    return caught.value


def test_a_file_comes_as_it_is_with_progress_and_its_name(site: StandInWeb, paths: Paths) -> None:
    site.pages["/data/jokes.csv"] = Page(JOKES)
    context = RecordingContext(paths)
    request = BringRequest(link=f"{site.url}/data/jokes.csv")
    file, origin, name = bring_link(request, site.web(), context)
    assert file.read_bytes() == JOKES
    assert (file.name, name, origin) == ("jokes.csv", "jokes", f"{site.url}/data/jokes.csv")
    assert file.parent.parent == paths.previews
    assert leftovers(paths) == [file.parent.name]
    steps = [event for event in context.events if isinstance(event, Progress)]
    assert (steps[-1].done, steps[-1].total, steps[-1].unit) == (len(JOKES), len(JOKES), "bytes")
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    _, headers = site.requests[0]
    assert headers["host"] == f"{HOST}:{site.port}"
    assert site.server_names == [HOST]
    assert "authorization" not in headers
    assert "cookie" not in headers


def test_a_broken_download_goes_on_where_it_broke_off(site: StandInWeb, paths: Paths) -> None:
    site.pages["/jokes.csv"] = Page(JOKES, breaks=[100_000, 200_000])
    assert bring(site, paths, "/jokes.csv").read_bytes() == JOKES
    assert len(site.requests) == 3
    assert site.ranges == ["bytes=100000-", "bytes=300000-"]
    assert site.requests[1][1]["if-range"] == '"one"'


def test_a_server_without_ranges_sends_it_again_from_the_start(
    site: StandInWeb, paths: Paths
) -> None:
    site.pages["/jokes.csv"] = Page(JOKES, breaks=[100_000], knows_ranges=False)
    assert bring(site, paths, "/jokes.csv").read_bytes() == JOKES
    assert len(site.requests) == 2


def test_a_file_without_a_mark_is_never_pieced_together(site: StandInWeb, paths: Paths) -> None:
    for etag in ("", 'W/"weak"'):
        site.pages["/jokes.csv"] = Page(JOKES, breaks=[100_000], etag=etag)
        assert bring(site, paths, "/jokes.csv").read_bytes() == JOKES
    assert site.ranges == []


def test_a_file_that_changed_meanwhile_comes_whole_and_new(site: StandInWeb, paths: Paths) -> None:
    other = JOKES.upper()

    def change(page: Page) -> None:
        if len(site.requests) == 2:
            page.content, page.etag = other, '"two"'

    site.pages["/jokes.csv"] = Page(JOKES, breaks=[100_000], on_answer=change)
    assert bring(site, paths, "/jokes.csv").read_bytes() == other


def test_a_server_that_goes_on_with_another_file_is_found_out(
    site: StandInWeb, paths: Paths
) -> None:
    """It ignores If-Range, but its ETag gives it away."""
    other = JOKES.upper()

    def change(page: Page) -> None:
        if len(site.requests) == 2:
            page.content, page.etag = other, site.requests[1][1]["if-range"]
            page.headers["ETag"] = '"two"'

    site.pages["/jokes.csv"] = Page(JOKES, breaks=[100_000], on_answer=change)
    assert bring(site, paths, "/jokes.csv").read_bytes() == other


def test_a_second_try_goes_on_after_a_failure(site: StandInWeb, paths: Paths) -> None:
    site.pages["/jokes.csv"] = Page(JOKES, breaks=[100_000, 0, 0, 0, 0, 0])
    error = fails(site, paths, "/jokes.csv")
    assert "broke off again and again" in error.happened
    assert "what came so far is kept" in error.todo
    assert [name.split("-")[0] for name in leftovers(paths)] == ["part", "part"]
    site.requests.clear()
    site.pages["/jokes.csv"].breaks.clear()
    file = bring(site, paths, "/jokes.csv")
    assert file.read_bytes() == JOKES
    assert site.ranges == ["bytes=100000-"]
    assert leftovers(paths) == [file.parent.name]


def test_a_part_that_was_tampered_with_is_not_used(site: StandInWeb, paths: Paths) -> None:
    site.pages["/jokes.csv"] = Page(JOKES, breaks=[100_000, 0, 0, 0, 0, 0])
    fails(site, paths, "/jokes.csv")
    site.pages["/jokes.csv"].breaks.clear()
    (part,) = [path for path in paths.previews.iterdir() if not path.suffix]
    part.write_bytes(b"something else")
    site.requests.clear()
    assert bring(site, paths, "/jokes.csv").read_bytes() == JOKES
    assert site.ranges == []


def test_a_length_that_is_a_lie_is_an_error_not_half_a_file(site: StandInWeb, paths: Paths) -> None:
    site.pages["/jokes.csv"] = Page(JOKES, told_length=len(JOKES) + 5, knows_ranges=False)
    assert "broke off" in fails(site, paths, "/jokes.csv").happened


def test_a_connection_cut_in_the_middle_of_chunks_is_noticed(
    site: StandInWeb, paths: Paths
) -> None:
    site.pages["/jokes.csv"] = Page(JOKES, is_chunked=True)
    assert bring(site, paths, "/jokes.csv").read_bytes() == JOKES
    site.requests.clear()
    site.pages["/jokes.csv"].breaks = [100_000]  # and no last chunk
    assert bring(site, paths, "/jokes.csv").read_bytes() == JOKES
    assert site.ranges == ["bytes=100000-"]


def test_a_source_that_never_ends_is_cut_by_size_and_by_time(
    site: StandInWeb, paths: Paths
) -> None:
    site.pages["/endless.txt"] = Page(is_endless=True)
    error = fails(site, paths, "/endless.txt", site.web(most_bytes=200_000))
    assert "too large" in error.happened
    started = time.monotonic()
    error = fails(site, paths, "/endless.txt", site.web(most_seconds=0.3))
    assert "did not end within" in error.happened
    assert time.monotonic() - started < 0.3 + SECONDS
    assert not [name for name in leftovers(paths) if not name.startswith("part-")]


def test_a_file_that_says_it_is_too_large_is_not_even_begun(site: StandInWeb, paths: Paths) -> None:
    site.pages["/large.csv"] = Page(JOKES)
    error = fails(site, paths, "/large.csv", site.web(most_bytes=1000))
    assert "too large" in error.happened
    assert leftovers(paths) == []


def test_a_file_that_does_not_fit_on_the_disk_is_not_even_begun(
    site: StandInWeb, paths: Paths
) -> None:
    site.pages["/large.csv"] = Page(JOKES, told_length=10**15)
    error = fails(site, paths, "/large.csv", site.web(most_bytes=10**16))
    assert "disk space" in error.happened
    assert leftovers(paths) == []


def test_an_empty_file_is_an_error(site: StandInWeb, paths: Paths) -> None:
    site.pages["/empty.csv"] = Page(b"")
    assert "is empty" in fails(site, paths, "/empty.csv").happened
    assert leftovers(paths) == []


class CancellingContext(JobContext):
    """Cancels `after` seconds, or when an event comes that `is_it` waits for."""

    def __init__(
        self, paths: Paths, after: float | None, is_it: Callable[[Event], bool] | None = None
    ) -> None:
        self.asked = 0.0
        super().__init__(
            paths, lambda event: self._cancel_now() if is_it and is_it(event) else None
        )
        if after is not None:
            threading.Timer(after, self._cancel_now).start()

    def _cancel_now(self) -> None:
        self.asked = self.asked or time.monotonic()
        self.request_stop(Stop.CANCEL)


def cancelled(site: StandInWeb, path: str, web: Web, context: CancellingContext) -> None:
    with pytest.raises(JobCancelled):
        bring_link(BringRequest(link=f"{site.url}{path}"), web, context)
    assert time.monotonic() - context.asked < SECONDS
    assert leftovers(context.paths) == []


def test_cancelling_while_the_server_is_silent(site: StandInWeb, paths: Paths) -> None:
    site.pages["/silent.csv"] = Page(silent_before=True)
    cancelled(site, "/silent.csv", site.web(), CancellingContext(paths, 0.2))
    site.pages["/stops.csv"] = Page(JOKES, silent_after=1000)
    cancelled(site, "/stops.csv", site.web(), CancellingContext(paths, 0.2))


def test_cancelling_while_bytes_come(site: StandInWeb, paths: Paths) -> None:
    site.pages["/endless.txt"] = Page(is_endless=True)
    context = CancellingContext(
        paths, None, lambda event: isinstance(event, Progress) and event.done > 50_000
    )
    cancelled(site, "/endless.txt", site.web(), context)


def test_cancelling_while_the_name_is_looked_up(site: StandInWeb, paths: Paths) -> None:
    done = threading.Event()

    def slow(host: str, port: int) -> list[str]:
        done.wait(10)
        raise OSError

    cancelled(site, "/x", site.web(look_up=slow), CancellingContext(paths, 0.2))
    done.set()


def test_cancelling_while_connecting(site: StandInWeb, paths: Paths) -> None:
    """To a server that accepts no connection: its queue is full."""
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        context = CancellingContext(paths, 0.2)
        with pytest.raises(JobCancelled):
            bring_link(BringRequest(link=f"https://{HOST}:{port}/"), site.web(), context)
        assert time.monotonic() - context.asked < SECONDS
        for filler in fillers:
            filler.close()
    assert leftovers(paths) == []


def test_cancelling_between_two_tries(site: StandInWeb, paths: Paths) -> None:
    site.pages["/jokes.csv"] = Page(JOKES, breaks=[100_000])
    context = CancellingContext(paths, None, lambda event: isinstance(event, Notice))
    cancelled(site, "/jokes.csv", site.web(first_pause=30.0), context)


def test_a_silent_server_is_given_up(site: StandInWeb, paths: Paths) -> None:
    site.pages["/silent.csv"] = Page(silent_before=True)
    error = fails(site, paths, "/silent.csv", site.web(stall_seconds=0.2))
    assert "sent nothing" in error.happened
    site.pages["/stops.csv"] = Page(JOKES, silent_after=1000)
    error = fails(site, paths, "/stops.csv", site.web(stall_seconds=0.02, tries=1))
    assert "sent nothing" in error.happened


def test_a_server_that_gives_a_little_each_time_is_given_up_in_the_end(
    site: StandInWeb, paths: Paths
) -> None:
    site.pages["/jokes.csv"] = Page(JOKES, breaks=[10] * 100)
    error = fails(site, paths, "/jokes.csv", site.web(tries=2, first_pause=0.0))
    assert "again and again" in error.happened
    assert len(site.requests) == 20


def redirect(to: str, status: int = 302) -> Page:
    return Page(status=status, headers={"Location": to})


def test_redirects_are_followed_and_the_name_is_that_of_the_file(
    site: StandInWeb, paths: Paths
) -> None:
    site.pages["/start"] = redirect("/second", 301)
    site.pages["/second"] = redirect(f"{site.url}/third", 303)
    site.pages["/third"] = redirect("./jokes.csv", 308)
    site.pages["/jokes.csv"] = Page(JOKES)
    assert bring(site, paths, "/start").name == "jokes.csv"


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("http://jokes.example/x.csv", "http://"),
        ("file:///etc/passwd", "file on this computer"),
        ("ftp://jokes.example/x.csv", "ftp:"),
        ("data:text/plain,x", "data:"),
        ("https://user:pass@jokes.example/x.csv", "password"),
    ],
)
def test_a_redirect_to_another_kind_of_place_is_refused(
    site: StandInWeb, paths: Paths, to: str, words: str
) -> None:
    site.pages["/start"] = redirect(to)
    error = fails(site, paths, "/start")
    assert words in error.happened
    assert "leads on" in error.happened
    assert len(site.requests) == 1


def test_a_redirect_in_a_circle_and_a_chain_without_end_are_given_up(
    site: StandInWeb, paths: Paths
) -> None:
    site.pages["/a"], site.pages["/b"] = redirect("/b"), redirect("/a")
    assert "from one address to the next" in fails(site, paths, "/a").happened
    for number in range(20):
        site.pages[f"/{number}"] = redirect(f"/{number + 1}")
    site.requests.clear()
    assert "from one address to the next" in fails(site, paths, "/0").happened
    assert len(site.requests) == 6


def test_what_leads_into_ones_own_network_is_never_connected_to(
    site: StandInWeb, paths: Paths
) -> None:
    error = fails(site, paths, "/x", site.web(is_allowed=is_public))
    assert "this computer or into the network around it" in error.happened
    assert site.requests == []
    for address in ("10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1"):
        web = site.web(is_allowed=is_public, look_up=lambda host, port, a=address: [a])
        assert "network around it" in fails(site, paths, "/x", web).happened


def test_a_redirect_into_ones_own_network_is_refused(site: StandInWeb, paths: Paths) -> None:
    site.pages["/start"] = redirect("https://router.example/admin")

    def look_up(host: str, port: int) -> list[str]:
        return ["192.168.1.1"] if host == "router.example" else ["127.0.0.1"]

    error = fails(site, paths, "/start", site.web(look_up=look_up))
    assert "router.example" in error.happened
    assert "network around it" in error.happened


def test_a_name_that_leads_elsewhere_the_second_time_gains_nothing(
    site: StandInWeb, paths: Paths
) -> None:
    """The address that was checked is the one that is connected to: one look-up each."""
    asked: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["192.168.1.1"]

    site.pages["/jokes.csv"] = Page(JOKES)
    assert bring(site, paths, "/jokes.csv", site.web(look_up=rebinding)).read_bytes() == JOKES
    assert asked == [HOST]


def test_of_several_addresses_the_first_that_works_is_taken(site: StandInWeb, paths: Paths) -> None:
    site.pages["/jokes.csv"] = Page(JOKES)
    web = site.web(
        look_up=lambda host, port: ["10.0.0.1", "127.0.0.2", "127.0.0.1"],
        is_allowed=lambda address: address.startswith("127."),
    )
    assert bring(site, paths, "/jokes.csv", web).read_bytes() == JOKES


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "only to those who log in"),
        (403, "refuses"),
        (404, "nothing at"),
        (410, "any more"),
        (429, "asked too often"),
        (451, "legal"),
        (500, "problem of its own"),
        (503, "problem of its own"),
        (400, "HTTP 400"),
        (204, "HTTP 204"),
        (300, "HTTP 300"),
    ],
)
def test_every_answer_without_a_file_has_its_own_sentence(
    site: StandInWeb, paths: Paths, status: int, words: str
) -> None:
    site.pages["/x.csv"] = Page(status=status)
    assert words in fails(site, paths, "/x.csv").happened
    assert len(site.requests) == 1
    assert leftovers(paths) == []


def test_a_busy_server_in_the_middle_is_asked_again(site: StandInWeb, paths: Paths) -> None:
    def busy(page: Page) -> None:
        page.status = 503 if len(site.requests) == 2 else 200

    site.pages["/jokes.csv"] = Page(JOKES, breaks=[100_000], on_answer=busy)
    assert bring(site, paths, "/jokes.csv").read_bytes() == JOKES


def test_an_untrusted_certificate_is_refused(site: StandInWeb, paths: Paths) -> None:
    import ssl

    unknown = site.web(tls=lambda: ssl.create_default_context())
    assert "could not prove" in fails(site, paths, "/x", unknown).happened
    assert site.requests == []
    with StandInWeb("other.example").running() as other:
        link = BringRequest(link=f"https://{HOST}:{other.port}/x")
        with pytest.raises(JokegenError, match="could not prove"):
            bring_link(link, other.web(), RecordingContext(paths))
        assert other.requests == []


def test_the_systems_own_certificates_are_what_counts_usually(
    site: StandInWeb, paths: Paths
) -> None:
    web = site.web(tls=Web().tls)
    assert "could not prove" in fails(site, paths, "/x", web).happened
    assert Web().is_allowed is is_public


def test_a_server_that_does_not_speak_tls_is_refused(paths: Paths, site: StandInWeb) -> None:
    from tests.lm.standin_server import StandInServer

    with StandInServer().running() as plain:
        link = BringRequest(link=plain.url.replace("http:", "https:").replace("127.0.0.1", HOST))
        with pytest.raises(JokegenError, match="could not prove"):
            bring_link(link, site.web(), RecordingContext(paths))


def test_no_network_no_such_name_and_nobody_there_are_told_apart(
    site: StandInWeb, paths: Paths
) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def offline(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    assert "no server named" in fails(site, paths, "/x", site.web(look_up=unknown)).happened
    assert "not online" in fails(site, paths, "/x", site.web(look_up=offline)).happened
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = BringRequest(link=f"https://{HOST}:{unused.getsockname()[1]}/")
        with pytest.raises(JokegenError, match="does not answer"):
            bring_link(nobody, site.web(), RecordingContext(paths))


def test_what_a_server_packs_for_the_way_is_unpacked(site: StandInWeb, paths: Paths) -> None:
    packed = gzip.compress(JOKES)
    gzipped = {"Content-Encoding": "gzip"}
    site.pages["/jokes.csv"] = Page(packed, headers=gzipped)
    assert bring(site, paths, "/jokes.csv").read_bytes() == JOKES
    assert site.requests[0][1]["accept-encoding"] == "identity"
    # A server that says so of a file that is packed anyway.
    site.pages["/jokes.csv.gz"] = Page(packed, headers=gzipped)
    file = bring(site, paths, "/jokes.csv.gz")
    assert (file.name, file.read_bytes()) == ("jokes.csv", JOKES)
    site.pages["/real.csv.gz"] = Page(packed)
    assert bring(site, paths, "/real.csv.gz").read_bytes() == packed
    # It cannot go on in the middle of that.
    site.requests.clear()
    site.pages["/broken.csv"] = Page(packed, headers=gzipped, breaks=[10_000])
    assert bring(site, paths, "/broken.csv").read_bytes() == JOKES
    assert site.ranges == []


def test_a_bomb_of_packed_bytes_stops_at_the_limit(site: StandInWeb, paths: Paths) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    site.pages["/bomb.csv"] = Page(bomb, headers={"Content-Encoding": "gzip"})
    error = fails(site, paths, "/bomb.csv", site.web(most_bytes=1_000_000))
    assert "too large" in error.happened
    assert leftovers(paths) == []


def test_a_packing_that_nobody_asked_for_is_refused(site: StandInWeb, paths: Paths) -> None:
    site.pages["/jokes.csv"] = Page(JOKES, headers={"Content-Encoding": "br"})
    assert "not asked for" in fails(site, paths, "/jokes.csv").happened


def test_a_name_with_a_path_in_it_stays_a_name(site: StandInWeb, paths: Paths) -> None:
    headers = {"Content-Disposition": 'attachment; filename="../../../evil.csv"'}
    site.pages["/get"] = Page(JOKES, headers=headers)
    file = bring(site, paths, "/get")
    assert file.name == "evil.csv"
    assert file.resolve().parent.parent == paths.previews.resolve()
    headers["Content-Disposition"] = 'attachment; filename="Scherzi – più belli 😀.csv"'
    assert bring(site, paths, "/get").name == "Scherzi – più belli 😀.csv"


def test_a_file_that_nothing_tells_the_kind_of_is_looked_at(site: StandInWeb, paths: Paths) -> None:
    site.pages["/table"] = Page(JOKES, headers={"Content-Type": "application/octet-stream"})
    site.pages["/list"] = Page(b'[{"joke": "Knock knock."}]')
    site.pages["/text"] = Page(b"Knock knock.\nWho is there?\n")
    site.pages["/page"] = Page(b"<!doctype html><p>", headers={"Content-Type": "text/html"})
    names = [bring(site, paths, path).name for path in ("/table", "/list", "/text", "/page")]
    assert names == ["table.csv", "list.json", "text.txt", "page"]


class Proxy:
    """A proxy that connects whoever asks to one port of this computer; counts its tunnels."""

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        self._port = port
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://name:word@127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(4096)
            self.asked.append(head.decode())
            server = socket.create_connection(("127.0.0.1", self._port))
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    @staticmethod
    def _pump(one: socket.socket, other: socket.socket) -> None:
        try:
            while block := one.recv(65536):
                other.sendall(block)
        except OSError:
            pass
        finally:
            one.close()
            other.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def test_a_proxy_connects_where_one_is_set_and_names_are_checked(
    site: StandInWeb, paths: Paths
) -> None:
    site.pages["/jokes.csv"] = Page(JOKES)
    proxy = Proxy(site.port)

    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "behind a proxy nobody knows names")

    web = site.web(proxy=lambda host: proxy.url, look_up=unknown, is_allowed=is_public)
    assert bring(site, paths, "/jokes.csv", web).read_bytes() == JOKES
    assert proxy.asked[0].startswith(f"CONNECT {HOST}:{site.port} ")
    assert "proxy-authorization: basic" in proxy.asked[0].lower()
    for host in ("localhost", "router", "nas.local"):
        with pytest.raises(JokegenError, match="network around it"):
            bring_link(BringRequest(link=f"https://{host}/"), web, RecordingContext(paths))
    inside = site.web(proxy=lambda host: proxy.url, is_allowed=is_public)
    assert "network around it" in fails(site, paths, "/jokes.csv", inside).happened
    assert len(proxy.asked) == 1
    proxy.close()
    assert "proxy" in fails(site, paths, "/jokes.csv", web).happened
    assert "proxy" in fails(site, paths, "/x", site.web(proxy=lambda host: "::nonsense::")).happened


def test_what_the_environment_says_of_proxies_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    from jokegen.data.bringing.web import system_proxy

    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "direct.example")
    assert system_proxy("jokes.example") == "http://proxy.example:3128"
    assert system_proxy("direct.example") is None


def test_the_tests_trust_only_their_own_authority() -> None:
    assert len(client_tls().get_ca_certs()) >= 1
