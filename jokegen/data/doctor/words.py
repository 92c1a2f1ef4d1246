"""What the doctor's fixes are called, what they are about, and what a button for them says."""

from __future__ import annotations

from dataclasses import dataclass

from jokegen.jobs.dataset_requests import FixKind


@dataclass(frozen=True)
class FixWords:
    """`title` names the finding, `why` explains it in a sentence or two, `action` is the fix."""

    title: str
    why: str
    action: str


_WORDS: dict[FixKind, FixWords] = {
    FixKind.SEVERAL_IN_ROW: FixWords(
        "Several jokes in one row",
        "Numbers, bullets or lines part them. The language model would learn that one joke is "
        "followed by the next.",
        "Part them",
    ),
    FixKind.OVER_ROWS: FixWords(
        "One joke over several rows",
        "A question and its answer, or a sentence that goes on after “…”, stand in rows of "
        "their own. Alone neither is a joke.",
        "Join them",
    ),
    FixKind.MOJIBAKE: FixWords(
        "Garbled letters",
        "“CafÃ©” was “Café” before some program read it in the wrong encoding. The language "
        "model would learn the garbled form.",
        "Repair the letters",
    ),
    FixKind.HTML: FixWords(
        "Web page code",
        "Tags such as <br> and codes such as &amp; come from a web page and are no part of the "
        "joke.",
        "Turn into plain text",
    ),
    FixKind.UNICODE: FixWords(
        "Letters in two forms",
        "“é” can be one character or two. To the language model those are different letters.",
        "Use one form",
    ),
    FixKind.CONTROLS: FixWords(
        "Invisible characters",
        "Control and zero-width characters cannot be seen, but the language model would write "
        "them.",
        "Take them out",
    ),
    FixKind.LINKS: FixWords(
        "Links",
        "A language model that learns from web addresses makes up addresses of its own.",
        "Take the links out",
    ),
    FixKind.MENTIONS: FixWords(
        "@names",
        "Names of accounts are no part of the joke, and the people may not like to be learnt.",
        "Take the names out",
    ),
    FixKind.HASHTAGS: FixWords(
        "#tags",
        "Tags at the end go; within a sentence the word stays and its # goes.",
        "Tidy the tags",
    ),
    FixKind.EMOJI: FixWords(
        "Emoji",
        "The language model will write emoji if it learns from them. Take them out if you want "
        "words alone.",
        "Take the emoji out",
    ),
    FixKind.NUMBERING: FixWords(
        "Numbers at the beginning",
        "“12.” counts the jokes of a list. The language model would number its own.",
        "Take the numbers out",
    ),
    FixKind.EDIT_TAILS: FixWords(
        "“EDIT:” at the end",
        "What was added after the joke (“EDIT: thanks for the gold!”) is no part of it.",
        "Cut it off",
    ),
    FixKind.SPACES: FixWords(
        "Too many blanks",
        "Several blanks in a row, blanks at the ends of lines, or several empty lines.",
        "Tidy the blanks",
    ),
    FixKind.PERSONAL: FixWords(
        "Personal data",
        "An e-mail address or a telephone number: the language model may write it for others "
        "to see.",
        "Leave these out",
    ),
    FixKind.OFFENSIVE: FixWords(
        "Offensive words",
        "The language model will use the words that it learns. You can change the list.",
        "Leave these out",
    ),
    FixKind.LANGUAGE: FixWords(
        "Other languages",
        "Most jokes are in one language; a few in another teach the language model little and "
        "confuse it.",
        "Leave these out",
    ),
    FixKind.TOO_SHORT: FixWords(
        "Very short",
        "A word or two is hardly a joke, and teaches the language model to stop too early.",
        "Leave these out",
    ),
    FixKind.TOO_LONG: FixWords(
        "Very long",
        "Long texts take most of the time of fine-tuning, and the language model learns little "
        "about short jokes from them.",
        "Leave these out",
    ),
    FixKind.EXACT_DUPLICATES: FixWords(
        "Repeated",
        "The language model learns by heart what it sees several times.",
        "Keep one of each",
    ),
    FixKind.SAME_WORDS: FixWords(
        "Repeated with other spelling",
        "They differ only in capital letters, blanks, punctuation or the form of letters.",
        "Keep one of each",
    ),
    FixKind.NEAR_DUPLICATES: FixWords(
        "Nearly the same",
        "Most of their words are the same. Of each group the best one is kept: whole sentences "
        "first, then the longest.",
        "Keep the best of each",
    ),
}


def words_for(kind: FixKind) -> FixWords:
    """The words for a fix of this kind."""
    return _WORDS[kind]
