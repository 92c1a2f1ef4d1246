"""The joke doctor: what could be mended, each with one click, beside the jokes as they will be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QHideEvent, QKeySequence
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from jokegen.data.doctor.words import words_for
from jokegen.data.row_query import Show
from jokegen.jobs.dataset_requests import ExamineSummary, Finding, Fix, FixKind, Recipe
from jokegen.ui.doctor.findings import FindingsList
from jokegen.ui.doctor.header import DoctorHeader
from jokegen.ui.doctor.history import RecipeHistory, edits_changed, with_fix, without_fix
from jokegen.ui.doctor.phrases import SAFE, outlook
from jokegen.ui.joke_table.table import JokesTable
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, Tone

if TYPE_CHECKING:
    from jokegen.data.table import TextTable

_EDITS_PAUSE_MS = 800  # after the last change in the table
_SETTING_PAUSE_MS = 350  # after the last move of a slider


class DoctorSection(QWidget):
    """Keeps the recipe that a person wants, with its history; others examine by it.

    The newest recipe counts: results of older ones are shown, but change nothing about it.
    """

    recipe_changed = Signal(object)
    thorough_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("doctor_section")
        self._history = RecipeHistory(Recipe())
        self._told: list[Recipe] = []  # recipes given out whose results have not been shown
        self._summary: ExamineSummary | None = None
        self._findings: dict[FixKind, Finding] = {}
        self._drafts: dict[FixKind, Fix] = {}
        self._is_busy = False
        self.header = DoctorHeader()
        self.findings = FindingsList()
        self.jokes_table = JokesTable(name="doctor_jokes")
        self._edits_timer = self._timer(_EDITS_PAUSE_MS, self._on_edits_due)
        self._setting_timer = self._timer(_SETTING_PAUSE_MS, self._on_setting_due)
        self._waiting_fix: Fix | None = None
        self._has_new_edits = False
        self._arrange()
        self._connect()
        self._show()

    def show_examined(self, summary: ExamineSummary, table: TextTable, recipe: Recipe) -> None:
        """Show what was found with `recipe`; one that is not from here begins a new history."""
        self._summary = summary
        self._findings = {finding.kind: finding for finding in summary.findings}
        if recipe in self._told:
            self._told = self._told[self._told.index(recipe) + 1 :]
        elif recipe != self._history.recipe:
            self._begin(recipe)
        edits = self.jokes_table.edits() if self._has_new_edits else self._history.recipe.edits
        self.jokes_table.show_jokes(table, edits)
        self._show()

    def recipe(self) -> Recipe:
        """The recipe that is wanted now; what was changed a moment ago is told first."""
        self.flush()
        return self._history.recipe

    def flush(self) -> None:
        """Do not wait any longer before telling what a person has changed."""
        self._on_edits_due()
        self._on_setting_due()

    def set_busy(self, is_busy: bool) -> None:
        """Whether the jokes are being looked through again; everything can be used meanwhile."""
        self._is_busy = is_busy
        self.header.set_busy(is_busy, is_again=self._summary is not None)
        self._show()

    def clear(self) -> None:
        """Show nothing, and let go of the file."""
        self._begin(Recipe())
        self._summary = None
        self._findings = {}
        self._is_busy = False
        self.header.set_busy(False, is_again=False)
        self.findings.clear()
        self.jokes_table.clear()
        self._show()

    def focus_first(self) -> None:
        """Put the focus on the first finding."""
        self.findings.focus_first()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.flush()

    def _begin(self, recipe: Recipe) -> None:
        """Another pile, or the same one read anew: what was done before cannot be undone."""
        self._history = RecipeHistory(recipe)
        self._told = []
        self._drafts = {}
        self._waiting_fix = None
        self._has_new_edits = False
        self._edits_timer.stop()
        self._setting_timer.stop()
        self.findings.banner.clear()

    def _timer(self, pause: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(pause)
        timer.timeout.connect(slot)
        return timer

    def _arrange(self) -> None:
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setObjectName("doctor_splitter")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(Space.M)
        self._splitter.addWidget(self.findings)
        self._splitter.addWidget(self.jokes_table)
        self._splitter.setStretchFactor(0, 2)
        self._splitter.setStretchFactor(1, 3)
        self._splitter.setSizes([scaled(400), scaled(560)])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.header)
        layout.addWidget(self._splitter, 1)
        layout.addStretch(0)  # where there is nothing to show yet

    def _connect(self) -> None:
        self.header.undo_wanted.connect(self._on_undo_wanted)
        self.header.redo_wanted.connect(self._on_redo_wanted)
        self.header.safe_wanted.connect(self._on_safe_wanted)
        self.findings.fix_wanted.connect(self._on_fix_wanted)
        self.findings.undo_wanted.connect(self._on_fix_unwanted)
        self.findings.look_wanted.connect(self.thorough_requested)
        self.findings.fix_changed.connect(self._on_fix_changed)
        self.findings.text_wanted.connect(self._on_text_wanted)
        self.findings.view_wanted.connect(self._on_view_wanted)
        self.findings.banner.action_clicked.connect(self._on_undo_wanted)
        self.jokes_table.edits_changed.connect(self._on_edits_changed)
        for keys, slot in (
            (QKeySequence.StandardKey.Undo, self._on_undo_wanted),
            (QKeySequence.StandardKey.Redo, self._on_redo_wanted),
        ):
            action = QAction(self)
            action.setShortcuts(keys)
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(slot)
            self.addAction(action)

    # -- Changing the recipe -------------------------------------------------------------------

    def _change(self, recipe: Recipe, what: str) -> None:
        """Go on to another recipe, and tell it."""
        self.findings.banner.clear()
        if self._history.add(recipe, what):
            self._tell()

    def _tell(self) -> None:
        recipe = self._history.recipe
        self._told.append(recipe)
        self.recipe_changed.emit(recipe)
        self._show()

    @Slot(object)
    def _on_fix_wanted(self, kind: FixKind) -> None:
        self.flush()
        fix = self._drafts.get(kind) or Fix(kind)
        words = words_for(kind)
        self._change(with_fix(self._history.recipe, fix), f"“{words.action}” ({words.title})")

    @Slot(object)
    def _on_fix_unwanted(self, kind: FixKind) -> None:
        self.flush()
        fix = self._history.recipe.fix(kind)
        if fix is not None:
            self._drafts[kind] = fix
            title = words_for(kind).title
            self._change(without_fix(self._history.recipe, kind), f"taking back “{title}”")

    @Slot(object)
    def _on_fix_changed(self, fix: Fix) -> None:
        """A setting was changed: told after a pause if the fix is applied, else kept for then."""
        self._drafts[fix.kind] = fix
        if self._history.recipe.fix(fix.kind) is None:
            self._show()
            return
        if self._waiting_fix is not None and self._waiting_fix.kind is not fix.kind:
            self._on_setting_due()
        self._waiting_fix = fix
        self._setting_timer.start()

    @Slot()
    def _on_setting_due(self) -> None:
        self._setting_timer.stop()
        fix, self._waiting_fix = self._waiting_fix, None
        if fix is not None and self._history.recipe.fix(fix.kind) is not None:
            what = f"the other setting of “{words_for(fix.kind).title}”"
            self._change(with_fix(self._history.recipe, fix), what)

    @Slot()
    def _on_safe_wanted(self) -> None:
        self.flush()
        found = self._safe_findings()
        recipe = self._history.recipe
        for finding in found:
            recipe = with_fix(recipe, self._drafts.get(finding.kind) or Fix(finding.kind))
        self._change(recipe, "“Fix all that is safe”")
        things = "1 thing" if len(found) == 1 else f"{len(found)} things"
        counts = ", ".join(f"{words_for(each.kind).title} ({each.count:,})" for each in found)
        self.findings.banner.show_message(
            Tone.SUCCESS, f"Fixed {things} at one go", f"{counts}.", action="Undo"
        )
        self.findings.verticalScrollBar().setValue(0)

    def _safe_findings(self) -> list[Finding]:
        """What can be fixed without a second look, and is not yet."""
        recipe = self._history.recipe
        return [
            finding
            for kind, finding in self._findings.items()
            if kind in SAFE and finding.count and recipe.fix(kind) is None
        ]

    @Slot()
    def _on_undo_wanted(self) -> None:
        self.flush()
        if self._history.can_undo:
            self.findings.banner.clear()
            self._history.undo()
            self._tell()

    @Slot()
    def _on_redo_wanted(self) -> None:
        self.flush()
        if self._history.can_redo:
            self.findings.banner.clear()
            self._history.redo()
            self._tell()

    # -- The table -----------------------------------------------------------------------------

    @Slot()
    def _on_edits_changed(self) -> None:
        self._has_new_edits = True
        self._edits_timer.start()

    @Slot()
    def _on_edits_due(self) -> None:
        self._edits_timer.stop()
        if not self._has_new_edits:
            return
        self._has_new_edits = False
        old, new = self._history.recipe.edits, self.jokes_table.edits()
        if new != old:
            self._change(replace(self._history.recipe, edits=new), edits_changed(old, new))

    @Slot(str)
    def _on_text_wanted(self, text: str) -> None:
        self.jokes_table.show_only(Show.ALL)
        self.jokes_table.show_text(text)

    @Slot(object, str)
    def _on_view_wanted(self, show: Show, note: str) -> None:
        self.jokes_table.show_text("")
        self.jokes_table.show_only(show, note)

    # -- What is shown -------------------------------------------------------------------------

    def _show(self) -> None:
        recipe = self._history.recipe
        if self._summary is not None:
            self.header.show_outlook(outlook(self._summary, recipe))
        else:
            self.header.show_outlook("The doctor looks at the jokes…" if self._is_busy else "")
        self.header.show_history(self._history.undo_what, self._history.redo_what)
        titles = [words_for(finding.kind).title for finding in self._safe_findings()]
        self.header.show_safe(titles)
        if self._waiting_fix is not None:
            recipe = with_fix(recipe, self._waiting_fix)  # the slider stays where it was put
        self._splitter.setVisible(self._summary is not None)
        self.findings.show_findings(self._findings, recipe, self._drafts, is_busy=self._is_busy)
