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
from faceviewer.raster.texture.ramps import smoothstep
from faceviewer.raster.texture.view import View
from faceviewer.raster.texture.zones import Zones
from faceviewer.types import FaceMesh

_SURE_BAND = (-0.75, -0.03)
"""Heights between which skin is sampled: 0 at the eyes, -1 at the mouth."""
_FOREHEAD, _SIDE_HAIR = (0.4, 0.52), (-0.6, -0.2)
"""Heights from which on hair may lie on the front and on the sides of a face: a little, and fully."""
_UNDER_BRIM = (0.1, 0.2)
"""Heights from which on a hat's brim hides what it keeps in the dark, brows excepted."""
_EYES_TO_MOUTH_MM = 64.0
"""For models that name neither."""
_FEWEST_SAMPLES = 60
_GREY_CHROMA = 7.0
"""A photo whose skin is less coloured than this says nothing by colour."""
_DARK_STOPS = (-1.9, -1.2)
"""Photographic stops against lit skin: surely not skin, and surely skin."""
_BRIGHT_STOPS = (-0.6, 0.2)
"""Against lit skin: a neutral surface this bright is cloth, not shadow."""
_SPECK_MM = 1.5
"""Smaller things than about twice this are skin: moles, jewels."""
_FRINGE_MM = 1.2
_TRIM_MM = 9.0
"""A pale thing this near to a foreign one is its trim, not a highlight."""
_CLOTH_SHADOW_MM = 5.0
"""Skin this near to cloth or long hair lies in its shade."""
_OUTLINE_BAND_MM, _OUTLINE_FADE_MM = 8.0, (9.0, 14.0)
"""How far from the head's outline the background may reach over it, where a fit is not exact."""
_HAT_SHARE = 0.3
"""A scalp of which this share is foreign wears a hat."""
_HAIRY_SHARE = 0.2
"""A scalp of which this share is too dark for skin has hair, fair hair included."""


@dataclass(frozen=True, eq=False)
class Materials:
    """Shares, (h, w) float32 in map pixels, 0 to 1."""

    usable: np.ndarray
    """What may be put on the head: skin anywhere, hair where hair grows."""
    hair: np.ndarray
    """Hair, where it is usable."""
    hat: bool = False
    """A hat is worn, so the upper face may lie in its shade."""


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

    foreign = _foreign_hue(lab, skin)
    dark = 1 - smoothstep(stops, *_DARK_STOPS)
    pale = _paleness(lab, skin) * smoothstep(stops, *_BRIGHT_STOPS)
    above = smoothstep(zone["height"], *_FOREHEAD) * zone["face"]
    beside = smoothstep(zone["height"], *_SIDE_HAIR) * (1 - zone["face"])
    hairy = np.maximum(zone["scalp"], np.maximum(above, beside) * (1 - zone["ears"])) * (1 - zone["core"])
    outer = (1 - zone["face"]) * (1 - zone["scalp"])
    beside_foreign = cv2.dilate(foreign, _disc(view, _TRIM_MM))
    scalp_seen = zone["scalp"] * (trust > 0.5)
    hat = bool((scalp_seen * foreign).sum() > _HAT_SHARE * scalp_seen.sum())
    if hat:
        under_brim = smoothstep(zone["height"], *_UNDER_BRIM) * zone["face"] * (1 - zone["brows"])
        foreign = np.maximum(foreign, dark * np.maximum(above, under_brim))  # in the shade of a hat, not hair

    in_the_way = foreign
    in_the_way = np.maximum(in_the_way, pale * np.maximum(outer, beside_foreign))
    in_the_way = np.maximum(in_the_way, dark * outer * (1 - hairy))
    cloth_edge = cv2.dilate(in_the_way * outer, _disc(view, _CLOTH_SHADOW_MM)) * outer * (1 - hairy)
    in_the_way = np.maximum(in_the_way, cloth_edge)
    in_the_way = np.maximum(in_the_way, _like_outside(view, lab) * (1 - hairy))
    hair = _rooted(dark * hairy, zone["scalp"])
    in_the_way = np.maximum(in_the_way, dark * hairy * (hair == 0))
    usable = 1 - _tidy(in_the_way * (1 - zone["core"]) * zone["skin"], view, _FRINGE_MM)

    scalp_seen *= usable > 0.5
    if (scalp_seen * dark).sum() >= _HAIRY_SHARE * scalp_seen.sum():
        hair = np.maximum(hair, zone["scalp"])
    return Materials(usable, _tidy(hair * zone["skin"], view, 0.0) * usable, hat)


def _zone_pictures(view: View, mesh: FaceMesh, zones: Zones) -> dict[str, np.ndarray]:
    """Zones, head-frame heights and the colour of lit skin, (h, w) or (h, w, 3) float32 each."""
    height = face_height(mesh.vertices, zones)
    sure = zones.plain & (height > _SURE_BAND[0]) & (height < _SURE_BAND[1])
    weight = sure * view.seen * np.clip(view.cosine, 0, 1)
    lit_skin = skin_irradiance(view.normals_head, _rgb_at_vertices(view), weight.astype(np.float32))
    named = {
        "skin": zones.skin,
        "core": zones.core,
        "sure": sure,
        "face": zones.face,
        "ears": zones.ears,
        "scalp": zones.hair,
        "brows": zones.brows,
        "height": height,
        "lit": lit_skin.mean(1),
    }
    table = torch.from_numpy(np.stack([np.asarray(v, np.float32) for v in named.values()], -1))
    fragments = view.depths.fragments
    device = fragments.depth.device
    triangles = torch.tensor(mesh.topology.triangles, dtype=torch.int64, device=device)
    picture = interpolate(table.to(device), fragments, triangles)[0].cpu().numpy()
    return {name: np.ascontiguousarray(picture[..., k]) for k, name in enumerate(named)}


def face_height(vertices: np.ndarray, zones: Zones) -> np.ndarray:
    """(V,) float32: height of vertices (V, 3), head frame, measured by the face: 0 at the eyes, -1 at the mouth."""
    eyes, mouth = (
        vertices[member, 1].mean() if member.any() else level
        for member, level in ((zones.eyes, 0.0), (zones.lips > 0.5, -_EYES_TO_MOUTH_MM))
    )
    return ((vertices[:, 1] - eyes) / max(eyes - mouth, 1.0)).astype(np.float32)


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


def _rooted(hair: np.ndarray, scalp: np.ndarray) -> np.ndarray:
    """(h, w) float32: without the patches that do not reach a scalp."""
    _, labels = cv2.connectedComponents((hair > 0.3).astype(np.uint8))
    rooted = np.unique(labels[scalp > 0.2])
    return np.where(np.isin(labels, rooted[rooted > 0]), hair, 0)


def _like_outside(view: View, lab: np.ndarray) -> np.ndarray:
    """(h, w) float32: near the head's outline, and more like what lies outside it there than like what lies inside."""
    covered = view.depths.fragments.mask[0].cpu().numpy()
    depth_mm = cv2.distanceTransform(covered.astype(np.uint8), cv2.DIST_L2, 5) * view.mm_per_map_px
    inside = _local_mean(lab, depth_mm > _OUTLINE_BAND_MM, view)
    outside = _local_mean(lab, ~covered, view)
    to_inside, to_outside, apart = (np.linalg.norm(d, axis=-1) for d in (lab - inside, lab - outside, inside - outside))
    likeness = to_inside / (to_inside + to_outside + 1e-3)
    return (
        smoothstep(likeness, 0.45, 0.6) * smoothstep(apart, 10, 20) * (1 - smoothstep(depth_mm, *_OUTLINE_FADE_MM))
    ).astype(np.float32)


def _local_mean(lab: np.ndarray, member: np.ndarray, view: View) -> np.ndarray:
    """(h, w, 3) mean of the members around each pixel; of all members where none is near."""
    sigma = _OUTLINE_BAND_MM / view.mm_per_map_px
    weight = member.astype(np.float32)[..., None]
    shrink = max(1, int(sigma / 3))
    size = max(1, lab.shape[1] // shrink), max(1, lab.shape[0] // shrink)
    stacked = cv2.resize(np.concatenate([lab * weight, weight], -1), size, interpolation=cv2.INTER_AREA)
    total = stacked.reshape(-1, 4).sum(0)
    stacked = cv2.GaussianBlur(stacked, (0, 0), sigma / shrink) + 1e-4 * total / max(float(total[3]), 1e-6)
    mean = np.ascontiguousarray(stacked[..., :3] / np.maximum(stacked[..., 3:], 1e-9))
    return cv2.resize(mean, (lab.shape[1], lab.shape[0]), interpolation=cv2.INTER_LINEAR)


def _stops_against_skin(view: View, zone: dict[str, np.ndarray], lab: np.ndarray) -> np.ndarray:
    """(h, w) float32: brightness against skin in the fitted light, in powers of two."""
    linear = to_linear(cv2.GaussianBlur(view.map_rgb(), (0, 0), max(0.5, 0.8 / view.mm_per_map_px))).mean(-1)
    return np.log2((linear + 2e-3) / (zone["lit"] + 2e-3))


def _tidy(share: np.ndarray, view: View, grow_mm: float) -> np.ndarray:
    """Without specks and jagged rims: opened, widened by ``grow_mm``, softened."""
    opened = cv2.morphologyEx(share.astype(np.float32), cv2.MORPH_OPEN, _disc(view, _SPECK_MM))
    grown = cv2.dilate(opened, _disc(view, grow_mm)) if grow_mm > 0 else opened
    return smoothstep(cv2.GaussianBlur(grown, (0, 0), max(0.7, 1.0 / view.mm_per_map_px)), 0.2, 0.7)


def _disc(view: View, radius_mm: float) -> np.ndarray:
    side = 2 * max(1, round(radius_mm / view.mm_per_map_px)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
