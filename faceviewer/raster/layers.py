"""What can be drawn over a picture through its camera: a head in true colours or as clay, and its parts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from faceviewer.raster.rasterize import interpolate_pixels, rasterize
from faceviewer.raster.shading import vertex_normals
from faceviewer.raster.unlit import Drawing, draw, texture_colors
from faceviewer.raster.views import crop_camera, frame_around
from faceviewer.raster.visibility import project
from faceviewer.types import PART_NAMES, Camera, FaceMesh, Texture

PART_COLORS = {
    "right_eye": (230, 75, 60),
    "left_eye": (52, 130, 220),
    "right_eyebrow": (150, 85, 40),
    "left_eyebrow": (120, 80, 190),
    "nose": (250, 190, 50),
    "up_lip": (235, 90, 160),
    "down_lip": (60, 180, 120),
    "skin": (230, 190, 165),
}
CLAY_RGB = (196, 196, 196)

Paint = Callable[[Drawing], Tensor]
"""Colours (P, 3) float32, 0 to 255, of a drawing's covered pixels; or (P, 4) with their opacity, 0 to 1."""
Layer = Callable[[Camera], tuple[Tensor, Tensor]]
"""Draws itself at a camera's size: the covered pixels, (P,) int64 flat indices, and their colours as of ``Paint``."""

_SUPERSAMPLING = 2
_LARGEST_SUPERSAMPLED_PX = 2048
"""Larger pictures are drawn at their own size: a finer grid would need gigabytes and show no difference."""
_KEY_LIGHT = (-0.35, -0.55, -0.76)
"""Directions to the lamps in the camera frame: from the upper left behind the camera, and from the camera."""
_HEADLIGHT = (0.0, 0.0, -1.0)


def lay_over(picture: np.ndarray, camera: Camera, layer: Layer, points_mm: np.ndarray) -> np.ndarray:
    """The picture (H, W, 3) uint8, of the camera's size, with a layer over it: drawn on a finer grid, then averaged.

    points_mm: (N, 3) head frame, what the layer draws at most; only their surroundings are worked on.
    """
    frame = frame_around(camera.project(points_mm), camera.size)
    if frame is None:
        return picture.copy()
    left, top, right, bottom = frame
    width, height = right - left, bottom - top
    samples = _SUPERSAMPLING if max(width, height) <= _LARGEST_SUPERSAMPLED_PX else 1
    pixels, colors = layer(crop_camera(camera, frame, (width * samples, height * samples)))
    opacity = colors[:, 3:] if colors.shape[1] == 4 else torch.ones_like(colors[:, :1])
    canvas = torch.zeros((width * height * samples**2, 4), device=colors.device)
    canvas[pixels] = torch.cat([colors[:, :3] * opacity, opacity], 1)
    drawn = canvas.reshape(height, samples, width, samples, 4).mean((1, 3))
    below = torch.tensor(picture[top:bottom, left:right], dtype=torch.float32, device=colors.device)
    blended = below * (1 - drawn[..., 3:]) + drawn[..., :3]
    result = picture.copy()
    result[top:bottom, left:right] = blended.round().clamp(0, 255).to(torch.uint8).cpu().numpy()
    return result


def painted(mesh: FaceMesh, paint: Paint, device: torch.device | str = "cpu") -> Layer:
    """What the camera sees of a mesh, painted."""

    def layer(camera: Camera) -> tuple[Tensor, Tensor]:
        drawing = draw(mesh, camera, device)
        return drawing.pixels, paint(drawing)

    return layer


def true_colors(mesh: FaceMesh, texture: Texture | None) -> Paint:
    """The texture's own colours; without one the mesh's, or grey clay where it has none."""
    colors = mesh.colors
    if texture is not None:
        return lambda drawing: texture_colors(drawing, mesh.topology, texture, reduce=True)
    if colors is not None:
        return lambda drawing: interpolate_pixels(
            torch.tensor(colors, dtype=torch.float32, device=drawing.pixels.device),
            drawing.fragments,
            drawing.triangles,
            drawing.pixels,
        )
    return grey_clay(mesh)


def grey_clay(mesh: FaceMesh) -> Paint:
    """The shape alone."""
    return clay(np.tile(np.array(CLAY_RGB, np.float32), (len(mesh.topology.triangles), 1)))


def clay(triangle_rgb: np.ndarray) -> Paint:
    """Matt colours, (F, 3) one per triangle, under two lamps."""

    def paint(drawing: Drawing) -> Tensor:
        normals = vertex_normals(drawing.xyz_camera, drawing.triangles)
        normal = interpolate_pixels(normals, drawing.fragments, drawing.triangles, drawing.pixels)
        normal = torch.nn.functional.normalize(normal, dim=-1)
        lamps = torch.tensor([_KEY_LIGHT, _HEADLIGHT], device=normal.device)
        cosines = (normal @ lamps.T).abs()  # both sides of a surface are lit: the inside of the neck shows, too
        linear = 0.1 + 0.55 * cosines[:, :1] + 0.35 * cosines[:, 1:]
        return _of_triangles(triangle_rgb, drawing) * linear ** (1 / 2.2)

    return paint


def tinted_parts(mesh: FaceMesh, opacity: float) -> Paint:
    """The face parts in their flat colours; nothing elsewhere."""
    rank = part_rank(mesh)
    rgba = np.concatenate([part_rgb(rank), opacity * (rank >= 0)[:, None]], 1).astype(np.float32)
    return lambda drawing: _of_triangles(rgba, drawing)


def whole_parts(mesh: FaceMesh, opacity: float, device: torch.device | str = "cpu") -> Layer:
    """The face parts in flat colours, each whole: neither the head nor, beside the skin, another part hides it.

    One drawing does it, in which a part's rank stands in the place of its depth.
    """
    rank = part_rank(mesh)
    corners, rank = mesh.topology.triangles[rank >= 0], rank[rank >= 0]
    rgba = np.concatenate([part_rgb(rank), np.full((len(rank), 1), opacity)], 1).astype(np.float32)

    def layer(camera: Camera) -> tuple[Tensor, Tensor]:
        xyz = torch.tensor(camera.to_camera(mesh.vertices)[corners].reshape(1, -1, 3), dtype=torch.float32)
        before_camera = (xyz[..., 2] > 0).reshape(-1, 3).all(1).numpy()
        depth = torch.tensor(np.where(before_camera, rank + 1.0, np.nan)).repeat_interleave(3)[None].to(device)
        K = torch.tensor(camera.K, dtype=torch.float32)
        own_corners = torch.arange(xyz.shape[1]).reshape(-1, 3).to(device)
        triangle = rasterize(project(xyz, K).to(device), depth, own_corners, camera.size).triangle.reshape(-1)
        pixels = (triangle >= 0).nonzero()[:, 0]
        return pixels, torch.tensor(rgba, device=pixels.device)[triangle[pixels].long()]

    return layer


def part_rank(mesh: FaceMesh) -> np.ndarray:
    """(F,) index into ``PART_NAMES``, -1 for none: a triangle is a part's when two corners are; the skin comes last."""
    triangles = mesh.topology.triangles
    rank = np.full(len(triangles), -1)
    for index, name in reversed(list(enumerate(PART_NAMES))):
        member = np.zeros(len(mesh.vertices), bool)
        member[mesh.topology.parts.get(name, [])] = True
        rank[member[triangles].sum(1) >= 2] = index
    return rank


def part_rgb(rank: np.ndarray) -> np.ndarray:
    """(F, 3) float32: the colours of parts by rank; clay for none."""
    return np.array([*(PART_COLORS[name] for name in PART_NAMES), CLAY_RGB], np.float32)[rank]


def _of_triangles(table: np.ndarray, drawing: Drawing) -> Tensor:
    """(P, C): the rows of a table (F, C) for the triangles that a drawing shows."""
    shown = drawing.fragments.triangle.reshape(-1)[drawing.pixels].long()
    return torch.tensor(table, device=drawing.pixels.device)[shown]
