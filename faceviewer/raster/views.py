"""Cameras that frame a head from a named side."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from faceviewer.types import Camera

AZIMUTHS_DEG = {
    "front": 0.0,
    "three-quarter-left": 40.0,
    "three-quarter-right": -40.0,
    "profile-left": 90.0,
    "profile-right": -90.0,
}
"""Where the camera stands around the head: 0 before the face, positive towards the subject's left, which it shows."""

_DISTANCE = 3.0
"""Camera distance in lengths of the head's longest side: a portrait's perspective."""


def frame_head(
    points_mm: np.ndarray,
    azimuth_deg: float,
    size: tuple[int, int],
    frame_ltrb: tuple[float, float, float, float] | None = None,
) -> Camera:
    """A level camera at ``azimuth_deg`` in which the points (N, 3), head frame, just fill a frame, undistorted.

    size: (width, height) of the picture. frame_ltrb: left, top, right, bottom in pixels; None: all but a small margin.
    """
    width, height = size
    if frame_ltrb is None:
        margin = 0.05 * min(size)
        frame_ltrb = margin, margin, width - margin, height - margin
    left, top, right, bottom = frame_ltrb
    turn = np.deg2rad(-azimuth_deg)
    R_turn = np.array([[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]])
    R = np.diag([1.0, -1.0, -1.0]) @ R_turn
    turned = np.asarray(points_mm, np.float64) @ R.T
    low, high = turned.min(0), turned.max(0)
    t = np.array([0, 0, _DISTANCE * (high - low).max()]) - (low + high) / 2
    flat = (turned + t)[:, :2] / (turned + t)[:, 2:]
    (x0, y0), (x1, y1) = flat.min(0), flat.max(0)
    focal_px = min((right - left) / max(x1 - x0, 1e-9), (bottom - top) / max(y1 - y0, 1e-9))
    cx, cy = (left + right - focal_px * (x0 + x1)) / 2, (top + bottom - focal_px * (y0 + y1)) / 2
    return Camera(np.array([[focal_px, 0, cx], [0, focal_px, cy], [0, 0, 1.0]]), R, t, size)


def scale_camera(camera: Camera, size: tuple[int, int]) -> Camera:
    """The same camera with a picture of another size (width, height); each side is scaled on its own."""
    scale = np.diag([size[0] / camera.size[0], size[1] / camera.size[1], 1.0])
    return replace(camera, K=scale @ camera.K, size=size)


def crop_camera(camera: Camera, frame_ltrb: tuple[int, int, int, int], size: tuple[int, int] | None = None) -> Camera:
    """The camera of a piece of the picture, in whole pixels (right and bottom excluded), at ``size`` or its own."""
    left, top, right, bottom = frame_ltrb
    shift = np.array([[1.0, 0, -left], [0, 1, -top], [0, 0, 1]])
    piece = replace(camera, K=shift @ camera.K, size=(right - left, bottom - top))
    return piece if size is None else scale_camera(piece, size)


def frame_around(xy_px: np.ndarray, size: tuple[int, int], margin: float = 0.0) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom, in whole pixels, of what the points (N, 2) take up of a picture of ``size``.

    margin: added on each side, as a share of the longer side. Points that are not finite, or none, make it the whole
    picture; None when all lie beside it.
    """
    width, height = size
    if len(xy_px) == 0 or not np.isfinite(xy_px).all():
        return 0, 0, width, height
    low, high = xy_px.min(0), xy_px.max(0)
    extra = margin * float((high - low).max()) + 1
    left, top = (int(value) for value in np.clip(np.floor(low - extra), 0, size))
    right, bottom = (int(value) for value in np.clip(np.ceil(high + extra), 0, size))
    return (left, top, right, bottom) if right > left and bottom > top else None
