"""Carries out what a person does to the chosen jokes, in the table and in the pane under it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QTimer, Signal, Slot
from PySide6.QtGui import QKeySequence

from jokegen import wording
from jokegen.data.joke_edits import JokeEdits
from jokegen.data.row_query import JOKE
from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import Edit
from jokegen.qt.row_finder import Check, TableReader
from jokegen.ui.joke_table.actions import JokeActions, keys_of
from jokegen.ui.joke_table.editor import JokeEditor
from jokegen.ui.joke_table.model import JokesModel
from jokegen.ui.joke_table.view import JokesView

if TYPE_CHECKING:
    from jokegen.data.row_query import Rows
    from jokegen.data.table import TextTable

Place = tuple[int, int]
# So few are gone through at once: it takes less time than a thread would to begin.
_FEW_ROWS = 20_000
_SECONDS_FOR_LIST = 0.005


class Editing(QObject):
    """`edited` says what a person has done, `said` why nothing was.

    `is_ready` tells that the jokes can be edited from now on.
    """

    is_ready = Signal()
    edited = Signal(str)
    actions_changed = Signal()
    list_ready = Signal()  # all that was done can be asked for without any delay
    said = Signal(str)

    def __init__(
        self,
        table_model: JokesModel,
        view: JokesView,
        editor: JokeEditor,
        actions: JokeActions,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._table_model, self._view, self._editor = table_model, view, editor
        self._actions = actions
        self._given: tuple[Edit, ...] = ()
        self._shown_place: Place | None = None  # of the joke that is in the pane
        self.is_open_for_edits = False
        self._list_timer = QTimer(self)
        self._list_timer.setInterval(0)
        self._list_timer.timeout.connect(self._on_time_for_list)
        self._reader = TableReader(self)
        self._reader.told.connect(self._on_edits_read)
        self._reader.ended.connect(self._on_reading_ended)
        view.selection_changed.connect(self.look_at_choice)
        view.undo_wanted.connect(self._on_undo_wanted)
        view.redo_wanted.connect(self._on_redo_wanted)
        view.doubleClicked.connect(self._on_double_clicked)
        editor.text_saved.connect(self._on_text_saved)
        editor.left.connect(self._on_editor_left)
        editor.closed.connect(self._on_editor_closed)
        actions.open_wanted.connect(self._on_open_wanted)
        actions.remove_wanted.connect(self._on_remove_wanted)
        actions.restore_wanted.connect(self._on_restore_wanted)
        actions.put_back_wanted.connect(self._on_put_back_wanted)
        actions.undo.triggered.connect(self._on_undo_wanted)
        actions.redo.triggered.connect(self._on_redo_wanted)

    # ---- A table ---------------------------------------------------------------------------

    def begin(self, table: TextTable, edits: Sequence[Edit] | None) -> None:
        """Another table is shown; None where nothing can be changed."""
        self._reader.stop()
        self._list_timer.stop()
        self.is_open_for_edits = edits is not None
        self._given = tuple(edits or ())
        self._show_undo()
        if edits is None:
            self.look_at_choice()
        elif table.rows > _FEW_ROWS:
            self._reader.start(table, partial(_read_edits, edits=self._given))
        else:
            try:
                for read in _read_edits(table, _check_nothing, edits=self._given):
                    self._on_edits_read(read)
            except (JokegenError, OSError, ValueError) as error:
                self._table_model.report(error)

    def clear(self) -> None:
        """There is no table any more."""
        self._reader.stop()
        self._list_timer.stop()
        self.is_open_for_edits = False
        self._given = ()
        self._shown_place = None
        self._editor.show_nothing()

    @property
    def is_busy(self) -> bool:
        """Whether the jokes are being made ready for editing, or the edits for being told."""
        return self._reader.is_busy or self._list_timer.isActive()

    def edits(self) -> tuple[Edit, ...]:
        """All that a person did; those that were given where they are still being laid over."""
        edits = self._table_model.edits
        return self._given if edits is None else edits.edits()

    # ---- The choice and the pane -----------------------------------------------------------

    @Slot()
    def look_at_choice(self) -> None:
        """Bring actions and pane into line with the jokes that are chosen now."""
        count = self._view.chosen_count() if self._table_model.table is not None else 0
        joke = self._chosen_joke() if count == 1 else -1
        if self._editor.is_changed and self._place(joke) != self._shown_place:
            self._save_typed()
        self._show_in_pane(joke, count)
        actions, edits = self._actions, self._table_model.edits
        actions.open.setEnabled(count > 0)
        actions.copy.setEnabled(count > 0)
        if edits is not None:
            rows = self._chosen_jokes()
            actions.remove.setEnabled(edits.can_remove(rows))
            actions.restore.setEnabled(edits.can_restore(rows))
            actions.put_back.setEnabled(joke >= 0 and edits.can_put_back(joke))
        self.actions_changed.emit()

    def close_pane(self) -> None:
        """Back to the table alone; what was typed is kept."""
        self._save_typed()
        self._editor.hide()
        self._view.setFocus()

    def _show_in_pane(self, joke: int, count: int) -> None:
        if self._editor.isHidden():
            self._shown_place = None
            return
        if joke < 0:
            self._shown_place = None
            self._editor.show_nothing(
                f"{wording.number(count)} are chosen." if count else "Choose a joke to see it here."
            )
            return
        edits, table = self._table_model.edits, self._table_model.table
        assert table is not None
        try:
            if edits is None:
                text, before = self._table_model.whole_text(*self._text_cell()), ""
            else:
                text, before = edits.text(joke), edits.former_text(joke)
        except (JokegenError, OSError, ValueError, IndexError) as error:
            self._table_model.report(error)
            return
        is_typing = self._editor.is_changed and self._place(joke) == self._shown_place
        if not is_typing and text != self._editor.original:
            self._editor.show_joke(text, can_edit=edits is not None)
        self._editor.show_before(before)
        self._shown_place = self._place(joke)

    def _text_cell(self) -> tuple[int, int]:
        """The cell whose text is read: of an examined table the joke, else the current one."""
        index = self._view.currentIndex()
        return index.row(), JOKE if self.is_open_for_edits else index.column()

    def _chosen_joke(self) -> int:
        row = self._view.chosen_rows()
        return self._table_model.table_row(int(row[0])) if len(row) else -1

    def _chosen_jokes(self) -> Rows:
        return self._table_model.table_rows(self._view.chosen_rows())

    def _place(self, joke: int) -> Place | None:
        """What the joke of a row of the table is known by, in whichever table."""
        if joke < 0:
            return None
        edits = self._table_model.edits
        if edits is None:
            return joke, self._text_cell()[1]
        return edits.place(joke)

    def _save_typed(self) -> None:
        """Keep what was typed in the pane, if it is a joke."""
        edits, place = self._table_model.edits, self._shown_place
        if edits is None or place is None or not self._editor.is_changed:
            return
        row, text = edits.find(place), self._editor.text()
        self._editor.take_as_shown()
        if row >= 0 and text.strip():
            self._do(partial(edits.set_text, row, text))

    # ---- What is done ----------------------------------------------------------------------

    def _do(self, act: Callable[[], str], nothing: str = "") -> None:
        """Carry out an edit that says in words what it did, "" if nothing."""
        try:
            what = act()
        except (JokegenError, OSError, ValueError, IndexError) as error:
            self._table_model.report(error)
            return
        if what:
            keys = keys_of(QKeySequence.StandardKey.Undo)
            self._tell(f"{_sentence(what)} {keys} takes it back.")
        elif nothing:
            self.said.emit(nothing)

    def _tell(self, what: str) -> None:
        self._table_model.tell_all()
        self._show_undo()
        self.edited.emit(what)
        self.look_at_choice()
        self._on_time_for_list()

    def _show_undo(self) -> None:
        edits = self._table_model.edits
        for action, can_do in (
            (self._actions.undo, edits is not None and edits.can_undo),
            (self._actions.redo, edits is not None and edits.can_redo),
        ):
            action.setEnabled(can_do)
        self._view.can_undo = self._actions.undo.isEnabled()
        self._view.can_redo = self._actions.redo.isEnabled()

    def _step_through_history(self, step: Callable[[], tuple[str, Rows]], word: str) -> None:
        try:
            what, rows = step()
        except (JokegenError, OSError, ValueError, IndexError) as error:
            self._table_model.report(error)
            return
        self._tell(f"{word}: {what}.")
        row = self._table_model.view_row(int(rows[0])) if len(rows) else -1
        if row >= 0:
            self._view.choose_row(row)

    @Slot()
    def _on_time_for_list(self) -> None:
        """Go on making the list of edits: a million take more time than anybody likes to wait."""
        edits = self._table_model.edits
        is_done = edits is None or edits.list_edits(_SECONDS_FOR_LIST)
        if is_done:
            self._list_timer.stop()
            self.list_ready.emit()
        else:
            self._list_timer.start()

    @Slot(object)
    def _on_edits_read(self, edits: object) -> None:
        table = self._table_model.table
        if isinstance(edits, JokeEdits) and table is not None:
            edits.read_with(table.text)
            self._table_model.set_edits(edits)
            self.is_ready.emit()
            self.look_at_choice()

    @Slot(object)
    def _on_reading_ended(self, error: object) -> None:
        if isinstance(error, JokegenError):
            self._table_model.report(error)

    @Slot(QModelIndex)
    def _on_double_clicked(self, _index: QModelIndex) -> None:
        self._open()

    @Slot()
    def _on_open_wanted(self) -> None:
        if self._table_model.edits is None and self._editor.isVisible():
            self.close_pane()
        else:
            self._open()

    def _open(self) -> None:
        if not self._view.currentIndex().isValid():
            return
        if self._view.chosen_count() != 1:
            self._view.choose_row(self._view.currentIndex().row())
        self._editor.show()
        self.look_at_choice()
        self._view.scrollTo(self._view.currentIndex())
        if self._table_model.edits is not None:
            self._editor.begin()

    @Slot(str)
    def _on_text_saved(self, _text: str) -> None:
        self._save_typed()

    @Slot()
    def _on_editor_left(self) -> None:
        self._view.setFocus()

    @Slot()
    def _on_editor_closed(self) -> None:
        self.close_pane()

    @Slot()
    def _on_remove_wanted(self) -> None:
        if (edits := self._table_model.edits) is not None:
            self._do(partial(edits.remove, self._chosen_jokes()))

    @Slot()
    def _on_restore_wanted(self) -> None:
        if (edits := self._table_model.edits) is not None:
            self._do(
                partial(edits.restore, self._chosen_jokes()),
                "An empty joke cannot be kept. Open it and write something into it.",
            )

    @Slot()
    def _on_put_back_wanted(self) -> None:
        if (edits := self._table_model.edits) is not None and (joke := self._chosen_joke()) >= 0:
            self._do(partial(edits.put_back, joke))

    @Slot()
    def _on_undo_wanted(self) -> None:
        if (edits := self._table_model.edits) is not None and edits.can_undo:
            self._step_through_history(edits.undo, "Undone")

    @Slot()
    def _on_redo_wanted(self) -> None:
        if (edits := self._table_model.edits) is not None and edits.can_redo:
            self._step_through_history(edits.redo, "Done again")


def _read_edits(table: TextTable, check: Check, *, edits: Sequence[Edit]) -> Iterator[object]:
    from jokegen.data.joke_digest import read_digest

    yield JokeEdits(read_digest(table, check), edits, table.text)


def _check_nothing() -> None:
    """What is done at once cannot be stopped."""


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
