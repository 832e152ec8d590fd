"""Which data set is shown: its folder, what it is, which part of it, and what is searched for in it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from faceviewer.app.head_pose_sets_state import HeadPoseSetsState
from faceviewer.gui.dialogs.model_bars import quiet_button
from faceviewer.gui.dialogs.parts import label_for, row
from faceviewer.gui.dialogs.sheet import named

_KINDS = (
    ("Whatever is there", "auto"),
    ("ARKitFace", "arkitface"),
    ("300W-LP", "300w-lp"),
    ("AFLW2000-3D", "aflw2000"),
    ("BIWI", "biwi"),
    ("Folder of your own", "heads"),
)
_PARTS = (("Test", "test"), ("Train", "train"))


class SetRow(QWidget):
    """Shows where the samples are from, and asks for others."""

    kind_chosen = Signal(str)
    part_chosen = Signal(str)
    searched = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._folder = named(QLineEdit(readOnly=True), "Folder of the data set", "Where the data set lies")
        self.choose = quiet_button(
            "Choose folder…", "Choose the folder", "Show another data set; or drop a folder here"
        )
        self._kind = _combo("Data set", "Which data set of the folder is meant", _KINDS)
        self._part = _combo("Part", "ARKitFace has two parts", _PARTS)
        self.search = named(QLineEdit(), "Search", "Samples whose names hold all these words")
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(200)
        self.count = QLabel()
        self._lay_out()
        self._kind.activated.connect(lambda _: self.kind_chosen.emit(self._kind.currentData()))
        self._part.activated.connect(lambda _: self.part_chosen.emit(self._part.currentData()))
        self.search.textChanged.connect(self.searched)

    def _lay_out(self) -> None:
        first = row(label_for("&Folder:", self._folder), self._folder, self.choose)
        first.setStretch(1, 1)
        second = row(
            label_for("&Data set:", self._kind), self._kind, label_for("&Part:", self._part), self._part,
            label_for("&Search:", self.search), self.search, self.count,
        )  # fmt: skip
        second.setStretch(5, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(first)
        layout.addLayout(second)

    def show_set(self, shown: HeadPoseSetsState) -> None:
        """Show what is open."""
        if self._folder.text() != str(shown.folder or ""):
            self._folder.setText(str(shown.folder or ""))
            self._folder.setCursorPosition(0)
        for combo, value in ((self._kind, shown.kind), (self._part, shown.part or "test")):
            with QSignalBlocker(combo):
                combo.setCurrentIndex(max(combo.findData(value), 0))
        has_parts = shown.dataset is not None and shown.dataset.id == "arkitface"
        self._part.setEnabled((has_parts or shown.part is not None) and not shown.opening)
        self._kind.setEnabled(shown.folder is not None and not shown.opening)
        self.choose.setEnabled(not shown.opening)
        if self.search.text() != shown.text:
            with QSignalBlocker(self.search):
                self.search.setText(shown.text)
        total = 0 if shown.dataset is None else len(shown.dataset.keys)
        there = shown.dataset is not None and shown.found is not None
        found = 0 if shown.found is None else len(shown.found.rows)
        self.count.setText(f"{found:,} of {total:,} in {shown.dataset.title}" if there and shown.dataset else "")


def _combo(name: str, hint: str, choices: tuple[tuple[str, str], ...]) -> QComboBox:
    combo = named(QComboBox(), name, hint)
    for title, value in choices:
        combo.addItem(title, value)
    return combo
