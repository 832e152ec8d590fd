"""One view's colours laid into a map that the template, or other views, have filled before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.raster.uv_maps.color_match import match_colors
from faceviewer.raster.uv_maps.filters import box_mean
from faceviewer.raster.uv_maps.soft_mask import trusted, view_weight

_SMOOTHING = 21


@dataclass(frozen=True, eq=False)
class Filled:
    """A map without holes."""

    rgb: np.ndarray
    """(S, S, 3) float32, 0 to 255."""
    mask: np.ndarray
    """(S, S) bool: texels that rest on a view."""
    share: np.ndarray
    """(S, S) float32, 0 to 1: how much of each texel's colour comes from views."""


def start(template: np.ndarray) -> Filled:
    """The template alone, (S, S, 3) 0 to 255."""
    shape = template.shape[:2]
    return Filled(template.astype(np.float32), np.zeros(shape, bool), np.zeros(shape, np.float32))


def fill_view(
    before: Filled, rgb: np.ndarray, mask: np.ndarray, core: np.ndarray, reach: np.ndarray, mouth: np.ndarray
) -> Filled:
    """The map with a view on top, its colours matched to the view's.

    rgb: (S, S, 3) the view on the layout, 0 to 255. mask: (S, S) what of it is seen, 0 or 1. The others: (S, S) of
    ``UvGuides``.
    """
    seen = trusted(mask, mouth)
    weight = box_mean(view_weight(seen.astype(np.float32), core, reach) * seen, _SMOOTHING) * mask
    matched = match_colors(before.rgb, rgb, mask)
    mixed = matched + (rgb - matched) * weight[..., None]
    share = before.share + (1 - before.share) * weight
    return Filled(mixed.astype(np.float32), before.mask | (seen * reach > 0.5), share.astype(np.float32))
