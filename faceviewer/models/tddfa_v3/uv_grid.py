"""The model's UV layout as texels: which vertices each texel mixes, worked out once per model, size and convention."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from faceviewer.models.tddfa_v3.drawing import PixelRule, interpolation_corners
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.raster.rasterize import rasterize_uv

REFERENCE_SIZE = 1024
"""Side of the reference's UV pictures, texels."""
_REFERENCE_NUDGE = 5e-4
"""Texels by which the reference's UV vertices are moved right and up on a CPU."""


@dataclass(frozen=True, eq=False)
class UvGrid:
    """The T texels that the layout covers; row 0 is v = 1."""

    size: int
    """Side in texels."""
    texels: Tensor
    """(T,) int64 flat indices, ascending."""
    corners: Tensor
    """(T, 3) int64 vertices."""
    weights: Tensor
    """(T, 3) float32."""

    def spread(self, values: Tensor) -> Tensor:
        """Values of the vertices (N, C) at the covered texels: (T, C)."""
        return functional.embedding_bag(self.corners, values, mode="sum", per_sample_weights=self.weights.to(values))

    def picture(self, at_texels: Tensor) -> Tensor:
        """(size, size, C): the (T, C) values in their places, 0 elsewhere."""
        flat = at_texels.new_zeros((self.size * self.size, at_texels.shape[-1]))
        return flat.index_copy_(0, self.texels, at_texels).reshape(self.size, self.size, -1)


@lru_cache(maxsize=2)
def uv_grid(model: FaceModel, size: int, rule: PixelRule, device: torch.device) -> UvGrid:
    """The grid whose texels look at the layout as ``rule.sample_at`` says: at centres, or at corners like a CPU."""
    shift = 0.5 - rule.sample_at
    nudge = _REFERENCE_NUDGE if rule.sample_at == 0 else 0.0
    moved = model.uv.astype(np.float64) + np.array([shift + nudge, nudge - shift]) / size
    triangles = torch.tensor(model.triangles, dtype=torch.int64, device=device)
    fragments = rasterize_uv(torch.tensor(moved, device=device), triangles, (size, size))
    texels = fragments.mask.reshape(-1).nonzero()[:, 0]
    corners = interpolation_corners(fragments, triangles).reshape(-1, 3).index_select(0, texels)
    return UvGrid(size, texels, corners, fragments.barycentric.reshape(-1, 3).index_select(0, texels))
