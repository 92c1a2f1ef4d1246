"""The part of the hub's dialog that takes a token, for data sets that are not public."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from jokegen.errors import JokegenError
from jokegen.model_service import ModelService
from jokegen.qt.background import BackgroundCall
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.feedback import Banner
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.icons import IconLabel
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.panels import Disclosure
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space

_HINT = (
    "Needed only for data sets that are private, or whose owner wants terms accepted first. "
    "Make a “Read” token at huggingface.co/settings/tokens and paste it here. "
    "It is kept in the keyring of this computer, nowhere else."
)


class TokenPart(Disclosure):
    """Looks into the keyring when it is first unfolded; `token_kept` tells of a new token.

    `resized` tells that it needs another height.
    """

    token_kept = Signal()
    resized = Signal()

    def __init__(self, service: ModelService) -> None:
        super().__init__("Your access token, for private and gated data sets", name="hub_token")
        self._service = service
        self._call: BackgroundCall | None = None
        self._is_known = False
        self.has_token = False
        self.line = QLineEdit()
        self.line.setObjectName("hub_token_line")
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setPlaceholderText("hf_…")
        self.keep_button = Button(
            "Keep it", icon_name="key", name="hub_token_keep",
            tip="Puts the token into the keyring of this computer; it is used from now on.",
        )  # fmt: skip
        self.forget_button = Button(
            "Forget it", ButtonKind.QUIET, "trash", name="hub_token_forget",
            tip="Takes the token out of the keyring of this computer.",
        )  # fmt: skip
        self.state = PlainLabel("", name="hub_token_state")
        self.banner = Banner(name="hub_token_banner")
        self._arrange()
        self.toggled.connect(self._on_unfolded)
        self.line.textChanged.connect(self._on_text_changed)
        self.keep_button.clicked.connect(self.keep)
        self.forget_button.clicked.connect(self._on_forget_clicked)
        self._show_state()

    @property
    def is_busy(self) -> bool:
        """Whether the keyring is being asked."""
        return self._call is not None

    @Slot()
    def keep(self) -> None:
        """Put what was pasted into the keyring."""
        token = self.line.text().strip()
        if token and not self.is_busy and not self.field.problem():
            self._ask(lambda: self._service.set_hub_token(token), self._on_kept, "keep a token")

    def _arrange(self) -> None:
        controls = QWidget()
        row = QHBoxLayout(controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.S)
        row.addWidget(self.line, 1)
        row.addWidget(self.keep_button)
        self.field = Field("Access token", controls, hint=_HINT, name="hub_token_field")
        self.line.setAccessibleName("Access token")
        self._kept = QWidget()
        kept = QHBoxLayout(self._kept)
        kept.setContentsMargins(0, 0, 0, 0)
        kept.setSpacing(Space.S)
        kept.addWidget(IconLabel("key", "success", scaled(18)), 0, Qt.AlignmentFlag.AlignVCenter)
        kept.addWidget(self.state, 1)
        kept.addWidget(self.forget_button)
        column = QVBoxLayout()
        column.setSpacing(Space.S)
        column.addWidget(self.banner)
        column.addWidget(self._kept)
        column.addWidget(self.field)
        self.body.addLayout(column)

    def _ask(
        self, work: Callable[[], object], on_answered: Callable[..., None], title: str
    ) -> None:
        self.banner.clear()
        self._call = BackgroundCall(work, title)
        self._call.answered.connect(on_answered)
        self._call.failed.connect(self._on_failed)
        self._call.start()
        self._show_state()

    def _show_state(self) -> None:
        self._kept.setVisible(self.has_token or self.is_busy)
        self.state.setText(
            "Asking the keyring…" if self.is_busy else "A token is in the keyring of this computer."
        )
        self.field.setVisible(not self.has_token)
        self.forget_button.setVisible(self.has_token)
        self.forget_button.setEnabled(not self.is_busy)
        self.line.setEnabled(not self.is_busy)
        self._on_text_changed()
        self.resized.emit()

    @Slot(bool)
    def _on_unfolded(self, is_open: bool) -> None:
        if is_open and not self._is_known and not self.is_busy:
            self._ask(self._service.hub_token, self._on_looked, "look for a token")
        self.resized.emit()

    @Slot()
    def _on_text_changed(self) -> None:
        text = self.line.text().strip()
        has_spaces = len(text.split()) > 1
        self.field.set_problem(
            "A token has no spaces in it. Copy it once more." if has_spaces else ""
        )
        self.keep_button.setEnabled(bool(text) and not has_spaces and not self.is_busy)

    @Slot(object)
    def _on_looked(self, token: str | None) -> None:
        self._call, self._is_known, self.has_token = None, True, bool(token)
        self._show_state()

    @Slot(object)
    def _on_kept(self, _nothing: object) -> None:
        self._call, self._is_known, self.has_token = None, True, True
        self.line.clear()
        self._show_state()
        self.token_kept.emit()

    @Slot()
    def _on_forget_clicked(self) -> None:
        self._ask(lambda: self._service.set_hub_token(""), self._on_forgotten, "forget a token")

    @Slot(object)
    def _on_forgotten(self, _nothing: object) -> None:
        self._call, self.has_token = None, False
        self._show_state()
        self.line.setFocus()

    @Slot(object)
    def _on_failed(self, error: JokegenError) -> None:
        self._call, self._is_known = None, True
        self.banner.show_error(error)
        self._show_state()
