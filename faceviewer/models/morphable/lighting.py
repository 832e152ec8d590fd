"""The light of Deep3DFaceRecon and its descendants: second-order spherical harmonics on the colour of the skin."""

from __future__ import annotations

import math

import torch
from torch import Tensor

_K0 = math.sqrt(math.pi) / 2
_K1 = math.sqrt(math.pi)
_K2 = 3 * math.sqrt(5 * math.pi / 24)
AMBIENT = 0.8
"""Added to each channel's first coefficient: the networks give the difference from plain light."""


def light_albedo(albedo: Tensor, normals: Tensor, light: Tensor) -> Tensor:
    """The skin as photographed: (B, N, 3) RGB around 0 to 1, not clipped.

    albedo: (B, N, 3). normals: (B, N, 3) unit, turned with the head. light: (B, 27).
    """
    return shading(normals, light) * albedo


def shading(normals: Tensor, light: Tensor) -> Tensor:
    """(B, N, 3) factors of the colour of the skin; arguments as for ``light_albedo``."""
    channels = light.reshape(-1, 3, 9)
    ambient = torch.zeros_like(channels)
    ambient[..., 0] = AMBIENT
    return _basis(normals) @ (channels + ambient).transpose(1, 2)


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
