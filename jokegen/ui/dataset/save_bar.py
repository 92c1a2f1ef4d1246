"""The foot of the workshop: what the data set is called, what goes into it, and the saving."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from jokegen.ui.dataset.name import NameField
from jokegen.ui.dataset.progress import JobProgress
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_USUAL_PERCENT = 10
_MOST_JOKES = 2_000_000_000  # a spin box counts in 32 bits


class SaveBar(QWidget):
    """Asks how to save; `save_requested` when that was pressed and all is well."""

    save_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("workshop_save_bar")
        self._is_ready = False
        self.name_field = NameField(name="workshop_name")
        self.share = QSpinBox()
        self.share.setRange(1, 50)
        self.share.setSuffix(" %")
        self.share.setObjectName("workshop_share")
        self._share_field = Field(
            "Kept aside",
            self.share,
            tip="How many of a hundred jokes the language model never learns from. They show "
            "whether it has learned to joke or only learned your jokes by heart.",
            name="workshop_share_field",
        )
        self.limit = QSpinBox()
        self.limit.setRange(0, _MOST_JOKES)
        self.limit.setSpecialValueText("All")
        self.limit.setSingleStep(100)
        self.limit.setGroupSeparatorShown(True)
        self.limit.setObjectName("workshop_limit")
        self._limit_field = Field(
            "At most",
            self.limit,
            tip="Saves only so many jokes, chosen by chance. 0 saves all of them.",
            name="workshop_limit_field",
        )
        for box in (self.share, self.limit):
            box.setMinimumWidth(scaled(104))
        self.save_button = Button(
            "Save data set",
            ButtonKind.PRIMARY,
            "check",
            name="workshop_save",
            tip="Keeps these jokes as a data set. Where they came from stays as it is.",
        )
        self.progress = JobProgress(
            "Stops saving; nothing of the data set is kept.", name="workshop_progress"
        )
        self._form = self._make_form()
        self._is_saving = False
        column = QVBoxLayout(self)  # not stacked: each is as high as it needs to be
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._form)
        column.addWidget(self.progress)
        self.progress.hide()
        self.name_field.text_changed.connect(self._on_name_changed)
        self.save_button.clicked.connect(self._on_save_wanted)
        self.progress.cancel_requested.connect(self.cancel_requested)

    def begin(self, name: str) -> None:
        """Propose a name for other jokes, and the usual choices."""
        self.name_field.propose(name)
        self.share.setValue(_USUAL_PERCENT)
        self.limit.setValue(0)
        self._check()

    def set_ready(self, is_ready: bool) -> None:
        """Whether there is something that could be saved."""
        self._is_ready = is_ready
        self._check()

    def set_taken_names(self, taken: Sequence[str]) -> None:
        """Say which names other data sets have."""
        self.name_field.set_taken(taken)
        self._check()

    def show_saving(self, *, is_saving: bool) -> None:
        """Show how far the saving is, or the form again."""
        self._is_saving = is_saving
        self._form.setVisible(not is_saving)
        self.progress.setVisible(is_saving)
        if is_saving:
            self.progress.cancel_button.setFocus()

    @property
    def is_saving(self) -> bool:
        """Whether the progress of a saving is shown."""
        return self._is_saving

    def name(self) -> str:
        """What the data set is to be called."""
        return self.name_field.name()

    def validation_share(self) -> float:
        """The share that is held out, 0 to 0.5."""
        return self.share.value() / 100

    def most_jokes(self) -> int | None:
        """How many jokes to save at most; None for all."""
        return self.limit.value() or None

    def focus_first(self) -> None:
        line = self.name_field.line
        line.setFocus()
        line.end(False)
        line.home(True)  # all chosen, so that typing replaces it; its beginning stays in sight

    def _make_form(self) -> QWidget:
        form = QWidget()
        row = QHBoxLayout(form)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.L)
        row.addWidget(self.name_field, 1)
        row.addWidget(self._share_field)
        row.addWidget(self._limit_field)
        # The button stands beside the fields' controls, under a caption that is not there.
        beside = QVBoxLayout()
        beside.setSpacing(Space.XS + 2)
        beside.addWidget(PlainLabel(" ", TextRole.STRONG))
        beside.addWidget(self.save_button)
        beside.addStretch(1)
        row.addLayout(beside)
        return form

    def _check(self) -> None:
        self.save_button.setEnabled(self._is_ready and self.name_field.is_valid)

    @Slot()
    def _on_name_changed(self) -> None:
        self._check()

    @Slot()
    def _on_save_wanted(self) -> None:
        if self.save_button.isEnabled() and not self.is_saving:
            self.save_requested.emit()
