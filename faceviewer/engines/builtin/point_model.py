"""The head's landmarks as a linear model in torch: what the fit moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from faceviewer.models.head_model import HeadModel
from faceviewer.types import BLENDSHAPE_NAMES


@dataclass(frozen=True, eq=False)
class PointModel:
    """L points of the head under identity and expression, head frame, mm."""

    mean: Tensor
    """(L, 3), or (B, L, 3) for B heads of a shape of their own."""
    basis: Tensor
    """(L, 3, K + E): identity directions, then expression shapes."""
    identity_count: int
    expression_names: tuple[str, ...]

    @property
    def expression_count(self) -> int:
        return self.basis.shape[2] - self.identity_count

    def points(self, coefficients: Tensor) -> Tensor:
        """(B, K + E) to (B, L, 3) mm."""
        return self.mean + torch.matmul(self.basis, coefficients[:, None, :, None])[..., 0]

    def frozen(self, coefficients: Tensor) -> PointModel:
        """The heads of coefficients (B, K + E) as models without shapes: all that a fit can move is pose and camera."""
        return PointModel(self.points(coefficients), self.basis[..., :0], 0, ())


Points = tuple[np.ndarray, np.ndarray]
"""Points on a mesh as in ``Topology.landmarks``: (L, 3) corner vertices, (L, 3) barycentric weights."""


def point_rows(head: HeadModel, points: Points) -> sp.csr_matrix:
    """(L, n_control) that takes the head's control vertices to points on its rendered surface."""
    corners, weights = points
    rows = np.repeat(np.arange(len(corners)), 3)
    shape = (len(corners), len(head.subdivision.indptr) - 1)
    return sp.csr_matrix(sp.csr_matrix((weights.ravel(), (rows, corners.ravel())), shape=shape) @ head.subdivision)


def lift_shapes(lift: sp.csr_matrix, shapes: np.ndarray) -> np.ndarray:
    """(L, 3, S) float64 displacements of L points, from (S, n_control, 3) shapes."""
    flat = lift @ shapes.astype(np.float64).transpose(1, 2, 0).reshape(shapes.shape[1], -1)
    return flat.reshape(-1, 3, len(shapes))


def point_normals(head: HeadModel, points: Points) -> np.ndarray:
    """(L, 3) unit normals of the mean head's triangles that hold the points."""
    corners = head.mean_vertices_mm()[points[0]].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


def point_model(head: HeadModel, points: Points, device: str) -> PointModel:
    """The model of points on the head, float32 on ``device``; a tongue, which no point shows, is left where it is."""
    lift = point_rows(head, points)
    detected = np.isin(head.expression_names, BLENDSHAPE_NAMES)[:, None, None]
    basis = lift_shapes(lift, np.concatenate([head.identity_control, head.expression_control * detected]))

    def tensor(array: np.ndarray) -> Tensor:
        return torch.as_tensor(np.ascontiguousarray(array), dtype=torch.float32, device=device)

    return PointModel(
        tensor(lift @ head.mean_control_mm.astype(np.float64)),
        tensor(basis),
        len(head.identity_control),
        head.expression_names,
    )
