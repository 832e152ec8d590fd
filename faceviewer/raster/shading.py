"""Normals of a mesh and second-order spherical-harmonics light on them.

Basis: the nine real spherical harmonics of bands 0 to 2 in the order 1, y, z, x, xy, yz, 3 z^2 - 1, xz, x^2 - y^2, with
the orthonormal constants below, evaluated at unit normals. Coefficients are irradiance (already convolved with the
clamped cosine), so shading is the plain product ``basis @ light``; divide by ``COSINE_LOBE`` to get the radiance that
causes it (Ramamoorthi and Hanrahan, An Efficient Representation for Irradiance Environment Maps, 2001).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

_BAND_0 = 0.5 / math.sqrt(math.pi)
_BAND_1 = math.sqrt(3 / (4 * math.pi))
_BAND_2_PRODUCT = math.sqrt(15 / (4 * math.pi))
_BAND_2_AXIS = math.sqrt(5 / (16 * math.pi))
_BAND_2_DIFFERENCE = math.sqrt(15 / (16 * math.pi))

COSINE_LOBE = (math.pi, *(2 * math.pi / 3,) * 3, *(math.pi / 4,) * 5)
"""Per coefficient, irradiance / radiance: the clamped cosine keeps this much of bands 0, 1 and 2."""


def vertex_normals(vertices: Tensor, triangles: Tensor) -> Tensor:
    """Area-weighted unit normals: (..., V, 3) for vertices (..., V, 3) and triangles (F, 3) integer.

    Outward for triangles counter-clockwise from outside in a right-handed frame. Vertices without area get zeros.
    Differentiable.
    """
    a, b, c = triangles.long().unbind(-1)
    corner_a = vertices.index_select(-2, a)
    face_normals = torch.linalg.cross(vertices.index_select(-2, b) - corner_a, vertices.index_select(-2, c) - corner_a)
    normals = torch.zeros_like(vertices)
    for corner in (a, b, c):
        normals = normals.index_add(-2, corner, face_normals)
    return functional.normalize(normals, dim=-1, eps=1e-20)


def sh_basis(normals: Tensor) -> Tensor:
    """The nine basis values of unit normals: (..., 3) to (..., 9), in the order of this module's page."""
    x, y, z = normals.unbind(-1)
    values = [
        torch.full_like(x, _BAND_0),
        _BAND_1 * y,
        _BAND_1 * z,
        _BAND_1 * x,
        _BAND_2_PRODUCT * x * y,
        _BAND_2_PRODUCT * y * z,
        _BAND_2_AXIS * (3 * z * z - 1),
        _BAND_2_PRODUCT * x * z,
        _BAND_2_DIFFERENCE * (x * x - y * y),
    ]
    return torch.stack(values, -1)


def irradiance(normals: Tensor, light: Tensor) -> Tensor:
    """Light arriving at unit normals (..., N, 3) from ``light`` (..., 9, C): (..., N, C), unclamped."""
    return sh_basis(normals) @ light


def fit_light(normals: Tensor, colors: Tensor, weights: Tensor | None = None, *, damping: float = 1e-3) -> Tensor:
    """The light (..., 9, C) whose irradiance best explains the colours, by weighted least squares.

    normals: (..., N, 3) unit. colors: (..., N, C), linear for physical light, sRGB for a quick match of looks.
    weights: (..., N), 0 leaves a sample out. damping: share of the average normal-equation diagonal added to bands 1
    and 2, so that one-sided or few normals give a modest light instead of a wild one.
    """
    basis = sh_basis(normals).double()
    weighted = basis if weights is None else basis * weights.double()[..., None]
    gram = weighted.transpose(-1, -2) @ basis
    ridge = gram.diagonal(dim1=-2, dim2=-1).mean(-1)[..., None] * damping + 1e-12
    ridge = ridge * torch.tensor([1e-6, *[1.0] * 8], dtype=ridge.dtype, device=ridge.device)
    light = torch.linalg.solve(gram + torch.diag_embed(ridge), weighted.transpose(-1, -2) @ colors.double())
    return light.to(colors.dtype)
