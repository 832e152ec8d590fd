"""How far one head lies from another, vertex by vertex, in millimetres."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from faceviewer.geometry.alignment import Similarity, align_rigid, align_similarity
from faceviewer.geometry.closest import Surface
from faceviewer.geometry.normals import vertex_normals
from faceviewer.geometry.registration import Fit, register
from faceviewer.types import FaceMesh

Alignment = Literal["none", "rigid", "similarity"]
"""What may be done to lay one head on the other: nothing; turn and shift; or scale as well."""

_FITS: dict[str, Fit] = {"rigid": align_rigid, "similarity": align_similarity}
_POINTS_TO_REGISTER = 500
_LARGEST_SCALE = 1.7
_IDENTITY = Similarity(1.0, np.eye(3), np.zeros(3))


@dataclass(frozen=True)
class DistanceStatistics:
    """Of signed distances, mm."""

    count: int
    """Number of vertices."""
    mean_mm: float
    mean_absolute_mm: float
    rms_mm: float
    """Root mean square."""
    percentile_95_mm: float
    """95 % of the vertices are no farther away than this."""
    max_mm: float
    """The largest distance, without sign."""

    @classmethod
    def of(cls, signed_mm: np.ndarray) -> DistanceStatistics:
        """Of (N,) signed distances; all zero when there are none."""
        if not len(signed_mm):
            return cls(0, 0.0, 0.0, 0.0, 0.0, 0.0)
        signed = np.asarray(signed_mm, np.float64)
        away = np.abs(signed)
        rms, percentile = np.sqrt(np.mean(signed**2)), np.percentile(away, 95)
        return cls(len(signed), *(float(x) for x in (signed.mean(), away.mean(), rms, percentile, away.max())))


@dataclass(frozen=True, eq=False)
class MeshComparison:
    """One mesh measured against a reference; V vertices of the other mesh."""

    signed_mm: np.ndarray
    """(V,) float32, positive where the other mesh lies outside the reference."""
    aligned_vertices_mm: np.ndarray
    """(V, 3) float32, the other mesh as laid on the reference, in the reference's frame."""
    alignment: Alignment
    """What was done; not scaled where no believable scale was found."""
    transform: Similarity
    """Takes the other mesh's vertices to ``aligned_vertices_mm``."""
    same_topology: bool
    """True: distances between the same vertices. False: from the vertices to the nearest points of the reference."""
    region: np.ndarray
    """(R,) int, the vertices of the other mesh that were aligned and that ``statistics`` counts."""
    statistics: DistanceStatistics
    description: str
    """How it was done, in a sentence or two for people."""

    def __post_init__(self) -> None:
        for name in ("signed_mm", "aligned_vertices_mm", "region"):
            array = np.ascontiguousarray(getattr(self, name)).view()
            array.setflags(write=False)
            object.__setattr__(self, name, array)


def compare_meshes(
    reference: FaceMesh, other: FaceMesh, *, alignment: Alignment = "similarity", region: np.ndarray | None = None
) -> MeshComparison:
    """Lay ``other`` on ``reference`` and measure how far it is away.

    region: (R,) vertex ids of ``other`` to align and to count; None takes the topology's "face" region, or all
    vertices when there is none. Distances are known for all vertices in any case. Meshes of the same triangles are
    compared vertex by vertex: the length of the way between them, with the sign of its direction along the
    reference's normal. Others are laid on each other by iterated closest points, from the 68 landmarks when both have
    them, and measured to the nearest point of the reference.
    """
    chosen, region_name = _region(other, region)
    same = _same_triangles(reference, other)
    surface = None if same else Surface(reference.vertices, reference.topology.triangles)
    transform, alignment = _align(reference, other, alignment, chosen, surface)
    aligned = transform.apply(other.vertices)
    normals = vertex_normals(reference.vertices, reference.topology.triangles)
    if surface is None:
        way, outwards = aligned - reference.vertices, normals
    else:
        found = surface.nearest(aligned)
        way = aligned - found.points
        corners = reference.topology.triangles[found.triangle]
        outwards = np.einsum("nk,nkc->nc", found.weights, normals[corners])
    signed = np.copysign(np.linalg.norm(way, axis=1), np.einsum("nc,nc->n", way, outwards)).astype(np.float32)
    return MeshComparison(
        signed_mm=signed,
        aligned_vertices_mm=aligned.astype(np.float32),
        alignment=alignment,
        transform=transform,
        same_topology=same,
        region=chosen,
        statistics=DistanceStatistics.of(signed[chosen]),
        description=_describe(alignment, transform, same, f"{len(chosen)} vertices of {region_name}"),
    )


def _region(mesh: FaceMesh, region: np.ndarray | None) -> tuple[np.ndarray, str]:
    if region is not None:
        return np.asarray(region), "the chosen region"
    if "face" in mesh.topology.regions:
        return mesh.topology.regions["face"], "the face"
    return np.arange(len(mesh.vertices)), "the mesh"


def _same_triangles(a: FaceMesh, b: FaceMesh) -> bool:
    if len(a.vertices) != len(b.vertices):
        return False
    return a.topology is b.topology or np.array_equal(a.topology.triangles, b.topology.triangles)


def _align(
    reference: FaceMesh, other: FaceMesh, alignment: Alignment, region: np.ndarray, surface: Surface | None
) -> tuple[Similarity, Alignment]:
    """The transform and what it does; ``surface`` is that of the reference, or None when the vertices correspond."""
    if alignment == "none":
        return _IDENTITY, alignment
    fit = _FITS[alignment]
    if surface is None:
        return fit(other.vertices[region], reference.vertices[region]), alignment
    points = other.vertices[region[:: max(1, len(region) // _POINTS_TO_REGISTER)]].astype(np.float64)
    found = register(points, surface, _by_landmarks(reference, other, fit), fit)
    if _is_plausible(found.scale):
        return found, alignment
    # closest points like to shrink a mesh into a corner of the other, once landmarks have led them astray
    return register(points, surface, _by_middles(reference, points), align_rigid), "rigid"


def _by_landmarks(reference: FaceMesh, other: FaceMesh, fit: Callable[..., Similarity]) -> Similarity:
    points = [_landmarks_mm(mesh) for mesh in (other, reference)]
    start = fit(*points) if all(p is not None for p in points) else _IDENTITY
    return start if _is_plausible(start.scale) else _by_middles(reference, other.vertices)


def _by_middles(reference: FaceMesh, points: np.ndarray) -> Similarity:
    middles = [(xyz.max(0) + xyz.min(0)) / 2.0 for xyz in (reference.vertices, points)]
    return Similarity(1.0, np.eye(3), middles[0] - middles[1])


def _is_plausible(scale: float) -> bool:
    """Whether two heads may differ by so much: all are in millimetres, or meant to be."""
    return 1 / _LARGEST_SCALE <= scale <= _LARGEST_SCALE


def _landmarks_mm(mesh: FaceMesh) -> np.ndarray | None:
    if "68" not in mesh.topology.landmarks:
        return None
    vertices, weights = mesh.topology.landmarks["68"]
    return np.einsum("lk,lkc->lc", weights, mesh.vertices[vertices])


def _describe(alignment: Alignment, transform: Similarity, same: bool, where: str) -> str:
    how = "between the same vertices" if same else "to the nearest point of the reference"
    done = {
        "none": "Not aligned",
        "rigid": "Turned and shifted",
        "similarity": f"Turned, shifted and scaled by {transform.scale:.4f}",
    }[alignment]
    by = "" if alignment == "none" else " to fit" if same else " to fit by closest points"
    return f"{done}{by}. Distances {how}; the figures count {where}."
