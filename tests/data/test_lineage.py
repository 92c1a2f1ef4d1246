"""How data sets came to be: told, followed back, and enough to make the very same again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.data.importing import import_jokes, preview
from jokegen.data.store import find_dataset, list_datasets, load_jokes
from jokegen.errors import JokegenError
from jokegen.jobs.context import RecordingContext
from jokegen.jobs.dataset_requests import (
    Edit,
    Fix,
    FixKind,
    ImportRequest,
    PreviewRequest,
    ReadOptions,
    Recipe,
)
from jokegen.model_service import ModelService
from jokegen.records import Ancestor, AppliedFix, Lineage

WORDS = ("duck", "bar", "horse", "wife", "boss", "cat", "dog", "road", "bulb", "priest", "time")


def jokes_file(folder: Path, name: str = "jokes.csv", seed: int = 0, rows: int = 60) -> Path:
    """Jokes in a column "joke" beside others, some with faults."""
    import random

    dice = random.Random(seed)
    lines = ["id,joke,score"]
    for i in range(rows):
        words = " ".join(dice.choices(WORDS, k=dice.randrange(5, 12)))
        fault = {0: " <b>bold</b>", 1: " &amp; more", 2: "  two  blanks"}.get(i % 10, "")
        lines.append(f'{i},"{words} s{seed}n{i}{fault}",{i % 5}')
    lines.append(lines[1])  # a repeated one
    path = folder / name
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def bare(lineage: Lineage) -> Lineage:
    """Without what names or places may change in."""
    return replace(lineage, sources=(), request={}, parents=(), copy_of=None)


def made_again(paths: Paths, name: str) -> str:
    """Make a data set again; both have the same jokes in the same order on the same sides."""
    request = ModelService(paths).request_to_remake(name)
    summary = import_jokes(request, RecordingContext(paths))
    assert summary.dataset != name
    assert load_jokes(paths, summary.dataset) == load_jokes(paths, name)
    old, new = find_dataset(paths, name), find_dataset(paths, summary.dataset)
    assert new.dropped == old.dropped
    assert new.id != old.id
    assert bare(new.lineage) == bare(old.lineage)
    assert [p.id for p in new.lineage.parents] == [p.id for p in old.lineage.parents]
    assert [s.sha256 for s in new.lineage.sources] == [s.sha256 for s in old.lineage.sources]
    return summary.dataset


def test_a_data_set_tells_what_was_done(tmp_path: Path, context: RecordingContext) -> None:
    source = jokes_file(tmp_path)
    recipe = Recipe(
        (Fix(FixKind.HTML), Fix(FixKind.TOO_SHORT, 6.0), Fix(FixKind.EXACT_DUPLICATES)),
        (Edit(3, text="A better joke, as long as others are, by hand."), Edit(4)),
    )
    import_jokes(ImportRequest((source,), name="A", recipe=recipe, limit=30), context)
    info = find_dataset(context.paths, "A")
    lineage = info.lineage
    assert [(s.path, s.bytes, s.rows) for s in lineage.sources] == [
        (str(source), source.stat().st_size, 61)
    ]
    import hashlib

    assert lineage.sources[0].sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert (lineage.columns, lineage.template) == (("joke",), "{joke}")
    assert (lineage.edits, lineage.limit, lineage.misfits) == (2, 30, 0)
    assert lineage.fixes[0] == AppliedFix("html", 13)
    assert lineage.fixes[1].kind == "too-short"
    assert lineage.fixes[1].limit == 6.0
    assert lineage.fixes[2] == AppliedFix("exact-duplicates", info.dropped["repeated"])
    (step,) = ModelService(context.paths).history("a")
    assert (step.name, step.generation, step.info) == ("A", 0, info)
    text = "\n".join(step.lines)
    for words in (
        f"Read from “{source}” (", "61 rows", "in the column “joke”", "Mended: HTML 13.",
        "by hand: 2.", "Left out: ", "shorter than 6 words", "A random part was taken: 30 jokes.",
        "Saved on ", "by Jokegen",
    ):  # fmt: skip
        assert words in text
    source.unlink()
    (step,) = ModelService(context.paths).history("a")
    assert "not there any more" in step.lines[0]


def test_rows_that_did_not_fit_are_part_of_the_lineage(
    tmp_path: Path, context: RecordingContext
) -> None:
    path = tmp_path / "a.csv"
    rows = [f"{i},a joke of some words {i},{i}" for i in range(20)]
    path.write_text("\n".join(["id,joke,n", *rows, "1"]), encoding="utf-8")
    summary = import_jokes(ImportRequest((path,)), context)
    assert summary.misfit_count == 1
    assert find_dataset(context.paths, "a").lineage.misfits == 1
    made_again(context.paths, "a")


def test_remaking_gives_the_same_from_a_file(tmp_path: Path, context: RecordingContext) -> None:
    import_jokes(ImportRequest((jokes_file(tmp_path),), name="A"), context)
    assert made_again(context.paths, "A") == "A 2"
    assert made_again(context.paths, "A 2") == "A 2 2"


def test_remaking_gives_the_same_after_fixes_edits_and_a_random_part(
    tmp_path: Path, context: RecordingContext
) -> None:
    recipe = Recipe(
        (
            Fix(FixKind.HTML),
            Fix(FixKind.SPACES),
            Fix(FixKind.TOO_SHORT, 6.0),
            Fix(FixKind.EXACT_DUPLICATES),
            Fix(FixKind.NEAR_DUPLICATES, 0.7),
        ),
        (
            Edit(3, text="By hand, in “quotes”, with\na second line 😂."),
            Edit(4),
            Edit(5, is_kept=True),
        ),
    )
    source = jokes_file(tmp_path)
    table = preview(PreviewRequest((source,)), context).table
    import_jokes(
        ImportRequest(
            name="A", table=table, recipe=recipe, limit=31, seed=7, validation_share=0.25,
            columns=("joke", "score"), template="{joke} ({score})",
        ),
        context,
    )  # fmt: skip
    again = made_again(context.paths, "A")
    train, validation = load_jokes(context.paths, again)
    jokes = train + validation
    assert len(jokes) == 31
    assert all(joke.endswith(")") or "By hand" in joke for joke in jokes)


def test_remaking_gives_the_same_from_a_kept_original(
    tmp_path: Path, context: RecordingContext
) -> None:
    brought = jokes_file(tmp_path, "brought.csv")
    import_jokes(ImportRequest((brought,), name="A", origin="pasted text"), context)
    brought.unlink()
    info = find_dataset(context.paths, "A")
    assert (info.path / "original" / "brought.csv").is_file()
    (step,) = ModelService(context.paths).history("A")
    assert step.lines[0] == "Brought from pasted text."
    assert step.lines[1].startswith("Read from “brought.csv” (")
    assert "kept with the data set" in step.lines[1]
    again = made_again(context.paths, "A")
    ModelService(context.paths).delete_dataset("A")
    made_again(context.paths, again)  # it has a copy of its own
    copy = "copied"
    ModelService(context.paths).duplicate_dataset(again, copy)
    made_again(context.paths, copy)


def test_remaking_gives_the_same_from_a_folder_of_different_files(
    tmp_path: Path, context: RecordingContext
) -> None:
    folder = tmp_path / "pile"
    folder.mkdir()
    jokes_file(folder, "a.csv", 1)
    second = jokes_file(folder, "b.csv", 2).read_text(encoding="utf-8")
    (folder / "b.csv").write_bytes(
        second.replace("duck", "dück").replace(",", ";").encode("cp1252")
    )
    table = preview(PreviewRequest((folder,)), context).table
    import_jokes(ImportRequest(name="A", table=table), context)
    assert any("dück" in joke for joke in load_jokes(context.paths, "A")[0])
    made_again(context.paths, "A")
    jokes_file(folder, "c.csv", 3)
    with pytest.raises(JokegenError, match=r"c.csv” was not among the originals"):
        import_jokes(ModelService(context.paths).request_to_remake("A"), context)
    assert len(list_datasets(context.paths)) == 2


def test_remaking_gives_the_same_from_parents_whatever_they_are_called_now(
    tmp_path: Path, context: RecordingContext
) -> None:
    service = ModelService(context.paths)
    for number, name in enumerate(("A", "B")):
        import_jokes(ImportRequest((jokes_file(tmp_path, seed=number),), name=name), context)
    import_jokes(ImportRequest(datasets=("a", "B"), name="Both", limit=80), context)
    info = find_dataset(context.paths, "Both")
    assert [parent.name for parent in info.lineage.parents] == ["A", "B"]
    service.rename_dataset("A", "Alpha")
    service.rename_dataset("B", "A")
    made_again(context.paths, "Both")
    import_jokes(ImportRequest(datasets=("Both",), name="Part", limit=20), context)
    steps = service.history("Part")
    assert [(step.name, step.generation) for step in steps] == [
        ("Part", 0), ("Both", 1), ("Alpha", 2), ("A", 2)
    ]  # fmt: skip
    assert "Made of “Alpha”, “A”." in steps[1].lines
    assert [info.name for info in service.descendants("Alpha")] == ["Both", "Both 2", "Part"]
    handle = service.delete_dataset("Alpha")
    with pytest.raises(JokegenError) as caught:
        service.request_to_remake("Both")
    assert "The data set “A”, of which “Both” was made" in caught.value.happened
    steps = service.history("Part")
    assert (steps[2].name, steps[2].info) == ("A", None)
    assert steps[2].lines == ("It is not there any more.",)
    service.restore_dataset(handle)
    made_again(context.paths, "Both")


def test_a_data_set_previewed_and_renamed_meanwhile_is_still_the_parent(
    tmp_path: Path, context: RecordingContext
) -> None:
    service = ModelService(context.paths)
    import_jokes(ImportRequest((jokes_file(tmp_path),), name="A"), context)
    first = find_dataset(context.paths, "A")
    table = preview(PreviewRequest(datasets=("A",)), context).table
    service.rename_dataset("A", "Old")
    import_jokes(ImportRequest((jokes_file(tmp_path, seed=5),), name="A"), context)
    import_jokes(ImportRequest(name="Part", table=table, limit=20), context)
    assert find_dataset(context.paths, "Part").lineage.parents == (Ancestor(first.id, "A"),)
    made_again(context.paths, "Part")


def test_a_copy_is_followed_back_to_what_it_is_a_copy_of(
    tmp_path: Path, context: RecordingContext
) -> None:
    service = ModelService(context.paths)
    import_jokes(ImportRequest((jokes_file(tmp_path),), name="A"), context)
    service.duplicate_dataset("A", "Copy")
    assert find_dataset(context.paths, "Copy").id != find_dataset(context.paths, "A").id
    steps = service.history("Copy")
    assert [step.name for step in steps] == ["Copy", "A"]
    assert steps[0].lines[0] == "A copy of “A”."
    assert [info.name for info in service.descendants("A")] == ["Copy"]
    request = service.request_to_remake("Copy", "Again")
    assert import_jokes(request, context).dataset == "Again"
    assert load_jokes(context.paths, "Again") == load_jokes(context.paths, "A")


def test_an_original_that_changed_or_is_gone_is_named(
    tmp_path: Path, context: RecordingContext
) -> None:
    service = ModelService(context.paths)
    source = jokes_file(tmp_path)
    content = source.read_text(encoding="utf-8")
    import_jokes(ImportRequest((source,), name="A"), context)
    source.write_text(content + "\n99,one more joke than before,1", encoding="utf-8")
    with pytest.raises(JokegenError, match="is not as it was when the data set was made") as caught:
        service.request_to_remake("A")
    assert str(source) in caught.value.happened
    assert "Put the old file back" in caught.value.todo
    # Of the same size: only its content tells.
    source.write_text(content.replace("duck", "dock"), encoding="utf-8")
    request = service.request_to_remake("A")
    with pytest.raises(JokegenError, match="is not as it was when the data set was made"):
        import_jokes(request, context)
    assert [info.name for info in list_datasets(context.paths)] == ["A"]
    source.unlink()
    with pytest.raises(JokegenError, match="is not there any more") as caught:
        service.request_to_remake("A")
    assert "Put it back" in caught.value.todo
    source.write_text(content, encoding="utf-8")
    made_again(context.paths, "A")


def test_how_a_file_is_read_is_remembered(tmp_path: Path, context: RecordingContext) -> None:
    path = tmp_path / "a.csv"
    rows = [f"einß{i} zwei drei {i};{i}" for i in range(20)]
    path.write_bytes("\n".join(rows).encode("cp1252"))
    options = ReadOptions(encoding="cp1252", delimiter=";", has_header=False)
    import_jokes(ImportRequest((path,), options=options, columns=("Column 1",)), context)
    request = ModelService(context.paths).request_to_remake("a")
    assert (request.options.encoding, request.options.delimiter) == ("cp1252", ";")
    made_again(context.paths, "a")


OLD = {
    "sources": [{"path": "/x/a.csv", "bytes": 5, "sha256": "ab", "rows": 3, "member": ""}],
    "parents": ["A"],
    "fixes": ["exact-duplicates", "a-fix-of-tomorrow"],
    "edits": 1,
    "request": {},
}


def test_manifests_of_older_versions_are_read(tmp_path: Path, context: RecordingContext) -> None:
    service = ModelService(context.paths)
    for name in ("A", "B"):
        import_jokes(ImportRequest((jokes_file(tmp_path, seed=len(name)),), name=name), context)
    info = find_dataset(context.paths, "B")
    manifest = storage.read_manifest(info.path)
    assert manifest is not None
    del manifest["id"]
    storage.write_json(info.path / storage.MANIFEST, {**manifest, "lineage": OLD})
    old = find_dataset(context.paths, "B")
    assert old.id == "b"
    assert old.lineage.parents == (Ancestor("", "A"),)
    assert old.lineage.fixes[0] == AppliedFix("exact-duplicates")
    assert [step.name for step in service.history("B")] == ["B", "A"]
    assert [info.name for info in service.descendants("A")] == ["B"]
    with pytest.raises(JokegenError, match="does not tell how it was made"):
        service.request_to_remake("B")
    oddities: tuple[object, ...] = (None, [], "x", {"sources": 5})
    for odd in oddities:
        storage.write_json(info.path / storage.MANIFEST, {**manifest, "lineage": odd})
        assert find_dataset(context.paths, "B").lineage == Lineage()
        assert service.history("B")[0].lines[0].startswith("Made of “")
    assert load_jokes(context.paths, "B")
