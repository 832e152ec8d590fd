"""Colours per vertex: normals, depth and the heat map of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from faceviewer.app.color_scale import DEPTH_SCALE, DIFFERENCE_SCALE
from faceviewer.gui.viewport.looks import Look
from faceviewer.types import Camera, FaceMesh, Reconstruction

if TYPE_CHECKING:
    from faceviewer.gui.viewport.scene import HeatMap


def surface_colors(
    look: Look, result: Reconstruction, mesh: FaceMesh, normals: np.ndarray, heat: HeatMap | None
) -> np.ndarray | None:
    """(V, 3) uint8, or None when ``look`` has no colours of its own."""
    if heat is not None:
        return DIFFERENCE_SCALE.colors(heat.outcome.signed_mm, -heat.range_mm, heat.range_mm)
    if look.point_colors == "normals":
        return np.round((normals + 1) * 127.5).astype(np.uint8)
    if look.point_colors == "depth":
        return DEPTH_SCALE.colors(result.camera.to_camera(mesh.vertices)[:, 2], *depth_range_mm(result.camera, mesh))
    return None


def depth_range_mm(camera: Camera, mesh: FaceMesh) -> tuple[float, float]:
    """Nearest and farthest distance of the head from the photo's camera, along the direction that it looks."""
    depth = camera.to_camera(mesh.vertices)[:, 2]
    return float(depth.min()), float(depth.max())
