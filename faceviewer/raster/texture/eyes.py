"""Eyeballs that look like eyes from every side: the photo where it shows them, iris and white painted around it.

Everything is measured in angles about the eyeball's centre. The iris is looked for in the photographed part, as the
darkest disc of its size against the ring around it, so that the painted part of an iris continues the photographed one
even where the fitted gaze is off. No highlight is painted: it belongs to the light, not to the eye.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from faceviewer.io.cv import cv2
from faceviewer.raster.texture.bake import Bake
from faceviewer.raster.texture.complete import Completion, Fill
from faceviewer.raster.texture.ramps import smoothstep
from faceviewer.raster.texture.uv_atlas import UvAtlas
from faceviewer.raster.texture.zones import Zones
from faceviewer.types import FaceMesh, Origin, Topology

_IRIS_DEG, _LIMBUS_DEG, _PUPIL_DEG = 27.0, 2.2, 9.5
"""Radius of the iris, half width of its soft rim, radius of the pupil, about the centre of the eyeball."""
_FARTHEST_DEG = 24.0
"""How far from the fitted gaze the iris may be found."""
_CELL_DEG = 2.0
_PATCH_DEG = 64.0
_LEAST_CONTRAST = 10.0
"""Of the ring against the disc, in hundredths of the ring; below, no iris is seen and the fitted gaze is believed."""
_LEAST_COVER = 0.25
_WHITE_TO_LIDS = 1.3
_DEFAULT_IRIS = (0.42, 0.30, 0.22)
"""In shares of the white's sRGB colour."""


@dataclass(frozen=True, eq=False)
class _Ball:
    """The texels of one eyeball; n of them."""

    index: np.ndarray
    """(n,) into the covered texels."""
    direction: np.ndarray
    """(n, 3) unit vectors from the centre, in axes right, up, gaze of the fitted eyeball."""
    rgb: np.ndarray
    """(n, 3) float32, as photographed."""
    weight: np.ndarray
    """(n,) float32."""


@dataclass(frozen=True, eq=False)
class _Look:
    """How one eye looks; colours (3,) sRGB 0 to 255."""

    gaze: np.ndarray
    """(3,) unit vector through the middle of the iris."""
    iris: np.ndarray
    white: np.ndarray
    cover: float
    """0 to 1: how much of the iris's disc the photo shows; 0: the iris was not found."""


def paint_eyes(done: Completion, bake: Bake, fill: Fill, mesh: FaceMesh, atlas: UvAtlas, zones: Zones) -> Completion:
    """The completion with both eyeballs finished; unchanged for models without eyeballs."""
    balls = {side: _ball(side, bake, mesh, atlas) for side in ("right", "left")}
    found = {side: ball for side, ball in balls.items() if ball is not None}
    if not found:
        return done
    rgb, origin = done.rgb.clone(), done.origin.clone()
    lids = zones.eyes & zones.skin
    skin_rgb = np.median(fill.rgb[lids], 0) if lids.any() else None
    looks = _agree({side: _look(ball, _white(fill, mesh, side, skin_rgb), skin_rgb) for side, ball in found.items()})
    for side, ball in found.items():
        painted = _paint(ball, looks[side], 0.0 if skin_rgb is None else float(_warmth(skin_rgb)))
        weight = ball.weight * _eye_like(ball, looks[side], skin_rgb)
        color = painted + (ball.rgb - painted) * weight[:, None]
        index = torch.from_numpy(ball.index).to(rgb.device)
        rgb[index] = torch.from_numpy(np.clip(color.round(), 0, 255).astype(np.uint8)).to(rgb.device)
        sources = np.where(weight >= 0.5, Origin.PHOTO, Origin.MODEL).astype(np.uint8)
        origin[index] = torch.from_numpy(sources).to(rgb.device)
    return Completion(rgb, origin)


def _ball(side: str, bake: Bake, mesh: FaceMesh, atlas: UvAtlas) -> _Ball | None:
    regions = mesh.topology.regions
    members = regions.get(f"eyeball_{side}")
    if members is None:
        return None
    device = atlas.triangle.device
    index = _texels(mesh.topology, side, atlas)
    if len(index) == 0:
        return None
    centre = _sphere_centre(mesh.vertices[members])
    ahead = mesh.vertices[regions.get(f"pupil_{side}", members)].mean(0) - centre
    axes = _axes(ahead)
    arms = torch.from_numpy(((mesh.vertices - centre) @ axes.T).astype(np.float32))
    direction = torch.nn.functional.normalize(atlas.interpolate(arms.to(device), index), dim=-1)
    return _Ball(
        index.cpu().numpy(),
        direction.cpu().numpy(),
        bake.rgb[index].float().cpu().numpy(),
        bake.weight[index].cpu().numpy(),
    )


@lru_cache(maxsize=6)
def _texels(topology: Topology, side: str, atlas: UvAtlas) -> Tensor:
    """(n,) int64: the covered texels of an eyeball."""
    inside = np.zeros(int(topology.triangles.max()) + 1, bool)
    inside[topology.regions[f"eyeball_{side}"]] = True
    chosen = torch.from_numpy(inside[topology.triangles].all(1)).to(atlas.triangle.device)
    return chosen.index_select(0, atlas.triangle).nonzero()[:, 0]


def _sphere_centre(points: np.ndarray) -> np.ndarray:
    """(3,) centre of the sphere nearest to (n, 3) points, by linear least squares."""
    middle = points.mean(0)
    arms = (points - middle).astype(np.float64)
    columns = np.concatenate([2 * arms, np.ones((len(arms), 1))], 1)
    return middle + np.linalg.lstsq(columns, (arms**2).sum(1), rcond=None)[0][:3]


def _axes(ahead: np.ndarray) -> np.ndarray:
    """(3, 3) rows right, up, ahead."""
    gaze = ahead / max(float(np.linalg.norm(ahead)), 1e-9)
    right = np.cross((0.0, 1.0, 0.0), gaze)
    right /= max(float(np.linalg.norm(right)), 1e-9)
    return np.stack([right, np.cross(gaze, right), gaze])


def _white(fill: Fill, mesh: FaceMesh, side: str, skin_rgb: np.ndarray | None) -> np.ndarray:
    """(3,) the white of an eye in this light before the photo is asked; no brighter than the lids allow."""
    white = np.median(fill.rgb[mesh.topology.regions[f"eyeball_{side}"]], 0)
    if skin_rgb is None:
        return white
    return white * min(1.0, _WHITE_TO_LIDS * float(skin_rgb.mean()) / max(float(white.mean()), 1.0))


def _look(ball: _Ball, default_white: np.ndarray, skin_rgb: np.ndarray | None) -> _Look:
    """What the photo shows of an eye, and what is likely where it shows nothing."""
    gaze, cover = _find_iris(ball)
    angle = _angle_deg(ball.direction, gaze)
    luma = ball.rgb.mean(1)
    shown = ball.weight > 0.5
    on_white = shown & (angle > _IRIS_DEG + 5) & (angle < 60)
    white = default_white
    if on_white.sum() > 20:
        bright = on_white & (luma >= np.quantile(luma[on_white], 0.5))
        measured = np.median(ball.rgb[bright], 0)
        if skin_rgb is None or _warmth(measured) <= 0.5 * (_warmth(default_white) + _warmth(skin_rgb)):
            grey = measured.mean()
            measured = grey + 0.6 * (measured - grey)  # lids and lashes tint what is seen of the white
            white = measured * np.clip(default_white.mean() / max(grey, 1), 0.85, 1.6)
    on_iris = shown & (angle > _PUPIL_DEG + 1.5) & (angle < _IRIS_DEG - 4)
    iris = white * np.array(_DEFAULT_IRIS)
    if cover > _LEAST_COVER and on_iris.sum() > 8:
        dull = on_iris & (luma <= np.quantile(luma[on_iris], 0.7))  # without the highlight
        iris = np.median(ball.rgb[dull], 0)
    return _Look(gaze, iris, np.clip(white, 0, 250), cover)


def _agree(looks: dict[str, _Look]) -> dict[str, _Look]:
    """An eye that the photo hides has the colours of the other one."""
    best = max(looks.values(), key=lambda look: look.cover)
    if best.cover < _LEAST_COVER:
        return looks
    return {
        side: look if look.cover >= _LEAST_COVER else replace(look, iris=best.iris, white=best.white)
        for side, look in looks.items()
    }


def _warmth(rgb: np.ndarray) -> np.ndarray:
    """(...,): how coloured sRGB colours (..., 3) are, towards red: about 0.3 for skin, 0 for white."""
    return (rgb[..., 0] - rgb[..., 1:].mean(-1)) / np.maximum(rgb.max(-1), 20)


def _find_iris(ball: _Ball) -> tuple[np.ndarray, float]:
    """(3,) direction of the iris's middle, and the share of its disc that the photo shows; straight ahead if unsure."""
    ahead = np.array([0.0, 0.0, 1.0])
    front = (ball.direction[:, 2] > 0.3) & (ball.weight > 0.2)
    cells = int(2 * _PATCH_DEG / _CELL_DEG) + 1
    if front.sum() < 12:
        return ahead, 0.0
    plane = _to_plane(ball.direction[front])
    column, row = np.rint((plane + _PATCH_DEG) / _CELL_DEG).astype(int).clip(0, cells - 1).T
    sums = np.zeros((cells, cells, 2), np.float32)
    luma = ball.rgb[front].mean(1)
    np.add.at(sums, (row, column), np.stack([luma * ball.weight[front], ball.weight[front]], -1))
    known = np.minimum(sums[..., 1], 1)
    mean = sums[..., 0] / np.maximum(sums[..., 1], 1e-6)

    y, x = np.mgrid[-20:21, -20:21] * _CELL_DEG
    radius = np.hypot(x, y)
    disc = (radius < _IRIS_DEG - 3).astype(np.float32)
    ring = ((radius > _IRIS_DEG + 2) & (radius < _IRIS_DEG + 11)).astype(np.float32)

    def average(kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        total = cv2.filter2D(mean * known, -1, kernel, borderType=cv2.BORDER_CONSTANT)
        count = cv2.filter2D(known, -1, kernel, borderType=cv2.BORDER_CONSTANT)
        return total / np.maximum(count, 1e-3), count / kernel.sum()

    (inner, cover), (outer, around) = average(disc), average(ring)
    filled = float(known.sum()) / max(int((known > 0).sum()), 1)
    cover, around = cover / max(filled, 1e-6), around / max(filled, 1e-6)
    grid = (np.arange(cells) * _CELL_DEG) - _PATCH_DEG
    distance = np.hypot(grid[None, :], grid[:, None])
    contrast = (
        100
        * (outer - inner)
        / (outer + 10)
        * np.sqrt(np.clip(around, 0, 0.5) * 2)
        * np.sqrt(np.clip(cover, 0, 0.6) / 0.6)
    )
    contrast = np.where(distance <= _FARTHEST_DEG, contrast - 0.25 * distance, -np.inf)
    row, column = np.unravel_index(int(contrast.argmax()), contrast.shape)
    if contrast[row, column] < _LEAST_CONTRAST:
        return ahead, 0.0
    return _from_plane(np.array([grid[column], grid[row]])), float(min(cover[row, column], 1))


def _to_plane(direction: np.ndarray) -> np.ndarray:
    """(n, 2) degrees right and up of straight ahead, equidistant from the pole."""
    angle = np.degrees(np.arccos(np.clip(direction[:, 2], -1, 1)))
    radius = np.maximum(np.hypot(direction[:, 0], direction[:, 1]), 1e-9)
    return direction[:, :2] / radius[:, None] * angle[:, None]


def _from_plane(plane_deg: np.ndarray) -> np.ndarray:
    angle = float(np.linalg.norm(plane_deg))
    sideways = plane_deg / max(angle, 1e-9) * np.sin(np.radians(angle))
    return np.array([*sideways, np.cos(np.radians(angle))])


def _angle_deg(direction: np.ndarray, gaze: np.ndarray) -> np.ndarray:
    return np.degrees(np.arccos(np.clip(direction @ gaze, -1, 1))).astype(np.float32)


def _paint(ball: _Ball, look: _Look, skin_warmth: float) -> np.ndarray:
    """(n, 3) float32 sRGB: white, reddish at its sides in photos with colour, iris with fibres and dark rim, pupil."""
    angle = _angle_deg(ball.direction, look.gaze)
    right, up, _ = _axes(look.gaze)
    around = np.arctan2(ball.direction @ up, ball.direction @ right)
    inward = np.clip(angle / _IRIS_DEG, 0, 1)
    fibres = (
        0.5 * np.cos(23 * around + 4 * inward)
        + 0.3 * np.cos(41 * around - 7 * inward + 1)
        + 0.2 * np.cos(67 * around + 2)
    )
    tone = 1.12 - 0.3 * smoothstep(inward, 0.45, 0.95) + 0.10 * fibres * smoothstep(inward, 0.35, 0.5)
    rim = 1 - 0.5 * smoothstep(angle, _IRIS_DEG - 5, _IRIS_DEG)
    iris = look.iris * (tone * rim)[:, None]
    pupil = 1 - smoothstep(angle, _PUPIL_DEG - 1, _PUPIL_DEG + 1)
    iris = iris * (1 - pupil[:, None]) + 0.18 * look.iris * pupil[:, None]

    shade = 1 - 0.22 * smoothstep(np.abs(ball.direction[:, 1]), 0.25, 0.75) - 0.15 * smoothstep(angle, 45, 95)
    reddish = smoothstep(angle, 40, 85)[:, None] * np.array([0.0, 0.10, 0.12]) * min(1, skin_warmth / 0.25)
    white = look.white * (shade[:, None] - reddish * shade[:, None])
    outside = smoothstep(angle, _IRIS_DEG - _LIMBUS_DEG, _IRIS_DEG + _LIMBUS_DEG)[:, None]
    return (iris * (1 - outside) + white * outside).astype(np.float32)


def _eye_like(ball: _Ball, look: _Look, skin_rgb: np.ndarray | None) -> np.ndarray:
    """(n,) float32: 0 where the photo shows lid instead of the white of the eye, by how coloured it is."""
    ones = np.ones(len(ball.rgb), np.float32)
    if skin_rgb is None:
        return ones

    low, high = float(_warmth(look.white)), float(_warmth(skin_rgb))
    if high - low < 0.08:
        return ones
    off_iris = smoothstep(_angle_deg(ball.direction, look.gaze), _IRIS_DEG, _IRIS_DEG + 6) if look.cover > 0 else ones
    return 1 - off_iris * smoothstep((_warmth(ball.rgb) - low) / (high - low), 0.45, 0.8)
