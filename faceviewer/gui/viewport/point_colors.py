"""Colours per vertex: normals, depth and the heat map of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from faceviewer.app.color_scale import DEPTH_SCALE, DIFFERENCE_SCALE
from faceviewer.gui.viewport.looks import Look
from faceviewer.gui.viewport.pictures import shown_texture
from faceviewer.types import Camera, FaceMesh, Texture, Topology

if TYPE_CHECKING:
    from faceviewer.gui.viewport.scene import Subject


def surface_colors(look: Look, subject: Subject, texture_name: str, normals: np.ndarray) -> np.ndarray | None:
    """(V, 3) uint8, or None when ``look`` has no colours of its own; ``normals`` (V, 3) are unit."""
    result, mesh, heat = subject.result, subject.mesh, subject.heat
    if heat is not None:
        return DIFFERENCE_SCALE.colors(heat.outcome.signed_mm, -heat.range_mm, heat.range_mm)
    if look.point_colors == "normals":
        return np.round((normals + 1) * 127.5).astype(np.uint8)
    texture = shown_texture(result, texture_name)
    if look.point_colors == "texture":
        return _sampled(texture, mesh.topology) if texture is not None else mesh.colors
    if look.point_colors == "depth":
        return DEPTH_SCALE.colors(result.camera.to_camera(mesh.vertices)[:, 2], *depth_range_mm(result.camera, mesh))
    return None


def _sampled(texture: Texture, topology: Topology) -> np.ndarray:
    """(V, 3) uint8: the texel at each vertex, at one of its places where a seam gives it several."""
    uv = np.zeros((int(topology.triangles.max()) + 1, 2))
    uv[topology.triangles] = topology.uv[topology.uv_triangles]
    height, width = texture.rgb.shape[:2]
    column = np.clip(uv[:, 0] * width, 0, width - 1).astype(int)
    row = np.clip((1 - uv[:, 1]) * height, 0, height - 1).astype(int)
    return texture.rgb[row, column]


def depth_range_mm(camera: Camera, mesh: FaceMesh) -> tuple[float, float]:
    """Nearest and farthest distance of the head from the photo's camera, along the direction that it looks."""
    depth = camera.to_camera(mesh.vertices)[:, 2]
    return float(depth.min()), float(depth.max())
