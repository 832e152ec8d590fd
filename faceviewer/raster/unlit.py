"""The head as a camera sees it, in its texture's own colours."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from faceviewer.io.cv import cv2
from faceviewer.raster.rasterize import Fragments, interpolate_pixels, rasterize
from faceviewer.raster.sampling import sample_bilinear
from faceviewer.raster.visibility import project
from faceviewer.types import Camera, FaceMesh, Texture, Topology


@dataclass(frozen=True, eq=False)
class Drawing:
    """A mesh drawn through a camera, ready to be coloured; P pixels are covered."""

    fragments: Fragments
    """(1, H, W) what each pixel sees."""
    pixels: Tensor
    """(P,) int64, flat indices of the covered pixels."""
    xyz_camera: Tensor
    """(1, V, 3) float32, vertices in the camera frame, mm."""
    triangles: Tensor
    """(F, 3) int64."""
    K: Tensor
    """(3, 3) float32 intrinsics."""


def draw(mesh: FaceMesh, camera: Camera, device: torch.device | str = "cpu") -> Drawing:
    """Rasterise a mesh through a camera at the camera's own size, both sides of its triangles."""
    xyz = torch.tensor(camera.to_camera(mesh.vertices), dtype=torch.float32, device=device)[None]
    triangles = torch.tensor(mesh.topology.triangles, dtype=torch.int64, device=device)
    K = torch.tensor(camera.K, dtype=torch.float32, device=device)
    fragments = rasterize(project(xyz, K), xyz[..., 2], triangles, camera.size)
    return Drawing(fragments, fragments.mask.reshape(-1).nonzero()[:, 0], xyz, triangles, K)


def texture_colors(drawing: Drawing, topology: Topology, texture: Texture, *, reduce: bool = False) -> Tensor:
    """(P, 3) float32 sRGB 0 to 255: the texture bilinearly at each covered pixel.

    reduce=True first shrinks a texture that is much finer than the picture, so that texels are averaged, not skipped.
    """
    corner_uv = torch.tensor(topology.uv[topology.uv_triangles], device=drawing.pixels.device)
    uv = interpolate_pixels(corner_uv, drawing.fragments, None, drawing.pixels)
    rgb = texture.rgb
    if reduce:
        factor = _texels_per_pixel(drawing, topology, rgb.shape[1], rgb.shape[0])
        rgb = cv2.resize(rgb, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA) if factor > 1 else rgb
    image = torch.tensor(rgb, device=uv.device)
    height, width = image.shape[:2]
    return sample_bilinear(image, torch.stack([uv[:, 0] * width, (1 - uv[:, 1]) * height], -1))


def render_unlit(
    mesh: FaceMesh, texture: Texture, camera: Camera, *, device: torch.device | str = "cpu"
) -> tuple[np.ndarray, np.ndarray]:
    """The textured head through a camera, without light, smoothing or background: for comparing with the photo.

    Returns (rgb (H, W, 3) uint8, black where nothing was drawn; mask (H, W) bool). Where a pixel's centre falls on a
    texel's centre the colour is that texel's, exactly; in between it is bilinear.
    """
    drawing = draw(mesh, camera, device)
    colors = texture_colors(drawing, mesh.topology, texture).round().to(torch.uint8)
    width, height = camera.size
    rgb = torch.zeros((height * width, 3), dtype=torch.uint8, device=colors.device)
    rgb[drawing.pixels] = colors
    return rgb.reshape(height, width, 3).cpu().numpy(), drawing.fragments.mask[0].cpu().numpy()


def _texels_per_pixel(drawing: Drawing, topology: Topology, width: int, height: int) -> int:
    """How many texels lie side by side in a typical pixel, rounded down, at least 1."""
    shown, counts = drawing.fragments.triangle.reshape(-1)[drawing.pixels].unique(return_counts=True)
    if len(shown) == 0:
        return 1
    corners = topology.uv[topology.uv_triangles[shown.cpu().numpy()]].astype(np.float64)
    (ax, ay), (bx, by) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
    texels = np.abs(ax * by - ay * bx) / 2 * width * height
    return max(1, math.floor(math.sqrt(texels.sum() / int(counts.sum()))))
