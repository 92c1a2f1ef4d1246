"""Guesses on little evidence as cards: the question, and the answers that settle it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from jokegen.jobs.dataset_requests import PreviewSummary, Question, ReadOptions, Topic
from jokegen.ui.kit.buttons import Button
from jokegen.ui.kit.flow import FlowLayout
from jokegen.ui.kit.icons import IconLabel
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole
from jokegen.ui.understand.answers import Reply, is_open, replies_to


class QuestionCard(QFrame):
    """One question. `answered` carries its reply."""

    answered = Signal(object)  # Reply

    def __init__(self, question: Question, replies: Sequence[Reply]) -> None:
        super().__init__()
        self.question = question
        self.replies = tuple(replies)
        name = f"question_{question.topic.value}"
        describe(self, name, question.text)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.buttons: dict[Button, Reply] = {}
        row = FlowLayout(Space.S)
        for number, reply in enumerate(replies):
            button = Button(reply.text, name=f"{name}_{number}", tip=reply.tip)
            button.clicked.connect(self._on_clicked)
            self.buttons[button] = reply
            row.addWidget(button)
        icon = IconLabel("question", "accent_text", scaled(18))
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        top.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(PlainLabel(question.text, TextRole.BODY, name=f"{name}_text"), 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(Space.M, Space.M, Space.M, Space.M)
        layout.setSpacing(Space.M)
        layout.addLayout(top)
        layout.addLayout(row)

    @property
    def first_button(self) -> Button:
        return next(iter(self.buttons))

    @Slot()
    def _on_clicked(self) -> None:
        pressed = self.sender()
        if isinstance(pressed, Button):
            self.answered.emit(self.buttons[pressed])


class Questions(QWidget):
    """The questions that are open. They stay as they are while the same ones are shown again."""

    options_chosen = Signal(object)  # ReadOptions
    choice_wanted = Signal(object)  # Topic: show where it is chosen
    columns_confirmed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        describe(self, "read_questions", "Questions about the file")
        self.cards: list[QuestionCard] = []
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(Space.S)

    def show_questions(
        self,
        summary: PreviewSummary,
        chosen: ReadOptions,
        looks: Mapping[str, str],
        *,
        are_columns_confirmed: bool,
    ) -> None:
        """Show what is open, with answers made of `looks` (from `encodings.looks_in`)."""
        wanted = [
            (question, replies_to(question, summary, chosen, looks))
            for question in summary.questions
            if is_open(question.topic, chosen)
            and not (question.topic is Topic.COLUMNS and are_columns_confirmed)
        ]
        if wanted != [(card.question, card.replies) for card in self.cards]:
            self._make_cards(wanted)
        self.setVisible(bool(wanted))

    def buttons(self) -> list[Button]:
        """All answers from top to bottom."""
        return [button for card in self.cards for button in card.buttons]

    def has_focus(self) -> bool:
        """Whether the keyboard focus is on one of the answers."""
        focused = self.window().focusWidget()
        return any(button is focused for button in self.buttons())

    def _make_cards(self, wanted: Sequence[tuple[Question, tuple[Reply, ...]]]) -> None:
        for card in self.cards:
            card.hide()
            self._layout.removeWidget(card)
            card.deleteLater()
        self.cards = [QuestionCard(question, replies) for question, replies in wanted]
        for card in self.cards:
            card.answered.connect(self._on_answered)
            self._layout.addWidget(card)

    @Slot(object)
    def _on_answered(self, reply: Reply) -> None:
        card = self.sender()
        if not isinstance(card, QuestionCard):
            return
        if reply.options is None:
            self.choice_wanted.emit(card.question.topic)
        elif card.question.topic is Topic.COLUMNS:
            self.columns_confirmed.emit()
        else:
            self.options_chosen.emit(reply.options)
