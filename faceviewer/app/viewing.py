"""Verbs that change how things are looked at. Not part of undo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from faceviewer.app.documents import is_same_head
from faceviewer.app.frustum import shown_frustum
from faceviewer.app.state import AppState, HeadRef, ViewCamera
from faceviewer.app.store import Store

Direction = Literal["front", "back", "left", "right", "top", "bottom"]
"""From where the head is looked at; left and right are the subject's."""

_TOWARDS_VIEWER: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "front": ((0, 0, 1), (0, 1, 0)),
    "back": ((0, 0, -1), (0, 1, 0)),
    "left": ((1, 0, 0), (0, 1, 0)),
    "right": ((-1, 0, 0), (0, 1, 0)),
    "top": ((0, 1, 0), (0, 0, -1)),
    "bottom": ((0, -1, 0), (0, 0, 1)),
}
FRAME_MARGIN = 1.16
"""Room around the head when it is framed: it fills 86 % of the height."""
HEAD_WIDTH_TO_HEIGHT = 0.62
"""Of a head seen from the front. Narrower panes show more above and below, instead of cutting it at the sides."""

_ASIDE = (0.9, 0.3, 0.35)
"""From where camera and head are seen beside each other: shares of the way across, up and towards the camera. Before a
photo from the front that is the subject's left, from a little above and before."""
_FACE_HIDDEN = -0.3
"""Looked at across from so far behind the head, the other side is taken, which shows the face."""
_MEAN_HEAD_MM = (np.array([-91.0, -193.0, -165.0]), np.array([91.0, 111.0, 51.0]))
"""Two corners of the box around the mean head."""


def frame_camera(
    bounds_mm: tuple[np.ndarray, np.ndarray], camera: ViewCamera, direction: Direction | None = None
) -> ViewCamera:
    """``camera`` moved so that the box ``bounds_mm`` (two corners, head frame) fits, seen from ``direction``.

    None keeps the direction in which ``camera`` looks.
    """
    low, high = bounds_mm
    centre, half = (low + high) / 2, (high - low) / 2
    if direction is None:
        towards = np.subtract(camera.position_mm, camera.focal_mm)
        towards, up = towards / max(float(np.linalg.norm(towards)), 1e-9), np.array(camera.up)
    else:
        towards, up = (np.array(axis, float) for axis in _TOWARDS_VIEWER[direction])
    across = np.cross(up, towards)
    tall, wide, deep = (float(np.abs(axis) @ half) for axis in (up, across, towards))
    extent = max(tall, wide / HEAD_WIDTH_TO_HEIGHT) * FRAME_MARGIN
    distance = np.hypot(extent / np.tan(np.radians(camera.fov_deg) / 2), deep)  # to the outline of an ellipsoid
    x, y, z = (float(value) for value in centre + towards * distance)
    return replace(
        camera,
        position_mm=(x, y, z),
        focal_mm=(float(centre[0]), float(centre[1]), float(centre[2])),
        up=(float(up[0]), float(up[1]), float(up[2])),
        parallel_scale_mm=extent,
    )


@dataclass(frozen=True)
class _Aside:
    """The view that the photo's camera was given."""

    before: ViewCamera
    """That which comes back once the photo's camera is no longer drawn."""
    camera: ViewCamera
    head: HeadRef | None
    """The head for which ``camera`` was chosen."""


class Viewing:
    """Changes of ``AppState.view``."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._aside: _Aside | None = None
        store.derive_also(self._keep_aside)

    def set(self, **changes: Any) -> None:
        """Set fields of ``ViewState`` by name."""
        state = self._store.state
        if any(getattr(state.view, name) != value for name, value in changes.items()):
            self._store.update(replace(state, view=replace(state.view, **changes)))

    def set_camera(self, camera: ViewCamera) -> None:
        """The 3D view's camera was moved."""
        self.set(camera=camera)

    def look(self, direction: Direction) -> None:
        """Look at the head from one side, all of it in view."""
        self._frame(direction)

    def reset(self) -> None:
        """The view as at the start: from the front, in perspective."""
        state = self._store.state
        camera = replace(ViewCamera(), fov_deg=state.view.camera.fov_deg)
        self.set(through_photo=False, camera=frame_camera(_bounds(state), camera, "front"))

    def frame(self) -> None:
        """Keep the direction, bring all of the head into view."""
        self._frame(None)

    def set_fov(self, fov_deg: float) -> None:
        """Change the field of view and step back or forth, so that the head keeps its size."""
        camera = self._store.state.view.camera
        offset = np.subtract(camera.position_mm, camera.focal_mm)
        factor = np.tan(np.radians(camera.fov_deg) / 2) / np.tan(np.radians(fov_deg) / 2)
        x, y, z = (float(value) for value in np.add(camera.focal_mm, offset * factor))
        self.set(camera=replace(camera, fov_deg=fov_deg, position_mm=(x, y, z)))

    def set_parallel(self, parallel: bool) -> None:
        """Orthographic or perspective, the head keeping its size."""
        camera = self._store.state.view.camera
        distance = float(np.linalg.norm(np.subtract(camera.position_mm, camera.focal_mm)))
        scale = distance * float(np.tan(np.radians(camera.fov_deg) / 2))
        self.set(camera=replace(camera, parallel=parallel, parallel_scale_mm=scale))

    def toggle_landmarks(self, name: str) -> None:
        """Show or hide one landmark set."""
        self.set(landmark_sets=self._store.state.view.landmark_sets ^ {name})

    def toggle_part(self, name: str) -> None:
        """Show or hide one part; showing one also switches the overlay on when no parts are to be seen."""
        view = self._store.state.view
        self.set(parts=view.parts ^ {name}, parts_overlay=view.parts_overlay or view.display != "parts")

    def toggle_camera_frustum(self) -> None:
        """Draw the photo's camera, or no longer. It is looked at from aside: its picture hides the head from the front.

        The view from before comes back with the second call, unless it was changed meanwhile.
        """
        state, view, aside = self._store.state, self._store.state.view, self._aside
        if view.camera_frustum:
            self._aside = None
            is_untouched = aside is not None and view.camera == aside.camera
            self.set(camera_frustum=False, camera=aside.before if aside is not None and is_untouched else view.camera)
            return
        camera = _from_aside(replace(state, view=replace(view, camera_frustum=True, through_photo=False)))
        self._aside = _Aside(view.camera, camera, state.shown.head)
        self.set(camera_frustum=True, through_photo=False, camera=camera)

    def _keep_aside(self, state: AppState, before: AppState) -> AppState:
        """``state`` with the photo's camera looked at from aside again, once another head is shown with its own.

        The new camera and its picture were cut off by the pane or covered the head. A view that the user has changed
        stays as it is, and the frames of a film are one head.
        """
        aside, head = self._aside, state.shown.head
        if aside is None or head is None or state.view.camera != aside.camera:
            return state
        if (head == aside.head and is_same_head(head, state, before)) or shown_frustum(state) is None:
            return state
        camera = _from_aside(state)
        self._aside = replace(aside, camera=camera, head=head)
        return replace(state, view=replace(state.view, camera=camera))

    def _frame(self, direction: Direction | None) -> None:
        state = self._store.state
        self.set(through_photo=False, camera=frame_camera(_bounds(state), state.view.camera, direction))


def without_frustum(state: AppState) -> AppState:
    """The same without the photo's camera, which makes heads small, and the head as large as it is without."""
    if not state.view.camera_frustum:
        return state
    state = replace(state, view=replace(state.view, camera_frustum=False))
    return replace(state, view=replace(state.view, camera=frame_camera(_bounds(state), state.view.camera, "front")))


def _from_aside(state: AppState) -> ViewCamera:
    """The view's camera, moved so that head and photo's camera are in view beside each other."""
    frustum = shown_frustum(state)
    towards = frustum.eye_mm * (1.0, 0.0, 1.0) if frustum is not None else np.zeros(3)
    length_mm = float(np.linalg.norm(towards))
    towards = towards / length_mm if length_mm > 1 else np.array([0.0, 0.0, 1.0])
    up = np.array([0.0, 1.0, 0.0])
    across = np.cross(up, towards)
    if across[2] < _FACE_HIDDEN:
        across = -across
    x, y, z = (float(value) for value in np.array(_ASIDE) @ np.stack([across, up, towards]))
    turned = replace(state.view.camera, position_mm=(x, y, z), focal_mm=(0.0, 0.0, 0.0), up=(0.0, 1.0, 0.0))
    return frame_camera(_bounds(state), turned)


def _bounds(state: AppState) -> tuple[np.ndarray, np.ndarray]:
    mesh = state.shown.mesh
    if mesh is None:
        return _MEAN_HEAD_MM
    low, high = mesh.vertices.min(0).astype(float), mesh.vertices.max(0).astype(float)
    if (frustum := shown_frustum(state)) is not None:
        low = np.minimum(low, frustum.points_mm.min(0))
        high = np.maximum(high, frustum.points_mm.max(0))
    return low, high
