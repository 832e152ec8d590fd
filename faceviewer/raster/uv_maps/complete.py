"""A map with holes completed by the template: holes in the face by its gradients, the rest blended in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.raster.uv_maps.color_match import match_colors
from faceviewer.raster.uv_maps.fill import Filled, fill_view, start
from faceviewer.raster.uv_maps.filters import brightness, dilated
from faceviewer.raster.uv_maps.guides import UvGuides
from faceviewer.raster.uv_maps.pyramid import blend
from faceviewer.raster.uv_maps.rectangles import fill_rectangles, rectangles_at
from faceviewer.raster.uv_maps.soft_mask import hair_weight, view_weight
from faceviewer.types import FaceviewerError, Origin, Texture

_NEAR_DARK = 5
"""Texels this near to a dark one are not believed on the underside of the nose."""
_MOSTLY = 0.5


@dataclass(frozen=True, eq=False)
class Completed:
    """A map without holes, and how it came about."""

    rgb: np.ndarray
    """(S, S, 3) float32, 0 to 255."""
    share: np.ndarray
    """(S, S) float32, 0 to 1: how much of each texel's colour comes from photos."""
    relied: np.ndarray
    """(S, S) bool: texels that rest on a photo or were solved."""
    solved: np.ndarray
    """(S, S) bool: texels inside the rectangles that were solved."""
    before_blend: np.ndarray
    """(S, S, 3) float32: the map before the template's hair and outskirts came back."""

    def texture(self) -> Texture:
        """The map with the provenance of each texel: the photo where most of its colour comes from one."""
        origin = np.where(self.share >= _MOSTLY, Origin.PHOTO, Origin.MODEL).astype(np.uint8)
        return Texture(np.clip(np.rint(self.rgb), 0, 255).astype(np.uint8), origin)


def complete_map(rgb: np.ndarray, mask: np.ndarray, guides: UvGuides) -> Completed:
    """A partial map (S, S, 3), 0 to 255, completed where ``mask`` (S, S) is not above 0.5.

    Raises FaceviewerError for a map of another side than the guides, or with colours that are not finite.
    """
    require_fitting(rgb, mask, guides)
    seen = (mask > 0.5).astype(np.float32)
    shown = np.clip(rgb, 0, 255).astype(np.float32) * seen[..., None]
    filled = fill_view(start(guides.template), shown, seen, guides.whole_core, guides.whole_reach, guides.mouth)
    return finish(filled, guides)


def require_fitting(rgb: np.ndarray, mask: np.ndarray, guides: UvGuides) -> None:
    """Raise FaceviewerError unless a map and its mask are finite and have the side of the guides."""
    side = guides.side
    if rgb.shape != (side, side, 3) or mask.shape != (side, side):
        raise FaceviewerError(
            f"the map has the shape {rgb.shape} and its mask {mask.shape}; the template takes ({side}, {side}, 3) and "
            f"({side}, {side})"
        )
    if not (np.isfinite(rgb).all() and np.isfinite(mask).all()):
        raise FaceviewerError("the map holds colours or weights that are not finite")


def finish(filled: Filled, guides: UvGuides) -> Completed:
    """What is done once all views are in: solve the holes of the face, then blend with the template."""
    wrong = unreliable(filled, guides)
    solved_rgb, inside = fill_rectangles(filled.rgb, guides.template, wrong)
    solved = np.zeros(inside.shape, bool)
    for part in rectangles_at(guides.side).values():
        solved[part] = True
    relied = filled.mask | solved
    outside = match_colors(guides.template, solved_rgb, relied)
    soft = view_weight(relied.astype(np.float32), guides.whole_core, guides.whole_reach)
    hair = hair_weight(guides.hair)
    blended = blend(solved_rgb, outside, soft)
    rgb = np.clip(blended + (guides.template - blended) * hair[..., None], 0, 255)
    share = filled.share * ~inside * soft * (1 - hair)
    return Completed(rgb.astype(np.float32), share.astype(np.float32), relied, solved, solved_rgb)


def unreliable(filled: Filled, guides: UvGuides) -> np.ndarray:
    """(S, S) bool: holes in the face, dark texels under the nose, and the nostrils."""
    y = brightness(filled.rgb)
    dark = dilated(y < y.mean(dtype=np.float64), _NEAR_DARK)
    doubt = ~filled.mask * guides.center + dark * guides.nose_base + guides.nostrils
    return doubt > 0.5
