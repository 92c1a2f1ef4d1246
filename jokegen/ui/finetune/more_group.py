"""One group of the advanced settings, which folds away: its fields, and those that were found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jokegen.ui.finetune.line import Hairline
from jokegen.ui.finetune.method import MethodField
from jokegen.ui.finetune.more_field import SettingField
from jokegen.ui.finetune.more_grid import FieldGrid
from jokegen.ui.finetune.more_table import GROUP_TIPS, OPEN_AT_FIRST, Group
from jokegen.ui.kit.labels import PlainLabel
from jokegen.ui.kit.panels import Disclosure
from jokegen.ui.kit.theme import scaled
from jokegen.ui.kit.tokens import Space, TextRole

_COLUMN, _MOST_COLUMNS = 250, 3


class GroupPart(Disclosure):
    """One group: its title with how many are changed, a sentence, its fields."""

    def __init__(self, group: Group, fields: Sequence[SettingField]) -> None:
        super().__init__(
            group.value, is_open=group in OPEN_AT_FIRST, name=f"group_{group.name.lower()}"
        )
        self.rule = Hairline()
        self._group = group
        self._was_open = self.is_open()
        self._is_searching = False
        self.fields = [field for field in fields if field.group is group]
        self.body.setSpacing(Space.M)
        self.body.setContentsMargins(0, 0, 0, Space.M)
        self.body.addWidget(PlainLabel(GROUP_TIPS[group], TextRole.MUTED))
        small = [field for field in self.fields if not isinstance(field, MethodField)]
        for field in self.fields:
            if field not in small:
                self.body.addWidget(field)
        if small:
            grid = FieldGrid(scaled(_COLUMN), _MOST_COLUMNS, Space.L)
            for field in small:
                grid.addWidget(field)
            self.body.addLayout(grid)

    def show_found(self, words: Sequence[str], counts: Callable[[SettingField], bool]) -> bool:
        """Show the fields that have all of these words; whether there are any."""
        are_any = False
        for field in self.fields:
            is_shown = counts(field) and field.is_match(words)
            field.setVisible(is_shown)
            are_any |= is_shown
        self.setVisible(are_any)
        self.rule.setVisible(are_any)
        if words and not self._is_searching:
            self._was_open = self.is_open()
        if words:
            self.set_open(True)
        elif self._is_searching:
            self.set_open(self._was_open)
        self._is_searching = bool(words)
        changed = sum(counts(field) and field.is_changed() for field in self.fields)
        self.set_title(f"{self._group} · {changed} changed" if changed else self._group.value)
        return are_any
