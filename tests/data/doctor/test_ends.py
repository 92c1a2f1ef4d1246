"""Numbers before jokes and additions after them: what goes, and what belongs to the joke."""

from __future__ import annotations

import pytest

from jokegen.jobs.dataset_requests import FixKind
from tests.data.doctor.support import mended

BARE = "Why did the chicken cross the road?"


@pytest.mark.parametrize(
    "start",
    [
        "12. ", "1) ", "(3) ", "12.) ", "#12) ", "#7: ", "#7. ", "Joke 12: ", "JOKE #3 - ",
        "Witz 5. ", "No. 12: ", "Nr. 4) ", "joke 9 ", "Joke 12\n", "#12\n", "• ", "▪ ", "007. ",
        "100000. ",
    ],
)  # fmt: skip
def test_numbers_of_a_list_go(start: str) -> None:
    assert mended(FixKind.NUMBERING, start + BARE) == BARE


@pytest.mark.parametrize(
    "text",
    [
        "3.5 reasons to laugh",
        "1984. George Orwell walks into a bar.",
        "2001: A Space Odyssey",
        "(1984) was a good year",
        "9:30 and still in bed",
        "50% of marriages end. The rest last.",
        "10 men walk into a bar",
        "101 Dalmatians",
        "99) ",
        "#1 rule of fight club: tell nobody.",
        "#1 Dad on a mug",
        "No 5 men can lift it.",
        "No. 5 is alive",
        "Nr. 1 in den Charts",
        "Joke 3 is the best one",
        "Jokes 12: a book",
        "3. 2. 1. Go!",
        "1. Open the fridge. 2. Put the elephant in. 3. Close it.",
        "1. Mai: Tag der Arbeit, und keiner arbeitet.",
        "24. Dezember, kurz vor Ladenschluss",
        "2. Weltkrieg",
        "1. FC Köln gegen alle",
        "3. maja jedzie baba do lekarza",
        "6. joulukuuta",
        "- Why? - Because.",
        "* whispers * no",
        "1/3 of people",
        "7-Eleven is open",
        "8 out of 10 cats",
        "1,000. That many.",
        "w00t",
        "Wer ist da?",
    ],
)
def test_numbers_of_the_joke_itself_stay(text: str) -> None:
    assert mended(FixKind.NUMBERING, text) == text


@pytest.mark.parametrize(
    "tail",
    [
        "\nEDIT: thanks for the gold!",
        " EDIT: Wow, front page!",
        "\n\nEdit 2: spelling\n\nEdit 3: thanks",
        "\n*Edit: formatting*",
        " (Edit: typo)",
        "\nEDIT - RIP inbox",
        "\nEdited: grammar",
        "\n~~EDIT: gone~~",
        "\nEdit(1): ha",
        "\nUpdate: thanks for the award, this blew up",
        "\nETA: thanks for the upvotes",
        "\nBearbeitet: Tippfehler",
    ],
)
def test_what_was_added_after_a_joke_goes(tail: str) -> None:
    assert mended(FixKind.EDIT_TAILS, BARE + tail) == BARE


@pytest.mark.parametrize(
    "text",
    [
        "My editor said: edit: it is short for editing",
        "I asked for an edit: he cut everything.",
        "EDIT: this is all there is",
        "I write. Edit - that's for others.",
        "Editors edit. Writers write.",
        "He lived in Reno.\nUpdate: he died.",
        "Beta: a fish. Theta: a letter.",
        "Windows is ready. Update: 0%",
        "The credit: all mine.",
    ],
)
def test_what_belongs_to_the_joke_stays(text: str) -> None:
    assert mended(FixKind.EDIT_TAILS, text) == text
