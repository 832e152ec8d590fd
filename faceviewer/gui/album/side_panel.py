"""The chosen picture, larger, with all that is known of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QScrollArea, QVBoxLayout, QWidget

from faceviewer.app.ffhq_state import FfhqChosen, FfhqFile
from faceviewer.datasets.ffhq.entry import FfhqEntry, flickr_link, safe_link
from faceviewer.datasets.ffhq.facts import TITLES, licence_of
from faceviewer.datasets.ffhq.units import bytes_text
from faceviewer.gui.browser.large_picture import LargePicture
from faceviewer.gui.dialogs.model_bars import quiet_button
from faceviewer.gui.dialogs.parts import PlainLabel, row
from faceviewer.gui.dialogs.sheet import QuietLabel

_ROWS = (
    "Number", "Title", "Author", "Account", "Licence", "Licence at", "Photo at", "Country", "Uploaded", "Crawled",
    "Split", "Files",
)  # fmt: skip
_NOTHING = "Choose a picture to see it larger, who made it, and on which terms."


class SidePanel(QScrollArea):
    """Shows one ``FfhqChosen``. Links are told by ``link_wanted`` when their button is pressed, and never followed."""

    link_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("About the chosen picture")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(270)
        self._picture = LargePicture(240)
        self._hint = QuietLabel(_NOTHING)
        self._values = {name: PlainLabel(name) for name in _ROWS}
        self._links: dict[str, str] = {}
        self._buttons = {
            name: quiet_button(text, hint, f"{hint} in your browser")
            for name, text, hint in (
                ("licence", "Licence", "Read the licence"),
                ("photo", "Flickr page", "Show the photo's page at Flickr"),
                ("account", "Account", "Show the account's page at Flickr"),
            )
        }
        for name, button in self._buttons.items():
            button.clicked.connect(lambda _checked=False, name=name: self.link_wanted.emit(self._links[name]))
        self._form = QFormLayout()
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setLabelAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        for name, value in self._values.items():
            self._form.addRow(f"{name}:", value)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.addWidget(self._picture)
        layout.addWidget(self._hint)
        layout.addLayout(self._form)
        layout.addLayout(row(*self._buttons.values()))
        layout.addStretch(1)
        self.setWidget(inner)
        self.show_chosen(None)

    def show_chosen(self, chosen: FfhqChosen | None) -> None:
        """Show what is known of a picture; None for none."""
        name = f"Picture {chosen.number:05d}" if chosen is not None else "No picture"
        self._picture.show_picture(chosen.rgb if chosen is not None else None, name)
        self._hint.setVisible(chosen is None or chosen.entry is None or bool(chosen.trouble))
        self._hint.setText(_hint(chosen))
        texts = _texts(chosen) if chosen is not None else {}
        for name, value in self._values.items():
            value.show_text(texts.get(name, "")) if name != "Files" else value.setText(texts.get(name, ""))
            self._form.setRowVisible(value, bool(texts.get(name)))
        entry = chosen.entry if chosen is not None else None
        self._links = _links(entry) if entry is not None else {}
        for name, button in self._buttons.items():
            button.setVisible(entry is not None)
            button.setEnabled(bool(self._links.get(name)))
            button.setToolTip(self._links.get(name) or "The metadata give no address that can be opened")


def _hint(chosen: FfhqChosen | None) -> str:
    if chosen is None:
        return _NOTHING
    said = [chosen.trouble] if chosen.trouble else []
    said += ["There are no metadata of this picture: who made it is not known here."] if chosen.entry is None else []
    return " ".join(said)


def _texts(chosen: FfhqChosen) -> dict[str, str]:
    texts = {"Number": f"{chosen.number:05d}", "Split": chosen.split, "Files": _files_text(chosen.files)}
    entry = chosen.entry
    if entry is None:
        return texts
    known = licence_of(entry.licence_url)
    licence = entry.licence or "unknown"
    return texts | {
        "Title": entry.title.strip() or "Untitled",
        "Author": entry.author.strip() or "unknown",
        "Account": entry.account,
        "Licence": f"{licence} ({known.title})" if known is not None else licence,
        # an address that is not opened is still told, as text
        "Licence at": "" if safe_link(entry.licence_url) else entry.licence_url,
        "Photo at": "" if safe_link(entry.photo_url) else entry.photo_url,
        "Country": entry.country,
        "Uploaded": entry.uploaded,
        "Crawled": entry.crawled,
    }


def _files_text(files: tuple[FfhqFile, ...]) -> str:
    """One line for each file: whether it is there, how large it is, what the metadata say."""
    lines = []
    for one in files:
        size = f"{one.about.size[0]} × {one.about.size[1]}, " if one.about is not None else ""
        state = bytes_text(one.nbytes) if one.nbytes is not None else "not there"
        differs = one.about is not None and one.nbytes not in (None, one.about.nbytes)
        lines.append(f"{TITLES[one.kind]}: {size}{state}{', not the published file' if differs else ''}")
    return "\n".join(lines)


def _links(entry: FfhqEntry) -> dict[str, str]:
    return {
        "licence": safe_link(entry.licence_url),
        "photo": safe_link(entry.photo_url),
        "account": flickr_link(entry.account),
    }
