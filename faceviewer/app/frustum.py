"""The photo's camera as a pyramid before the head: where its corners are in the head frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.app.state import FILE_ENGINE, AppState
from faceviewer.types import Camera, Reconstruction

_NEAREST_SHARE, _FARTHEST_SHARE = 0.2, 0.7
"""The picture stands between these shares of the drawn way from the camera to the front of the head: far enough from
both that neither hides it, however near or far the camera is."""
_LONGEST_EXTENTS, _LONGEST_MM = 5.0, 1500.0
"""A camera that is farther away than so many extents of the head, and than this, is drawn nearer: at seven metres
nothing would be seen of the head."""
_SHOULDER_SHARE = 0.8
_LEAST_MM = 1.0


@dataclass(frozen=True, eq=False)
class Frustum:
    """Places in the head frame, mm, float64."""

    eye_mm: np.ndarray
    """(3,) the camera's centre; one that is drawn nearer lies on the same straight line to the head."""
    corners_mm: np.ndarray
    """(4, 3) of the picture, as the photo is seen: top left, top right, bottom right, bottom left."""
    shoulders_mm: np.ndarray
    """(4, 3) where the rays through the corners end that are drawn as they are; from here they run to ``eye_mm``. The
    corners themselves unless the camera is drawn nearer."""
    axis_mm: np.ndarray
    """(2, 3) the optical axis, up to the depth of the head's origin."""
    head_mm: np.ndarray
    """(3,) the head's origin, to which the distance is measured."""
    is_shortened: bool = False
    """The camera is drawn nearer than it is."""

    @property
    def points_mm(self) -> np.ndarray:
        """(12, 3) all of it, field by field."""
        return np.concatenate([self.eye_mm[None], self.corners_mm, self.shoulders_mm, self.axis_mm, self.head_mm[None]])


def frustum_of(camera: Camera, vertices_mm: np.ndarray) -> Frustum:
    """The camera before a head of these (V, 3) vertices, the picture about as large as the head."""
    low, high = vertices_mm.min(0).astype(np.float64), vertices_mm.max(0).astype(np.float64)
    box = np.array([[x, y, z] for x in (low[0], high[0]) for y in (low[1], high[1]) for z in (low[2], high[2])])
    extent_mm = float(np.linalg.norm(high - low))
    R, t = camera.R_camera_head, camera.t_camera_head
    front_mm = max(float(camera.to_camera(box)[:, 2].min()), _LEAST_MM)
    away_mm = max(float(np.linalg.norm(t)), _LEAST_MM)
    drawn_mm = min(away_mm, max(_LONGEST_EXTENTS * extent_mm, _LONGEST_MM))
    is_shortened = drawn_mm < away_mm
    nearest = float(t[2]) * (1 - drawn_mm / away_mm) if is_shortened else 0.0  # depth of the eye that is drawn
    picture = _picture_depth(camera, extent_mm, nearest, front_mm)
    shoulder = nearest + (1 - _SHOULDER_SHARE) * (front_mm - nearest) if is_shortened else picture
    axis = np.array([[0.0, 0.0, shoulder if is_shortened else 0.0], [0.0, 0.0, max(float(t[2]), picture)]])
    return Frustum(
        eye_mm=-R.T @ t * (drawn_mm / away_mm),
        corners_mm=_corners(camera, picture),
        shoulders_mm=_corners(camera, min(shoulder, picture)),
        axis_mm=(axis - t) @ R,
        head_mm=np.zeros(3),
        is_shortened=is_shortened,
    )


def shown_frustum(state: AppState) -> Frustum | None:
    """The frustum that the 3D view shows before its one head; None when it shows none."""
    result, mesh = state.shown.result, state.shown.mesh
    if mesh is None or not has_frustum(state, result) or state.comparison is not None:
        return None
    assert result is not None
    return frustum_of(result.camera, mesh.vertices)


def has_frustum(state: AppState, result: Reconstruction | None) -> bool:
    """Whether the camera of ``result`` is to be drawn. Looking through it, one stands in its tip and sees nothing."""
    is_on = state.view.camera_frustum and not state.view.through_photo
    return is_on and result is not None and result.engine != FILE_ENGINE


def _corners(camera: Camera, depth_mm: float) -> np.ndarray:
    """(4, 3) of the photo at one depth."""
    width, height = camera.size
    corners_px = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float64)
    return camera.unproject(corners_px, np.full(4, depth_mm))


def _picture_depth(camera: Camera, extent_mm: float, nearest_mm: float, front_mm: float) -> float:
    """Where the picture is as large as the head, or as near to that as the room before the head allows."""
    width, height = camera.size
    longer = max(width / float(camera.K[0, 0]), height / float(camera.K[1, 1]))
    room_mm = max(front_mm - nearest_mm, 0.0)
    least, most = nearest_mm + _NEAREST_SHARE * room_mm, nearest_mm + _FARTHEST_SHARE * room_mm
    return float(np.clip(extent_mm / longer, least, most))
