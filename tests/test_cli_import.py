"""`jokegen import` and `jokegen datasets`: every option, the whole report, sentences."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jokegen import cli
from jokegen.commands.running import DONE, FAILED
from jokegen.config.paths import Paths
from jokegen.data.store import load_jokes
from jokegen.model_service import ModelService

Run = Callable[..., tuple[int, str, str]]
RunJson = Callable[..., dict[str, Any]]

SETUPS = [f"Why did animal number {i} cross the wide road today" for i in range(20)]


@pytest.fixture
def run(paths: Paths, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.setenv("JOKEGEN_HOME", str(paths.home))

    def run(*arguments: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = cli.main(arguments)
        return (code, *capfd.readouterr())

    return run


@pytest.fixture
def run_json(run: Run) -> RunJson:
    def run_json(*arguments: str) -> dict[str, Any]:
        code, out, err = run(*arguments, "--json")
        assert code == DONE, err
        value: dict[str, Any] = json.loads(out)
        return value

    return run_json


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Two parts of a joke, some faults, a repeated row, and one that does not fit."""
    path = tmp_path / "pairs.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "setup", "punchline"))
        for i, setup in enumerate(SETUPS):
            fault = " <b>now</b>" if i == 3 else "  and  again" if i == 4 else ""
            writer.writerow((i, f"{setup}?{fault}", f"To get to side {i}."))
        writer.writerow((0, f"{SETUPS[0]}?", "To get to side 0."))
        writer.writerow((98, "Short?", "Yes."))
        file.write("99,one field too few\r\n")
    return path


def jokes(paths: Paths, name: str) -> list[str]:
    train, validation = load_jokes(paths, name)
    return train + validation


def test_the_report_has_everything_that_the_window_shows(
    run_json: RunJson, paths: Paths, pairs: Path
) -> None:
    told = run_json("import", str(pairs), "--fix", "html", "--min-words", "4")
    assert told["dataset"] == "pairs"
    assert told["kept"] == told["train"] + told["validation"] == 21
    assert told["dropped"] == {"too short": 1, "repeated": 1}
    assert told["changed"] == {"html": 1}
    assert told["understood"].startswith("CSV, separated by commas, first line is the header")
    assert (told["columns"], told["template"]) == (["setup", "punchline"], "{setup} {punchline}")
    assert told["misfit_count"] == 1
    assert told["misfits"][0]["line"] == 24
    reading = told["reading"]
    assert reading["rows"] == 23
    assert reading["options"]["delimiter"] == ","
    assert reading["files"][0]["path"] == str(pairs)
    assert len(reading["files"][0]["sha256"]) == 64
    assert "table" not in reading
    report = told["report"]
    found = {finding["kind"]: finding["count"] for finding in report["findings"]}
    assert found["spaces"] == 1
    assert "jokes" in report["verdict"]["text"]
    assert report["statistics"]["jokes"] == 21
    assert list(paths.previews.iterdir()) == []


def test_the_report_in_words(run: Run, pairs: Path) -> None:
    code, out, err = run("import", str(pairs))
    assert code == DONE
    assert out.splitlines()[:3] == [
        "Read as CSV, separated by commas, first line is the header, UTF-8.",
        "Each joke is {setup} {punchline}.",
        "Rows that did not fit: 1.",
    ]
    assert (
        "Saved “pairs”: 22 jokes (1 repeated left out), 20 to learn from, 2 to check with." in out
    )
    assert "Could be mended or left out: html 1, spaces 1" in out
    assert "pairs.csv, line 24: has 2 fields instead of 3; repaired." in err
    code, out, _ = run("import", str(pairs), "--no-report")
    assert "Could be" not in out
    assert out.splitlines()[-1].startswith("Saved “pairs 2”")


def test_rows_that_do_not_fit_can_be_listed_left_out_or_refused(
    run: Run, run_json: RunJson, pairs: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "misfits.csv"
    told = run_json("import", str(pairs), "--misfits", "skip", "--misfits-to", str(listed))
    assert told["kept"] == 21
    assert "line 24" in listed.read_text(encoding="utf-8-sig").replace(",24,", ",line 24,")
    code, _, err = run("import", str(pairs), "--misfits", "stop")
    assert code == FAILED
    assert "Line 24 of “pairs.csv”" in err
    (tmp_path / "good.txt").write_text("one joke\nanother joke\n")
    _, _, err = run("import", str(tmp_path / "good.txt"), "--misfits-to", str(tmp_path / "none"))
    assert "All rows fitted" in err
    assert not (tmp_path / "none").exists()


def test_a_template_can_hold_new_lines(
    run: Run, run_json: RunJson, paths: Paths, pairs: Path
) -> None:
    template = r"{setup}\n{punchline}"  # as a shell hands it over
    told = run_json("import", str(pairs), "--template", template, "--name", "lines")
    assert told["template"] == "{setup}\n{punchline}"
    train, validation = load_jokes(paths, "lines")
    assert f"{SETUPS[1]}?\nTo get to side 1." in train + validation
    _, out, _ = run("datasets", "show", "lines")
    assert "Each joke is {setup} ↵ {punchline}." in out


def test_columns_and_template(run_json: RunJson, paths: Paths, pairs: Path, tmp_path: Path) -> None:
    told = run_json("import", str(pairs), "--column", "punchline", "--name", "one")
    assert told["template"] == "{punchline}"
    told = run_json("import", str(pairs), "--column", "punchline, setup", "--name", "two")
    assert told["columns"] == ["punchline", "setup"]
    run_json("import", str(pairs), "--template", "{setup} - {punchline}", "--name", "three")
    assert f"{SETUPS[0]}? - To get to side 0." in jokes(paths, "three")
    odd = tmp_path / "odd.csv"
    odd.write_text('id,"joke, the"\n' + "".join(f'{i},"a b c {i}"\n' for i in range(5)))
    assert run_json("import", str(odd), "--column", "joke, the")["columns"] == ["joke, the"]


def test_how_a_file_is_read_can_be_said(run_json: RunJson, paths: Paths, tmp_path: Path) -> None:
    path = tmp_path / "a.dat"
    path.write_bytes("\n".join(f"für {i}|{i}" for i in range(12)).encode("cp1252"))
    told = run_json(
        "import", str(path), "--format", "csv", "--encoding", "cp1252", "--delimiter", "|",
        "--header", "no", "--column", "Column 1",
    )  # fmt: skip
    assert told["kept"] == 12
    assert "für 3" in jokes(paths, "a")
    tabs = tmp_path / "tabs.csv"
    tabs.write_text("".join(f"a joke {i}\t{i}\n" for i in range(12)))
    assert run_json("import", str(tabs), "--delimiter", "\\t")["kept"] == 12
    assert run_json("import", str(tabs), "--delimiter", "none")["reading"]["columns"] != []
    text = tmp_path / "a.txt"
    text.write_text("one\nmore\n%%\ntwo\n%%\nthree\n")
    assert run_json("import", str(text), "--separator", "%%")["kept"] == 3
    assert run_json("import", str(text), "--separator", "line")["dropped"] == {"repeated": 1}
    nested = tmp_path / "a.json"
    nested.write_text(json.dumps({"x": ["a b", "c d"], "y": {"z": ["e f", "g h", "i j"]}}))
    assert run_json("import", str(nested), "--list", "y.z")["kept"] == 3


def test_sheets_and_compressed_files(run_json: RunJson, tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["not here"])
    sheet = book.create_sheet("Jokes")
    for i in range(6):
        sheet.append([f"a joke in a sheet {i}"])
    book.save(tmp_path / "book.xlsx")
    told = run_json("import", str(tmp_path / "book.xlsx"), "--sheet", "Jokes", "--header", "no")
    assert told["kept"] == 6
    (tmp_path / "z.txt.gz").write_bytes(gzip.compress(b"one joke\ntwo jokes\n"))
    assert run_json("import", str(tmp_path / "z.txt.gz"))["kept"] == 2


def test_what_is_left_out(run_json: RunJson, paths: Paths, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    words = "one two three four five six seven eight nine ten eleven twelve thirteen"
    near = [f"{words} fourteen fifteen sixteen", f"{words} fourteen fifteen sixty"]
    lines = [*near, "only two", "word " * 60, *(f"{s} {i}." for i, s in enumerate(SETUPS))]
    path.write_text("\n".join(lines))
    told = run_json(
        "import", str(path), "--near-duplicates", "--min-words", "3", "--max-tokens", "40"
    )
    assert told["dropped"]["too short"] == 1
    assert told["dropped"]["too long"] == 1
    assert told["dropped"]["nearly the same"] >= 1
    strict = run_json("import", str(path), "--near-duplicates", "1", "--name", "strict")
    assert strict["kept"] > told["kept"]
    part = run_json("import", str(path), "--limit", "10", "--validation", "0.3", "--seed", "3")
    assert (part["kept"], part["validation"]) == (10, 3)
    again = run_json("import", str(path), "--limit", "10", "--validation", "0.3", "--seed", "3")
    assert jokes(paths, part["dataset"]) == jokes(paths, again["dataset"])
    other = run_json("import", str(path), "--limit", "10", "--seed", "4")
    assert sorted(jokes(paths, other["dataset"])) != sorted(jokes(paths, part["dataset"]))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--fix", "html,shine"), "There is no fix called “shine”"),
        (("--fix", "near-duplicates"), "Use --near-duplicates."),
        (("--validation", "0.7"), "A validation share of 0.7 is not possible"),
        (("--delimiter", "ab"), "“ab” is not a delimiter"),
        (("--delimiter", '"'), "is not a delimiter"),
        (("--encoding", "klingon"), "klingon"),
        (("--column", "Witz"), "has no column “Witz”"),
        (("--template", "nothing"), "names no column"),
        (("--template", "{nowhere}"), "“nowhere”"),
        (("--name", " "), "needs a name"),
        (("--name", "taken"), "named “taken” already"),
        (("--misfits-to", "/no/such/folder/a.csv"), "no/such/folder"),
    ],
)
def test_bad_values_get_a_sentence_and_leave_nothing(
    run: Run, paths: Paths, pairs: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    run("import", str(pairs), "--name", "taken")
    code, out, err = run("import", str(pairs), *arguments, "--json")
    assert (code, out) == (FAILED, "")
    assert sentence in err.splitlines()[-1]
    assert "Traceback" not in err
    assert [info.name for info in ModelService(paths).datasets()] == ["taken"]
    assert list(paths.previews.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [("--near-duplicates", "0.2"), ("--near-duplicates", "x"), ("--min-words", "0"),
     ("--limit", "-1"), ("--format", "doc"), ("--header", "maybe"), ("--misfits", "hide"),
     ("--validation", "0"), ("--validation", "nan")],
)  # fmt: skip
def test_values_that_cannot_be_are_wrong_usage(
    run: Run, pairs: Path, arguments: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        run("import", str(pairs), *arguments)


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        (("-", "a.csv"), "“-” cannot be imported together with others"),
        (("hub:a/b", "https://x.example/y.csv"), "cannot be imported together"),
        (("dataset:a", "b.csv"), "cannot be imported together"),
        (("dataset:none",), "There is no data set named “none”"),
    ],
)
def test_sources_that_do_not_go_together_get_a_sentence(
    run: Run, sources: tuple[str, ...], sentence: str
) -> None:
    code, out, err = run("import", *sources)
    assert (code, out) == (FAILED, "")
    assert sentence in err


def test_standard_input_is_a_source(
    run: Run, run_json: RunJson, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("jokegen.data.bringing.bringing")
    text = "one joke about é\r\nanother joke\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    told = run_json("import", "-", "--name", "piped", "--format", "text")
    assert told["kept"] == 2
    assert "one joke about é" in jokes(paths, "piped")
    info = ModelService(paths).dataset("piped")
    assert info.lineage.origin
    assert ModelService(paths).request_to_remake("piped").sources[0].is_file()
    # Bytes that are not UTF-8 are understood as those of a file are.
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("für\nalle\n".encode("cp1252"))))
    told = run_json("import", "-", "--name", "other", "--format", "text", "--encoding", "cp1252")
    assert sorted(jokes(paths, "other")) == ["alle", "für"]
    assert told["understood"].endswith("Western European (Windows-1252)")


def test_data_sets_are_joined_shown_exported_made_again_deleted_and_restored(
    run: Run, run_json: RunJson, paths: Paths, pairs: Path, tmp_path: Path
) -> None:
    (tmp_path / "b.txt").write_text("\n".join(f"{s} {i}." for i, s in enumerate(SETUPS)))
    run_json("import", str(pairs), "--name", "A")
    run_json("import", str(tmp_path / "b.txt"), "--name", "B")
    told = run_json("import", "dataset:a", "dataset:B", "--name", "Both")
    assert told["kept"] == 42
    shown = run_json("datasets", "show", "both")
    assert shown["name"] == "Both"
    assert [(step["name"], step["generation"]) for step in shown["history"]] == [
        ("Both", 0), ("A", 1), ("B", 1)
    ]  # fmt: skip
    assert run_json("datasets", "show", "A")["descendants"] == ["Both"]
    _, out, _ = run("datasets", "show", "Both")
    assert "- Made of “A”, “B”." in out
    assert f"  - Read from “{pairs}”" in out
    again = run_json("datasets", "remake", "Both", "--name", "Both again")
    assert again["dataset"] == "Both again"
    assert load_jokes(paths, "Both again") == load_jokes(paths, "Both")
    exported = run_json("datasets", "export", "Both", str(tmp_path / "out.jsonl"))
    assert exported["jokes"] == 42
    code, _, err = run("datasets", "export", "Both", str(tmp_path / "out"))
    assert (code, "Let it end in" in err) == (FAILED, True)
    assert run_json("datasets", "export", "A", str(tmp_path / "x"), "--format", "csv")["jokes"]
    assert (tmp_path / "x.csv").is_file()
    deleted = run_json("datasets", "delete", "A")
    code, _, err = run("datasets", "remake", "Both")
    assert (code, "The data set “A”, of which “Both” was made" in err) == (FAILED, True)
    assert run_json("datasets", "restore", deleted["handle"])["name"] == "A"
    code, out, _ = run("datasets", "remake", "Both")
    assert (code, "Saved “Both 2”" in out) == (DONE, True)
    pairs.unlink()
    code, _, err = run("datasets", "remake", "A")
    assert (code, "pairs.csv” is not there any more." in err) == (FAILED, True)
