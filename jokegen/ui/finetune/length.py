"""How much time to give: five lengths as cards, each with what it takes on this computer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from jokegen.jobs.requests import Length, Offer
from jokegen.ui.finetune import promise_words as words
from jokegen.ui.finetune.promise import Promise
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.choices import Choice, Option
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole, Tone

LENGTHS = (Length.TASTE, Length.GOOD, Length.THOROUGH, Length.OVERNIGHT, Length.MINUTES)
MOST_MINUTES = 7 * 24 * 60
_NARROWEST_CARD = 158
_TIPS = {
    Length.TASTE: "A first look: it hears some of your jokes, and begins to sound like them.",
    Length.GOOD: "Right for most: long enough to joke in the manner of your jokes.",
    Length.THOROUGH: "The best that your jokes give, where there are a few thousand of them.",
    Length.OVERNIGHT: "For tens of thousands of jokes: go to bed, and read new jokes at breakfast.",
    Length.MINUTES: "Say how much time you have; it makes the best of it.",
}


class LengthChoice(QWidget):
    """Cards for the lengths; that of one's own minutes unfolds a spin box."""

    length_changed = Signal()
    unfolded = Signal()  # the spin box has come up, perhaps out of sight

    def __init__(self, promise: Promise, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("length")
        self._promise = promise
        self._epochs: float | None = None
        self._unmeasurable = ""
        self.choice = Choice(
            [Option(length, words.TITLES[length], tip=_TIPS[length]) for length in LENGTHS],
            caption="How long",
            chosen=Length.GOOD,
            columns=len(LENGTHS),
            narrowest=scaled(_NARROWEST_CARD),
            name="length_choice",
        )
        self._spin_box = QSpinBox()
        self._spin_box.setObjectName("minutes")
        self._spin_box.setRange(1, MOST_MINUTES)
        self._spin_box.setValue(20)
        self._spin_box.setFixedWidth(scaled(120))
        self._minutes = Field(
            "Minutes",
            self._spin_box,
            tip="How many minutes it may take in all, loading and saving included.",
            name="minutes_field",
        )
        self._hint = PlainLabel("", TextRole.CAPTION, name="length_hint")
        self._again = Button(
            "Measure again",
            ButtonKind.QUIET,
            "refresh",
            name="measure_again",
            tip="Measures anew how fast this computer is, for instance after you have closed other "
            "programs.",
        )
        policy = self._again.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._again.setSizePolicy(policy)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, 0, 0, 0)
        foot.setSpacing(Space.M)
        foot.addWidget(self._hint, 1)
        foot.addWidget(self._again, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.S)
        layout.addWidget(self.choice)
        layout.addWidget(self._minutes)
        layout.addLayout(foot)
        self._minutes.hide()
        self.choice.choice_changed.connect(self._on_choice_changed)
        self._spin_box.valueChanged.connect(self.length_changed)
        self._again.clicked.connect(promise.ask_again)
        promise.changed.connect(self.redraw)
        self.redraw()

    def length(self) -> Length:
        """What is chosen; epochs of the person's own win over every card."""
        return self.card_length() if self._epochs is None else Length.EPOCHS

    def card_length(self) -> Length:
        """The length of the chosen card."""
        return Length(self.choice.key())

    def minutes(self) -> float:
        """How many the person has, with what is being typed."""
        self._spin_box.interpretText()
        return float(self._spin_box.value())

    def show_epochs(self, epochs: float | None) -> None:
        """A number of epochs was chosen elsewhere, None: it was not."""
        self._epochs = epochs
        self.redraw()

    def show_unmeasurable(self, reason: str) -> None:
        """Why nothing can be measured yet, in a sentence; "" if it can."""
        self._unmeasurable = reason
        self.redraw()

    # ---- Drawing ---------------------------------------------------------------------------

    @Slot()
    def redraw(self) -> None:
        """Show what is known of each length, and what the chosen one does."""
        for length in LENGTHS:
            self._describe(length, self._promise.offer(length))
        offer = self._promise.offer(self.length())
        is_wrong = offer is not None and bool(offer.problem)
        self._hint.set_tone(Tone.ERROR if is_wrong else None)
        self._hint.setText(self._explain(offer))
        summary = self._promise.summary
        is_known = summary is not None and bool(summary.offers)
        self._again.setVisible(is_known or self._promise.problem is not None)

    def _describe(self, length: Length, offer: Offer | None) -> None:
        if offer is None:
            self.choice.set_value(length, words.rough_time(length, self._spin_box.value()))
            is_busy = self._promise.is_measuring
            # Two lines, as there will be: nothing jumps when the numbers come.
            state = "being measured…" if is_busy else "not measured yet"
            self.choice.set_description(length, f"Steps and memory:\n{state}")
        elif offer.problem:
            self.choice.set_value(length, "Does not fit here", Tone.ERROR)
            self.choice.set_description(length, words.needs(offer))
        else:
            self.choice.set_value(length, words.time_range(offer.seconds_low, offer.seconds_high))
            self.choice.set_description(length, words.offer_details(offer))

    def _explain(self, offer: Offer | None) -> str:
        if offer is not None:
            text = offer.problem or offer.reason
        elif self._promise.is_measuring:
            fraction = self._promise.fraction
            share = "" if fraction is None else f" {round(100 * fraction)}%"
            text = f"Trying some steps with your jokes to see how fast this computer is…{share}"
        elif self._promise.problem is not None:
            text = f"It could not be measured. {self._promise.problem.happened}"
        else:
            text = self._unmeasurable or "It is measured in a moment; you can also start at once."
        if self._epochs is None:
            return text
        own = f"You chose {words.epochs(self._epochs)} under More settings, which counts instead"
        if offer is None or offer.problem:
            return f"{own}. {text}"
        return f"{own}: {words.offer_time(offer)}. {text}"

    @Slot()
    def _on_choice_changed(self) -> None:
        is_own = self.choice.key() == Length.MINUTES
        self._minutes.setVisible(is_own)
        self.redraw()
        self.length_changed.emit()
        if is_own:
            self.unfolded.emit()
