"""The 257 numbers that 3DDFA-V3's network gives for a face, taken apart and put together."""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
from torch import Tensor

COUNT = 257
_WIDTHS = {"identity": 80, "expression": 64, "albedo": 80, "angles": 3, "light": 27, "translation": 3}


@dataclass(frozen=True, eq=False)
class Coefficients:
    """One face per row, B rows."""

    identity: Tensor
    """(B, 80) shape of the person."""
    expression: Tensor
    """(B, 64)."""
    albedo: Tensor
    """(B, 80) colour of the skin."""
    angles: Tensor
    """(B, 3) radians about x, y and z (pitch, yaw, roll), right-handed, applied in that order."""
    light: Tensor
    """(B, 27) spherical harmonics: nine of red, nine of green, nine of blue."""
    translation: Tensor
    """(B, 3) model units."""


def split_coefficients(alpha: Tensor) -> Coefficients:
    """The network's output (B, 257), by meaning. Raises ValueError for another width."""
    if alpha.ndim != 2 or alpha.shape[1] != COUNT:
        raise ValueError(f"the coefficients have the shape {tuple(alpha.shape)} instead of (B, {COUNT})")
    return Coefficients(**dict(zip(_WIDTHS, alpha.split(list(_WIDTHS.values()), 1), strict=True)))


def join_coefficients(coefficients: Coefficients) -> Tensor:
    """(B, 257); inverse of ``split_coefficients``."""
    return torch.cat([getattr(coefficients, field.name) for field in fields(coefficients)], 1)
