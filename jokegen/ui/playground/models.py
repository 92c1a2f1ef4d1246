"""Which language model writes: the runs, the base models that are here, and those to download."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter, QWidget

from jokegen import wording
from jokegen.records import BaseModelInfo, RunInfo, RunStatus
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import plain_tip
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space

_WIDEST_LIST = 520


@dataclass(frozen=True)
class LanguageModel:
    """One entry of the list. `key` is what a request names; `download_bytes` is 0 if it is here."""

    key: str
    title: str
    label: str
    hint: str
    download_bytes: int = 0

    @property
    def is_here(self) -> bool:
        return self.download_bytes == 0


def sections(
    runs: Sequence[RunInfo], bases: Sequence[BaseModelInfo]
) -> tuple[list[LanguageModel], list[LanguageModel], list[LanguageModel]]:
    """The usable runs (in the order given), the base models that are here, and the others."""
    titles = {base.id: base.title for base in bases}
    own = [_of_run(run, titles.get(run.base, run.base)) for run in runs if run.is_usable]
    here = [_of_base(base) for base in bases if base.is_here]
    away = [_of_base(base) for base in bases if not base.is_here]
    return own, here, away


def _of_run(run: RunInfo, base_title: str) -> LanguageModel:
    is_whole = run.status is RunStatus.COMPLETE
    label = run.title if is_whole else f"{run.title} ({wording.status_title(run.status)})"
    hint = f"Learned from the jokes in “{run.dataset}”, on top of {base_title}."
    return LanguageModel(str(run.number), run.title, label, hint)


def _of_base(base: BaseModelInfo) -> LanguageModel:
    if base.is_here:
        hint = "It has not learned from your jokes: it writes, but is seldom funny."
        return LanguageModel(base.id, base.title, base.title, hint)
    size = wording.size(base.download_bytes)
    hint = f"Not on this computer yet: the first time, {size} are downloaded."
    label = f"{base.title}, {size} to download"
    return LanguageModel(base.id, base.title, label, hint, max(1, base.download_bytes))


class _ElidingComboBox(QComboBox):
    """Ends a name that is too long with “…”, where Qt would cut through a letter.

    The list that it opens is as wide as its names, within reason.
    """

    def showPopup(self) -> None:
        view = self.view()
        view.setTextElideMode(Qt.TextElideMode.ElideRight)
        needed = view.sizeHintForColumn(0) + 2 * Space.L
        view.setMinimumWidth(max(self.width(), min(needed, scaled(_WIDEST_LIST))))
        super().showPopup()

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        style = QStyle.ComplexControl.CC_ComboBox
        room = self.style().subControlRect(
            style, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )
        option.currentText = self.fontMetrics().elidedText(
            option.currentText, Qt.TextElideMode.ElideRight, room.width() - Space.XS
        )
        painter = QStylePainter(self)
        painter.drawComplexControl(style, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()


class LanguageModelPicker(Field):
    """A combo box of language models. The newest run is chosen until a person chooses another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        combo = _ElidingComboBox()
        combo.setObjectName("language_model_choice")
        # A long name must not make the whole column wide.
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(12)
        super().__init__(
            "Language model",
            combo,
            parent,
            tip="Who writes the jokes: one of your fine-tuned runs, or a base model as it came.",
            name="language_model",
        )
        self._combo = combo
        self._tip = combo.toolTip()
        self._known: dict[str, LanguageModel] = {}
        self._is_chosen_by_person = False
        self._has_usable = False
        self._combo.activated.connect(self._on_activated)
        self._combo.currentIndexChanged.connect(self._on_index_changed)

    @property
    def has_usable(self) -> bool:
        """Whether any language model is on this computer."""
        return self._has_usable

    def choice(self) -> LanguageModel | None:
        """The language model that is chosen; None where there is nothing to choose from."""
        return self._known.get(self._combo.currentData() or "")

    def first_to_download(self) -> LanguageModel | None:
        """The recommended one of those that are not here."""
        return next((entry for entry in self._known.values() if not entry.is_here), None)

    def choose(self, key: str) -> bool:
        """Choose for the person, who asked for it elsewhere; False if it is not in the list."""
        if key not in self._known:
            return False
        self._is_chosen_by_person = True
        self._combo.setCurrentIndex(self._combo.findData(key))
        return True

    def show_models(self, runs: Sequence[RunInfo], bases: Sequence[BaseModelInfo]) -> None:
        """List these; a person's choice is kept if it is still there."""
        former = self._combo.currentData() if self._is_chosen_by_person else None
        own, here, _away = parts = sections(runs, bases)
        self._has_usable = bool(own or here)
        self._known = {entry.key: entry for part in reversed(parts) for entry in part}
        with QSignalBlocker(self._combo):
            self._combo.clear()
            for part in parts:
                if part and self._combo.count():
                    self._combo.insertSeparator(self._combo.count())
                for entry in part:
                    self._combo.addItem(entry.label, entry.key)
                    tip = plain_tip(f"{entry.label}\n{entry.hint}")
                    self._combo.setItemData(
                        self._combo.count() - 1, tip, Qt.ItemDataRole.ToolTipRole
                    )
            at = self._combo.findData(former) if former else 0
            self._is_chosen_by_person = self._is_chosen_by_person and at >= 0
            self._combo.setCurrentIndex(max(0, at))
        self._on_index_changed()

    @Slot()
    def _on_activated(self) -> None:
        self._is_chosen_by_person = True

    @Slot()
    def _on_index_changed(self) -> None:
        chosen = self.choice()
        self.set_hint(chosen.hint if chosen else "")
        self._combo.setToolTip(plain_tip(chosen.label) + self._tip if chosen else self._tip)
