"""What the data set may be used for, and where it comes from."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from faceviewer.app.verbs import Verbs
from faceviewer.datasets.ffhq.facts import OFFERED, TERMS
from faceviewer.gui.dialogs.model_bars import quiet_button
from faceviewer.gui.dialogs.parts import row
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, close_box, heading

_SEARCH_PAGE = "https://nvlabs.github.io/ffhq-dataset/search/"
_REMOVAL = (
    "Somebody who finds a photo of theirs with the search for Flickr names can take it out of the data set: mark it "
    "with the tag no_cv at Flickr, change its licence, make it private or delete it, then write to "
    "researchinquiries@nvidia.com with the Flickr user name."
)


class TermsDialog(Sheet):
    """Texts alone; pages are opened by buttons."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("Terms of Flickr-Faces-HQ", parent)
        layout = QVBoxLayout(self)
        layout.addWidget(heading("Flickr-Faces-HQ"))
        for text in (*TERMS, _REMOVAL):
            layout.addWidget(QLabel(text, wordWrap=True))
        layout.addWidget(QuietLabel("Its pages open in your browser; faceviewer itself downloads nothing."))
        pages = (("Where it is offered", OFFERED[0][1]), ("The project's search page", _SEARCH_PAGE))
        buttons = row()
        for text, address in pages:
            button = quiet_button(text, text, address)
            button.clicked.connect(lambda _checked=False, address=address: verbs.ffhq.open_link(address))
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(close_box(self))
        layout.addStretch(1)
        layout.addLayout(buttons)
        self.resize(560, 360)
