"""The layers panel: what is drawn in the three panes, and how."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.panels.layer_groups import (
    CameraLayers,
    DisplayLayers,
    LandmarkLayers,
    LayerGroup,
    PartLayers,
    PhotoLayers,
    TextureLayers,
)
from faceviewer.gui.panels.light_layers import LightLayers
from faceviewer.gui.panels.section import Section

_LIGHT = "Light"


def _shown(state: AppState) -> tuple[object, ...]:
    """What all sections depend on: a comparison and a live picture leave less to be switched."""
    return state.view, state.result(state.shown.head), state.comparison is None, state.live is None


class LayersPanel(QWidget):
    """Display mode, landmarks, parts, pose, texture, light and camera, in sections that fold."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Layers")
        self.groups: dict[str, LayerGroup] = {
            "Display": DisplayLayers(verbs),
            "Landmarks": LandmarkLayers(verbs),
            "Face parts": PartLayers(verbs),
            "Photo and pose": PhotoLayers(verbs),
            "Texture": TextureLayers(verbs),
            _LIGHT: LightLayers(verbs),
            "Camera": CameraLayers(verbs),
        }
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(2)
        for title, group in self.groups.items():
            expanded = title != _LIGHT  # twelve rows that few need
            column.addWidget(Section(title, group.fill, expanded=expanded, explanation=group.explanation))
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        scroll_bar = area.verticalScrollBar().sizeHint().width()
        area.setMinimumWidth(content.minimumSizeHint().width() + scroll_bar)  # nothing is ever cut
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        self._show(verbs.store.state)

    def show_state(self, state: AppState, before: AppState) -> None:
        """Show how things are looked at, and what can be switched for the shown head.

        Where only the light is another, so is ``shown.result``; but no other section shows anything of it.
        """
        if _shown(state) != _shown(before):
            self._show(state)
        elif state.wear is not before.wear:
            self.groups[_LIGHT].show_state(state)

    def _show(self, state: AppState) -> None:
        for group in self.groups.values():
            group.show_state(state)
