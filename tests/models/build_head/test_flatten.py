from __future__ import annotations

import numpy as np
from scipy.spatial import Delaunay

from faceviewer.models.build_head.flatten import flat_rest, relax, signed_areas, tutte
from faceviewer.models.build_head.uv_layout import border_loops


def bowl(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A disc of triangles bulging out of the plane."""
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    inner = rng.uniform(-0.95, 0.95, (300, 2))
    flat = np.concatenate([np.c_[np.cos(angle), np.sin(angle)], inner[np.linalg.norm(inner, axis=1) < 0.95]])
    triangles = Delaunay(flat).simplices
    clockwise = signed_areas(flat[triangles]) < 0
    triangles[clockwise] = triangles[clockwise][:, ::-1]
    return np.c_[flat, 1.5 * (1 - (flat**2).sum(1))], triangles.astype(np.int64)


def distortion(vertices: np.ndarray, triangles: np.ndarray, uv: np.ndarray) -> float:
    """Ratio of the largest to the smallest scale, 95th to 5th percentile of the triangles."""
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    scale = signed_areas(uv[triangles]) / (np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2)
    return float(np.quantile(scale, 0.95) / np.quantile(scale, 0.05))


def test_tutte_does_not_fold_and_relaxing_keeps_it_so():
    vertices, triangles = bowl()
    (border,) = border_loops(triangles)
    angle = np.linspace(0, 2 * np.pi, len(border), endpoint=False)
    start = tutte(triangles, len(vertices), border, np.c_[np.cos(angle), np.sin(angle)])
    assert (signed_areas(start[triangles]) > 0).all()
    edges = vertices[triangles[:, 1:]] - vertices[triangles[:, :1]]
    end = relax(triangles, flat_rest(edges), start, (border[:1], border[:1]), np.ones(len(triangles)), 25)
    assert (signed_areas(end[triangles]) > 0).all()
    assert distortion(vertices, triangles, end) < 0.5 * distortion(vertices, triangles, start)
    assert np.array_equal(end[border[0]], start[border[0]])


def test_a_flat_patch_becomes_itself():
    vertices, triangles = bowl()
    vertices[:, 2] = 0
    (border,) = border_loops(triangles)
    start = tutte(triangles, len(vertices), border, vertices[border, :2])
    edges = vertices[triangles[:, 1:]] - vertices[triangles[:, :1]]
    end = relax(triangles, flat_rest(edges), start, (border, border), np.ones(len(triangles)), 25)
    assert np.allclose(end, vertices[:, :2], atol=1e-3)


def test_border_loops_follow_the_triangles():
    triangles = np.array([[0, 1, 2], [0, 2, 3], [5, 6, 7]])
    assert [loop.tolist() for loop in border_loops(triangles)] == [[0, 1, 2, 3], [5, 6, 7]]
