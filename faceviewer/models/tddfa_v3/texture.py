"""The reference's texture of a face: colours of the 224 crop at the vertices, blended with the model's in UV space."""

from __future__ import annotations

import torch
from torch import Tensor

from faceviewer.models.tddfa_v3.blend import UvLayers
from faceviewer.models.tddfa_v3.decode import Decoded
from faceviewer.models.tddfa_v3.drawing import LIKE_CPU
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.models.tddfa_v3.landmarks import reference_pixels
from faceviewer.models.tddfa_v3.uv_grid import REFERENCE_SIZE, UvGrid, uv_grid


def reference_layers(model: FaceModel, decoded: Decoded, crop: Tensor, visible: Tensor, face: int = 0) -> UvLayers:
    """The three UV pictures that the reference blends, 1024 x 1024, of one of the decoded faces.

    crop: (224, 224, 3) uint8. visible: (B, N) bool, the vertices that the crop shows. Texels are sampled at their
    upper left corners, and hidden vertices have colours, too: those of what hides them.
    """
    grid = reference_grid(model, decoded.v2d.device)
    colors = vertex_colors(decoded, crop, face)
    hidden = 1 - visible[face].float()
    values = torch.cat([decoded.texture[face].clamp(0, 1), colors, hidden[:, None]], -1)
    picture = grid.picture(values).cpu().numpy()
    return UvLayers(picture[..., :3], picture[..., 3:6], picture[..., 6])


def reference_grid(model: FaceModel, device: torch.device) -> UvGrid:
    """The texels of the reference's UV pictures."""
    return uv_grid(model, REFERENCE_SIZE, LIKE_CPU, device)


def vertex_colors(decoded: Decoded, crop: Tensor, face: int = 0) -> Tensor:
    """(N, 3) RGB 0 to 1: the crop (224, 224, 3) uint8 at every vertex, hidden or not; black outside of it."""
    return sample_inside(crop.to(decoded.v2d) / 255, reference_pixels(decoded.v2d[face]))


def colors_from_uv(model: FaceModel, picture: Tensor) -> Tensor:
    """(N, 3): a UV picture (S, S, 3) of 0 to 1 at the model's vertices, as the reference reads it back."""
    uv = torch.tensor(model.uv, device=picture.device)
    last = picture.shape[0] - 1
    return sample_inside(picture, torch.stack([last * uv[:, 0], last * (1 - uv[:, 1])], -1))


def sample_inside(picture: Tensor, xy: Tensor) -> Tensor:
    """(N, C): bilinear values of (H, W, C) at (N, 2) positions that count from the middle of the first pixel.

    0 outside, and at the middles of the last row and column and beyond: the reference's border rule.
    """
    height, width = picture.shape[:2]
    corner = xy.floor()
    column, row = corner.long().unbind(-1)
    inside = (column >= 0) & (row >= 0) & (column < width - 1) & (row < height - 1)
    first = torch.where(inside, row * width + column, 0)
    right, down = (xy - corner).unbind(-1)
    flat = picture.reshape(-1, picture.shape[-1])
    corners = torch.stack([first, first + 1, first + width, first + width + 1], -1)
    shares = torch.stack([(1 - right) * (1 - down), right * (1 - down), (1 - right) * down, right * down], -1)
    shares = torch.where(inside[:, None], shares, 0.0).to(flat)
    return torch.nn.functional.embedding_bag(corners, flat, mode="sum", per_sample_weights=shares)
