"""The model's UV layout as texels: which vertices each texel mixes, worked out once per model, size and convention."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor
from torch.nn import functional

from faceviewer.models.morphable.crop_drawing import interpolation_corners
from faceviewer.models.tddfa_v3.drawing import PixelRule, even_weights
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.raster.rasterize import rasterize_uv

REFERENCE_SIZE = 1024
"""Side of the reference's UV pictures, texels."""
_REFERENCE_NUDGE = 5e-4
"""Texels by which the reference's UV vertices are moved right and up on a CPU."""


@dataclass(frozen=True, eq=False)
class UvGrid:
    """All texels of a square picture, row by row; row 0 is v = 1."""

    size: int
    """Side in texels."""
    corners: Tensor
    """(size * size, 3) int32 vertices; without meaning where the layout is empty."""
    weights: Tensor
    """(size * size, 3) float32, 0 where the layout is empty."""

    @property
    def covered(self) -> Tensor:
        """(size, size) bool."""
        return self.weights.any(1).reshape(self.size, self.size)

    def picture(self, values: Tensor) -> Tensor:
        """Values of the vertices (N, C) spread over the layout: (size, size, C), 0 where it is empty."""
        spread = functional.embedding_bag(self.corners, values, mode="sum", per_sample_weights=self.weights.to(values))
        return spread.reshape(self.size, self.size, -1)


@lru_cache(maxsize=2)
def uv_grid(model: FaceModel, size: int, rule: PixelRule, device: torch.device) -> UvGrid:
    """The grid whose texels look at the layout as ``rule.sample_at`` says: at centres, or at corners like a CPU."""
    shift = 0.5 - rule.sample_at
    nudge = _REFERENCE_NUDGE if rule.sample_at == 0 else 0.0
    moved = torch.tensor(model.uv, dtype=torch.float64) + torch.tensor([shift + nudge, nudge - shift]) / size
    triangles = torch.tensor(model.triangles, dtype=torch.int64)
    fragments = rasterize_uv(moved, triangles, (size, size))  # in double precision: not on every device
    xy_px = torch.stack([moved[:, 0], 1 - moved[:, 1]], -1)[None] * size
    weights = even_weights(fragments, xy_px, triangles).float().reshape(-1, 3)
    corners = interpolation_corners(fragments, triangles).reshape(-1, 3).int()
    return UvGrid(size, corners.to(device), weights.to(device))
