"""The 3D pane of the window."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QLabel, QToolTip, QVBoxLayout, QWidget

from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.viewport.interaction import Interaction
from faceviewer.gui.viewport.opengl import OpenGL, probe_opengl
from faceviewer.gui.viewport.stage import Stage

_HELP = "Drag to turn the head, with Shift to move it; the wheel zooms. Click the head to select a place on it."


class Viewport(QWidget):
    """Shows the head in 3D. Where OpenGL is missing it says so, and the rest of the application goes on."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("3D view of the head")
        self.setAccessibleDescription(_HELP)
        self.setMinimumSize(120, 120)
        self.opengl: OpenGL = probe_opengl()
        """What draws here."""
        self._stage: Stage | None = None
        self._interaction: Interaction | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        if self.opengl.problem:
            layout.addWidget(_sentence(self.opengl.problem, self))
            return
        self._stage = Stage(self, software=self.opengl.software)
        self._interaction = Interaction(self._stage, verbs)
        layout.addWidget(self._stage)

    @property
    def stage(self) -> Stage | None:
        """The canvas and what lies over it; None where OpenGL is missing or after closing."""
        return self._stage

    def show_state(self, state: AppState, before: AppState) -> None:
        """Draw what has changed."""
        if self._stage is not None:
            self._stage.show_state(state)

    def picture(
        self,
        scale: int = 1,
        transparent: bool = False,
        *,
        size: tuple[int, int] | None = None,
        annotated: bool = True,
    ) -> np.ndarray | None:
        """(H, W, 3) uint8 sRGB of the pane, or (H, W, 4) with straight alpha when ``transparent``.

        The picture has ``scale`` times the pane's logical pixels, with lines, dots and text scaled along; ``size``
        (width, height) asks for exactly that many pixels instead. ``annotated`` includes markers, measurements, axes
        and legends. None where there is no 3D view.
        """
        if self._stage is None:
            return None
        if size is None:
            size = max(self._stage.width(), 1) * scale, max(self._stage.height(), 1) * scale
        rgba = self._stage.picture(size, float(scale), transparent=transparent, annotated=annotated)
        return rgba if transparent else np.ascontiguousarray(rgba[..., :3])

    def close_viewport(self) -> None:
        """Free everything that VTK holds; the window calls this before it closes. Nothing is drawn afterwards."""
        if self._stage is not None:
            self._stage.close_stage()
            self._stage = self._interaction = None

    def event(self, event: QEvent) -> bool:
        """Teach the mouse where the pointer rests beside the head; over it, the names of things are shown instead."""
        if isinstance(event, QHelpEvent) and self._interaction is not None:
            at = QPointF(event.pos())
            if self._interaction.hover_target((at.x(), at.y())) is None:
                QToolTip.showText(event.globalPos(), _HELP, self)
            return True
        return super().event(event)


def _sentence(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setMargin(24)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
