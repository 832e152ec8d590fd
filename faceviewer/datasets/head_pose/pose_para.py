"""``Pose_Para`` and landmarks of the ``.mat`` files that 300W-LP and AFLW2000-3D share.

Pixels are taken as the files have them. Whether the centre of the first pixel was meant as 0 or, as in MATLAB, as 1 is
written nowhere; published programs use the numbers unchanged, and counted from the photo's corner, as faceviewer does,
they are off by no more than half a pixel in either case.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from faceviewer.datasets.head_pose.checked import array_in
from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.io.safe_load import load_mat
from faceviewer.types import FaceviewerError

_MAX_BYTES = 16 << 20
_NUMBERS = 7
"""Pitch, yaw, roll in radians, then x, y, z and scale of a drawing without perspective, which tells no distance."""


def read_mat(path: Path) -> dict[str, np.ndarray]:
    """Name -> array. Raises FaceviewerError."""
    return load_mat(path, max_bytes=_MAX_BYTES)


def rotation_in(arrays: Mapping[str, np.ndarray], where: Path) -> np.ndarray:
    """(3, 3) R_camera_head of ``Pose_Para``. Raises FaceviewerError."""
    pitch, yaw, roll = array_in(arrays, "Pose_Para", (1, _NUMBERS), where)[0, :3].tolist()
    if max(abs(pitch), abs(yaw), abs(roll)) > 2 * math.pi:
        raise FaceviewerError(f"{where}: 'Pose_Para' has angles beyond a full turn")
    return rotation_from_pose(*np.degrees([yaw, pitch, roll]).tolist())
