"""The shortest way along a surface.

Three steps: shortest paths along the edges tell which part of the mesh the way can lie in; there, shortest paths
between points on the edges tell which triangles it crosses; and ``straighten`` pulls it taut. Source of the second
step: M. Lanthier, A. Maheshwari, J.-R. Sack, Approximating shortest paths on weighted
polyhedral surfaces, Algorithmica 2001.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import dijkstra

from faceviewer.geometry.straighten import shorten
from faceviewer.geometry.surface import SurfacePoint, position_mm

_SHARES = np.array([1, 3, 5]) / 6
"""Where on an edge a way may cross it before it is made straight."""
_DETOUR = 1.015
"""Vertices take part when a way along the edges through them is at most this multiple of the shortest one, or ..."""
_SLACK_EDGES = 1.5
"""... this number of mean edges longer."""
_NO_LENGTH = 1e-9
"""Added to lengths in graphs, where zero would mean that there is no connection."""


@dataclass(frozen=True, eq=False)
class SurfacePath:
    """A way along a surface."""

    length: float
    """Unit and frame of the vertices: mm."""
    points: np.ndarray
    """(N, 3) float64, corners of the polyline, from start to end; straight in between, on the surface."""


def surface_path(
    vertices: np.ndarray, triangles: np.ndarray, start: SurfacePoint, end: SurfacePoint
) -> SurfacePath | None:
    """The shortest way from ``start`` to ``end``, or None when they lie on parts that do not touch.

    vertices: (V, 3), triangles: (F, 3).
    """
    vertices, triangles = np.asarray(vertices, np.float64), np.asarray(triangles)
    ends = np.stack([position_mm(vertices, triangles, point) for point in (start, end)])
    at_start, at_end = _around(triangles, start), _around(triangles, end)
    if np.intersect1d(at_start, at_end).size:
        return _path(ends)
    strip = _corridor(vertices, triangles, start, end)
    if strip is None:
        return None
    strip = np.union1d(strip, np.concatenate([at_start, at_end]))
    members = [np.searchsorted(strip, around) for around in (at_start, at_end)]
    crossed, shares = _crossings(vertices, triangles[strip], ends, members)
    if not len(crossed):
        return None
    return _path(shorten(vertices, triangles, ends, crossed, shares))


def _path(points: np.ndarray) -> SurfacePath:
    return SurfacePath(float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum()), points)


def _around(triangles: np.ndarray, point: SurfacePoint) -> np.ndarray:
    """The triangles that the point lies in: several for a point on an edge or at a vertex."""
    corners = triangles[point.triangle][np.asarray(point.barycentric) > 1e-6]
    flat = [np.flatnonzero(triangles.ravel() == corner) // 3 for corner in corners]
    common = flat[0]
    for others in flat[1:]:
        common = np.intersect1d(common, others)
    return np.unique(common)


def _corridor(vertices: np.ndarray, triangles: np.ndarray, start: SurfacePoint, end: SurfacePoint) -> np.ndarray | None:
    """Numbers of the triangles near the shortest ways along edges; None when there is no way."""
    count = len(vertices)
    begin, finish = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
    length = np.linalg.norm(vertices[finish] - vertices[begin], axis=1)
    origins = [triangles[point.triangle][int(np.argmax(point.barycentric))] for point in (start, end)]
    graph = sp.csr_matrix((length + _NO_LENGTH, (begin, finish)), shape=(count, count))
    from_start, from_end = dijkstra(graph, directed=False, indices=origins)
    shortest = from_start[origins[1]]
    if not np.isfinite(shortest):
        return None
    total = from_start + from_end
    members = total <= max(_DETOUR * shortest, shortest + _SLACK_EDGES * float(length.mean()))
    return np.flatnonzero(members[triangles].any(1))


def _edges(triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """((E, 2) vertex ids of the edges, (F, 3) the edges of each triangle)."""
    pairs = np.sort(np.stack([triangles, np.roll(triangles, -1, axis=1)], -1), -1).reshape(-1, 2)
    edges, number = np.unique(pairs, axis=0, return_inverse=True)
    return edges, number.reshape(-1, 3)


def _crossings(
    vertices: np.ndarray, triangles: np.ndarray, ends: np.ndarray, members: list[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """((k, 2) edges that the shortest way crosses, (k,) where: the share of the way from first to second vertex).

    ``members``: the triangles that hold the start and those that hold the end. Empty when there is no way.
    """
    edges, edge_of = _edges(triangles)
    per_edge = len(_SHARES)
    first, second = vertices[edges[:, 0], None], vertices[edges[:, 1], None]
    points = np.concatenate([(first + _SHARES[:, None] * (second - first)).reshape(-1, 3), ends])
    nodes = edge_of[..., None] * per_edge + np.arange(per_edge)  # (F, 3, points per edge)
    across = [np.broadcast_arrays(nodes[:, i, :, None], nodes[:, (i + 1) % 3, None]) for i in range(3)]
    pairs = [np.stack(pair, -1).reshape(-1, 2) for pair in across]
    for number, around in enumerate(members):
        reached = np.unique(nodes[around])
        pairs.append(np.stack([np.full_like(reached, len(points) - 2 + number), reached], 1))
    a, b = np.concatenate(pairs).T
    length = np.linalg.norm(points[a] - points[b], axis=1) + _NO_LENGTH
    graph = sp.csr_matrix((length, (a, b)), shape=(len(points),) * 2)
    start, end = len(points) - 2, len(points) - 1
    _, previous = dijkstra(graph, directed=False, indices=start, return_predecessors=True)
    way, node = [], int(previous[end])
    while node >= 0 and node != start:
        way.append(node)
        node = int(previous[node])
    found = np.array(way[::-1], np.int64)
    return edges[found // per_edge], _SHARES[found % per_edge]
