"""How a training run ended well: what it brought, and where to go from here."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from jokegen import wording
from jokegen.jobs.events import Metric
from jokegen.jobs.requests import TrainSummary
from jokegen.records import RunStatus
from jokegen.ui.finetune import skills, words
from jokegen.ui.finetune.facts import UNKNOWN, Facts
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.labels import Badge, PlainLabel
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space, TextRole, Tone

_FACTS = {
    "time": ("total run time", "From loading the base model to saving the result."),
    "loss": (
        "validation loss",
        "How wrong it guesses on jokes it has never seen, before and after. The lower, the better.",
    ),
    "steps": ("steps", "A step is one small correction, after a handful of jokes."),
    "best": ("best step, kept", "Where it did best on jokes it had never seen."),
}
_SKILLS = {
    "words": (
        "pieces it wavers between",
        "Between how many pieces of words it wavers when it guesses how a joke goes on, before "
        "and after: the fewer, the surer. "
        "(Joke loss, as e to its power.)",
    ),
    "ends": (
        "sure where a joke ends",
        "How likely it held the end to be where a joke really ended, before and after. "
        "(End loss, as e to its negative power.)",
    ),
    "accuracy": (
        "guessed exactly",
        "How often the very next piece of a joke it has never seen was its first guess, before "
        "and after. (Token accuracy.)",
    ),
    "copied": (
        "of its jokes copied",
        "How many of the jokes that it wrote at its best step are, or nearly are, jokes that it "
        "learned from.",
    ),
}


class RunResult(Card):
    """The card of a run that is complete, or was finished early."""

    play_requested = Signal()
    again_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, name="run_result")
        self.facts = Facts(_FACTS, name="result_facts")
        self.skills = Facts(_SKILLS, name="result_skills")
        self._meaning = PlainLabel("", TextRole.BODY, name="result_meaning")
        self._badge = Badge("Ready to play", Tone.SUCCESS, name="result_badge")
        self.add_to_header(self._badge)
        self.play_button = Button(
            "Try it in the Playground",
            ButtonKind.PRIMARY,
            "playground",
            name="play_run",
            tip="Has it write jokes for you.",
        )
        self.again_button = Button(
            "Fine-tune again",
            ButtonKind.SECONDARY,
            "refresh",
            name="finetune_again",
            tip="Goes back to the settings for another run; this one is kept.",
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.S)
        buttons.addWidget(self.play_button)
        buttons.addWidget(self.again_button)
        buttons.addStretch(1)
        self.body.setSpacing(Space.L)
        self.body.addWidget(self.facts)
        self.body.addWidget(self.skills)
        self.body.addWidget(self._meaning)
        self.body.addLayout(buttons)
        self.play_button.clicked.connect(self.play_requested)
        self.again_button.clicked.connect(self.again_requested)

    def show_summary(
        self,
        summary: TrainSummary,
        dataset: str,
        before: Metric | None = None,
        best: Metric | None = None,
    ) -> None:
        """Show what came of a run on `dataset`, with the checks `before` it and of its `best`."""
        is_whole = summary.status == RunStatus.COMPLETE.value
        if is_whole:
            self.set_title(f"Run {summary.run} complete")
        else:
            self.set_title(f"Run {summary.run} stopped early, the best so far was kept")
        self.set_description(f"It has learned from the jokes in “{dataset}”.")
        self._show_skills(before, _of_kept(summary, best))
        loss_before, loss = summary.validation_loss_before, summary.validation_loss
        self.facts.set_value("time", wording.duration(summary.seconds))
        self.facts.set_value("loss", f"{loss_before:.2f} → {loss:.2f}")
        self.facts.set_value("steps", wording.number(summary.steps))
        self.facts.set_value("best", wording.number(summary.best_step))
        meaning = words.loss_change(loss_before, loss)
        if summary.best_step < summary.steps:
            meaning += (
                f" It did best after {wording.number(summary.best_step)} steps, "
                "so that version was kept."
            )
        self._meaning.setText(meaning)

    def _show_skills(self, before: Metric | None, best: Metric | None) -> None:
        """The three things that the loss is made of, each in a figure that one can picture."""
        shown = {
            "words": skills.wavers_between(before, best),
            "ends": skills.sure_of_ends(before, best),
            "accuracy": skills.guessed_exactly(before, best),
            "copied": skills.copied(best),
        }
        for key, value in shown.items():
            self.skills.set_value(key, value or UNKNOWN)
        self.skills.setVisible(any(shown.values()))


def _of_kept(summary: TrainSummary, best: Metric | None) -> Metric:
    """The figures of what was kept: of its best check, or what the summary knows better."""
    if best is None:
        best = Metric(summary.best_step, summary.steps, 0.0, 0.0, summary.seconds)
    known = {
        name: value
        for name in ("joke_loss", "end_loss", "accuracy")
        if (value := getattr(summary, name)) is not None
    }
    return replace(best, **known)
