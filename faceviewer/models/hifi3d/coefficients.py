"""The 1049 numbers that FFHQ-UV's network gives for a face, taken apart and put together."""

from __future__ import annotations

from torch import Tensor

from faceviewer.models.hifi3d.schema import ALBEDO_COUNT, EXPRESSION_COUNT, IDENTITY_COUNT
from faceviewer.models.morphable.coefficients import Coefficients, join_coefficients, split

__all__ = ["COUNT", "Coefficients", "join_coefficients", "split_coefficients"]

_WIDTHS = {
    "identity": IDENTITY_COUNT,
    "expression": EXPRESSION_COUNT,
    "albedo": ALBEDO_COUNT,
    "angles": 3,
    "light": 27,
    "translation": 3,
}
COUNT = sum(_WIDTHS.values())


def split_coefficients(alpha: Tensor) -> Coefficients:
    """The network's output (B, 1049), by meaning. Raises ValueError for another width.

    ``light`` lacks the plain light of 0.8 that ``morphable.lighting`` adds; files of the unwrapping step contain it.
    """
    return split(alpha, _WIDTHS)
