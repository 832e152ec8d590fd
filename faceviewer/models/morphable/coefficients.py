"""The numbers that a network gives for a face, by meaning; how many of each there are is the model's affair."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Coefficients:
    """One face per row, B rows."""

    identity: Tensor
    """(B, I) shape of the person."""
    expression: Tensor
    """(B, E)."""
    albedo: Tensor
    """(B, A) colour of the skin."""
    angles: Tensor
    """(B, 3) radians about x, y and z (pitch, yaw, roll), right-handed, applied in that order."""
    light: Tensor
    """(B, 27) spherical harmonics: nine of red, nine of green, nine of blue."""
    translation: Tensor
    """(B, 3) model units."""


def split(alpha: Tensor, widths: Mapping[str, int]) -> Coefficients:
    """A network's output (B, sum of widths); widths: field -> count, in the network's order.

    Raises ValueError for another width.
    """
    count = sum(widths.values())
    if alpha.ndim != 2 or alpha.shape[1] != count:
        raise ValueError(f"the coefficients have the shape {tuple(alpha.shape)} instead of (B, {count})")
    return Coefficients(**dict(zip(widths, alpha.split(list(widths.values()), 1), strict=True)))


def join_coefficients(coefficients: Coefficients) -> Tensor:
    """(B, K), fields in their order; inverse of ``split``."""
    return torch.cat([getattr(coefficients, field.name) for field in fields(coefficients)], 1)
