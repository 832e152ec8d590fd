"""Head-pose angles and rotations.

The angles are those of AFLW2000-3D's ``Pose_Para``. With both frames turned to y up and z towards the viewer, the
published rotation is ``Rx(-pitch) @ Ry(-yaw) @ Rz(-roll)`` (right-handed rotations about fixed axes). The order and
the three signs were found by testing all 48 combinations against the rotation between the 3D landmarks of the six
sample files, and a test holds them.

In words: positive yaw turns the nose to the left of the picture, positive pitch raises the chin, positive roll leans
the top of the head to the right of the picture.
"""

from __future__ import annotations

import numpy as np

CAMERA_FROM_UPRIGHT = np.diag([1.0, -1.0, -1.0])
"""From an upright viewer frame (x right, y up, z towards the viewer) to the OpenCV camera frame, and back."""
_ROTATION_TOLERANCE = 0.01
"""Largest deviation of R R^T from the identity; files give their numbers with six digits or more."""


def rotation_x(angle_rad: float) -> np.ndarray:
    """(3, 3) right-handed rotation about x."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def rotation_y(angle_rad: float) -> np.ndarray:
    """(3, 3) right-handed rotation about y."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def rotation_z(angle_rad: float) -> np.ndarray:
    """(3, 3) right-handed rotation about z."""
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def rotation_from_pose(yaw_deg: float, pitch_deg: float, roll_deg: float) -> np.ndarray:
    """(3, 3) ``R_camera_head`` of a head turned by these angles; zero angles look straight into the camera."""
    yaw, pitch, roll = np.radians([yaw_deg, pitch_deg, roll_deg])
    return CAMERA_FROM_UPRIGHT @ rotation_x(-pitch) @ rotation_y(-yaw) @ rotation_z(-roll)


def pose_from_rotation(R_camera_head: np.ndarray) -> tuple[float, float, float]:
    """(yaw, pitch, roll) in degrees of ``R_camera_head``; inverse of ``rotation_from_pose`` for yaw in (-90, 90).

    At a yaw of exactly +-90 degrees pitch and roll turn about the same axis; roll is then reported as 0.
    """
    R = CAMERA_FROM_UPRIGHT @ np.asarray(R_camera_head, np.float64)
    sin_yaw = float(np.clip(-R[0, 2], -1.0, 1.0))
    yaw = np.arcsin(sin_yaw)
    if abs(sin_yaw) > 1 - 1e-12:
        pitch, roll = -np.arctan2(R[2, 1], R[1, 1]), 0.0
    else:
        pitch, roll = np.arctan2(R[1, 2], R[2, 2]), np.arctan2(R[0, 1], R[0, 0])
    return float(np.degrees(yaw)), float(np.degrees(pitch)), float(np.degrees(roll))


def rotation_from_vector(rotation_vector: np.ndarray) -> np.ndarray:
    """(3,) axis times angle in radians to a (3, 3) rotation (Rodrigues)."""
    v = np.asarray(rotation_vector, np.float64)
    angle = float(np.linalg.norm(v))
    if angle < 1e-12:
        return np.eye(3)
    x, y, z = v / angle
    K = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * K + (1 - np.cos(angle)) * K @ K


def is_rotation(R: np.ndarray) -> bool:
    """Whether (3, 3) turns without stretching or mirroring; False for what is not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        stretch = float(np.abs(R @ R.T - np.eye(3)).max())
    return stretch <= _ROTATION_TOLERANCE and bool(np.linalg.det(R) > 0)


def geodesic_deg(R_a: np.ndarray, R_b: np.ndarray) -> float:
    """Angle in degrees of the rotation between two (3, 3) rotations."""
    cosine = (np.trace(np.asarray(R_a).T @ R_b) - 1) / 2
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
