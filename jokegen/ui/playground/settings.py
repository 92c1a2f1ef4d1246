"""How the jokes are written: the language model, the sliders, and what few people need."""

from __future__ import annotations

import secrets

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from jokegen.jobs.requests import GenerateRequest
from jokegen.ui.kit.buttons import Button, ButtonKind, IconButton
from jokegen.ui.kit.fields import Field, SliderField
from jokegen.ui.kit.labels import describe
from jokegen.ui.kit.panels import Card, Disclosure
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space
from jokegen.ui.playground.models import LanguageModelPicker

RECOMMENDED = GenerateRequest()
_FRESH_SEEDS = 1_000_000  # few enough digits to be read out to somebody
_HIGHEST_SEED = 2**31 - 1


class SettingsPanel(Card):
    """The left column: it scrolls by itself where the window is low."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, name="playground_settings")
        self.setAccessibleName("How to write")
        self.models = LanguageModelPicker()
        self.length = SliderField(
            "Length", 10, 200, RECOMMENDED.length,
            hint="The most it may write, in pieces of words. Jokes usually end earlier.",
            tip="How long a joke may get. One that reaches it is cut at its last whole sentence.",
            name="length",
        )  # fmt: skip
        self.temperature = SliderField(
            "Temperature", 0.1, 2.0, RECOMMENDED.temperature,
            step=0.05, decimals=2, ends=("Tame", "Wild"),
            tip="Low: the jokes play safe and resemble each other. High: they surprise, "
            "up to nonsense.",
            name="temperature",
        )  # fmt: skip
        self.top_k = SliderField(
            "Top-k", 0, 200, RECOMMENDED.top_k,
            tip="From how many of the likeliest words the next one is chosen. Few words keep the "
            "jokes sensible; 0 leaves all of them in play.",
            name="top_k",
        )  # fmt: skip
        self.more = _MoreSettings()
        self.more.reset_button.clicked.connect(self._on_reset_clicked)
        self.top_k.value_changed.connect(self._on_top_k_changed)
        self._on_top_k_changed()
        self._arrange()

    def request(self, model: str, prompt: str, count: int) -> GenerateRequest:
        """What is set just now. Takes a fresh seed, and shows it, unless the seed is to be kept."""
        self._take_in_typed_numbers()
        return GenerateRequest(
            model=model,
            prompt=prompt,
            length=self.length.int_value(),
            temperature=round(self.temperature.value(), 2),
            top_k=self.top_k.int_value(),
            top_p=round(self.more.top_p.value(), 2),
            repetition_penalty=round(self.more.repetition_penalty.value(), 2),
            count=count,
            seed=self.more.next_seed(),
        )

    def show_request(self, request: GenerateRequest) -> None:
        """Set everything as it was for `request`, its seed kept, so that it can be repeated."""
        self._show_numbers(request)
        self.more.keep_seed(request.seed)

    def _show_numbers(self, request: GenerateRequest) -> None:
        self.length.set_value(request.length)
        self.temperature.set_value(request.temperature)
        self.top_k.set_value(request.top_k)
        self.more.top_p.set_value(request.top_p)
        self.more.repetition_penalty.set_value(request.repetition_penalty)

    def _take_in_typed_numbers(self) -> None:
        """A number still being typed counts, also when a short cut starts the writing."""
        for field in (
            self.length,
            self.temperature,
            self.top_k,
            self.more.top_p,
            self.more.repetition_penalty,
        ):
            field.spin_box.interpretText()
        self.more.seed.interpretText()

    def _arrange(self) -> None:
        content = QWidget()
        content.setObjectName("page_content")
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, Space.M, 0)
        column.setSpacing(Space.L)
        for part in (self.models, self.length, self.temperature, self.top_k, self.more):
            column.addWidget(part)
        column.addStretch(1)
        area = QScrollArea()
        area.setObjectName("playground_settings_area")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setMinimumHeight(scaled(120))
        area.setWidget(content)
        self.body.addWidget(area)
        # The scroll bar runs in the card's own margin.
        margins = self.layout().contentsMargins()  # type: ignore[union-attr]
        self.setContentsMargins(0, 0, -(margins.right() - Space.XS), 0)

    @Slot()
    def _on_top_k_changed(self) -> None:
        count = self.top_k.int_value()
        hint = "0 is off: any word may come next."
        if count == 1:
            hint = "Always the likeliest word: no surprises."
        elif count:
            hint = f"Each word is one of the {count} likeliest."
        self.top_k.set_hint(hint)

    @Slot()
    def _on_reset_clicked(self) -> None:
        self._show_numbers(RECOMMENDED)
        self.more.keep.setChecked(False)


class _MoreSettings(Disclosure):
    """Top-p, repetition penalty and seed."""

    def __init__(self) -> None:
        super().__init__("More settings", name="more_settings")
        self.top_p = SliderField(
            "Top-p", 0.05, 1.0, RECOMMENDED.top_p, step=0.05, decimals=2,
            hint="Drops the words that hardly ever fit. 1 keeps them all.",
            tip="Lower: only words that fit well, tamer jokes. 1: even the unlikeliest words.",
            name="top_p",
        )  # fmt: skip
        self.repetition_penalty = SliderField(
            "Repetition penalty", 1.0, 2.0, RECOMMENDED.repetition_penalty,
            step=0.05, decimals=2,
            hint="Above 1, words already used come back less often.",
            tip="Raise it a little when a joke says the same thing over and over.",
            name="repetition_penalty",
        )  # fmt: skip
        self.seed = QSpinBox()
        self.seed.setRange(0, _HIGHEST_SEED)
        self.seed.setValue(RECOMMENDED.seed)
        self.seed.setKeyboardTracking(False)
        self.dice = IconButton("dice", "Another seed by chance", name="new_seed")
        self.keep = QCheckBox("Keep this seed")
        describe(
            self.keep,
            "keep_seed",
            "Keep this seed",
            "On: the same settings write the same jokes again. Off: every press writes others.",
        )
        self.reset_button = Button(
            "Reset to recommended",
            ButtonKind.QUIET,
            "refresh",
            name="reset_settings",
            tip="Sets all sliders back to where jokes usually turn out best.",
        )
        self._arrange()
        self._on_keep_toggled(False)
        self.keep.toggled.connect(self._on_keep_toggled)
        self.dice.clicked.connect(self._on_dice_clicked)
        self.seed.valueChanged.connect(self._on_seed_changed)

    def next_seed(self) -> int:
        """The seed to write with now; a fresh one, which is shown, unless it is to be kept."""
        if not self.keep.isChecked():
            self._show_seed(secrets.randbelow(_FRESH_SEEDS))
        return self.seed.value()

    def keep_seed(self, seed: int) -> None:
        """Put in a seed and keep it."""
        self._show_seed(seed)
        self.keep.setChecked(True)

    def _arrange(self) -> None:
        seed_field = Field(
            "Seed",
            self.seed,
            tip="A number that stands for the dice throws behind the jokes: the same seed with "
            "the same settings writes the same jokes.",
            name="seed",
        )
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        row.addWidget(seed_field, 1)
        row.addWidget(self.dice, 0, Qt.AlignmentFlag.AlignBottom)
        seed_part = QVBoxLayout()
        seed_part.setSpacing(Space.XS)
        seed_part.addLayout(row)
        seed_part.addWidget(self.keep, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(self.top_p)
        self.body.addWidget(self.repetition_penalty)
        self.body.addLayout(seed_part)
        self.body.addWidget(self.reset_button, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_seed(self, seed: int) -> None:
        with QSignalBlocker(self.seed):
            self.seed.setValue(seed)

    @Slot()
    def _on_dice_clicked(self) -> None:
        self._show_seed(secrets.randbelow(_FRESH_SEEDS))

    @Slot()
    def _on_seed_changed(self) -> None:
        # Whoever puts in a seed wants that one.
        self.keep.setChecked(True)

    @Slot(bool)
    def _on_keep_toggled(self, is_kept: bool) -> None:
        # Without keeping, every press throws the dice anyway.
        self.dice.setEnabled(is_kept)
