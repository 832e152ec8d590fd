"""Coefficients to geometry and colour: shape, normals, pose, the crop's camera, lit colours. Batched, any device.

Results live on the device of the coefficients. Points are rows and rotations multiply on the right, as in the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from faceviewer.models.hifi3d.face_model import Hifi3dModel
from faceviewer.models.hifi3d.tensors import tensors_of
from faceviewer.models.morphable.camera import crop_xy_px, project, rotation_from_angles, to_camera_space
from faceviewer.models.morphable.coefficients import Coefficients
from faceviewer.models.morphable.lighting import shading
from faceviewer.models.morphable.normals import even_normals


@dataclass(frozen=True, eq=False)
class Decoded:
    """Faces in space and in the 224 crop, B of them."""

    neutral: Tensor
    """(B, N, 3) model units, unposed, without expression."""
    shape: Tensor
    """(B, N, 3) model units, unposed, with expression."""
    normals: Tensor
    """(B, N, 3) unit, of ``shape``."""
    rotation: Tensor
    """(B, 3, 3), for rows: posed = shape @ rotation + translation."""
    posed_normals: Tensor
    """(B, N, 3) unit, turned with the head."""
    v3d: Tensor
    """(B, N, 3) model units, camera space: x right, y up, z the distance from the camera."""
    v2d: Tensor
    """(B, N, 2) crop px, y up from the crop's lower edge."""
    albedo: Tensor
    """(B, N, 3) RGB around 0 to 1, not clipped."""
    shading: Tensor
    """(B, N, 3) RGB factors: the photo's light."""

    @property
    def texture(self) -> Tensor:
        """(B, N, 3) RGB: albedo under the photo's light, not clipped."""
        return self.albedo * self.shading

    @property
    def crop_xy_px(self) -> Tensor:
        """(B, N, 2) crop px, y down, pixel centres at .5: ``v2d`` in our image coordinates."""
        return crop_xy_px(self.v2d)


def decode(model: Hifi3dModel, coefficients: Coefficients) -> Decoded:
    """Everything about the faces' geometry and colour; differentiable in the coefficients."""
    tensors = tensors_of(model, coefficients.identity.device)
    neutral, shape = decode_shapes(model, coefficients)
    normals = even_normals(shape, tensors.triangles, tensors.triangles_around)
    rotation = rotation_from_angles(coefficients.angles)
    posed_normals = normals @ rotation
    v3d = to_camera_space(shape, rotation, coefficients.translation)
    albedo = torch.addmm(tensors.mean_albedo, coefficients.albedo, tensors.albedo).reshape(shape.shape) / 255
    return Decoded(
        neutral=neutral,
        shape=shape,
        normals=normals,
        rotation=rotation,
        posed_normals=posed_normals,
        v3d=v3d,
        v2d=project(v3d),
        albedo=albedo,
        shading=shading(posed_normals, coefficients.light),
    )


def decode_shapes(model: Hifi3dModel, coefficients: Coefficients) -> tuple[Tensor, Tensor]:
    """((B, N, 3) without, (B, N, 3) with expression), model units, unposed, at a fraction of ``decode``'s cost."""
    tensors = tensors_of(model, coefficients.identity.device)
    person = coefficients.identity @ tensors.identity
    moved = torch.addmm(person, coefficients.expression, tensors.expression)
    shapes = (person + tensors.mean_shape, moved + tensors.mean_shape)
    neutral, shape = (flat.reshape(len(flat), -1, 3) for flat in shapes)
    return neutral, shape
