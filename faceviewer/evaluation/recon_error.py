"""How far a true face lies from a predicted mesh, whatever frame and scale the mesh has.

The protocol, fixed so that figures of different runs can be compared:

1. The mesh is laid on the truth by landmarks 17 to 59 with a similarity.
2. 30 rounds of closest points on its surface follow, over the region below, without the 5 % that lie farthest.
3. The region: true vertices within 85 mm of the nose tip that face the front and that a look from the front reaches
   (insides of mouth and nostrils do not count); at most 2500 of them, drawn with a fixed seed.
4. Told are mean, median and 95th percentile of the distances from the region's vertices to the surface, in mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.geometry.alignment import align_similarity
from faceviewer.geometry.closest import Surface
from faceviewer.types import FaceviewerError

ALIGN_LANDMARKS = slice(17, 60)
"""Of the 68: without the jaw, whose points are no fixed places of a head, and the inner lips."""
ROUNDS, KEPT = 30, 0.95
FACE_RADIUS_MM, FACE_DEPTH_MM = 85.0, 70.0
MAX_POINTS = 2500
_NOSE_BAND_MM = 15.0
_LEAST_FRONTAL = 0.15
_ABOVE_SURFACE_MM = 0.3


@dataclass(frozen=True)
class ReconError:
    """Distances of the true face to the predicted surface."""

    mean_mm: float
    median_mm: float
    p95_mm: float
    scale: float
    """What the predicted mesh was scaled by: below 1 it had been too large."""


def recon_error(
    vertices: np.ndarray,
    triangles: np.ndarray,
    landmarks68: np.ndarray,
    true_vertices_mm: np.ndarray,
    true_triangles: np.ndarray,
    true_landmarks68_mm: np.ndarray,
) -> ReconError:
    """Measure a predicted mesh (V, 3), (F, 3), (68, 3) against a true one in the head frame.

    Raises FaceviewerError when the true mesh shows no face from the front.
    """
    points = face_region(true_vertices_mm, true_triangles)
    source = np.asarray(landmarks68, np.float64)[ALIGN_LANDMARKS]
    laid = align_similarity(source, true_landmarks68_mm[ALIGN_LANDMARKS])
    surface = Surface(vertices, triangles)
    for _ in range(ROUNDS):
        found = surface.nearest(laid.inverse().apply(points))
        kept = found.distance <= np.quantile(found.distance, KEPT)
        laid = align_similarity(found.points[kept], points[kept])
    away = surface.nearest(laid.inverse().apply(points)).distance * laid.scale
    mean, median, p95 = away.mean(), np.median(away), np.quantile(away, 0.95)
    return ReconError(float(mean), float(median), float(p95), laid.scale)


def face_region(vertices_mm: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(n, 3) vertices of a head in the head frame that make up its face. Raises FaceviewerError when there are none."""
    import trimesh

    xyz = np.asarray(vertices_mm, np.float64)
    band = xyz[np.abs(xyz[:, 0]) < _NOSE_BAND_MM]
    if not len(band):
        raise FaceviewerError("the true mesh has no vertex near the middle of the head")
    nose = band[band[:, 2].argmax()]
    near = (np.linalg.norm(xyz - nose, axis=1) < FACE_RADIUS_MM) & (xyz[:, 2] > nose[2] - FACE_DEPTH_MM)
    normals = trimesh.Trimesh(xyz, triangles, process=False).vertex_normals
    ids = np.flatnonzero(near & (normals[:, 2] > _LEAST_FRONTAL))
    ids = ids[~hidden_from_front(xyz[ids] + normals[ids] * _ABOVE_SURFACE_MM, xyz[triangles])]
    if not len(ids):
        raise FaceviewerError("the true mesh shows no face from the front")
    return xyz[np.random.default_rng(0).permutation(ids)[:MAX_POINTS]]


def hidden_from_front(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """(n,) bool: whether a ray from each of (n, 3) points along +z meets one of the triangles (F, 3, 3)."""
    from scipy.spatial import KDTree

    hidden = np.zeros(len(points), bool)
    if not len(points) or not len(corners):
        return hidden
    flat = corners[..., :2]
    centres = flat.mean(1)
    radius = np.linalg.norm(flat - centres[:, None], axis=2).max(1)
    before = KDTree(points[:, :2]).query_ball_point(centres, radius + 1e-9)
    triangle = np.repeat(np.arange(len(corners)), [len(some) for some in before])
    point = np.concatenate([np.asarray(some, np.int64) for some in before])
    a, b, c = corners[triangle].transpose(1, 0, 2)
    p = points[point]
    weights = np.stack([_twice_area(b, c, p), _twice_area(c, a, p), _twice_area(a, b, p)], 1)
    total = weights.sum(1)
    inside = ((weights * np.sign(total)[:, None] >= 0).all(1)) & (np.abs(total) > 1e-12)
    depth = np.einsum("nk,nk->n", weights[inside], np.stack([a, b, c], 1)[inside, :, 2]) / total[inside]
    hidden[point[inside][depth > p[inside, 2]]] = True
    return hidden


def _twice_area(a: np.ndarray, b: np.ndarray, p: np.ndarray) -> np.ndarray:
    """(n,) twice the signed area, seen along z, of the triangles a, b, p."""
    return (b[:, 0] - a[:, 0]) * (p[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (p[:, 0] - a[:, 0])
