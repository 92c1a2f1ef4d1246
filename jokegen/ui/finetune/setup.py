"""What to fine-tune: jokes, base model, how long, on which device; and what that would take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from jokegen import model_service, wording
from jokegen.jobs.requests import Length, Offer, PromiseRequest, TrainRequest
from jokegen.model_service import FEWEST_JOKES
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner
from jokegen.records import BaseModelInfo, DatasetInfo, RunInfo
from jokegen.ui.finetune import promise_words, words
from jokegen.ui.finetune.base import BaseModelPicker
from jokegen.ui.finetune.device import DeviceField
from jokegen.ui.finetune.length import LengthChoice
from jokegen.ui.finetune.more import MoreSettings
from jokegen.ui.finetune.promise import Promise
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import plain_tip
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space

_COMES_FIRST = "The base model is brought here first; then it is measured, before the run begins."


class SetupCard(Card):
    """The form of a training run; `changed` says that what it would do is another thing now."""

    changed = Signal()

    def __init__(self, runner: JobRunner, state: AppState, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, name="setup")
        self.setAccessibleName("What to fine-tune")
        self._known: dict[str, DatasetInfo] = {}
        self._wanted = ""
        self._combo = QComboBox()
        self._combo.setObjectName("dataset")
        self._combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._combo.setMinimumContentsLength(12)
        self._jokes = Field(
            "Jokes",
            self._combo,
            tip="The saved data set whose jokes it learns from.",
            name="dataset_field",
        )
        self.base = BaseModelPicker(runner, state)
        self.promise = Promise(runner, self)
        self.length = LengthChoice(self.promise)
        self.device = DeviceField(runner)
        self.more = MoreSettings()
        left = QVBoxLayout()
        left.setSpacing(Space.L)
        left.addWidget(self._jokes)
        left.addWidget(self.device)
        columns = QHBoxLayout()
        columns.setSpacing(Space.XL)
        columns.addLayout(left, 1)
        columns.addWidget(self.base, 1)
        # Where one column is higher; a stretch below the other would ask for the page's height.
        left.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.body.setSpacing(Space.L)
        self.body.addLayout(columns)
        self.body.addWidget(self.length)
        self.body.addWidget(self.more)
        for first, second in zip(
            (self._combo, self.base, self.device), (self.base, self.device, self.length),
            strict=True,
        ):  # fmt: skip
            QWidget.setTabOrder(first, second)
        self._combo.activated.connect(self._on_dataset_activated)
        self._combo.currentIndexChanged.connect(self._on_dataset_changed)
        self.base.choice_changed.connect(self._on_form_changed)
        self.length.length_changed.connect(self._on_form_changed)
        self.device.device_changed.connect(self._on_form_changed)
        self.more.settings_changed.connect(self._on_form_changed)
        self.promise.changed.connect(self._on_promise_changed)

    @property
    def has_datasets(self) -> bool:
        return bool(self._known)

    def dataset(self) -> DatasetInfo | None:
        """The data set that is chosen; None where there is none."""
        return self._known.get(self._combo.currentData() or "")

    def show_datasets(self, datasets: Sequence[DatasetInfo]) -> None:
        """List these; what a person chose stays chosen if it is still there."""
        self._known = {info.name: info for info in datasets}
        with QSignalBlocker(self._combo):
            self._combo.clear()
            for info in datasets:
                count = wording.jokes(info.jokes)
                self._combo.addItem(f"{words.short_name(info.name)} · {count}", info.name)
                self._combo.setItemData(
                    self._combo.count() - 1,
                    plain_tip(f"{info.name} · {count}"),
                    Qt.ItemDataRole.ToolTipRole,
                )
            self._combo.setCurrentIndex(max(0, self._combo.findData(self._wanted)))
        self.promise.forget()
        self._on_dataset_changed()

    def show_base_models(self, bases: Sequence[BaseModelInfo]) -> None:
        """List these."""
        self.promise.forget()
        self.base.show_base_models(bases)

    def show_runs(self, runs: Sequence[RunInfo]) -> None:
        """The runs whose place a new one could take."""
        self.more.show_runs(runs)

    def choose_dataset(self, name: str) -> None:
        """Choose a data set for the person, who asked for it elsewhere."""
        self._wanted = name
        self._combo.setCurrentIndex(max(0, self._combo.findData(name)))

    def blocked_because(self) -> str:
        """Why nothing can be started, for the person; "" if it can."""
        dataset = self.dataset()
        if dataset is None:
            return "There are no jokes to learn from yet."
        if self.base.chosen() is None:
            return "There is no base model to choose."
        if self.base.is_fetching:
            return "The base model is on its way; then you can start."
        if self.device.is_gone:
            return "The device is not there any more: choose another one."
        missing = FEWEST_JOKES - dataset.jokes
        if missing > 0:
            return f"{wording.jokes(missing)} more, and it can start."
        offer = self._offer()
        return promise_words.first_sentence(offer.problem) if offer is not None else ""

    def plan(self) -> str:
        """What the start button would do, in a line."""
        base = self.base.chosen()
        if base is None:
            return ""
        offer = self._offer()
        if offer is not None:
            return promise_words.offer_line(offer, self.length.minutes())
        length = self.length.length()
        if length is Length.EPOCHS:
            text = promise_words.epochs(self.more.chosen()["epochs"])
        else:
            time = promise_words.rough_time(length, round(self.length.minutes()))
            text = f"{promise_words.title(length, self.length.minutes())}: {time}"
        if not base.is_here:
            return f"{text}; {wording.size(base.download_bytes)} to download first"
        return f"{text}; measured before it begins"

    def request(self) -> TrainRequest | None:
        """What was asked for; None, with every problem shown beside its field, if it is no use.

        What was measured is asked for as it was promised; else the run begins with measuring.
        """
        form = self._form()
        request = None if form is None else self.more.apply_to(form)
        if request is None:
            self.more.focus_problem()
            return None
        if self.blocked_because():
            return None
        offer = self._offer()
        if offer is not None:
            return offer.request
        length = self.length.length()
        return replace(
            request,
            length=length,
            minutes=self.length.minutes() if length is Length.MINUTES else None,
            is_method_open=self._is_method_open(),
        )

    def _form(self) -> TrainRequest | None:
        """What is chosen beside the lengths and the further settings."""
        dataset, base = self.dataset(), self.base.chosen()
        if dataset is None or base is None:
            return None
        return TrainRequest(dataset.name, base.id, device=self.device.device())

    def _is_method_open(self) -> bool:
        return "method" not in self.more.chosen()

    def _offer(self) -> Offer | None:
        return self.promise.offer(self.length.length())

    # ---- What is measured ------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.promise.set_shown(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.promise.set_shown(False)

    @Slot()
    def _on_form_changed(self) -> None:
        """Let all parts know of each other, and ask what the form would take now."""
        form, dataset, base = self._form(), self.dataset(), self.base.chosen()
        self.length.show_epochs(self.more.chosen().get("epochs"))
        if form is None or dataset is None or base is None:
            self.promise.want(None)
        else:
            self.more.show_request(form, dataset.train)
            is_measurable = base.is_here and not self.base.is_fetching
            self.length.show_unmeasurable("" if is_measurable else _COMES_FIRST)
            train = replace(self.more.peek(form), is_method_open=self._is_method_open())
            wanted = PromiseRequest(train, self.length.minutes())
            is_wanted = is_measurable and dataset.jokes >= FEWEST_JOKES
            self.promise.want(wanted if is_wanted else None)
        self._show_recommended()
        self.changed.emit()

    @Slot()
    def _on_promise_changed(self) -> None:
        self._show_recommended()
        self.changed.emit()

    def _show_recommended(self) -> None:
        """What the further settings would be, were none of them chosen."""
        chosen = self.more.chosen()
        offer = self.promise.offer(self.length.card_length())
        recommended = TrainRequest("", method=model_service.usual_method())
        if offer is not None and offer.steps:
            known = {"dataset", "epochs", "method", "learning_rate"} - chosen.keys() | {"epochs"}
            values = {name: getattr(offer.request, name) for name in known}
            recommended = replace(recommended, **values)
        self.more.show_recommended(model_service.settle(recommended))

    @Slot()
    def _on_dataset_activated(self) -> None:
        self._wanted = self._combo.currentData()

    @Slot()
    def _on_dataset_changed(self) -> None:
        dataset = self.dataset()
        self._jokes.set_problem(words.missing_jokes(dataset) if dataset else "")
        self._jokes.set_hint(words.kept_aside(dataset) if dataset else "")
        self._combo.setToolTip(
            plain_tip("The saved data set whose jokes it learns from.")
            if dataset is None
            else plain_tip(f"It learns from these jokes: {dataset.name}")
        )
        self._on_form_changed()
