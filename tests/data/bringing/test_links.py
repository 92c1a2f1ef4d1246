"""What people paste as a link: what is taken, what is changed, what is refused."""

from __future__ import annotations

import pytest

from jokegen.data.bringing.addresses import is_local_name, is_public
from jokegen.data.bringing.file_names import name_of_download, safe_name, title_of
from jokegen.data.bringing.links import file_link, parse_link
from jokegen.errors import JokegenError

TUTORIAL = (
    "https://raw.githubusercontent.com/amoudgl/short-jokes-dataset/master/data/onelinefun.csv"
)


def test_the_tutorials_link_works_as_it_is_and_as_the_page_that_shows_it() -> None:
    page = "https://github.com/amoudgl/short-jokes-dataset/blob/master/data/onelinefun.csv"
    assert file_link(TUTORIAL) == (TUTORIAL, False)
    assert file_link(page) == (TUTORIAL, True)
    assert file_link(f"{page}?plain=1#L3") == (TUTORIAL, True)
    link = parse_link(TUTORIAL)
    assert (link.host, link.port) == ("raw.githubusercontent.com", 443)
    assert name_of_download(link.url, "", "text/plain; charset=utf-8") == "onelinefun.csv"
    assert title_of("onelinefun.csv") == "onelinefun"


@pytest.mark.parametrize(
    ("page", "file"),
    [
        (
            "https://docs.google.com/spreadsheets/d/1a-B_c/edit?usp=sharing#gid=42",
            "https://docs.google.com/spreadsheets/d/1a-B_c/export?format=csv&gid=42",
        ),
        (
            "https://docs.google.com/spreadsheets/d/1a-B_c",
            "https://docs.google.com/spreadsheets/d/1a-B_c/export?format=csv",
        ),
        (
            "https://docs.google.com/spreadsheets/d/e/2PACX-1v/pubhtml?gid=7&single=true",
            "https://docs.google.com/spreadsheets/d/e/2PACX-1v/pub?output=csv&gid=7",
        ),
        (
            "https://www.dropbox.com/s/abc/jokes.csv?dl=0",
            "https://www.dropbox.com/s/abc/jokes.csv?dl=1",
        ),
        (
            "https://www.dropbox.com/scl/fi/abc/jokes.csv?rlkey=xyz&dl=0",
            "https://www.dropbox.com/scl/fi/abc/jokes.csv?rlkey=xyz&dl=1",
        ),
        (
            "https://www.dropbox.com/scl/fi/abc/jokes.csv?rlkey=xyz",
            "https://www.dropbox.com/scl/fi/abc/jokes.csv?rlkey=xyz&dl=1",
        ),
        (
            "https://huggingface.co/datasets/owner/jokes/blob/main/data/train.csv",
            "https://huggingface.co/datasets/owner/jokes/resolve/main/data/train.csv",
        ),
        (
            "https://gist.github.com/somebody/0123abcd",
            "https://gist.githubusercontent.com/somebody/0123abcd/raw",
        ),
        (
            "https://gitlab.com/group/sub/repo/-/blob/main/jokes.txt",
            "https://gitlab.com/group/sub/repo/-/raw/main/jokes.txt",
        ),
        (
            "https://drive.google.com/file/d/1aB_c-D/view?usp=drive_link",
            "https://drive.google.com/uc?export=download&id=1aB_c-D",
        ),
        ("https://pastebin.com/AbCd1234", "https://pastebin.com/raw/AbCd1234"),
    ],
)
def test_the_page_of_a_file_becomes_the_file(page: str, file: str) -> None:
    assert file_link(page) == (file, True)
    assert file_link(file) == (file, False)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("  https://example.org/a.csv\n", "https://example.org/a.csv"),
        ("<https://example.org/a.csv>", "https://example.org/a.csv"),
        ("“https://example.org”", "https://example.org/"),
        ("www.example.org/a.csv", "https://www.example.org/a.csv"),
        ("HTTPS://Example.ORG:443/A.csv#part", "https://example.org/A.csv"),
        (
            "https://example.org:8443/a?b=c d".replace(" ", "%20"),
            "https://example.org:8443/a?b=c%20d",
        ),
        ("https://bücher.example/wítze.csv", "https://xn--bcher-kva.example/w%C3%ADtze.csv"),
        ("https://[2606:4700::1111]/a", "https://[2606:4700::1111]/a"),
    ],
)
def test_a_link_is_understood(text: str, url: str) -> None:
    assert parse_link(text).url == url


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("http://example.org/a.csv", "https://"),
        ("file:///etc/passwd", "file on this computer"),
        ("ftp://example.org/a.csv", "ftp:"),
        ("data:text/plain,joke", "data:"),
        ("javascript:alert(1)", "javascript:"),
        ("https://user:secret@example.org/a.csv", "password"),
        ("https://user@example.org/a.csv", "password"),
        ("https://example.org\\@evil.example/a", "no link has"),
        ("https://example.org/a b", "no link has"),
        ("https://example.org/a\nHost: evil", "no link has"),
        ("https://example.org:99999/a", "whole https address"),
        ("https:///a.csv", "whole https address"),
        ("https://[::1/a", "whole https address"),
        ("a joke about a link", "whole https address"),
        ("https://" + "a" * 9000, "far too long"),
    ],
)
def test_what_is_no_https_link_is_refused_in_two_sentences(text: str, sentence: str) -> None:
    with pytest.raises(JokegenError) as caught:
        parse_link(text)
    assert sentence in caught.value.happened + caught.value.todo
    assert len(caught.value.todo) > 20
    assert "secret" not in caught.value.todo
    assert len(caught.value.happened) < 400


def test_where_a_server_sends_us_on_to_is_checked_like_the_link() -> None:
    assert parse_link("../b.csv", "https://example.org/x/a").url == "https://example.org/b.csv"
    for onward in ("http://example.org/a", "file:///etc/passwd", "ftp://x.example/", "data:,x"):
        with pytest.raises(JokegenError, match="leads on"):
            parse_link(onward, "https://example.org/x/a")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
     "0.0.0.0", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
     "240.0.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1",
     "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:7f00:1",
     "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "2001::1", "100::1", "nonsense"],
)  # fmt: skip
def test_addresses_of_ones_own_network_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "2a00:1450:4001:80b::200e",
     "::ffff:1.1.1.1", "64:ff9b::1.1.1.1"],
)  # fmt: skip
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


def test_names_of_ones_own_network() -> None:
    for name in ("localhost", "router", "nas.local", "db.internal", "x.home.arpa", "a.localhost."):
        assert is_local_name(name)
    for name in ("example.org", "1.1.1.1", "2606:4700::1111", "local.example"):
        assert not is_local_name(name)


@pytest.mark.parametrize(
    ("url", "disposition", "kind", "name"),
    [
        ("https://e.org/", "", "", "jokes"),
        ("https://e.org/a/b.csv?x=y.z", "", "", "b.csv"),
        ("https://e.org/w%C3%ADtze%20neu.csv", "", "", "wítze neu.csv"),
        ("https://e.org/..%2F..%2Fetc%2Fpasswd", "", "text/plain", "passwd.txt"),
        ("https://e.org/get.php", 'attachment; filename="jokes.csv"', "", "jokes.csv"),
        ("https://e.org/get", 'attachment; filename="../../x.csv"', "", "x.csv"),
        ("https://e.org/get", 'attachment; filename="..\\\\..\\\\x.csv"', "", "x.csv"),
        ("https://e.org/get", "attachment; filename=/etc/cron.d/x", "text/csv", "x.csv"),
        ("https://e.org/get", 'attachment; filename=".bashrc"', "text/csv", "bashrc.csv"),
        (
            "https://e.org/get",
            "attachment; filename*=UTF-8''%e2%82%ac%20jokes.csv",
            "",
            "€ jokes.csv",
        ),
        (
            "https://e.org/get",
            "inline; filename=\"a.csv\"; filename*=utf-8''%C3%A9.csv",
            "",
            "é.csv",
        ),
        ("https://e.org/get", "attachment; filename*=UTF-8''..%2F..%2Fx.csv", "", "x.csv"),
        (
            "https://e.org/get",
            "attachment; filename*=nonsense''%ff.csv; filename=b.csv",
            "",
            "b.csv",
        ),
        ("https://e.org/get", 'attachment; filename="wÃ\xadtze.csv"', "", "wítze.csv"),
        ("https://e.org/get", 'attachment; filename="CON.csv"', "", "_CON.csv"),
        ("https://e.org/get", 'attachment; filename="a<b>:c|d?.csv"', "", "a_b__c_d_.csv"),
        ("https://e.org/get", 'attachment; filename="a\u202egpj.csv"', "", "agpj.csv"),
        ("https://e.org/download.php", "", "text/csv; charset=utf-8", "download.csv"),
        ("https://e.org/api/jokes", "", "application/json", "jokes.json"),
        ("https://e.org/jokes.jsonl", "", "application/octet-stream", "jokes.jsonl"),
        ("https://e.org/jokes.csv.gz", "", "application/gzip", "jokes.csv.gz"),
        ("https://e.org/page.html", "", "text/html", "page"),
        ("https://e.org/v1.5", "", "text/plain", "v1.txt"),
        ("https://e.org/export", "", "application/x-parquet", "export.parquet"),
    ],
)
def test_a_download_gets_a_name_that_fits_and_harms_nobody(
    url: str, disposition: str, kind: str, name: str
) -> None:
    assert name_of_download(url, disposition, kind) == name


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    name = safe_name("😀" * 300 + ".csv.gz")
    assert name.endswith("😀.csv.gz")
    assert len(name.encode()) <= 180


def test_titles_lose_endings_that_say_what_a_file_is() -> None:
    assert title_of("jokes.csv.gz") == "jokes"
    assert title_of("jokes.zip") == "jokes"
    assert title_of("Mr. Smith’s jokes") == "Mr. Smith’s jokes"
