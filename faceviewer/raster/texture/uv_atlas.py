"""Which point of the mesh every texel shows: drawn once per layout and size, then shared by every bake."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from faceviewer.io.cv import cv2
from faceviewer.raster.rasterize import rasterize_uv
from faceviewer.types import Topology

CHUNK = 1 << 17
"""Texels worked on at once: bounds the memory at 4096 and stays near the caches."""
_STRIP_ROWS = 1024
"""Rows of the texture that are drawn at once."""


@dataclass(frozen=True, eq=False)
class UvAtlas:
    """The covered texels of a layout, row by row; N of them."""

    size: int
    """Side of the texture in texels."""
    texels: Tensor
    """(N,) int32, flat index of each covered texel, ascending."""
    triangle: Tensor
    """(N,) int32."""
    barycentric: Tensor
    """(N, 3) float32, weights of the triangle's corners."""
    triangles: Tensor
    """(F, 3) int32, vertex ids of each triangle."""
    mirror: Tensor
    """(N,) int32, the covered texel (index into this list) that shows the mirrored point of the head, -1: none."""
    source: Tensor
    """(S * S,) int32, the covered texel (index into this list) at or nearest to every texel."""
    empty: Tensor
    """(M,) int32, flat index of each texel too far from all charts to be looked up by filtering."""

    def __len__(self) -> int:
        return len(self.texels)

    def chunks(self) -> list[slice]:
        """Slices of the covered texels that are worked on one after the other."""
        return [slice(first, first + CHUNK) for first in range(0, len(self), CHUNK)]

    def interpolate(self, values: Tensor, part: slice | Tensor) -> Tensor:
        """(n, C) float32 values at some covered texels; values: (V, C) float32, one row per vertex."""
        if isinstance(part, slice):
            triangle, weights = self.triangle[part], self.barycentric[part]
        else:
            triangle, weights = self.triangle.index_select(0, part), self.barycentric.index_select(0, part)
        if len(triangle) == 0:
            return values.new_zeros((0, values.shape[1]))
        corners = self.triangles.index_select(0, triangle)
        # One pass over the corners instead of one per corner: three times faster than writing the sum out.
        return functional.embedding_bag(corners, values, per_sample_weights=weights, mode="sum")


def gutter_texels(size: int) -> int:
    """How far in texels the charts' colours are carried outwards: enough for bilinear lookups and some mip levels."""
    return max(4, size // 128)


@lru_cache(maxsize=2)
def uv_atlas(topology: Topology, size: int, device: str = "cpu") -> UvAtlas:
    """The atlas of a topology at a texture size; the last two are kept. Raises ValueError for a size below 8."""
    if size < 8:
        raise ValueError(f"a texture of {size} texels a side is too small")
    texels, triangle, barycentric = _draw(topology, size)
    index = np.full(size * size, -1, np.int32)
    index[texels] = np.arange(len(texels), dtype=np.int32)
    source, empty = _surroundings(index, size)
    mirror = _mirror(topology, size, triangle, barycentric, source)
    triangles = np.array(topology.triangles, np.int32)
    arrays = (texels, triangle, barycentric, triangles, mirror, source, empty)
    return UvAtlas(size, *(torch.from_numpy(array).to(device) for array in arrays))


def _draw(topology: Topology, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flat indices, triangles and barycentrics of the covered texels, drawn in strips to bound the memory."""
    uv_triangles = torch.tensor(topology.uv_triangles, dtype=torch.int64)
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for top in range(0, size, _STRIP_ROWS):
        rows = min(_STRIP_ROWS, size - top)
        uv = torch.tensor(topology.uv, dtype=torch.float64)
        uv[:, 1] = 1 - ((1 - uv[:, 1]) * size - top) / rows
        fragments = rasterize_uv(uv, uv_triangles, (size, rows))
        triangle = fragments.triangle.numpy().reshape(-1)
        covered = np.flatnonzero(triangle >= 0)
        barycentric = fragments.barycentric.numpy().reshape(-1, 3)[covered]
        found.append(((covered + top * size).astype(np.int32), triangle[covered], barycentric))
    texels, triangles, weights = zip(*found, strict=True)
    if not sum(map(len, texels)):
        raise ValueError(f"the texture layout of {topology.name} covers no texel at size {size}")
    return np.concatenate(texels), np.concatenate(triangles), np.concatenate(weights)


def _surroundings(index: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The covered texel at or nearest to every texel, and which texels lie beyond the gutter; index: -1 uncovered."""
    uncovered = (index < 0).astype(np.uint8).reshape(size, size)
    distance, labels = cv2.distanceTransformWithLabels(uncovered, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    flat = np.asarray(labels, np.int32).reshape(-1)
    covered = np.flatnonzero(index >= 0)
    covered_of_label = np.zeros(len(covered) + 1, np.int32)
    covered_of_label[flat[covered]] = index[covered]
    empty = np.flatnonzero(np.asarray(distance).reshape(-1) > gutter_texels(size) + 0.5)
    return covered_of_label[flat], empty.astype(np.int32)


def _mirror(
    topology: Topology, size: int, triangle: np.ndarray, barycentric: np.ndarray, source: np.ndarray
) -> np.ndarray:
    """(N,) int32: the covered texel of each texel's mirrored point; source: (S * S,), see ``UvAtlas``."""
    if topology.symmetry is None:
        return np.full(len(triangle), -1, np.int32)
    corners = _mirrored_corners(topology)
    result = np.empty(len(triangle), np.int32)
    for first in range(0, len(triangle), CHUNK):
        part = slice(first, first + CHUNK)
        uv = corners[triangle[part]]
        a, b, c = barycentric[part].T
        u, v = (uv[:, 0, k] * a + uv[:, 1, k] * b + uv[:, 2, k] * c for k in (0, 1))
        with np.errstate(invalid="ignore"):
            column = np.clip(np.nan_to_num(u * size), 0, size - 1).astype(np.int64)
            row = np.clip(np.nan_to_num((1 - v) * size), 0, size - 1).astype(np.int64)
        result[part] = np.where(np.isfinite(u), source[row * size + column], -1)
    return result


def _mirrored_corners(topology: Topology) -> np.ndarray:
    """(F, 3, 2) float32: texture coordinates of the corners after mirroring; NaN where there is no such triangle."""
    assert topology.symmetry is not None
    triangles = topology.triangles.astype(np.int64)
    mirrored = topology.symmetry.astype(np.int64)[triangles]
    base = int(triangles.max()) + 1

    def key(corners: np.ndarray) -> np.ndarray:
        low, middle, high = np.sort(corners, 1).T
        return (low * base + middle) * base + high

    keys, wanted = key(triangles), key(mirrored)
    order = np.argsort(keys, kind="stable")
    found = order[np.searchsorted(keys, wanted, sorter=order).clip(max=len(keys) - 1)]
    uv = np.full((len(triangles), 3, 2), np.nan, np.float32)
    rows = np.arange(len(triangles))[:, None]
    uv[rows, np.argsort(mirrored, 1)] = topology.uv[
        topology.uv_triangles[found[:, None], np.argsort(triangles[found], 1)]
    ]
    missing = np.flatnonzero(keys[found] != wanted)
    uv[missing] = _corners_through_vertices(topology, mirrored[missing], missing)
    return uv


def _corners_through_vertices(topology: Topology, vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(n, 3, 2) float32: texture coordinates of vertices (n, 3) that form no triangle, a quad cut the other way, say.

    NaN where they lie so far apart, compared with the ``triangles`` (n,) they mirror, that a chart must end between.
    """
    uv_of_vertex = np.zeros((int(topology.triangles.max()) + 1, 2), np.float32)
    uv_of_vertex[topology.triangles] = topology.uv[topology.uv_triangles]
    uv, own = uv_of_vertex[vertices], topology.uv[topology.uv_triangles[triangles]]
    reach, own_reach = (np.ptp(corners, axis=1).max(1) for corners in (uv, own))
    uv[reach > 2 * own_reach] = np.nan
    return uv
