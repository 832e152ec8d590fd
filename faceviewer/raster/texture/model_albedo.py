"""What a head looks like where no photo shows it: the model's own colours, relative to its skin, with soft shadows."""

from __future__ import annotations

import numpy as np

from faceviewer.raster.texture.surface import Surface
from faceviewer.raster.texture.zones import Layer, Zones

LIPS = (0.72, 0.46, 0.46)
"""Linear colour of the lips in shares of the skin's."""
_INNER_RGB = {
    Layer.EYEBALL: (0.60, 0.56, 0.53),
    Layer.SOCKET: (0.42, 0.20, 0.17),
    Layer.MOUTH: (0.16, 0.045, 0.045),
    Layer.TEETH: (0.68, 0.61, 0.50),
    Layer.TONGUE: (0.36, 0.13, 0.13),
}
"""Linear colours in white light."""
_CAVITY = 0.12
_BROW_OPACITY = 0.55
_MOUTH_DEPTH_MM = 28.0
"""Behind the lips, light fades to a third over this length."""
_HOLLOW_SWEEPS, _HOLLOW_PER_MM, _HOLLOW_ELSEWHERE = 2, 4.5, 0.15
"""Darkening per mm that a vertex lies below the surface smoothed so many times, and the share of it off the ears."""
_SKIN_TINT = (1.0, 0.62, 0.50)
"""Linear colour of skin in white light, red being 1."""


def base_colors(
    vertices: np.ndarray,
    normals: np.ndarray,
    skin: np.ndarray,
    hair_rgb: np.ndarray,
    surface: Surface,
    zones: Zones,
) -> tuple[np.ndarray, np.ndarray]:
    """Lit linear colours (V, 3) float32 of the hairless head, eyeballs white, and of hair.

    vertices: (V, 3) mm, head frame. skin: (V, 3) linear colour of lit skin at each vertex. hair_rgb: (3,) linear,
    of hair in average light.
    """
    brightness = skin.mean(1, keepdims=True)
    average = np.median(brightness)
    shade = brightness / max(average, 1e-6)
    white, colourful = _light_color(skin)
    lips = np.mean(LIPS) + colourful * (np.array(LIPS) - np.mean(LIPS))
    color = skin * (1 - zones.lips[:, None] * (1 - lips))
    color = color * (1 - (1 - _CAVITY) * zones.cavities[:, None])
    brows = _BROW_OPACITY * zones.brows[:, None]
    color = color * (1 - brows) + hair_rgb * shade * brows
    hollow = hollows(vertices, normals, surface, zones)[:, None]
    color = color * hollow
    for layer, rgb in _INNER_RGB.items():
        inner = zones.vertex_layer == layer
        if not inner.any():
            continue
        rgb = np.mean(rgb) + colourful * (np.asarray(rgb) - np.mean(rgb))
        lit = rgb * white * np.minimum(shade[inner], 1.3)
        color[inner] = lit * _mouth_shadow(vertices, zones, inner, layer)[:, None]
    return color.astype(np.float32), (hair_rgb * shade * hollow).astype(np.float32)


def hollows(vertices: np.ndarray, normals: np.ndarray, surface: Surface, zones: Zones) -> np.ndarray:
    """(V,) float32, 0 to 1: how much of the light reaches a vertex past the surface around it, roughly.

    Ears, which seldom are in plain view, live by it; elsewhere it stays faint.
    """
    strength = _HOLLOW_ELSEWHERE + (1 - _HOLLOW_ELSEWHERE) * surface.smooth(zones.ears.astype(np.float32), 4)
    depth_mm = ((surface.smooth(vertices, _HOLLOW_SWEEPS) - vertices) * normals).sum(1)
    reach = np.exp(-_HOLLOW_PER_MM * strength * np.clip(depth_mm, 0, None))
    return surface.smooth(np.clip(reach, 0.3, 1).astype(np.float32), 1)


def _light_color(skin: np.ndarray) -> tuple[np.ndarray, float]:
    """(3,) linear colour of white things in the light that falls on ``skin`` (V, 3), and how coloured the photo is:
    1 for colour, 0 for black and white."""
    middle = np.median(skin, 0)
    cast = middle / max(float(middle.max()), 1e-6)
    colourful = float(np.clip((1 - cast.min()) / 0.35, 0, 1))
    white = cast / (1 + colourful * (np.array(_SKIN_TINT) - 1))
    return white / max(float(white.max()), 1e-6) * min(1.0, 2.2 * float(middle.mean())), colourful


def _mouth_shadow(vertices: np.ndarray, zones: Zones, inner: np.ndarray, layer: Layer) -> np.ndarray:
    if layer in (Layer.SOCKET, Layer.EYEBALL):
        return np.ones(int(inner.sum()))
    mouth = np.isin(zones.vertex_layer, (Layer.MOUTH, Layer.TEETH, Layer.TONGUE))
    depth_mm = vertices[mouth, 2].max() - vertices[inner, 2]
    return np.exp(-np.clip(depth_mm, 0, None) / _MOUTH_DEPTH_MM)
