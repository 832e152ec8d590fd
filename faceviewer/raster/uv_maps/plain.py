"""A partial map of any layout completed by a template alone, without the masks of a published layout."""

from __future__ import annotations

import numpy as np

from faceviewer.raster.uv_maps.color_match import match_colors
from faceviewer.raster.uv_maps.complete import Completed
from faceviewer.raster.uv_maps.fill import fill_view, start
from faceviewer.raster.uv_maps.pyramid import blend
from faceviewer.raster.uv_maps.soft_mask import view_weight
from faceviewer.types import FaceviewerError


def complete_plainly(rgb: np.ndarray, mask: np.ndarray, template: np.ndarray) -> Completed:
    """A partial map completed where ``mask`` is not above 0.5: the template in the map's colours, blended in.

    rgb, template: (H, W, 3), 0 to 255, of one layout. mask: (H, W), 0 to 1. No texel is solved. Raises FaceviewerError
    where sizes differ.
    """
    if rgb.shape != template.shape or mask.shape != rgb.shape[:2]:
        raise FaceviewerError(
            f"a map {rgb.shape}, its mask {mask.shape} and a template {template.shape} differ in size"
        )
    seen = (mask > 0.5).astype(np.float32)
    everywhere, nowhere = np.ones_like(seen), np.zeros_like(seen)
    shown = rgb.astype(np.float32) * seen[..., None]
    filled = fill_view(start(template), shown, seen, everywhere, everywhere, nowhere)
    outside = match_colors(template, shown, seen)
    soft = view_weight(filled.mask.astype(np.float32), everywhere, everywhere)
    blended = blend(filled.rgb, outside, soft).astype(np.float32)
    return Completed(blended, filled.share * soft, filled.mask, np.zeros(seen.shape, bool), filled.rgb)
