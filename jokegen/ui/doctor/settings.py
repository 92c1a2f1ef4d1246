"""What can be set about a fix: how alike, how short, how long, which words, which languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QLocale, QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from jokegen.data.doctor.languages import MOST_COMMON
from jokegen.data.doctor.offensive import usual_words
from jokegen.jobs.dataset_requests import Finding, Fix, FixKind
from jokegen.ui.doctor.word_list import WordListDialog
from jokegen.ui.kit.buttons import Button
from jokegen.ui.kit.fields import SliderField, prepare_control
from jokegen.ui.kit.flow import FlowLayout
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.tokens import Space, TextRole

_WORDS_SHOWN = 12
_WORDS_A_TOKEN = 0.75  # of English, about


class Setting(QWidget):
    """Part of a finding's details. `fix_changed` carries the `Fix` as it should be now."""

    fix_changed = Signal(object)

    def __init__(self, kind: FixKind) -> None:
        super().__init__()
        self.setObjectName(f"setting_{kind.value}")
        self._fix = Fix(kind)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.XS)

    def show_fix(self, fix: Fix, finding: Finding) -> None:
        """Show how it is set; nothing is told."""
        self._fix = fix
        self._show(finding)

    def focusable(self) -> list[QWidget]:
        """The controls, from top to bottom."""
        raise NotImplementedError

    def _show(self, finding: Finding) -> None:
        raise NotImplementedError

    def _change(self, fix: Fix) -> None:
        if fix != self._fix:
            self._fix = fix
            self.fix_changed.emit(fix)


class AlikeSetting(Setting):
    """How alike jokes are that count as nearly the same."""

    def __init__(self) -> None:
        super().__init__(FixKind.NEAR_DUPLICATES)
        self.slider = SliderField(
            "How alike", 50, 100, 85, unit="%", name="how_alike",
            ends=("half the words", "all the words"),
            tip="Jokes that share at least so many of their words count as nearly the same.",
        )  # fmt: skip
        self.slider.value_changed.connect(self._on_value_changed)
        self._column.addWidget(self.slider)

    def focusable(self) -> list[QWidget]:
        return [self.slider.slider, self.slider.spin_box]

    def _show(self, finding: Finding) -> None:
        limit = self._fix.limit if self._fix.limit is not None else finding.limit
        if limit is not None and not self.slider.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.set_value(round(limit * 100))
        self.slider.set_hint(alike_in_words(self.slider.value() / 100))

    @Slot(float)
    def _on_value_changed(self, value: float) -> None:
        self.slider.set_hint(alike_in_words(value / 100))
        self._change(replace(self._fix, limit=round(value / 100, 2)))


def alike_in_words(similarity: float) -> str:
    """What a similarity means: words in both jokes by words in either."""
    for least, words in (
        (0.995, "All their words are the same, in whatever order."),
        (0.9, "Nearly all their words are the same."),
        (0.8, "Most of their words are the same: a word or two may differ."),
        (0.7, "About three in four of their words are the same."),
        (0.6, "About two in three of their words are the same."),
    ):
        if similarity >= least:
            return words
    return "About half of their words are the same: some of these are different jokes."


class NumberSetting(Setting):
    """A number in a sentence: “Fewer than [3] words”."""

    def __init__(
        self, kind: FixKind, before: str, after: str, most: int, step: int, tip: str
    ) -> None:
        super().__init__(kind)
        self.box = QSpinBox()
        self.box.setRange(1, most)
        self.box.setSingleStep(step)
        self.box.setKeyboardTracking(False)
        self.box.setGroupSeparatorShown(True)
        describe(self.box, f"limit_{kind.value}", f"{before} so many {after}", tip)
        prepare_control(self.box)
        self._hint = PlainLabel("", TextRole.CAPTION, name=f"limit_{kind.value}_hint")
        row = QHBoxLayout()
        row.setSpacing(Space.S)
        for part in (PlainLabel(before), self.box, PlainLabel(after)):
            if isinstance(part, PlainLabel):
                part.setWordWrap(False)
            row.addWidget(part)
        row.addStretch(1)
        self._column.addLayout(row)
        self._column.addWidget(self._hint)
        self._is_tokens = kind is FixKind.TOO_LONG
        self._hint.setVisible(self._is_tokens)
        self.box.valueChanged.connect(self._on_value_changed)

    def focusable(self) -> list[QWidget]:
        return [self.box]

    def _show(self, finding: Finding) -> None:
        limit = self._fix.limit if self._fix.limit is not None else finding.limit
        if limit is not None:
            with QSignalBlocker(self.box):
                self.box.setValue(round(limit))
        self._say()

    def _say(self) -> None:
        if self._is_tokens:
            words = _rounded(self.box.value() * _WORDS_A_TOKEN)
            self._hint.setText(
                f"Tokens are the pieces of words that the base model reads: about {words:,} words."
            )

    @Slot(int)
    def _on_value_changed(self, value: int) -> None:
        self._say()
        self._change(replace(self._fix, limit=float(value)))


def _rounded(number: float) -> int:
    """To two figures: it is a guess."""
    scale: int = 10 ** max(0, len(str(int(number))) - 2)
    return max(1, round(number / scale) * scale)


class WordsSetting(Setting):
    """The list of offensive words: those found can be taken off it, all of it can be edited."""

    def __init__(self) -> None:
        super().__init__(FixKind.OFFENSIVE)
        self._caption = PlainLabel(
            "Found in your jokes. Press a word that does not offend you:", TextRole.CAPTION
        )
        self._chips = QWidget()
        self._flow = FlowLayout(Space.XS)
        self._chips.setLayout(self._flow)
        self._buttons: dict[str, Button] = {}
        self._usual: tuple[str, ...] = ()  # depends on the language of the jokes
        self.edit_button = Button(
            "Edit the list…", name="edit_word_list",
            tip="Shows all words that are looked for. Take some out, or add your own.",
        )  # fmt: skip
        self.edit_button.clicked.connect(self._on_edit_wanted)
        row = QHBoxLayout()
        row.addWidget(self.edit_button)
        row.addStretch(1)
        self._column.addWidget(self._caption)
        self._column.addWidget(self._chips)
        self._column.addLayout(row)

    def focusable(self) -> list[QWidget]:
        return [*self._buttons.values(), self.edit_button]

    def _show(self, finding: Finding) -> None:
        if not finding.is_fixed or not (self._usual or self._fix.words):
            self._usual = finding.listed  # what is looked for where nobody chose other words
        self._usual = self._usual or usual_words()
        listed = None if self._fix.words is None else set(self._fix.words)
        found = [word for word in finding.words if listed is None or word in listed]
        wanted = found[:_WORDS_SHOWN]
        if wanted != list(self._buttons):
            self._show_chips(wanted)
        self._caption.setVisible(bool(wanted))
        self._chips.setVisible(bool(wanted))

    def _show_chips(self, words: Sequence[str]) -> None:
        for button in self._buttons.values():
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = {}
        for number, word in enumerate(words):
            button = Button(
                word, icon_name="close", name=f"found_word_{number}",
                tip=f"Takes “{word}” off the list: jokes stay, if it is all that was found.",
            )  # fmt: skip
            button.clicked.connect(self._on_word_pressed)
            self._flow.addWidget(button)
            self._buttons[word] = button

    @Slot()
    def _on_word_pressed(self) -> None:
        pressed = self.sender()
        words = [word for word, button in self._buttons.items() if button is pressed]
        if words:
            listed = self._usual if self._fix.words is None else self._fix.words
            self._change(replace(self._fix, words=tuple(w for w in listed if w != words[0])))

    @Slot()
    def _on_edit_wanted(self) -> None:
        dialog = WordListDialog(self._fix.words, self._usual, self.window())
        dialog.words_chosen.connect(self._on_words_chosen)
        dialog.open()

    @Slot(object)
    def _on_words_chosen(self, words: tuple[str, ...] | None) -> None:
        self._change(replace(self._fix, words=words))


class LanguagesSetting(Setting):
    """Which languages are kept: that of most jokes, or others."""

    def __init__(self) -> None:
        super().__init__(FixKind.LANGUAGE)
        self._boxes: dict[str, QCheckBox] = {}
        self._found: tuple[str, ...] = ()
        self._column.addWidget(PlainLabel("Jokes are kept in", TextRole.CAPTION))
        self._add(MOST_COMMON, "the language of most jokes")

    def focusable(self) -> list[QWidget]:
        return list(self._boxes.values())

    def _show(self, finding: Finding) -> None:
        kept = self._fix.words or (MOST_COMMON,)
        self._found = tuple(dict.fromkeys((*self._found, *finding.words, *kept)))
        for code in self._found:
            if code not in self._boxes and (code in kept or len(self._boxes) <= _WORDS_SHOWN):
                self._add(code, language_name(code))
        for code, box in self._boxes.items():
            with QSignalBlocker(box):
                box.setChecked(code in kept)
            box.setVisible(code in (MOST_COMMON, *kept, *finding.words) or box.hasFocus())
        self._keep_one()

    def _add(self, code: str, title: str) -> None:
        box = QCheckBox(title.replace("&", "&&"))
        describe(box, f"keep_{code}", title, f"Keeps jokes in {title}.")
        box.toggled.connect(self._on_toggled)
        self._column.addWidget(box)
        self._boxes[code] = box

    def _keep_one(self) -> None:
        """The last language cannot be unticked: no joke would be left."""
        ticked = [box for box in self._boxes.values() if box.isChecked()]
        for box in self._boxes.values():
            box.setEnabled(len(ticked) > 1 or not box.isChecked())

    @Slot()
    def _on_toggled(self) -> None:
        self._keep_one()
        kept = tuple(code for code, box in self._boxes.items() if box.isChecked())
        self._change(replace(self._fix, words=None if kept == (MOST_COMMON,) else kept))


def language_name(code: str) -> str:
    """ "German" for "de"; the code where there is no name for it."""
    language = QLocale.codeToLanguage(code)
    if language in (QLocale.Language.AnyLanguage, QLocale.Language.C):
        return code
    return QLocale.languageToString(language)


def setting_for(kind: FixKind) -> Setting | None:
    """What can be set about a fix of this kind, if anything."""
    if kind is FixKind.NEAR_DUPLICATES:
        return AlikeSetting()
    if kind is FixKind.TOO_SHORT:
        tip = "Jokes of fewer words are left out."
        return NumberSetting(kind, "Fewer than", "words", 100, 1, tip)
    if kind is FixKind.TOO_LONG:
        tip = "Jokes of more tokens are left out."
        return NumberSetting(kind, "More than", "tokens", 100_000, 10, tip)
    if kind is FixKind.OFFENSIVE:
        return WordsSetting()
    if kind is FixKind.LANGUAGE:
        return LanguagesSetting()
    return None


KINDS_WITH_SETTING = frozenset(
    (
        FixKind.NEAR_DUPLICATES,
        FixKind.TOO_SHORT,
        FixKind.TOO_LONG,
        FixKind.OFFENSIVE,
        FixKind.LANGUAGE,
    )
)
