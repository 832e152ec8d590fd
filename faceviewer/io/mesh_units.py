"""How large one unit of a mesh file is: OBJ files do not say, but heads and faces have a known size."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log

SMALLEST_MM, LARGEST_MM = 100.0, 400.0
"""Heights of faces and heads."""


@dataclass(frozen=True)
class Unit:
    """A unit of length."""

    mm: float
    words: str
    """What it is called."""


UNITS = (
    Unit(1.0, "millimetres"),
    Unit(10.0, "centimetres"),
    Unit(100.0, "units of 100 mm, as 3DDFA-V3 and the Basel Face Model use"),
    Unit(1000.0, "metres"),
)


def likely_unit(height: float) -> Unit:
    """The unit in which a mesh this tall (above 0) is nearest to the size of a face or head; the smaller of equals."""
    return min(UNITS, key=lambda unit: _away(height * unit.mm))


def is_head_size(height_mm: float) -> bool:
    """Whether a face or head can be this tall."""
    return _away(height_mm) == 0


def _away(height_mm: float) -> float:
    """How far a height is from the range, as the logarithm of the factor between them."""
    if height_mm <= 0:
        return inf
    return max(log(SMALLEST_MM / height_mm), log(height_mm / LARGEST_MM), 0.0)
