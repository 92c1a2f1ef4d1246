"""Loads the libraries of the next job ahead of time: a person waits for the job, not for them."""

from __future__ import annotations

import importlib

_LOOK = ("numpy", "pyarrow.compute", "jokegen.data.importing", "jokegen.data.doctor.examining")
_IMPORT = (*_LOOK, "datasets")


def get_ready_to_look() -> None:
    """For previews and examinations; about a second."""
    for name in _LOOK:
        importlib.import_module(name)
    importlib.import_module("jokegen.data.doctor.examining").get_ready()


def get_ready_to_import() -> None:
    """For saving a data set; a second or two."""
    for name in _IMPORT:
        importlib.import_module(name)
