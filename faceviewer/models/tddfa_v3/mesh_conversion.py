"""Meshes and vertex ids of one of the Basel Face Model's four meshes as those of another, and what gets lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from faceviewer.models.tddfa_v3.correspondences import (
    FILES,
    NONE,
    Correspondences,
    convert_ids,
    convert_triangles,
    file_name,
    inverse,
    load_correspondences,
)
from faceviewer.types import FaceMesh, FaceviewerError, Topology

COUNTS = tuple(sorted({count for pair in FILES for count in pair}, reverse=True))
"""Vertices of the meshes: 53490, 53215, 38365, 35709."""


@dataclass(frozen=True, eq=False)
class Relation:
    """Two meshes, and which of their vertices are the same."""

    source: int
    """Vertices of the mesh that is converted."""
    target: int
    source_of: np.ndarray
    """(target,) the source's vertex of each of the target's, -1 where there is none."""
    files: tuple[str, ...]
    """Names of the index files that say so, in the order in which they were gone through."""

    @property
    def unknown(self) -> int:
        """How many of the target's vertices have no source."""
        return int(np.count_nonzero(self.source_of == NONE))


@dataclass(frozen=True, eq=False)
class ConvertedMesh:
    """A mesh in its new order."""

    mesh: FaceMesh
    """In the unit and frame of its source. Vertices without a source stand at the centroid of all others."""
    lost_triangles: int
    """Triangles of the source that lost a corner and are left out."""


def relation_in(folder: Path, source: int, target: int) -> Relation:
    """How two meshes are related by the index files in a folder.

    Raises FaceviewerError for vertex counts that no mesh has, when a file is damaged, and, naming the files that would
    do it, when nothing relates the two.
    """
    for count in (source, target):
        if count not in COUNTS:
            named = f"{', '.join(map(str, COUNTS[:-1]))} and {COUNTS[-1]}"
            raise FaceviewerError(f"no mesh of the Basel Face Model has {count} vertices, they have {named}")
    known = load_correspondences(folder)
    try:
        way = known.way(source, target)
    except FaceviewerError as error:
        missing = " and ".join(_missing_files(known, source, target))
        raise FaceviewerError(f"{error}: {missing} would, but {folder} has no such file") from None
    files = tuple(file_name(one, other) for one, other in pairwise(way))
    return Relation(source, target, known.source_of(source, target), files)


def converted_ids(ids: np.ndarray, relation: Relation) -> np.ndarray:
    """Vertex ids of the source as the target's, int64 of the same shape; -1 where it has no such vertex.

    What is -1 already stays so. Raises FaceviewerError for ids that the source does not have.
    """
    ids = np.asarray(ids, np.int64)
    if ids.size and (ids.min() < NONE or ids.max() >= relation.source):
        wrong = ids.min() if ids.min() < NONE else ids.max()
        raise FaceviewerError(f"vertex {wrong} is not one of a mesh of {relation.source} vertices")
    return np.where(ids == NONE, NONE, convert_ids(ids, relation.source_of, relation.source))


def converted_mesh(mesh: FaceMesh, relation: Relation) -> ConvertedMesh:
    """The mesh in the target's order: vertices, colours, texture coordinates, and the triangles that keep all corners.

    Where the file has one texture coordinate per vertex in the order of the vertices, as is usual for these meshes,
    those are put into the new order too; others stay as they are.
    """
    topology, source_of = mesh.topology, relation.source_of
    kept = (inverse(source_of, relation.source)[topology.triangles] != NONE).all(1)
    triangles = convert_triangles(topology.triangles, source_of, relation.source).astype(np.int32)
    if not len(triangles):
        raise FaceviewerError("no triangle keeps its three corners")
    by_vertex = len(topology.uv) == relation.source and np.array_equal(topology.uv_triangles, topology.triangles)
    has_uv = len(topology.uv_triangles) > 0
    converted = Topology(
        name=f"bfm-{relation.target}",
        triangles=triangles,
        uv=_picked(topology.uv, source_of) if by_vertex else topology.uv,
        uv_triangles=triangles if by_vertex else topology.uv_triangles[kept] if has_uv else topology.uv_triangles,
    )
    colors = None if mesh.colors is None else _picked(mesh.colors, source_of)
    return ConvertedMesh(FaceMesh(_picked(mesh.vertices, source_of), converted, colors), int((~kept).sum()))


def _picked(values: np.ndarray, source_of: np.ndarray) -> np.ndarray:
    """Rows of the source's (n, k) ``values`` for the target; the mean of those where there is none. Same dtype."""
    picked = values[source_of]
    known = source_of != NONE
    mean = picked[known].mean(0, dtype=np.float64)
    picked[~known] = np.rint(mean) if values.dtype.kind in "iu" else mean
    return picked


def _missing_files(known: Correspondences, source: int, target: int) -> list[str]:
    """The fewest files with which there would be a way."""
    there = {frozenset(pair) for pair in known.steps}
    ways = ([pair for pair in pairwise(way) if frozenset(pair) not in there] for way in _all_ways((source,), target))
    return [file_name(one, other) for one, other in min(ways, key=len)]


def _all_ways(begun: tuple[int, ...], target: int) -> Iterator[tuple[int, ...]]:
    if begun[-1] == target:
        yield begun
        return
    for pair in FILES:
        if begun[-1] in pair:
            reached = pair[0] if begun[-1] == pair[1] else pair[1]
            if reached not in begun:
                yield from _all_ways((*begun, reached), target)
