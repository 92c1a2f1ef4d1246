"""A process that keeps its memory touches no fresh pages when it asks for as much again."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_ASKS_AGAIN_AND_AGAIN = """
import resource, sys
from jokegen.lm.memory import keep_memory
if sys.argv[1] == "keep":
    assert keep_memory()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
def ask():
    return bytearray(b"x") * 60_000_000
ask()
before = faults()
for _ in range(5):
    ask()
print(faults() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the GNU C library can be told")
def test_memory_that_is_asked_for_again_costs_no_page_faults() -> None:
    faults = {}
    for how in ("keep", "give back"):
        told = subprocess.run(
            [sys.executable, "-c", _ASKS_AGAIN_AND_AGAIN, how],
            env={"GLIBC_TUNABLES": "glibc.malloc.hugetlb=0"},
            capture_output=True,
            text=True,
            check=True,
        )
        faults[how] = int(told.stdout)
    assert faults["give back"] > 50_000
    assert faults["keep"] < 1_000
