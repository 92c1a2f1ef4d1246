"""How many threads should write jokes, and should idle ones spin: alone and beside a busy process.

    python -m tests.benchmarks.threads [ROUNDS] [TOKENS]

The starter model of JOKEGEN_HOME writes three jokes of TOKENS tokens (15) with one thread and
with two, under OMP_WAIT_POLICY=PASSIVE and ACTIVE, alternating, ROUNDS times (3) each.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict

POLICIES = ("PASSIVE", "ACTIVE")


def write(tokens: int) -> None:
    """Print the seconds with one thread and with two; OpenMP reads its policy at the start."""
    import torch

    from jokegen.config.paths import Paths
    from jokegen.lm.loading import load_language_model
    from jokegen.lm.sampling import Controls, sample_jokes

    folder = Paths.default().models / "starter"
    language_model, tokenizer = load_language_model(folder, torch.device("cpu"))
    controls = Controls(length=tokens, count=3)
    for threads in (1, 2):
        torch.set_num_threads(threads)
        sample_jokes(language_model, tokenizer, "", Controls(length=2))  # wakes the threads
        began = time.perf_counter()
        sample_jokes(language_model, tokenizer, "", controls)
        print(time.perf_counter() - began)


def main(rounds: int, tokens: int) -> None:
    seconds: dict[tuple[str, str, int], list[float]] = defaultdict(list)
    for _ in range(rounds):
        for company in ("alone", "beside a busy process"):
            busy = None
            if company != "alone":
                busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            try:
                for policy in POLICIES:
                    told = subprocess.run(
                        [sys.executable, "-m", "tests.benchmarks.threads", "write", str(tokens)],
                        env={**os.environ, "OMP_WAIT_POLICY": policy},
                        capture_output=True,
                        text=True,
                        check=True,
                    )
                    for threads, line in enumerate(told.stdout.split(), start=1):
                        seconds[company, policy, threads].append(float(line))
            finally:
                if busy is not None:
                    busy.kill()
                    busy.wait()
    for (company, policy, threads), found in sorted(seconds.items()):
        print(
            f"{company:22} {policy:8} {threads} threads   "
            f"median {statistics.median(found):5.2f} s   worst {max(found):5.2f} s"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        write(int(sys.argv[2]))
    else:
        numbers = [int(word) for word in sys.argv[1:]]
        main(*(numbers + [3, 15][len(numbers) :]))
