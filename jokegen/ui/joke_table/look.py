"""How a table of jokes looks: its cells with what was found in them, and the names and numbers."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPainter,
    QPalette,
    QTextCharFormat,
    QTextLayout,
)
from PySide6.QtWidgets import (
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from jokegen.qt.text_table_model import TextTableModel
from jokegen.ui.joke_table.matches import Matches, Span, units
from jokegen.ui.joke_table.model import JokesModel, State
from jokegen.ui.kit.icons import colours, icon
from jokegen.ui.kit.labels import plain_tip
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import TEXT_SCALE, TextRole

Index = QModelIndex | QPersistentModelIndex

_PADDING = 11  # pixels beside a text, as the style sheet has it for cells and names
_TINT = 90  # of 255: between the page and what is selected
_BEFORE_MATCH = 18  # characters that are shown before a match which would be out of sight


class JokeCells(QStyledItemDelegate):
    """Draws the jokes as text upon a tint, and what stands beside them more quietly.

    Jokes that are left out are struck through; those that somebody or something has changed have
    a mark at their left edge. The words that are looked for are marked everywhere.
    """

    def __init__(self, parent: QWidget, table_model: JokesModel) -> None:
        super().__init__(parent)
        self._table_model = table_model
        self._joke_columns: frozenset[int] = frozenset()
        self.has_tint = True
        self.matches = Matches()

    def set_joke_columns(self, columns: Sequence[int]) -> None:
        self._joke_columns = frozenset(columns)

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        # Not the inherited way, which asks the model for nine things a cell; half of all painting
        # was that.
        option.text = self._table_model.shown(index) or ""
        option.features |= QStyleOptionViewItem.ViewItemFeature.HasDisplay
        option.displayAlignment = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        option.textElideMode = Qt.TextElideMode.ElideRight
        is_joke = index.column() in self._joke_columns
        state = self._table_model.state(index.row())
        colour = "text" if is_joke else "muted"
        if state is State.LEFT_OUT:
            colour = "muted" if is_joke else "danger"
            option.font.setStrikeOut(is_joke)
        elif not is_joke and state is not State.PLAIN:
            colour = "accent_text"
        if colour != "text":
            option.palette.setColor(QPalette.ColorRole.Text, QColor(getattr(colours(), colour)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        is_joke = index.column() in self._joke_columns
        if is_joke and self.has_tint:
            tint = QColor(colours().accent_soft)
            tint.setAlpha(_TINT)
            painter.fillRect(option.rect, tint)
        text = self._table_model.shown(index) if self.matches.words else None
        spans = self.matches.spans(text) if text else []
        if text and spans:
            self._paint_found(painter, option, index, text, spans)
        else:
            super().paint(painter, option, index)
        state = self._table_model.state(index.row()) if is_joke else State.PLAIN
        if state in (State.MENDED, State.CHANGED):
            edge = QRect(option.rect.topLeft(), QSize(scaled(3), option.rect.height()))
            look = colours()
            painter.fillRect(edge, QColor(look.accent if state is State.CHANGED else look.series_1))

    def _paint_found(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
        text: str,
        spans: Sequence[Span],
    ) -> None:
        own = QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        style = own.widget.style()
        # The text's place is worked out with a text in it, its ground drawn without.
        room = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, own, own.widget)
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, own, own.widget) + 1
        room.adjust(margin, 0, -margin, 0)
        own.text = ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, own, painter, own.widget)
        metrics = QFontMetrics(own.font)
        text, spans = _with_match_in_sight(text, spans, metrics, room.width())
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        if shown != text:
            spans = [span for span in spans if sum(span) < len(shown)]
        painter.save()
        painter.setClipRect(room)
        painter.setPen(own.palette.color(QPalette.ColorRole.Text))
        line = _laid_out(shown, spans, own.font)
        top = room.top() + (room.height() - line.boundingRect().height()) / 2
        line.draw(painter, QPointF(room.left(), top))
        painter.restore()


def _with_match_in_sight(
    text: str, spans: Sequence[Span], metrics: QFontMetrics, width: int
) -> tuple[str, Sequence[Span]]:
    """Leave out the beginning of a text whose first match would be beyond the cell's edge."""
    start, length = spans[0]
    if metrics.horizontalAdvance(text[: start + length]) <= width * 0.85:
        return text, spans
    cut = max(0, start - _BEFORE_MATCH)
    cut = text.find(" ", cut, start) + 1 or cut  # not in the middle of a word
    return "…" + text[cut:], [(first - cut + 1, count) for first, count in spans]


def _laid_out(text: str, spans: Sequence[Span], font: QFont) -> QTextLayout:
    look = colours()
    found = QTextCharFormat()
    found.setBackground(QColor(look.found))
    found.setForeground(QColor(look.text))
    formats = []
    for start, length in spans:
        part = QTextLayout.FormatRange()
        part.start = units(text[:start])
        part.length = units(text[start : start + length])
        part.format = found
        formats.append(part)
    layout = QTextLayout(text, font)
    layout.setFormats(formats)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return layout


class JokeHeader(QHeaderView):
    """The names of the columns; those of the jokes are underlined and in the accent's colour.

    Drawn here from the first to the last line: Qt asks every row of a column whether it is
    selected before it draws a name, 6 s for a million rows.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._joke_columns: frozenset[int] = frozenset()
        self.setObjectName("column_names")
        self.setAccessibleName("Names of the columns")
        self.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setHighlightSections(False)
        self.setSectionsClickable(True)
        self.setSortIndicatorClearable(True)
        self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setResizeContentsPrecision(0)  # a double click looks at the rows in sight only
        self.setMinimumSectionSize(scaled(48))
        self.viewport().setToolTip(
            plain_tip("Sorts by this column; a third click puts all back as it is in the file.")
        )

    def set_joke_columns(self, columns: Sequence[int]) -> None:
        self._joke_columns = frozenset(columns)
        self.viewport().update()

    def sectionSizeFromContents(self, section: int) -> QSize:
        metrics = QFontMetrics(self._font())
        width = metrics.horizontalAdvance(self._name(section)) + 2 * _PADDING + scaled(18)
        return QSize(width, metrics.height() + 15)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        if not rect.isValid():
            return
        look = colours()
        is_joke = section in self._joke_columns
        painter.save()
        if is_joke:
            painter.fillRect(rect, QColor(look.accent_soft))
        line = scaled(2) if is_joke else 1
        edge = QRect(rect.left(), rect.bottom() + 1 - line, rect.width(), line)
        painter.fillRect(edge, QColor(look.accent if is_joke else look.border))
        ink = "accent_text" if is_joke else "muted"
        room = rect.adjusted(_PADDING, 0, -_PADDING, -line)
        if self.isSortIndicatorShown() and self.sortIndicatorSection() == section:
            self._paint_arrow(painter, room, ink)
        painter.setFont(self._font())
        painter.setPen(QColor(getattr(look, ink)))
        shown = painter.fontMetrics().elidedText(
            self._name(section), Qt.TextElideMode.ElideRight, room.width()
        )
        middle = int((Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter).value)
        painter.drawText(room, middle, shown)
        painter.restore()

    def _paint_arrow(self, painter: QPainter, room: QRect, ink: str) -> None:
        """The way in which the column is sorted, at the right end of `room`, which it takes."""
        is_down = self.sortIndicatorOrder() is Qt.SortOrder.DescendingOrder
        side = scaled(14)
        place = QRect(room.right() - side + 1, room.center().y() - side // 2, side, side)
        icon("chevron-down" if is_down else "chevron-up", ink).paint(painter, place)
        room.setRight(place.left() - 4)

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * TEXT_SCALE[TextRole.CAPTION])
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _name(self, section: int) -> str:
        name = str(self.model().headerData(section, Qt.Orientation.Horizontal) or "")
        return " ".join(name.split())


class RowNumbers(QHeaderView):
    """The numbers of the rows in the file: quiet, right-aligned, upon the ground of their row."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self.setObjectName("row_numbers")
        self.setAccessibleName("Numbers of the rows")
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setHighlightSections(False)

    def sizeHint(self) -> QSize:
        table_model = self.model()
        table = table_model.table if isinstance(table_model, TextTableModel) else None
        largest = f"{max(100, table.rows if table is not None else 0):,}"
        # Not the inherited hint, which measures hundreds of numbers whenever anything changes.
        return QSize(self.fontMetrics().horizontalAdvance(largest) + 2 * _PADDING, 0)

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        if not rect.isValid():
            return
        look = colours()
        painter.save()
        painter.fillRect(rect, QColor(look.window if section % 2 else look.surface))
        painter.setPen(QColor(look.muted))
        painter.drawText(
            rect.adjusted(0, 0, -_PADDING, 0),
            int((Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter).value),
            str(self.model().headerData(section, Qt.Orientation.Vertical) or ""),
        )
        painter.restore()
