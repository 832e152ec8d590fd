"""Taking the light out of a photographed texture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from faceviewer.raster.texture.bake import Bake
from faceviewer.raster.texture.light import skin_irradiance, to_linear, to_srgb
from faceviewer.raster.texture.uv_atlas import UvAtlas
from faceviewer.raster.texture.zones import Zones

_LEAST, _MOST = 0.45, 2.2
"""The light's share that is divided out, about its mean: beyond, noise and clipped white would be blown up."""
_CURVE_STEPS = 4096


def even_light(bake: Bake, normals: np.ndarray, atlas: UvAtlas, zones: Zones) -> Bake:
    """The bake as if lit evenly from everywhere; hue and saturation stay as photographed.

    The light is a second-order spherical-harmonics fit to the skin of the face, its brightness divided out in linear
    light. normals: (V, 3) unit, head frame.
    """
    weights = bake.vertex_weight * zones.plain * (1 - bake.vertex_hair)
    brightness = skin_irradiance(normals, bake.vertex_rgb, weights).mean(1, keepdims=True)
    mean = float((brightness[:, 0] * weights).sum() / max(float(weights.sum()), 1e-9)) or 1.0
    factor = (1 / np.clip(brightness / mean, _LEAST, _MOST)).astype(np.float32)

    device = bake.rgb.device
    factors = torch.from_numpy(factor).to(device)
    decode = torch.from_numpy(to_linear(np.arange(256))).to(device)
    encode = torch.from_numpy(to_srgb(np.linspace(0, 1, _CURVE_STEPS, dtype=np.float32))).to(device)
    rgb = torch.empty_like(bake.rgb)
    for part in atlas.chunks():
        linear = decode[bake.rgb[part].int()] * atlas.interpolate(factors, part)
        linear = linear / linear.amax(1, keepdim=True).clamp(min=1)  # keep the hue of what becomes too bright
        rgb[part] = encode[(linear * (_CURVE_STEPS - 1)).round().int()].round().to(torch.uint8)
    return replace(bake, rgb=rgb, vertex_rgb=to_srgb(to_linear(bake.vertex_rgb) * factor))
