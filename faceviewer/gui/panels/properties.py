"""The properties panel: all that is known of the selection and of the head, and "go to" by number."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.properties import head_properties, properties_json, properties_text, selection_properties
from faceviewer.app.state import LANDMARK_SETS, AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.icons import icon
from faceviewer.gui.panels.naming import named, note
from faceviewer.gui.panels.property_grid import PropertyGrid
from faceviewer.gui.panels.section import Section
from faceviewer.gui.panels.sleeping_panel import SleepingPanel

_NOTHING = "Nothing is selected. Click on the photo, the head or the texture, or go to a number below."
_MAX_NUMBER = 9_999_999
_SETTLE_MS = 150
"""How long a light has to rest: whether the photo sees the selected place costs too much to be asked at every step."""


class PropertiesPanel(SleepingPanel):
    """Values that can be selected and copied."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Properties")
        self._verbs = verbs
        self.nothing = note(_NOTHING, self)
        self.selection = PropertyGrid()
        self.no_head = note("There is no head yet.", self)
        self.head = PropertyGrid()
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(2)
        column.addWidget(Section("Selection", self._fill_selection, explanation="The one thing that is selected"))
        column.addWidget(Section("Head", self._fill_head, explanation="The shown head as a whole"))
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(area, 1)
        layout.addWidget(self._make_bar())
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._show_selection)

    def show_change(self, state: AppState, before: AppState) -> None:
        """Gather the rows anew where what they depend on has changed.

        ``shown.result`` is another with every step of a light's slider. All that light changes is the colour of the
        selected texel, for which the whole selection is gathered once the light has come to rest.
        """
        shown, old = state.shown, before.shown
        new_head = state.result(shown.head) is not before.result(old.head)
        if new_head:
            self.head.show_properties(head_properties(state))
            self.no_head.setVisible(shown.result is None)
            self.copy_button.setEnabled(shown.result is not None)
            self.go.setEnabled(shown.result is not None)
        if (
            new_head
            or shown.mesh is not old.mesh
            or state.selection != before.selection
            or state.view.texture != before.view.texture
        ):
            self._show_selection()
        elif shown.result is not old.result:
            self._settle.start()

    def go_to(self) -> None:
        """Select what the fields at the bottom name."""
        set_name = self.what.currentData()
        self._verbs.selecting.go_to("landmark" if set_name else "vertex", self.number.value(), set_name)

    def copy_text(self) -> None:
        """All rows as lines of text to the clipboard."""
        self._verbs.ui.copy_text(properties_text(self._verbs.store.state))

    def copy_json(self) -> None:
        """All rows as JSON to the clipboard."""
        self._verbs.ui.copy_text(properties_json(self._verbs.store.state))

    def _show_selection(self) -> None:
        self._settle.stop()
        rows = selection_properties(self._verbs.store.state)
        self.selection.show_properties(rows)
        self.nothing.setVisible(not rows)

    def _fill_selection(self, layout: QVBoxLayout) -> None:
        layout.addWidget(self.nothing)
        layout.addWidget(self.selection)

    def _fill_head(self, layout: QVBoxLayout) -> None:
        layout.addWidget(self.no_head)
        layout.addWidget(self.head)

    def _make_bar(self) -> QWidget:
        self.what = named(QComboBox(), "What to go to", "What the number counts: vertices, or the landmarks of a set")
        self.what.addItem("Vertex", "")
        for name in LANDMARK_SETS:
            self.what.addItem(f"Set {name}", name)
        self.number = named(QSpinBox(), "Number to go to", "Numbers count from 0; press Enter to go there")
        self.number.setMaximum(_MAX_NUMBER)
        self.number.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.number.setMinimumWidth(48)
        self.number.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.number.lineEdit().returnPressed.connect(self.go_to)
        self.go = named(QPushButton("Go"), "Go to this number", "Select it in all three panes")
        self.go.clicked.connect(self.go_to)
        self.go.setMaximumWidth(48)
        self.copy_button = named(QToolButton(), "Copy all values", "Copy all values as text; the arrow offers JSON")
        self.copy_button.setText("Copy")
        self.copy_button.setIcon(icon("copy"))
        self.copy_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.copy_button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.copy_button.clicked.connect(self.copy_text)
        menu = QMenu(self.copy_button)
        menu.addAction("Copy as text", self.copy_text)
        menu.addAction("Copy as JSON", self.copy_json)
        self.copy_button.setMenu(menu)
        for button in (self.copy_button, self.go):
            button.setEnabled(False)
        bar = QWidget(self)
        row = QHBoxLayout(bar)
        row.setContentsMargins(6, 4, 6, 4)
        row.setSpacing(4)
        row.addWidget(self.what)
        row.addWidget(self.number, 1)
        row.addWidget(self.go)
        row.addWidget(self.copy_button)
        return bar
