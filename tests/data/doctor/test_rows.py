"""Rows of several jokes are parted, jokes over several rows are joined; others stay."""

from __future__ import annotations

import pytest

from jokegen.data.doctor.rows import find_runs, split_row

CHICKEN = "Why did the chicken cross the road? To get to the other side."
GHOSTS = "Warum können Geister so schlecht lügen? Weil man durch sie hindurchsehen kann."
SNAIL = "A snail walks into a bar, and the barman says that they do not serve snails here."


@pytest.mark.parametrize(
    "row",
    [
        "1. {}\n2. {}",
        "1) {}\n2) {}",
        "#11. {}\n#12. {}",
        "(1) {}\n(2) {}",
        "{}\n---\n{}",
        "{}\n* * *\n{}",
        "{}\n\n=====\n\n{}",
        "{}\n%\n{}",
        "• {}\n• {}",
        "- {}\n- {}",
        "{}\n\n{}",
    ],
)
def test_several_jokes_in_one_row_are_parted(row: str) -> None:
    assert split_row(row.format(CHICKEN, GHOSTS)) == [CHICKEN, GHOSTS]


def test_numbered_jokes_within_a_line_are_parted() -> None:
    row = f"1. {CHICKEN} 2. {GHOSTS} 3. {SNAIL}"
    assert split_row(row) == [CHICKEN, GHOSTS, SNAIL]


def test_questions_with_their_answers_are_parted() -> None:
    row = "Q: What is brown?\nA: A stick.\n\nQ: What is red?\nA: A brick."
    assert split_row(row) == ["Q: What is brown?\nA: A stick.", "Q: What is red?\nA: A brick."]
    assert split_row(row.replace("\n\n", "\n---\n")) == split_row(row)


def test_jokes_without_blanks_between_words_are_parted() -> None:
    first = "为什么程序员总是分不清万圣节和圣诞节？因为八进制的三十一等于十进制的二十五。"
    second = "医生对病人说你的病很严重，病人问还能活多久，医生说十，病人问十什么，医生说九。"
    assert split_row(f"1. {first}\n2. {second}") == [first, second]


@pytest.mark.parametrize(
    "row",
    [
        CHICKEN,
        # Lists that belong to one joke.
        "Three rules of life:\n1. Never tell everything you know at once.\n2.",
        "How to succeed:\n1. Wake up.\n2. Be awesome.\n3. Go back to bed.",
        "1. Wake up.\n2. Be awesome.\n3. Go back to bed.",
        "1. Wake up. 2. Be awesome. 3. Go back to bed.",
        "• Milk\n• Eggs\n• A lawyer",
        "3. 2. 1. Go!",
        "1. e4 e5 2. Nf3 Nc6 3. Bb5 checkmate, said nobody",
        "I have two problems: 1. I cannot count. 3. I do not care about it at all.",
        # Stories, dialogues and verses.
        "A man walks into a bar.\n\nHe orders a drink.\n\nThe barman says: no.",
        "- Doctor, I see double.\n- Sit down on the chair, please.\n- On which of the two?",
        "Knock, knock.\nWho's there?\nLettuce.\nLettuce who?\nLettuce in!",
        "Roses are red,\nviolets are blue,\nI have a phone,\nnobody calls me too.",
        "Q: What is brown and sticky?\nA: A stick.",
        "Me: why?\nHer: because\nMe: oh",
        "Dear Sir,\n\nWhy did you leave? I do not know what you mean by that.\n\nYours",
        "Dear Sir,\n\nmy cat is ill.\n\nYours, Tom\n\n------\n\nA note was stuck to this letter.",
        "What he wrote was this:\n---\nHelp!\n---\nand nobody came, as far as I know.",
        "He said -- and I quote -- nothing.\n--\nSigned",
        "10 men walk into a bar.\n11 come out of it.",
        "1984. It was a year.\n1985. It was another, and nobody noticed the difference at all.",
        "C++\n#include <joke>\n#define FUN 1",
        "Temperatures:\n-10: cold\n-20: colder",
    ],
)
def test_what_belongs_together_stays_together(row: str) -> None:
    assert split_row(row) == [row]


def test_nothing_is_lost_in_parting_but_numbers_and_signs() -> None:
    row = f"7. {CHICKEN}\nwith a second line\n8. {SNAIL}\n\n9. {GHOSTS}"
    parts = split_row(row)
    assert parts == [f"{CHICKEN}\nwith a second line", SNAIL, GHOSTS]


def joined(rows: list[str]) -> list[list[str]]:
    """The rows that are joined to each other."""
    return [[rows[index] for index in run] for run in find_runs(rows)]


PAIRS = {
    "English": ["Q: What is brown and sticky?", "A: A stick."],
    "dots": ["Q. What is brown and sticky?", "A. A stick."],
    "German": ["Frage: Was ist braun und klebrig?", "Antwort: Ein Stock."],
    "German letters": ["F: Was ist braun?", "A: Ein Stock."],
    "French": ["Q : Qu’est-ce qui est brun ?", "R : Un bâton."],
    "Spanish": ["P: ¿Qué es marrón?", "R: Un palo."],
    "Polish": ["P: Co jest brązowe?", "O: Kij."],
    "Russian": ["В: Что это такое?", "О: Палка."],
    "Turkish": ["Soru: Kahverengi olan nedir?", "Cevap: Sopa."],
    "knock": ["Knock, knock.", "Who's there?", "Lettuce.", "Lettuce who?", "Lettuce in!"],
    "knock knock": ["Knock knock!", "Who’s there?", "Boo", "Boo who?", "Don't cry."],
    "klopf": ["Klopf, klopf!", "Wer ist da?", "Anna.", "Anna wer?", "Anna Kasse."],
    "toc": ["Toc, toc", "¿Quién es?", "Lola.", "¿Lola quién?", "Lolailo."],
    "open": ["I used to be a banker…", "…but I lost interest."],
    "open thrice": ["So he went…", "…and went…", "…and came back."],
    "because": ["Why was six afraid of seven?", "Because seven ate nine."],
    "dialogue": ["Teacher: Why are you late?", "Student: School begins without me."],
    "dialogue of four": ["Me: Hi", "Her: Go away", "Me: Why?", "Her: That is why."],
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_joke_over_several_rows_is_joined(name: str) -> None:
    rows = [CHICKEN, *PAIRS[name], SNAIL]
    assert joined(rows) == [PAIRS[name]]


def test_jokes_after_each_other_are_joined_each_by_itself() -> None:
    rows = [row for pair in PAIRS.values() for row in (*pair, "")]
    assert joined(rows) == list(PAIRS.values())


def test_a_pile_in_which_every_other_row_is_a_question_is_paired() -> None:
    rows = []
    for number in range(8):
        rows += [f"What has {number} legs and flies?", f"The thing number {number}."]
    assert joined(rows) == [rows[start : start + 2] for start in range(0, 16, 2)]


@pytest.mark.parametrize(
    "rows",
    [
        [CHICKEN, SNAIL, GHOSTS],
        ["What is the point?", "Nobody knows the trouble.", SNAIL, CHICKEN, GHOSTS, "Ha."],
        ["P. Diddy walks into a bar.", "R. Kelly walks out of it."],
        ["F. Scott Fitzgerald wrote.", "A. Lincoln shot back."],
        ["S: first thing", "S: second thing"],
        ["Q: What is brown? A: A stick.", "Q: What is red? A: A brick."],
        ["Q: What is brown?\nA: A stick.", "A: I have no idea."],
        ["Knock, knock.", "This row is about something else."],
        ["Knock, knock.", "Who's there?", "Something else entirely.", "And more.", "End."],
        ["Me: I am old. Her: You are.", "Boss: You are late. Me: I am."],
        ["Me: trips over the cat", "Me: falls again"],
        ["Note: this is true", "Warning: that is not"],
        ["It goes on…", "But this does not continue it."],
        ["Why not?", "He said because."],
        ["https://a.example: no", "12: 30"],
        ["", "", ""],
        ["Q: What is it?", "", "A: A stick."],
        [],
    ],
)
def test_rows_that_are_jokes_of_their_own_stay(rows: list[str]) -> None:
    assert joined(rows) == []
