"""Which vertices of the Basel Face Model's four meshes (53490, 53215, 38365, 35709 vertices) are the same.

Each file ``indices_A_B.npy`` relates two meshes; meshes without a file of their own are related through others. A
relation from mesh to mesh is an array ``source_of``: for each vertex of the target the source's vertex, -1 where the
source has none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np

from faceviewer.io.safe_load import load_npy
from faceviewer.types import FaceviewerError

FILES = ((38365, 35709), (53215, 35709), (53215, 38365), (53490, 35709))
"""Vertices of the larger and the smaller mesh of each published file."""
NONE = -1


@dataclass(frozen=True, eq=False)
class Correspondences:
    """The relations that are known."""

    steps: Mapping[tuple[int, int], np.ndarray]
    """(source, target) vertex counts -> ``source_of``; in both directions."""

    def source_of(self, source: int, target: int) -> np.ndarray:
        """(target,) int64 from the mesh of ``source`` vertices to that of ``target``, by the way that keeps most.

        Raises FaceviewerError when no file relates the two.
        """
        return self._along(self.way(source, target))

    def way(self, source: int, target: int) -> tuple[int, ...]:
        """The vertex counts of the meshes from source to target, both included, on the way that keeps most.

        Raises FaceviewerError when no file relates the two.
        """
        if source == target:
            return (source,)
        ways = list(self._ways((source,), target))
        if not ways:
            raise FaceviewerError(f"no file relates the meshes of {source} and {target} vertices")
        return max(ways, key=lambda way: np.count_nonzero(self._along(way) != NONE))

    def _ways(self, begun: tuple[int, ...], target: int) -> Iterator[tuple[int, ...]]:
        for source, reached in self.steps:
            if source != begun[-1] or reached in begun:
                continue
            way = (*begun, reached)
            if reached == target:
                yield way
            else:
                yield from self._ways(way, target)

    def _along(self, way: tuple[int, ...]) -> np.ndarray:
        if len(way) == 1:
            return np.arange(way[0])
        found = self.steps[way[-2], way[-1]]
        for step in reversed(list(pairwise(way[:-1]))):
            found = _through(self.steps[step], found)
        return found


def file_name(one: int, other: int) -> str:
    """What the file that relates two meshes is called, given their vertex counts in any order."""
    return f"indices_{max(one, other)}_{min(one, other)}.npy"


def load_correspondences(folder: Path) -> Correspondences:
    """The relations of those ``FILES`` that lie in the folder. Raises FaceviewerError for a file that is none."""
    arrays = {}
    for larger, smaller in FILES:
        path = folder / file_name(larger, smaller)
        if os.path.isfile(path):
            arrays[larger, smaller] = np.asarray(load_npy(path))
    return correspondences_from_arrays(arrays)


def correspondences_from_arrays(files: Mapping[tuple[int, int], np.ndarray]) -> Correspondences:
    """Relations from the arrays of files ``indices_A_B.npy``, keyed by (A, B).

    Which way a file points is told from its length: one entry per vertex of the one mesh, numbers of the other's.
    Raises FaceviewerError for arrays that fit neither way.
    """
    steps: dict[tuple[int, int], np.ndarray] = {}
    for (larger, smaller), array in files.items():
        indices = np.ravel(array)
        for source, target in ((larger, smaller), (smaller, larger)):
            if _points(indices, source, target):
                indices = indices.astype(np.int64)
                steps[source, target] = indices
                steps[target, source] = inverse(indices, source)
                break
        else:
            raise FaceviewerError(
                f"indices_{larger}_{smaller}.npy: {indices.size} entries that do not relate these meshes"
            )
    return Correspondences(MappingProxyType(steps))


def inverse(source_of: np.ndarray, source: int) -> np.ndarray:
    """(source,): the same relation the other way; of several vertices with one source, the first counts."""
    result = np.full(source, NONE, np.int64)
    defined = np.flatnonzero(source_of != NONE)[::-1]
    result[source_of[defined]] = defined
    return result


def convert_vertices(values: np.ndarray, source_of: np.ndarray) -> np.ndarray:
    """Values of the source's vertices (n, ...) for the target's (m, ...), float; NaN where there is no source."""
    converted = np.asarray(values)[source_of].astype(np.result_type(values, np.float32))
    converted[source_of == NONE] = np.nan
    return converted


def convert_ids(ids: np.ndarray, source_of: np.ndarray, source: int) -> np.ndarray:
    """Vertex ids, landmarks say, of the source as the target's, of the same shape; -1 where it has no such vertex."""
    return inverse(source_of, source)[ids]


def convert_part(ids: np.ndarray, source_of: np.ndarray, source: int) -> np.ndarray:
    """A set of the source's vertices as the target's, ascending, without those that it lacks."""
    converted = np.unique(convert_ids(ids, source_of, source))
    return converted[converted != NONE]


def convert_triangles(triangles: np.ndarray, source_of: np.ndarray, source: int) -> np.ndarray:
    """(F, 3) triangles of the source as the target's, in order, without those that lose a corner."""
    converted = convert_ids(triangles, source_of, source)
    return converted[(converted != NONE).all(1)]


def _points(indices: np.ndarray, source: int, target: int) -> bool:
    numbers = indices.dtype.kind in "iuf" and indices.size == target
    return numbers and bool((indices == np.floor(indices)).all()) and indices.min() >= 0 and indices.max() < source


def _through(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """``source_of`` of a step from A to B, then one from B to C."""
    return np.where(second == NONE, NONE, first[second])
