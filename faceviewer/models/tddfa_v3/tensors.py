"""The face model's arrays as tensors, once per device."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.types import PART_NAMES


@dataclass(frozen=True, eq=False)
class ModelTensors:
    """See ``FaceModel``; on the CPU the large ones share its memory."""

    mean_shape: Tensor
    """(1, 3 N)."""
    shape_basis: tuple[Tensor, Tensor]
    """Identity (80, 3 N) and expression (64, 3 N)."""
    mean_albedo: Tensor
    """(1, 3 N)."""
    albedo_basis: Tensor
    """(80, 3 N)."""
    triangles: Tensor
    """(F, 3) int64."""
    triangles_around: Tensor
    """(N, 8) int64."""
    part_members: Tensor
    """(N, 8) float32: 1 where the vertex belongs to the part."""


@lru_cache(maxsize=2)
def tensors_of(model: FaceModel, device: torch.device) -> ModelTensors:
    """The model on a device, moved there at the first call."""

    def put(array: np.ndarray) -> Tensor:
        return torch.tensor(array, device=device)

    def share(basis: np.ndarray) -> Tensor:
        return torch.as_tensor(basis.reshape(len(basis), -1), device=device)

    members = np.zeros((len(model.uv), len(PART_NAMES)), np.float32)
    for number, name in enumerate(PART_NAMES):
        members[model.parts[name], number] = 1
    return ModelTensors(
        mean_shape=put(model.mean_shape.reshape(1, -1)),
        shape_basis=(share(model.identity), share(model.expression)),
        mean_albedo=put(model.mean_albedo.reshape(1, -1)),
        albedo_basis=share(model.albedo),
        triangles=put(model.triangles.astype(np.int64)),
        triangles_around=put(model.triangles_around.astype(np.int64)),
        part_members=put(members),
    )
