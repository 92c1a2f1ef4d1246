"""What the dialogs for bringing jokes have in common: heading, buttons, keys, and a second thought.

They are opened with `open()`; `request_made` carries a `BringRequest` and the dialog closes.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from jokegen.data.dataset_names import MAX_NAME_CHARACTERS, check_name
from jokegen.errors import JokegenError
from jokegen.jobs.dataset_requests import BringRequest
from jokegen.ui.bring.ways import Way
from jokegen.ui.dataset.keys import pressed_enter
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.dialogs import Answer, ask
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole


class NameField(Field):
    """A name for the jokes, if one is wanted: it may stay empty, then one is proposed later."""

    def __init__(self, *, name: str, example: str) -> None:
        self.line = QLineEdit()
        self.line.setObjectName(f"{name}_line")
        self.line.setPlaceholderText(example)
        self.line.setMaxLength(4 * MAX_NAME_CHARACTERS)
        super().__init__(
            "Name (may stay empty)", self.line, name=name,
            tip="What the data set will be called. It can still be changed before it is saved.",
        )  # fmt: skip
        self.line.textChanged.connect(self._on_text_changed)

    def value(self) -> str:
        """The name as it is to be used, "" for none."""
        return self.line.text().strip()

    @Slot()
    def _on_text_changed(self) -> None:
        problem = ""
        if self.value():
            try:
                check_name(self.value())
            except JokegenError as error:
                problem = str(error)
        self.set_problem(problem)


class BringDialog(QDialog):
    """A dialog that ends in a request. Put things into `body`; override what is marked so.

    Its buttons are Cancel and `primary`, which Enter and Ctrl+Enter press as well.
    """

    request_made = Signal(object)

    def __init__(
        self,
        parent: QWidget | None,
        way: Way,
        *,
        title: str,
        intro: str,
        action: str,
        tip: str,
        width: int = 520,
        height: int = 0,
    ) -> None:
        super().__init__(parent)
        self.way = way
        name = f"{way.value}_dialog"
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setSizeGripEnabled(False)
        self._wanted = (width, height)
        self.primary = Button(action, ButtonKind.PRIMARY, name=f"{name}_bring", tip=tip)
        self.primary.setEnabled(False)
        self.cancel_button = Button(
            "Cancel", name=f"{name}_cancel", tip="Closes this; nothing is brought."
        )
        self.primary.clicked.connect(self._on_primary_clicked)
        self.cancel_button.clicked.connect(self.reject)
        shortcut = QShortcut(QKeySequence(Qt.Modifier.CTRL | Qt.Key.Key_Return), self)
        shortcut.activated.connect(self.primary.click)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        self.column.setSpacing(Space.L)
        words = QVBoxLayout()
        words.setSpacing(Space.XS)
        words.addWidget(PlainLabel(title, TextRole.TITLE, name=f"{name}_title"))
        words.addWidget(PlainLabel(intro, TextRole.MUTED, name=f"{name}_intro"))
        self.column.addLayout(words)
        self._scroll: QScrollArea | None = None
        self._fitted_height = 0
        self.body = QVBoxLayout()
        self.body.setSpacing(Space.L)
        self._middle = QVBoxLayout()
        self._middle.addLayout(self.body)
        self.column.addLayout(self._middle, 1)
        self.footer = QHBoxLayout()
        self.footer.setSpacing(Space.S)
        self.footer.addStretch(1)
        self.footer.addWidget(self.cancel_button)
        self.footer.addWidget(self.primary)
        self.column.addLayout(self.footer)

    def make_scrollable(self) -> None:
        """Let the body scroll where the screen is too low for it; call it before filling it."""
        content = QWidget()
        content.setObjectName("page_content")
        self.body = QVBoxLayout(content)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(Space.L)
        scroll = self._scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        self._middle.addWidget(scroll)

    def make_request(self) -> BringRequest | None:
        """Override: what is asked for, None while that is not clear."""
        raise NotImplementedError

    def is_ready(self) -> bool:
        """Override where making a request takes long: whether there is something to ask for."""
        return self.make_request() is not None

    def finish_input(self) -> None:
        """Override: take over what is just being typed, before a request is made of it."""

    def loss(self) -> str:
        """Override: a sentence on what would be lost by closing now, "" if nothing would."""
        return ""

    def refresh(self) -> None:
        """Let the primary button be pressed if there is something to ask for."""
        self.primary.setEnabled(self.is_ready())

    def fit(self) -> None:
        """Take the height that the texts need, unless a person chose a larger one."""
        if self.isVisible():
            self._resize_to_fit(self.width(), self.height())

    def _resize_to_fit(self, width: int, height: int) -> None:
        # A wrapped text knows how high it is only once its width is known.
        room = self.screen().availableSize()
        width = min(max(width, self.minimumSizeHint().width()), room.width())
        needed = _height_for(self.column, width)
        if self._scroll is not None:
            edges = self.column.contentsMargins()
            inner = width - edges.left() - edges.right()
            needed += _height_for(self.body, inner) - self._scroll.sizeHint().height()
        is_ours = height == self._fitted_height
        self._fitted_height = min(needed if is_ours else max(height, needed), room.height())
        self.resize(width, self._fitted_height)

    def showEvent(self, event: QShowEvent) -> None:
        if not event.spontaneous():
            width, height = self._wanted
            self._fitted_height = 0
            self._resize_to_fit(scaled(width), scaled(height))
        super().showEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not pressed_enter(self, event, self.primary):
            super().keyPressEvent(event)

    def reject(self) -> None:
        """Close, after asking if something would be lost by that."""
        loss = self.loss()
        if not loss:
            super().reject()
            return
        ask(
            self,
            "Throw it away?",
            loss,
            [Answer("keep", "Keep it"), Answer("discard", "Throw away", ButtonKind.DANGER)],
            self._on_loss_answered,
        )

    @Slot(str)
    def _on_loss_answered(self, key: str) -> None:
        if key == "discard":
            super().reject()

    @Slot()
    def _on_primary_clicked(self) -> None:
        self.finish_input()
        request = self.make_request()
        if request is not None:
            self.request_made.emit(request)
            self.accept()


def _height_for(layout: QLayout, width: int) -> int:
    height = layout.totalHeightForWidth(width)
    return height if height >= 0 else layout.totalSizeHint().height()
