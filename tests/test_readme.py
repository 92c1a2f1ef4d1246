"""The README's tree names every file, and its pictures are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def tree_of_readme() -> set[str]:
    """Paths of the files in the README's tree, by its indentation."""
    block = README.split("## The tree", 1)[1].split("```", 2)[1]
    paths: set[str] = set()
    folders: list[str] = []
    for line in block.strip("\n").splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        name = line.split()[0]
        del folders[depth:]
        if name.endswith("/"):
            folders.append(name)
        else:
            paths.add("".join(folders) + name)
    return paths


def test_the_tree_has_a_line_for_every_file_and_no_other() -> None:
    top = ("main.py", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", ".gitignore")
    below = [
        path.relative_to(ROOT).as_posix()
        for folder in ("jokegen", "resources", "tests", ".ci")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not path.name.endswith(".pyc")
    ]
    files = {
        name
        for name in [*top, *below]
        if not name.startswith(("resources/icons/", "resources/pictures/"))
        and (not name.endswith("/__init__.py") or name == "jokegen/__init__.py")
    }
    assert tree_of_readme() == files


def test_the_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^]]+]\(([^)]+)\)", README)
    assert pictures
    for picture in pictures:
        assert (ROOT / picture).is_file(), picture
