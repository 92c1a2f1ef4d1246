"""Asks for the address of a file on the web, and says at once what is wrong with it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from jokegen.jobs.dataset_requests import BringRequest
from jokegen.ui.bring.dialog import BringDialog
from jokegen.ui.bring.links import LONGEST_LINK, TypedLink, only_link, understand_link
from jokegen.ui.bring.ways import Way
from jokegen.ui.kit.feedback import Banner
from jokegen.ui.kit.fields import Field
from jokegen.ui.kit.tokens import Tone

_HINT = (
    "Where a file can be downloaded. Pages of files on GitHub, and Google sheets that are shared, "
    "are understood as well."
)


class LinkDialog(BringDialog):
    """`request_made` carries a request with the link.

    `hub_wanted` carries the address of a data set's page on the hub, to be looked at in a
    `HubDialog`; this dialog closes then.
    """

    hub_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None, link: str = "") -> None:
        super().__init__(
            parent,
            Way.LINK,
            title="Jokes from a link",
            intro="The file is fetched once, and looked at before anything is saved.",
            action="Fetch it",
            tip="Fetches the file to this computer and shows what is in it.",
            width=560,
        )
        self._link = TypedLink()
        self.line = QLineEdit()
        self.line.setObjectName("link_line")
        self.line.setPlaceholderText("https://example.com/jokes.csv")
        self.line.setMaxLength(LONGEST_LINK + 1)
        self.field = Field(
            "Address", self.line, hint=_HINT, name="link_field",
            tip="The address of a file of jokes, beginning with https://.",
        )  # fmt: skip
        self.hub_banner = Banner(name="link_hub")
        self.body.addWidget(self.field)
        self.body.addWidget(self.hub_banner)
        self.body.addStretch(1)
        self.line.textChanged.connect(self._on_text_changed)
        self.hub_banner.action_clicked.connect(self._on_hub_wanted)
        given = link or only_link(QApplication.clipboard().text())
        if given:
            self.line.setText(given)
            self.line.selectAll()
        self.line.setFocus()

    def make_request(self) -> BringRequest | None:
        if not self._link.address:
            return None
        return BringRequest(link=self._link.address)

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._link = link = understand_link(text)
        is_begun = bool(text) and "https://".startswith(text.lower())
        self.field.set_problem("" if is_begun else link.problem)
        self.field.set_hint("" if link.problem else link.note or _HINT)
        if link.hub:
            self.hub_banner.show_message(
                Tone.INFO,
                f"This is the data set “{link.hub.name}” on Hugging Face.",
                "Look at it first to choose which of its parts to fetch, and how many rows.",
                action="Look at it",
                can_dismiss=False,
            )
        else:
            self.hub_banner.clear()
        self.refresh()
        self.fit()

    @Slot()
    def _on_hub_wanted(self) -> None:
        if self._link.hub:
            self.hub_wanted.emit(self.line.text().strip())
            self.accept()
