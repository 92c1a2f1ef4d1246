"""The list of base models: what is in it, and that asking for it is quick."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jokegen import storage
from jokegen.config.paths import Paths
from jokegen.errors import JokegenError
from jokegen.lm.catalogue import find_base_model, list_base_models, load_catalogue

SEPARATOR = "<|endoftext|>"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path)


def save_base_model(folder: Path, **facts: Any) -> Path:
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"x" * 100)
    storage.write_manifest(folder, kind="base_model", **facts)
    return folder


def test_the_catalogue_has_the_starter_first_and_the_classics() -> None:
    entries = load_catalogue()
    assert [entry.id for entry in entries] == [
        "starter",
        "gpt2",
        "distilgpt2",
        "gpt2-medium",
        "smollm2-135m",
    ]
    for entry in entries:
        assert (entry.package is None) == bool(entry.hub)
        assert entry.separator == SEPARATOR
        assert entry.good_for.endswith(".")
        assert entry.licence in ("MIT", "Apache-2.0")
        assert 5e7 < entry.parameters < 1e9
        assert 5e7 < entry.download_bytes <= entry.disk_bytes < 3e9


def test_nothing_is_here_in_an_empty_data_folder_and_nothing_is_made(paths: Paths) -> None:
    assert [info.is_here for info in list_base_models(paths)] == [False] * 5
    assert list(paths.home.iterdir()) == []


def test_a_whole_model_is_here_and_a_damaged_one_is_not(paths: Paths) -> None:
    folder = save_base_model(paths.models / "gpt2", title="GPT-2")
    info = find_base_model(paths, "gpt2")
    assert info.is_here
    assert info.path == folder
    (folder / "model.safetensors").write_bytes(b"x" * 50)
    info = find_base_model(paths, "gpt2")
    assert not info.is_here
    assert info.path is None


def test_a_folder_of_another_kind_is_no_base_model(paths: Paths) -> None:
    folder = paths.models / "gpt2"
    folder.mkdir(parents=True)
    storage.write_manifest(folder, kind="run")
    assert not find_base_model(paths, "gpt2").is_here


def test_somebodys_own_base_model_is_listed_after_the_catalogue(paths: Paths) -> None:
    save_base_model(paths.models / "mine", title="My own", parameters=7)
    info = list_base_models(paths)[-1]
    assert (info.id, info.title, info.parameters, info.disk_bytes) == ("mine", "My own", 7, 100)
    assert find_base_model(paths, "mine") == info


def test_an_unknown_id_names_the_existing_ones(paths: Paths) -> None:
    with pytest.raises(JokegenError) as caught:
        find_base_model(paths, "gpt5")
    assert "“gpt5”" in caught.value.happened
    assert "starter, gpt2, distilgpt2, gpt2-medium, smollm2-135m" in caught.value.todo


def test_listing_needs_no_language_model_library(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from jokegen.config.paths import Paths\n"
        "from jokegen.lm.catalogue import list_base_models\n"
        "import jokegen.lm.fetching\n"
        "assert len(list_base_models(Paths.default())) == 5\n"
        "print({'torch', 'transformers', 'huggingface_hub', 'numpy', 'gguf'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
