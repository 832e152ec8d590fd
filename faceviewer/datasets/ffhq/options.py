"""What an alignment can be asked for."""

from __future__ import annotations

import math
from dataclasses import dataclass

MAX_SIZE, MAX_TRANSFORM = 4096, 8192
TRANSFORM_PER_OUTPUT = 4


@dataclass(frozen=True)
class AlignOptions:
    """Raises ValueError for values out of range."""

    size: int = 1024
    """Side of the aligned picture, pixels."""
    transform_size: int = 0
    """Side at which the square is cut out before it is made smaller; 0 for four times ``size``."""
    rotation: bool = True
    """Turn the face upright."""
    padding: bool = True
    """Continue the picture beyond its borders, mirrored and blurred; without, there is black."""
    random_shift: float = 0.0
    """Standard deviation of the square's random shift, in units of its side."""
    retry_crops: bool = False
    """Shift again while the square leaves the picture."""

    def __post_init__(self) -> None:
        if not 8 <= self.size <= MAX_SIZE:
            raise ValueError(f"the size must be from 8 to {MAX_SIZE} pixels, not {self.size}")
        if self.transform_size == 0:
            object.__setattr__(self, "transform_size", min(TRANSFORM_PER_OUTPUT * self.size, MAX_TRANSFORM))
        if not self.size <= self.transform_size <= MAX_TRANSFORM:
            raise ValueError(f"the transform size must be from {self.size} to {MAX_TRANSFORM}")
        if not (math.isfinite(self.random_shift) and 0 <= self.random_shift <= 10):
            raise ValueError(f"the random shift must be from 0 to 10 sides, not {self.random_shift:g}")

    @property
    def is_published(self) -> bool:
        """Whether this is how the published pictures were made, so that pixels can be compared."""
        return self == PUBLISHED


PUBLISHED = AlignOptions()
UNALIGNED = AlignOptions(rotation=False, padding=False, random_shift=0.2, retry_crops=True)
"""How the "unaligned FFHQ" of Karras et al., arXiv 2106.12423, was made."""
