"""Reading again what a run wrote down on its way."""

from __future__ import annotations

from pathlib import Path

from jokegen.jobs import wire
from jokegen.jobs.events import Metric, Sample
from jokegen.lm.run_points import read_metrics, read_samples


def test_points_and_jokes_come_back_as_they_were(tmp_path: Path) -> None:
    metrics = [
        Metric(step, 9, step / 3, 3.0, 2.0 * step, train_loss=4.0 - step / 10) for step in (1, 2)
    ]
    samples = [Sample(2, "Why? <b>“Because”</b>\nThat is why.")]
    (tmp_path / "metrics.jsonl").write_bytes(b"".join(map(wire.encode_line, metrics)))
    (tmp_path / "samples.jsonl").write_bytes(b"".join(map(wire.encode_line, samples)))
    assert read_metrics(tmp_path) == metrics
    assert read_samples(tmp_path) == samples


def test_a_line_that_was_being_written_when_the_power_went_is_left_out(tmp_path: Path) -> None:
    whole = Metric(1, 9, 0.3, 3.0, 2.0, train_loss=4.0)
    line = wire.encode_line(whole)
    torn = line[:20] + b"\n" + line + b"\x00\x00\xff\n[]\n" + line[:-9]
    (tmp_path / "metrics.jsonl").write_bytes(line + torn)
    assert read_metrics(tmp_path) == [whole, whole]


def test_a_run_without_any_has_none(tmp_path: Path) -> None:
    assert read_metrics(tmp_path) == []
    assert read_samples(tmp_path) == []
