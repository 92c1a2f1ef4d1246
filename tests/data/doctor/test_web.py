"""Traces of the web in jokes: what goes, and what only looks like it."""

from __future__ import annotations

import pytest

from jokegen.jobs.dataset_requests import FixKind
from tests.data.doctor.support import mended

NOT_CODE = [
    "I <3 you, you </3 me",
    "if a < b and c > d then x<y>z",
    "for i<n and j>m",
    "AT&T, R&B, Q&A; Marks & Spencer; fish &chips;",
    "C++ and C# walk into a <bar>",
    "Dear <insert name>, <3 <grin> </sarcasm>",
    "Dear <title> <name>, click <link> and press <button>",
    "5 < 6 > 4",
    "-> <- <-> => <=",
    "vector<int> and List<String>",
    "x &notanentity; y &regular;",
    "<!-- never ended",
    "a <b and c> d",
]


@pytest.mark.parametrize("text", NOT_CODE)
def test_what_only_looks_like_code_stays(text: str) -> None:
    assert mended(FixKind.HTML, text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Tom &amp; Jerry", "Tom & Jerry"),
        (
            "AT&amp;T&#39;s &quot;joke&quot; &lt;3 caf&eacute; &#x1F602; &hellip;",
            'AT&T\'s "joke" <3 café 😂 …',
        ),
        ("twice &amp;amp; escaped &amp;quot;", 'twice & escaped "'),
        ("a&nbsp;b", "a b"),
        ("one<br>two<br/>three<BR />four", "one\ntwo\nthree\nfour"),
        ("<p>First.</p><p>Second.</p>", "First.\n\nSecond."),
        ("<div><b>Bold</b> and <i class='x'>slanted</i></div>", "Bold and slanted"),
        ('See <a href="http://a.example/?x=1&amp;y=2">this</a>!', "See this!"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("Joke<script>alert('x')</script> text<!-- hidden -->.", "Joke text."),
        ("<style>p {color: red}</style>Why?", "Why?"),
        ("<strong>Why?</strong> Because.", "Why? Because."),
        ('Text <span style="color:#fff">white</span>', "Text white"),
        ("<title>Jokes</title>", "Jokes"),
        ("one<br><br>two", "one\n\ntwo"),
        ("<!DOCTYPE html><html><body>Ha</body></html>", "Ha"),
    ],
)
def test_code_of_web_pages_becomes_plain_text(text: str, clean: str) -> None:
    assert mended(FixKind.HTML, text) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Look: https://a.example/b?c=d&e=f#g", "Look:"),
        ("Look (https://a.example/b) here", "Look here"),
        ("(see http://a.example/b)", "(see)"),
        ("See http://a.example/b, then laugh.", "See, then laugh."),
        ("See http://a.example/b.", "See."),
        ("See https://en.example.org/wiki/Bar_(place) for it", "See for it"),
        ("www.example.com is down", "is down"),
        ("[the source](https://a.example/b) of it", "the source of it"),
        ("<https://a.example>", ""),
        ("one\nhttps://a.example/b\ntwo", "one\ntwo"),
        ("“http://a.example/b” he said", "“” he said"),
        ("Смотри http://пример.рф/шутка тут", "Смотри тут"),
        ("HTTPS://A.EXAMPLE/B end", "end"),
        ("ftp://files.example/a.zip end", "end"),
    ],
)
def test_links_go(text: str, clean: str) -> None:
    assert mended(FixKind.LINKS, text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "and/or, 24/7, his//her",
        "I like the web. www is not a word.",
        "http is a protocol, https too: really",
        "Node.js and example.com and e.g. this",
        "://",
        "[not a link](just words)",
        "Awww. so cute",
    ],
)
def test_what_only_looks_like_a_link_stays(text: str) -> None:
    assert mended(FixKind.LINKS, text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("@joker Why did it?", "Why did it?"),
        ("So funny @some_body!", "So funny!"),
        ("RT @joker: Why did it?", "Why did it?"),
        ("ht/@joker", "ht/@joker"),
        (".@joker is right", "is right"),
        ("by u/some-body and /u/other", "by and"),
        ("by @joker@social.example now", "by now"),
        ("by @joker.bsky.example now", "by now"),
        ("(@joker) knows", "() knows"),
    ],
)
def test_names_of_accounts_go(text: str, clean: str) -> None:
    assert mended(FixKind.MENTIONS, text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "Write to bob@example.com or b.o.b+x@mail.example.co.uk",
        "meet me @ the bar @ 5",
        "Party @8pm, @10, 3 apples @50%, @1st",
        "f@#k, sh@t, @$$, d@mn, @",
        "me@home",
        "@example.com is an address",
        "@@@",
        "u/2 is a speed, w/u or u/",
        "menu/items",
    ],
)
def test_what_only_looks_like_a_name_stays(text: str) -> None:
    assert mended(FixKind.MENTIONS, text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Why did it? It had to. #funny #jokes #lol", "Why did it? It had to."),
        ("I love my #cat", "I love my cat"),
        ("I hate #Monday mornings", "I hate Monday mornings"),
        ("Good one. #lol", "Good one."),
        ("Good one!\n#lol #Spaß #шутка", "Good one!"),
        ("#funny Why?", "funny Why?"),
        ("Das ist #witzig!", "Das ist witzig!"),
        ("Text #a, #b.", "Text"),
    ],
)
def test_tags_at_the_end_go_and_others_become_words(text: str, clean: str) -> None:
    assert mended(FixKind.HASHTAGS, text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "C# and F# are notes; I'm #1, you're #2!",
        "The colour #FF0000 is red",
        "#include <stdio.h>",
        "&#39; and &#x27; are codes",
        "Room #12, # alone, ##",
        "item#anchor and path/#anchor",
    ],
)
def test_what_only_looks_like_a_tag_stays(text: str) -> None:
    assert mended(FixKind.HASHTAGS, text) == text
