"""What was found on the hub: which configuration and split to bring, and how many rows."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
)

from jokegen import wording
from jokegen.jobs.dataset_requests import HubLookSummary, HubSplit
from jokegen.ui.kit.fields import Field, prepare_control
from jokegen.ui.kit.labels import Badge, PlainLabel, describe
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space, TextRole, Tone

MANY_ROWS = 100_000  # more take long to bring and to learn from
_MANY_BYTES = 50_000_000
_MOST_ROWS = 100_000_000
_LONGEST_LICENCE = 40  # characters


class HubParts(Card):
    """Pickers for one data set of the hub; `changed` tells of every choice."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__(name="hub_parts")
        self._splits: tuple[HubSplit, ...] = ()
        self.title = PlainLabel("", TextRole.STRONG, name="hub_found", selectable=True)
        self.licence = Badge("", Tone.INFO, name="hub_licence")
        self.gated = Badge("Gated", Tone.WARNING, name="hub_gated")
        self.private = Badge("Private", Tone.WARNING, name="hub_private")
        self.note = PlainLabel("", TextRole.CAPTION, name="hub_note")
        self.config_box = QComboBox()
        self.config_box.setObjectName("hub_config")
        self.config_field = Field(
            "Configuration", self.config_box, name="hub_config_field",
            tip="Which of its versions or languages to bring.",
        )  # fmt: skip
        self.split_box = QComboBox()
        self.split_box.setObjectName("hub_split")
        self.split_field = Field(
            "Split", self.split_box, name="hub_split_field",
            tip="Which of its parts to bring. “train” is the one with most rows, as a rule.",
        )  # fmt: skip
        self.limit_box = QCheckBox("At most")
        describe(
            self.limit_box, "hub_has_limit", "Bring a limited number of rows",
            "Brings no more rows than this; a few thousand jokes are plenty for a first model.",
        )  # fmt: skip
        self.limit_number = QSpinBox()
        self.limit_number.setRange(10, _MOST_ROWS)
        self.limit_number.setSingleStep(10_000)
        self.limit_number.setGroupSeparatorShown(True)
        self.limit_number.setSuffix(" rows")
        describe(self.limit_number, "hub_limit", "Most rows", "How many rows are brought at most.")
        prepare_control(self.limit_number)
        self._arrange()
        self.config_box.currentIndexChanged.connect(self._on_config_changed)
        self.split_box.currentIndexChanged.connect(self._on_split_changed)
        self.limit_box.toggled.connect(self._on_limit_toggled)
        self.limit_number.valueChanged.connect(self._on_limit_changed)

    def show_found(self, summary: HubLookSummary, config: str = "", split: str = "") -> None:
        """Offer what the hub has; `config` and `split` are chosen if there are such."""
        self._splits = summary.splits
        self.title.setText(summary.hub)
        self.licence.setText(
            f"Licence: {_short(summary.licence)}" if summary.licence else "No licence named"
        )
        self.gated.setVisible(summary.is_gated)
        self.private.setVisible(summary.is_private)
        self.note.setText(_note(summary))
        self.note.setVisible(bool(self.note.text()))
        configs = list(dict.fromkeys(part.config for part in summary.splits))
        self.config_box.blockSignals(True)
        self.config_box.clear()
        for name in configs:
            self.config_box.addItem(name or "default", name)
        self.config_box.setCurrentIndex(
            next((at for at, name in enumerate(configs) if name == config),
                 next((at for at, name in enumerate(configs) if name == "default"), 0))
        )  # fmt: skip
        self.config_box.blockSignals(False)
        self.config_field.setVisible(len(configs) > 1)
        self._show_splits(split)

    def config(self) -> str:
        """The configuration that is chosen."""
        return str(self.config_box.currentData() or "")

    def split(self) -> str:
        """The split that is chosen."""
        return str(self.split_box.currentData() or "")

    def limit(self) -> int | None:
        """The most rows wanted, None for all."""
        return self.limit_number.value() if self.limit_box.isChecked() else None

    def rows(self) -> int | None:
        """How many rows will be brought, None where nobody knows."""
        rows, limit = self._chosen().rows, self.limit()
        return rows if limit is None else limit if rows is None else min(rows, limit)

    def focus_first(self) -> None:
        """Put the focus on the first choice."""
        (self.split_box if self.config_field.isHidden() else self.config_box).setFocus()

    def _arrange(self) -> None:
        badges = QHBoxLayout()
        badges.setSpacing(Space.S)
        for badge in (self.licence, self.gated, self.private):
            badges.addWidget(badge)
        badges.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(Space.S)
        words.addWidget(self.title)
        words.addLayout(badges)
        words.addWidget(self.note)
        pickers = QHBoxLayout()
        pickers.setSpacing(Space.L)
        for box in (self.config_box, self.split_box):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(12)
        pickers.addWidget(self.config_field, 1)
        pickers.addWidget(self.split_field, 2)
        limit = QHBoxLayout()
        limit.setSpacing(Space.S)
        self.limit_number.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        limit.addWidget(self.limit_box)
        limit.addWidget(self.limit_number)
        limit.addStretch(1)
        self.body.addLayout(words)
        self.body.addLayout(pickers)
        self.body.addLayout(limit)

    def _show_splits(self, wanted: str) -> None:
        here = [part for part in self._splits if part.config == self.config()]
        names = [part.split for part in here]
        best = next((name for name in (wanted, "train") if name in names), names[0])
        self.split_box.blockSignals(True)
        self.split_box.clear()
        for part in here:
            self.split_box.addItem(_in_words(part), part.split)
        self.split_box.setCurrentIndex(names.index(best))
        self.split_box.blockSignals(False)
        self._on_split_changed()

    def _chosen(self) -> HubSplit:
        return next(
            part
            for part in self._splits
            if (part.config, part.split) == (self.config(), self.split())
        )

    @Slot()
    def _on_config_changed(self) -> None:
        self._show_splits(self.split())

    @Slot()
    def _on_split_changed(self) -> None:
        part = self._chosen()
        if part.rows is None:
            is_large = part.bytes is None or part.bytes > _MANY_BYTES
        else:
            is_large = part.rows > MANY_ROWS
        self.limit_number.setMaximum(max(10, part.rows or _MOST_ROWS))
        self.limit_number.setValue(min(MANY_ROWS, part.rows or MANY_ROWS))
        self.limit_box.setChecked(is_large)
        self._on_limit_toggled()

    @Slot()
    def _on_limit_toggled(self) -> None:
        self.limit_number.setEnabled(self.limit_box.isChecked())
        self.changed.emit()

    @Slot()
    def _on_limit_changed(self) -> None:
        self.changed.emit()


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_LICENCE else f"{text[:_LONGEST_LICENCE]}…"


def _in_words(part: HubSplit) -> str:
    figures = []
    if part.rows is not None:
        figures.append(f"{part.rows:,} {'row' if part.rows == 1 else 'rows'}")
    if part.bytes is not None:
        figures.append(wording.size(part.bytes))
    return f"{part.split}  ({', '.join(figures)})" if figures else part.split


def _note(summary: HubLookSummary) -> str:
    if summary.is_private:
        return "Only people whom its owner has let in can fetch it, with a token of theirs."
    if summary.is_gated:
        return (
            "Its owner wants you to accept terms first, on its page: "
            f"huggingface.co/datasets/{summary.hub}. Then a token of yours opens it."
        )
    if not summary.licence:
        return "Its page does not say what may be done with it."
    return ""
