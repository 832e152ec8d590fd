"""A topology as a graphics card wants it: one point per (vertex, uv) pair, so that texture seams are cuts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.types import Topology


@dataclass(frozen=True, eq=False)
class SplitTopology:
    """Points to be drawn, and where they come from. Triangle i stays triangle i."""

    vertex_of_point: np.ndarray
    """(P,) int64 vertex ids."""
    uv: np.ndarray
    """(P, 2) float32."""
    triangles: np.ndarray
    """(F, 3) int64 into the points."""


def split(topology: Topology) -> SplitTopology:
    """Cut ``topology`` along its texture seams."""
    uv_count = len(topology.uv)
    pairs = topology.triangles.astype(np.int64) * uv_count + topology.uv_triangles
    unique, triangles = np.unique(pairs.ravel(), return_inverse=True)
    vertex, uv = np.divmod(unique, uv_count)
    return SplitTopology(vertex, np.ascontiguousarray(topology.uv[uv]), triangles.reshape(-1, 3).astype(np.int64))
