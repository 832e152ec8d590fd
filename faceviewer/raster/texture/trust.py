"""How far each pixel of a photo may be believed to show the head: less near outlines, where a fit is never exact."""

from __future__ import annotations

import numpy as np

from faceviewer.io.cv import cv2
from faceviewer.raster.texture.ramps import smoothstep
from faceviewer.raster.texture.view import View
from faceviewer.raster.texture.zones import Layer, Zones

_STEP_MM = 5.0
"""Neighbouring pixels farther apart in depth than this, beyond their own slope, belong to different surfaces."""
_OUTLINE_MM = (2.5, 6.0)
"""Distance from the outline against the background below which a pixel is not used, and from which it is fully."""
_FOLD_MM = (1.0, 3.5)
"""The same for outlines against the head itself: the nose before the cheek."""
_RIM_MM = (0.15, 0.9)
"""The same for the rims of lids and lips, where the eyeballs, teeth and tongue begin."""


def outline_trust(view: View, zones: Zones) -> np.ndarray:
    """(h, w) float32 in map pixels, 0 to 1; 0 where the head is not."""
    fragments = view.depths.fragments
    triangle = fragments.triangle[0].cpu().numpy()
    depth = fragments.depth[0].cpu().numpy()
    covered = triangle >= 0
    layer = np.where(covered, zones.layer[triangle], 255).astype(np.uint8)
    inner = covered & (layer != Layer.SKIN)
    trust = covered.astype(np.float32)
    for edges, where, (least, full) in (
        (_changes(covered), covered, _OUTLINE_MM),
        (_depth_steps(depth, covered), ~inner, _FOLD_MM),
        (_changes(layer), inner, _RIM_MM),
    ):
        if edges.any():
            distance = cv2.distanceTransform((~edges).astype(np.uint8), cv2.DIST_L2, 5) * view.mm_per_map_px
            trust[where] *= smoothstep(distance[where], least, full)
    return trust


def _changes(labels: np.ndarray) -> np.ndarray:
    """(h, w) bool: pixels whose right or lower neighbour, or that are such a neighbour, has another label."""
    edges = np.zeros(labels.shape, bool)
    across, down = labels[:, 1:] != labels[:, :-1], labels[1:] != labels[:-1]
    edges[:, 1:] |= across
    edges[:, :-1] |= across
    edges[1:] |= down
    edges[:-1] |= down
    return edges


def _depth_steps(depth: np.ndarray, covered: np.ndarray) -> np.ndarray:
    """(h, w) bool: both sides of a jump in depth; a steady slope, however steep, is none."""
    filled = np.where(covered, depth, np.nan)
    edges = np.zeros(depth.shape, bool)
    for axis in (0, 1):
        step = np.diff(filled, axis=axis)
        size = np.abs(step)
        before = np.roll(size, 1, axis)
        after = np.roll(size, -1, axis)
        with np.errstate(invalid="ignore"):
            jump = size - 1.5 * np.fmin(before, after) > _STEP_MM
        first = [slice(None), slice(None)]
        second = [slice(None), slice(None)]
        first[axis], second[axis] = slice(None, -1), slice(1, None)
        edges[tuple(first)] |= jump
        edges[tuple(second)] |= jump
    return edges
