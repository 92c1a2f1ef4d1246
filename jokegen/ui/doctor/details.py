"""What a finding shows when it is open: why it matters, its setting, and examples."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen.data.doctor.leaving import NOTES
from jokegen.data.doctor.words import words_for
from jokegen.data.row_query import Show
from jokegen.jobs.dataset_requests import Example, Fix, FixKind
from jokegen.ui.doctor.examples import ExampleCard
from jokegen.ui.doctor.phrases import Outcome, caution
from jokegen.ui.doctor.settings import setting_for
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.icons import IconLabel
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole


class Details(QWidget):
    """Made when a finding is opened for the first time."""

    fix_changed = Signal(object)  # Fix: set in another way
    text_wanted = Signal(str)  # show the jokes in the table that hold these words
    view_wanted = Signal(object, str)  # Show and note: show these jokes in the table

    def __init__(self, kind: FixKind) -> None:
        super().__init__()
        self.setObjectName(f"details_{kind.value}")
        self._kind = kind
        self._examples: tuple[Example, ...] = ()
        self._shown: list[ExampleCard] = []
        self._why = PlainLabel(words_for(kind).why, TextRole.MUTED, name="finding_why")
        self._caution = _Caution(caution(kind))
        self.setting = setting_for(kind)
        self._setting_note = PlainLabel("", TextRole.CAPTION, name="setting_note")
        self._heading = PlainLabel("", TextRole.CAPTION, name="examples_heading")
        self._cards = QVBoxLayout()
        self._cards.setSpacing(Space.XS + 2)
        self._show_button = Button("", ButtonKind.QUIET, "search", name="show_in_table")
        self._show_button.clicked.connect(self._on_show_wanted)
        last = QHBoxLayout()
        last.addWidget(self._show_button)
        last.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.XS, Space.M, Space.M)
        layout.setSpacing(Space.S)
        layout.addWidget(self._why)
        layout.addWidget(self._caution)
        if self.setting is not None:
            self.setting.fix_changed.connect(self.fix_changed)
            layout.addWidget(self.setting)
        layout.addWidget(self._setting_note)
        layout.addWidget(self._heading)
        layout.addLayout(self._cards)
        layout.addLayout(last)

    def show_outcome(self, outcome: Outcome, fix: Fix) -> None:
        """Show a finding; `fix` is the one that is applied, or would be."""
        finding = outcome.finding
        self._caution.setVisible(bool(caution(self._kind)) and not outcome.is_wanted)
        if self.setting is not None:
            self.setting.show_fix(fix, finding)
        is_other = not outcome.is_wanted and (
            fix.words is not None or fix.limit not in (None, finding.limit)
        )
        action = words_for(self._kind).action
        self._setting_note.setText(f"They are counted anew when you press “{action}”.")
        self._setting_note.setVisible(is_other)
        if finding.examples != self._examples:
            self._show_examples(finding.examples)
        count = finding.count or 0
        self._heading.setText(_heading(len(finding.examples), count))
        self._heading.setVisible(bool(finding.examples))
        is_left_out = self._kind in NOTES
        self._show_button.setVisible(finding.is_fixed and bool(count))
        self._show_button.set_text(
            "Show those left out in the table" if is_left_out else "Show what changed in the table"
        )

    def focusable(self) -> list[QWidget]:
        """The controls inside, from top to bottom."""
        found: list[QWidget] = []
        if self.setting is not None:
            found += self.setting.focusable()
        return [*found, *self._shown, self._show_button]

    def _show_examples(self, examples: tuple[Example, ...]) -> None:
        self._examples = examples
        for card in self._shown:
            self._cards.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._shown = [ExampleCard(example, number) for number, example in enumerate(examples)]
        for card in self._shown:
            card.text_wanted.connect(self.text_wanted)
            self._cards.addWidget(card)

    @Slot()
    def _on_show_wanted(self) -> None:
        if self._kind in NOTES:
            self.view_wanted.emit(Show.LEFT_OUT, NOTES[self._kind])
        else:
            self.view_wanted.emit(Show.CHANGED, "")


def _heading(shown: int, count: int) -> str:
    if shown >= count:
        return "Here it is:" if count == 1 else f"All {count:,} of them:"
    return f"{shown} of {count:,}, by chance:"


class _Caution(QWidget):
    """A sentence with a warning sign."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setObjectName("finding_caution")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(IconLabel("warning", "warning", scaled(16)))
        layout.addWidget(PlainLabel(text, TextRole.CAPTION, name="finding_caution_text"), 1)
