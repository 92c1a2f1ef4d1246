"""Section 1 of the workshop, “What was read”: rows, how they are read, and what makes a joke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QHBoxLayout, QWidget

from jokegen import wording
from jokegen.data.row_query import JOKE, NOTE
from jokegen.data.templates import Template
from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import PreviewSummary, ReadOptions, Topic
from jokegen.ui.joke_table.table import JokesTable
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.tokens import Space
from jokegen.ui.understand.choices import Choices
from jokegen.ui.understand.details import FilesGroup, MisfitsBox
from jokegen.ui.understand.encodings import looks_in
from jokegen.ui.understand.first_jokes import JOKES_SHOWN, FirstJokes
from jokegen.ui.understand.halves import Halves
from jokegen.ui.understand.joining import Joining
from jokegen.ui.understand.joke_columns import JokeColumns
from jokegen.ui.understand.questions import Questions
from jokegen.ui.understand.reading_form import ReadingForm
from jokegen.ui.understand.side import Group, Side

if TYPE_CHECKING:
    from jokegen.data.table import TextTable

_ROWS_LOOKED_AT = 200


class ReadSection(QWidget):
    """Shows a `PreviewSummary` with its table, and lets a person correct what was understood.

    A preview that follows `options_changed` keeps what a person chose, as far as it was carried
    out; the summary that is shown already takes back what was not; any other is something new.
    `columns()` and `template()` are always sound: while the template is not, they are what it
    was before.
    """

    options_changed = Signal(object)  # ReadOptions
    joke_changed = Signal()
    report_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("read_section")
        self.setAccessibleName("What was read")
        self._choices = Choices()
        self._summary: PreviewSummary | None = None
        self._table: TextTable | None = None
        self._looks: dict[str, str] = {}
        self._are_made = False  # the first jokes are shown as they will be, not as in the file
        self.first_jokes = FirstJokes()
        self.jokes_table = JokesTable(name="read_table")
        self.questions = Questions()
        self.joke_columns = JokeColumns()
        self.form = ReadingForm()
        self.misfits = MisfitsBox(self.form.misfits_field)
        self.files = FilesGroup()
        self.reset_button = Button(
            "Find out again", ButtonKind.QUIET, "refresh", name="read_reset",
            tip="Takes back what you chose here, and reads the files as they seem to be.",
        )  # fmt: skip
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        self._columns_group = Group("Which columns make a joke", name="read_columns")
        self._columns_group.body.addWidget(self.joke_columns)
        self._form_group = Group("How it is read", name="read_form")
        self._form_group.add_to_header(self.reset_button)
        self._form_group.body.addWidget(self.form)
        self.side = Side(name="read_side")
        for part in (
            self.questions, self.misfits, self._columns_group, self._form_group, self.files
        ):  # fmt: skip
            self.side.add(part)
        self._halves = Halves(self.first_jokes, self.jokes_table)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.L)
        layout.addWidget(self._halves, 1)
        layout.addWidget(self.side)

    # ---- The interface ---------------------------------------------------------------------

    def show_preview(self, summary: PreviewSummary, table: TextTable) -> None:
        """Show what the files hold, and how they were read. The table before is closed."""
        is_new = self._choices.take_preview(summary)
        keeps_made = self._are_made and summary is self._summary
        self._summary, self._table = summary, table
        now = self._choices.joining or Joining(summary.joke_columns, summary.template)
        self.joke_columns.show_columns(summary.columns, now, is_new=is_new)
        self.jokes_table.show_raw(table, self._column_numbers())
        self._looks = self._look_at_letters()
        self.files.show_files(summary)
        self._show_choices()
        if not keeps_made:
            self._show_first_jokes()
        if is_new:
            self.side.area.verticalScrollBar().setValue(0)

    def show_made(self, examined: TextTable) -> None:
        """Show the first jokes as they will be: mended, and without those that are left out."""
        texts: list[str] = []
        rows = min(examined.rows, _ROWS_LOOKED_AT)
        number = 0
        try:
            for number in range(1, rows + 1):
                if not examined.text(number - 1, NOTE):
                    texts.append(examined.text(number - 1, JOKE))
                if len(texts) == JOKES_SHOWN:
                    break
        except (JokegenError, OSError, ValueError):
            return  # the doctor's table says itself that it cannot be read
        left_out = number - len(texts)
        note = ""
        if left_out and texts:
            note = f"{wording.number(left_out)} of the first {wording.number(number)} left out."
        elif left_out:
            first = "The only one" if number == 1 else f"The first {wording.number(number)}"
            note = f"{first} {'is' if number == 1 else 'are'} left out."
        self._are_made = True
        self.first_jokes.show_jokes(texts, note)
        self._halves.split()

    def columns(self) -> tuple[str, ...]:
        """The columns that make a joke, in the order in which the template names them."""
        return self.joke_columns.now.columns

    def template(self) -> str:
        """How they make a joke."""
        return self.joke_columns.now.template

    def problem(self) -> str:
        """What is wrong with the template, "" if it is sound."""
        return self.joke_columns.problem()

    def set_busy(self, is_busy: bool) -> None:
        """Show that the files are being read again; everything can still be changed."""
        self.first_jokes.set_busy(is_busy)
        if not is_busy:
            self._choices.stop_waiting()
            self._show_choices()

    def clear(self) -> None:
        """Show nothing, let go of the file, and forget what was chosen."""
        self._summary = self._table = None
        self._choices = Choices()
        self.joke_columns.stop()
        self.jokes_table.clear()
        self.first_jokes.show_jokes((), "")
        self.set_busy(False)

    def focus_first(self) -> None:
        """Put the keyboard where something is asked, else where the columns are chosen."""
        if self.questions.cards:
            self._focus(self.questions.cards[0].first_button)
            return
        first = self.joke_columns.first_control() or self.form.first_control()
        self._focus(first or self.jokes_table.view)

    # ---- What is shown ---------------------------------------------------------------------

    def _show_choices(self) -> None:
        """Bring the side into line with what is chosen; the keyboard focus goes nowhere."""
        if self._summary is None:
            return
        chosen = self._choices.chosen
        had_focus = self.questions.has_focus()
        self.questions.show_questions(
            self._summary, chosen, self._looks,
            are_columns_confirmed=self._choices.are_columns_confirmed,
        )  # fmt: skip
        self._order_questions()
        self.form.show_options(self._summary, chosen, self._looks)
        self.misfits.show_misfits(
            self._summary, is_wanted=chosen.misfits is not ReadOptions.misfits
        )
        self._form_group.setVisible(self.form.has_choices())
        first = self.form.first_control()
        has_reset = self.window().focusWidget() is self.reset_button
        if has_reset and chosen == ReadOptions() and first is not None:
            first.setFocus()
        self.reset_button.setVisible(chosen != ReadOptions())
        if had_focus and not self.questions.has_focus():
            self.focus_first()

    def _order_questions(self) -> None:
        """Let the answers, which were made last, come first by key in the side."""
        before = self.misfits.header.previousInFocusChain()
        while before is not None and (
            before.focusPolicy() is Qt.FocusPolicy.NoFocus or self.questions.isAncestorOf(before)
        ):
            before = before.previousInFocusChain()
        for button in self.questions.buttons():
            if before is not None:
                self.setTabOrder(before, button)
            before = button

    def _show_first_jokes(self) -> None:
        self._are_made = False
        if self._table is None or self._summary is None:
            return
        try:
            texts, empty, rows = self._first_jokes(self._table)
        except (JokegenError, OSError, ValueError):
            self.first_jokes.show_jokes((), "")  # the table says itself that it cannot be read
            return
        note = ""
        if not texts:
            where = "this column is" if len(self.columns()) == 1 else "these columns are"
            note = f"In the first {wording.number(rows)} rows {where} empty: choose another."
            if rows == 1:
                note = f"In the only row {where} empty: choose another."
        elif empty:
            note = f"{wording.number(empty)} empty {'row' if empty == 1 else 'rows'} left out."
        self.first_jokes.show_jokes(texts, note)
        self._halves.split()

    def _first_jokes(self, table: TextTable) -> tuple[list[str], int, int]:
        """The first jokes, how many rows between them are empty, and how many were looked at."""
        made = Template(self.template(), table.columns)
        numbers = self._column_numbers()
        cells = [""] * len(table.columns)
        texts: list[str] = []
        rows = min(table.rows, _ROWS_LOOKED_AT)
        for row in range(rows):
            for number in numbers:
                cells[number] = table.text(row, number)
            text = made.fill_row(cells).strip()
            if text:
                texts.append(text)
            if len(texts) == JOKES_SHOWN:
                return texts, row + 1 - len(texts), row + 1
        return texts, rows - len(texts), rows

    def _look_at_letters(self) -> dict[str, str]:
        """How letters of the jokes look in other encodings, where an encoding was chosen."""
        if self._summary is None or self._table is None or not self._summary.options.encoding:
            return {}
        rows = range(min(self._table.rows, _ROWS_LOOKED_AT))
        numbers = self._column_numbers()
        table = self._table
        texts = (table.text(row, number) for row in rows for number in numbers)
        try:
            return looks_in(texts, self._summary.options.encoding)
        except (JokegenError, OSError, ValueError):
            return {}

    def _column_numbers(self) -> list[int]:
        columns = self._summary.columns if self._summary is not None else ()
        return [columns.index(column) for column in self.columns()]

    def _focus(self, widget: QWidget) -> None:
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.side.isAncestorOf(widget):
            # A moment later, when what was just shown has its place.
            QTimer.singleShot(0, self, lambda: self.side.show_widget(widget))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        # Enter in a field of this section takes in what was typed; it saves no data set.
        focused = self.focusWidget()
        if isinstance(focused, QAbstractButton):
            focused.click()

    # ---- What a person does ----------------------------------------------------------------

    def _connect(self) -> None:
        self.questions.options_chosen.connect(self._on_options_chosen)
        self.questions.choice_wanted.connect(self._on_choice_wanted)
        self.questions.columns_confirmed.connect(self._on_columns_confirmed)
        self.form.options_chosen.connect(self._on_options_chosen)
        self.reset_button.clicked.connect(self._on_reset_wanted)
        self.joke_columns.changed.connect(self._on_columns_changed)
        self.joke_columns.settled.connect(self.joke_changed)
        self.misfits.report_requested.connect(self.report_requested)

    @Slot(object)
    def _on_options_chosen(self, options: ReadOptions) -> None:
        needs_reading = self._choices.choose(options)
        self._show_choices()
        if needs_reading:
            self.options_changed.emit(options)

    @Slot()
    def _on_reset_wanted(self) -> None:
        self._on_options_chosen(ReadOptions())

    @Slot(object)
    def _on_choice_wanted(self, topic: Topic) -> None:
        control = self.form.control_for(topic) or self.joke_columns.first_control()
        if control is not None:
            self._focus(control)
            if isinstance(control, QComboBox):
                control.showPopup()

    @Slot()
    def _on_columns_confirmed(self) -> None:
        self._choices.are_columns_confirmed = True
        self._show_choices()

    @Slot()
    def _on_columns_changed(self) -> None:
        if self._summary is None:
            return
        self._choices.joining = self.joke_columns.now
        self._choices.are_columns_confirmed = True
        self.jokes_table.set_joke_columns(self._column_numbers())
        self._show_choices()
        self._show_first_jokes()
