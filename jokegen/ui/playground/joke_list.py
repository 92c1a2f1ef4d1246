"""The jokes written since the window was opened, the newest on top.

Plain widgets, so that every joke can be selected, reached by keyboard and read aloud; their
number is limited, and only the group that grows is laid out anew.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from jokegen.jobs.events import Progress
from jokegen.jobs.requests import GenerateRequest, Joke
from jokegen.ui.kit.tokens import Space
from jokegen.ui.playground.joke import JokeRow
from jokegen.ui.playground.joke_group import JokeGroup
from jokegen.ui.playground.stack import Stack

MOST_JOKES = 500
BAR_ROOM = Space.L  # what is kept free for the scroll bar, right of the jokes
_FLUSH_MS = 33


class JokeList(QScrollArea):
    """Groups of jokes, one a press of the button."""

    count_changed = Signal()
    repeat_requested = Signal(object)  # a GenerateRequest

    def __init__(self, parent: QWidget | None = None, *, name: str = "jokes") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName("Jokes")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._content = QWidget()
        self._content.setObjectName("page_content")
        self._column = QVBoxLayout(self._content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.M)
        self._above = QVBoxLayout()
        self._above.setSpacing(Space.S)
        self._stack = Stack(Space.M, name=f"{name}_stack")
        self._column.addLayout(self._above)
        self._column.addWidget(self._stack)
        self._column.addStretch(1)
        self.setWidget(self._content)
        self.groups: list[JokeGroup] = []  # newest first
        self._growing: JokeGroup | None = None
        self._number = 0
        self._held: tuple[JokeRow, int] | None = None
        self._is_holding = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_FLUSH_MS)
        self._timer.timeout.connect(self._on_time_to_flush)
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._make_room_for_bar()

    def add_above(self, widget: QWidget) -> None:
        """Put something over the jokes that scrolls away with them."""
        self._above.addWidget(widget)

    def show_top(self) -> None:
        """Scroll to the newest."""
        self._held = None
        self.verticalScrollBar().setValue(0)

    def joke_count(self) -> int:
        """How many jokes are shown."""
        return sum(len(group.rows) for group in self.groups)

    @property
    def can_clear(self) -> bool:
        """Whether there is anything besides the jokes being written."""
        return any(group is not self._growing for group in self.groups)

    def begin(self, title: str, request: GenerateRequest) -> None:
        """Put a new group on top: what comes from now on is its."""
        self._number += 1
        group = JokeGroup(title, request, name=f"group_{self._number}")
        group.repeat_requested.connect(self.repeat_requested)
        self._growing = group
        self.groups.insert(0, group)
        self._stack.insert(0, group)
        self.show_top()
        self._drop_oldest()
        self.count_changed.emit()

    def show_progress(self, progress: Progress) -> None:
        """Say what is done just now for the group that grows."""
        if self._growing is not None:
            self._hold_view()
            rows = len(self._growing.rows)
            self._growing.show_progress(progress)
            if len(self._growing.rows) != rows:
                self.count_changed.emit()

    def add_text(self, joke: int, text: str) -> None:
        """More text of a joke; it is shown within a thirtieth of a second."""
        if self._growing is not None:
            self._growing.add_text(joke, text)
            if not self._timer.isActive():
                self._timer.start()

    def finish_joke(self, joke: int, text: str, *, has_ended: bool) -> None:
        """A joke in its final form."""
        if self._growing is not None:
            self._hold_view()
            self._growing.finish_joke(joke, text, has_ended=has_ended)

    def end(self, jokes: tuple[Joke, ...] = (), *, stopped_because: str = "") -> None:
        """The group that grows is done, with these jokes, or was stopped."""
        group, self._growing = self._growing, None
        if group is None:
            return
        self._timer.stop()
        self._hold_view()
        for number, joke in enumerate(jokes):
            group.finish_joke(number, joke.text, has_ended=joke.ended)
        group.end(stopped_because=stopped_because)
        if not group.rows:
            self._remove(group)
        self.count_changed.emit()

    def clear(self) -> None:
        """Take all jokes away, except those being written."""
        self._held = None
        for group in [group for group in self.groups if group is not self._growing]:
            self._remove(group)
        self.count_changed.emit()

    def _drop_oldest(self) -> None:
        room = MOST_JOKES - self.groups[0].request.count
        while len(self.groups) > 1 and self.joke_count() > room:
            self._remove(self.groups[-1])

    def _remove(self, group: JokeGroup) -> None:
        self.groups.remove(group)
        self._stack.remove(group)

    @Slot()
    def _on_time_to_flush(self) -> None:
        if self._growing is not None:
            self._hold_view()
            self._growing.flush()

    def _hold_view(self) -> None:
        """Remember what stands at the top, for somebody who reads further down while jokes grow."""
        value = self.verticalScrollBar().value()
        if value == 0 or self._held is not None:
            return
        for row in [row for group in self.groups for row in group.rows if row.text()]:
            top = row.mapTo(self._content, QPoint(0, 0)).y()
            if top + row.height() > value:
                self._held = (row, top - value)
                return

    def _make_room_for_bar(self) -> None:
        """The jokes are as wide with a scroll bar as without one."""
        bar = self.verticalScrollBar()
        width = bar.sizeHint().width() if bar.maximum() else 0
        if self.viewportMargins().right() != BAR_ROOM - width:
            self.setViewportMargins(0, 0, BAR_ROOM - width, 0)

    @Slot()
    def _on_range_changed(self) -> None:
        self._make_room_for_bar()
        if self._held is not None:
            row, distance = self._held
            self._is_holding = True
            top = row.mapTo(self._content, QPoint(0, 0)).y()
            self.verticalScrollBar().setValue(top - distance)
            self._is_holding = False

    @Slot()
    def _on_scrolled(self) -> None:
        if not self._is_holding:
            self._held = None
