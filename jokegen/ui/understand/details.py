"""What else is to be said about the files: rows that did not fit, and where all rows come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from jokegen import wording
from jokegen.jobs.dataset_requests import Misfit, PreviewSummary, SourceFile
from jokegen.ui.kit.buttons import Button
from jokegen.ui.kit.labels import ElidedLabel, PlainLabel
from jokegen.ui.kit.panels import Disclosure
from jokegen.ui.kit.tokens import Space, TextRole
from jokegen.ui.understand.side import Group
from jokegen.ui.understand.wordings import WORKBOOKS

_MISFITS_SHOWN = 6
_FILES_SHOWN = 30


class MisfitsBox(Disclosure):
    """How many rows did not fit; unfolded: which, what is done with them, and a list to save."""

    report_requested = Signal()

    def __init__(self, policy: QWidget) -> None:
        super().__init__("Rows that did not fit", name="misfits")
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.S)
        self._told = PlainLabel("", TextRole.CAPTION, name="misfits_told")
        self._more = PlainLabel("", TextRole.CAPTION, name="misfits_more")
        self.save_button = Button(
            "Save the list…", icon_name="file", name="misfits_save",
            tip="Saves a table of all these rows: file, line, what is wrong, and what was done.",
        )  # fmt: skip
        self.save_button.clicked.connect(self.report_requested)
        self.body.setSpacing(Space.M)
        self.body.addWidget(self._told)
        self.body.addLayout(self._list)
        self.body.addWidget(self._more)
        self.body.addWidget(self.save_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addWidget(policy)

    def show_misfits(self, summary: PreviewSummary, *, is_wanted: bool) -> None:
        """Show what a summary says of them; `is_wanted` even if all rows fit."""
        self.setVisible(is_wanted or summary.misfit_count > 0)
        told = counted(summary.misfits, summary.misfit_count)
        self.header.setText(told.partition(":")[0])  # a heading that stays on one line
        self.header.setAccessibleName(told)
        self._told.setText(f"{told}.")
        empty_layout(self._list)
        has_files = len(summary.files) > 1
        place = "Row" if summary.options.format in WORKBOOKS else "Line"
        for misfit in in_order(summary.misfits)[:_MISFITS_SHOWN]:
            where = _where(misfit, place, has_files=has_files)
            self._list.addWidget(PlainLabel(f"{where} {misfit.problem}: {misfit.done}."))
        rest = summary.misfit_count - min(_MISFITS_SHOWN, len(summary.misfits))
        self._more.setText(f"… and {wording.number(rest)} more")
        self._more.setVisible(rest > 0)
        self.save_button.setVisible(summary.misfit_report is not None)


class FilesGroup(Group):
    """The files that were read, where there are several, and where brought ones came from."""

    def __init__(self) -> None:
        super().__init__("Where the rows come from", name="read_files")
        self._origin = PlainLabel("", TextRole.CAPTION, name="read_origin", selectable=True)
        self._list = QVBoxLayout()
        self._list.setSpacing(Space.XS)
        self._more = PlainLabel("", TextRole.CAPTION, name="read_files_more")
        self.body.addWidget(self._origin)
        self.body.addLayout(self._list)
        self.body.addWidget(self._more)

    def show_files(self, summary: PreviewSummary) -> None:
        """Show what a summary says of its sources; nothing, if it is one file that says it all."""
        files = summary.files if len(summary.files) > 1 or _has_member(summary.files) else ()
        # An address is worth copying; “pasted text” is what the title says already.
        self._origin.setText(summary.origin if ":" in summary.origin else "")
        self._origin.setVisible(bool(self._origin.text()))
        self.setVisible(bool(self._origin.text() or files))
        empty_layout(self._list)
        for number, file in enumerate(files[:_FILES_SHOWN]):
            self._list.addWidget(_file_line(file, number))
        rest = len(files) - _FILES_SHOWN
        self._more.setText(f"… and {wording.number(rest)} more files")
        self._more.setVisible(rest > 0)


def _has_member(files: Sequence[SourceFile]) -> bool:
    return any(file.member for file in files)


def _file_line(file: SourceFile, number: int) -> QWidget:
    """A name, shortened in its middle, and how many rows were read from it."""
    line = QWidget()
    row = QHBoxLayout(line)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.S)
    name = ElidedLabel(
        file.member or file.path.name, TextRole.BODY, name=f"read_file_{number}",
        mode=Qt.TextElideMode.ElideMiddle,
    )  # fmt: skip
    rows = PlainLabel(f"{wording.number(file.rows)} {'row' if file.rows == 1 else 'rows'}",
                      TextRole.CAPTION)  # fmt: skip
    rows.setWordWrap(False)
    row.addWidget(name, 1)
    row.addWidget(rows)
    return line


def _where(misfit: Misfit, place: str, *, has_files: bool) -> str:
    """ "Line 3 of “jokes.csv”"; a whole file has no line."""
    if not misfit.line:
        return f"“{misfit.file}”"
    return f"{place} {wording.number(misfit.line)}" + (f" of “{misfit.file}”" if has_files else "")


def in_order(misfits: Sequence[Misfit]) -> list[Misfit]:
    """By line within each file: readers report some problems earlier than others."""
    files = list(dict.fromkeys(misfit.file for misfit in misfits))
    return sorted(misfits, key=lambda misfit: (files.index(misfit.file), misfit.line))


def counted(misfits: Sequence[Misfit], count: int) -> str:
    """ "12 rows did not fit: 10 repaired, 2 left out"; no parts where not all are known.

    A row with several problems counts once, and as left out if it was for any of them.
    """
    if not count:
        return "All rows fit"
    if count > len(misfits):
        return f"{wording.number(count)} rows did not fit"
    files = len({misfit.file for misfit in misfits if not misfit.line})
    if files == len(misfits):
        return f"{wording.number(files)} {'file' if files == 1 else 'files'} could not be read"
    rows: dict[tuple[str, int], str] = {}
    for misfit in sorted(misfits, key=lambda misfit: misfit.done, reverse=True):
        rows[misfit.file, misfit.line] = misfit.done  # "left out" comes last
    total = f"{wording.number(len(rows))} {'row' if len(rows) == 1 else 'rows'} did not fit"
    done = Counter(rows.values())
    if len(done) == 1:
        return f"{total}: {next(iter(done))}"
    parts = (f"{wording.number(done[what])} {what}" for what in sorted(done, reverse=True))
    return f"{total}: {', '.join(parts)}"


def empty_layout(layout: QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
