"""The mesh that everybody sees: the control mesh once subdivided, as triangles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from faceviewer.models.build_head.control_mesh import ControlMesh
from faceviewer.models.build_head.subdivide import catmull_clark, subdivided_symmetry, triangulate


@dataclass(frozen=True)
class RenderMesh:
    """The subdivided template head."""

    subdivision: sp.csr_matrix
    """(V, n), control to render vertices."""
    vertices_mm: np.ndarray
    """(V, 3) float64, head frame, of the template."""
    triangles: np.ndarray
    """(F, 3) int64."""
    labels: np.ndarray
    """(F,) str, the control quad's label."""
    symmetry: np.ndarray
    """(V,) int64."""

    def labelled(self, *labels: str) -> np.ndarray:
        """Sorted vertex ids of all triangles with one of these labels."""
        return np.unique(self.triangles[np.isin(self.labels, labels)])


def build_render_mesh(control: ControlMesh) -> RenderMesh:
    subdivision, quads = catmull_clark(control.quads, len(control.vertices_mm))
    vertices = subdivision @ control.vertices_mm
    symmetry = subdivided_symmetry(control.symmetry, control.quads)
    vertices = (vertices + vertices[symmetry] * (-1, 1, 1)) / 2  # rid of rounding, so that ties break alike
    triangles = triangulate(quads, vertices, symmetry)
    return RenderMesh(subdivision, vertices, triangles, np.repeat(control.labels, 8), symmetry)
