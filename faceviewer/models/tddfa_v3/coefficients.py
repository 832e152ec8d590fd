"""The 257 numbers that 3DDFA-V3's network gives for a face, taken apart and put together."""

from __future__ import annotations

from torch import Tensor

from faceviewer.models.morphable.coefficients import Coefficients, join_coefficients, split

__all__ = ["COUNT", "Coefficients", "join_coefficients", "split_coefficients"]

COUNT = 257
_WIDTHS = {"identity": 80, "expression": 64, "albedo": 80, "angles": 3, "light": 27, "translation": 3}


def split_coefficients(alpha: Tensor) -> Coefficients:
    """The network's output (B, 257), by meaning. Raises ValueError for another width."""
    return split(alpha, _WIDTHS)
