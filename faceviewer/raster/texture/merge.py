"""Several photos of one person into one: colours matched to the photo that shows most, the squarest view wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

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
    if len(bakes) == 1:
        return bakes[0], 0
    total = reduce(torch.add, map(_rank, bakes)).clamp(min=1e-9)  # photo by photo: texels are many
    rgb, vertex_rgb = torch.zeros_like(bakes[main].rgb, dtype=torch.float32), []
    for k, bake in enumerate(bakes):
        matched = bake if k == main else _match(bake, bakes[main], atlas, surface)
        rgb += matched.rgb * (_rank(bake) / total)[:, None]
        vertex_rgb.append(matched.vertex_rgb)
    weights = np.stack([bake.vertex_weight for bake in bakes])
    vertex_share = weights / np.maximum(weights.sum(0), 1e-9)
    merged = Bake(
        rgb=rgb.round().clamp(0, 255).to(torch.uint8),
        weight=reduce(torch.maximum, (bake.weight for bake in bakes)),
        cosine=reduce(torch.maximum, (bake.cosine for bake in bakes)),
        vertex_rgb=np.einsum("kv,kvc->vc", vertex_share, np.stack(vertex_rgb)),
        vertex_weight=weights.max(0),
        vertex_hair=np.einsum("kv,kv->v", vertex_share, np.stack([bake.vertex_hair for bake in bakes])),
        hat=any(bake.hat for bake in bakes),
    )
    return merged, main


def _rank(bake: Bake) -> torch.Tensor:
    """(N,) how much each texel counts in the blend."""
    return bake.weight * bake.cosine**_SQUARENESS


def _match(bake: Bake, main: Bake, atlas: UvAtlas, surface: Surface) -> Bake:
    """The bake in the colours of the main photo, as far as both show the same places."""
    both = bake.vertex_weight * main.vertex_weight
    factor = gain(surface, main.vertex_rgb, bake.vertex_rgb, both)
    factors = torch.from_numpy(factor).to(bake.rgb.device)
    rgb = torch.empty_like(bake.rgb)
    for part in atlas.chunks():
        rgb[part] = scaled(bake.rgb[part], atlas.interpolate(factors, part)).round().clamp(0, 255).to(torch.uint8)
    return replace(bake, rgb=rgb, vertex_rgb=np.clip(scaled(bake.vertex_rgb, factor), 0, 255))
