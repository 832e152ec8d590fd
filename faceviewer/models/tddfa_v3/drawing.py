"""The faces as the crop shows them, by the rule of a GPU or of a CPU."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from faceviewer.models.morphable.camera import CROP_SIZE
from faceviewer.models.morphable.crop_drawing import CropDrawing, interpolation_corners
from faceviewer.models.tddfa_v3.decode import Decoded
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.models.tddfa_v3.tensors import tensors_of
from faceviewer.raster.rasterize import Fragments, rasterize


@dataclass(frozen=True)
class PixelRule:
    """How a pixel looks at the mesh."""

    sample_at: float
    """Where the pixel's sample lies, in pixels from its upper left corner, both ways."""
    perspective: bool
    """Whether values between the corners follow the perspective, or run evenly over the picture."""


LIKE_GPU = PixelRule(0.5, True)
"""As the reference draws on a GPU, where its networks were trained: agrees with our cameras."""
LIKE_CPU = PixelRule(0.0, False)
"""As the reference draws on a CPU: half a pixel up and to the left."""


def draw(model: FaceModel, decoded: Decoded, rule: PixelRule = LIKE_GPU) -> CropDrawing:
    """Rasterise the faces into their crops, both sides of the triangles."""
    triangles = tensors_of(model, decoded.v3d.device).triangles
    depth = decoded.v3d[..., 2]
    xy_px = pixel_positions(decoded, rule)
    fragments = rasterize(xy_px, depth, triangles, (CROP_SIZE, CROP_SIZE))
    if not rule.perspective:
        around = tensors_of(model, depth.device).triangles_around
        fragments = _evened(_settled(fragments, xy_px, depth, triangles, around), xy_px, depth, triangles)
    return CropDrawing(fragments, triangles, decoded.v3d.shape[1])


def pixel_positions(decoded: Decoded, rule: PixelRule) -> Tensor:
    """(B, N, 2) crop px, y down, so moved that the rule's samples lie at the pixels' centres."""
    return decoded.crop_xy_px + (LIKE_GPU.sample_at - rule.sample_at)


def visible_vertices(drawing: CropDrawing, decoded: Decoded) -> Tensor:
    """(B, N) bool: vertices that own a pixel and whose normals do not point away from the picture plane."""
    return drawing.owners() & (decoded.posed_normals[..., 2] >= 0)


def _evened(fragments: Fragments, xy_px: Tensor, depth: Tensor, triangles: Tensor) -> Fragments:
    """The fragments with weights and depth that run evenly over the picture."""
    weights = even_weights(fragments, xy_px, triangles)
    ids = interpolation_corners(fragments, triangles)
    at_corners = depth.gather(1, ids.reshape(len(depth), -1)).reshape(ids.shape)
    evened = torch.where(fragments.mask, (weights * at_corners).sum(-1), torch.inf)
    return Fragments(fragments.triangle, weights, evened)


def _settled(fragments: Fragments, xy_px: Tensor, depth: Tensor, triangles: Tensor, around: Tensor) -> Fragments:
    """The fragments with the pixels at edges, which the rasteriser's snapped corners gave to a neighbour, given back.

    around: (N, K) triangles of each vertex, padded with F. The nearest of the triangles around that hold the sample
    owns it, the first of equals; one that none of them holds stays as it is.
    """
    outside = fragments.mask & (even_weights(fragments, xy_px, triangles) < 0).any(-1)
    face, row, column = outside.nonzero(as_tuple=True)
    owner = fragments.triangle[face, row, column].long()
    near = around[triangles[owner]].flatten(1).sort(1).values
    corners = triangles[near.clamp(max=len(triangles) - 1)]
    here = face[:, None, None]
    sample = torch.stack([column, row], -1) + 0.5
    areas = _areas(xy_px[here, corners] - sample[:, None, None])
    weights = areas / areas.sum(-1, keepdim=True)
    holds = (weights >= 0).all(-1) & (near < len(triangles))
    reach = torch.where(holds, (weights * depth[here, corners]).sum(-1), torch.inf)
    best = reach.argmin(1, keepdim=True)
    settled = torch.where(holds.any(1), near.gather(1, best)[:, 0], owner)
    triangle = fragments.triangle.clone()
    triangle[face, row, column] = settled.to(triangle.dtype)
    return Fragments(triangle, fragments.barycentric, fragments.depth)


def even_weights(fragments: Fragments, xy_px: Tensor, triangles: Tensor) -> Tensor:
    """(B, H, W, 3) weights at the pixels' centres, even over the picture, of corners (B, N, 2) that are not snapped."""
    ids = interpolation_corners(fragments, triangles)
    chosen = ids.reshape(len(ids), -1, 1).expand(-1, -1, 2)
    corners = xy_px.gather(1, chosen).reshape(*ids.shape, 2)
    rows, columns = torch.meshgrid(*(torch.arange(n, device=ids.device) + 0.5 for n in ids.shape[1:3]), indexing="ij")
    areas = _areas(corners - torch.stack([columns, rows], -1)[:, :, None])
    return torch.where(fragments.mask[..., None], areas / areas.sum(-1, keepdim=True), 0.0)


def _areas(corners: Tensor) -> Tensor:
    """(..., 3) twice the signed areas that the origin spans with each corner's opposite edge; corners: (..., 3, 2)."""
    a, b, c = corners.unbind(-2)
    return torch.stack([_cross(b, c), _cross(c, a), _cross(a, b)], -1)


def _cross(a: Tensor, b: Tensor) -> Tensor:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
