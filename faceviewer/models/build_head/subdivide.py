"""One step of Catmull-Clark subdivision as a sparse matrix, and the split of its quads into triangles."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp


def catmull_clark(quads: np.ndarray, n: int) -> tuple[sp.csr_matrix, np.ndarray]:
    """Subdivide a quad mesh (borders allowed) with ``n`` vertices.

    Returns the (n + edges + quads, n) matrix that maps vertices to subdivided vertices, ordered: moved vertices, edge
    points, face points; and the (4 Q, 4) subdivided quads, quad i giving rows 4i to 4i + 3.
    Source: Catmull and Clark 1978; borders follow cubic B-spline curves (Hoppe et al. 1994).
    """
    n_quads = len(quads)
    edges, edge_of_corner = quad_edges(quads)
    n_edges, faces_of_edge = len(edges), np.bincount(edge_of_corner.ravel(), minlength=len(edges))
    on_border = faces_of_edge == 1

    face_points = _incidence(np.repeat(np.arange(n_quads), 4), quads.ravel(), (n_quads, n)) * 0.25
    midpoints = _incidence(np.repeat(np.arange(n_edges), 2), edges.ravel(), (n_edges, n)) * 0.5
    edge_faces = _incidence(edge_of_corner.ravel(), np.repeat(np.arange(n_quads), 4), (n_edges, n_quads))
    neighbour_faces = sp.diags_array(1 / faces_of_edge) @ edge_faces @ face_points
    edge_points = sp.diags_array(np.where(on_border, 1, 0.5)) @ midpoints + (
        sp.diags_array(np.where(on_border, 0, 0.5)) @ neighbour_faces
    )

    vertex_edges = _incidence(edges.ravel(), np.repeat(np.arange(n_edges), 2), (n, n_edges))
    vertex_faces = _incidence(quads.ravel(), np.repeat(np.arange(n_quads), 4), (n, n_quads))
    valence = np.asarray(vertex_edges.sum(1)).ravel()
    border_edges = vertex_edges @ sp.diags_array(on_border.astype(float))
    border_valence = np.asarray(border_edges.sum(1)).ravel()
    inside = (border_valence == 0) & (valence > 0)
    mean_faces = sp.diags_array(1 / np.maximum(np.asarray(vertex_faces.sum(1)).ravel(), 1)) @ vertex_faces @ face_points
    mean_midpoints = sp.diags_array(1 / np.maximum(valence, 1)) @ vertex_edges @ midpoints
    k = np.maximum(valence, 3)
    moved_inside = sp.diags_array(1 / k) @ (mean_faces + 2 * mean_midpoints + sp.diags_array(k - 3))
    border_midpoints = sp.diags_array(1 / np.maximum(border_valence, 1)) @ border_edges @ midpoints
    moved_border = (sp.eye_array(n) + border_midpoints) * 0.5
    moved = sp.diags_array(inside * 1.0) @ moved_inside + sp.diags_array(~inside * 1.0) @ moved_border

    matrix = sp.csr_matrix(sp.vstack([moved, edge_points, face_points]))
    matrix.eliminate_zeros()
    matrix.sort_indices()
    fine = np.empty((n_quads, 4, 4), np.int64)
    for corner in range(4):
        fine[:, corner, 0] = quads[:, corner]
        fine[:, corner, 1] = n + edge_of_corner[:, corner]
        fine[:, corner, 2] = n + n_edges + np.arange(n_quads)
        fine[:, corner, 3] = n + edge_of_corner[:, corner - 1]
    return matrix, fine.reshape(-1, 4)


def quad_edges(quads: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(E, 2) edges with sorted ends, and the (Q, 4) edge that leaves each corner of each quad."""
    ends = np.sort(np.stack([quads, np.roll(quads, -1, 1)], -1).reshape(-1, 2), 1)
    edges, index = np.unique(ends, axis=0, return_inverse=True)
    return edges, index.reshape(quads.shape)


def subdivided_symmetry(symmetry: np.ndarray, quads: np.ndarray) -> np.ndarray:
    """The mirror map of the subdivided vertices from that of the control vertices."""
    n = len(symmetry)
    edges, _ = quad_edges(quads)
    edge_mirror = _find_rows(np.sort(symmetry[edges], 1), edges)
    quad_mirror = _find_rows(np.sort(symmetry[quads], 1), np.sort(quads, 1))
    return np.concatenate([symmetry, n + edge_mirror, n + len(edges) + quad_mirror])


def triangulate(quads: np.ndarray, vertices: np.ndarray, symmetry: np.ndarray) -> np.ndarray:
    """(2 Q, 3) triangles, quad i giving 2i and 2i + 1: cut along the shorter diagonal, alike on both sides."""
    mirror = _find_rows(np.sort(symmetry[quads], 1), np.sort(quads, 1))
    diagonals = np.linalg.norm(vertices[quads[:, :2]] - vertices[quads[:, 2:]], axis=2)
    ends = np.where((diagonals[:, :1] <= diagonals[:, 1:]), quads[:, [0, 2]], quads[:, [1, 3]])
    right = np.flatnonzero(vertices[quads].mean(1)[:, 0] < 0)
    ends[right] = symmetry[ends[mirror[right]]]
    first = (quads[:, :1] == ends).any(1)[:, None]
    a = np.where(first, quads[:, [0, 1, 2]], quads[:, [0, 1, 3]])
    b = np.where(first, quads[:, [0, 2, 3]], quads[:, [1, 2, 3]])
    return np.stack([a, b], 1).reshape(-1, 3)


def _incidence(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sp.csr_matrix:
    return sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)


def _find_rows(wanted: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Index in ``table`` of every row of ``wanted``; all must occur."""
    n = len(table)
    _, inverse = np.unique(np.concatenate([table, wanted]), axis=0, return_inverse=True)
    inverse = inverse.ravel()
    where = np.full(inverse.max() + 1, -1)
    where[inverse[:n]] = np.arange(n)
    found = where[inverse[n:]]
    if (found < 0).any():
        raise ValueError("the mesh is not symmetric")
    return found
