"""Smooth waves over the skin of the control mesh: what named directions cannot express, these can."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import eigsh

from faceviewer.models.build_head.control_mesh import SKIN, ControlMesh
from faceviewer.models.build_head.directions import keep_eyeballs_round
from faceviewer.models.build_head.similarity import SimilarityFilter, vertex_areas

_NEAR_THE_LARGEST = 0.99
SKIN_LABELS = (SKIN, "mouth_interior", "eye_socket_left", "eye_socket_right")


def harmonic_directions(mesh: ControlMesh, similarity: SimilarityFilter, count: int) -> np.ndarray:
    """(3 count, n, 3) float64: each of the ``count`` slowest waves along x, then along y, then along z."""
    waves = _carry_inner_parts(mesh, _laplacian_waves(mesh, count))
    shapes = np.zeros((3, count, len(waves), 3))
    for axis in range(3):
        shapes[axis, :, :, axis] = waves.T
    return keep_eyeballs_round(mesh, similarity(shapes.reshape(-1, len(waves), 3)))


def _laplacian_waves(mesh: ControlMesh, count: int) -> np.ndarray:
    """(n, count) eigenvectors of the cotangent Laplacian of the skin, largest value 1; zero off the skin."""
    triangles = mesh.quads[np.isin(mesh.labels, SKIN_LABELS)][:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    n, points = len(mesh.vertices_mm), mesh.vertices_mm
    rows, columns, values = [], [], []
    for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        a, b, c = triangles[:, i], triangles[:, j], triangles[:, k]
        u, v = points[a] - points[c], points[b] - points[c]
        half_cotangent = np.clip((u * v).sum(1) / np.linalg.norm(np.cross(u, v), axis=1), 0.01, 20) / 2
        rows += [a, b, a, b]
        columns += [b, a, a, b]
        values += [-half_cotangent, -half_cotangent, half_cotangent, half_cotangent]
    laplacian = sp.csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=(n, n))
    skin = np.unique(triangles)
    mass = sp.diags_array(vertex_areas(points, triangles)[skin])
    start = np.cos(np.arange(len(skin)))  # any vector, the same in every build
    _, vectors = eigsh(sp.csc_matrix(laplacian[skin][:, skin]), k=count, M=mass, sigma=-1e-6, v0=start)
    waves = np.zeros((n, count))
    waves[skin] = _scaled(vectors)
    return waves


def _scaled(vectors: np.ndarray) -> np.ndarray:
    """(s, count) with the largest magnitude 1, positive at the first of the vertices that come near it.

    On a symmetric head many waves are largest at two mirrored vertices, with opposite signs; which of the two rounding
    made the larger turned the wave over on other processors, and the statistics of heads, which count on it, with it.
    """
    size = np.abs(vectors)
    first = (size > _NEAR_THE_LARGEST * size.max(0)).argmax(0)
    return vectors / size.max(0) * np.sign(vectors[first, np.arange(vectors.shape[1])])


def _carry_inner_parts(mesh: ControlMesh, waves: np.ndarray) -> np.ndarray:
    """Eyeballs, teeth and tongue move with the rims that they lie behind."""
    skin = mesh.labelled(SKIN)
    waves = waves.copy()
    for side in ("left", "right"):
        rim = np.intersect1d(skin, mesh.labelled(f"eye_socket_{side}"))
        waves[mesh.labelled(f"eyeball_{side}")] = waves[rim].mean(0)
    mouth = np.intersect1d(skin, mesh.labelled("mouth_interior"))
    waves[mesh.labelled("teeth_upper", "teeth_lower", "tongue")] = waves[mouth].mean(0)
    return waves
