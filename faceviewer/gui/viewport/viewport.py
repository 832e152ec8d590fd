"""The 3D pane of the window.

VTK and pyvistaqt take a second to import, more than all the rest of the window. So the window appears without them: a
thread fetches them in the meantime, and what draws is made when there is something to draw, or the pane is shown.
"""

from __future__ import annotations

import threading
from importlib import import_module
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QHelpEvent, QShowEvent
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QLabel, QToolTip, QVBoxLayout, QWidget

from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.viewport.opengl import OpenGL, probe_opengl, set_surface_format

if TYPE_CHECKING:
    from faceviewer.gui.viewport.interaction import Interaction
    from faceviewer.gui.viewport.stage import Stage

_HELP = "Drag to turn the head, with Shift to move it; the wheel zooms. Click the head to select a place on it."
_SLOW_MODULE = "faceviewer.gui.viewport.interaction"
_FETCH_AFTER_MS = 100
"""Time for the window to be painted first."""


class Viewport(QWidget):
    """Shows the head in 3D. Where OpenGL is missing it says so, and the rest of the application goes on."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("3D view of the head")
        self.setAccessibleDescription(_HELP)
        self.setMinimumSize(120, 120)
        self._verbs, self._state = verbs, AppState()
        self.opengl: OpenGL = probe_opengl()
        """What draws here."""
        self._stage: Stage | None = None
        self._interaction: Interaction | None = None
        self._is_closed = False
        self._fetching = threading.Thread(target=import_module, args=(_SLOW_MODULE,), name="import of VTK", daemon=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        if self.opengl.problem:
            layout.addWidget(_sentence(self.opengl.problem, self))
            return
        set_surface_format()
        # a window that gets its first OpenGL child while it is on the screen is made anew by Qt, with a flash
        QOpenGLWidget(self).hide()
        QTimer.singleShot(_FETCH_AFTER_MS, self._fetch)

    @property
    def stage(self) -> Stage | None:
        """The canvas and what lies over it; None before there was anything to draw, without OpenGL, and once closed."""
        return self._stage

    def show_state(self, state: AppState, before: AppState) -> None:
        """Draw what has changed."""
        self._state = state
        if self._stage is None and state.shown.result is not None:
            self._start()
        elif self._stage is not None:
            self._stage.show_state(state)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._start()

    def _fetch(self) -> None:
        if self._stage is None and not self._is_closed and not self._fetching.is_alive():
            self._fetching.start()

    def _start(self) -> None:
        """Make what draws, once."""
        if self._stage is not None or self._is_closed or self.opengl.problem:
            return
        from faceviewer.gui.viewport.interaction import Interaction
        from faceviewer.gui.viewport.stage import Stage

        self._stage = Stage(self, software=self.opengl.software)
        self._interaction = Interaction(self._stage, self._verbs)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(self._stage)
        self._stage.show_state(self._state)

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
        self._start()
        if self._stage is None:
            return None
        if size is None:
            size = max(self._stage.width(), 1) * scale, max(self._stage.height(), 1) * scale
        rgba = self._stage.picture(size, float(scale), transparent=transparent, annotated=annotated)
        return rgba if transparent else np.ascontiguousarray(rgba[..., :3])

    def close_viewport(self) -> None:
        """Free everything that VTK holds; the window calls this before it closes. Nothing is drawn afterwards."""
        self._is_closed = True
        if self._fetching.is_alive():
            self._fetching.join()  # an interpreter that ends during an import may crash
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
