"""Several files and folders become one table; what cannot be read is named and costs no other."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jokegen.config.paths import Paths
from jokegen.data.importing import import_jokes
from jokegen.data.store import load_jokes
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import Format, ImportRequest, Misfits, ReadOptions, Recipe
from jokegen.jobs.events import Notice
from tests.data.conftest import Found, read_all
from tests.data.workbooks import TEXT, write_xlsx

LONG = "A joke that is as long as jokes usually are, number {}."


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def notices(found: Found) -> list[str]:
    return [event.text for event in found.context.events if isinstance(event, Notice)]


def test_files_with_the_same_columns_follow_one_another(tmp_path: Path) -> None:
    paths = [
        write(
            tmp_path,
            f"{part}.csv",
            "id,joke\n" + "".join(f"{i},{part} {i}\n" for i in range(5_000)),
        )
        for part in "cab"
    ]
    found = read_all(*paths)
    assert found.columns == ("id", "joke")
    assert [row[1] for row in found.rows] == [f"{part} {i}" for part in "cab" for i in range(5_000)]
    assert set(found.sizes[:-1]) == {4_096}
    assert [(file.path, file.rows) for file in found.files] == [(path, 5_000) for path in paths]
    assert found.understood.startswith("3 files, the first as CSV, separated by commas")
    assert found.options.format is Format.CSV


def test_the_jokes_of_files_of_all_kinds_come_into_one_column(tmp_path: Path) -> None:
    jokes = iter([LONG.format(i) for i in range(99)])
    paths = [
        write(tmp_path, "a.csv", f"id,joke\n1,{next(jokes)}\n2,{next(jokes)}\n"),
        write(tmp_path, "b.txt", f"{next(jokes)}\n{next(jokes)}\n"),
        write(tmp_path, "c.csv", f"{next(jokes)}\n{next(jokes)}\n"),
        write(tmp_path, "d.json", json.dumps([next(jokes), next(jokes)])),
        write(tmp_path, "e.csv", f"ID;Joke\n3;{next(jokes)}\n4;{next(jokes)}\n"),
        write(tmp_path, "f.jsonl", json.dumps({"text": next(jokes), "score": 5})),
        tmp_path / "g.parquet",
        tmp_path / "h.xlsx",
    ]
    pq.write_table(pa.table({"joke ": [next(jokes)]}), paths[6])
    write_xlsx(paths[7], f'<row r="1">{TEXT.format("A1", "Witz")}</row>'
               f'<row r="2">{TEXT.format("A2", next(jokes))}</row>')  # fmt: skip
    found = read_all(*paths)
    assert found.columns == ("id", "joke", "score")
    assert [row[1] for row in found.rows] == [LONG.format(i) for i in range(13)]
    assert [row[0] for row in found.rows] == ["1", "2", *[""] * 6, "3", "4", *[""] * 3]
    assert found.rows[10][2] == "5"
    assert found.questions == [
        "The jokes of “f.jsonl” are in “text”; they were put into “joke”, as in “a.csv”. Is this "
        "right?"
    ]


def test_such_a_pile_is_imported_without_a_loss(tmp_path: Path) -> None:
    paths = (
        write(tmp_path, "a.csv", f"id,joke\n1,{LONG.format(1)}\n"),
        write(tmp_path, "b.txt", f"{LONG.format(2)}\n{LONG.format(3)}\n"),
        write(tmp_path, "c.jsonl", json.dumps({"n": 1, "body": LONG.format(4)})),
    )
    context = RecordingContext(Paths(tmp_path / "home"))
    summary = import_jokes(ImportRequest(paths, recipe=Recipe(fixes=())), context)
    assert summary.dropped == {}
    kept = [joke for part in load_jokes(context.paths, summary.dataset) for joke in part]
    assert sorted(kept) == [LONG.format(i) for i in range(1, 5)]


def test_two_part_jokes_of_several_files_stay_two_parts(tmp_path: Path) -> None:
    one = write(tmp_path, "a.csv", "setup,punchline\nWhy is that so?,Because it is.\n")
    two = write(tmp_path, "b.csv", "n,question,answer\n1,What is that here?,Nothing much.\n")
    found = read_all(one, two)
    assert found.columns == ("setup", "punchline", "n")
    assert [row[:2] for row in found.rows] == [
        ("Why is that so?", "Because it is."), ("What is that here?", "Nothing much."),
    ]  # fmt: skip


def test_a_file_without_jokes_does_not_mix_its_numbers_into_them(tmp_path: Path) -> None:
    one = write(
        tmp_path, "a.csv", "id,joke\n" + "".join(f"{i},{LONG.format(i)}\n" for i in range(9))
    )
    two = write(
        tmp_path, "b.csv", "rating,stamp\n" + "".join(f"{i},2020-01-0{i}\n" for i in range(9))
    )
    found = read_all(one, two)
    assert found.columns == ("id", "joke", "rating", "stamp")
    assert all(row[1] == "" for row in found.rows[9:])


BAD = {
    "empty.csv": "",
    "page.csv": "<html><body>joke",
    "broken.json": '["a" "b"]',
    "image.png": "\x89PNG",
    "blank.txt": "\n\n",
}


@pytest.mark.parametrize("policy", [Misfits.REPAIR, Misfits.SKIP])
def test_one_bad_file_is_named_and_the_others_are_read(tmp_path: Path, policy: Misfits) -> None:
    good = [write(tmp_path, f"{name}.csv", f"id,joke\n1,{name}\n") for name in ("first", "last")]
    bad = [write(tmp_path, name, content) for name, content in BAD.items()]
    found = read_all(good[0], *bad, tmp_path / "missing.csv", good[1], misfits=policy)
    assert [row[1] for row in found.rows] == ["first", "last"]
    assert [(m.file, m.line, m.done) for m in found.misfits] == [
        (name, 0, "left out") for name in ("empty.csv", "missing.csv", *list(BAD)[1:])
    ]
    assert all(m.problem.startswith("could not be read: ") for m in found.misfits)
    assert [file.path.name for file in found.files] == ["first.csv", "last.csv"]
    warnings = [text for text in notices(found) if "seems to be a web page" in text]
    assert len(warnings) == 1


def test_one_bad_file_stops_everything_where_that_is_wanted(tmp_path: Path) -> None:
    good = write(tmp_path, "good.csv", "joke\nx y\n")
    bad = write(tmp_path, "page.csv", BAD["page.csv"])
    with pytest.raises(JokegenError, match=r"“page\.csv” is not text"):
        read_all(good, bad, misfits=Misfits.STOP)


def test_a_pile_of_bad_files_says_why(tmp_path: Path) -> None:
    bad = [write(tmp_path, name, content) for name, content in BAD.items()]
    with pytest.raises(
        JokegenError, match=r"None of these files can be read\. The file “empty\.csv”"
    ):
        read_all(*bad)


def test_a_file_that_breaks_in_the_middle_keeps_what_was_read(tmp_path: Path) -> None:
    table = pa.table({"joke": [LONG.format(i) for i in range(60_000)]})
    pq.write_table(table, tmp_path / "b.parquet", row_group_size=10_000, use_dictionary=False)
    content = bytearray((tmp_path / "b.parquet").read_bytes())
    at = len(content) // 2
    content[at : at + 50_000] = bytes(50_000)
    (tmp_path / "b.parquet").write_bytes(content)
    one = write(tmp_path, "a.csv", "joke\nx y z\n")
    three = write(tmp_path, "c.csv", "joke\nthe very last\n")
    found = read_all(one, tmp_path / "b.parquet", three)
    assert found.rows[0] == ("x y z",)
    assert found.rows[-1] == ("the very last",)
    assert 10_000 < len(found.rows) < 60_002
    (misfit,) = found.misfits
    assert (misfit.file, misfit.line) == ("b.parquet", 0)


def test_questions_name_the_file_they_are_about(tmp_path: Path) -> None:
    one = write(tmp_path, "a.csv", f"joke\n{LONG}\n")
    two = tmp_path / "b.csv"
    two.write_bytes(f"joke\n{LONG} Größe\n".encode("cp1252"))
    found = read_all(one, two)
    assert [question[:8] for question in found.questions] == ["“b.csv”:"]
    assert found.options.encoding == "cp1252"  # of all files that leave it open
    assert found.options.format is Format.CSV


def test_an_answer_goes_for_the_files_that_asked(tmp_path: Path) -> None:
    """To read all files in an encoding that one of them is in would spoil the letters of others."""
    sure = write(tmp_path, "a.csv", f"joke\n{LONG} Größe – “quoted”\n")
    asking = tmp_path / "b.csv"
    asking.write_bytes(f"joke\n{LONG} Größe\n".encode("cp1252"))
    for encoding in ("cp1252", ""):
        found = read_all(sure, asking, encoding=encoding)
        assert found.rows == [(f"{LONG} Größe – “quoted”",), (f"{LONG} Größe",)]
        assert found.questions == [] or encoding == ""
    assert read_all(sure, asking, encoding="cp1250").options.encoding == "cp1250"
    moppi = write(tmp_path, "c.csv", "Moppi\n" + f"{LONG}\n" * 9)
    headerless = write(tmp_path, "d.csv", "A first joke that is no name.\n" + f"{LONG}\n" * 9)
    found = read_all(headerless, moppi, has_header=True)
    assert found.rows[0] == ("A first joke that is no name.",)
    assert len(found.rows) == 19


def test_a_choice_goes_for_all_files_where_none_asks(tmp_path: Path) -> None:
    paths = [write(tmp_path, f"{n}.csv", f"joke\n{LONG.format(n)}\n") for n in "ab"]
    assert len(read_all(*paths, has_header=False).rows) == 4
    found = read_all(*paths, delimiter="|")
    assert (found.options.delimiter, len(found.rows)) == ("|", 2)


def test_a_pile_can_be_read_again_with_the_options_that_it_gives(tmp_path: Path) -> None:
    """As a data set does that is made again from its originals."""
    paths = [
        write(tmp_path, "a.csv", f"id;joke\n1;{LONG}\n"),
        write(tmp_path, "b.txt", f"{LONG}\nand another\n"),
        write(tmp_path, "c.json", json.dumps({"x": ["a", "b"], "jokes": [LONG, "the last joke"]})),
    ]
    first = read_all(*paths)
    again = read_all(*paths, **{
        name: getattr(first.options, name)
        for name in ("format", "encoding", "delimiter", "has_header", "separator", "list_key")
    })  # fmt: skip
    assert again.rows == first.rows
    assert len(again.rows) == 5


def test_folders_are_gone_through_with_all_inside(tmp_path: Path) -> None:
    folder = tmp_path / "my [jokes] 100%"
    write(folder, "b/1.csv", "joke\nthird\n")
    write(folder, "a.csv", "joke\nfirst\n")
    write(folder, "b/0.csv", "joke\nsecond\n")
    write(folder, "z/deep/er/x.txt", "fourth")
    for other in ("notes.docx", "b/empty.csv", "~$x.xlsx", "LICENSE"):
        write(folder, other, "" if "empty" in other else "x")
    for hidden in (".hidden.csv", ".git/x.csv", ".~lock.x.ods#"):
        write(folder, hidden, "joke\nhidden\n")
    found = read_all(folder)
    assert [row[0] for row in found.rows] == ["first", "second", "third", "fourth"]
    assert [file.path.relative_to(folder).as_posix() for file in found.files] == [
        "a.csv", "b/0.csv", "b/1.csv", "z/deep/er/x.txt",
    ]  # fmt: skip
    (notice,) = notices(found)
    assert notice.startswith("Passed over in “my [jokes] 100%”: ")
    for other in ("notes.docx", "b/empty.csv", "~$x.xlsx", "LICENSE"):
        assert f"“{other}”" in notice


def test_misfits_in_folders_say_where_the_file_is(tmp_path: Path) -> None:
    write(tmp_path / "jokes", "a/x.csv", "id,joke\n1,fine and long\n2,one,two\n")
    write(tmp_path / "jokes", "b/x.csv", "id,joke\n1,fine\n")
    assert [(m.file, m.line) for m in read_all(tmp_path / "jokes").misfits] == [("a/x.csv", 3)]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_links_in_a_circle_have_an_end(tmp_path: Path) -> None:
    folder = tmp_path / "jokes"
    write(folder, "a.csv", "joke\nfirst\n")
    (folder / "again").symlink_to(folder, target_is_directory=True)
    (folder / "me.csv").symlink_to(folder / "me.csv")
    (folder / "gone.csv").symlink_to(folder / "not there.csv")
    (folder / "linked.csv").symlink_to(folder / "a.csv")
    assert [row[0] for row in read_all(folder).rows] == ["first", "first"]


def test_a_folder_of_very_many_files_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    for number in range(1_500):
        write(folder, f"{number:04}.json", f'["joke number {number}"]')
    found = read_all(folder)
    assert [row[0] for row in found.rows] == [f"joke number {i}" for i in range(1_500)]


def test_more_files_than_the_system_opens_at_once_are_read(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        pq.write_table(pa.table({"joke": [f"joke {number}"], f"c{number % 2}": ["x"]}),
                       folder / f"{number:04}.parquet")  # fmt: skip
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/dev/fd")) + 40, hard))
    try:
        assert len(read_all(folder).rows) == 300
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are other there")
@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may read everything")
def test_a_file_that_one_may_not_read_is_named(tmp_path: Path) -> None:
    good = write(tmp_path, "a.csv", "joke\nx y\n")
    locked = write(tmp_path, "b.csv", "joke\nz\n")
    locked.chmod(0)
    assert read_all(good, locked).misfits[0].file == "b.csv"


@pytest.mark.parametrize(
    "name",
    ["a b.csv", "it's.csv", "“q”.csv", "[x].csv", "50%.csv", "#1.csv", "😂.csv", "a\nb.csv",
     "-x.csv", "{joke}.csv", "*.csv", "a..csv", "CON .csv", "ä" * 80 + ".csv"],
)  # fmt: skip
def test_any_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    if sys.platform == "win32" and set(name) & set('*\n"'):
        pytest.skip("no such names there")
    path = write(tmp_path, name, "id,joke\n1,ha ha\n2,three,four\n")
    found = read_all(path)
    assert found.rows == [("1", "ha ha"), ("2", "three,four")]
    assert found.misfits[0].file == name
    context = RecordingContext(Paths(tmp_path / "home"))
    assert import_jokes(ImportRequest((path,), options=ReadOptions()), context).kept == 2


@pytest.mark.parametrize("name", ["jokes", "jokes.log", "jokes.csv.bak", "fortunes.dat", "README"])
def test_a_text_without_a_known_ending_is_read_as_text_if_it_was_named(
    tmp_path: Path, name: str
) -> None:
    assert read_all(write(tmp_path, name, "one joke\nand another\n")).rows == [
        ("one joke",), ("and another",),
    ]  # fmt: skip
