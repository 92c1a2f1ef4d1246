"""What the Fine-tune tab says about numbers: pure functions, so that wording is easily tested."""

from __future__ import annotations

import math
from datetime import datetime

from jokegen import wording
from jokegen.jobs.requests import Device
from jokegen.model_service import FEWEST_JOKES
from jokegen.records import BaseModelInfo, DatasetInfo, RunInfo, RunStatus
from jokegen.ui.kit.tokens import Tone

_LONGEST_NAME = 30

STATUS_TONES = {
    RunStatus.RUNNING: Tone.INFO,
    RunStatus.COMPLETE: Tone.SUCCESS,
    RunStatus.STOPPED: Tone.WARNING,
    RunStatus.PAUSED: Tone.INFO,
    RunStatus.FAILED: Tone.ERROR,
    RunStatus.INTERRUPTED: Tone.ERROR,
}


def short_name(name: str) -> str:
    """A name for a combo box, which cuts long texts off without a word: shortened in the middle."""
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 12].rstrip()}…{name[-11:].lstrip()}"


def missing_jokes(dataset: DatasetInfo) -> str:
    """Why a data set is too small to learn from, "" if it is not."""
    missing = FEWEST_JOKES - dataset.jokes
    if missing <= 0:
        return ""
    return (
        f"Only {wording.jokes(dataset.jokes)}: a language model needs at least {FEWEST_JOKES} "
        f"to learn from. Import {missing} more; a few hundred work well."
    )


def kept_aside(dataset: DatasetInfo) -> str:
    """Which part of the jokes it is not trained on, and why; "" if there is none."""
    if not dataset.validation:
        return ""
    verb = "is" if dataset.validation == 1 else "are"
    return f"{dataset.validation:,} of them {verb} kept aside, to test it on."


def base_model_hint(base: BaseModelInfo) -> str:
    """What a base model is good for, its size and licence, and whether it is here already."""
    facts = []
    if base.parameters:
        facts.append(f"{round(base.parameters / 1e6):,} million parameters")
    facts.append(f"{base.licence} licence")
    if base.is_here:
        facts.append("on this computer already")
    else:
        facts.append(
            f"{wording.size(base.download_bytes)} to download, "
            f"{wording.size(base.disk_bytes)} on the disk"
        )
    return f"{base.good_for}\n{' · '.join(facts)}"


def device_label(device: Device) -> str:
    """Its name, for a GPU its memory, whether it is busy, and a mark if it is the best one."""
    parts = [device.name]
    if device.id != "cpu" and device.memory_total:
        parts.append(f"{memory_free(device)} free")
    if device.is_busy:
        parts.append("busy")
    if device.is_best:
        parts.append("the best here")
    return " · ".join(parts)


def memory_free(device: Device) -> str:
    """ "7.2 GB of 8.5 GB"."""
    return f"{wording.size(device.memory_free or 0)} of {wording.size(device.memory_total or 0)}"


def device_hint(device: Device, *, is_named: bool) -> str:
    """Why one would take a device, and what to know about it; `is_named`: its name stands above."""
    reason = device.reason[:1].upper() + device.reason[1:] if is_named else device.reason
    sentences = [reason if is_named else f"{device.name}: {reason}"]
    if device.memory_total and not device.note:
        whose = "the memory" if device.id == "cpu" else "its memory"
        sentences.append(f"{memory_free(device)} of {whose} are free")
    if device.is_busy and not device.note:
        sentences.append("Other programs use it just now: it will take longer")
    if device.note:
        sentences.append(device.note)
    return " ".join(f"{sentence.rstrip('.')}." for sentence in sentences if sentence)


def loss_change(before: float, after: float) -> str:
    """What a change of the validation loss means, in a sentence."""
    gain = before - after
    if gain > 0.5:
        how = "far better than before"
    elif gain > 0.15:
        how = "better than before"
    elif gain > 0.02:
        how = "a little better than before"
    elif gain > -0.02:
        how = "about as well as before; more jokes or more epochs help it along"
    else:
        how = "worse than before; a smaller learning rate may help, or more jokes"
    return f"It guesses the next word of a joke it has never seen {how}."


def run_facts(run: RunInfo, base_titles: dict[str, str]) -> str:
    """One line about a run: base model, steps, losses, time and date."""
    facts = [base_titles.get(run.base, run.base)]
    if run.steps and not is_unfinished(run):  # else its state says so
        facts.append(f"{run.steps:,} {'step' if run.steps == 1 else 'steps'}")
    if loss := losses(run):
        facts.append(f"loss {loss}")
    if run.seconds:
        facts.append(wording.duration(run.seconds))
    day = datetime.fromtimestamp(run.started)
    facts.append(f"{day.day} {day:%b %Y}")
    return " · ".join(facts)


def is_unfinished(run: RunInfo) -> bool:
    """Whether how far it has come is part of how it stands."""
    return run.status in (RunStatus.PAUSED, RunStatus.INTERRUPTED) and run.steps > 0


def run_state(run: RunInfo) -> str:
    """How a run stands, with how far it has come: "Paused at step 412 of 1,800"."""
    state = wording.status_title(run.status)
    state = state[:1].upper() + state[1:]
    return f"{state} at step {steps_of(run)}" if is_unfinished(run) else state


def steps_of(run: RunInfo) -> str:
    """ "412 of 1,800", or "412" where nobody wrote down how many there were to be."""
    return f"{run.steps:,} of {run.total_steps:,}" if run.total_steps else f"{run.steps:,}"


def losses(run: RunInfo) -> str:
    """ "4.69 → 3.31": validation loss before and at its best; "" where there is none."""
    if run.validation_loss is None:
        return ""
    before = run.validation_loss_before
    arrow = "" if before is None else f"{before:.2f} → "
    return f"{arrow}{run.validation_loss:.2f}"


def offer(run: RunInfo) -> str:
    """The question whether to go on with a run that did not reach its end."""
    if run.status is RunStatus.PAUSED:
        return f"Run {run.number} is paused at step {steps_of(run)}: continue?"
    where = f" at step {run.steps:,}" if run.steps else ""
    return f"Run {run.number} was interrupted{where}: continue?"


def offer_details(run: RunInfo) -> str:
    """What going on with it means."""
    if run.status is RunStatus.PAUSED:
        return f"It was learning from “{run.dataset}”, and goes on exactly where it stopped."
    return (
        f"It was learning from “{run.dataset}”. It goes on from the last state that was saved, "
        "and takes the few steps since then once more."
    )


def epoch_of(epoch: float, total: float) -> str:
    """ "2 of 3": which epoch is under way, from how many were seen so far."""
    most = max(1, math.ceil(total - 1e-6))
    return f"{min(most, math.floor(epoch + 1e-6) + 1)} of {most}"
