"""The light in a photo, from the skin of the face, and sRGB's transfer curve."""

from __future__ import annotations

import numpy as np
import torch

from faceviewer.raster.shading import fit_light, sh_basis

_PRIOR_SHARE = 0.08
"""Weight, relative to what is seen, of the belief that light from unseen sides is like the average."""
_PRIOR_SIDES = 500
_LEAST = 0.25
"""Irradiance is kept above this share of its mean: no side of a head is black."""


def to_linear(srgb: np.ndarray) -> np.ndarray:
    """sRGB values 0 to 255 to linear light 0 to 1."""
    x = np.clip(srgb, 0, 255) / np.float32(255)
    return np.where(x <= 0.04045, x / 12.92, ((x + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_srgb(linear: np.ndarray) -> np.ndarray:
    """Linear light to sRGB values 0 to 255; above white is clipped."""
    x = np.clip(linear, 0, 1)
    return (255 * np.where(x <= 0.0031308, 12.92 * x, 1.055 * x ** (1 / 2.4) - 0.055)).astype(np.float32)


def skin_irradiance(normals: np.ndarray, rgb: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(V, 3) float32: linear colour that skin has at each vertex in the light of the photo.

    normals: (V, 3) unit. rgb: (V, 3) sRGB 0 to 255, looked up in the photo. weights: (V,) above 0 on plain, seen skin.
    """
    linear = to_linear(rgb)
    total = float(weights.sum())
    if total <= 0:
        return np.full_like(linear, 0.35)
    mean = (linear * weights[:, None]).sum(0) / total
    seen = np.flatnonzero(weights > 0)
    sides = normals[:: max(1, len(normals) // _PRIOR_SIDES)]
    prior = np.full(len(sides), _PRIOR_SHARE * total / len(sides), np.float32)
    light = fit_light(
        torch.from_numpy(np.concatenate([normals[seen], sides])),
        torch.from_numpy(np.concatenate([linear[seen], np.broadcast_to(mean, sides.shape)])),
        torch.from_numpy(np.concatenate([weights[seen], prior]).astype(np.float32)),
    )
    irradiance = (sh_basis(torch.from_numpy(normals)) @ light).numpy()
    return np.maximum(irradiance, _LEAST * mean).astype(np.float32)
