"""Changes of what a text has from the web: code of pages, links, names of accounts, tags."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from html.parser import HTMLParser

from jokegen.data.doctor.cutting import cut

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_CANDIDATE = re.compile(r"<(?:/?[A-Za-z][^<>]*|!DOCTYPE[^<>]*)>", re.IGNORECASE)
_BETWEEN_BLOCKS = re.compile(r"\s*\x00[\s\x00]*|\s+\x00")
_BREAK, _PARAGRAPH = "\x00b", "\x00p"  # stand for tags until their surroundings are known
_BLOCKS = frozenset(
    """
    address article aside blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4
    h5 h6 header hr li main nav ol pre section table tr ul
    """.split()  # noqa: SIM905
)
_INLINE = frozenset(
    """
    a abbr acronym b base bdi bdo big body button caption cite code col colgroup del dfn em
    figcaption font head html i iframe img input ins kbd label link mark meta noscript o:p object
    param q rp rt ruby s samp script small source span strike strong style sub sup svg tbody td
    tfoot th thead time title tt u var video wbr
    """.split()  # noqa: SIM905
)
_ELEMENTS = _BLOCKS | _INLINE | {"br", "p"}
_BARE_ATTRIBUTES = frozenset(
    """
    async autoplay checked compact controls defer disabled hidden loop muted noshade nowrap open
    readonly required reversed selected /
    """.split()  # noqa: SIM905
)

_MARKDOWN_LINK = re.compile(
    r"(?<!!)\[([^\[\]]{1,500})\]\((?:https?://|www\.)[^()\s]+\)", re.IGNORECASE
)
_LINK = re.compile(
    r"[(\[<]?(?:\bhttps?://|\bwww\.(?=\w))[^\s<>\"”]*[^\s<>\"”.,;:!?)\]'’][)\]>]?", re.IGNORECASE
)
_MENTION = re.compile(
    r"(?:\bRT +)?(?<![\w@./])\.?@[A-Za-z0-9_]{2,30}(?:@[\w-]+(?:\.[\w-]+)+)?(?![\w@]):?"
    r"|(?<![\w/])/?\bu/[\w-]{3,20}(?![\w/-])"
)
_TAG = re.compile(r"(?<![\w&#/])#(?=[^\W\d_])(?![0-9a-fA-F]{6}\b)")  # "#FF0000" is a colour
_WHOLE_TAG = re.compile(r"#[^\W\d_]\w*[.!,]?")
_SENTENCE_END = (".", "!", "?", "…", '"', "”", "'", "’", ")", "\n")


def resolve_html(text: str) -> str:
    """Tags go, blocks become lines, entities become what they stand for; "<3", "a < b" stay.

    Only names of HTML elements are tags, so that "<insert name>" stays as well.
    """
    if "<" in text:
        text = _without_tags(text)
    if "&" in text:
        text = _ENTITY.sub(_character, text)
    return text


def _character(match: re.Match[str]) -> str:
    text = html.unescape(match.group())
    return " " if text == "\u00a0" else text


def _without_tags(text: str) -> str:
    if "<!--" in text:
        text = _drop_from_to(text, re.compile("<!--"), "-->")
    lowered = text.lower()
    for name in ("script", "style"):
        if f"<{name}" in lowered:
            start = re.compile(rf"<{name}\b[^<>]*>", re.IGNORECASE)
            text = _drop_from_to(text, start, f"</{name}>")
    if "\x00" in text or not _CANDIDATE.search(text):
        return text
    marked = _CANDIDATE.sub(_mark, text)
    if "\x00" not in marked:
        return marked
    return _lines(marked)


def _mark(match: re.Match[str]) -> str:
    """What stands for a tag: nothing, a mark where lines must part, or the text that it is."""
    name = _tag_name(match.group())
    if name is None:
        return match.group()
    if name == "p":
        return _PARAGRAPH
    return _BREAK if name == "br" or name in _BLOCKS else ""


def _lines(marked: str) -> str:
    """One line end for each run of marks, two where paragraphs or several breaks meet."""
    lines: list[str] = []
    pieces = re.split(r"\x00([bp])", marked)
    gap = ""
    for number, piece in enumerate(pieces):
        if number % 2:
            gap += piece
        elif piece.strip() or number == 0:
            if gap:
                is_wide = "p" in gap or len(gap) > 2
                lines[-1] = lines[-1].rstrip()
                lines += ["\n\n" if is_wide else "\n", piece.lstrip()]
            else:
                lines.append(piece)
            gap = ""
    return "".join(lines)


@lru_cache(maxsize=4_096)
def _tag_name(code: str) -> str | None:
    """The element that a piece of code opens or closes; None where it is no tag."""
    if code.startswith("<!"):
        return "html"
    parser = _Tag(convert_charrefs=False)
    parser.feed(code)
    attributes = parser.attributes
    is_tag = parser.name in _ELEMENTS and all(
        value is not None or name in _BARE_ATTRIBUTES for name, value in attributes
    )
    return parser.name if is_tag else None


class _Tag(HTMLParser):
    """Understands one tag."""

    def __init__(self, *, convert_charrefs: bool) -> None:
        super().__init__(convert_charrefs=convert_charrefs)
        self.name: str | None = None
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.name, self.attributes = tag, attrs

    def handle_endtag(self, tag: str) -> None:
        self.name = tag


def _drop_from_to(text: str, start: re.Pattern[str], end: str) -> str:
    """Cut from each start to the end that follows it; what is never ended stays."""
    lowered, pieces, at = text.lower(), [], 0
    if len(lowered) != len(text):  # rare letters have longer small forms
        lowered = text
    while (match := start.search(text, at)) is not None:
        found = lowered.find(end, match.end())
        if found < 0:
            break
        pieces.append(text[at : match.start()])
        at = found + len(end)
    return "".join([*pieces, text[at:]])


def drop_links(text: str) -> str:
    """Web addresses go; the words of a Markdown link stay."""
    if "://" not in text and "www." not in text.lower():
        return text
    return cut(_MARKDOWN_LINK.sub(r"\1", text), _LINK)


def drop_mentions(text: str) -> str:
    """ "@somebody", "RT @somebody:" and "u/somebody" go; e-mail addresses stay."""
    if "@" not in text and "u/" not in text:
        return text
    return cut(text, _MENTION)


def drop_hashtags(text: str) -> str:
    """A heap of tags at the end goes; a tag within a sentence becomes its word. "#1" stays.

    One tag alone at the end is a heap only after the end of a sentence: not in "I love my #cat".
    """
    if "#" not in text:
        return text
    rest, count = text.rstrip(), 0
    while rest:
        start = max(rest.rfind(" "), rest.rfind("\n"), rest.rfind("\t")) + 1
        if not _WHOLE_TAG.fullmatch(rest, start):
            break
        is_line_start = start == 0 or rest[start - 1] == "\n"
        rest, count = rest[:start].rstrip(), count + 1
    if count > 1 or (count == 1 and (is_line_start or rest.endswith(_SENTENCE_END))):
        text = rest
    return _TAG.sub("", text)
