"""What each pixel of a photo shows where the head should be: skin, hair, or something in the way.

Skin is learnt from the middle of the face. Light changes its brightness along a line in the Lab plane, so distance from
that line tells other things (a green wall, a blue cap) from skin in any shade, and darkness beyond what the fitted
light explains tells hair. Eyes, brows, nose and mouth are never doubted; below the brows a face may be dark (shadow,
beard) but not of another hue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from faceviewer.io.cv import cv2
from faceviewer.raster.rasterize import interpolate
from faceviewer.raster.texture.light import skin_irradiance, to_linear
from faceviewer.raster.texture.trust import smoothstep
from faceviewer.raster.texture.view import View
from faceviewer.raster.texture.zones import Zones
from faceviewer.types import FaceMesh

_SURE_BAND_MM = (-48.0, -2.0)
"""Heights in the head frame, mouth to eyes, between which skin is sampled."""
_FOREHEAD_MM, _SIDE_HAIR_MM = 26.0, -8.0
"""Heights above which hair may lie on the front and on the sides of a face."""
_HEIGHT_FEATHER_MM = 8.0
_FEWEST_SAMPLES = 60
_GREY_CHROMA = 7.0
"""A photo whose skin is less coloured than this says nothing by colour."""
_DARK_STOPS = (-1.9, -1.2)
"""Photographic stops against lit skin: surely not skin, and surely skin."""
_BRIGHT_STOPS = (-0.6, 0.2)
"""Against lit skin: a neutral surface this bright is cloth, not shadow."""
_SPECK_MM = 1.5
"""Smaller things than about twice this are skin: moles, jewels."""
_FRINGE_MM = 0.8


@dataclass(frozen=True, eq=False)
class Materials:
    """Shares, (h, w) float32 in map pixels, 0 to 1."""

    usable: np.ndarray
    """What may be put on the head: skin anywhere, hair where hair grows."""
    hair: np.ndarray
    """Hair, where it is usable."""


@dataclass(frozen=True, eq=False)
class _Skin:
    """The hue of the sampled skin in Lab."""

    direction: np.ndarray
    """(2,) unit vector in the (a, b) plane."""
    chroma: float
    lightness: float
    spread: float
    """Typical distance of skin from the line of its hue."""


def classify(view: View, mesh: FaceMesh, trust: np.ndarray, zones: Zones) -> Materials:
    """Sort the photo's pixels; trust: (h, w), see ``outline_trust``."""
    zone = _zone_pictures(view, mesh, zones)
    lab = cv2.cvtColor(view.map_rgb().astype(np.float32) / 255, cv2.COLOR_RGB2Lab)
    sure = (trust > 0.9) & (zone["sure"] > 0.99)
    if sure.sum() < _FEWEST_SAMPLES:
        return Materials(np.ones_like(trust), zone["scalp"])
    skin = _learn(lab[sure])
    stops = _stops_against_skin(view, zone, lab)

    foreign_hue = _foreign_hue(lab, skin)
    dark = 1 - smoothstep(stops, *_DARK_STOPS)
    pale = _paleness(lab, skin) * smoothstep(stops, *_BRIGHT_STOPS)
    above = smoothstep(zone["height"], _FOREHEAD_MM, _FOREHEAD_MM + _HEIGHT_FEATHER_MM) * zone["face"]
    beside = smoothstep(zone["height"], _SIDE_HAIR_MM, _SIDE_HAIR_MM + _HEIGHT_FEATHER_MM) * (1 - zone["face"])
    hairy = np.maximum(zone["scalp"], np.maximum(above, beside) * (1 - zone["ears"])) * (1 - zone["core"])
    outer = (1 - zone["face"]) * (1 - zone["scalp"])

    in_the_way = np.maximum(np.maximum(foreign_hue, pale * outer), dark * outer * (1 - hairy)) * (1 - zone["core"])
    usable = 1 - _tidy(in_the_way * zone["skin"], view, _FRINGE_MM)
    return Materials(usable, _tidy(dark * hairy * zone["skin"], view, 0.0) * usable)


def _zone_pictures(view: View, mesh: FaceMesh, zones: Zones) -> dict[str, np.ndarray]:
    """Zones, head-frame heights and the colour of lit skin, (h, w) or (h, w, 3) float32 each."""
    height = mesh.vertices[:, 1]
    sure = zones.plain & (height > _SURE_BAND_MM[0]) & (height < _SURE_BAND_MM[1])
    weight = sure * view.seen * np.clip(view.cosine, 0, 1)
    lit_skin = skin_irradiance(view.normals_head, _rgb_at_vertices(view), weight.astype(np.float32))
    named = {
        "skin": zones.skin,
        "core": zones.core,
        "sure": sure,
        "face": zones.face,
        "ears": zones.ears,
        "scalp": zones.hair,
        "height": height,
        "lit": lit_skin.mean(1),
    }
    table = torch.from_numpy(np.stack([np.asarray(v, np.float32) for v in named.values()], -1))
    fragments = view.depths.fragments
    device = fragments.depth.device
    triangles = torch.tensor(mesh.topology.triangles, dtype=torch.int64, device=device)
    picture = interpolate(table.to(device), fragments, triangles)[0].cpu().numpy()
    return {name: np.ascontiguousarray(picture[..., k]) for k, name in enumerate(named)}


def _rgb_at_vertices(view: View) -> np.ndarray:
    """(V, 3) float32 sRGB of the nearest map pixel, a little smoothed."""
    smooth = cv2.GaussianBlur(view.map_rgb(), (0, 0), max(0.6, 2.0 / view.mm_per_map_px))
    xy = np.nan_to_num(view.xy_px * view.map_scale, nan=0)
    column = np.clip(xy[:, 0], 0, smooth.shape[1] - 1).astype(int)
    row = np.clip(xy[:, 1], 0, smooth.shape[0] - 1).astype(int)
    return smooth[row, column].astype(np.float32)


def _learn(lab: np.ndarray) -> _Skin:
    """The hue line of skin from (n, 3) samples, of which most are skin."""
    lightness, a, b = np.median(lab, 0)
    chroma = float(np.hypot(a, b))
    direction = np.array([a, b]) / max(chroma, 1e-6)
    off = np.abs(lab[:, 1] * direction[1] - lab[:, 2] * direction[0])
    return _Skin(direction, chroma, float(lightness), 1.5 * float(np.median(off)))


def _foreign_hue(lab: np.ndarray, skin: _Skin) -> np.ndarray:
    """(h, w) float32: too far from the hue of skin, whatever the light."""
    a, b = lab[..., 1], lab[..., 2]
    if skin.chroma < _GREY_CHROMA:
        return smoothstep(np.hypot(a, b), 18, 30)
    along = a * skin.direction[0] + b * skin.direction[1]
    off = np.abs(a * skin.direction[1] - b * skin.direction[0])
    away = np.hypot(off, np.minimum(along, 0))
    low = max(4.0 * skin.spread, 13.0)
    return smoothstep(away, low, 1.6 * low)


def _paleness(lab: np.ndarray, skin: _Skin) -> np.ndarray:
    """(h, w) float32: much less coloured than skin as light would be."""
    if skin.chroma < _GREY_CHROMA:
        return np.zeros(lab.shape[:2], np.float32)
    along = lab[..., 1] * skin.direction[0] + lab[..., 2] * skin.direction[1]
    expected = skin.chroma * np.clip(lab[..., 0] / max(skin.lightness, 1), 0.3, 1)
    return 1 - smoothstep(along / expected, 0.3, 0.55)


def _stops_against_skin(view: View, zone: dict[str, np.ndarray], lab: np.ndarray) -> np.ndarray:
    """(h, w) float32: brightness against skin in the fitted light, in powers of two."""
    linear = to_linear(cv2.GaussianBlur(view.map_rgb(), (0, 0), max(0.5, 0.8 / view.mm_per_map_px))).mean(-1)
    return np.log2((linear + 2e-3) / (zone["lit"] + 2e-3))


def _tidy(share: np.ndarray, view: View, grow_mm: float) -> np.ndarray:
    """Without specks and jagged rims: opened, widened by ``grow_mm``, softened."""
    px = 1 / view.mm_per_map_px

    def disc(radius_mm: float) -> np.ndarray:
        side = 2 * max(1, round(radius_mm * px)) + 1
        return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))

    opened = cv2.morphologyEx(share.astype(np.float32), cv2.MORPH_OPEN, disc(_SPECK_MM))
    grown = cv2.dilate(opened, disc(grow_mm)) if grow_mm > 0 else opened
    return cv2.GaussianBlur(grown, (0, 0), max(0.7, 0.8 * px))
