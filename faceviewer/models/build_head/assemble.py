"""Putting all rooms together: from the source's data to the arrays of ``head.npz``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from faceviewer.models.build_head.anny_source import AnnySource
from faceviewer.models.build_head.control_mesh import ControlMesh, build_control_mesh
from faceviewer.models.build_head.directions import Directions, build_directions, build_expressions
from faceviewer.models.build_head.parts import build_parts, build_regions
from faceviewer.models.build_head.render_mesh import RenderMesh, build_render_mesh
from faceviewer.models.build_head.similarity import SimilarityFilter
from faceviewer.models.build_head.uv_layout import build_uv_layout
from faceviewer.models.head_model import SCHEMA
from faceviewer.types import BLENDSHAPE_NAMES


@dataclass(frozen=True)
class Basis:
    """What is computed from the source alone."""

    control: ControlMesh
    mesh: RenderMesh
    similarity: SimilarityFilter
    directions: Directions


def build_basis(source: AnnySource) -> Basis:
    control = build_control_mesh(source)
    similarity = SimilarityFilter(control)
    return Basis(control, build_render_mesh(control), similarity, build_directions(source, control, similarity))


def head_arrays(source: AnnySource, basis: Basis, measured: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """All arrays of ``head.npz``; ``measured`` are those that come from elsewhere, see ``measured.py``."""
    control, mesh = basis.control, basis.mesh
    layout = build_uv_layout(mesh.vertices_mm, mesh.triangles, mesh.labels, mesh.symmetry)
    regions = build_regions(source, control, mesh)
    parts = build_parts(control, mesh, regions)
    n = len(control.vertices_mm)
    arrays: dict[str, np.ndarray] = {
        "schema": np.array(SCHEMA),
        "triangles": mesh.triangles.astype(np.int32),
        "uv": layout.uv.astype(np.float32),
        "uv_triangles": layout.uv_triangles.astype(np.int32),
        "symmetry": mesh.symmetry.astype(np.int32),
        "subdivision/data": mesh.subdivision.data,
        "subdivision/indices": mesh.subdivision.indices.astype(np.int32),
        "subdivision/indptr": mesh.subdivision.indptr.astype(np.int32),
        "control_quads": control.quads.astype(np.int32),
        "control_symmetry": control.symmetry.astype(np.int32),
        "mean_control_mm": control.vertices_mm.astype(np.float32),
        "identity_control": np.zeros((0, n, 3), np.float16),
        "expression_control": build_expressions(source, control).astype(np.float16),
        "expression_names": np.array(BLENDSHAPE_NAMES),
        "named_directions": basis.directions.control_mm.astype(np.float16),
        "named_direction_names": np.array(basis.directions.names),
        "named_direction_sd": np.ones(len(basis.directions.names), np.float32),
    }
    arrays.update({f"parts/{name}": ids.astype(np.int32) for name, ids in parts.items()})
    arrays.update({f"regions/{name}": ids.astype(np.int32) for name, ids in regions.items()})
    return arrays
