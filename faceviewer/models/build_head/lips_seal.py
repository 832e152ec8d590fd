"""Closing the lips of the mean person, whose corners the statistics leave a little open."""

from __future__ import annotations

import numpy as np

from faceviewer.models.build_head.control_mesh import ControlMesh
from faceviewer.models.build_head.render_mesh import RenderMesh

REACH_MM = 4.0
"""How far from the lips the skin is pulled along."""
OVERLAP_MM = 0.4
"""The upper lip ends up this far below the top of the lower one, so that no light shines through."""
ITERATIONS = 4
_COLUMN_MM = 0.5
_MIDDLE_MM = 1e-6
"""Rounding leaves vertices of the middle a trifle to either side, differently on each processor."""


def seal_lips(
    control: ControlMesh, mesh: RenderMesh, upper: np.ndarray, lower: np.ndarray, control_mm: np.ndarray
) -> np.ndarray:
    """(n, 3) control vertices with the gap between the lips closed, each lip moving half the way.

    ``upper`` and ``lower`` are the render vertices of the lips; the gap is what is seen from the front.
    """
    movable = control.labelled("skin", "mouth_interior")
    control_mm = control_mm.copy()
    for _ in range(ITERATIONS):
        vertices = mesh.subdivision @ control_mm
        gap_at, gap = _visible_gap(*(_left_edges(vertices, mesh.triangles, lip) for lip in (upper, lower)))
        points = control_mm[movable]
        away = [np.linalg.norm(points[:, None] - vertices[lip][None], axis=2).min(1) for lip in (upper, lower)]
        pull = np.exp(-((np.minimum(*away) / REACH_MM) ** 2)) * np.interp(np.abs(points[:, 0]), gap_at, gap) / 2
        control_mm[movable, 1] += np.where(away[0] < away[1], -pull, pull)
    return control_mm


def _left_edges(vertices: np.ndarray, triangles: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """(E, 2, 2): x and y of both ends, nearer the middle first, of the edges among ``ids`` on the left."""
    edges = triangles[np.isin(triangles, ids).all(1)][:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    ends = vertices[edges][:, :, :2]
    ends = np.take_along_axis(ends, np.argsort(ends[:, :, :1], 1), 1)
    return ends[ends[:, 0, 0] > -_MIDDLE_MM]


def _visible_gap(upper: np.ndarray, lower: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances from the middle, and the height there between the lips seen from the front, at least 0."""
    at = np.arange(_COLUMN_MM, min(upper[:, 1, 0].max(), lower[:, 1, 0].max()), _COLUMN_MM)
    gap = [_heights(upper, x).min() - _heights(lower, x).max() + OVERLAP_MM for x in at]
    return at, np.maximum(gap, 0)


def _heights(edges: np.ndarray, x: float) -> np.ndarray:
    """y of all edges that cross a column."""
    (x0, y0), (x1, y1) = edges[(edges[:, 0, 0] <= x) & (edges[:, 1, 0] > x)].transpose(1, 2, 0)
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
