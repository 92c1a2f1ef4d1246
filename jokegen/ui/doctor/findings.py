"""The list of what the doctor found: worth a look, done, and what there was nothing of."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from jokegen.jobs.dataset_requests import Finding, Fix, FixKind, Recipe
from jokegen.ui.doctor.phrases import ORDER, Outcome, Standing
from jokegen.ui.doctor.row import FindingRow
from jokegen.ui.kit.feedback import Banner
from jokegen.ui.kit.icons import IconLabel, icon
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole


class FindingsList(QScrollArea):
    """A row for every kind of finding, in three groups; one row is open at a time.

    The rows stay the same objects and only change places: whoever works with the keyboard keeps
    the place when the jokes have been looked through again.
    """

    fix_wanted = Signal(object)
    undo_wanted = Signal(object)
    look_wanted = Signal()
    fix_changed = Signal(object)
    text_wanted = Signal(str)
    view_wanted = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        describe(self, "findings", "What the doctor found")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumWidth(scaled(300))
        self.banner = Banner(name="doctor_banner")
        self._open_title = PlainLabel("Worth a look", TextRole.CAPTION, name="group_open")
        self._done_title = PlainLabel("Done", TextRole.CAPTION, name="group_done")
        self._done_title.setContentsMargins(0, Space.S, 0, 0)
        self._well = _Well()
        self.nothing_button = _nothing_button()
        self.nothing_button.toggled.connect(self._on_nothing_toggled)
        self.rows = {kind: FindingRow(kind) for kind in ORDER}
        for row in self.rows.values():
            self._connect(row)
        self._content = QWidget()
        self._content.setObjectName("page_content")
        self._column = QVBoxLayout()
        self._column.setSpacing(Space.XS + 2)
        self._whole = QVBoxLayout(self._content)
        self._whole.setContentsMargins(0, 0, Space.S, Space.S)
        self._whole.setSpacing(0)
        self._whole.addLayout(self._column)
        self._whole.addStretch(1)
        self._arranged: list[QWidget] = []
        self._arrange()
        self.setWidget(self._content)

    def show_findings(
        self,
        findings: Mapping[FixKind, Finding],
        recipe: Recipe,
        drafts: Mapping[FixKind, Fix],
        *,
        is_busy: bool,
    ) -> None:
        """Show what was found, beside the recipe that is wanted now.

        `drafts` says how a fix that is not applied would be set.
        """
        for kind, row in self.rows.items():
            fix = recipe.fix(kind)
            finding = findings.get(kind) or Finding(kind, 0, is_fixed=False)
            draft = fix or drafts.get(kind) or Fix(kind)
            row.show_outcome(Outcome(finding, fix, is_busy), draft)
        self._arrange()

    def clear(self) -> None:
        """Fold everything and say nothing."""
        self.banner.clear()
        for row in self.rows.values():
            row.set_open(False)
        self.nothing_button.setChecked(False)
        self.verticalScrollBar().setValue(0)

    def focus_first(self) -> None:
        """Put the focus on the first finding."""
        first = next((row for row in self._arranged if isinstance(row, FindingRow)), None)
        (self.nothing_button if first is None or first.isHidden() else first.head).setFocus()

    def _connect(self, row: FindingRow) -> None:
        row.fix_wanted.connect(self.fix_wanted)
        row.undo_wanted.connect(self.undo_wanted)
        row.look_wanted.connect(self.look_wanted)
        row.fix_changed.connect(self.fix_changed)
        row.text_wanted.connect(self.text_wanted)
        row.view_wanted.connect(self.view_wanted)
        row.toggled.connect(self._on_row_toggled)

    def _arrange(self) -> None:
        """Put the rows into their groups, moving only what is not in its place."""
        groups: dict[Standing, list[QWidget]] = {standing: [] for standing in Standing}
        for row in self.rows.values():
            groups[row.standing].append(row)
        wanted: list[QWidget] = [
            self.banner,
            self._well,
            self._open_title,
            *groups[Standing.OPEN],
            self._done_title,
            *groups[Standing.DONE],
            self.nothing_button,
            *groups[Standing.NOTHING],
        ]
        self._well.setVisible(not groups[Standing.OPEN])
        self._open_title.setVisible(bool(groups[Standing.OPEN]))
        self._done_title.setVisible(bool(groups[Standing.DONE]))
        count = len(groups[Standing.NOTHING])
        self.nothing_button.setText(f"Nothing found ({count})")
        self.nothing_button.setVisible(bool(count))
        if wanted != self._arranged:
            self._put(wanted)
        for row in self.rows.values():
            is_hidden = row.standing is Standing.NOTHING and not self.nothing_button.isChecked()
            row.setVisible(not is_hidden or row.is_open)

    def _put(self, wanted: list[QWidget]) -> None:
        # Not `takeAt`: what it returns lives on, and the new place of a widget is then never told
        # that the widget wants another height (PySide 6.11).
        for widget in self._arranged:
            self._column.removeWidget(widget)
        for widget in wanted:
            self._column.addWidget(widget)
        self._arranged = wanted
        self._order_tabs()

    def _order_tabs(self) -> None:
        """The Tab key goes down the list as it is now."""
        chain: list[QWidget] = []
        for widget in self._arranged:
            if isinstance(widget, FindingRow):
                chain += widget.focusable()
            elif widget is self.nothing_button:
                chain.append(widget)
            elif widget is self.banner:
                chain += [self.banner.action_button, self.banner.close_button]
        for first, second in pairwise(chain):
            QWidget.setTabOrder(first, second)

    @Slot(object, bool)
    def _on_row_toggled(self, kind: FixKind, is_open: bool) -> None:
        if is_open:
            for row in self.rows.values():
                if row.kind is not kind:
                    row.set_open(False)
            self._order_tabs()
            QTimer.singleShot(0, self, self._show_open_row)
        else:
            self._arrange()

    @Slot()
    def _show_open_row(self) -> None:
        """Scroll until as much of it can be seen as there is room for."""
        # It is laid out now, not some events later: its place and height are asked for below.
        self._whole.activate()
        width = self._content.width()
        wanted = self._whole.totalHeightForWidth(width)
        self._content.resize(width, max(self.viewport().height(), wanted))
        for row in self.rows.values():
            if row.is_open and row.isVisible():
                self.ensureVisible(0, row.y() + row.height(), 0, Space.S)
                self.ensureVisible(0, row.y(), 0, Space.S)  # the beginning matters more

    @Slot(bool)
    def _on_nothing_toggled(self, is_open: bool) -> None:
        self.nothing_button.setIcon(icon("chevron-down" if is_open else "chevron-right", "muted"))
        self._arrange()


def _nothing_button() -> QPushButton:
    """Unfolds the group of what there was nothing of."""
    button = QPushButton("Nothing found")
    button.setProperty("kind", "disclosure")
    button.setAutoDefault(False)
    button.setCheckable(True)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setIconSize(QSize(scaled(16) + 2, scaled(16)))
    button.setIcon(icon("chevron-right", "muted"))
    describe(
        button, "group_nothing", "Nothing found",
        "Shows or hides what the doctor looked for and found nothing of.",
    )  # fmt: skip
    return button


class _Well(QWidget):
    """Says that there is nothing left to look at."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("all_well")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(Space.XS, Space.S, Space.XS, Space.S)
        layout.setSpacing(Space.S)
        layout.addWidget(IconLabel("check", "success", scaled(20)))
        text = "The doctor finds nothing more to mend."
        layout.addWidget(PlainLabel(text, TextRole.BODY, name="all_well_text"), 1)
