"""Plain text and chats are parted into jokes where a reader would part them."""

from __future__ import annotations

from pathlib import Path

import pytest

from jokegen.jobs.dataset_requests import BLANK_LINE, EACH_LINE
from tests.data.conftest import read_all

JOKES = [
    "A man walks into a bar.\nOuch.",
    "Knock, knock.\nWho’s there?\nBoo.\nBoo who?\nDon’t cry.",
    "One line only, this time.",
    "Why did the chicken cross the road?\nNobody knows – not even the chicken.",
]


def write(folder: Path, content: str, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_bytes(content.encode())
    return path


@pytest.mark.parametrize(
    "separator",
    ["%", "---", "***", "* * *", "=====", "#", "~~~", "<|endoftext|>", "</s>", "[SEP]", "____"],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_line_that_stands_between_jokes_is_found(
    tmp_path: Path, separator: str, newline: str
) -> None:
    jokes = JOKES * 3
    content = f"\n{separator}\n".join(jokes) + f"\n{separator}\n"
    found = read_all(write(tmp_path, content.replace("\n", newline)))
    assert [row[0] for row in found.rows] == jokes
    assert found.options.separator == separator
    assert found.questions == []


@pytest.mark.parametrize("separator", ["-=-=-", "• • •", "....", "%$%", "★"])
def test_an_ornament_that_comes_often_parts_jokes(tmp_path: Path, separator: str) -> None:
    jokes = JOKES * 3
    found = read_all(write(tmp_path, f"\n{separator}\n".join(jokes)))
    assert [row[0] for row in found.rows] == jokes


def test_blank_lines_around_a_separator_are_no_part_of_a_joke_that_counts(tmp_path: Path) -> None:
    found = read_all(write(tmp_path, "\n\n%\n\n".join(JOKES)))
    assert [row[0].strip() for row in found.rows] == JOKES


@pytest.mark.parametrize("blank", ["\n\n", "\n\n\n", "\n \t\n"])
def test_blank_lines_part_jokes_of_several_lines(tmp_path: Path, blank: str) -> None:
    found = read_all(write(tmp_path, blank.join(JOKES * 2)))
    assert [row[0] for row in found.rows] == JOKES * 2
    assert found.options.separator == BLANK_LINE


def test_one_joke_a_line_needs_no_question(tmp_path: Path) -> None:
    lines = [f"A joke of one line, number {i}." for i in range(20)]
    for joiner, end in (("\n", ""), ("\n", "\n"), ("\r\n", "\r\n\r\n"), ("\n\n", "\n")):
        found = read_all(write(tmp_path, joiner.join(lines) + end))
        assert [row[0] for row in found.rows if row[0]] == lines
        assert (found.options.separator, found.questions) == (EACH_LINE, [])


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(f"joke {i}" for i in range(9)) + "\n\n" + "\n".join("xyz"),
        "\n".join(f"joke {i}" for i in range(400)) + "\n---\nthe end\n---\n",
    ],
)
def test_what_may_be_a_slip_is_a_question(tmp_path: Path, content: str) -> None:
    found = read_all(write(tmp_path, content))
    assert found.options.separator == EACH_LINE
    assert len(found.questions) == 1
    assert found.questions[0].startswith("Is each line a joke of its own")


def test_what_else_could_part_the_jokes_can_be_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, "one\nEND\ntwo\nlines\nEND\nthree\n")
    assert [r[0] for r in read_all(path, separator="END").rows] == ["one", "two\nlines", "three"]
    assert len(read_all(path, separator=EACH_LINE).rows) == 6
    assert len(read_all(path, separator=BLANK_LINE).rows) == 1


def test_repeated_lines_of_words_are_jokes_and_no_separators(tmp_path: Path) -> None:
    lines = ["Knock, knock.", "Who’s there?", "Boo.", "Ha ha"] * 20
    assert [row[0] for row in read_all(write(tmp_path, "\n".join(lines))).rows] == lines


CHATS = {
    "android": "12/03/2021, 10:11 - {name}: {text}",
    "android, short": "3/12/21, 9:05 AM - {name}: {text}",
    "ios": "[12.03.21, 10:11:12] {name}: {text}",
    "ios, mark": "\u200e[12.03.21, 10:11:12] {name}: {text}",
    "ios, narrow": "[3/12/21, 10:11:12\u202fPM] {name}: {text}",
    "spanish": "12/3/21, 10:11 a.\xa0m. - {name}: {text}",
    "german": "12.03.21, 10:11 - {name}: {text}",
    "finnish": "12.3.2021, 10.11 - {name}: {text}",
    "japanese": "2021/03/12, 10:11 - {name}: {text}",
    "irc": "[10:11] <{name}> {text}",
    "irc, seconds": "10:11:12 <@{name}> {text}",
    "discord": "[12-Mar-21 10:11 AM] {name}\n{text}\n",
    "telegram": "{name}, [12.03.21 10:11]\n{text}\n",
}


@pytest.mark.parametrize("case", CHATS)
def test_messages_of_chats_come_with_who_said_them_and_when(tmp_path: Path, case: str) -> None:
    said = [("Ann", "Why did the chicken…?"), ("Bob", "Tell: me"), ("Ann", "two\nlines")] * 4
    content = "\n".join(CHATS[case].format(name=name, text=text) for name, text in said)
    found = read_all(write(tmp_path, content))
    assert found.columns == ("Message", "Name", "Time")
    assert [(row[1], row[0]) for row in found.rows] == said
    assert all(":" in row[2] or "." in row[2] for row in found.rows)
    assert found.understood == "text, messages of a chat, UTF-8"


def test_what_the_messenger_itself_says_sticks_to_no_message(tmp_path: Path) -> None:
    lines = [
        "12/03/2021, 10:10 - Messages and calls are end-to-end encrypted.",
        "12/03/2021, 10:11 - Ann: A joke",
        "12/03/2021, 10:12 - Bob joined using this group’s link",
        "12/03/2021, 10:13 - Bob: Another",
        "12/03/2021, 10:14 - Ann: A third",
    ]
    found = read_all(write(tmp_path, "\n".join(lines)))
    assert [row[0] for row in found.rows if row[1]] == ["A joke", "Another", "A third"]
    assert len(found.rows) == 5
