"""The grey of 3DDFA-V3's shape pictures; the light of its textures is in ``models.morphable.lighting``."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

_LAMPS = ((-1.0, 1, 1), (1.0, 1, 1), (-1.0, -1, 1), (1.0, -1, 1), (0.0, 0, 1))
_LAMP_STRENGTH = 1.7
_CLAY = 0.78


def gray_shading(normals: Tensor) -> Tensor:
    """(B, N, 3) of three equal values from 0: clay under five lamps, for pictures of the shape."""
    lamps = functional.normalize(normals.new_tensor(_LAMPS), dim=-1)
    lit = (normals @ lamps.T).clamp(0, 1).mean(-1, keepdim=True)
    return (lit * (_LAMP_STRENGTH * _CLAY)).expand_as(normals)
