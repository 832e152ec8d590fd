"""Moving the view camera by hand: pure arithmetic on ``ViewCamera``.

A turntable: dragging sideways turns about the head's own upright axis, dragging up and down tilts and stops at the
poles, so that heads never end up lying on their side.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from faceviewer.app.state import ViewCamera
from faceviewer.geometry.rotations import rotation_from_vector
from faceviewer.gui.viewport.projection import spanned_px, view_axes
from faceviewer.types import Camera

_DEGREES_PER_PANE = 200.0
"""How far a drag across the shorter side of the pane turns."""
_ZOOM_PER_STEP = 1.15
_POLE_DEG = 89.5
_DISTANCE_MM = (30.0, 6000.0)
_PARALLEL_SCALE_MM = (5.0, 2000.0)
_REACHES = 12.0


def rotate(camera: ViewCamera, dx: float, dy: float, size: tuple[float, float]) -> ViewCamera:
    """Turn about the point looked at by a drag of (dx, dy) logical pixels in a pane of ``size``."""
    per_pixel = np.radians(_DEGREES_PER_PANE) / max(min(size), 1.0)
    axes = view_axes(camera)
    elevation = np.arcsin(np.clip(axes[2, 1], -1, 1))
    pole = np.radians(_POLE_DEG)
    tilt = np.clip(elevation + dy * per_pixel, min(-pole, elevation), max(pole, elevation)) - elevation
    turn = rotation_from_vector(np.array([0.0, -dx * per_pixel, 0.0])) @ rotation_from_vector(-tilt * axes[0])
    offset = turn @ np.subtract(camera.position_mm, camera.focal_mm)
    return replace(camera, position_mm=_triple(camera.focal_mm + offset), up=_triple(turn @ axes[1]))


def pan(camera: ViewCamera, dx: float, dy: float, size: tuple[float, float]) -> ViewCamera:
    """Shift so that what is looked at follows the pointer."""
    if camera.parallel:
        half_mm = camera.parallel_scale_mm
    else:
        distance = float(np.linalg.norm(np.subtract(camera.position_mm, camera.focal_mm)))
        half_mm = distance * float(np.tan(np.radians(camera.fov_deg) / 2))
    mm_per_pixel = 2 * half_mm / spanned_px(size)
    right, up, _ = view_axes(camera)
    shift = (up * dy - right * dx) * mm_per_pixel
    return replace(camera, position_mm=_triple(camera.position_mm + shift), focal_mm=_triple(camera.focal_mm + shift))


def zoom(camera: ViewCamera, steps: float, reach_mm: float = 0.0) -> ViewCamera:
    """Come nearer by ``steps`` notches of the wheel, or go back for negative ones.

    reach_mm: radius of what is drawn; what is larger than a head, as far cameras are, can be seen from farther away.
    """
    factor = _ZOOM_PER_STEP**-steps
    offset = np.subtract(camera.position_mm, camera.focal_mm)
    distance = float(np.linalg.norm(offset))
    nearest, farthest = _DISTANCE_MM
    wanted = float(np.clip(distance * factor, nearest, max(farthest, _REACHES * reach_mm)))
    smallest, largest = _PARALLEL_SCALE_MM
    scale = float(np.clip(camera.parallel_scale_mm * factor, smallest, max(largest, _REACHES * reach_mm)))
    return replace(camera, position_mm=_triple(camera.focal_mm + offset * (wanted / distance)), parallel_scale_mm=scale)


def leave_photo_camera(camera: Camera, view: ViewCamera, size: tuple[float, float]) -> ViewCamera:
    """The view camera that continues where the photo's camera stood, looking at the head with about the same size."""
    R, t = camera.R_camera_head, camera.t_camera_head
    position = -R.T @ t
    scale = min(size[0] / camera.size[0], size[1] / camera.size[1])
    fov_deg = float(np.degrees(2 * np.arctan(spanned_px(size) / 2 / (scale * camera.K[1, 1]))))
    fov_deg = float(np.clip(fov_deg, 5.0, 90.0))
    half_mm = float(np.linalg.norm(position)) * float(np.tan(np.radians(fov_deg) / 2))
    return replace(
        view,
        position_mm=_triple(position),
        focal_mm=(0.0, 0.0, 0.0),
        up=_triple(-R[1]),
        fov_deg=fov_deg,
        parallel=False,
        parallel_scale_mm=half_mm,
    )


def _triple(vector: np.ndarray) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in vector)
    return x, y, z
