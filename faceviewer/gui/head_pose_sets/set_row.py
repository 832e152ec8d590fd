"""Which data set is shown: its folder, what it is, which part of it, and what is searched for in it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from faceviewer.app.head_pose_sets_state import ANY_TURN, TURN_UNKNOWN, TURNED_BEYOND, HeadPoseSetsState
from faceviewer.app.head_pose_turns import not_looked_at
from faceviewer.gui.dialogs.model_bars import quiet_button
from faceviewer.gui.dialogs.parts import label_for, row
from faceviewer.gui.dialogs.sheet import named
from faceviewer.gui.panels.elided_label import ElidedLabel

_KINDS = (
    ("Whatever is there", "auto"),
    ("ARKitFace", "arkitface"),
    ("300W-LP", "300w-lp"),
    ("AFLW2000-3D", "aflw2000"),
    ("BIWI", "biwi"),
    ("Folder of your own", "heads"),
)
_PARTS = (("Test", "test"), ("Train", "train"))
TURNS = (
    ("Any", ANY_TURN),
    ("Up to 30°", 0),
    ("30° to 60°", 1),
    ("60° to 90°", 2),
    ("Beyond 90°", TURNED_BEYOND),
    ("Unknown", TURN_UNKNOWN),
)
"""Words for ``evaluation.columns.YAW_BINS``, which decide; importing them would keep the dialog waiting for scipy."""
_TURNED_HINT = (
    "Only heads that are turned so far to either side: the data set's own yaw, in the bins of an evaluation's report. "
    "The further a head is turned, the less of it the photo shows, and the harder it is for an engine. Samples appear "
    "as their files are read. Unknown are those that cannot be read or tell no pose."
)
_SEARCH_WIDTH = 120


class SetRow(QWidget):
    """Shows where the samples are from, and asks for others."""

    kind_chosen = Signal(str)
    part_chosen = Signal(str)
    searched = Signal(str)
    turn_chosen = Signal(int)

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
        self.search.setMinimumWidth(_SEARCH_WIDTH)
        self._turned = _combo("Turned", _TURNED_HINT, TURNS)
        self.count = ElidedLabel("", "How many samples are shown")
        self.count.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.stand_still = (self.choose, self._kind, self._part)
        """What is disabled while a data set opens."""
        self._lay_out()
        self._kind.activated.connect(lambda _: self.kind_chosen.emit(self._kind.currentData()))
        self._part.activated.connect(lambda _: self.part_chosen.emit(self._part.currentData()))
        self._turned.activated.connect(lambda _: self.turn_chosen.emit(self._turned.currentData()))
        self.search.textChanged.connect(self.searched)

    def _lay_out(self) -> None:
        first = row(label_for("&Folder:", self._folder), self._folder, self.choose)
        first.setStretch(1, 1)
        second = row(
            label_for("&Data set:", self._kind), self._kind, label_for("&Part:", self._part), self._part,
            label_for("&Search:", self.search), self.search, label_for("T&urned:", self._turned), self._turned,
            self.count,
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
        wished = ((self._kind, shown.kind), (self._part, shown.part or "test"), (self._turned, shown.turned))
        for combo, value in wished:
            with QSignalBlocker(combo):
                combo.setCurrentIndex(max(combo.findData(value), 0))
        has_parts = shown.dataset is not None and shown.dataset.id == "arkitface"
        self._part.setEnabled((has_parts or shown.part is not None) and not shown.opening)
        self._kind.setEnabled(shown.folder is not None and not shown.opening)
        self.choose.setEnabled(not shown.opening)
        if self.search.text() != shown.text:
            with QSignalBlocker(self.search):
                self.search.setText(shown.text)
        self.count.set_text(_count(shown))
        self.count.setVisible(bool(self.count.text()))


def _count(shown: HeadPoseSetsState) -> str:
    """How many samples are shown, and how many were looked at for that as long as not all were."""
    if shown.dataset is None or shown.found is None or shown.named is None:
        return ""
    text = f"{len(shown.found.rows):,} of {len(shown.dataset.keys):,} in {shown.dataset.title}"
    lacking = len(not_looked_at(shown))
    return f"{text}; {len(shown.named.rows) - lacking:,} looked at" if lacking else text


def _combo(name: str, hint: str, choices: tuple[tuple[str, str | int], ...]) -> QComboBox:
    combo = named(QComboBox(), name, hint)
    for title, value in choices:
        combo.addItem(title, value)
    return combo
