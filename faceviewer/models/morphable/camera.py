"""The camera and the pose of Deep3DFaceRecon and its descendants: a fixed pinhole before a head that turns and moves.

Points are rows and rotations multiply on the right, as in the published models. Source: Y. Deng et al., Accurate 3D
Face Reconstruction with Weakly-Supervised Learning, 2019.
"""

from __future__ import annotations

import torch
from torch import Tensor

CROP_SIZE = 224
"""Side of the picture that the networks see, px."""
FOCAL_PX = 1015.0
CENTER_PX = 112.0
CAMERA_DISTANCE = 10.0
"""Model units from the camera to the model's origin."""


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
    """(B, N, 3) model units: x right, y up, z the distance from the camera, of unposed (B, N, 3)."""
    posed = torch.baddbmm(translation[:, None], shape, rotation)
    toward = posed.new_tensor([1.0, 1.0, -1.0])
    return posed * toward + posed.new_tensor([0.0, 0.0, CAMERA_DISTANCE])


def project(v3d: Tensor) -> Tensor:
    """Camera space (..., 3) to crop px (..., 2), y up from the crop's lower edge."""
    return FOCAL_PX * v3d[..., :2] / v3d[..., 2:] + CENTER_PX


def crop_xy_px(v2d: Tensor) -> Tensor:
    """Crop px (..., 2), y up, to our image coordinates: y down, pixel centres at .5."""
    return torch.stack([v2d[..., 0], CROP_SIZE - v2d[..., 1]], -1)
