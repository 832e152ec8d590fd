"""A rasteriser as one would first write it: triangle by triangle. The fast one is checked and timed against it."""

from __future__ import annotations

import numpy as np

SUBPIXELS = 1024
"""Both round corners alike, so that they draw the same triangles."""


def rasterize_plainly(
    xy_px: np.ndarray, depth: np.ndarray, triangles: np.ndarray, size: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(ids (H, W), perspective-correct weights (H, W, 3), depth (H, W)) of one scene, float64, no culling.

    xy_px: (V, 2), depth: (V,) > 0, triangles: (F, 3). A triangle owns its left and upper edges only.
    """
    width, height = size
    ids = np.full((height, width), -1)
    weights = np.zeros((height, width, 3))
    nearest = np.full((height, width), np.inf)
    snapped = np.round(np.asarray(xy_px, np.float64) * SUBPIXELS) / SUBPIXELS
    for index, corners in enumerate(triangles):
        p = snapped[corners]
        doubled_area = _cross(p[1] - p[0], p[2] - p[0])
        if doubled_area == 0:
            continue
        left, top = np.clip(np.floor(p.min(0)).astype(int), 0, size)
        right, bottom = np.clip(np.ceil(p.max(0)).astype(int) + 1, 0, size)
        centres = np.stack(np.meshgrid(np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5), -1)
        inside = np.ones(centres.shape[:2], bool)
        affine = np.empty((*centres.shape[:2], 3))
        for k in range(3):
            start, end = p[(k + 1) % 3], p[(k + 2) % 3]
            edge = (end - start) * np.sign(doubled_area)  # inside lies where the cross product is positive
            value = _cross(edge, centres - start)
            inside &= (value > 0) | ((value == 0) & (edge[1] < 0 or (edge[1] == 0 and edge[0] > 0)))
            affine[..., k] = value / abs(doubled_area)
        weighted = affine / depth[corners]
        z = 1 / weighted.sum(-1, where=inside[..., None], initial=1e-30)
        window = np.s_[top:bottom, left:right]
        drawn = inside & (z < nearest[window])
        nearest[window][drawn] = z[drawn]
        ids[window][drawn] = index
        weights[window][drawn] = (weighted * z[..., None])[drawn]
    return ids, weights, nearest


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
