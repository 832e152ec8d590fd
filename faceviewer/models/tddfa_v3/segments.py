"""The 8 parts of the face in the crop: all of each part, or what is seen of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from faceviewer.models.morphable.camera import CROP_SIZE
from faceviewer.models.morphable.crop_drawing import CropDrawing
from faceviewer.models.tddfa_v3.decode import Decoded
from faceviewer.models.tddfa_v3.drawing import LIKE_GPU, PixelRule, pixel_positions
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.models.tddfa_v3.tensors import tensors_of
from faceviewer.raster.rasterize import rasterize
from faceviewer.types import PART_NAMES

_WIDEST_MARGIN_PX = 2048
"""Triangles that reach farther out of the crop than this are not drawn: no face has them."""


@dataclass(frozen=True, eq=False)
class _PartTriangles:
    """The triangles of all parts over vertices of their own, so that each part can be moved aside."""

    vertices: Tensor
    """(M,) int64 model vertices, part after part."""
    part: Tensor
    """(M,) int64 place in ``PART_NAMES``."""
    triangles: Tensor
    """(T, 3) int64 into ``vertices``."""


def part_masks(model: FaceModel, decoded: Decoded, rule: PixelRule = LIKE_GPU) -> Tensor:
    """(B, 224, 224, 8) bool: where each part lies, whatever is in front of it, itself included.

    All parts are drawn at once, side by side, far enough apart that none reaches into its neighbour.
    """
    parts = _part_triangles(model, decoded.v3d.device)
    xy_px = pixel_positions(decoded, rule).index_select(1, parts.vertices)
    depth = decoded.v3d[..., 2].index_select(1, parts.vertices)
    triangles, margin_px = _inside_frame(xy_px, parts.triangles)
    pitch_px = CROP_SIZE + margin_px
    aside = torch.stack([torch.zeros_like(parts.part), parts.part * pitch_px], -1)
    height = (len(PART_NAMES) - 1) * pitch_px + CROP_SIZE
    drawn = rasterize(xy_px + aside, depth, triangles, (CROP_SIZE, height)).mask
    strips = [drawn[:, row * pitch_px : row * pitch_px + CROP_SIZE] for row in range(len(PART_NAMES))]
    return torch.stack(strips, -1)


def seen_part_masks(model: FaceModel, drawing: CropDrawing, visible: Tensor) -> Tensor:
    """(B, 224, 224, 8) bool: where each part is seen, given the ``visible`` (B, N) vertices."""
    members = tensors_of(model, visible.device).part_members
    return drawing.paint(members * visible[..., None]) >= 0.5


def part_labels(masks: Tensor) -> Tensor:
    """(..., H, W) uint8 of masks (..., H, W, 8): 0 none, 1 to 8 the part + 1; where parts meet, the later one."""
    numbers = torch.arange(1, masks.shape[-1] + 1, dtype=torch.uint8, device=masks.device)
    return (masks * numbers).amax(-1)


def _inside_frame(xy_px: Tensor, triangles: Tensor) -> tuple[Tensor, int]:
    """The triangles that may meet the crop in some member, and how far these reach beyond it at most, px."""
    beyond = _beyond(xy_px).amax()
    if beyond < CROP_SIZE:  # the usual face; looking at every triangle would cost more than the rows it spares
        return triangles, 1 + max(0, int(beyond))
    corners = xy_px[:, triangles.T.reshape(-1)].reshape(len(xy_px), 3, -1, 2)
    least, greatest = corners.amin(1), corners.amax(1)
    beyond = _beyond(corners).amax(1)
    meets = ((greatest >= 0) & (least <= CROP_SIZE)).all(-1) & (beyond < _WIDEST_MARGIN_PX)
    return triangles[meets.any(0)], 1 + int(torch.where(meets, beyond, 0.0).amax())


def _beyond(xy_px: Tensor) -> Tensor:
    """(...) px that positions (..., 2) lie outside the crop, negative inside; not a number where they are none."""
    return torch.maximum(-xy_px, xy_px - CROP_SIZE).amax(-1)


@lru_cache(maxsize=2)
def _part_triangles(model: FaceModel, device: torch.device) -> _PartTriangles:
    vertices, part, triangles, first = [], [], [], 0
    for number, name in enumerate(PART_NAMES):
        ids, corners = np.unique(model.part_triangles[name], return_inverse=True)
        vertices.append(ids.astype(np.int64))
        part.append(np.full(len(ids), number))
        triangles.append(corners.reshape(-1, 3) + first)
        first += len(ids)
    joined = (torch.as_tensor(np.concatenate(pieces), device=device) for pieces in (vertices, part, triangles))
    return _PartTriangles(*joined)
