"""Whatever encoding a file is in: letters come out right, a question is asked, or a line named."""

from __future__ import annotations

from pathlib import Path

import pytest

from jokegen.data.encoding import ENCODINGS
from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import Misfits
from tests.data.conftest import read_all, read_rows

GERMAN = "Ein Mann sagt: „Herr Doktor, ich höre Stimmen!“ – „Größer wird’s nicht.“"
PLAIN_GERMAN = "Herr Doktor, ich höre Stimmen! Größer wird es nicht, Ärger schon."
RUSSIAN = "Приходит мужик к врачу и говорит: доктор, у меня болит голова."
GREEK = "Ένας άντρας μπαίνει σε ένα μπαρ και λέει: Γιατρέ, με πονάει το κεφάλι."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy, řekl muž doktorovi, že ho bolí hlava."
JAPANESE = "男がバーに入って言った。「先生、頭が痛いです。」医者は笑った。"
CHINESE = "一个人走进酒吧说：医生，我头疼！医生笑了，这是一个笑话。"
TRADITIONAL = "一個人走進酒吧說：醫生，我頭疼！醫生笑了，這是一個笑話。"
KOREAN = "한 남자가 술집에 들어가서 말했다. 의사 선생님, 머리가 아파요!"


def write(folder: Path, content: bytes, name: str = "x.txt") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        (PLAIN_GERMAN, "latin-1"),
        (PLAIN_GERMAN, "cp850"),
        (PLAIN_GERMAN, "mac-roman"),
        ("Itʼs a café, isn’t it".replace("ʼ", "’"), "cp1252"),
        ("¿Qué le dice un pez a otro? ¡Nada! El niño soñó que así era la vida.", "latin-1"),
        ("Ça va très bien, monsieur l'abbé, mais où êtes-vous né exactement ?", "cp850"),
        ("Przychodzi baba do lekarza, a lekarz też baba. Śmieje się głośno i mówi.", "cp1250"),
        (CZECH, "cp1250"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (GREEK, "cp1253"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (CHINESE, "gb18030"),
        (TRADITIONAL, "big5"),
        (KOREAN, "euc_kr"),
    ],
)
def test_code_pages_are_proposed_with_a_question_that_shows_the_letters(
    tmp_path: Path, text: str, encoding: str
) -> None:
    lines = ["A plain line without any.", *[f"{text} {i}" for i in range(20)]]
    found = read_all(write(tmp_path, "\n".join(lines).encode(encoding)))
    assert [row[0] for row in found.rows] == lines
    assert len(found.questions) == 1
    assert "Is this right" in found.questions[0]
    assert text[:30] in found.questions[0]
    assert found.misfits == []


@pytest.mark.parametrize("where", ["only line", "first line", "last letter", "middle of much"])
def test_one_lone_letter_of_windows_1252_is_enough_to_tell_and_to_ask(
    tmp_path: Path, where: str
) -> None:
    plain = "One more line of a joke that is as plain as can be."
    lines = {
        "only line": ["A café"],
        "first line": ["A café at first", plain, plain],
        "last letter": [plain, "I went to the café"],
        "middle of much": [*[plain] * 9_000, "A café in the middle", *[plain] * 9_000],
    }[where]
    found = read_all(write(tmp_path, "\n".join(lines).encode("cp1252")))
    assert [row[0] for row in found.rows] == lines
    (question,) = found.questions
    assert "Windows-1252" in question
    assert "café" in question


def test_the_encoding_that_was_chosen_is_taken_without_a_question(tmp_path: Path) -> None:
    path = write(tmp_path, CZECH.encode("cp1250"))
    for encoding in ("cp1250", "windows-1250"):
        found = read_all(path, encoding=encoding)
        assert found.rows == [(CZECH,)]
        assert found.questions == []
        assert found.options.encoding == "cp1250"


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_that_can_be_chosen_reads_what_it_writes(
    tmp_path: Path, encoding: str
) -> None:
    text = {"cp1251": RUSSIAN, "koi8-r": RUSSIAN, "cp1253": GREEK, "cp1250": CZECH,
            "shift_jis": JAPANESE, "euc_jp": JAPANESE, "gb18030": CHINESE, "big5": TRADITIONAL,
            "euc_kr": KOREAN}.get(encoding, PLAIN_GERMAN)  # fmt: skip
    path = write(tmp_path, f"{text}\nOnce more: {text}\n".encode(encoding))
    assert read_rows(path, encoding=encoding)[1] == [(text,), (f"Once more: {text}",)]


@pytest.mark.parametrize("codec", ["no-such", "base64", "\0", "utf-7-ish"])
def test_an_encoding_that_nobody_knows_is_an_error_that_lists_others(
    tmp_path: Path, codec: str
) -> None:
    with pytest.raises(JokegenError, match="There is no encoding called") as caught:
        read_all(write(tmp_path, b"x y"), encoding=codec)
    assert "cp1252" in caught.value.todo


@pytest.mark.parametrize("text", [PLAIN_GERMAN, GERMAN, RUSSIAN, GREEK, JAPANESE, CHINESE, KOREAN])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_found_in_any_script(
    tmp_path: Path, text: str, encoding: str
) -> None:
    lines = [f"{text} {i}" for i in range(30)]
    found = read_all(write(tmp_path, "\r\n".join(lines).encode(encoding)))
    assert [row[0] for row in found.rows] == lines
    assert found.options.encoding == encoding
    assert len(found.questions) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
@pytest.mark.parametrize("text", [PLAIN_GERMAN, CHINESE])
def test_a_byte_order_mark_leaves_no_doubt(tmp_path: Path, encoding: str, text: str) -> None:
    found = read_all(write(tmp_path, f"joke\r\n{text}\r\n".encode(encoding), "x.csv"))
    assert found.columns == ("joke",)
    assert found.rows == [(text,)]
    assert found.questions == []


def test_a_mark_is_no_letter_even_if_the_byte_order_was_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, "Ä\nb".encode("utf-16"))
    assert read_rows(path, encoding="utf-16-le")[1] == [("Ä",), ("b",)]
    path = write(tmp_path, b"\xfe\xff" + "Ä\nb".encode("utf-16-be"))
    assert read_rows(path, encoding="utf-16-be")[1] == [("Ä",), ("b",)]


UTF8_LINES = [f"Größe {i} – “quoted” 😂" for i in range(30)]
MIXED = [line.encode() for line in UTF8_LINES]
MIXED[7] = "Größe 7 – from a café".encode("cp1252")


def test_a_line_of_windows_1252_among_utf8_costs_no_other_its_letters(tmp_path: Path) -> None:
    expected = [*UTF8_LINES]
    expected[7] = "Größe 7 – from a café"
    found = read_all(write(tmp_path, b"\n".join(MIXED)))
    assert [row[0] for row in found.rows] == expected
    (misfit,) = found.misfits
    assert (misfit.line, misfit.done) == (8, "repaired")
    assert misfit.problem == "is not UTF-8 text throughout: some letters were read as Windows-1252"
    assert found.questions == []


def test_such_a_line_is_left_out_or_an_error_where_that_is_wanted(tmp_path: Path) -> None:
    path = write(tmp_path, b"\n".join(MIXED))
    found = read_all(path, misfits=Misfits.SKIP)
    assert [row[0] for row in found.rows] == [*UTF8_LINES[:7], *UTF8_LINES[8:]]
    assert [(misfit.line, misfit.done) for misfit in found.misfits] == [(8, "left out")]
    with pytest.raises(JokegenError, match=r"Line 8 of “x\.txt” is not UTF-8 text throughout"):
        read_rows(path)


@pytest.mark.parametrize("policy", [Misfits.REPAIR, Misfits.SKIP])
def test_in_a_table_the_row_with_such_a_line_is_mended_or_left_out(
    tmp_path: Path, policy: Misfits
) -> None:
    rows = [b'%d,"%s\nover two lines"' % (i, line) for i, line in enumerate(MIXED)]
    path = write(tmp_path, b"id,joke\n" + b"\n".join(rows) + b"\n", "x.csv")
    found = read_all(path, misfits=policy)
    numbers = [int(row[0]) for row in found.rows]
    assert numbers == [i for i in range(30) if i != 7 or policy is Misfits.REPAIR]
    assert [misfit.line for misfit in found.misfits] == [2 + 7 * 2]
    if policy is Misfits.REPAIR:
        assert found.rows[7] == ("7", "Größe 7 – from a café\nover two lines")


def test_json_lines_and_json_are_mended_too(tmp_path: Path) -> None:
    lines = [b'{"joke": "%s"}' % line for line in MIXED]
    found = read_all(write(tmp_path, b"\n".join(lines), "x.jsonl"))
    assert found.rows[7] == ("Größe 7 – from a café",)
    assert [misfit.line for misfit in found.misfits] == [8]
    path = write(tmp_path, b"[\n" + b",\n".join(lines) + b"]", "x.json")
    found = read_all(path)
    assert found.rows[7] == ("Größe 7 – from a café",)
    assert [misfit.line for misfit in found.misfits] == [9]
    found = read_all(path, misfits=Misfits.SKIP)
    assert len(found.rows) == 29
    assert [(misfit.line, misfit.done) for misfit in found.misfits] == [(9, "left out")]


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_file_cut_off_within_a_letter_loses_that_letter_alone(tmp_path: Path, cut: int) -> None:
    content = "Größe\nund ein 😂".encode()
    found = read_all(write(tmp_path, content[:-cut]))
    if cut < 3:
        assert found.rows == [("Größe",), ("und ein ",)]
        assert "cut off" in found.misfits[0].problem
    assert found.misfits[0].line == 2


def test_halves_of_surrogate_pairs_are_put_together_or_marked(tmp_path: Path) -> None:
    """CESU-8, which some databases export: an emoji as two halves of three bytes each."""
    cesu = "\ud83d\ude02".encode("utf-8", "surrogatepass")
    half = "\ud83d".encode("utf-8", "surrogatepass")
    good = "Größe – “quoted” 😂\n".encode() * 5
    found = read_all(write(tmp_path, good + b"ha " + cesu + b"\nho " + half + b"\n"))
    assert found.rows[5:] == [("ha 😂",), ("ho \ufffd",)]
    assert [misfit.line for misfit in found.misfits] == [6, 7]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_half_a_pair_in_utf16_costs_no_more_than_itself(tmp_path: Path, encoding: str) -> None:
    lines = ["ha 😂 ha", "half \ud83d of one", *["plain and simple, äöü"] * 9]
    content = "\n".join(lines).encode(encoding, "surrogatepass")
    found = read_all(write(tmp_path, content))
    assert [row[0] for row in found.rows[:3]] == ["ha 😂 ha", "half \ufffd of one", lines[2]]
    assert [misfit.line for misfit in found.misfits] == [2]


def test_nul_characters_are_taken_out_and_reported(tmp_path: Path) -> None:
    path = write(tmp_path, b"id,joke\n1,fine\n2,b\0ad\n3,fi\xc3\xbcne\n", "x.csv")
    found = read_all(path)
    assert found.rows == [("1", "fine"), ("2", "bad"), ("3", "fiüne")]
    assert [(m.line, m.done) for m in found.misfits] == [(3, "repaired")]
    found = read_all(path, misfits=Misfits.SKIP)
    assert found.rows == [("1", "fine"), ("3", "fiüne")]
    assert [(m.line, m.done) for m in found.misfits] == [(3, "left out")]
    with pytest.raises(JokegenError, match=r"Line 3 of “x\.csv” holds a NUL character"):
        read_rows(path)
    path = write(tmp_path, b"caf\xe9 one\nb\0ad and a good deal longer\n" * 3)
    assert [row[0] for row in read_all(path).rows[:2]] == ["café one", "bad and a good deal longer"]


def test_other_control_characters_stay_what_they_are(tmp_path: Path) -> None:
    text = (
        "bell \x07, escape \x1b[1m, form feed \x0c, unit \x1f, delete \x7f, nel \x85, zwsp \u200b"
    )
    assert read_rows(write(tmp_path, f"{text}\nx y".encode()))[1] == [(text,), ("x y",)]
    path = write(tmp_path, f"joke\n{text.replace(',', ';')}\nx y\n".encode(), "x.csv")
    assert read_rows(path)[1] == [(text.replace(",", ";"),), ("x y",)]


def test_a_page_that_was_saved_as_csv_can_be_read_if_somebody_insists(tmp_path: Path) -> None:
    path = write(tmp_path, b"<html>\nis a joke\n", "x.txt")
    with pytest.raises(JokegenError, match="it seems to be a web page"):
        read_all(path)
    assert read_all(path, encoding="utf-8").rows == [("<html>",), ("is a joke",)]
    path = write(tmp_path, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "x.txt")
    with pytest.raises(JokegenError, match="it seems to be a PNG picture"):
        read_all(path, encoding="latin-1")


def test_bytes_that_are_no_text_in_the_chosen_encoding_name_their_line(tmp_path: Path) -> None:
    path = write(tmp_path, f"plain\n{GERMAN}\n".encode("cp1252"))
    with pytest.raises(JokegenError, match=r"Line 2 of “x\.txt” is not UTF-8 text") as caught:
        read_all(path, encoding="utf-8")
    assert "Choose another encoding" in caught.value.todo
    with pytest.raises(JokegenError, match=r"Line 2 of “x.txt” is not Japanese \(Shift JIS\) text"):
        read_all(write(tmp_path, b"plain\n\x81\x20\xff\n"), encoding="shift_jis")
