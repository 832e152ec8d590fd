"""Putting all rooms together: from the source's data to the arrays of ``head.npz``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from faceviewer.models.build_head.anny_source import AnnySource
from faceviewer.models.build_head.control_mesh import ControlMesh, build_control_mesh, eyeball_centre_mm
from faceviewer.models.build_head.directions import Directions, build_directions, build_expressions
from faceviewer.models.build_head.harmonics import harmonic_directions
from faceviewer.models.build_head.landmark_sets import face_lines, landmark_sets, profile_lines
from faceviewer.models.build_head.lips_seal import seal_lips
from faceviewer.models.build_head.parts import build_parts, build_regions
from faceviewer.models.build_head.points import MeshPoints, mirror_order
from faceviewer.models.build_head.render_mesh import RenderMesh, build_render_mesh
from faceviewer.models.build_head.similarity import SimilarityFilter
from faceviewer.models.build_head.uv_layout import build_uv_layout
from faceviewer.models.head_model import SCHEMA
from faceviewer.types import EXPRESSION_NAMES

WAVES = 60
"""Harmonics an axis: 0 leave 0.75 mm of a random ICT identity's face unexplained, 30 0.50, 60 0.44, 120 0.38."""


@dataclass(frozen=True)
class Basis:
    """The template head and its shape directions."""

    control: ControlMesh
    mesh: RenderMesh
    regions: Mapping[str, np.ndarray]
    named: Directions
    shapes: np.ndarray
    """(D, n, 3) float64 mm: the named directions, then the waves."""


def build_basis(source: AnnySource) -> Basis:
    control = build_control_mesh(source)
    mesh = build_render_mesh(control)
    similarity = SimilarityFilter(control)
    named = build_directions(source, control, similarity)
    waves = harmonic_directions(control, similarity, WAVES)
    shapes = np.concatenate([named.control_mm, waves])
    return Basis(control, mesh, build_regions(source, control, mesh), named, shapes)


def head_arrays(source: AnnySource, basis: Basis, measured: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """All arrays of ``head.npz``; ``measured`` are those that the source cannot tell, see ``measured.py``."""
    control, mesh = basis.control, basis.mesh
    layout = build_uv_layout(mesh.vertices_mm, mesh.triangles, mesh.labels, mesh.symmetry)
    mean = measured["identity_mean"].astype(np.float64)
    axes = measured["identity_axes"].astype(np.float64)
    integers: dict[str, np.ndarray] = {
        "triangles": mesh.triangles,
        "uv_triangles": layout.uv_triangles,
        "symmetry": mesh.symmetry,
        "subdivision/indices": mesh.subdivision.indices,
        "subdivision/indptr": mesh.subdivision.indptr,
        "control_quads": control.quads,
        "control_symmetry": control.symmetry,
    }
    parts = build_parts(control, mesh, basis.regions)
    integers |= {f"parts/{name}": ids for name, ids in parts.items()}
    integers |= {f"regions/{name}": ids for name, ids in basis.regions.items()}
    return {
        **measured,
        **{name: array.astype(np.int32) for name, array in integers.items()},
        **_landmark_arrays(basis, measured),
        "schema": np.array(SCHEMA),
        "uv": layout.uv.astype(np.float32),
        "subdivision/data": mesh.subdivision.data,
        "mean_control_mm": _mean_person_mm(basis, parts, mean).astype(np.float32),
        "identity_control": np.tensordot(axes.T, basis.shapes, 1).astype(np.float16),
        "expression_control": build_expressions(source, control).astype(np.float16),
        "expression_names": np.array(EXPRESSION_NAMES),
        "named_directions": basis.named.control_mm.astype(np.float16),
        "named_direction_names": np.array(basis.named.names),
        "named_direction_sd": np.sqrt((axes**2).sum(1))[: len(basis.named.names)].astype(np.float32),
    }


def _mean_person_mm(basis: Basis, parts: Mapping[str, np.ndarray], coefficients: np.ndarray) -> np.ndarray:
    """(n, 3) the mean person: mirrored exactly, lips closed, the origin midway between the eyeballs."""
    vertices = basis.control.vertices_mm + np.tensordot(coefficients, basis.shapes, 1)
    vertices = (vertices + vertices[basis.control.symmetry] * (-1, 1, 1)) / 2
    vertices = seal_lips(basis.control, basis.mesh, parts["up_lip"], parts["down_lip"], vertices)
    ball = vertices[basis.control.labelled("eyeball_left")]
    return vertices - (ball.min(0) + ball.max(0)) / 2 * (0, 1, 1)


def _landmark_arrays(basis: Basis, measured: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    mesh = basis.mesh
    arrays: dict[str, np.ndarray] = {}
    lines = face_lines(mesh, basis.regions["lips"])
    pupils = {side: _pupil(basis, side) for side in ("right", "left")}
    network = MeshPoints(measured["landmarks/478/vertices"], measured["landmarks/478/weights"])
    sets = landmark_sets(mesh, lines, pupils) | {"478": network}
    arrays["anatomical68/vertices"], arrays["anatomical68/weights"] = sets["68"].vertices, sets["68"].weights
    if "annotated68/vertices" in measured:
        sets["68"] = MeshPoints(measured["annotated68/vertices"], measured["annotated68/weights"])
    for name, points in sets.items():
        arrays[f"landmarks/{name}/vertices"] = points.vertices.astype(np.int32)
        arrays[f"landmarks/{name}/weights"] = points.weights.astype(np.float32)
        mirror = measured.get(f"landmark_symmetry/{name}", mirror_order(points, mesh.vertices_mm))
        arrays[f"landmark_symmetry/{name}"] = mirror.astype(np.int32)
    for number, line in enumerate(profile_lines(mesh, lines.contour)):
        arrays[f"contours/{number:02d}"] = line.astype(np.int32)
    return arrays


def _pupil(basis: Basis, side: str) -> int:
    """The vertex nearest to the optical axis."""
    ids = basis.mesh.labelled(f"eyeball_{side}")
    arm = basis.mesh.vertices_mm[ids] - eyeball_centre_mm(basis.control, side)
    return int(ids[np.where(arm[:, 2] > 0, np.linalg.norm(arm[:, :2], axis=1), np.inf).argmin()])
