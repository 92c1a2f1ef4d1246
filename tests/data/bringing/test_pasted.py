"""Pasted text and what comes through pipes: written down without loss, and called what it is."""

from __future__ import annotations

import csv
import io
import time
from pathlib import Path

import pytest

from jokegen.config.paths import Paths
from jokegen.data.bringing.bringing import bring
from jokegen.data.bringing.pasted import guess_format
from jokegen.errors import JobCancelled, JokegenError
from jokegen.jobs import wire
from jokegen.jobs.context import RecordingContext, Stop
from jokegen.jobs.dataset_requests import BringRequest, BringSummary, Format
from jokegen.jobs.events import Notice
from tests.data.bringing.conftest import leftovers
from tests.data.conftest import read_rows
from tests.small_disks import small_disk


def paste(paths: Paths, text: str, **choices: object) -> BringSummary:
    return bring(BringRequest(text=text, **choices), RecordingContext(paths))  # type: ignore[arg-type]


def spreadsheet(rows: list[list[str]]) -> str:
    """As spreadsheets put cells on the clipboard."""
    out = io.StringIO()
    csv.writer(out, delimiter="\t", lineterminator="\r\n").writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Knock knock.\nWho is there?\n", Format.TEXT),
        ("I came, I saw, I left.\nHe ate, she ate, they ate.\n", Format.TEXT),
        ("One joke only, with a comma", Format.TEXT),
        ("Setup | punchline? No: just a bar", Format.TEXT),
        ('"To be," he said, "or not."\n"Not," she said.\n', Format.TEXT),
        ("[Man walks into a bar]\nOuch.\n", Format.TEXT),
        ("{sighs} Again?\n", Format.TEXT),
        ("id,joke\n1,One.\n2,Two.\n3,Three.\n", Format.CSV),
        ("setup;punchline\nWhy?;Because.\nHow?;So.\n", Format.CSV),
        ('1,"One, two."\n2,"Three, four."\n3,Five.\n', Format.CSV),
        (spreadsheet([["setup", "punchline"], ["Why?", "Because."], ["How?", "So."]]), Format.TSV),
        (
            spreadsheet([["Why did it?", "Because,\nyes."], ["How so?", 'The "how", that is.']]),
            Format.TSV,
        ),
        ('["One.", "Two."]', Format.JSON),
        ('\ufeff [\n {"joke": "One."}\n]\n', Format.JSON),
        ('{"jokes": ["One.", "Two."]}', Format.JSON),
        ('{\n  "jokes": [\n    "One."\n  ]\n}\n', Format.JSON),
        ('{"joke": "One."}\n{"joke": "Two."}\n', Format.JSON_LINES),
        ('{"joke": "One."}\n\n{"joke": "Two.\n', Format.JSON_LINES),
        ("[]", Format.JSON),
    ],
)
def test_what_a_text_is_is_found_out(text: str, kind: Format) -> None:
    assert guess_format(text, is_whole=True) is kind


def test_every_character_of_a_paste_is_kept(paths: Paths) -> None:
    text = "One.\r\nTwo\0.\rThree.\u2028\u0085Four.\n\n  five \ufeff\t😀 \x0b\x1f end"
    summary = paste(paths, text, format=Format.TEXT)
    assert summary.file.read_bytes() == text.encode()
    assert summary.bytes == len(text.encode())
    assert summary.origin == "pasted text"


def test_a_paste_is_read_as_what_it_is(paths: Paths) -> None:
    cells = [["setup", "punchline"], ["Why?", "Line one,\nline two."], ["How?", 'With "quotes".']]
    summary = paste(paths, spreadsheet(cells))
    assert (summary.file.name, summary.name) == ("Pasted jokes.tsv", "Pasted jokes")
    assert [list(row) for row in read_rows(summary.file)[1]] == cells[1:]
    summary = paste(paths, '{"joke": "NA"}\n{"joke": "2"}\n')
    assert read_rows(summary.file)[1] == [("NA",), ("2",)]


def test_a_format_that_was_chosen_counts(paths: Paths) -> None:
    assert paste(paths, "a,b\nc,d", format=Format.CSV).file.suffix == ".csv"
    assert paste(paths, "id,joke\n1,x\n2,y\n", format=Format.TEXT).file.suffix == ".txt"
    with pytest.raises(JokegenError, match="cannot be of the kind “parquet”"):
        paste(paths, "x", format=Format.PARQUET)


def test_it_is_called_after_its_first_words_or_as_told(paths: Paths) -> None:
    summary = paste(paths, "\n  Why did the chicken cross the road, and what for?\nHa.")
    assert summary.name == "Why did the chicken cross the road, and"
    assert summary.file.name == f"{summary.name}.txt"
    summary = paste(paths, "A joke.\n", name=" My/jokes: <b>best</b> ")
    assert summary.name == "My/jokes: <b>best</b>"
    assert summary.file.parent.parent == paths.previews
    assert summary.file.name == "b_.txt" or "/" not in summary.file.name
    summary = paste(paths, "x" * 500)
    assert len(summary.name) == 40


@pytest.mark.parametrize("text", [" ", "\n\r\n\t", "\ufeff\0"])
def test_nothing_is_an_error(paths: Paths, text: str) -> None:
    with pytest.raises(JokegenError, match="nothing to bring"):
        paste(paths, text)
    assert leftovers(paths) == []


def test_exactly_one_thing_is_brought_at_a_time(paths: Paths) -> None:
    context = RecordingContext(paths)
    for request in (BringRequest(), BringRequest(text="x", link="https://example.org"),
                    BringRequest(text="x", data=b"x")):  # fmt: skip
        with pytest.raises(JokegenError):
            bring(request, context)


def test_halves_of_surrogate_pairs_are_joined_escaped_or_told(paths: Paths) -> None:
    assert paste(paths, "A joke \ud83d\ude00 here.").file.read_text("utf-8") == "A joke 😀 here."
    summary = paste(paths, '{"joke": "half \ud83d here"}')
    assert summary.file.read_bytes() == b'{"joke": "half \\ud83d here"}'
    context = RecordingContext(paths)
    summary = bring(BringRequest(text="half \ud83d here"), context)
    assert summary.file.read_text("utf-8") == "half \ufffd here"
    assert any(isinstance(event, Notice) and event.is_warning for event in context.events)


def test_what_comes_through_a_pipe_stays_as_it_is_in_any_encoding(paths: Paths) -> None:
    for data, name in (
        ("Käse, Öl.\r\nSüß.\r\n".encode("cp1252"), "Standard input.txt"),
        ("id,joke\n1,ä\n2,ö\n3,ü\n".encode(), "Standard input.csv"),
        ("A joke.\nAnother.\n".encode("utf-16"), "Standard input.txt"),
        (b"PAR1 whatever", "Standard input"),
    ):
        summary = bring(BringRequest(data=data), RecordingContext(paths))
        assert summary.file.read_bytes() == data
        assert summary.file.name == name
        assert summary.origin == "standard input"
    with pytest.raises(JokegenError, match="nothing to bring"):
        bring(BringRequest(data=b" \n"), RecordingContext(paths))


def test_requests_cross_the_border_to_the_worker(paths: Paths) -> None:
    request = BringRequest(data=b"\xff\x00joke", hub_columns=("joke",), format=Format.CSV)
    plain = wire.decode_line(wire.encode_line(wire.to_plain(request)))
    assert wire.from_plain(plain, BringRequest) == request


def test_a_paste_of_50_mb_is_quick_and_whole(paths: Paths) -> None:
    text = "A joke of some fifty characters, with an ä in it.\n" * 1_000_000
    started = time.monotonic()
    summary = paste(paths, text)
    assert time.monotonic() - started < 5
    assert summary.file.stat().st_size == len(text.encode())


def test_a_cancelled_paste_leaves_nothing(paths: Paths) -> None:
    context = RecordingContext(paths)
    context.request_stop(Stop.CANCEL)
    with pytest.raises(JobCancelled):
        bring(BringRequest(text="A joke.\n"), context)
    assert leftovers(paths) == []


def test_a_full_disk_is_an_error_and_leaves_nothing(paths: Paths, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        small = Paths(disk / "home")
        with pytest.raises(OSError, match="No space left"):
            paste(small, "A joke on a full disk.\n" * 100_000)
        assert leftovers(small) == []
