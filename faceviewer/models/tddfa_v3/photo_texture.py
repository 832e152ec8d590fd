"""Textures for export: the photo's own pixels at its own resolution, completed by the model's colours.

The reference looks at the 224 crop once per vertex (``texture.reference_layers``); here every texel looks at the photo.
Texels are sampled at their centres, so that the pictures lie on the mesh as they are, and colours are carried a few
texels beyond the layout's edge.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from faceviewer.models.morphable.camera import CAMERA_DISTANCE
from faceviewer.models.tddfa_v3.blend import UvLayers, median_blend, poisson_blend, truncated
from faceviewer.models.tddfa_v3.convert import topology_of
from faceviewer.models.tddfa_v3.decode import Decoded
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.raster.sampling import sample_bilinear
from faceviewer.raster.texture.uv_atlas import UvAtlas, uv_atlas
from faceviewer.raster.visibility import project
from faceviewer.types import Camera, Origin, Photo, Texture

_FAR_PX = 1e6
"""Beyond all photos; absurd coefficients put points at the camera itself."""
_LEAST_LIGHT = 0.2
"""Deeper shadows are not lifted: they hold more noise than colour."""

Blend = Callable[[UvLayers], np.ndarray]
BLENDS: dict[str, Blend] = {"poisson": poisson_blend, "median": median_blend}
"""How photo and model are joined, by the name of the option."""


def photo_texture(joined: np.ndarray, layers: UvLayers, covered: np.ndarray) -> Texture:
    """What a ``Blend`` made of ``layers``, with the photo as the origin where it is seen.

    joined: (S, S, 3). covered: (S, S) bool, see ``covered_by``.
    """
    rgb = joined if joined.dtype == np.uint8 else truncated(joined)
    origin = np.where(layers.weight < 0.5, Origin.PHOTO, Origin.MODEL).astype(np.uint8)
    return Texture(rgb, np.where(covered, origin, np.uint8(Origin.EMPTY)), "photo")


def model_texture(layers: UvLayers, covered: np.ndarray) -> Texture:
    """The model's colours under the photo's light, without any of the photo's pixels."""
    return Texture(truncated(layers.model), np.where(covered, np.uint8(Origin.MODEL), np.uint8(Origin.EMPTY)), "model")


def covered_by(model: FaceModel, size: int, device: torch.device) -> np.ndarray:
    """(size, size) bool: the texels of the layout."""
    covered = np.zeros(size * size, bool)
    covered[_atlas(model, size, device).texels.cpu().numpy()] = True
    return covered.reshape(size, size)


def texel_layers(
    model: FaceModel,
    decoded: Decoded,
    photo: Photo,
    camera: Camera,
    visible: Tensor,
    *,
    size: int,
    face: int = 0,
    delight: bool = False,
) -> UvLayers:
    """The UV pictures of one of the decoded faces, seen by ``camera`` (``convert.photo_camera``), at any size.

    visible: (B, N) bool. Beside hidden texels, those that lie outside of the photo are left to the model. delight: the
    model's colours without the photo's light, and the photo's divided by the light that the network saw.
    """
    device = decoded.v3d.device
    atlas = _atlas(model, size, device)
    hidden = 1 - visible[face].to(decoded.texture)[:, None]
    skin = (decoded.albedo if delight else decoded.texture)[face].clamp(0, 1)
    values = torch.cat([skin, hidden, decoded.posed[face], _light(decoded, face)], -1)
    at_texels = torch.cat([atlas.interpolate(values, part) for part in atlas.chunks()])
    model_rgb, weight, posed, light = at_texels.split([3, 1, 3, 3], -1)
    xy_px = _in_photo(posed, camera)
    outside = ((xy_px < 0) | (xy_px > xy_px.new_tensor(photo.size))).any(-1, keepdim=True)
    weight = torch.where(outside, 1.0, weight)
    picture, corner = _around(photo, xy_px)
    photo_rgb = sample_bilinear(picture.to(device), xy_px - corner) / 255
    if delight:
        photo_rgb = (photo_rgb / light.clamp(min=_LEAST_LIGHT)).clamp(0, 1)
    carried = torch.cat([model_rgb, photo_rgb, weight], -1).index_select(0, atlas.source.long())
    carried[atlas.empty.long()] = 0
    picture = carried.reshape(size, size, -1).cpu().numpy()
    return UvLayers(picture[..., :3], picture[..., 3:6], picture[..., 6])


def _light(decoded: Decoded, face: int) -> Tensor:
    """(N, 3) by how much the photo's light changes the skin's colours."""
    return decoded.texture[face] / decoded.albedo[face].clamp(min=1e-3)


def _atlas(model: FaceModel, size: int, device: torch.device) -> UvAtlas:
    return uv_atlas(topology_of(model), size, str(device))


def _in_photo(posed: Tensor, camera: Camera) -> Tensor:
    """(T, 2) photo px of points (T, 3) in the model's posed frame, which is the camera's turned upright."""
    from_camera = posed * posed.new_tensor([1.0, -1.0, -1.0]) + posed.new_tensor([0.0, 0.0, CAMERA_DISTANCE])
    xy_px = project(from_camera[None], torch.tensor(camera.K, dtype=posed.dtype, device=posed.device))[0]
    return xy_px.nan_to_num(-_FAR_PX).clamp(-_FAR_PX, _FAR_PX)


def _around(photo: Photo, xy_px: Tensor) -> tuple[Tensor, Tensor]:
    """The part of the photo in which the positions lie, (h, w, 3) uint8, and its corner: photos may be huge."""
    width, height = photo.size
    low, high = (xy_px.amin(0).floor() - 2).long().tolist(), (xy_px.amax(0).ceil() + 2).long().tolist()
    left, top = min(max(low[0], 0), width - 1), min(max(low[1], 0), height - 1)
    part = photo.rgb[top : max(high[1], top + 1), left : max(high[0], left + 1)]
    return torch.tensor(part), xy_px.new_tensor([left, top])
