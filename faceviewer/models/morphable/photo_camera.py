"""From a network's pose in the 224 crop to the camera of the whole photo, in the program's own frames."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from faceviewer.geometry.crop224 import Crop224
from faceviewer.geometry.rotations import CAMERA_FROM_UPRIGHT
from faceviewer.models.morphable.camera import CAMERA_DISTANCE, CENTER_PX, FOCAL_PX, rotation_from_angles
from faceviewer.models.morphable.units import MM_PER_UNIT
from faceviewer.types import Camera


def camera_of_crop(origin: np.ndarray, angles: Tensor, translation: Tensor, crop: Crop224) -> Camera:
    """The camera that lays a head on the photo from which ``crop`` was cut, exactly as the crop shows it.

    origin: (3,) model units, where our head frame's origin lies in the model. angles: (3,) radians. translation: (3,)
    model units. The principal point is the middle of the crop, not of the photo, and where sizes were rounded to whole
    pixels the two focal lengths differ a little: that is how the network saw the face.
    """
    turn = rotation_from_angles(angles[None].cpu().double())[0].T.numpy()
    R = CAMERA_FROM_UPRIGHT @ turn
    t = R @ origin + CAMERA_FROM_UPRIGHT @ translation.cpu().double().numpy() + [0, 0, CAMERA_DISTANCE]
    scale = np.divide(crop.photo_size, crop.scaled_size)
    center = (CENTER_PX + np.array(crop.corner)) * scale
    K = np.array([[FOCAL_PX * scale[0], 0, center[0]], [0, FOCAL_PX * scale[1], center[1]], [0, 0, 1]])
    return Camera(K, R, t * MM_PER_UNIT, crop.photo_size)
