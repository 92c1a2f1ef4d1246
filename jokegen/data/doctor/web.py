"""Changes of what a text has from the web: code of pages, links, names of accounts, tags."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from html.entities import html5
from html.parser import HTMLParser

from jokegen.data.doctor.cutting import cut, cut_spans

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_CANDIDATE = re.compile(r"<(?:/?[A-Za-z][^<>]*|!DOCTYPE[^<>]*)>", re.IGNORECASE)
_CLOSING_TAG = re.compile(r"</([A-Za-z]+)\s*>")
_LONG_CODE = 500  # characters; such tags are seldom the same twice
_BLOCK, _BREAK, _PARAGRAPH = (
    "\x00b",
    "\x00r",
    "\x00p",
)  # stand for tags until their surroundings are known
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
# Words that people put between such brackets themselves ("Dear <title>"): tags only where they
# have attributes, or where their counterpart is in the text as well.
_WORDS = frozenset(
    """
    address article aside base big body button caption center cite code font footer form frame
    head header input label link main map mark menu meta nav object param ruby sample script
    section small source span strike strong style table time title track video
    """.split()  # noqa: SIM905
)
_BARE_ATTRIBUTES = frozenset(
    """
    async autoplay checked compact controls defer disabled hidden loop muted noshade nowrap open
    readonly required reversed selected /
    """.split()  # noqa: SIM905
)

_MARKDOWN_LINK = re.compile(
    r"(?<!!)\[([^\[\]]{1,500})\]\((?:https?://|www\.)[^()\s]+\)", re.IGNORECASE
)
_LINK = re.compile(r"(?:\b(?:https?|ftp)://|\bwww\.(?=\w))[^\s<>\"“”]+", re.IGNORECASE)
_OPENING = {")": "(", "]": "[", "}": "{", ">": "<"}
_AFTER_LINK = ".,;:!?'’*_…"
_MENTION = re.compile(
    # not "@8pm", "@50%", "@example.com"; "@somebody.example.social" is a name as well
    r"(?:\bRT +)?(?<![\w@./])\.?@(?!\d+(?:[ap]m?|h|uhr|st|nd|rd|th)?(?![\w]))[A-Za-z0-9_]{2,30}"
    r"(?:@[\w-]+(?:\.[\w-]+)+|(?:\.[a-z0-9-]+){2,3}(?!\w)|(?!\.[a-z]))(?![\w@]):?"
    r"|(?<![\w/])/?\bu/[\w-]{3,20}(?![\w/-])"
)
# "#FF0000" is a colour, "#include" a line of a program.
_TAG = re.compile(
    r"(?<![\w&#/])#(?=[^\W\d_])(?!(?:[0-9a-fA-F]{6}|include|define|ifn?def|endif|pragma)\b)"
)
_WHOLE_TAG = re.compile(r"#[^\W\d_]\w*[.!,]?")
_PIECE = re.compile(r"\S+")
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
    code = match.group()
    if code[1] != "#" and code[1:] not in html5:
        return code  # Python would take "&notit;" for "¬it;"
    text = html.unescape(code)
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
    closed = frozenset(name.lower() for name in _CLOSING_TAG.findall(text))
    marked = _CANDIDATE.sub(lambda match: _mark(match.group(), closed), text)
    if "\x00" not in marked:
        return marked
    return _lines(marked)


def _mark(code: str, closed: frozenset[str]) -> str:
    """What stands for a tag: nothing, a mark where lines must part, or the text that it is.

    `closed` are the elements of which there is a closing tag.
    """
    name = _tag_name(code)
    if name is None or (name in _WORDS and name not in closed and not _has_attributes(code)):
        return code
    if name == "p":
        return _PARAGRAPH
    if name == "br":
        return _BREAK
    return _BLOCK if name in _BLOCKS else ""


def _lines(marked: str) -> str:
    """One line end for each run of marks, two where paragraphs or several breaks meet."""
    lines: list[str] = []
    pieces = re.split(r"\x00([brp])", marked)
    gap = ""
    for number, piece in enumerate(pieces):
        if number % 2:
            gap += piece
        elif piece.strip() or number == 0:
            if gap:
                is_wide = "p" in gap or gap.count("r") > 1
                lines[-1] = lines[-1].rstrip()
                lines += ["\n\n" if is_wide else "\n", piece.lstrip()]
            else:
                lines.append(piece)
            gap = ""
    return "".join(lines)


def _has_attributes(code: str) -> bool:
    return "=" in code


def _tag_name(code: str) -> str | None:
    """The element that a piece of code opens or closes; None where it is no tag."""
    if code.startswith("<!"):
        return "html"
    return _parsed(code) if len(code) < _LONG_CODE else _parsed.__wrapped__(code)


@lru_cache(maxsize=4_096)
def _parsed(code: str) -> str | None:
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
    return cut_spans(text := _MARKDOWN_LINK.sub(r"\1", text), _links(text))


def _links(text: str) -> Iterator[tuple[int, int]]:
    """Where web addresses are, with the brackets around one, without what ends a sentence."""
    for match in _LINK.finditer(text):
        start, end = match.span()
        open_ones = Counter(match.group())
        while end > start:
            last = text[end - 1]
            opening = _OPENING.get(last)
            is_its_own = opening is not None and open_ones[opening] >= open_ones[last]
            if is_its_own or (opening is None and last not in _AFTER_LINK):
                break
            open_ones[last] -= 1
            end -= 1
        if text[end : end + 1] in _OPENING and text[start - 1 : start] == _OPENING[text[end]]:
            start, end = start - 1, end + 1
        yield start, end


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
    start, count = len(text), 0
    for piece in reversed([match.span() for match in _PIECE.finditer(text)]):
        if not _WHOLE_TAG.fullmatch(text, *piece):
            break
        start, count = piece[0], count + 1
    if count:
        rest = text[:start].rstrip()
        is_line_start = "\n" in text[len(rest) : start] or not rest
        if count > 1 or is_line_start or rest.endswith(_SENTENCE_END):
            text = rest
    return _TAG.sub("", text)
