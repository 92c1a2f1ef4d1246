"""Which columns make a joke, in which order, and the template that joins them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen.data.templates import for_columns, pairs_among
from jokegen.errors import JokegenError
from jokegen.ui.kit.buttons import Button, ButtonKind, IconButton
from jokegen.ui.kit.combos import Item, ShortCombo
from jokegen.ui.kit.flow import FlowLayout
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.tokens import Space, TextRole
from jokegen.ui.understand import joining
from jokegen.ui.understand.joining import Joining
from jokegen.ui.understand.template_editor import TemplateEditor

_PAUSE_MS = 400  # between the last key in the template and what others are told


class ColumnRow(QWidget):
    """One column of those that make a joke."""

    column_chosen = Signal(object)
    removed = Signal()

    def __init__(self, number: int) -> None:
        super().__init__()
        self.combo = ShortCombo(name=f"joke_column_{number}")
        describe(
            self.combo,
            f"joke_column_{number}",
            "Column with the jokes" if number == 0 else f"Part {number + 1} of a joke",
            "Which column of the table the language model learns from. The others are not used.",
        )
        self.remove_button = IconButton(
            "close", "Leave this column out of the jokes", name=f"joke_column_{number}_remove"
        )
        self.combo.value_chosen.connect(self.column_chosen)
        self.remove_button.clicked.connect(self.removed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self.combo, 1)
        layout.addWidget(self.remove_button)


class JokeColumns(QWidget):
    """Choose columns and join them. `now` is what is sound; `problem()` says what is not.

    `changed` tells of every change at once, `settled` when a person pauses.
    """

    changed = Signal()
    settled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("joke_columns")
        self._columns: tuple[str, ...] = ()
        self.now = Joining((), "")
        self.rows: list[ColumnRow] = []
        self._is_template_wanted = False
        self._only = PlainLabel(
            "There is only one column.", TextRole.BODY, name="joke_columns_only"
        )
        self._rows_layout = QVBoxLayout()
        self._rows_layout.setSpacing(Space.XS + 2)
        self._add_row()
        self.add_button = Button(
            "Add a column", ButtonKind.QUIET, "plus", name="joke_columns_add",
            tip="Joins one more column to each joke, such as the punchline to the setup.",
        )  # fmt: skip
        self._proposals: dict[Button, tuple[str, str]] = {}
        self._buttons = FlowLayout(Space.XS)
        self._buttons.addWidget(self.add_button)
        self.template_button = Button(
            "Write a template", ButtonKind.QUIET, name="joke_template_wanted",
            tip="Puts words of your own before, between or after the text of the columns.",
        )  # fmt: skip
        self._buttons.addWidget(self.template_button)
        self.template = TemplateEditor()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._arrange()
        self._timer.timeout.connect(self.settled)
        self.add_button.clicked.connect(self._on_add_wanted)
        self.template_button.clicked.connect(self._on_template_wanted)
        self.template.joiner_chosen.connect(self._on_joiner_chosen)
        self.template.text_edited.connect(self._on_template_edited)

    def show_columns(self, columns: Sequence[str], now: Joining, *, is_new: bool) -> None:
        """Offer these columns, joined like this; `is_new` if they are those of another source."""
        self._timer.stop()
        self._columns = tuple(columns)
        if is_new:
            self._is_template_wanted = False
        self._make_proposals()
        self._take(now)

    def problem(self) -> str:
        """What is wrong with the template, "" if nothing is."""
        return self.template.problem()

    def first_control(self) -> QWidget | None:
        """Where the keyboard begins; None where there is nothing to choose."""
        return self.rows[0].combo if len(self._columns) > 1 and self.rows else None

    def stop(self) -> None:
        """Tell nothing any more of what was typed last."""
        self._timer.stop()

    # ---- What is shown ---------------------------------------------------------------------

    def _take(self, now: Joining) -> None:
        """Show this joining everywhere."""
        self.now = now
        self.template.show_joining(now)
        self._show_rows()

    def _show_rows(self) -> None:
        """As many rows as columns are joined, and what goes with them."""
        count, is_choice = len(self.now.columns), len(self._columns) > 1
        while len(self.rows) < count:
            self._add_row()
        while len(self.rows) > max(1, count):
            row = self.rows.pop()
            row.hide()
            self._rows_layout.removeWidget(row)
            row.deleteLater()
        items = [Item(column, column, column) for column in self._columns]
        for row, column in zip(self.rows, self.now.columns, strict=False):
            row.combo.show_items(items, column)
            row.remove_button.setVisible(count > 1)
            row.setVisible(is_choice)
        self._only.setVisible(not is_choice)
        self.add_button.setVisible(is_choice and count < len(self._columns))
        for button, pair in self._proposals.items():
            button.setVisible(pair != self.now.columns)
        # A template that was ever in sight stays there: it must not go while somebody writes it.
        self._is_template_wanted |= count > 1 or self.now.joiner is None
        self.template.setVisible(self._is_template_wanted)
        self.template_button.setVisible(not self._is_template_wanted)

    def _add_row(self) -> None:
        row = ColumnRow(len(self.rows))
        former = self.rows[-1] if self.rows else None
        row.column_chosen.connect(self._on_column_chosen)
        row.removed.connect(self._on_row_removed)
        self.rows.append(row)
        self._rows_layout.addWidget(row)
        if former is not None:  # what is made later would come last by key
            self.setTabOrder(former.remove_button, row.combo)
            self.setTabOrder(row.combo, row.remove_button)

    def _make_proposals(self) -> None:
        """Pairs of columns whose names belong together, one press away."""
        pairs = pairs_among(self._columns)
        if pairs == list(self._proposals.values()):
            return
        for button in self._proposals:
            button.hide()
            self._buttons.removeWidget(button)
            button.deleteLater()
        self._proposals = {}
        before = self.template_button
        for number, (first, second) in enumerate(pairs):
            button = Button(
                f"Join “{first}” and “{second}”", ButtonKind.QUIET, "sparkle",
                name=f"joke_columns_pair_{number}",
                tip="Makes each joke of both columns, one after the other.",
            )  # fmt: skip
            button.clicked.connect(self._on_pair_wanted)
            self._buttons.addWidget(button)
            self._proposals[button] = (first, second)
            self.setTabOrder(before, button)
            before = button

    def _arrange(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        layout.addWidget(self._only)
        layout.addLayout(self._rows_layout)
        layout.addLayout(self._buttons)
        layout.addWidget(self.template)

    # ---- What a person does ----------------------------------------------------------------

    def _change(self, now: Joining) -> None:
        self._timer.stop()
        self._take(now)
        self.changed.emit()
        self.settled.emit()

    @Slot(object)
    def _on_column_chosen(self, column: str) -> None:
        row = self.sender()
        if isinstance(row, ColumnRow) and row in self.rows:
            position = self.rows.index(row)
            if self.now.columns[position] != column:
                self._change(joining.exchanged(self.now, position, column))

    @Slot()
    def _on_add_wanted(self) -> None:
        unused = [column for column in self._columns if column not in self.now.columns]
        if not unused:
            return
        last = self._columns.index(self.now.columns[-1])
        after = [column for column in unused if self._columns.index(column) > last]
        self._change(joining.with_one_more(self.now, (after or unused)[0]))
        self.rows[-1].combo.setFocus()

    @Slot()
    def _on_row_removed(self) -> None:
        row = self.sender()
        if isinstance(row, ColumnRow) and row in self.rows and len(self.rows) > 1:
            position = self.rows.index(row)
            self._change(joining.without(self.now, position))
            self.rows[max(0, min(position, len(self.rows) - 1))].combo.setFocus()

    @Slot()
    def _on_pair_wanted(self) -> None:
        pair = next((p for button, p in self._proposals.items() if button is self.sender()), None)
        if pair is not None:
            self._change(Joining(pair, for_columns(pair)))
            self.rows[0].combo.setFocus()

    @Slot(object)
    def _on_joiner_chosen(self, joiner: object) -> None:
        if isinstance(joiner, str) and joiner != self.now.joiner:
            self._change(joining.joined(self.now.columns, joiner))

    @Slot()
    def _on_template_wanted(self) -> None:
        self._is_template_wanted = True
        self._show_rows()
        self.template.begin()

    @Slot()
    def _on_template_edited(self) -> None:
        try:
            now = joining.understood(self.template.text(), self._columns)
        except JokegenError as error:
            self.template.set_problem(joining.problem_of(error))
        else:
            self._take(now)
        self.changed.emit()
        self._timer.start()
