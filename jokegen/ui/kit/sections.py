"""Parts of a page of which one shows at a time: a row of names, and the part below it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from jokegen.ui.kit.labels import plain_tip
from jokegen.ui.kit.tokens import Space


class Sections(QWidget):
    """Names beside each other, numbered; the chosen one's part shows below and takes all room."""

    section_shown = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, label: str, name: str) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.bar = QTabBar()
        self.bar.setObjectName(f"{name}_bar")
        self.bar.setAccessibleName(label)
        self.bar.setProperty("kind", "sections")
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.setElideMode(Qt.TextElideMode.ElideNone)
        self.bar.setUsesScrollButtons(False)
        self.bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.bar.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._titles: list[str] = []
        self._stack = QStackedWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        self._row = QHBoxLayout()
        self._row.setSpacing(Space.M)
        self._row.addWidget(self.bar)
        layout.addLayout(self._row)
        layout.addWidget(self._stack, 1)
        self.bar.currentChanged.connect(self._on_current_changed)

    def add(self, part: QWidget, title: str, tip: str) -> int:
        """Add a part under this name; returns its index."""
        index = self._stack.addWidget(part)
        self._titles.append(f"{index + 1}  {title}")
        self.bar.addTab(self._titles[index])
        self.bar.setTabToolTip(index, plain_tip(tip))
        return index

    def add_to_row(self, widget: QWidget) -> None:
        """Put something beside the names, where there is room to spare."""
        self._row.addWidget(widget, 1)

    def set_note(self, index: int, note: str) -> None:
        """Say something short beside the name of a part; "" takes it back."""
        title = self._titles[index]
        self.bar.setTabText(index, f"{title}  ·  {note}" if note else title)

    def current(self) -> int:
        """The index of the part that shows."""
        return self._stack.currentIndex()

    def show_section(self, index: int) -> None:
        """Show this part."""
        self.bar.setCurrentIndex(index)

    def sizeHint(self) -> QSize:
        # The page would be made as high as the parts would like, and scroll as a whole; they
        # scroll by themselves instead.
        return QSize(super().sizeHint().width(), self.minimumSizeHint().height())

    @Slot(int)
    def _on_current_changed(self, index: int) -> None:
        self._stack.setCurrentIndex(index)
        self.section_shown.emit(index)
