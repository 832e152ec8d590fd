"""Which triangle each pixel of a picture shows, painted from far to near."""

from __future__ import annotations

import numpy as np

_SHIFT = 4  # cv2 takes coordinates as integers of 1/16 pixel
_FARTHEST_PX = 30_000.0


def triangle_ids(
    xy_px: np.ndarray,
    triangles: np.ndarray,
    size: tuple[int, int],
    *,
    depth: np.ndarray | None = None,
    drawn: np.ndarray | None = None,
) -> np.ndarray:
    """(H, W) int32 triangle numbers, -1 where there is none; for drawing, not for measuring.

    xy_px: (V, 2) in a picture of ``size`` (width, height); triangles with a corner that is not finite are left out.
    triangles: (F, 3). depth: (V,) larger is farther; without it later triangles cover earlier ones.
    drawn: (F,) bool, the triangles that take part; all when None.
    """
    from faceviewer.io.cv import cv2  # the window's panes import this module and do not wait for OpenCV

    usable = np.isfinite(xy_px[triangles]).all((1, 2))
    ids = np.flatnonzero(usable if drawn is None else usable & drawn)
    if depth is not None:
        ids = ids[np.argsort(-depth[triangles[ids]].mean(1), kind="stable")]
    corners = np.clip(np.nan_to_num(xy_px), -_FARTHEST_PX, _FARTHEST_PX)[triangles[ids]]
    fixed = np.rint((corners - 0.5) * (1 << _SHIFT)).astype(np.int32)
    picture = np.full((size[1], size[0]), -1, np.int32)
    for number, polygon in zip(ids.tolist(), fixed, strict=True):
        cv2.fillConvexPoly(picture, polygon, number, cv2.LINE_8, _SHIFT)
    return picture
