"""Several photos of one person into one: colours matched to the photo that shows most, the squarest view wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from faceviewer.raster.texture.bake import Bake
from faceviewer.raster.texture.ratio import gain, scaled
from faceviewer.raster.texture.surface import Surface
from faceviewer.raster.texture.uv_atlas import UvAtlas

_SQUARENESS = 4.0
"""Power of the viewing angle's cosine in the blend: high, so that two photos do not blur each other."""


def merge_bakes(bakes: Sequence[Bake], atlas: UvAtlas, surface: Surface) -> tuple[Bake, int]:
    """One bake of all, and which photo gave the colours."""
    main = int(np.argmax([float((bake.weight * bake.cosine).sum()) for bake in bakes]))
    matched = [bake if k == main else _match(bake, bakes[main], atlas, surface) for k, bake in enumerate(bakes)]
    if len(bakes) == 1:
        return bakes[0], 0
    rank = torch.stack([bake.weight * bake.cosine**_SQUARENESS for bake in matched])
    share = rank / rank.sum(0).clamp(min=1e-9)
    rgb = sum(bake.rgb * part[:, None] for bake, part in zip(matched, share, strict=True))
    weights = np.stack([bake.vertex_weight for bake in matched])
    vertex_share = weights / np.maximum(weights.sum(0), 1e-9)
    merged = Bake(
        rgb=torch.as_tensor(rgb).round().clamp(0, 255).to(torch.uint8),
        weight=torch.stack([bake.weight for bake in matched]).amax(0),
        cosine=torch.stack([bake.cosine for bake in matched]).amax(0),
        vertex_rgb=np.einsum("kv,kvc->vc", vertex_share, np.stack([bake.vertex_rgb for bake in matched])),
        vertex_weight=weights.max(0),
        vertex_hair=np.einsum("kv,kv->v", vertex_share, np.stack([bake.vertex_hair for bake in matched])),
        hat=any(bake.hat for bake in matched),
    )
    return merged, main


def _match(bake: Bake, main: Bake, atlas: UvAtlas, surface: Surface) -> Bake:
    """The bake in the colours of the main photo, as far as both show the same places."""
    both = bake.vertex_weight * main.vertex_weight
    factor = gain(surface, main.vertex_rgb, bake.vertex_rgb, both)
    factors = torch.from_numpy(factor).to(bake.rgb.device)
    rgb = torch.empty_like(bake.rgb)
    for part in atlas.chunks():
        rgb[part] = scaled(bake.rgb[part], atlas.interpolate(factors, part)).round().clamp(0, 255).to(torch.uint8)
    return replace(bake, rgb=rgb, vertex_rgb=np.clip(scaled(bake.vertex_rgb, factor), 0, 255))
