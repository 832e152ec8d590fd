"""Coefficients to geometry and colour: shape, normals, pose, the crop's camera, lit texture. Batched, any device.

Results live on the device of the coefficients. Points are rows and rotations multiply on the right, as in the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from faceviewer.models.morphable.camera import (
    CAMERA_DISTANCE,
    crop_xy_px,
    project,
    rotation_from_angles,
    to_camera_space,
)
from faceviewer.models.morphable.lighting import light_albedo
from faceviewer.models.morphable.normals import even_normals
from faceviewer.models.tddfa_v3.coefficients import Coefficients
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.models.tddfa_v3.tensors import tensors_of


@dataclass(frozen=True, eq=False)
class Decoded:
    """Faces in space and in the 224 crop, B of them."""

    shape: Tensor
    """(B, N, 3) model units, unposed: x to the image's right, y up, z out."""
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
    texture: Tensor
    """(B, N, 3) RGB: albedo under the photo's light, not clipped."""

    @property
    def crop_xy_px(self) -> Tensor:
        """(B, N, 2) crop px, y down, pixel centres at .5: ``v2d`` in our image coordinates."""
        return crop_xy_px(self.v2d)

    @property
    def posed(self) -> Tensor:
        """(B, N, 3) model units: turned and moved, z towards the camera; what the reference writes into OBJ files."""
        x, y, z = self.v3d.unbind(-1)
        return torch.stack([x, y, CAMERA_DISTANCE - z], -1)


def decode(model: FaceModel, coefficients: Coefficients) -> Decoded:
    """Everything about the faces' geometry and colour."""
    tensors = tensors_of(model, coefficients.identity.device)
    shape = decode_shape(model, coefficients)
    normals = even_normals(shape, tensors.triangles, tensors.triangles_around)
    rotation = rotation_from_angles(coefficients.angles)
    posed_normals = normals @ rotation
    v3d = to_camera_space(shape, rotation, coefficients.translation)
    flat = torch.addmm(tensors.mean_albedo, coefficients.albedo, tensors.albedo_basis)
    albedo = flat.reshape(shape.shape) / 255
    return Decoded(
        shape=shape,
        normals=normals,
        rotation=rotation,
        posed_normals=posed_normals,
        v3d=v3d,
        v2d=project(v3d),
        albedo=albedo,
        texture=light_albedo(albedo, posed_normals, coefficients.light),
    )


def decode_shape(model: FaceModel, coefficients: Coefficients) -> Tensor:
    """(B, N, 3) model units: the unposed faces alone, at a fraction of the cost."""
    tensors = tensors_of(model, coefficients.identity.device)
    identity, expression = tensors.shape_basis
    offset = torch.addmm(coefficients.identity @ identity, coefficients.expression, expression)
    offset += tensors.mean_shape  # last: small numbers are summed among themselves, or normals show the rounding
    return offset.reshape(len(offset), -1, 3)
