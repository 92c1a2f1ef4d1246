"""The table in which a person looks at jokes, searches, sorts, filters and edits them.

Three kinds are shown: the rows of a file, the jokes of an examined table, which can be edited, and
those of a saved data set. Everything that goes through the whole table is done on a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QStackedLayout, QVBoxLayout, QWidget

from jokegen import wording
from jokegen.data.row_query import FILE_ORDER, JOKE, NOTE, Order, RowQuery, Show, split_words
from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import Edit
from jokegen.ui.joke_table.actions import Footer, JokeActions, keys_of
from jokegen.ui.joke_table.copying import COPIED_AT_MOST, Copying
from jokegen.ui.joke_table.editing import Editing
from jokegen.ui.joke_table.editor import JokeEditor
from jokegen.ui.joke_table.empty import NothingFound
from jokegen.ui.joke_table.matches import Matches
from jokegen.ui.joke_table.model import JokesModel
from jokegen.ui.joke_table.rows import RowsShown, in_words
from jokegen.ui.joke_table.search_bar import SearchBar
from jokegen.ui.joke_table.spot import Keep, Spot
from jokegen.ui.joke_table.view import JokesView
from jokegen.ui.joke_table.views import View, offered_views
from jokegen.ui.kit.labels import describe
from jokegen.ui.kit.tokens import Space

if TYPE_CHECKING:
    from jokegen.data.table import TextTable

__all__ = ["COPIED_AT_MOST", "JokesTable"]


_EDITABLE = "Enter changes the joke, Delete leaves it out, R brings it back."
_READ_ONLY = "Nothing can be changed here. Enter shows the whole text."


class JokesTable(QWidget):
    """Shows a `TextTable`, which it closes when another one or nothing is shown.

    `edits_changed` tells that a person has changed, removed or restored jokes: see `edits()`.
    """

    table_failed = Signal(object)  # JokegenError
    edits_changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._word = "row"  # what one of them is called
        self._joke_columns: tuple[int, ...] = (0,)
        self._order = FILE_ORDER
        self._view = View()
        self._keep = Keep.TOP
        self._has_edited = False  # since words were looked for
        self.table_model = JokesModel(self)
        self.search = SearchBar(name=f"{name}_search")
        self.view = JokesView(self.table_model, self._whole_text)
        describe(
            self.view,
            f"{name}_view",
            "Jokes",
            "A row for each. A joke too long for its row is shown whole where the mouse rests.",
        )
        self.nothing = NothingFound(name=f"{name}_nothing")
        self.actions_ = JokeActions(self.view, name)
        self.footer = Footer(self.actions_, name)
        self.editor = JokeEditor(name=f"{name}_editor")
        self.editor.hide()
        self._spot = Spot(self.view)
        self._rows = RowsShown(self.table_model, self)
        self._editing = Editing(self.table_model, self.view, self.editor, self.actions_, self)
        self._copying = Copying(self.table_model, self)
        self._arrange()
        self._connect()
        self._set_editable(False)

    # ---- The interface ---------------------------------------------------------------------

    def show_raw(self, table: TextTable, joke_columns: Sequence[int]) -> None:
        """Show the rows of a file as they are; these columns hold the jokes."""
        is_same = self._word == "row" and self._columns() == tuple(table.columns)
        self._begin(table, "row", joke_columns, starts_anew=not is_same)

    def set_joke_columns(self, columns: Sequence[int]) -> None:
        """Mark other columns as those with the jokes."""
        self._mark(columns)
        self.view.fit_columns()
        if columns:
            top = max(0, self.view.rowAt(0))
            self.view.scrollTo(self.table_model.index(top, columns[0]))

    def show_jokes(self, table: TextTable, edits: Sequence[Edit]) -> None:
        """Show the jokes of an examined table, which can be edited; `edits` lie over it.

        What is looked for, how it is sorted and where one is stay as they are, until `clear`.
        """
        starts_anew = not self._editing.is_open_for_edits
        self._begin(table, "joke", (JOKE,), starts_anew=starts_anew, edits=edits)

    def show_dataset(self, table: TextTable) -> None:
        """Show the jokes of a saved data set as they are."""
        self._begin(table, "joke", (JOKE,))

    def edits(self) -> tuple[Edit, ...]:
        """What a person did to the jokes, by raw row; what was given is part of it."""
        return self._editing.edits()

    def show_only(self, show: Show, note: str = "") -> None:
        """Show these jokes, as if the person had chosen them."""
        self._choose_view(View(show, note))

    def show_text(self, words: str) -> None:
        """Look for these words, as if the person had typed them."""
        self.search.set_text(" ".join(words.split()))

    def clear(self) -> None:
        """Show nothing, and let go of the file."""
        self._rows.forget()
        self._editing.clear()
        self.editor.hide()
        self.table_model.show_table(None)
        self._start_anew()
        self._set_editable(False)
        self._say_count()
        self._show_place()
        self.footer.note.setText("")

    @property
    def is_busy(self) -> bool:
        """Whether rows are being looked for, or soon will be."""
        return self._rows.is_busy or self._editing.is_busy or self.search.is_waiting

    def note(self) -> str:
        """What is said under the table."""
        return self.footer.note.text()

    # ---- Showing a table -------------------------------------------------------------------

    def _begin(
        self,
        table: TextTable,
        word: str,
        joke_columns: Sequence[int],
        *,
        starts_anew: bool = True,
        edits: Sequence[Edit] | None = None,
    ) -> None:
        self._rows.forget()
        self._word = word
        if starts_anew:
            self._start_anew()
        else:
            self._spot.take()
        is_examined = edits is not None
        self.table_model.show_table(table, is_examined=is_examined)
        self._mark(joke_columns)
        self._set_editable(is_examined)
        if starts_anew:
            self.view.fit_columns()
            self.view.scrollToTop()
            self._say_hint(is_examined)
        self._keep = Keep.TOP if starts_anew else Keep.PLACE
        self._editing.begin(table, edits)  # asks for the rows where there is something to edit
        if edits is None:
            self._ask()

    def _start_anew(self) -> None:
        """Another table: nothing is looked for, and all of it is shown as it is in the file."""
        self.search.reset()
        self._view = View()
        self._spot.forget()
        self._set_order(FILE_ORDER)
        self.view.set_matches(Matches())

    def _mark(self, columns: Sequence[int]) -> None:
        self._joke_columns = tuple(columns)
        self.view.set_joke_columns(columns)
        self.search.set_joke_column(columns[0] if columns else 0)

    def _set_editable(self, can_edit: bool) -> None:
        by_rows = QAbstractItemView.SelectionBehavior.SelectRows
        by_cells = QAbstractItemView.SelectionBehavior.SelectItems
        self.view.setSelectionBehavior(by_rows if can_edit else by_cells)
        self.view.setAccessibleDescription(_EDITABLE if can_edit else _READ_ONLY)
        self.actions_.set_editable(can_edit)
        self.editor.set_editable(can_edit)
        self.footer.show_actions()
        if not can_edit:
            self.search.set_views((), View())

    def _columns(self) -> tuple[str, ...]:
        table = self.table_model.table
        return tuple(table.columns) if table is not None else ()

    # ---- Which rows ------------------------------------------------------------------------

    def _ask(self) -> None:
        """Show the rows that are asked for now; `_keep` says where one is afterwards."""
        edits = self.table_model.edits
        words = split_words(self.search.text())
        columns = tuple(range(self.table_model.columnCount()))
        query = RowQuery(words, columns, self._order, self._joke_columns)
        if edits is not None:
            query = replace(
                query,
                wanted=edits.wanted(self._view.show, self._view.note),
                changed=edits.changed,
                labels=edits.labels,
            )
        if words != self._rows.query.words:
            self.view.set_matches(Matches(words))
        # Who wants to stay where they are has to wait until that place is there.
        self._rows.ask(query, at_once=self._keep is not Keep.TOP)
        self._say_count()

    def _set_order(self, order: Order) -> None:
        self._order = order
        self.search.show_order(order)
        is_column = order.column is not None and order.column >= 0
        column = order.column if is_column and order.column is not None else -1
        self.view.show_order(column, is_descending=order.is_descending)

    def _choose_view(self, view: View) -> None:
        self._view = view
        self._keep = Keep.JOKE
        if self.table_model.edits is not None:
            self._offer_views()
            self._ask()

    def _offer_views(self) -> None:
        if (edits := self.table_model.edits) is not None:
            self.search.set_views(offered_views(edits.counts, self._view), self._view)

    def _say_count(self) -> None:
        self.search.set_count(self._rows.count_text(self._word))

    def _show_place(self) -> None:
        """The table, or why there is nothing in it."""
        table = self.table_model.table
        is_empty = table is not None and not self.table_model.rowCount()
        if is_empty:
            has_words = bool(self._rows.query.words)
            self.nothing.show_why(self._word, has_words=has_words, view=self._view)
        had_focus = self.view.hasFocus() or self.nothing.button.hasFocus()
        self._places.setCurrentWidget(self.nothing if is_empty else self.view)
        if had_focus:
            (self.nothing.button if is_empty else self.view).setFocus()

    # ---- Other -----------------------------------------------------------------------------

    def _arrange(self) -> None:
        places = QWidget()
        self._places = QStackedLayout(places)
        self._places.addWidget(self.view)
        self._places.addWidget(self.nothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.search)
        layout.addWidget(places, 1)
        layout.addWidget(self.editor)
        layout.addWidget(self.footer)
        for widget in (self.search.line, self.search.views, self.search.order_button):
            QWidget.setTabOrder(widget, self.view)

    def _connect(self) -> None:
        self.table_model.table_failed.connect(self.table_failed)
        self.table_model.sort_wanted.connect(self._on_sort_wanted)
        self.search.words_changed.connect(self._on_words_changed)
        self.search.view_chosen.connect(self._on_view_chosen)
        self.search.order_chosen.connect(self._on_order_chosen)
        self.search.left.connect(self._on_search_left)
        self.nothing.clear_wanted.connect(self._on_clear_wanted)
        self.view.escaped.connect(self._on_escaped)
        self.view.customContextMenuRequested.connect(self._on_menu_wanted)
        self.actions_.copy_wanted.connect(self._on_copy_wanted)
        self.actions_.order_wanted.connect(self._on_order_chosen)
        self._copying.copied.connect(self._on_copied)
        self._rows.about_to_change.connect(self._spot.take)
        self._rows.changed.connect(self._on_rows_changed)
        self._rows.grown.connect(self._on_rows_grown)
        self._rows.settled.connect(self._on_rows_settled)
        self._editing.is_ready.connect(self._on_edits_ready)
        self._editing.edited.connect(self._on_edited)
        self._editing.actions_changed.connect(self.footer.show_actions)
        self._editing.list_ready.connect(self.edits_changed)
        self._editing.said.connect(self.footer.note.setText)

    def _say_hint(self, can_edit: bool) -> None:
        copying = keys_of(QKeySequence.StandardKey.Copy)
        hint = f"Select some and press {copying} to copy them."
        self.footer.note.setText("Double-click a joke to change it." if can_edit else hint)

    def _whole_text(self, index: QModelIndex) -> str:
        return self.table_model.whole_text(index.row(), index.column())

    @Slot()
    def _on_words_changed(self) -> None:
        # Looking for something: from the top. Done with it: see what is around what was found.
        self._keep = Keep.TOP if self.search.text() else Keep.JOKE
        if self._has_edited:
            self._has_edited = False
            self._rows.forget_words()
        self._ask()

    @Slot()
    def _on_view_chosen(self) -> None:
        self._choose_view(self.search.view())

    @Slot(object)
    def _on_order_chosen(self, order: Order) -> None:
        self._set_order(order)
        self._keep = Keep.JOKE
        self._ask()

    @Slot(int, bool)
    def _on_sort_wanted(self, column: int, is_descending: bool) -> None:
        self._on_order_chosen(Order(column, is_descending) if column >= 0 else FILE_ORDER)

    @Slot()
    def _on_search_left(self) -> None:
        if self.view.isVisible():
            self.view.setFocus()
            if not self.view.currentIndex().isValid() or not self.view.chosen_count():
                self.view.choose_row(max(0, self.view.rowAt(0)))
        else:
            self.nothing.button.setFocus()

    @Slot()
    def _on_clear_wanted(self) -> None:
        if self.search.text():
            self.search.set_text("")
        else:
            self._choose_view(View())
        self.view.setFocus()

    @Slot()
    def _on_escaped(self) -> None:
        if self.editor.isVisible():
            self._editing.close_pane()
        elif self.search.text():
            self.search.set_text("")

    @Slot(QPoint)
    def _on_menu_wanted(self, where: QPoint) -> None:
        index = self.view.indexAt(where)
        column = index.column() if index.isValid() else max(0, self.view.currentIndex().column())
        title = self.table_model.headerData(column, Qt.Orientation.Horizontal)
        menu = self.actions_.menu(column, str(title or ""))
        menu.popup(self.view.viewport().mapToGlobal(where))

    @Slot()
    def _on_copy_wanted(self) -> None:
        columns = frozenset((JOKE,)) if self._editing.is_open_for_edits else None
        self._copying.copy(self.view.selectionModel().selection(), columns)

    @Slot(int)
    def _on_copied(self, rows: int) -> None:
        cut = f", the first {wording.number(rows)} you selected" if rows == COPIED_AT_MOST else ""
        self.footer.note.setText(f"Copied {in_words(rows, self._word)}{cut}.")

    @Slot()
    def _on_rows_changed(self) -> None:
        self._spot.go_back(self._keep, self.table_model)
        self._show_place()
        self._say_count()

    @Slot()
    def _on_rows_grown(self) -> None:
        self._say_count()

    @Slot(object)
    def _on_rows_settled(self, error: object) -> None:
        if isinstance(error, JokegenError):
            self.table_model.report(error)
        self._show_place()
        self._say_count()
        self._editing.look_at_choice()

    @Slot()
    def _on_edits_ready(self) -> None:
        """The jokes can be edited from now on, and those that are asked for can be chosen."""
        self._offer_views()
        labels = self.table_model.edits.labels.texts if self.table_model.edits else ()
        self.view.fit_column(NOTE, labels)
        self._ask()

    @Slot(str)
    def _on_edited(self, what: str) -> None:
        if self._order.column == NOTE:
            self._rows.forget_order()
        self._has_edited = True  # what was found stays in sight until other words are typed
        self._offer_views()
        self.footer.note.setText(what)
        if self._view.show is not Show.ALL:
            self._keep = Keep.PLACE
            self._ask()
