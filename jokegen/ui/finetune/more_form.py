"""The advanced settings in groups, with a search line; what is chosen, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from jokegen import model_service
from jokegen.jobs.requests import Method, TrainRequest
from jokegen.records import RunInfo, RunStatus
from jokegen.ui.finetune.line import Hairline
from jokegen.ui.finetune.method import MethodField
from jokegen.ui.finetune.more_checks import Remark, remarks, step_words
from jokegen.ui.finetune.more_field import NumberField, SettingField
from jokegen.ui.finetune.more_group import GroupPart
from jokegen.ui.finetune.more_schedule import ScheduleField, WarmUpField
from jokegen.ui.finetune.more_table import NUMBERS, Group
from jokegen.ui.finetune.more_ways import Way, WaysField, embeddings_field, precision_field
from jokegen.ui.kit.buttons import Button, ButtonKind
from jokegen.ui.kit.icons import icon
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_NEW_RUN = Way(None, "No, a run of its own", "Earlier runs stay as they are.")

# What another method has another recommendation for.
_OF_THE_METHOD = (
    "learning_rate", "train_embeddings", "weight_decay", "beta1", "beta2", "epsilon",
    "gradient_norm", "warm_up", "warm_up_steps",
)  # fmt: skip


class MoreForm(QWidget):
    """All fields; `changed` tells that what a run would be asked for is another thing now."""

    changed = Signal()
    evaluate_requested = Signal()  # to measure without training

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("more_form")
        self._recommended = TrainRequest("")
        self._request = TrainRequest("")
        self._jokes: int | None = None
        self.method = MethodField()
        self.overwrite = WaysField(
            "overwrite",
            "Overwrite a run",
            Group.KEEPING,
            [_NEW_RUN],
            hint="The new run takes the place of an earlier one.",
            others="overwrite_output_dir replace",
        )
        self.schedule = ScheduleField()
        self.warm_up = WarmUpField()
        self.fields: list[SettingField] = [
            self.method,
            *(NumberField(setting) for setting in NUMBERS),
            embeddings_field(),
            self.schedule,
            self.warm_up,
            self.overwrite,
            precision_field(),
        ]
        self._numbers = {
            field.setting.field: field for field in self.fields if isinstance(field, NumberField)
        }
        self._step_words = PlainLabel("", TextRole.CAPTION, name="step_words")
        self._groups = {group: GroupPart(group, self.fields) for group in Group}
        self._arrange()
        for field in self.fields:
            field.edited.connect(self._on_edited)
        self._search.textChanged.connect(self._on_search_changed)
        self._search.left.connect(self._on_search_left)
        self._all_button.clicked.connect(self._on_all_clicked)
        self._reset_button.clicked.connect(self._on_reset_clicked)
        self.show_recommended(self._recommended)

    def _arrange(self) -> None:
        self._search = _SearchLine()
        describe(
            self._search,
            "find_setting",
            "Find a setting",
            "Shows only the settings of that name; the names of command lines and tutorials "
            "are known too, such as lr or max_grad_norm.",
        )
        self._all_button = Button("Unfold all", ButtonKind.QUIET, name="unfold_settings")
        self._changed_words = PlainLabel("", TextRole.CAPTION, name="more_changed")
        self._reset_button = Button(
            "Reset all",
            ButtonKind.QUIET,
            "undo",
            name="reset_more",
            tip="Sets all of these to what is recommended.",
        )
        top = QHBoxLayout()
        top.setSpacing(Space.M)
        top.addWidget(self._search, 1)
        top.addWidget(self._all_button)
        top.addStretch(1)
        self._reset_row = QWidget()
        row = QHBoxLayout(self._reset_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(Space.M)
        row.addWidget(self._changed_words, 1)
        row.addWidget(self._reset_button, 0, Qt.AlignmentFlag.AlignTop)
        self._evaluate_row = self._make_evaluate_row()
        self._nothing = PlainLabel("", TextRole.MUTED, name="no_setting_found")
        self._nothing.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        layout.addLayout(top)
        layout.addWidget(self._reset_row)
        layout.addWidget(self._nothing)
        for part in self._groups.values():
            layout.addWidget(part.rule)
            layout.addWidget(part)
        layout.addWidget(Hairline())
        layout.addWidget(self._evaluate_row)
        self._groups[Group.MUCH].body.addWidget(self._step_words)

    def _make_evaluate_row(self) -> QWidget:
        """For what is no setting, but stands among them in other programs: evaluate only."""
        button = Button(
            "Measure only…",
            ButtonKind.SECONDARY,
            name="evaluate_only",
            tip="Opens a form in which a base model or a run is measured on jokes it has not seen.",
        )
        button.clicked.connect(self.evaluate_requested)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.M)
        words = "Evaluate only: how well does it guess jokes as it is? Nothing is trained."
        line.addWidget(PlainLabel(words, TextRole.MUTED), 1)
        line.addWidget(button)
        return row

    # ---- What is known and chosen ----------------------------------------------------------

    def show_recommended(self, request: TrainRequest) -> None:
        """These are the recommended values from now on."""
        self._recommended = request
        self._recommend()
        self._redraw()

    def show_request(self, request: TrainRequest, jokes: int | None) -> None:
        """What the rest of the form asks for, and how many jokes it would learn from."""
        self._request, self._jokes = request, jokes
        self._redraw()

    def _recommend(self) -> None:
        """Settle what is recommended for the method that is chosen."""
        self.method.show_recommended(self._recommended)
        request, method = self._recommended, self.method.method()
        if method is not request.method:
            left_open = dict.fromkeys(_OF_THE_METHOD)
            request = replace(request, method=method, **left_open)  # type: ignore[arg-type]
        settled = model_service.settle(request)
        for field in self.fields:
            if field is not self.method:
                field.show_recommended(settled)

    def show_runs(self, runs: Sequence[RunInfo]) -> None:
        """Offer these to be overwritten."""
        ways = [
            Way(
                run.number,
                run.title,
                f"Run {run.number} and all that it learned goes once the new run has begun.",
            )
            for run in runs
            if run.status is not RunStatus.RUNNING
        ]
        self.overwrite.set_ways([_NEW_RUN, *ways])
        self._redraw()

    def chosen(self) -> dict[str, Any]:
        """All sound values that were chosen and count, by the names of `TrainRequest`."""
        found: dict[str, Any] = {}
        for field in self.fields:
            if not self._counts(field):
                continue
            try:
                found |= field.choices()
            except ValueError:
                continue
        if "tokens_per_step" in found:
            found.setdefault("batch_size", None)
        return found

    def fields_in_order(self) -> list[SettingField]:
        """As they stand on the page."""
        return [field for part in self._groups.values() for field in part.fields]

    def changed_names(self) -> list[str]:
        """The captions of what is not as recommended."""
        return [
            field.caption
            for field in self.fields_in_order()
            if self._counts(field) and field.is_changed()
        ]

    def problems(self, request: TrainRequest) -> list[SettingField]:
        """Show every problem of `request` with what is chosen here; the fields that have one."""
        found = self._show_remarks(request, is_complete=True)
        if found:
            self._search.clear()
        for part in self._groups.values():
            if any(field in found for field in part.fields):
                part.set_open(True)
        return found

    def _counts(self, field: SettingField) -> bool:
        """A number of another method does not."""
        method = self.method.method()
        if field is self._numbers["lora_rank"]:
            return method is Method.LORA
        return field is not self._numbers["last_blocks"] or method is Method.LAST_BLOCKS

    def _show_remarks(self, request: TrainRequest, *, is_complete: bool) -> list[SettingField]:
        """`is_complete`: nobody is typing, so half a number is a problem too."""
        chosen = self.chosen()
        said: dict[str, Remark] = {}
        settled = model_service.settle(replace(request, **chosen))
        for remark in remarks(settled, chosen, self._jokes):
            if remark.field not in said or remark.is_problem:
                said[remark.field] = remark
        found = []
        for field in self.fields_in_order():
            name = field.setting.field if isinstance(field, NumberField) else _name(field)
            own = field.problem() if self._counts(field) else ""
            remark = said.get(name, Remark(name, ""))
            if own and (is_complete or not field.control.hasFocus()):
                field.show_remark(own, is_problem=True)
            else:
                field.show_remark(remark.text, is_problem=remark.is_problem)
            if (own or remark.is_problem) and self._counts(field):
                found.append(field)
        return found

    # ---- Drawing ---------------------------------------------------------------------------

    def _redraw(self) -> None:
        changed = self.changed_names()
        self._changed_words.setText(f"Not as recommended: {_and(changed)}.")
        self._reset_row.setVisible(bool(changed))
        request = replace(self._request, **self.chosen())
        self._step_words.setText(step_words(request))
        self.schedule.show_warm_up(self.warm_up.share())
        self._show_remarks(self._request, is_complete=False)
        self._show_found()

    def _show_found(self) -> None:
        """Fold and filter by the search line."""
        words = self._search.text().casefold().replace("-", " ").split()
        are_any = False
        for part in self._groups.values():
            are_any |= part.show_found(words, self._counts)
        self._nothing.setVisible(not are_any)
        self._nothing.setText(
            f"No setting is called “{' '.join(self._search.text().split())}”. "
            "A shorter word finds more."
        )
        is_all = all(part.is_open() for part in self._groups.values())
        self._all_button.set_text("Fold all" if is_all else "Unfold all")
        self._all_button.setVisible(not words)

    @Slot()
    def _on_edited(self) -> None:
        if self.sender() is self.method:
            self._recommend()
        self._redraw()
        self.changed.emit()

    @Slot()
    def _on_search_changed(self) -> None:
        self._show_found()

    @Slot()
    def _on_search_left(self) -> None:
        for field in self.fields_in_order():
            if field.isVisible():
                field.focus_control()
                return

    @Slot()
    def _on_all_clicked(self) -> None:
        is_open = not all(part.is_open() for part in self._groups.values())
        for part in self._groups.values():
            part.set_open(is_open)
        self._show_found()

    @Slot()
    def _on_reset_clicked(self) -> None:
        for field in self.fields:
            field.clear()
        self._recommend()
        self._search.setFocus(Qt.FocusReason.OtherFocusReason)  # the button goes away
        self._redraw()
        self.changed.emit()


class _SearchLine(QLineEdit):
    """Escape empties it before it means anything else; Enter leads on to what was found."""

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Find a setting")
        self.setClearButtonEnabled(True)
        glass = QAction(icon("search", "muted"), "", self)
        self.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self.setMaximumWidth(scaled(320))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _name(field: SettingField) -> str:
    return field.field if isinstance(field, WaysField) else field.control.objectName()


def _and(names: Sequence[str]) -> str:
    """The names in a row, as in the middle of a sentence, but for acronyms."""
    return ", ".join(
        name if name[1:2].isupper() or name[:4] == "LoRA" else name[:1].lower() + name[1:]
        for name in names
    )
