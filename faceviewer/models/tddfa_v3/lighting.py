"""3DDFA-V3's light: second-order spherical harmonics on the skin's colour, and the grey of its shape pictures."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

_K0 = math.sqrt(math.pi) / 2
_K1 = math.sqrt(math.pi)
_K2 = 3 * math.sqrt(5 * math.pi / 24)
_AMBIENT = 0.8
"""Added to each channel's first coefficient: the network gives the difference from plain light."""

_LAMPS = ((-1.0, 1, 1), (1.0, 1, 1), (-1.0, -1, 1), (1.0, -1, 1), (0.0, 0, 1))
_LAMP_STRENGTH = 1.7
_CLAY = 0.78


def light_albedo(albedo: Tensor, normals: Tensor, light: Tensor) -> Tensor:
    """The skin as photographed: (B, N, 3) RGB around 0 to 1, not clipped.

    albedo: (B, N, 3). normals: (B, N, 3) unit, turned with the head. light: (B, 27).
    """
    channels = light.reshape(-1, 3, 9)
    ambient = torch.zeros_like(channels)
    ambient[..., 0] = _AMBIENT
    return (_basis(normals) @ (channels + ambient).transpose(1, 2)) * albedo


def gray_shading(normals: Tensor) -> Tensor:
    """(B, N, 3) of three equal values from 0: clay under five lamps, for pictures of the shape."""
    lamps = functional.normalize(normals.new_tensor(_LAMPS), dim=-1)
    lit = (normals @ lamps.T).clamp(0, 1).mean(-1, keepdim=True)
    return (lit * (_LAMP_STRENGTH * _CLAY)).expand_as(normals)


def _basis(normals: Tensor) -> Tensor:
    """(B, N, 9): the order and the constants are the network's, with the cosine lobe inside."""
    x, y, z = normals.unbind(-1)
    return torch.stack(
        [
            torch.full_like(x, _K0),
            -_K1 * y,
            _K1 * z,
            -_K1 * x,
            _K2 * x * y,
            -_K2 * y * z,
            _K2 / (2 * math.sqrt(3)) * (3 * z * z - 1),
            -_K2 * x * z,
            _K2 / 2 * (x * x - y * y),
        ],
        -1,
    )
