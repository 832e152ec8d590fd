"""Normals as the published models count them: every triangle around a vertex the same, whatever its size."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def even_normals(shape: Tensor, triangles: Tensor, triangles_around: Tensor) -> Tensor:
    """(B, N, 3) unit normals: the mean direction of the triangles around a vertex, each counting the same.

    shape: (B, N, 3). triangles: (F, 3) integer. triangles_around: (N, K) integer, padded with F.
    """
    a, b, c = (shape.index_select(1, corner) for corner in triangles.unbind(1))
    of_triangles = functional.normalize(torch.linalg.cross(a - b, b - c), dim=-1, eps=1e-12)
    none = torch.zeros_like(of_triangles[:, :1])
    around = torch.cat([of_triangles, none], 1).index_select(1, triangles_around.reshape(-1))
    total = around.reshape(len(shape), *triangles_around.shape, 3).sum(2)
    return functional.normalize(total, dim=-1, eps=1e-12)
