"""The HiFi3D++ model's arrays as tensors, once per device."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from faceviewer.models.hifi3d.face_model import Hifi3dModel


@dataclass(frozen=True, eq=False)
class ModelTensors:
    """See ``Hifi3dModel``; on the CPU the large ones share its memory."""

    mean_shape: Tensor
    """(1, 3 N)."""
    identity: Tensor
    """(532, 3 N)."""
    expression: Tensor
    """(45, 3 N)."""
    mean_albedo: Tensor
    """(1, 3 N)."""
    albedo: Tensor
    """(439, 3 N)."""
    triangles: Tensor
    """(F, 3) int64."""
    face_triangles: Tensor
    """(G, 3) int64."""
    triangles_around: Tensor
    """(N, K) int64."""
    layout_rc: Tensor
    """(N, 2)."""


@lru_cache(maxsize=2)
def tensors_of(model: Hifi3dModel, device: torch.device) -> ModelTensors:
    """The model on a device, moved there at the first call."""

    def put(array: np.ndarray) -> Tensor:
        return torch.tensor(array, device=device)

    def share(basis: np.ndarray) -> Tensor:
        return torch.as_tensor(basis.reshape(len(basis), -1), device=device)

    return ModelTensors(
        mean_shape=put(model.mean_shape.reshape(1, -1)),
        identity=share(model.identity),
        expression=share(model.expression),
        mean_albedo=put(model.mean_albedo.reshape(1, -1)),
        albedo=share(model.albedo),
        triangles=put(model.triangles.astype(np.int64)),
        face_triangles=put(model.face_triangles.astype(np.int64)),
        triangles_around=put(model.triangles_around.astype(np.int64)),
        layout_rc=put(model.layout_rc),
    )
