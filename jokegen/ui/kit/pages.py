"""The scaffold of the window: numbered steps as tabs, and pages that scroll."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QTabWidget,
    QWidget,
)

from jokegen.ui.kit.icons import icon
from jokegen.ui.kit.labels import PlainLabel, plain_tip
from jokegen.ui.kit.layouts import BodyColumn
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole


class StepTabs(QTabWidget):
    """The tabs of the window as steps of a way: “1  Dataset”, “2  Fine-tune”, …"""

    def __init__(self, parent: QWidget | None = None, *, name: str = "steps") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._icon_names: list[str] = []
        bar = self.tabBar()
        bar.setObjectName(f"{name}_bar")
        bar.setAccessibleName("Steps")
        bar.setDrawBase(False)
        bar.setExpanding(False)
        bar.setElideMode(Qt.TextElideMode.ElideNone)
        bar.setUsesScrollButtons(False)
        bar.setIconSize(QSize(scaled(18), scaled(18)))
        bar.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bar.setCursor(Qt.CursorShape.PointingHandCursor)

    def add_step(self, page: QWidget, title: str, icon_name: str, tip: str = "") -> int:
        """Add a page as the next step and return its index."""
        number = self.count() + 1
        self._icon_names.append(icon_name)
        index = self.addTab(page, icon(icon_name, "muted"), f"{number}  {title}")
        self.setTabToolTip(index, plain_tip(tip))
        return index

    def set_step_done(self, index: int, is_done: bool) -> None:
        """Mark a step with a tick, or with its own icon again."""
        name, role = ("check", "success") if is_done else (self._icon_names[index], "muted")
        self.setTabIcon(index, icon(name, role))


class ScrollPage(QScrollArea):
    """A page: a centred column no wider than is good to read, which scrolls up and down only."""

    def __init__(
        self,
        title: str = "",
        description: str = "",
        parent: QWidget | None = None,
        *,
        max_width: int = 960,
        name: str = "",
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        content = QWidget()
        content.setObjectName("page_content")
        column = QWidget()
        column.setMaximumWidth(scaled(max_width))
        row = QHBoxLayout(content)
        row.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XXL)
        row.setSpacing(0)
        row.addStretch(1)
        row.addWidget(column, 1000)
        row.addStretch(1)
        layout = BodyColumn(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.XS)
        if title:
            layout.addWidget(PlainLabel(title, TextRole.DISPLAY, name=f"{name}_title"))
        if description:
            layout.addWidget(PlainLabel(description, TextRole.MUTED, name=f"{name}_intro"))
        if title or description:
            layout.addSpacing(Space.M)
        self.body = layout.body
        self.body.setSpacing(Space.L)
        layout.add_body()
        self.setWidget(content)

    def add(self, widget: QWidget, stretch: int = 0) -> None:
        """Put a widget under the ones before."""
        self.body.addWidget(widget, stretch)

    def add_row(self, *widgets: QWidget) -> QLayout:
        """Put widgets side by side, as wide as each other."""
        row = QHBoxLayout()
        row.setSpacing(Space.L)
        for widget in widgets:
            row.addWidget(widget, 1)
        self.body.addLayout(row)
        return row

    def show_widget(self, widget: QWidget) -> None:
        """Scroll until `widget` can be seen."""
        self.ensureWidgetVisible(widget, 0, Space.XL)
