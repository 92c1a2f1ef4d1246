"""The page on which raw rows become clean jokes: how they are read, the doctor, figures, saving."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QVBoxLayout, QWidget

from jokegen import wording
from jokegen.data.row_query import Show
from jokegen.jobs.dataset_requests import (
    ExamineRequest,
    ExamineSummary,
    ImportRequest,
    PreviewSummary,
    ReadOptions,
    Recipe,
)
from jokegen.ui.bring.ways import WaysButton
from jokegen.ui.dataset.keys import pressed_enter
from jokegen.ui.dataset.save_bar import SaveBar
from jokegen.ui.dataset.titles import title_of
from jokegen.ui.doctor.section import DoctorSection
from jokegen.ui.figures.section import FiguresSection
from jokegen.ui.kit.buttons import ButtonKind, IconButton
from jokegen.ui.kit.icons import IconLabel
from jokegen.ui.kit.labels import ElidedLabel, PlainLabel
from jokegen.ui.kit.sections import Sections
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole
from jokegen.ui.understand.section import ReadSection

if TYPE_CHECKING:
    from jokegen.data.table import TextTable


class WorkshopPage(QWidget):
    """Shows a preview and its examination; the tab around runs the jobs that are asked for."""

    read_requested = Signal(object)  # ReadOptions: read the same again like this
    examine_requested = Signal(object)  # ExamineRequest
    save_requested = Signal(object)  # ImportRequest
    report_requested = Signal()
    way_chosen = Signal(object)
    closed = Signal()
    edits_stand = Signal(int)  # other columns, and so many jokes stay as they were written by hand
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("workshop")
        self.base = ExamineRequest.base  # the base model whose tokens are counted
        self._preview: PreviewSummary | None = None
        self._recipe = Recipe()
        self._examined: ExamineSummary | None = None
        self._thorough: bool | None = None
        self._title = ElidedLabel(
            "", TextRole.TITLE, name="workshop_title", mode=Qt.TextElideMode.ElideMiddle
        )
        self._understood = PlainLabel("", TextRole.MUTED, name="workshop_understood")
        self.another_button = WaysButton(
            text="Something else…", kind=ButtonKind.QUIET, name="workshop_another"
        )
        self.close_button = IconButton(
            "close", "Put this aside without saving it", name="workshop_close"
        )
        self.read_section = ReadSection()
        self.doctor_section = DoctorSection()
        self.figures_section = FiguresSection()
        self.sections = Sections(label="What to look at", name="workshop_sections")
        self._read, self._doctor, self._figures = (
            self.sections.add(part, title, tip)
            for part, title, tip in (
                (self.read_section, "What was read", "The rows as they are, and how to read them"),
                (self.doctor_section, "Joke doctor", "What could be mended, and the jokes"),
                (self.figures_section, "Figures", "How many, how long, how different"),
            )
        )
        self._outlook = ElidedLabel("", TextRole.MUTED, name="workshop_outlook")
        self._outlook.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.sections.add_to_row(self._outlook)
        self.save_bar = SaveBar()
        self._arrange()
        self._connect()

    def show_preview(
        self, summary: PreviewSummary, table: TextTable, name: str, recipe: Recipe | None = None
    ) -> None:
        """Show other rows, with a name proposed for their data set, and ask for an examination."""
        self._preview = summary
        self._examined = None
        self._recipe = recipe or Recipe()
        self._thorough = None
        self._show_head(summary)
        self.read_section.set_busy(False)
        self.read_section.show_preview(summary, table)
        self.doctor_section.clear()
        self.figures_section.clear()
        self.save_bar.begin(name)
        self.sections.show_section(self._read)
        self._ask_for_examination()

    def show_reread(self, summary: PreviewSummary, table: TextTable) -> None:
        """Show the same rows read in another way; fixes and choices stay, edits of rows go."""
        self._preview = summary
        self._recipe = replace(self._recipe, edits=())
        self._show_head(summary)
        self.read_section.set_busy(False)
        self.read_section.show_preview(summary, table)
        self._ask_for_examination()

    def show_examined(self, summary: ExamineSummary, table: TextTable) -> None:
        """Show what the doctor found in the rows that are shown."""
        self._examined = summary
        self.read_section.show_made(table)
        self.doctor_section.set_busy(False)
        self.doctor_section.show_examined(summary, table, self._recipe)
        self.figures_section.show_figures(summary)
        worth_a_look = sum(
            bool(finding.count) and not finding.is_fixed for finding in summary.findings
        )
        self.sections.set_note(self._doctor, str(worth_a_look) if worth_a_look else "")
        left_out = wording.dropped(summary.left_out)
        jokes = wording.jokes(summary.jokes)
        self._outlook.setText(f"{jokes}; left out: {left_out}" if left_out else jokes)
        self._check_ready()

    def show_examination_failed(self) -> None:
        """The examination ended without a result; what was shown before stays."""
        self.doctor_section.set_busy(False)
        self._outlook.setText("")
        self._check_ready()

    def restore_reading(self, table: TextTable) -> None:
        """Show again how the rows that are shown were read: another choice was not carried out."""
        if self._preview is not None:
            self.read_section.set_busy(False)
            self.read_section.show_preview(self._preview, table)

    def set_reading(self, is_reading: bool) -> None:
        """Show that the rows are being read again."""
        self.read_section.set_busy(is_reading)
        self._check_ready()

    def clear(self) -> None:
        """Show nothing, and let go of all files."""
        self._preview = self._examined = None
        self.read_section.clear()
        self.doctor_section.clear()
        self.figures_section.clear()
        self._outlook.setText("")
        self.sections.set_note(self._doctor, "")
        self._check_ready()

    def show_saving(self, *, is_saving: bool) -> None:
        """Show how far the saving is, or the form again."""
        self.save_bar.show_saving(is_saving=is_saving)
        for part in (self.sections, self.another_button, self.close_button):
            part.setEnabled(not is_saving)

    def hand_edits(self) -> int:
        """How many jokes a person has changed by hand, up to this moment."""
        self.doctor_section.flush()
        return len(self._recipe.edits)

    @property
    def is_examined(self) -> bool:
        """Whether the doctor has looked at what is shown."""
        return self._examined is not None

    def focus_first(self) -> None:
        """Where something is asked, an answer comes first; else the name, and Enter saves."""
        if self.sections.current() == self._read and self.read_section.questions.cards:
            self.read_section.focus_first()
        else:
            self.save_bar.focus_first()

    def show_edited(self) -> None:
        """Show the jokes that were changed by hand."""
        self.sections.show_section(self._doctor)
        self.doctor_section.jokes_table.show_only(Show.EDITED)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = self.focusWidget()
        if focused is not None and self.sections.isAncestorOf(focused):
            # Whoever presses Enter on a joke or a slider does not mean to save the data set.
            is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if is_enter and isinstance(focused, QAbstractButton):
                focused.click()
            elif not is_enter:
                super().keyPressEvent(event)
        elif not pressed_enter(self, event, self.save_bar.save_button):
            super().keyPressEvent(event)

    def _connect(self) -> None:
        self.sections.section_shown.connect(self._on_section_shown)
        self.another_button.way_chosen.connect(self.way_chosen)
        self.close_button.clicked.connect(self.closed)
        self.read_section.options_changed.connect(self._on_options_changed)
        self.read_section.joke_changed.connect(self._on_joke_changed)
        self.read_section.report_requested.connect(self.report_requested)
        self.doctor_section.recipe_changed.connect(self._on_recipe_changed)
        self.doctor_section.thorough_requested.connect(self._on_thorough_wanted)
        self.save_bar.save_requested.connect(self._on_save_wanted)
        self.save_bar.cancel_requested.connect(self.cancel_requested)

    def _arrange(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._understood)
        top = QHBoxLayout()
        top.setSpacing(Space.S)
        top.addWidget(IconLabel("file", "accent_text", scaled(28)), 0, Qt.AlignmentFlag.AlignTop)
        top.addSpacing(Space.XS)
        top.addLayout(words, 1)
        top.addWidget(self.another_button, 0, Qt.AlignmentFlag.AlignTop)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        layout.addLayout(top)
        layout.addWidget(self.sections, 1)
        layout.addWidget(self.save_bar)

    def _show_head(self, summary: PreviewSummary) -> None:
        self._title.setText(title_of(summary))
        self._understood.setText(f"Read as {summary.understood}.")

    def _check_ready(self) -> None:
        has_jokes = self._examined is not None and self._examined.jokes > 0
        self.save_bar.set_ready(
            self._preview is not None
            and (has_jokes or self._examined is None)
            and not self.read_section.problem()
        )

    def _ask_for_examination(self) -> None:
        summary = self._preview
        if summary is None or self.read_section.problem():
            self._check_ready()
            return
        self._check_ready()
        self.doctor_section.set_busy(True)
        self._outlook.setText("The doctor is looking at the jokes…")
        self.examine_requested.emit(
            ExamineRequest(
                table=summary.table,
                columns=self.read_section.columns(),
                template=self.read_section.template(),
                recipe=self._recipe,
                base=self.base,
                thorough=self._thorough,
            )
        )

    @Slot(int)
    def _on_section_shown(self, index: int) -> None:
        self._outlook.setVisible(index != self._doctor)  # which says the same at its top

    @Slot(object)
    def _on_options_changed(self, options: ReadOptions) -> None:
        self.read_requested.emit(options)

    @Slot()
    def _on_joke_changed(self) -> None:
        self.doctor_section.flush()
        self._ask_for_examination()
        written = sum(edit.text is not None for edit in self._recipe.edits)
        if written and not self.read_section.problem():
            self.edits_stand.emit(written)

    @Slot(object)
    def _on_recipe_changed(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._ask_for_examination()

    @Slot()
    def _on_thorough_wanted(self) -> None:
        self._thorough = True
        self._ask_for_examination()

    @Slot()
    def _on_save_wanted(self) -> None:
        summary = self._preview
        if summary is None:
            return
        self.doctor_section.flush()
        self.save_requested.emit(
            ImportRequest(
                sources=summary.sources,
                name=self.save_bar.name(),
                datasets=summary.datasets,
                table=summary.table,
                columns=self.read_section.columns(),
                template=self.read_section.template(),
                options=summary.options,
                recipe=self._recipe,
                validation_share=self.save_bar.validation_share(),
                limit=self.save_bar.most_jokes(),
                base=self.base,
                origin=summary.origin,
            )
        )
