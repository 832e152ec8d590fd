"""One photo onto a head's texels: colours by bicubic lookup, and how far each of them is to be believed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from faceviewer.io.cv import cv2
from faceviewer.raster.sampling import sample_bicubic, sample_bilinear
from faceviewer.raster.texture.exclusion import Materials
from faceviewer.raster.texture.ramps import smoothstep
from faceviewer.raster.texture.uv_atlas import UvAtlas
from faceviewer.raster.texture.view import View
from faceviewer.raster.visibility import visibility
from faceviewer.types import Topology

GRAZING_COSINE, SQUARE_COSINE = 0.2, 0.5
"""A photo is not used on surfaces turned away by more than 78 degrees, and used fully up to 60 degrees."""
_LOW_PASS_MM = 1.2


@dataclass(frozen=True, eq=False)
class Bake:
    """What one photo says about the N covered texels and the V vertices."""

    rgb: Tensor
    """(N, 3) uint8, 0 where ``weight`` is 0."""
    weight: Tensor
    """(N,) float32, 0 to 1."""
    cosine: Tensor
    """(N,) float32, of the viewing angle; 0 where ``weight`` is 0."""
    vertex_rgb: np.ndarray
    """(V, 3) float32, 0 to 255: the photo without fine detail."""
    vertex_weight: np.ndarray
    """(V,) float32, 0 to 1."""
    vertex_hair: np.ndarray
    """(V,) float32, 0 to 1: shows hair, where ``vertex_weight`` is above 0."""
    hat: bool
    """A hat is worn, so the upper face may lie in its shade."""


def bake_texels(view: View, trust: np.ndarray, materials: Materials, topology: Topology, atlas: UvAtlas) -> Bake:
    """Look up the photo for every texel; trust: (h, w) float32, see ``outline_trust``."""
    device = atlas.texels.device
    trust = trust * materials.usable
    vertex_rgb, vertex_weight, vertex_hair = _bake_vertices(view, trust, materials.hair)
    values = np.concatenate([view.xyz_camera, view.cosine[:, None], view.seen[:, None]], 1)
    vertices = torch.from_numpy(values).to(device)
    seen = view.seen[topology.triangles]
    mixed = torch.from_numpy((seen > 0).any(1) & (seen < 1).any(1)).to(device)
    facing = view.cosine[topology.triangles] > GRAZING_COSINE
    candidate = torch.from_numpy((facing & (seen > 0)).any(1)).to(device)

    picture = torch.tensor(_reduced(view, topology, atlas), device=device)
    trust_map = torch.from_numpy(trust[..., None]).to(device)
    K = view.K.tolist()
    size = torch.tensor([view.rgb.shape[1], view.rgb.shape[0]], dtype=torch.float32, device=device)
    to_picture = torch.tensor([picture.shape[1], picture.shape[0]], device=device) / size
    to_map = torch.tensor([trust.shape[1], trust.shape[0]], device=device) / size

    rgb = torch.zeros((len(atlas), 3), dtype=torch.uint8, device=device)
    weight, cosine = torch.zeros((2, len(atlas)), device=device)
    for part in atlas.chunks():
        chosen = candidate.index_select(0, atlas.triangle[part]).nonzero()[:, 0] + part.start
        x, y, z, cos, shown = atlas.interpolate(vertices, chosen).T.contiguous()
        unsure = mixed.index_select(0, atlas.triangle.index_select(0, chosen)).nonzero()[:, 0]
        xyz = torch.stack([x[unsure], y[unsure], z[unsure]], -1)
        towards = -torch.nn.functional.normalize(xyz, dim=-1)
        shown[unsure] = visibility(view.depths, xyz[None], towards[None])[0][0]
        xy = torch.stack([(k[0] * x + k[1] * y) / z + k[2] for k in K[:2]], -1)
        inside = (xy[:, 0] > 0) & (xy[:, 1] > 0) & (xy[:, 0] < size[0]) & (xy[:, 1] < size[1])
        believed = sample_bilinear(trust_map, xy * to_map)[:, 0]
        total = believed * shown * smoothstep(cos, GRAZING_COSINE, SQUARE_COSINE) * inside
        used = (total > 1e-3).nonzero()[:, 0]
        texels = chosen.index_select(0, used)
        colors = sample_bicubic(picture, xy.index_select(0, used) * to_picture)
        rgb.index_copy_(0, texels, colors.round_().clamp_(0, 255).to(torch.uint8))
        weight.index_copy_(0, texels, total.index_select(0, used))
        cosine.index_copy_(0, texels, cos.index_select(0, used))
    return Bake(rgb, weight, cosine, vertex_rgb, vertex_weight, vertex_hair, materials.hat)


def _reduced(view: View, topology: Topology, atlas: UvAtlas) -> np.ndarray:
    """The crop, (h, w, 3) uint8, averaged down when its pixels are finer than the texels, so that none is skipped."""
    facing = ((view.cosine > 0.5) & (view.seen > 0.5))[topology.triangles].all(1)
    shown = topology.triangles[facing]
    texels = _areas(topology.uv[topology.uv_triangles[facing]]) * atlas.size**2
    factor = (_areas(view.xy_px[shown]) / max(texels, 1.0)) ** 0.5
    if factor < 1.5:
        return view.rgb
    size = max(1, round(view.rgb.shape[1] / factor)), max(1, round(view.rgb.shape[0] / factor))
    return cv2.resize(view.rgb, size, interpolation=cv2.INTER_AREA)


def _areas(corners: np.ndarray) -> float:
    """Total area of triangles (n, 3, 2)."""
    (ax, ay), (bx, by) = (corners[:, 1] - corners[:, 0]).T, (corners[:, 2] - corners[:, 0]).T
    return float(np.abs(ax * by - ay * bx).sum()) / 2


def _bake_vertices(view: View, trust: np.ndarray, hair: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Colours (V, 3) float32 of the smoothed photo at the vertices, weights (V,) and shares of hair (V,)."""
    sigma = max(0.6, _LOW_PASS_MM / view.mm_per_map_px)
    rgb = view.map_rgb().astype(np.float32)
    believed = trust[..., None] + 1e-4
    blurred = cv2.GaussianBlur(np.concatenate([rgb * believed, believed], -1), (0, 0), sigma)
    layers = np.concatenate([blurred[..., :3] / blurred[..., 3:], trust[..., None], hair[..., None]], -1)
    scale = np.array(view.map_size, np.float32) / (view.rgb.shape[1], view.rgb.shape[0])
    xy = np.nan_to_num(view.xy_px * scale, nan=-1e4)
    sampled = sample_bilinear(torch.from_numpy(layers), torch.from_numpy(xy)).numpy()
    inside = ((xy > 0) & (xy < view.map_size)).all(1)
    angle = smoothstep(view.cosine, GRAZING_COSINE, SQUARE_COSINE)
    weight = smoothstep(sampled[:, 3] * angle, 0.3, 0.9) * (view.seen > 0.99) * inside
    return sampled[:, :3], weight, sampled[:, 4]
