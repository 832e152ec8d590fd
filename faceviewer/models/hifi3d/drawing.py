"""The faces as the 224 crop shows them, coloured by their vertices or by a UV map, as FFHQ-UV's fitting draws them."""

from __future__ import annotations

import torch
from torch import Tensor

from faceviewer.models.hifi3d.decode import Decoded
from faceviewer.models.hifi3d.face_model import Hifi3dModel
from faceviewer.models.hifi3d.schema import LAYOUT_SIDE
from faceviewer.models.hifi3d.tensors import tensors_of
from faceviewer.models.morphable.camera import CROP_SIZE
from faceviewer.models.morphable.crop_drawing import CropDrawing
from faceviewer.raster.rasterize import rasterize


def draw(model: Hifi3dModel, decoded: Decoded, *, face_only: bool = False) -> CropDrawing:
    """Rasterise the whole heads, or their faces alone, into the crops; both sides of the triangles."""
    tensors = tensors_of(model, decoded.v3d.device)
    triangles = tensors.face_triangles if face_only else tensors.triangles
    size = (CROP_SIZE, CROP_SIZE)
    fragments = rasterize(decoded.crop_xy_px, decoded.v3d[..., 2], triangles, size)
    return CropDrawing(fragments, triangles, decoded.v3d.shape[1])


def paint_uv_map(model: Hifi3dModel, decoded: Decoded, drawing: CropDrawing, uv_map: Tensor) -> Tensor:
    """(B, 224, 224, 3): the map's texels under the photo's light, 0 where empty.

    uv_map: (S, S, 3) for all faces or (B, S, S, 3); row 0 is v = 1. Each pixel takes the one texel that it falls on,
    so the result is differentiable in the map and the light, not in the geometry. Vertices at the layout's seam have
    one of their two coordinates, as in the published fitting: the seam itself is smeared.
    """
    maps = uv_map.expand(len(decoded.shape), *uv_map.shape[-3:])
    side = maps.shape[1]
    layout = tensors_of(model, uv_map.device).layout_rc * (side / LAYOUT_SIDE)
    row, column = drawing.paint(layout.expand(len(maps), -1, -1)).clamp(0, side).long().unbind(-1)
    texel = (row * side + column).clamp(max=side * side - 1)
    flat = maps.reshape(len(maps), -1, 3)
    colors = flat.gather(1, texel.reshape(len(maps), -1, 1).expand(-1, -1, 3)).reshape(*texel.shape, 3)
    return torch.where(drawing.mask[..., None], colors * drawing.paint(decoded.shading), 0.0)
