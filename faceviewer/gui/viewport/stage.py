"""Canvas, overlay and orientation widget together: one or two heads, drawn as the state says."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtGui import QColor, QPalette, QResizeEvent
from PySide6.QtWidgets import QWidget

from faceviewer.app.palette import RGB
from faceviewer.app.state import AppState
from faceviewer.gui.theme import ground_color
from faceviewer.gui.viewport.annotate import annotate
from faceviewer.gui.viewport.annotations import Annotations
from faceviewer.gui.viewport.canvas import Canvas
from faceviewer.gui.viewport.gizmo import Gizmo
from faceviewer.gui.viewport.overlay import Overlay, Sheet, draw_over
from faceviewer.gui.viewport.panes import Pane, arrange, project
from faceviewer.gui.viewport.projection import Ball, Projection
from faceviewer.gui.viewport.scene import HeadScene, Ink
from faceviewer.gui.viewport.watch import Watch

_GIZMO_MARGIN_PX = 6
_GIZMO_NEEDS = 2.4
"""Panes that are narrower than so many of its widths do without the orientation widget."""
_REST_MS = 200
"""When its shape has not changed for so long, the head is at rest."""


class Stage(QWidget):
    """What the 3D pane consists of where OpenGL works."""

    def __init__(self, parent: QWidget, *, software: bool) -> None:
        super().__init__(parent)
        self.canvas = Canvas(self, software=software)
        self.overlay = Overlay(self)
        self.gizmo = Gizmo(self)
        self.panes: tuple[Pane, ...] = ()
        self.projections: tuple[Projection, ...] = ()
        """One per pane, for the present size."""
        self.scenes: list[HeadScene] = []
        """One per pane."""
        self._state = AppState()
        self._on_scenes, self._on_cameras, self._on_mesh = Watch(), Watch(), Watch()
        self._at_rest = True
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._come_to_rest)
        self.canvas.resized.connect(self.refresh)

    def show_state(self, state: AppState) -> None:
        """Bring everything in step with ``state``, as cheaply as what has changed allows."""
        self._state = state
        self.refresh()

    def refresh(self) -> None:
        """Bring everything in step with state, size, pixel ratio and theme."""
        if self.canvas.is_closed:
            return
        state, ink, ratio = self._state, self._ink(), self.canvas.pixel_ratio
        if self._on_scenes.changed(state.view, state.shown, state.comparison, ink):
            self.panes = arrange(state)
            self._set_scene_count(len(self.panes))
            for pane, scene in zip(self.panes, self.scenes, strict=True):
                scene.renderer.SetViewport(pane.left, 0, pane.right, 1)
                scene.show(pane.subject, state.view, ink)
            self.canvas.request_render()
        self.gizmo.setVisible(self._has_room_for_gizmo())
        if self._on_cameras.changed(state.view, self.panes, self._size(), ratio):
            self._frame(self._size(), ratio)
            self.gizmo.show_axes(self.projections[0].view[:3, :3])
            self.canvas.request_render()
        if self._on_mesh.changed(state.shown.mesh):
            self._at_rest = False
            self._rest.start()
        self.overlay.show_sheets(self._sheets(self._size()))

    def picture(self, size: tuple[int, int], scale: float, *, transparent: bool, annotated: bool) -> np.ndarray:
        """(H, W, 4) uint8 at ``size`` pixels, ``scale`` of which are one logical pixel of lines, dots and text."""
        logical = size[0] / scale, size[1] / scale
        self._at_rest = True  # a picture is complete, however long that takes
        try:
            self._frame(logical, scale)
            for scene in self.scenes:
                scene.set_transparent(transparent)
            rgba = self.canvas.picture(size, transparent=transparent)
            return draw_over(rgba, scale, self._sheets(logical), self.overlay) if annotated else rgba
        finally:
            for scene in self.scenes:
                scene.set_transparent(False)
            self._on_cameras = Watch()
            self.refresh()

    def close_stage(self) -> None:
        """Free all that VTK holds."""
        self._set_scene_count(0)
        self.canvas.close()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for layer in (self.canvas, self.overlay):
            layer.setGeometry(self.rect())
        self.gizmo.move(self.width() - self.gizmo.width() - _GIZMO_MARGIN_PX, _GIZMO_MARGIN_PX)
        self.overlay.raise_()
        self.gizmo.raise_()
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()

    def _come_to_rest(self) -> None:
        self._at_rest = True
        self.refresh()

    def _set_scene_count(self, count: int) -> None:
        while len(self.scenes) < count:
            self.scenes.append(HeadScene())
            self.canvas.add(self.scenes[-1].renderer)
        while len(self.scenes) > count:
            scene = self.scenes.pop()
            self.canvas.remove(scene.renderer)
            scene.release(self.canvas.ren_win)

    def _frame(self, size: tuple[float, float], pixel_ratio: float) -> None:
        """Point all cameras for a canvas of ``size`` logical pixels."""
        ball = _ball_around([scene.reach for scene in self.scenes])
        self.projections = tuple(project(pane, self._state.view, size, ball) for pane in self.panes)
        for scene, projection in zip(self.scenes, self.projections, strict=True):
            scene.set_pixel_ratio(pixel_ratio)
            scene.look_through(projection)

    def _sheets(self, size: tuple[float, float]) -> tuple[Sheet, ...]:
        sheets = []
        for pane, scene, projection in zip(self.panes, self.scenes, self.projections, strict=True):
            drawn = Annotations()
            if pane.subject is not None:
                drawn = annotate(self._state, pane, pane.subject, scene, projection, at_rest=self._at_rest)
            has_gizmo = pane is self.panes[-1] and self._has_room_for_gizmo()
            sheets.append(Sheet(pane.rect(size), projection, drawn, has_gizmo))
        return tuple(sheets)

    def _has_room_for_gizmo(self) -> bool:
        """Half a pane that is narrow belongs to the head's name."""
        last = self.panes[-1].rect(self._size())
        return min(last.width(), last.height()) > _GIZMO_NEEDS * self.gizmo.width()

    def _size(self) -> tuple[float, float]:
        return float(max(self.width(), 1)), float(max(self.height(), 1))

    def _ink(self) -> Ink:
        palette = self.palette()
        return Ink(
            _rgb(ground_color(palette)),
            _rgb(palette.color(QPalette.ColorRole.Text)),
        )


def _ball_around(balls: list[Ball]) -> Ball:
    """One ball around all, in the middle of the first."""
    centre = np.array(balls[0].centre_mm)
    reach = max(float(np.linalg.norm(np.array(ball.centre_mm) - centre)) + ball.radius_mm for ball in balls)
    return Ball(balls[0].centre_mm, reach)


def _rgb(color: QColor) -> RGB:
    return color.red(), color.green(), color.blue()
