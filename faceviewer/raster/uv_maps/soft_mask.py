"""How far a map's texels count: soft weights around what a view shows well, usably or not."""

from __future__ import annotations

import numpy as np

from faceviewer.raster.uv_maps.filters import box_mean, eroded

_SPREAD, _SMOOTHING = 51, 31
_OUTSKIRTS = 0.8
"""The most that a view counts outside of its core."""
_HAIR_EROSION, _HAIR_SMOOTHING = 11, 15


def view_weight(mask: np.ndarray, core: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """(H, W) float32, 0 to 1: 1 in the core of what is seen, fading out towards the border of the reach.

    mask: (H, W) what is seen. core, reach: (H, W) the trusted and the usable part of the view. Values 0 to 1.
    """
    weight = box_mean((mask * reach).astype(np.float32), _SPREAD) * np.float32(_OUTSKIRTS)
    weight[mask * core == 1] = 1
    return box_mean(weight, _SMOOTHING)


def hair_weight(hair: np.ndarray, erosion: int = _HAIR_EROSION, smoothing: int = _HAIR_SMOOTHING) -> np.ndarray:
    """(H, W) float32, 0 to 1: the hair's mask (H, W), drawn in and softened."""
    return box_mean(eroded(hair >= 1, erosion).astype(np.float32), smoothing)


def trusted(mask: np.ndarray, mouth: np.ndarray) -> np.ndarray:
    """(H, W) bool: what is seen (H, W), without its rim, which is narrower in the surroundings of the ``mouth``."""
    near = eroded(eroded(mask > 0.5, 3), 5)
    return np.where(mouth > 0.5, near, eroded(near, 9))
