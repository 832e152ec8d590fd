"""Photos of one person on the layout of their heads, without a template: what none of them shows stays empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from faceviewer.geometry.normals import vertex_normals
from faceviewer.raster.uv_maps.color_match import match_colors
from faceviewer.raster.uv_maps.filters import box_mean, eroded
from faceviewer.raster.uv_maps.unwrap import PhotoView, Remapped, UnwrapInfo, remap, view_of
from faceviewer.raster.visibility import vertex_visibility
from faceviewer.types import FaceviewerError, Reconstruction

_RIM = 31
"""Width over which a photo fades out towards the border of what it shows, texels."""
_LEAST = 1e-4
"""What a photo counts at that very border: enough where it is alone."""
_ENOUGH = 0.01
"""Share of the map that two photos must have in common before their colours are compared."""


@dataclass(frozen=True, eq=False)
class Gathered:
    """A map of what photos show."""

    rgb: np.ndarray
    """(S, S, 3) float32, 0 to 255; 0 where nothing is seen."""
    share: np.ndarray
    """(S, S, K) float32: how much of each texel comes from each photo; sums to 1, or to 0 where nothing is seen."""

    @property
    def seen(self) -> np.ndarray:
        """(S, S) bool: texels that at least one photo shows."""
        return self.share.sum(-1) > 0


def view_of_head(head: Reconstruction, rgb: np.ndarray) -> PhotoView:
    """A photo (H, W, 3) uint8 of a reconstructed head; what the head hides of itself is not seen.

    Raises FaceviewerError for a photo of another size than the one that the head was made from.
    """
    mesh, camera = head.mesh, head.camera
    xyz = torch.tensor(camera.to_camera(mesh.vertices), dtype=torch.float32)[None]
    triangles, K = torch.tensor(mesh.topology.triangles), torch.tensor(camera.K, dtype=torch.float32)
    seen = vertex_visibility(xyz, triangles, K, camera.size)[0].numpy()
    return view_of(mesh, vertex_normals(mesh.vertices, mesh.topology.triangles), camera, rgb, seen=seen)


def gathered(views: Sequence[PhotoView], info: UnwrapInfo) -> Gathered:
    """The map of the views, each texel mostly from the one that it faces; colours are those of the first view."""
    if not views:
        raise FaceviewerError("there is no photo to unwrap")
    remapped = [remap(view, info) for view in views]
    weights = np.stack([_weight(one, view, info) for one, view in zip(remapped, views, strict=True)], -1)
    total = weights.sum(-1, keepdims=True)
    share = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    rgb = sum(_in_colors_of(remapped[0], one) * share[..., k, None] for k, one in enumerate(remapped))
    return Gathered(np.asarray(rgb, np.float32), share)


def _weight(one: Remapped, view: PhotoView, info: UnwrapInfo) -> np.ndarray:
    """(S, S) float32: 0 where a view shows nothing, most where the surface faces it, away from its border."""
    facing = info.spread(view.facing[:, None])[..., 0].clip(0, 1)
    inner = box_mean(eroded(one.mask > 0.5, _RIM // 2).astype(np.float32), _RIM)
    return one.mask * (facing**4 * inner + np.float32(_LEAST))


def _in_colors_of(first: Remapped, other: Remapped) -> np.ndarray:
    """(S, S, 3) float32: a view in the colours that another has where both see."""
    common = first.mask * other.mask
    if other is first or common.mean() < _ENOUGH:
        return other.rgb
    return match_colors(other.rgb, first.rgb, common, flattening=1)
