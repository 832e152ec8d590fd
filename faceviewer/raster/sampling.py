"""Colours of a picture between its pixels."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional


def sample_bilinear(image: Tensor, xy_px: Tensor) -> Tensor:
    """Bilinear colours at positions; beyond the outermost pixel centres the border's colour holds.

    image: (H, W, C) of any number type with xy_px (..., 2) gives (..., C) float32; (B, C, H, W) with xy_px (B, ..., 2)
    gives (B, ..., C). xy_px: pixels, centres at .5. Differentiable in both.
    """
    return _sample(image, xy_px, "bilinear")


def sample_bicubic(image: Tensor, xy_px: Tensor) -> Tensor:
    """Bicubic colours at positions (Keys 1981, a = -0.75); may overshoot the picture's range, so clamp before rounding.

    Shapes and conventions as ``sample_bilinear``.
    """
    return _sample(image, xy_px, "bicubic")


def _sample(image: Tensor, xy_px: Tensor, mode: Literal["bilinear", "bicubic"]) -> Tensor:
    if image.ndim == 3:
        return _sample(image.movedim(-1, 0)[None], xy_px[None], mode)[0]
    if image.ndim != 4 or xy_px.shape[-1] != 2 or len(image) != len(xy_px):
        raise ValueError(f"cannot sample an image {tuple(image.shape)} at positions {tuple(xy_px.shape)}")
    batch, channels, height, width = image.shape
    grid = xy_px.reshape(batch, 1, -1, 2).float() * xy_px.new_tensor([2 / width, 2 / height], dtype=torch.float32) - 1
    colors = functional.grid_sample(image.float(), grid, mode, padding_mode="border", align_corners=False)
    colors = colors[:, :, 0].transpose(1, 2)
    return colors.reshape(*xy_px.shape[:-1], channels)
