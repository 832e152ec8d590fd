"""Colours for what the photo does not show: the mirrored side first, then the model, both matched to the photo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from faceviewer.raster.texture.bake import Bake
from faceviewer.raster.texture.exclusion import face_height
from faceviewer.raster.texture.light import skin_irradiance, to_linear, to_srgb
from faceviewer.raster.texture.model_albedo import base_colors
from faceviewer.raster.texture.ramps import mix, smoothstep
from faceviewer.raster.texture.ratio import gain, scaled
from faceviewer.raster.texture.strands import streaks
from faceviewer.raster.texture.surface import Surface
from faceviewer.raster.texture.uv_atlas import UvAtlas
from faceviewer.raster.texture.zones import Layer, Zones
from faceviewer.types import FaceMesh, Origin

_BROW_SHARE, _HAIR_TO_SKIN = 0.5, 0.2
"""Without any hair in the photo, hair is this share of the brows' colour, the rest skin darkened by the second."""
_ENOUGH_HAIR = 12
_ENOUGH_INSIDE = 4
_BELIEF_IN_MODEL = 0.001
"""Weight of the model's hair line where the photo says nothing: it takes over within two or three centimetres."""
_MIRROR_GAIN = (1.6, 2.6)
"""Factors up to which the mirrored photo may be brightened, and from which it shows its noise."""
_SHADED_HEIGHT = (-0.3, -0.1)
"""Heights against the eyes, see ``face_height``, from which on the shade of a hat is looked for."""
_SHADED_STOPS = (-1.3, -0.7)
"""Photographic stops against lit skin: surely in cast shade, and surely not."""
_PREFER_MIRROR = (0.35, 0.62)
"""Viewing cosines below which the mirrored photo is taken, where there is one, and from which the photo's own."""


@dataclass(frozen=True, eq=False)
class Completion:
    """All N covered texels."""

    rgb: Tensor
    """(N, 3) uint8."""
    origin: Tensor
    """(N,) uint8, values of ``Origin``."""


@dataclass(frozen=True, eq=False)
class Fill:
    """Colours of the V vertices for what no photo shows."""

    rgb: np.ndarray
    """(V, 3) float32 sRGB 0 to 255, matched to the photo where it ends."""
    growth: np.ndarray
    """(V,) float32, 0 to 1: covered with hair."""
    mirror_gain: np.ndarray
    """(V, 3) float32: factors that match the mirrored photo to the photo."""
    mirror_use: np.ndarray
    """(V,) float32, 0 to 1: where the mirrored photo is welcome."""


def plan_fill(bake: Bake, mesh: FaceMesh, normals: np.ndarray, surface: Surface, zones: Zones) -> Fill:
    """Decide the colours of unseen vertices; normals: (V, 3) unit, head frame."""
    rgb, weight = bake.vertex_rgb, bake.vertex_weight
    factors, use, seen_rgb, seen = np.ones_like(rgb), np.zeros_like(weight), rgb, weight
    symmetry = mesh.topology.symmetry
    if symmetry is not None:
        factors = gain(surface, rgb, rgb[symmetry], weight * weight[symmetry])
        use = zones.skin * (1 - smoothstep(factors.max(1), *_MIRROR_GAIN))
        seen = np.maximum(weight, weight[symmetry] * use)
        share = (weight / np.maximum(seen, 1e-6))[:, None].clip(0, 1)
        seen_rgb = rgb * share + np.clip(scaled(rgb[symmetry], factors), 0, 255) * (1 - share)

    growth = _hair_growth(bake, surface, zones)
    plain = weight * zones.plain * (1 - bake.vertex_hair)
    skin = skin_irradiance(normals, rgb, plain)
    cast = None
    if bake.hat:
        skin = skin_irradiance(normals, rgb, plain * (1 - _cast_shade(rgb, skin, mesh, zones)))
        cast = _cast_shade(seen_rgb, skin, mesh, zones)
    hair = _hair_color(bake, skin, zones)
    bare, hairy = base_colors(mesh.vertices, normals, skin, hair, surface, zones)
    outer = seen * zones.skin * (zones.cavities < 0.2)
    rgb_bare = _matched(surface, seen_rgb, to_srgb(bare), outer * (growth < 0.1), cast)
    rgb_hair = _matched(surface, seen_rgb, to_srgb(hairy), outer * (growth > 0.9))
    filled = rgb_bare + (rgb_hair - rgb_bare) * growth[:, None]
    filled[~zones.skin] = _inner(bake, to_srgb(bare), zones)[~zones.skin]
    return Fill(filled, growth, factors, use.astype(np.float32))


def _cast_shade(rgb: np.ndarray, skin: np.ndarray, mesh: FaceMesh, zones: Zones) -> np.ndarray:
    """(V,) float32, 0 to 1: sRGB colours (V, 3) lie in the shade of a hat, against linear lit skin (V, 3)."""
    stops = np.log2((to_linear(rgb).mean(1) + 2e-3) / (skin.mean(1) + 2e-3))
    below_brim = smoothstep(face_height(mesh.vertices, zones), *_SHADED_HEIGHT) * zones.face
    return (1 - smoothstep(stops, *_SHADED_STOPS)) * below_brim


def _matched(
    surface: Surface, wanted: np.ndarray, base: np.ndarray, weights: np.ndarray, cast: np.ndarray | None = None
) -> np.ndarray:
    return np.clip(scaled(base, gain(surface, wanted, base, weights, cast)), 0, 255)


def _inner(bake: Bake, base: np.ndarray, zones: Zones) -> np.ndarray:
    """(V, 3) float32: teeth, tongue and the rest inside, each as a whole in the colour that the photo shows of it."""
    result = base.copy()
    for layer in np.unique(zones.vertex_layer[~zones.skin]):
        if layer == Layer.EYEBALL:
            continue
        member = zones.vertex_layer == layer
        weight = bake.vertex_weight * member
        if weight.sum() >= _ENOUGH_INSIDE:
            shown, expected = ((c * weight[:, None]).sum(0) / weight.sum() for c in (bake.vertex_rgb, base))
            result[member] = np.clip(base[member] * np.clip(shown / np.maximum(expected, 1), 0.3, 1.5), 0, 255)
    return result


def compose(bake: Bake, fill: Fill, mesh: FaceMesh, atlas: UvAtlas) -> Completion:
    """Photo over mirrored photo over the fill, texel by texel."""
    device = atlas.texels.device
    filling = torch.from_numpy(np.concatenate([fill.rgb, fill.growth[:, None]], 1).astype(np.float32)).to(device)
    twin_values = np.concatenate([fill.mirror_gain, fill.mirror_use[:, None]], 1).astype(np.float32)
    mirroring = torch.from_numpy(twin_values).to(device)
    xyz_mm = torch.tensor(mesh.vertices, dtype=torch.float32, device=device)
    rgb = bake.rgb.clone()
    origin = torch.full((len(atlas),), int(Origin.PHOTO), dtype=torch.uint8, device=device)
    for part in atlas.chunks():
        beyond_doubt = (bake.weight[part] > 0.999) & (bake.cosine[part] >= _PREFER_MIRROR[1])
        texels = (~beyond_doubt).nonzero()[:, 0] + part.start
        own, cosine = bake.weight.index_select(0, texels), bake.cosine.index_select(0, texels)
        point = atlas.interpolate(filling, texels)
        color = point[:, :3].contiguous()
        hairy = (point[:, 3] > 0.02).nonzero()[:, 0]
        bare = color.index_select(0, hairy)
        factor = streaks(atlas.interpolate(xyz_mm, texels.index_select(0, hairy)))
        color.index_copy_(0, hairy, mix(bare, bare * factor[:, None], point[:, 3].index_select(0, hairy)))
        filled = torch.full((len(texels),), int(Origin.MODEL), dtype=torch.uint8, device=device)

        twins = atlas.mirror.index_select(0, texels)
        shown = ((twins >= 0) & (bake.weight.index_select(0, twins.clamp(min=0)) > 0)).nonzero()[:, 0]
        twins = twins.index_select(0, shown)
        point = atlas.interpolate(mirroring, texels.index_select(0, shown))
        other = bake.weight.index_select(0, twins) * point[:, 3]
        mirrored = scaled(bake.rgb.index_select(0, twins), point[:, :3])
        color.index_copy_(0, shown, mix(color.index_select(0, shown), mirrored, other))
        filled[shown[other > 0.5]] = int(Origin.MIRRORED)
        grazing = 1 - smoothstep(cosine.index_select(0, shown), *_PREFER_MIRROR)
        squarer = bake.cosine.index_select(0, twins) > cosine.index_select(0, shown)
        own.index_copy_(0, shown, own.index_select(0, shown) * (1 - grazing * other * squarer))

        color = mix(color, bake.rgb.index_select(0, texels).float(), own)
        rgb.index_copy_(0, texels, color.round_().clamp_(0, 255).to(torch.uint8))
        origin[texels] = torch.where(own >= 0.5, int(Origin.PHOTO), filled).to(torch.uint8)
    return Completion(rgb, origin)


def _hair_growth(bake: Bake, surface: Surface, zones: Zones) -> np.ndarray:
    """(V,) float32, 0 to 1: where hair grows, as the photo shows it and as the model has it elsewhere."""
    known = bake.vertex_weight * zones.skin
    difference = (bake.vertex_hair - zones.hair) * (known > 0)
    believed = np.maximum(known, _BELIEF_IN_MODEL * (known <= 0))
    growth = zones.hair + surface.spread(difference[:, None], believed)[:, 0]
    return smoothstep(growth, 0.25, 0.75) * zones.skin * ~zones.ears


def _hair_color(bake: Bake, skin: np.ndarray, zones: Zones) -> np.ndarray:
    """(3,) linear: of the hair that the photo shows, or a guess from the brows."""
    seen = (bake.vertex_weight > 0.3) & (bake.vertex_hair > 0.6)
    if seen.sum() >= _ENOUGH_HAIR:
        return np.median(to_linear(bake.vertex_rgb[seen]), 0)
    brows = (bake.vertex_weight > 0.3) & (zones.brows > 0.6)
    dark = _HAIR_TO_SKIN * np.median(skin, 0)
    if not brows.any():
        return dark
    return _BROW_SHARE * np.median(to_linear(bake.vertex_rgb[brows]), 0) + (1 - _BROW_SHARE) * dark
