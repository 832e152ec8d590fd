"""Values on a mesh's vertices: averaging over neighbours and spreading what is known to where nothing is.

The work runs on the surface, not in the texture, so charts that meet on the head get the same colours on both sides of
their cut. Spreading minimises the membrane energy by cascadic multigrid (Bornemann and Deuflhard 1996): solve on a
coarse graph, carry over, smooth a little, level by level.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy.sparse as sp

from faceviewer.types import Topology

_COARSEST = 24
_SWEEPS = 8
_STIFFNESS = 0.05
"""Weight of the membrane against data of weight 1."""


@dataclass(frozen=True, eq=False)
class _Level:
    average: sp.csr_matrix
    """(n, n) mean of the neighbours."""
    cluster: sp.csr_matrix | None
    """(m, n) which vertices form each vertex of the next coarser level; None on the coarsest."""


@dataclass(frozen=True, eq=False)
class Surface:
    """The graph of a mesh and its coarser versions."""

    levels: tuple[_Level, ...]

    def smooth(self, values: np.ndarray, sweeps: int) -> np.ndarray:
        """(V, ...) values averaged with their neighbours, ``sweeps`` times."""
        for _ in range(sweeps):
            values = 0.5 * (values + self.levels[0].average @ values)
        return values

    def grow(self, mask: np.ndarray, rings: int) -> np.ndarray:
        """(V,) bool: the mask and its neighbours up to ``rings`` edges away."""
        for _ in range(rings):
            mask = mask | ((self.levels[0].average @ mask.astype(np.float32)) > 0)
        return mask

    def spread(self, values: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """(V, C) float32: follows ``values`` (V, C) where ``weights`` (V,) is high and runs on smoothly where it is 0.

        A part of the mesh without any weight gets the weighted mean of all others.
        """
        weights = np.clip(weights, 0, 1).astype(np.float32)[:, None]
        if not weights.any():
            return np.zeros_like(values, np.float32)
        known = [(values.astype(np.float32), weights)]
        for level in self.levels:
            if level.cluster is None:
                break
            value, weight = known[-1]
            total = level.cluster @ weight
            known.append(((level.cluster @ (value * weight)) / np.maximum(total, 1e-9), np.minimum(total, 1)))
        value, weight = known[-1]
        mean = (values * weights).sum(0) / weights.sum()
        field = np.where(weight > 0, value, mean).astype(np.float32)
        for level, (value, weight) in zip(self.levels[::-1], known[::-1], strict=True):
            if level.cluster is not None:
                field = level.cluster.T @ field
            pull = weight / (weight + _STIFFNESS)
            for _ in range(_SWEEPS):
                field = pull * value + (1 - pull) * (level.average @ field)
        return field


@lru_cache(maxsize=4)
def surface_of(topology: Topology, n_vertices: int) -> Surface:
    """The surface of a mesh; the last few are kept."""
    n = n_vertices
    edges = topology.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    ones = np.ones(len(edges), np.float32)
    graph = sp.csr_matrix((ones, edges.T), shape=(n, n))
    graph = sp.csr_matrix(graph + graph.T)
    levels = []
    while n > _COARSEST:
        owner = _owners(graph, n)
        count = int(owner.max()) + 1
        if count > 0.9 * n:
            break
        cluster = sp.csr_matrix((np.ones(n, np.float32), (owner, np.arange(n))), shape=(count, n))
        levels.append(_Level(_average(graph), cluster))
        graph = sp.csr_matrix(cluster @ graph @ cluster.T)
        graph.setdiag(0)
        graph.eliminate_zeros()
        n = count
    levels.append(_Level(_average(graph), None))
    return Surface(tuple(levels))


def _average(graph: sp.csr_matrix) -> sp.csr_matrix:
    """Row-normalised graph; lone vertices are their own neighbours."""
    degree = np.asarray(graph.sum(1)).ravel()
    lone = sp.diags_array((degree == 0).astype(np.float32))
    return sp.csr_matrix(
        sp.diags_array((1 / np.maximum(degree, 1e-9)).astype(np.float32)) @ graph + lone, dtype=np.float32
    )


def _owners(graph: sp.csr_matrix, n: int) -> np.ndarray:
    """(n,) the cluster of each vertex: a centre and its neighbours, or the cluster of a neighbour."""
    start, neighbours = (np.asarray(values).tolist() for values in (graph.indptr, graph.indices))
    owner = [-1] * n
    count = 0
    for vertex in range(n):
        around = neighbours[start[vertex] : start[vertex + 1]]
        if owner[vertex] < 0 and all(owner[other] < 0 for other in around):
            owner[vertex] = count
            for other in around:
                owner[other] = count
            count += 1
    for vertex in range(n):
        if owner[vertex] < 0:
            around = neighbours[start[vertex] : start[vertex + 1]]
            owner[vertex] = next(owner[other] for other in around if owner[other] >= 0)
    return np.array(owner)
