"""What to fine-tune: jokes, base model, how long, on which device."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from jokegen import wording
from jokegen.jobs.requests import TrainRequest
from jokegen.model_service import FEWEST_JOKES
from jokegen.qt.app_state import AppState
from jokegen.qt.job_runner import JobRunner
from jokegen.records import BaseModelInfo, DatasetInfo
from jokegen.ui.finetune import words
from jokegen.ui.finetune.base import BaseModelPicker
from jokegen.ui.finetune.device import DeviceField
from jokegen.ui.finetune.length import LengthChoice
from jokegen.ui.finetune.more import MoreSettings
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import plain_tip
from jokegen.ui.kit.panels import Card
from jokegen.ui.kit.tokens import Space


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
        self.length = LengthChoice()
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
        self.base.choice_changed.connect(self.changed)
        self.length.length_changed.connect(self.changed)

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
        self._on_dataset_changed()

    def show_base_models(self, bases: Sequence[BaseModelInfo]) -> None:
        """List these."""
        self.base.show_base_models(bases)

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
        missing = FEWEST_JOKES - dataset.jokes
        if missing > 0:
            return f"{wording.jokes(missing)} more, and it can start."
        return ""

    def plan(self) -> str:
        """What the start button would do, in a line."""
        dataset, base = self.dataset(), self.base.chosen()
        if dataset is None or base is None:
            return ""
        epochs = self.length.epochs()
        steps = words.about_steps(words.rough_steps(dataset, epochs))
        text = f"{wording.jokes(dataset.jokes)}, {words.epochs(epochs)}, {steps}"
        if not base.is_here:
            text += f"; {wording.size(base.download_bytes)} to download first"
        return text

    def request(self) -> TrainRequest | None:
        """What was asked for; None, with every problem shown beside its field, if it is no use."""
        more = self.more.read()
        dataset, base = self.dataset(), self.base.chosen()
        if more is None:
            self.more.focus_problem()
            return None
        if dataset is None or base is None or self.blocked_because():
            return None
        return TrainRequest(
            dataset=dataset.name,
            base=base.id,
            epochs=float(self.length.epochs()),
            max_steps=more.max_steps,
            learning_rate=more.learning_rate,
            device=self.device.device(),
            seed=more.seed,
            method=more.method,
            lora_rank=more.lora_rank,
            last_blocks=more.last_blocks,
        )

    @Slot()
    def _on_dataset_activated(self) -> None:
        self._wanted = self._combo.currentData()

    @Slot()
    def _on_dataset_changed(self) -> None:
        dataset = self.dataset()
        self._jokes.set_problem(words.missing_jokes(dataset) if dataset else "")
        self._jokes.set_hint(words.kept_aside(dataset) if dataset else "")
        self.length.show_dataset(dataset)
        self._combo.setToolTip(
            plain_tip("The saved data set whose jokes it learns from.")
            if dataset is None
            else plain_tip(f"It learns from these jokes: {dataset.name}")
        )
        self.changed.emit()
