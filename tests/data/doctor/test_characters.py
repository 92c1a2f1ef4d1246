"""Changes of single characters: what is mended, and what must stay as it is."""

from __future__ import annotations

import ftfy.bad_codecs  # noqa: F401  # the codecs called "sloppy", as browsers have them
import pytest

from jokegen.jobs.dataset_requests import FixKind
from tests.data.doctor.support import mended

ZWJ, ZWNJ, VS16 = "\u200d", "\u200c", "\ufe0f"
FAMILY = f"👨{ZWJ}👩{ZWJ}👧{ZWJ}👦"
SCOTLAND = "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"

# Writing of many languages in good order: no change of characters has anything to do here.
SOUND = [
    "Why did the café close? Señor Muñoz ate the crème brûlée – naïvely!",
    "Warum können Geister so schlecht lügen? Weil man durch sie hindurchsehen kann. Tschüß!",
    "Quelle est la différence entre un œuf et Noël ? L’œuf… c’est déjà vu, ça !",
    "¿Qué le dice un jaguar a otro jaguar? ¡Jaguar you! El pingüino está aquí.",
    "Przychodzi baba do lekarza, a lekarz też baba. Zażółć gęślą jaźń.",
    "Temel’e sormuşlar: “İstanbul’da ışık var mı?” Şöyle demiş: “Yağmur yağıyor.”",
    "Заходит улитка в бар, а бармен: «Мы не обслуживаем улиток!» Ёлки-палки.",
    "अध्यापक: तुम देर से क्यों आए? छात्र: क्योंकि आपने कहा था, सीखने के लिए कभी देर नहीं होती।",
    "سأل المعلم التلميذ: لماذا تأخرت؟ قال: لأنّ الجرس رنّ قبل أن أصل.",
    f"می{ZWNJ}خواهم بدانم چرا کتاب{ZWNJ}ها نمی{ZWNJ}خندند.",
    "למה התרנגולת חצתה את הכביש? כדי להגיע לצד השני! שָׁלוֹם",
    "为什么程序员总是分不清万圣节和圣诞节？因为 Oct 31 == Dec 25。",
    "布団が吹っ飛んだ。アルミ缶の上にあるミカン！",
    "왜 개발자는 안경을 쓸까요? C#을 못 보니까요.",
    "He said “I ♡ you” — she said ‘©1999, ™ and ½ price’ … 5 × 3 → 15 ★★★",
]
CHARACTER_KINDS = [
    FixKind.MOJIBAKE, FixKind.UNICODE, FixKind.CONTROLS, FixKind.EMOJI, FixKind.SPACES,
]  # fmt: skip


@pytest.mark.parametrize("text", SOUND)
@pytest.mark.parametrize("kind", CHARACTER_KINDS)
def test_sound_writing_of_any_language_stays(kind: FixKind, text: str) -> None:
    assert mended(kind, text) == text


@pytest.mark.parametrize(
    ("codec", "text"),
    [
        ("latin-1", "The cafés don’t serve crème brûlée – “voilà”."),
        ("windows-1252", "Fünf Mäuse gehen über die Straße – und die Kätzchen?"),
        ("windows-1252", "¿Qué hace una abeja en el gimnasio? ¡Zum-ba! El niño…"),
        ("windows-1252", "L’été, le garçon est à la fenêtre où il rêve."),
        ("windows-1251", "Приказ: как делается шутка?"),
        ("windows-1250", "Proszę pani, żółta jaźń śmieje się"),
        ("windows-1254", "çok güldüm ığdır ve ömür"),
    ],
)
def test_text_that_was_read_in_the_wrong_encoding_is_repaired(text: str, codec: str) -> None:
    garbled = text.encode().decode(f"sloppy-{codec}" if codec != "latin-1" else codec)
    assert garbled != text
    assert mended(FixKind.MOJIBAKE, garbled) == text


def test_emoji_that_were_garbled_come_back() -> None:
    assert mended(FixKind.MOJIBAKE, "So funny ðŸ˜‚") == "So funny 😂"


def test_letters_take_their_composed_form() -> None:
    assert mended(FixKind.UNICODE, "cafe\u0301") == "café"
    assert mended(FixKind.UNICODE, "Z\u030co") == "Žo"
    assert mended(FixKind.UNICODE, "한국") == "한국"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("\ufeffWhy?", "Why?"),
        ("Why\u200b did\u2060 it?", "Why did it?"),
        ("soft\u00adhyphen", "softhyphen"),
        ("\u202bhidden\u202c order\u200f", "hidden order"),
        ("bell\x07 and \x00nul", "bell and nul"),
        ("\x1b[31mred\x1b[0m nose", "red nose"),
        ("one\r\ntwo\rthree\u2028four\x0bfive", "one\ntwo\nthree\nfour\nfive"),
        (f"wo{ZWJ}rd{ZWNJ}s", "words"),
        ("secret\U000e0061\U000e0062 letters", "secret letters"),
        ("replaced \ufffc object", "replaced  object"),
    ],
)
def test_what_cannot_be_seen_goes(text: str, clean: str) -> None:
    assert mended(FixKind.CONTROLS, text) == clean


@pytest.mark.parametrize(
    "text",
    [
        f"Our family {FAMILY} at home",
        f"Pirates 🏴{ZWJ}☠{VS16}, pride 🏳{VS16}{ZWJ}🌈, Scots {SCOTLAND}",
        f"Press 1{VS16}\u20e3 now ❤{VS16}",
        "क्\u200dष and श्री\u200cमान",
        f"می{ZWNJ}خواهم",
        "one line\nand another\n\tindented",
        "a replacement \ufffd stays: it stands for something",
    ],
)
def test_joiners_stay_where_writing_needs_them(text: str) -> None:
    assert mended(FixKind.CONTROLS, text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("So funny 😂😂😂", "So funny"),
        ("I 😍 it 👍🏽!", "I it!"),
        (f"Our family {FAMILY} laughs.", "Our family laughs."),
        (f"Flags: 🇩🇪🇫🇷 {SCOTLAND} 🏳{VS16}{ZWJ}🌈 end", "Flags: end"),
        (f"Press 1{VS16}\u20e3 or #{VS16}\u20e3 now", "Press 1 or # now"),
        (f"I ❤{VS16} you ♥ ☺{VS16} ☀", "I you"),
        ("first line\n🎉🎉\nsecond line", "first line\nsecond line"),
        ("😂", ""),
        ("Warum?🤔Weil!", "Warum?Weil!"),
        (f"thinking 🤷🏻{ZWJ}♀{VS16} about it", "thinking about it"),
    ],
)
def test_emoji_go_without_leaving_gaps(text: str, clean: str) -> None:
    assert mended(FixKind.EMOJI, text) == clean


@pytest.mark.parametrize(
    "text",
    [
        "© 1999 ™ ®",
        "5 stars: ★★★★☆ ✓",
        "1 2 3 # *",
        "→ ⇒ ← ½ ² °",
        ":-) ;) <3 ¯\\_(ツ)_/¯",
        "♪ la la",
    ],
)
def test_signs_that_are_no_emoji_stay(text: str) -> None:
    assert mended(FixKind.EMOJI, text) == text


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("two  blanks   and\ttab", "two blanks and tab"),
        ("no\u00a0break\u202fblank\u2009thin", "no break blank thin"),
        ("ends \nof lines\t\n  and beginnings", "ends\nof lines\nand beginnings"),
        ("one\n\n\n\n\ntwo", "one\n\ntwo"),
        ("全角\u3000\u3000空白", "全角 空白"),
    ],
)
def test_blanks_are_tidied(text: str, clean: str) -> None:
    assert mended(FixKind.SPACES, text) == clean


@pytest.mark.parametrize("text", ["one\ntwo\n\nthree", "本当？\u3000はい。", "Plain."])
def test_blanks_in_good_order_stay(text: str) -> None:
    assert mended(FixKind.SPACES, text) == text
