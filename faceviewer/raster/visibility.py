"""Which points of a head a camera sees, by comparing them with the nearest surface on their line of sight.

The surface is a depth buffer that also knows each triangle's slope. A point is compared with the plane of the triangle
in each of the four pixels around it, at the point's own position, not with a depth rounded to a pixel: oblique
surfaces do not hide themselves, and the tolerance stays small where a near sheet must hide a far one.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from faceviewer.raster.precision import to_double
from faceviewer.raster.rasterize import Fragments, rasterize
from faceviewer.raster.shading import vertex_normals

_STEEPEST = 20.0
"""Depth change per sideways length that a slope may claim, 87 degrees: beyond it are slivers, not surfaces."""


@dataclass(frozen=True, eq=False)
class DepthMap:
    """The nearest surface along each line of sight of a batch of cameras."""

    fragments: Fragments
    """(B, H, W) what each pixel sees."""
    slope: Tensor
    """(B, F, 2) change of inverse depth per pixel to the right and down, of each triangle."""
    K: Tensor
    """(B, 3, 3) intrinsics in this map's pixels."""


def project(xyz_camera: Tensor, K: Tensor) -> Tensor:
    """Camera-frame points (B, N, 3) to pixels (B, N, 2) by K (B, 3, 3) or (3, 3); depth <= 0 gives no meaning."""
    homogeneous = xyz_camera @ K.transpose(-1, -2).to(xyz_camera)
    return homogeneous[..., :2] / homogeneous[..., 2:]


def depth_map(
    xyz_camera: Tensor, triangles: Tensor, K: Tensor, size: tuple[int, int], *, longest_px: int = 1024
) -> DepthMap:
    """Draw the meshes (B, V, 3), camera frame, into the depth buffers that the visibility tests read.

    triangles: (F, 3). K: (B, 3, 3) or (3, 3) for a picture of ``size`` (width, height). longest_px: a larger picture is
    reduced to this longest side, which is plenty for visibility and keeps the work independent of the camera.
    """
    scale = min(1.0, longest_px / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    to_map = torch.diag(torch.tensor([width / size[0], height / size[1], 1.0], dtype=K.dtype, device=K.device))
    K_map = (to_map @ K).expand(len(xyz_camera), 3, 3)
    xy_px, depth = project(xyz_camera, K_map), xyz_camera[..., 2]
    fragments = rasterize(xy_px, depth, triangles, (width, height))
    return DepthMap(fragments, _inverse_depth_slope(xy_px, depth, triangles), K_map)


def visibility(depths: DepthMap, xyz_camera: Tensor, normals: Tensor, *, bias_mm: float = 0.5) -> tuple[Tensor, Tensor]:
    """How much of each point the camera sees, and how squarely.

    xyz_camera, normals: (B, N, 3), camera frame, outward unit normals. bias_mm: a surface nearer than the point by less
    than this (plus one pixel's worth of its own slope) does not hide it.
    Returns seen (B, N) float32 (0: hidden, back-facing, behind the camera or outside the picture; 1: in plain view;
    between: on the edge of what hides it) and cosine (B, N), of the angle between the normal and the way to the camera.
    """
    cosine = -(functional.normalize(xyz_camera, dim=-1) * normals).sum(-1)
    z = xyz_camera[..., 2]
    batch, height, width = depths.fragments.triangle.shape
    xy = project(xyz_camera, depths.K)
    inside = (z > 0) & (xy >= 0).all(-1) & (xy[..., 0] <= width) & (xy[..., 1] <= height)
    candidates = (inside & (cosine > 0)).reshape(-1).nonzero()[:, 0]
    member = candidates // z.shape[1]
    xy, z = xy.reshape(-1, 2)[candidates].float(), z.reshape(-1)[candidates].float()
    corner = (xy - 0.5).floor()
    share = xy - 0.5 - corner
    seen = torch.zeros_like(z)
    for right in (0, 1):
        for down in (0, 1):
            pixel = torch.stack([corner[:, 0] + right, corner[:, 1] + down], -1)
            weight = (share[:, 0] - (1 - right)).abs() * (share[:, 1] - (1 - down)).abs()
            seen += weight * ~_hides(depths, member, pixel, xy, z, bias_mm)
    result = torch.zeros(batch * xyz_camera.shape[1], dtype=torch.float32, device=seen.device)
    result[candidates] = seen
    return result.reshape(batch, -1), cosine


def vertex_visibility(xyz_camera: Tensor, triangles: Tensor, K: Tensor, size: tuple[int, int]) -> Tensor:
    """(B, V) bool: vertices (B, V, 3), camera frame, that face the camera, lie in the picture and are not hidden."""
    normals = vertex_normals(xyz_camera, triangles)
    seen, _ = visibility(depth_map(xyz_camera, triangles, K, size), xyz_camera, normals)
    return seen > 0.5


def _inverse_depth_slope(xy_px: Tensor, depth: Tensor, triangles: Tensor) -> Tensor:
    """(B, F, 2) gradient of 1 / depth over the picture on each triangle; 0 for triangles without area."""
    corners = torch.cat([xy_px, 1 / depth[..., None]], -1)[:, triangles.long().T.reshape(-1)]
    a, b, c = to_double(corners).reshape(len(xy_px), 3, -1, 3).unbind(1)
    u, v = b - a, c - a
    area = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    gradient_x = (u[..., 2] * v[..., 1] - v[..., 2] * u[..., 1]) / area
    gradient_y = (v[..., 2] * u[..., 0] - u[..., 2] * v[..., 0]) / area
    return torch.stack([gradient_x, gradient_y], -1).nan_to_num(0.0, 0.0, 0.0).float().to(xy_px.device)


def _hides(depths: DepthMap, member: Tensor, pixel: Tensor, xy: Tensor, z: Tensor, bias_mm: float) -> Tensor:
    """(N,) bool: the triangle in ``pixel`` (N, 2), extended to ``xy``, lies in front of depth ``z``."""
    _, height, width = depths.fragments.triangle.shape
    column, row = pixel[:, 0].clamp(0, width - 1), pixel[:, 1].clamp(0, height - 1)
    index = (member * height + row.long()) * width + column.long()
    triangle = depths.fragments.triangle.reshape(-1)[index].long()
    surface = depths.fragments.depth.reshape(-1)[index]
    slope = depths.slope.reshape(-1, 2)[member * depths.slope.shape[1] + triangle.clamp(min=0)] * surface[:, None] ** 2
    mm_per_px = surface / depths.K[:, 0, 0].to(surface)[member]
    steepness = slope.norm(dim=-1)
    slope = slope * (_STEEPEST * mm_per_px / steepness).clamp(max=1)[:, None]
    offset = xy - torch.stack([column, row], -1) - 0.5
    surface_at_point = surface - (slope * offset).sum(-1)
    tolerance = bias_mm + slope.norm(dim=-1)
    return (triangle >= 0) & (surface_at_point < z - tolerance)
