"""What is searched for, in which order, and in which of the data set's folders."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QStringListModel, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QCompleter, QGridLayout, QLabel, QLineEdit, QWidget

from faceviewer.app.ffhq_state import FfhqSet
from faceviewer.app.ffhq_work import day_of
from faceviewer.datasets.ffhq.attribution import plain
from faceviewer.datasets.ffhq.entry import FfhqQuery
from faceviewer.datasets.ffhq.facts import TITLES, licence_of
from faceviewer.datasets.ffhq.files import PictureFolder
from faceviewer.gui.dialogs.model_bars import quiet_button
from faceviewer.gui.dialogs.parts import row
from faceviewer.gui.dialogs.sheet import named
from faceviewer.gui.theme import level_color

_ORDERS = {
    "number": "Number",
    "date": "Date of upload",
    "author": "Author",
    "title": "Title",
    "account": "Flickr account",
}
_DATES = "Like 2012, 2012-05 or 2012-05-31; empty for any"


class FilterForm(QWidget):
    """``changed`` is emitted when another query is wished for; the other signals tell what is shown of it."""

    changed = Signal(FfhqQuery)
    place_chosen = Signal(int)
    only_there_chosen = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = _field("Title", "Pictures whose title holds this")
        self.author = _field("Author", "Pictures whose author's name holds this")
        self.country = _field("Country", "Pictures from a country; of most it is not known")
        self.person = _field(
            "Flickr name",
            "Are there pictures of yours? Finds the Flickr account of exactly this name, and authors whose name holds "
            "it, as the search page of the data set does. Photos can be removed: see Terms",
        )
        self.since = _field("Uploaded from", f"The first day that counts. {_DATES}")
        self.until = _field("Uploaded until", f"The last day that counts. {_DATES}")
        self.licence = named(QComboBox(), "Licence", "Pictures under this licence")
        self.split = named(QComboBox(), "Split", "The first 60,000 pictures are for training, the rest for validation")
        self.order = named(QComboBox(), "Sort by", "In which order the pictures are shown")
        self.descending = named(QCheckBox("Backwards"), "Backwards", "The last comes first")
        self.place = named(QComboBox(), "Folder of pictures", "Which of the data set's folders is shown")
        self.only_there = named(
            QCheckBox("With a file"), "Only pictures with a file", "Leave out pictures of which this folder has no file"
        )
        self.clear = quiet_button("Clear", "Clear the search", "Show all pictures again")
        self._texts = (self.title, self.author, self.country, self.person, self.since, self.until)
        self._countries = QStringListModel(self)
        self._fill()
        self._lay_out()
        self._connect()

    def query(self) -> FfhqQuery:
        """What is searched for; a date that is none does not count."""
        return FfhqQuery(
            title=self.title.text(),
            author=self.author.text(),
            country=self.country.text(),
            licences=(self.licence.currentData(),) if self.licence.currentData() else (),
            split=self.split.currentData() or "",
            uploaded_from=day_of(self.since.text()) or "",
            uploaded_to=day_of(self.until.text(), last=True) or "",
            person=self.person.text(),
            order=self.order.currentData(),
            descending=self.descending.isChecked(),
        )

    def trouble(self) -> str:
        """What does not count, and why; empty when all is well."""
        wrong = [field.text().strip() for field in (self.since, self.until) if day_of(field.text()) is None]
        return f"“{wrong[0]}” is no date such as 2012-05-31 and does not count" if wrong else ""

    def show_dataset(self, dataset: FfhqSet | None, place: int, *, only_there: bool) -> None:
        """Offer what the data set has; ``changed`` is emitted when it lacks the licence that was searched for."""
        blockers = [QSignalBlocker(widget) for widget in (self.licence, self.place, self.only_there)]
        chosen = self.licence.currentData()
        self.licence.clear()
        self.licence.addItem("Any licence", "")
        for name, url in dataset.licences if dataset is not None else ():
            known = licence_of(url)
            self.licence.addItem(known.title if known is not None else plain(name) or "Unknown", name)
        place_of_chosen = self.licence.findData(chosen) if chosen else 0
        self.licence.setCurrentIndex(max(place_of_chosen, 0))
        self.place.clear()
        for folder in dataset.files.folders if dataset is not None else ():
            self.place.addItem(_folder_title(folder))
            self.place.setItemData(self.place.count() - 1, str(folder.folder), Qt.ItemDataRole.ToolTipRole)
        self.place.setCurrentIndex(place)
        self.only_there.setChecked(only_there)
        self._countries.setStringList(list(dataset.countries) if dataset is not None else [])
        del blockers
        has_index = dataset is not None and dataset.index is not None
        for widget in (*self._texts, self.licence, self.order):
            widget.setEnabled(has_index)
        for widget in (self.split, self.descending, self.clear):
            widget.setEnabled(dataset is not None)
        if place_of_chosen < 0:
            self._wish()
        self.title.setPlaceholderText("" if has_index or dataset is None else "no metadata")
        self.place.setEnabled(self.place.count() > 1)
        self.only_there.setEnabled(has_index and self.place.count() > 0)

    def _fill(self) -> None:
        for text, data in (("Any split", ""), ("Training", "training"), ("Validation", "validation")):
            self.split.addItem(text, data)
        for data, text in _ORDERS.items():
            self.order.addItem(text, data)
        for combo in (self.licence, self.place):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(14)
        for field in (self.since, self.until):
            field.setPlaceholderText("YYYY-MM-DD")
        completer = QCompleter(self._countries, self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.country.setCompleter(completer)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        dates = row(self.since, QLabel("to"), self.until)
        rows = (
            (("&Title:", self.title), ("&Author:", self.author), ("&Country:", self.country), ("Sp&lit:", self.split)),
            (("&Flickr name:", self.person), ("&Uploaded:", dates), ("Lice&nce:", self.licence), ("", self.clear)),
            (
                ("&Show:", self.place),
                ("", self.only_there),
                ("S&ort by:", self.order),
                ("", self.descending),
            ),
        )
        for line, cells in enumerate(rows):
            for column, (text, field) in enumerate(cells):
                label = QLabel(text)
                if field is dates:
                    label.setBuddy(self.since)
                    grid.addLayout(dates, line, 2 * column + 1)
                elif isinstance(field, QWidget):
                    label.setBuddy(field)
                    grid.addWidget(field, line, 2 * column + 1)
                if text:
                    grid.addWidget(label, line, 2 * column)
        for column in (1, 3, 5):
            grid.setColumnStretch(column, 1)

    def _connect(self) -> None:
        for field in self._texts:
            field.textChanged.connect(self._wish)
        for combo in (self.licence, self.split, self.order):
            combo.currentIndexChanged.connect(self._wish)
        self.descending.toggled.connect(self._wish)
        self.place.currentIndexChanged.connect(self.place_chosen)
        self.only_there.toggled.connect(self.only_there_chosen)
        self.clear.clicked.connect(self._clear)

    def _wish(self) -> None:
        for field in (self.since, self.until):
            palette = self.palette()
            if day_of(field.text()) is None:
                palette.setColor(palette.ColorRole.Text, level_color("error", palette))
            field.setPalette(palette)
        self.changed.emit(self.query())

    def _clear(self) -> None:
        widgets = (*self._texts, self.licence, self.split)
        blockers = [QSignalBlocker(widget) for widget in widgets]
        for field in self._texts:
            field.clear()
        self.licence.setCurrentIndex(0)
        self.split.setCurrentIndex(0)
        del blockers
        self._wish()


def _field(name: str, hint: str) -> QLineEdit:
    field = named(QLineEdit(), name, hint)
    field.setClearButtonEnabled(True)
    field.setMaxLength(200)
    return field


def _folder_title(folder: PictureFolder) -> str:
    size = f", {folder.size[0]} × {folder.size[1]}" if folder.size and folder.kind != "wild" else ""
    return f"{TITLES[folder.kind].capitalize()}{size} ({len(folder.numbers):,})"
