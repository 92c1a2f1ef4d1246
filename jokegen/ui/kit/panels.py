"""Surfaces that hold other things: cards, a section that folds away, and a place to drop files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from jokegen.ui.kit.icons import IconLabel, colours, icon
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.layouts import BodyColumn
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Radius, Space, TextRole


class Card(QFrame):
    """A raised surface with an optional title row. Put things into `body`, a QVBoxLayout."""

    def __init__(
        self,
        title: str = "",
        description: str = "",
        parent: QWidget | None = None,
        *,
        name: str = "",
    ) -> None:
        super().__init__(parent)
        describe(self, name, title)
        self._title = PlainLabel(title, TextRole.TITLE, name=f"{name}_title")
        self._description = PlainLabel(description, TextRole.MUTED, name=f"{name}_description")
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._description)
        self._header = QWidget()
        self._header_row = QHBoxLayout(self._header)
        self._header_row.setContentsMargins(0, 0, 0, Space.L)
        self._header_row.setSpacing(Space.S)
        self._header_row.addLayout(words, 1)
        layout = BodyColumn(self)
        layout.setContentsMargins(20, 18, 20, 20)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        self.body = layout.body
        self.body.setSpacing(Space.L)
        layout.add_body()
        self._show_header()

    def set_title(self, title: str) -> None:
        """Show another title; "" shows none."""
        self._title.setText(title)
        self.setAccessibleName(title)
        self._show_header()

    def set_description(self, description: str) -> None:
        """Show another sentence under the title; "" shows none."""
        self._description.setText(description)
        self._show_header()

    def add_to_header(self, widget: QWidget) -> None:
        """Put a small control at the right end of the title row."""
        self._header_row.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)

    def _show_header(self) -> None:
        self._title.setVisible(bool(self._title.text()))
        self._description.setVisible(bool(self._description.text()))
        self._header.setVisible(bool(self._title.text() or self._description.text()))


class Disclosure(QWidget):
    """A section that folds away, for what few people need. Put things into `body`."""

    toggled = Signal(bool)

    def __init__(
        self,
        title: str,
        parent: QWidget | None = None,
        *,
        is_open: bool = False,
        name: str = "",
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.header = QPushButton()
        self.header.setProperty("kind", "disclosure")
        self.header.setText(title.replace("&", "&&"))
        self.header.setAutoDefault(False)
        self.header.setCheckable(True)
        self.header.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.header.setCursor(Qt.CursorShape.PointingHandCursor)
        self.header.setIconSize(QSize(scaled(16) + 2, scaled(16)))
        describe(self.header, f"{name}_header", title, f"Shows or hides: {title}")
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self.body.setContentsMargins(0, Space.S, 0, 0)
        self.body.setSpacing(Space.L)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._content)
        self._on_toggled(is_open)
        self.header.setChecked(is_open)
        self.header.toggled.connect(self._on_toggled)

    def set_title(self, title: str) -> None:
        """Show another title."""
        self.header.setText(title.replace("&", "&&"))
        self.header.setAccessibleName(title)

    def is_open(self) -> bool:
        """Whether the content shows."""
        return self.header.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Unfold the content, or fold it away."""
        self.header.setChecked(is_open)

    @Slot(bool)
    def _on_toggled(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        self.header.setIcon(icon("chevron-down" if is_open else "chevron-right", "muted"))
        self.toggled.emit(is_open)


class DropZone(QAbstractButton):
    """A place to drop files on, or to press to choose some.

    `files_dropped` carries a list of `Path`; `choose_requested` asks the page to open its file
    dialog (a click, Space or Enter).
    """

    files_dropped = Signal(list)
    choose_requested = Signal()

    def __init__(
        self,
        title: str,
        text: str = "",
        parent: QWidget | None = None,
        *,
        icon_name: str = "import",
        name: str = "",
    ) -> None:
        super().__init__(parent)
        describe(self, name, title)
        self.setAccessibleDescription(text)
        self._is_hot = False
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._icon = IconLabel(icon_name, "accent_text", scaled(32))
        self._title = PlainLabel(title, TextRole.STRONG)
        self._text = PlainLabel(text, TextRole.MUTED)
        layout = self._column = QVBoxLayout(self)
        layout.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        layout.setSpacing(Space.XS)
        layout.addStretch(1)
        layout.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(Space.XS)
        for label in (self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            layout.addWidget(label)
        layout.addStretch(1)
        self._text.setVisible(bool(text))
        self.clicked.connect(self.choose_requested)

    def add_row(self, row: QLayout) -> None:
        """Put one more row under the words, such as buttons."""
        self._column.insertLayout(self._column.count() - 1, row)

    @property
    def is_highlighted(self) -> bool:
        """Whether files are being held over it."""
        return self._is_hot

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_enter and self.hasFocus():  # a button within passes its keys on to here
            self.click()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _local_files(event.mimeData()):
            event.acceptProposedAction()
            self._set_hot(True)
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._set_hot(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._set_hot(False)
        files = _local_files(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.files_dropped.emit(files)

    def _set_hot(self, is_hot: bool) -> None:
        self._is_hot = is_hot
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_lit = self.isEnabled() and (self._is_hot or self.isDown())
        is_hovered = self.isEnabled() and self.underMouse()
        pen = QPen(QColor(look.control_border), 1.5, Qt.PenStyle.CustomDashLine)
        pen.setDashPattern([4, 3])
        if is_lit or is_hovered:
            pen.setColor(QColor(look.accent_text))
        if self._is_hot or self.hasFocus():
            pen = QPen(QColor(look.focus), 2)
        if not self.isEnabled():
            pen.setColor(QColor(look.border))
        painter.setPen(pen)
        painter.setBrush(QColor(look.accent_soft if is_lit else look.raised))
        frame = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(frame, Radius.L, Radius.L)
        painter.end()


def _local_files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
