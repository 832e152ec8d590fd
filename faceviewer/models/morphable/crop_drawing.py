"""Faces as the 224 crop shows them: one rasterisation from which every picture, mask and visibility is read."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from faceviewer.raster.rasterize import Fragments, interpolate


@dataclass(frozen=True, eq=False)
class CropDrawing:
    """What each pixel of the 224 crop sees of B faces."""

    fragments: Fragments
    """(B, 224, 224)."""
    triangles: Tensor
    """(F, 3) int64, the triangles that were drawn."""
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
        """Values of the vertices (B, N, C) spread over the pixels: (B, 224, 224, C), 0 where empty; differentiable."""
        return interpolate(values, self.fragments, self.triangles)

    def owners(self) -> Tensor:
        """(B, N) bool: corners of the triangles that own at least one pixel."""
        corners = interpolation_corners(self.fragments, self.triangles)
        corners = torch.where(self.mask[..., None], corners, self.vertex_count)  # empty: one that nobody reads
        corners = corners.flatten(1)
        owned = torch.zeros((len(corners), self.vertex_count + 1), dtype=torch.bool, device=corners.device)
        return owned.scatter_(1, corners, True)[:, :-1]


def interpolation_corners(fragments: Fragments, triangles: Tensor) -> Tensor:
    """(B, H, W, 3) vertices whose values each pixel mixes; those of triangle 0 where it is empty."""
    return triangles[fragments.triangle.long().clamp(min=0)]
