"""What the mouse means for the application: the only place where the 3D pane calls verbs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from faceviewer.app.selecting import landmark_selection, part_selection, vertex_selection
from faceviewer.app.state import Selection, ViewCamera, ViewState
from faceviewer.app.verbs import Verbs
from faceviewer.app.viewing import Direction
from faceviewer.geometry.surface import SurfacePoint
from faceviewer.gui.viewport import orbit
from faceviewer.gui.viewport.landmark_actor import ShownLandmarks
from faceviewer.gui.viewport.looks import LOOKS
from faceviewer.gui.viewport.paint import part_of_triangle
from faceviewer.gui.viewport.picking import Picker
from faceviewer.gui.viewport.pointer import Click, Drag, Pointer
from faceviewer.gui.viewport.projection import Projection
from faceviewer.gui.viewport.scene import Subject
from faceviewer.gui.viewport.stage import Stage
from faceviewer.types import FaceMesh

_MEASURING = ("distance", "surface", "angle")
_SNAP_PX = 4.0
"""How far from the rim of its dot a landmark can still be picked."""


@dataclass(frozen=True, eq=False)
class _Aim:
    """A head under the pointer."""

    subject: Subject
    landmarks: ShownLandmarks
    projection: Projection
    picker: Picker
    xy: tuple[float, float]
    """Logical pixels of the pane."""


class Interaction(QObject):
    """Connects one stage with the verbs."""

    def __init__(self, stage: Stage, verbs: Verbs) -> None:
        super().__init__(stage)
        self._stage, self._verbs = stage, verbs
        self._pickers = (Picker(), Picker())
        self._pointer = Pointer(stage.canvas)
        self._pointer.clicked.connect(self._click)
        self._pointer.hovered.connect(self._hover)
        self._pointer.dragged.connect(self._drag)
        self._pointer.zoomed.connect(self._zoom)
        stage.gizmo.chosen.connect(self._look)

    def click_target(self, xy: tuple[float, float], *, plain: bool = False) -> Selection | None:
        """What a click at a position of the canvas, logical pixels, selects; ``plain`` ignores painted parts."""
        aim = self._aim(xy)
        point = self._point(aim) if aim is not None else None
        if aim is None or point is None or point.kind != "point" or self._is_measuring:
            return point
        part = None if plain else _painted_part(self._view, aim.subject.mesh, point.point)
        if part is not None:
            return part_selection(part, point.point)
        return vertex_selection(aim.subject.mesh.topology, point.point)

    def hover_target(self, xy: tuple[float, float]) -> Selection | None:
        """What lies under a position of the canvas, logical pixels."""
        aim = self._aim(xy)
        point = self._point(aim) if aim is not None else None
        if aim is None or point is None or point.kind != "point":
            return point
        part = _painted_part(self._view, aim.subject.mesh, point.point)
        return point if part is None else part_selection(part, point.point)

    def _aim(self, xy: tuple[float, float]) -> _Aim | None:
        stage = self._stage
        width = max(stage.width(), 1)
        for number, pane in enumerate(stage.panes):
            if not pane.left <= xy[0] / width < pane.right or pane.subject is None:
                continue
            shown = self._verbs.store.state.shown.mesh
            if shown is None or pane.subject.mesh.topology is not shown.topology:
                return None  # its triangles have other numbers than those of the head that is selected on
            at = xy[0] - pane.left * width, xy[1]
            landmarks, picker = stage.scenes[number].landmarks, self._pickers[number]
            return _Aim(pane.subject, landmarks, stage.projections[number], picker, at)
        return None

    def _point(self, aim: _Aim) -> Selection | None:
        """A landmark near by, or else the place on the skin."""
        mesh, radius = aim.subject.mesh, self._view.landmark_size_px / 2 + _SNAP_PX
        number = aim.picker.landmark(aim.xy, aim.landmarks, radius, mesh, aim.projection)
        if number is not None:
            index = int(aim.landmarks.indices[number])
            return landmark_selection(aim.subject.result, aim.landmarks.set_names[number], index)
        point = aim.picker.surface(aim.xy, mesh, aim.projection)
        return Selection("point", point) if point is not None else None

    @property
    def _view(self) -> ViewState:
        return self._verbs.store.state.view

    @property
    def _is_measuring(self) -> bool:
        return self._verbs.store.state.tool in _MEASURING

    def _click(self, click: Click) -> None:
        target = self.click_target(click.xy, plain=click.control)
        if target is not None:
            self._verbs.selecting.clicked(target)
        elif not self._is_measuring:
            self._verbs.selecting.select(None)

    def _hover(self, xy: tuple[float, float] | None) -> None:
        self._verbs.selecting.hover(self.hover_target(xy) if xy is not None else None)

    def _drag(self, drag: Drag) -> None:
        move = orbit.pan if drag.kind == "pan" else orbit.rotate
        self._move(lambda camera, size: move(camera, drag.dx, drag.dy, size))

    def _zoom(self, steps: float) -> None:
        reach_mm = self._stage.scenes[0].reach.radius_mm
        self._move(lambda camera, size: orbit.zoom(camera, steps, reach_mm))

    def _look(self, direction: Direction) -> None:
        self._verbs.viewing.look(direction)

    def _move(self, change: Callable[[ViewCamera, tuple[float, float]], ViewCamera]) -> None:
        """Move the view camera; away from the photo's camera, when one looked through that."""
        pane, size = self._stage.panes[0], self._stage.projections[0].size
        camera = self._view.camera
        if pane.subject is not None and pane.subject.photo is not None:
            camera = orbit.leave_photo_camera(pane.subject.result.camera, camera, size)
            self._verbs.viewing.set(through_photo=False, camera=change(camera, size))
        else:
            self._verbs.viewing.set_camera(change(camera, size))


def _painted_part(view: ViewState, mesh: FaceMesh, point: SurfacePoint) -> str | None:
    """The part whose paint covers ``point``."""
    if not (view.parts_overlay or LOOKS[view.display].all_parts):
        return None
    part = part_of_triangle(mesh.topology, point.triangle)
    return part if part in view.parts else None
