"""The section of the layers panel on the light that the shown texture is put under."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout

from faceviewer.app.lighting import NUMBER_REACH, OF_MAP, PRESETS, STRENGTH_LIMITS, worn_map
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.app.wearing_state import EVEN
from faceviewer.gui.dialogs.sheet import QuietLabel
from faceviewer.gui.panels.command_check import CommandCheck
from faceviewer.gui.panels.naming import named
from faceviewer.gui.panels.sliders import SliderRow, SliderSpec

_BY_HAND = "Set by hand"
_NUMBERS = (
    ("Brightness", "Light from all sides alike."),
    ("From the front", "Positive: light from the front. Negative: from behind."),
    ("From above", "Positive: light from above. Negative: from below."),
    ("From the right", "Positive: light from the picture's right. Negative: from its left."),
    ("Front right", "Positive: front right and behind left are bright. Negative: front left and behind right."),
    ("Front above", "Positive: what looks up to the front and down to the back is bright. Negative: the other two."),
    ("Top and bottom", "Positive: top and bottom are brighter than what lies between. Negative: the sides all round."),
    ("Above right", "Positive: above right and below left are bright. Negative: above left and below right."),
    ("Both sides", "Positive: both sides of the head are brighter than front and back. Negative: front and back."),
)
"""What each of the nine numbers does, in plain words."""


class LightLayers:
    """On and off, presets, a file, strength and the nine numbers. Its widgets are made when it is first opened."""

    explanation = "Light on the shown texture, made for evenly lit maps"

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs
        self._state = verbs.store.state
        self.numbers: list[SliderRow] = []

    def fill(self, layout: QVBoxLayout) -> None:
        lighting = self._verbs.lighting
        self.on = CommandCheck("view.light", self._verbs)
        self.preset = named(QComboBox(), "Light", "A light to begin with; left and right are those of the picture")
        self.preset.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.preset.activated.connect(self._choose)
        self.file = named(
            QPushButton("Light file…"), "Open a light file", "The light of a face of FFHQ-UV: nine numbers in an .npy"
        )
        self.file.clicked.connect(lambda: lighting.ask_file())
        low, high = STRENGTH_LIMITS
        hint = "How far the light goes from the even one, which leaves the texture as it is."
        self.strength = SliderRow(SliderSpec("Strength", low, high, hint, " %", 0, 100), 1.0)
        self.strength.changed.connect(lighting.set_strength)
        row = QHBoxLayout()
        row.addWidget(self.preset, 1)
        row.addWidget(self.file)
        layout.addWidget(self.on)
        layout.addLayout(row)
        layout.addWidget(self.strength)
        for number, (title, explanation) in enumerate(_NUMBERS):
            even = EVEN[number]
            slider = SliderRow(SliderSpec(title, even - NUMBER_REACH, even + NUMBER_REACH, explanation), even)
            slider.changed.connect(partial(lighting.set_number, number))
            layout.addWidget(slider)
            self.numbers.append(slider)
        self.trouble = QuietLabel("")
        layout.addWidget(self.trouble)
        self.show_state(self._state)

    def show_state(self, state: AppState) -> None:
        self._state = state
        if not self.numbers:
            return
        self.on.show_state(state)
        usable = self.on.isEnabled() and state.live is None
        for widget in (self.preset, self.file, self.strength, *self.numbers):
            widget.setEnabled(usable)
        light = state.wear.light
        self.strength.show_value(light.strength)
        for row, number in zip(self.numbers, light.numbers, strict=True):
            row.show_value(number)
        self._show_presets(state)
        self.trouble.setText(state.wear.trouble)
        self.trouble.setVisible(bool(state.wear.trouble))

    def _show_presets(self, state: AppState) -> None:
        worn, source = worn_map(state), state.wear.light.source
        names = [*PRESETS, *([OF_MAP] if worn is not None and worn.light is not None else [])]
        shown = source or _BY_HAND
        if shown not in names:
            names.append(shown)  # a file, or by hand: to be seen, though choosing it changes nothing
        with QSignalBlocker(self.preset):
            if names != [self.preset.itemText(index) for index in range(self.preset.count())]:
                self.preset.clear()
                self.preset.addItems(names)
            self.preset.setCurrentIndex(names.index(shown))

    def _choose(self, index: int) -> None:
        name = self.preset.itemText(index)
        worn = worn_map(self._state)
        if name in PRESETS or (name == OF_MAP and worn is not None and worn.light is not None):
            self._verbs.lighting.use_preset(name)
