"""Fixes that leave jokes out: which jokes each of them is about, and which it is not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from jokegen.data.doctor.languages import MOST_COMMON, language_of
from jokegen.data.doctor.leaving import Tools, default_limit
from jokegen.data.doctor.lengths import estimated_tokens, word_count
from jokegen.data.doctor.offensive import OffensiveWords, usual_words
from jokegen.data.doctor.personal import has_personal_data
from jokegen.jobs.dataset_requests import Fix, FixKind
from tests.data.doctor.support import applied, findings, left_out, recipe_of

PLAIN = [
    "My wife and I were happy for twenty years. Then we met.",
    "I told my doctor that I broke my arm in two places. He told me to stop going there.",
    "The first time I got a universal remote control, I thought that this changes everything.",
    "Why did the scarecrow win an award? Because he was outstanding in his field.",
    "I have a fear of speed bumps, but I am slowly getting over it.",
]


@pytest.mark.parametrize(
    "text",
    [
        "Write to bob@example.com!",
        "b.o.b+jokes@mail.example.co.uk",
        "Почта: шутник@пример.рф",
        "Call +44 20 7946 0958 for a laugh",
        "Ruf an: +49 (0)171 1234567",
        "0049 171 1234567",
        "(555) 123-4567",
        "555-123-4567 or 555.123.4567",
        "1-800-555-0199",
        "0171 1234567",
        "0171/1234567",
        "089 12345678",
        "Appelle le 06 12 34 56 78",
        "Tel. 01711234567",
        "+48 600 123 456",
        "+7 912 345-67-89",
        "+90 532 123 45 67",
        "+91 98765 43210",
    ],
)
def test_addresses_and_telephone_numbers_are_found(text: str) -> None:
    assert has_personal_data(text)


@pytest.mark.parametrize(
    "text",
    [
        "Born on 01.02.1984, died on 12/11/2020, or 2020-11-12.",
        "On 01/02/2020 100 people laughed; on 01-02-2020 10 30 did",
        "It costs $1,000,000.00 or €2 000 000 000 or 10,000,000,000",
        "£0.07 and 0.001234567 of it",
        "Pi is 3.14159265358979",
        "2147483647 and 4294967296 and 1000000000",
        "+1 000 000 000 karma, +1000000000",
        "192.168.0.1 and 255.255.255.0",
        "ISBN 978-3-16-148410-0",
        "Version 10.0.19045.2006",
        "I am 007, you are 006.",
        "0123456789 is how I count",
        "05 10 15 20 25 and 05 10 15 20 25 30",
        "01 05 12 23 34 45 are the numbers of the lottery",
        "1 2 3 4 5 6 7 8 9 10 11 12",
        "2020-2021-2022-2023",
        "24/7/365, 9-11, 50/50",
        "Call 911 or 112, room 0815",
        "@somebody and #1 at example.com",
        "user@localhost, a@b, @ 5",
        "12345678901234567890123",
        "10:30:15.000",
        "100% of 200% is 50.5%",
        "Jenny: 867-5309",
        "x = 1000000 - 2000000 * 3000000",
    ],
)
def test_prices_dates_and_other_numbers_are_no_personal_data(text: str) -> None:
    assert not has_personal_data(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What the fuck?", ["fuck"]),
        ("FUCKING hell", ["fucking"]),
        ("fuuuuck, shiiiit, assssss", ["ass", "fuck", "shit"]),
        ("f**k, sh*t, b*tch, c*nt", ["bitch", "cunt", "fuck", "shit"]),
        ("sh1t, @sshole, b!tch, a$$, d1ck", ["ass", "asshole", "bitch", "dick", "shit"]),
        ("assholes and bitches", ["asshole", "bitch"]),
        ("You son-of-a-bitch", ["bitch", "son of a bitch"]),
        ("son of  a\nbitch", ["bitch", "son of a bitch"]),
        ("_shit_ *fuck* “bitch”", ["bitch", "fuck", "shit"]),
        ("that bitch's dog", ["bitch"]),
        ("🖕 you", ["🖕"]),
        ("Dick is a dick; WHAT A DICK", ["dick"]),
    ],
)
def test_offensive_words_are_found_in_their_disguises(text: str, words: Sequence[str]) -> None:
    assert OffensiveWords.usual().found_in(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "Scunthorpe, Penistone, Lightwater, Clitheroe, Cockermouth, Middlesex, Essex, Sussex",
        "classic assassins assess the grass; pass the glass, class; assume, assets, embarrassed",
        "cockpit, cocktail, peacock, Hancock, Hitchcock, cockatoo, shuttlecock, cockroach",
        "therapist, grape, drapes, scrape, skyscraper",
        "Matsushita eats shiitake; a snigger; niggardly; sniggering",
        "Dickens, Dickinson, Benedict, dictionary; title, titan, constitution, stitch",
        "analysis, canal, analogue, cumulus, document, cucumber, circumstance",
        "Arsenal, arsenic, parse, coarse, hoarse",
        "bass, brass, mass, Massachusetts, ambassador",
        "The A55 is a road, AS400 a computer, 5+5 a sum, $5.55 a price",
        "hello, hell, damn, God, sex, gay, lesbian, beer, drunk, stupid, idiot, dumb, kill",
        "*smiles* **bold** 5 * 3 * 2, a*b, x*y*z, f*",
        "me@ssl.example, p@ssw0rd, $100, !!!, 1337",
        "tit for tat; a garden hoe; tied up; poof, it is gone; a strip club; how to kill time",
        "Schachschifffahrt, Schifffahrt, Teeei, Stillleben",
        "Moby Dick, Dick Tracy; come on, Dick, said the clever Dick",
        "con carne, bite, bitte, pipe, concha, gol, bira",
    ],
)
def test_words_that_hold_others_are_not_offensive(text: str) -> None:
    assert OffensiveWords.usual().found_in(text) == []


@pytest.mark.parametrize(
    ("language", "offensive", "harmless"),
    [
        ("de", "So ein Arschloch, verfickte Scheiße!", "Bitte ein Ass im Sommer, dick und nackt"),
        ("fr", "Quel connard, putain de merde !", "La veuve a bossé ; un baiser, s’il te plaît"),
        ("es", "¡Hijo de puta, gilipollas!", "Un martillo, un pinche y una concha en el infierno"),
        ("pl", "Kurwa, ja pierdolę!", "Jajko i syf w burdelu"),
        ("ru", "Вот сука, иди нахуй!", "Какая разница, гол или бугор"),
    ],
)
def test_other_languages_have_lists_of_their_own(
    language: str, offensive: str, harmless: str
) -> None:
    words = OffensiveWords.usual(language)
    assert len(words.found_in(offensive)) >= 2
    assert words.found_in(harmless) == []


def test_the_language_of_the_pile_chooses_the_list() -> None:
    german = [
        "Warum können Geister so schlecht lügen? Weil man durch sie hindurchsehen kann.",
        "Was ist orange und geht über die Berge? Eine Wanderine, sagt der kleine Junge.",
        "Treffen sich zwei Jäger im Wald, und beide sind auf der Stelle tot.",
        "Der dicke Mann hatte ein Ass im Ärmel und war trotzdem nicht sehr dick.",
        "Du Arschloch hast mir gestern meinen Kuchen aus dem Kühlschrank weggegessen.",
    ]
    finding = findings(german)[FixKind.OFFENSIVE]
    assert (finding.count, finding.words) == (1, ("arschloch",))
    assert finding.listed == usual_words("de")
    assert findings(PLAIN)[FixKind.OFFENSIVE].listed == usual_words()


def test_the_list_of_offensive_words_can_be_edited() -> None:
    jokes = ["A duck walks in.", "A goose walks in.", "What the fuck?"]
    fix = Fix(FixKind.OFFENSIVE, words=("duck", "white goose", "  GOOSE "))
    assert left_out(jokes, fix) == jokes[:2]
    assert left_out(jokes, Fix(FixKind.OFFENSIVE, words=())) == []


def test_offensive_words_are_told_most_often_first() -> None:
    jokes = ["shit one", "fuck two", "fuck three", "shits four", "fuck five"]
    result = applied(jokes, FixKind.OFFENSIVE)
    assert result.found[FixKind.OFFENSIVE].words == ("fuck", "shit")


FOREIGN = {
    "de": "Warum können Geister so schlecht lügen? Weil man durch sie hindurchsehen kann.",
    "fr": "Pourquoi les plongeurs plongent-ils toujours en arrière ? Parce que sinon ils tombent.",
    "es": "¿Por qué los pájaros no usan Facebook? Porque ya tienen el Twitter, dice mi abuelo.",
    "pl": "Przychodzi baba do lekarza, a lekarz też baba i pyta, co jej właściwie dolega.",
    "tr": "Temel bir gün doktora gitmiş ve çok hasta olduğunu söylemiş, doktor da gülmüş.",
    "ru": "Заходит улитка в бар, а бармен говорит: мы не обслуживаем улиток.",
    "hi": "अध्यापक ने पूछा कि तुम देर से क्यों आए, छात्र ने कहा कि सीखने में देर नहीं होती।",
    "ar": "سأل المعلم التلميذ لماذا تأخرت اليوم فقال لأن الجرس رن قبل أن أصل.",
    "he": "למה התרנגולת חצתה את הכביש? כדי להגיע לצד השני של הרחוב הגדול.",
    "zh": "为什么程序员总是分不清万圣节和圣诞节？因为他们都不过节日。",
    "ja": "昨日私は面白い冗談を友達に聞かせてもらいましたが、笑えませんでした。",
}


@pytest.mark.parametrize("language", FOREIGN)
def test_other_languages_are_found_among_english_jokes(language: str) -> None:
    jokes = [*PLAIN, FOREIGN[language], *PLAIN]
    assert language_of(FOREIGN[language]) == language
    result = applied(jokes, FixKind.LANGUAGE)
    assert [result.texts[index] for index in result.notes] == [FOREIGN[language]]
    assert result.found[FixKind.LANGUAGE].words == (language,)


def test_the_language_of_most_jokes_is_at_home() -> None:
    german = [FOREIGN["de"], "Was ist grün und klopft an die Tür? Ein Klopfsalat, wie immer."] * 3
    assert left_out([*german, PLAIN[0]], FixKind.LANGUAGE) == [PLAIN[0]]


def test_further_languages_can_be_kept() -> None:
    jokes = [*PLAIN, FOREIGN["de"], FOREIGN["fr"]]
    fix = Fix(FixKind.LANGUAGE, words=(MOST_COMMON, "de"))
    assert left_out(jokes, fix) == [FOREIGN["fr"]]
    assert left_out(jokes, Fix(FixKind.LANGUAGE, words=("de",))) == [*PLAIN, FOREIGN["fr"]]


@pytest.mark.parametrize("text", ["Ha!", "C'est la vie", "Déjà vu", "Ok", "😂😂😂", "哈哈"])
def test_a_few_words_are_of_no_language(text: str) -> None:
    assert left_out([*PLAIN, text], FixKind.LANGUAGE) == []


def test_short_jokes_are_counted_in_words() -> None:
    jokes = ["Ha!", "Two words.", "Now three words.", "昨日私は面白い冗談を友達に聞かせ", "哈哈"]
    assert left_out(jokes, FixKind.TOO_SHORT) == [jokes[0], jokes[1], jokes[4]]
    assert left_out(jokes, Fix(FixKind.TOO_SHORT, limit=2)) == [jokes[0], jokes[4]]
    assert left_out(jokes, Fix(FixKind.TOO_SHORT, limit=0)) == []
    assert word_count("昨日私は面白い") == 4
    assert left_out(["布団が吹っ飛んだ。"], FixKind.TOO_SHORT) == []


def test_long_jokes_are_counted_in_tokens_of_the_base_model() -> None:
    jokes = ["one two three", "one two three four", "supercalifragilistic " * 3]
    tools = Tools(lambda texts: [len(text.split()) for text in texts])
    fix = Fix(FixKind.TOO_LONG, limit=3)
    result = applied(jokes, fix, tools=tools)
    assert list(result.notes) == [1]


def test_long_jokes_are_estimated_without_the_base_model() -> None:
    jokes = ["word " * 10, "word " * 2_000, "слово " * 700]
    assert left_out(jokes, FixKind.TOO_LONG) == [joke.strip() for joke in jokes[1:]]
    assert default_limit(FixKind.TOO_LONG) == 1_022
    assert estimated_tokens("four" * 10) == 10


def test_exact_repeats_leave_the_first() -> None:
    jokes = ["one joke", "two jokes", "one joke", "One joke", " one joke "]
    result = applied(jokes, FixKind.EXACT_DUPLICATES)
    assert result.notes == {2: "repeated", 4: "repeated"}


def test_repeats_in_other_spelling_leave_the_first() -> None:
    jokes = [
        "Why did the café close?",
        "WHY DID THE CAFÉ CLOSE",
        "why did  the cafe\u0301 - close!?",
        "Why did the cafe close?",
        "😂",
        "🎉",
        "😂 ",
        "ﬁne",
        "Fine.",
        "STRASSE",
        "Straße",
    ]
    result = applied(jokes, FixKind.SAME_WORDS)
    assert list(result.notes) == [1, 2, 6, 8, 10]


def test_the_best_of_nearly_equal_jokes_is_kept() -> None:
    words = (
        "why did the old chicken cross the very long road near our house on a cold monday morning"
    )
    jokes = [
        f"{words}",
        f"{words.upper()}!",
        f"{words.capitalize()}.",
        f"{words.capitalize()} again.",
        "Something else.",
    ]
    result = applied(jokes, FixKind.NEAR_DUPLICATES)
    assert set(result.notes) == {0, 1, 2}
    assert result.jokes == [jokes[3], jokes[4]]


@pytest.mark.parametrize("similarity", [0.5, 0.7, 0.85, 0.95, 1.0])
def test_similarity_can_be_adjusted(similarity: float) -> None:
    base = [f"word{number}" for number in range(20)]
    jokes = [" ".join(base)]
    for changed in (1, 2, 4, 7, 12):
        jokes.append(" ".join(base[:-changed] + [f"other{changed}x{n}" for n in range(changed)]))
    left = left_out(jokes, Fix(FixKind.NEAR_DUPLICATES, limit=similarity))
    expected = sum((20 - changed) / (20 + changed) >= similarity for changed in (1, 2, 4, 7, 12))
    assert len(left) == expected


def test_every_group_keeps_one_that_is_as_good_as_any(real_jokes: Path) -> None:
    from tests.data.doctor.support import read_jokes

    dice = random.Random(3)
    jokes = read_jokes(real_jokes)[:400]
    pile = jokes + [joke.rstrip(".!?") for joke in dice.sample(jokes, 60)]
    dice.shuffle(pile)
    result = applied(pile, FixKind.NEAR_DUPLICATES)
    kept = set(result.jokes)
    for joke in pile:
        bare = joke.strip().rstrip(".!?")
        assert any(other.rstrip(".!?") == bare for other in kept) or joke.strip() not in kept
    assert sum(joke.rstrip(".!?") == joke for joke in kept) <= sum(
        joke.strip().rstrip(".!?") == joke.strip() for joke in jokes
    )


def test_a_finding_says_which_limit_would_be_applied() -> None:
    found = findings(PLAIN)
    assert found[FixKind.TOO_SHORT].limit == 3
    assert found[FixKind.NEAR_DUPLICATES].limit == 0.85
    changed = findings(PLAIN, recipe_of(Fix(FixKind.TOO_SHORT, limit=5)))
    assert changed[FixKind.TOO_SHORT].limit == 5
