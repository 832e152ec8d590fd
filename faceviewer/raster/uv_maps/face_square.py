"""Blending with the template for maps of which a network made the facial square alone (FFHQ-UV's "cropface" maps)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from faceviewer.raster.precision import to_double
from faceviewer.raster.uv_maps.color_match import FLATTENING, match_colors
from faceviewer.raster.uv_maps.filters import RGB_TO_YUV, box_mean
from faceviewer.raster.uv_maps.pyramid import blend
from faceviewer.raster.uv_maps.soft_mask import hair_weight

_CANVAS_SMOOTHING, _CANVAS_HAIR = 49, 23
"""Widths on the canvas of 1664 texels, on which the square has its own 1024."""
_SMOOTHING, _HAIR, _PUBLISHED_SIDE = 31, 15, 1024


def blend_canvas(canvas: Tensor, template: Tensor, reach: Tensor, hair: Tensor) -> Tensor:
    """The square's map in the template, during a fit: (3, H, W) 0 to 1, differentiable in ``canvas``.

    canvas, template: (3, H, W) 0 to 1. reach, hair: (H, W) 0 to 1, what the square is used for and the scalp. The
    colour match counts as fixed.
    """
    mask = _box_mean(reach, _CANVAS_SMOOTHING)
    matched = _matched(template, canvas.detach(), reach)
    mixed = canvas * mask + matched * (1 - mask)
    inner = (_box_mean(to_double(hair), _CANVAS_HAIR) >= 1).to(canvas)
    scalp = _box_mean(inner, _CANVAS_HAIR)
    return template * scalp + mixed * (1 - scalp)


def blend_result(rgb: np.ndarray, template: np.ndarray, core: np.ndarray, hair: np.ndarray) -> np.ndarray:
    """The finished map with the template around it: (S, S, 3) float32, 0 to 255.

    rgb, template: (S, S, 3) 0 to 255. core, hair: (S, S) 0 to 1. The filters' widths follow the side.
    """
    side = len(rgb)
    smoothing, scalp = (_odd_width(width, side) for width in (_SMOOTHING, _HAIR))
    soft = box_mean(core.astype(np.float32), smoothing)
    base = template.astype(np.float32)
    blended = blend(rgb.astype(np.float32), match_colors(base, rgb, core), soft)
    share = hair_weight(hair, scalp, scalp)[..., None]
    return np.clip(blended + (base - blended) * share, 0, 255)


def _odd_width(width: int, side: int) -> int:
    """A filter's width on a map of another side, made odd by cutting off."""
    scaled = width * side // _PUBLISHED_SIDE
    return max(1, scaled - (scaled + 1) % 2)


def _matched(source: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """As ``match_colors``, of (3, H, W) 0 to 1, on any device."""
    yuv = torch.tensor(RGB_TO_YUV, dtype=source.dtype, device=source.device)
    chosen = mask > 0.5
    own, wanted = (yuv @ picture[:, chosen] for picture in (source, target))
    gain = wanted.std(1, correction=0) / (own.std(1, correction=0).clamp(min=1e-9) * FLATTENING)
    moved = (yuv @ source.flatten(1) - own.mean(1)[:, None]) * gain[:, None] + wanted.mean(1)[:, None]
    return (torch.linalg.inv(yuv) @ moved).clamp(0, 1).reshape(source.shape)


def _box_mean(values: Tensor, side: int) -> Tensor:
    """(H, W): as ``filters.box_mean``, on any device."""
    padded = functional.pad(values[None, None], [side // 2] * 4, mode="reflect")
    rows = functional.avg_pool2d(padded, (side, 1), stride=1)
    return functional.avg_pool2d(rows, (1, side), stride=1)[0, 0]
