"""Which maps are searched for, and in which order they are shown."""

from __future__ import annotations

import random
from typing import Any

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from faceviewer.app.uv_maps_state import UvMapsWish
from faceviewer.datasets.ffhq_uv.entry import UvMapQuery
from faceviewer.gui.dialogs.model_bars import quiet_button
from faceviewer.gui.dialogs.sheet import named
from faceviewer.gui.uv_maps.limits import LimitFields

_ORDERS = (("Number", "id"), ("Age", "age"), ("Beard", "beard"), ("Smile", "expression"), ("Random", "random"))
_PERCENT = 0.01


class UvMapFilters(QWidget):
    """``changed`` is emitted when something else is searched for."""

    changed = Signal(UvMapsWish)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seed = 0
        self.id = named(QLineEdit(), "Number", "Maps whose number in the data set, or file name, holds this")
        self.id.setClearButtonEnabled(True)
        self.id.setMaxLength(80)
        self.gender = _choice("Gender", "As the data set has it", (("Any", ""), ("Female", "female"), ("Male", "male")))
        yes_no = (("Any", None), ("Yes", True), ("No", False))
        self.glasses = _choice("Glasses", "Whether the face wore glasses", yes_no)
        self.light = _choice("Light", "Whether the face's light is known", yes_no)
        self.age = LimitFields("Age", "Years")
        self.beard = LimitFields("Beard", "How sure a beard is, 0 to 100 percent", _PERCENT)
        self.baldness = LimitFields("Baldness", "How sure baldness is, 0 to 100 percent", _PERCENT)
        self.smile = LimitFields("Smile", "How much the face smiled, 0 to 100 percent", _PERCENT)
        self.yaw = LimitFields("Yaw", "Degrees that the face was turned sideways before it was turned to the front")
        self.pitch = LimitFields("Pitch", "Degrees that the face looked up or down")
        self.order = _choice("Sort by", "In which order the maps are shown", _ORDERS)
        self.descending = named(QCheckBox("Backwards"), "Backwards", "The last comes first")
        self.shuffle = quiet_button("Shuffle", "Shuffle", "Show the maps in another random order")
        self.clear = quiet_button("Clear", "Clear the search", "Show all maps again")
        self._limits = (self.age, self.beard, self.baldness, self.smile, self.yaw, self.pitch)
        self._lay_out()
        self._connect()

    def wish(self) -> UvMapsWish:
        """What is searched for."""
        query = UvMapQuery(
            id=self.id.text().strip(),
            gender=self.gender.currentData(),
            age=self.age.limits(),
            beard=self.beard.limits(),
            expression=self.smile.limits(),
            yaw=self.yaw.limits(),
            pitch=self.pitch.limits(),
            glasses=self.glasses.currentData(),
            has_light=self.light.currentData(),
            order=self.order.currentData(),
            descending=self.descending.isChecked(),
            seed=self._seed,
        )
        return UvMapsWish(query, self.baldness.limits())

    def _lay_out(self) -> None:
        order = QHBoxLayout()
        for widget in (self.order, self.descending, self.shuffle):
            order.addWidget(widget)
        rows = (
            (("&Number:", self.id), ("&Gender:", self.gender), ("Glasse&s:", self.glasses), ("&Light:", self.light)),
            (
                ("&Age:", self.age),
                ("&Beard %:", self.beard),
                ("Bal&dness %:", self.baldness),
                ("S&mile %:", self.smile),
            ),
            (("&Yaw °:", self.yaw), ("&Pitch °:", self.pitch), ("S&ort by:", order), ("", self.clear)),
        )
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for line, cells in enumerate(rows):
            for column, (text, field) in enumerate(cells):
                if text:
                    label = QLabel(text)
                    label.setBuddy(field if isinstance(field, QWidget) else self.order)
                    grid.addWidget(label, line, 2 * column)
                place = (line, 2 * column + 1)
                grid.addWidget(field, *place) if isinstance(field, QWidget) else grid.addLayout(field, *place)
        for column in (1, 3, 5, 7):
            grid.setColumnStretch(column, 1)

    def _connect(self) -> None:
        self.id.textChanged.connect(self._wish)
        for combo in (self.gender, self.glasses, self.light, self.order):
            combo.currentIndexChanged.connect(self._wish)
        for fields in self._limits:
            fields.changed.connect(self._wish)
        self.descending.toggled.connect(self._wish)
        self.shuffle.clicked.connect(self._shuffle)
        self.clear.clicked.connect(self._clear)

    def _wish(self) -> None:
        self.descending.setEnabled(self.order.currentData() != "random")
        self.changed.emit(self.wish())

    def _shuffle(self) -> None:
        self._seed = random.randrange(1 << 31)
        with QSignalBlocker(self.order):
            self.order.setCurrentIndex(self.order.findData("random"))
        self._wish()

    def _clear(self) -> None:
        widgets = (self.id, self.gender, self.glasses, self.light)
        blockers = [QSignalBlocker(widget) for widget in widgets]
        self.id.clear()
        for combo in (self.gender, self.glasses, self.light):
            combo.setCurrentIndex(0)
        for fields in self._limits:
            fields.clear()
        del blockers
        self._wish()


def _choice(name: str, hint: str, entries: tuple[tuple[str, Any], ...]) -> QComboBox:
    combo = named(QComboBox(), name, hint)
    for text, data in entries:
        combo.addItem(text, data)
    return combo
