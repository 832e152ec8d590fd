"""Coefficients to geometry and colour: shape, normals, pose, the crop's camera, lit texture. Batched, any device.

Results live on the device of the coefficients. Points are rows and rotations multiply on the right, as in the model.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from faceviewer.models.tddfa_v3.coefficients import Coefficients
from faceviewer.models.tddfa_v3.face_model import FaceModel
from faceviewer.models.tddfa_v3.lighting import light_albedo
from faceviewer.models.tddfa_v3.tensors import ModelTensors, tensors_of

CROP_SIZE = 224
"""Side of the picture that the network sees, px."""
FOCAL_PX = 1015.0
CENTER_PX = 112.0
CAMERA_DISTANCE = 10.0
"""Model units from the camera to the model's origin."""


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
        return torch.stack([self.v2d[..., 0], CROP_SIZE - self.v2d[..., 1]], -1)

    @property
    def posed(self) -> Tensor:
        """(B, N, 3) model units: turned and moved, z towards the camera; what the reference writes into OBJ files."""
        x, y, z = self.v3d.unbind(-1)
        return torch.stack([x, y, CAMERA_DISTANCE - z], -1)


def decode(model: FaceModel, coefficients: Coefficients) -> Decoded:
    """Everything about the faces' geometry and colour."""
    tensors = tensors_of(model, coefficients.identity.device)
    shape = decode_shape(model, coefficients)
    normals = vertex_normals(tensors, shape)
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


def vertex_normals(tensors: ModelTensors, shape: Tensor) -> Tensor:
    """(B, N, 3) unit normals: the mean direction of up to eight triangles around a vertex, each counting the same."""
    a, b, c = (shape.index_select(1, corner) for corner in tensors.triangles.unbind(1))
    of_triangles = functional.normalize(torch.linalg.cross(a - b, b - c), dim=-1, eps=1e-12)
    none = torch.zeros_like(of_triangles[:, :1])
    around = torch.cat([of_triangles, none], 1).index_select(1, tensors.triangles_around.reshape(-1))
    total = around.reshape(len(shape), *tensors.triangles_around.shape, 3).sum(2)
    return functional.normalize(total, dim=-1, eps=1e-12)


def rotation_from_angles(angles: Tensor) -> Tensor:
    """(B, 3, 3) rotations for rows from (B, 3) radians about x, y, z: transposed Rz Ry Rx."""
    (sin_x, sin_y, sin_z), (cos_x, cos_y, cos_z) = angles.sin().unbind(1), angles.cos().unbind(1)
    rows = [
        [cos_z * cos_y, sin_z * cos_y, -sin_y],
        [cos_z * sin_y * sin_x - sin_z * cos_x, sin_z * sin_y * sin_x + cos_z * cos_x, cos_y * sin_x],
        [cos_z * sin_y * cos_x + sin_z * sin_x, sin_z * sin_y * cos_x - cos_z * sin_x, cos_y * cos_x],
    ]
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def to_camera_space(shape: Tensor, rotation: Tensor, translation: Tensor) -> Tensor:
    """(B, N, 3) model units with z the distance from the camera; see ``Decoded.v3d``."""
    posed = torch.baddbmm(translation[:, None], shape, rotation)
    toward = posed.new_tensor([1.0, 1.0, -1.0])
    return posed * toward + posed.new_tensor([0.0, 0.0, CAMERA_DISTANCE])


def project(v3d: Tensor) -> Tensor:
    """Camera space (..., 3) to crop px (..., 2), y up."""
    return FOCAL_PX * v3d[..., :2] / v3d[..., 2:] + CENTER_PX
