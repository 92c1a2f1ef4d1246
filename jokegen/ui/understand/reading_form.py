"""How the files are read: only the choices that apply to this kind, each found out or chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from jokegen.data.encoding import ENCODINGS
from jokegen.jobs.dataset_requests import (
    BLANK_LINE,
    EACH_LINE,
    Format,
    PreviewSummary,
    ReadOptions,
    Topic,
)
from jokegen.ui.kit.combos import Item, ShortCombo
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.labels import PlainLabel, describe
from jokegen.ui.kit.tokens import Space, TextRole
from jokegen.ui.understand.wordings import (
    DELIMITERS,
    KINDS,
    MISFITS,
    TABLES_OF_TEXT,
    WORKBOOKS,
    delimiter_title,
    list_title,
    own_separator,
    separator_title,
)

_OWN = object()  # “another…”: a line to type it appears
_NOT_DELIMITERS = ('"', "\r", "\n")


class ReadingForm(QWidget):
    """`options_chosen` carries the `ReadOptions` with what a person chose, None elsewhere."""

    options_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reading_form")
        self._chosen = ReadOptions()
        self._fields: dict[str, Field] = {}
        self._combos: dict[str, ShortCombo] = {}
        self._all_note = PlainLabel("", TextRole.CAPTION, name="read_all_note")
        self.kind = self._combo("kind", "Kind", "What kind of file it is, whatever its name says.")
        self.sheet = self._combo("sheet", "Sheet", "Which sheet of the workbook has the jokes.")
        self.list_key = self._combo("list", "List", "Which list in the file has the jokes.")
        self.encoding = self._combo(
            "encoding", "Encoding",
            "How letters are stored in the file. If é or “ look wrong, choose another.",
        )  # fmt: skip
        self.delimiter = self._combo(
            "delimiter", "Between columns", "What stands between the columns of a line."
        )
        self.delimiter_line = _line(
            "read_delimiter_own", "The character between columns", "One character", 1
        )
        self.separator = self._combo(
            "separator", "Between jokes", "Where one joke ends and the next one begins."
        )
        self.separator_line = _line(
            "read_separator_own", "The line between jokes", "Such as ***", 80
        )
        self.header = QCheckBox()
        # Stands elsewhere: beside the rows that do not fit.
        self.misfits = self._combo(
            "misfits", "What to do with such rows",
            "What is done with such rows. Whatever it is, all of them are listed.",
        )  # fmt: skip
        self.misfits_field = self._fields.pop("misfits")
        self._arrange()
        self._connect()

    def show_options(
        self, summary: PreviewSummary, chosen: ReadOptions, looks: Mapping[str, str]
    ) -> None:
        """Show how the files were read, with what was chosen; the rest was found out."""
        self._chosen = chosen
        read, kind = summary.options, summary.options.format
        self._show_choice(
            "kind", KINDS, KINDS.get(kind) if kind else None, chosen.format,
        )  # fmt: skip
        is_text = kind in KINDS and read.encoding is not None
        self._show_choice(
            "encoding", _with_looks(looks),
            ENCODINGS.get(read.encoding or "", read.encoding) if is_text else None,
            chosen.encoding,
        )  # fmt: skip
        is_table = kind in TABLES_OF_TEXT and read.delimiter is not None
        self._show_choice(
            "delimiter", DELIMITERS, delimiter_title(read.delimiter or "") if is_table else None,
            chosen.delimiter, own="Another character…", line=self.delimiter_line,
        )  # fmt: skip
        separators = dict.fromkeys((EACH_LINE, BLANK_LINE, *summary.separators))
        is_lines = kind is Format.TEXT and read.separator is not None
        self._show_choice(
            "separator", {separator: separator_title(separator) for separator in separators},
            separator_title(read.separator or "") if is_lines else None,
            chosen.separator, own="A line of my own…", line=self.separator_line,
        )  # fmt: skip
        self._show_choice(
            "sheet", {sheet: sheet for sheet in summary.sheets},
            read.sheet if len(summary.sheets) > 1 else None, chosen.sheet,
        )  # fmt: skip
        self._show_choice(
            "list", {key: list_title(key) for key in summary.lists},
            list_title(read.list_key or "") if len(summary.lists) > 1 else None, chosen.list_key,
        )  # fmt: skip
        self._show_header(kind, read.has_header if chosen.has_header is None else chosen.has_header)
        self.misfits.show_items([Item(t, v) for v, t in MISFITS.items()], chosen.misfits)
        count = len(summary.files)
        self._all_note.setText(f"These choices go for all {count} files.")
        self._all_note.setVisible(count > 1)

    def has_choices(self) -> bool:
        """Whether there is anything to choose for these files."""
        return any(not field.isHidden() for field in self._fields.values()) or (
            not self.header.isHidden()
        )

    def first_control(self) -> QWidget | None:
        """Where the keyboard begins; None where there is nothing to choose."""
        controls = (
            self.sheet, self.list_key, self.separator, self.delimiter, self.header, self.encoding,
        )  # fmt: skip
        return next((c for c in controls if c.isVisibleTo(self)), None)

    def control_for(self, topic: Topic) -> QWidget | None:
        """Where the thing is chosen that a question is about."""
        return {
            Topic.ENCODING: self.encoding,
            Topic.DELIMITER: self.delimiter,
            Topic.HEADER: self.header,
            Topic.SEPARATOR: self.separator,
            Topic.SHEET: self.sheet,
            Topic.LIST: self.list_key,
        }.get(topic)

    # ---- What is shown ---------------------------------------------------------------------

    def _combo(self, name: str, caption: str, tip: str) -> ShortCombo:
        combo = ShortCombo(name=f"read_{name}")
        self._fields[name] = Field(caption, combo, tip=tip, name=f"read_{name}_field")
        self._combos[name] = combo
        return combo

    def _show_choice(
        self,
        name: str,
        titles: Mapping[Any, str],
        found: str | None,
        chosen: Any,
        *,
        own: str = "",
        line: QLineEdit | None = None,
    ) -> None:
        """Fill one list: what was `found` out comes first, then everything that can be chosen.

        Where nothing was found out there is nothing to choose. `own` is the last entry; choosing
        it shows `line`, in which something else can be typed.
        """
        self._fields[name].setVisible(found is not None)
        is_own = False
        if found is not None:
            first = f"{found} · found out" if chosen is None else "Find it out"
            items = [Item(first), *(Item(title, value, title) for value, title in titles.items())]
            if own:
                items.append(Item(own, _OWN))
            is_unknown = chosen is not None and chosen not in titles
            is_own = line is not None and (is_unknown or _is_focused(line))
            self._combos[name].show_items(items, _OWN if is_own else chosen)
        if line is not None:
            if is_own and not _is_focused(line):
                line.setText(chosen)
            line.setVisible(is_own)

    def _show_header(self, kind: Format | None, has_header: bool | None) -> None:
        is_sheet = kind in WORKBOOKS
        self.header.setText(f"The first {'row' if is_sheet else 'line'} names the columns")
        self.header.setAccessibleName(self.header.text())
        self.header.setVisible(kind in (*TABLES_OF_TEXT, *WORKBOOKS))
        with QSignalBlocker(self.header):
            self.header.setChecked(bool(has_header))

    def _arrange(self) -> None:
        describe(
            self.header, "read_header", "The first line names the columns",
            "If not, the first line is a joke like the others.",
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(Space.M)
        parts: Sequence[QWidget] = (
            self._all_note, self._fields["sheet"], self._fields["list"],
            self._fields["separator"], self.separator_line, self._fields["delimiter"],
            self.delimiter_line, self.header, self._fields["encoding"], self._fields["kind"],
        )  # fmt: skip
        for part in parts:
            layout.addWidget(part)
        for before, after in (
            (self.sheet, self.list_key), (self.list_key, self.separator),
            (self.separator, self.separator_line), (self.separator_line, self.delimiter),
            (self.delimiter, self.delimiter_line), (self.delimiter_line, self.header),
            (self.header, self.encoding), (self.encoding, self.kind),
        ):  # fmt: skip
            self.setTabOrder(before, after)

    # ---- What a person does ----------------------------------------------------------------

    def _connect(self) -> None:
        self.kind.value_chosen.connect(self._on_kind_chosen)
        self.encoding.value_chosen.connect(self._on_encoding_chosen)
        self.delimiter.value_chosen.connect(self._on_delimiter_chosen)
        self.delimiter_line.textEdited.connect(self._on_delimiter_typed)
        self.separator.value_chosen.connect(self._on_separator_chosen)
        self.separator_line.editingFinished.connect(self._on_separator_typed)
        self.header.toggled.connect(self._on_header_toggled)
        self.sheet.value_chosen.connect(self._on_sheet_chosen)
        self.list_key.value_chosen.connect(self._on_list_chosen)
        self.misfits.value_chosen.connect(self._on_misfits_chosen)

    def _choose(self, **fields: Any) -> None:
        self._chosen = replace(self._chosen, **fields)
        self.options_chosen.emit(self._chosen)

    @Slot(object)
    def _on_kind_chosen(self, kind: Format | None) -> None:
        if kind != self._chosen.format:  # what was chosen for another kind means nothing now
            self._chosen = ReadOptions(encoding=self._chosen.encoding, misfits=self._chosen.misfits)
            self._choose(format=kind)

    @Slot(object)
    def _on_encoding_chosen(self, encoding: str | None) -> None:
        if encoding != self._chosen.encoding:
            self._choose(encoding=encoding)

    @Slot(object)
    def _on_delimiter_chosen(self, delimiter: object) -> None:
        self.delimiter_line.setVisible(delimiter is _OWN)
        if delimiter is _OWN:
            self.delimiter_line.clear()
            self.delimiter_line.setFocus()
        elif delimiter != self._chosen.delimiter:
            self._choose(delimiter=delimiter)

    @Slot(str)
    def _on_delimiter_typed(self, text: str) -> None:
        if text and text not in _NOT_DELIMITERS:
            self._choose(delimiter=text)

    @Slot(object)
    def _on_separator_chosen(self, separator: object) -> None:
        self.separator_line.setVisible(separator is _OWN)
        if separator is _OWN:
            self.separator_line.clear()
            self.separator_line.setFocus()
        elif separator != self._chosen.separator:
            self._choose(separator=separator)

    @Slot()
    def _on_separator_typed(self) -> None:
        line = own_separator(self.separator_line.text())
        if line.strip() and line != self._chosen.separator:
            self._choose(separator=line)

    @Slot(bool)
    def _on_header_toggled(self, is_checked: bool) -> None:
        self._choose(has_header=is_checked)

    @Slot(object)
    def _on_sheet_chosen(self, sheet: str | None) -> None:
        if sheet != self._chosen.sheet:  # whether it has a header is another matter on each sheet
            self._choose(sheet=sheet, has_header=None)

    @Slot(object)
    def _on_list_chosen(self, key: str | None) -> None:
        if key != self._chosen.list_key:
            self._choose(list_key=key)

    @Slot(object)
    def _on_misfits_chosen(self, misfits: object) -> None:
        if misfits is not self._chosen.misfits:
            self._choose(misfits=misfits)


def _with_looks(looks: Mapping[str, str]) -> dict[str, str]:
    """All encodings, those that could be right with what the file's letters look like in them."""
    return {
        codec: f"{title} · “{looks[codec]}”" if codec in looks else title
        for codec, title in ENCODINGS.items()
    }


def _is_focused(line: QLineEdit) -> bool:
    """Whether it has the keyboard, also while another window is in front."""
    return line.window().focusWidget() is line


def _line(name: str, label: str, placeholder: str, longest: int) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(placeholder)
    line.setMaxLength(longest)
    describe(line, name, label, f"{label}: type it here.")
    line.hide()
    return line
