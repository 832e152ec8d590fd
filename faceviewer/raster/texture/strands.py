"""Fine streaks from the crown outwards, so that painted hair does not look like a cap."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

_CROWN = (0.0, 0.85, -0.53)
"""Direction of the crown from the middle of the skull, head frame."""
_SKULL_MIDDLE_MM = (0.0, 10.0, -75.0)
_CELLS = 768
"""Strands around the crown."""
_WANDER = (31.0, -47.0)
"""Cells by which the two layers of strands turn about the crown, per radian on their way down."""
_AMPLITUDE = 0.11
_FULL_FROM_MM = 40.0
"""Nearer to the axis of the crown, where all strands meet, they fade."""


def streaks(xyz_mm: Tensor) -> Tensor:
    """(n,) float32 factors about 1 for the brightness of hair at points (n, 3), head frame; a fixed pattern."""
    device = xyz_mm.device
    crown = torch.tensor(_CROWN, device=device)
    crown = crown / crown.norm()
    right = torch.tensor([1.0, 0.0, 0.0], device=device)
    axes = torch.stack([right, torch.linalg.cross(right, crown), crown], 1)
    x, y, z = ((xyz_mm - torch.tensor(_SKULL_MIDDLE_MM, device=device)) @ axes).unbind(1)
    sideways = torch.hypot(x, y)
    cell = torch.atan2(y, x) * (_CELLS / (2 * math.pi))
    down = torch.atan2(sideways, z)
    pattern = torch.from_numpy(_pattern()).to(device)
    total = torch.zeros_like(x)
    for wander in _WANDER:
        place = cell + wander * down
        first = place.floor()
        index = first.long().remainder(_CELLS)
        total += torch.lerp(pattern[index], pattern[(index + 1) % _CELLS], place - first)
    return 1 + _AMPLITUDE * total * (sideways / _FULL_FROM_MM).clamp(max=1) ** 2


@lru_cache(maxsize=1)
def _pattern() -> np.ndarray:
    """(_CELLS,) float32 brightness around the crown: single strands and locks, mean 0, deviation 1."""
    noise = np.random.default_rng(7).normal(size=_CELLS)
    total = noise
    for width, share in ((5, 1.2), (19, 1.5)):
        kernel = np.hanning(width + 2)
        spectrum = np.fft.rfft(noise) * np.fft.rfft(kernel / np.linalg.norm(kernel), _CELLS)
        total = total + share * np.fft.irfft(spectrum, _CELLS)
        noise = np.roll(noise[::-1], 11 * width)
    return ((total - total.mean()) / total.std()).astype(np.float32)
