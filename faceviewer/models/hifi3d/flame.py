"""FFHQ-UV's maps on FLAME heads: texture coordinates for FLAME's triangles, and the eyeballs apart, as they need.

The layout is read from the OBJ that lies in FFHQ-UV's repository, which the user brings; its vertices are of no use, as
they are not FLAME's. The eyeballs have a texture of their own, that of FFHQ-UV's eyeballs.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceviewer.io.obj_polygons import read_polygons
from faceviewer.types import FaceMesh, FaceviewerError, Topology

VERTEX_COUNT, TRIANGLE_COUNT, UV_COUNT = 5023, 9976, 5150
FIRST_EYE_VERTEX = 3931
"""The eyeballs' vertices come last."""
_EYES_AT_U = 2.0
"""The eyeballs' coordinates stand this far to the right in the common layout."""


@dataclass(frozen=True, eq=False)
class FlameLayout:
    """Texture coordinates of FLAME's F = 9976 triangles, in FLAME's order."""

    uv: np.ndarray
    """(5150, 2) float32; u from 2 to 3 for the eyeballs, else both from 0 to 1."""
    uv_triangles: np.ndarray
    """(F, 3) int32."""
    triangles: np.ndarray
    """(F, 3) int32: FLAME's own, by which its heads are known."""

    @property
    def eyes(self) -> np.ndarray:
        """(F,) bool: triangles of the eyeballs."""
        return np.all(self.triangles >= FIRST_EYE_VERTEX, axis=1)


@dataclass(frozen=True, eq=False)
class FlameHead:
    """A FLAME head in two meshes with the same vertices."""

    skin: FaceMesh
    """Shows FFHQ-UV's maps."""
    eyes: FaceMesh
    """Shows the texture of FFHQ-UV's eyeballs."""


def load_flame_layout(path: Path) -> FlameLayout:
    """The layout in FFHQ-UV's OBJ for FLAME. Raises FaceviewerError naming the file when it is another or damaged."""
    obj = read_polygons(path)
    found = len(obj.vertices), len(obj.triangles), len(obj.uv)
    if found != (VERTEX_COUNT, TRIANGLE_COUNT, UV_COUNT) or obj.uv_triangles.shape != obj.triangles.shape:
        raise FaceviewerError(
            f"{path}: not the layout for FLAME heads: it has {found[0]} vertices, {found[1]} triangles and {found[2]} "
            f"texture coordinates instead of {VERTEX_COUNT}, {TRIANGLE_COUNT} and {UV_COUNT}"
        )
    return FlameLayout(obj.uv.astype(np.float32), obj.uv_triangles.astype(np.int32), obj.triangles.astype(np.int32))


def with_ffhq_uv(vertices_mm: np.ndarray, triangles: np.ndarray, layout: FlameLayout) -> FlameHead:
    """A FLAME head (5023, 3), in the head frame, ready to wear FFHQ-UV's maps. Raises FaceviewerError for others."""
    if vertices_mm.shape != (VERTEX_COUNT, 3) or not np.array_equal(triangles, layout.triangles):
        raise FaceviewerError(
            f"not a FLAME head: {len(vertices_mm)} vertices and {len(triangles)} triangles, or these in another order; "
            f"FLAME has {VERTEX_COUNT} and {TRIANGLE_COUNT}"
        )
    shifted = layout.uv - np.array([_EYES_AT_U, 0], np.float32)
    eyes = layout.eyes

    def part(name: str, uv: np.ndarray, chosen: np.ndarray) -> FaceMesh:
        topology = Topology(name, layout.triangles[chosen], uv, layout.uv_triangles[chosen])
        return FaceMesh(vertices_mm.astype(np.float32), topology)

    return FlameHead(part("flame", layout.uv, ~eyes), part("flame-eyes", shifted, eyes))
