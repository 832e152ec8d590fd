"""The faces as the crop shows them: one rasterisation from which every picture, mask and visibility is read."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from faceviewer.models.morphable.camera import CROP_SIZE
from faceviewer.models.tddfa_v3.decode import Decoded
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.models.tddfa_v3.tensors import tensors_of
from faceviewer.raster.rasterize import Fragments, interpolate, rasterize


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


@dataclass(frozen=True, eq=False)
class Drawing:
    """What each pixel of the 224 crop sees of B faces."""

    fragments: Fragments
    """(B, 224, 224)."""
    triangles: Tensor
    """(F, 3) int64."""
    vertex_count: int

    @property
    def mask(self) -> Tensor:
        """(B, 224, 224) bool."""
        return self.fragments.mask

    @property
    def depth(self) -> Tensor:
        """(B, 224, 224) model units from the camera, 0 where empty."""
        return torch.where(self.mask, self.fragments.depth, 0.0)

    def paint(self, values: Tensor) -> Tensor:
        """Spread values of the vertices (B, N, C) over the pixels: (B, 224, 224, C), 0 where empty."""
        return interpolate(values, self.fragments, self.triangles)

    def owners(self) -> Tensor:
        """(B, N) bool: corners of the triangles that own at least one pixel."""
        corners = interpolation_corners(self.fragments, self.triangles)
        corners = torch.where(self.mask[..., None], corners, self.vertex_count)  # empty: one that nobody reads
        corners = corners.flatten(1)
        owned = torch.zeros((len(corners), self.vertex_count + 1), dtype=torch.bool, device=corners.device)
        return owned.scatter_(1, corners, True)[:, :-1]


def draw(model: FaceModel, decoded: Decoded, rule: PixelRule = LIKE_GPU) -> Drawing:
    """Rasterise the faces into their crops, both sides of the triangles."""
    triangles = tensors_of(model, decoded.v3d.device).triangles
    depth = decoded.v3d[..., 2]
    xy_px = pixel_positions(decoded, rule)
    fragments = rasterize(xy_px, depth, triangles, (CROP_SIZE, CROP_SIZE))
    if not rule.perspective:
        around = tensors_of(model, depth.device).triangles_around
        fragments = _evened(_settled(fragments, xy_px, depth, triangles, around), xy_px, depth, triangles)
    return Drawing(fragments, triangles, decoded.v3d.shape[1])


def pixel_positions(decoded: Decoded, rule: PixelRule) -> Tensor:
    """(B, N, 2) crop px, y down, so moved that the rule's samples lie at the pixels' centres."""
    return decoded.crop_xy_px + (LIKE_GPU.sample_at - rule.sample_at)


def visible_vertices(drawing: Drawing, decoded: Decoded) -> Tensor:
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


def interpolation_corners(fragments: Fragments, triangles: Tensor) -> Tensor:
    """(B, H, W, 3) vertices whose values each pixel mixes; those of triangle 0 where it is empty."""
    return triangles[fragments.triangle.long().clamp(min=0)]
