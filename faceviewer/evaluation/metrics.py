"""What published evaluations of head pose and face shape measure, as functions of arrays.

Rotations here are ``R_camera_head`` in any head axes, as long as truth and prediction use the same; N poses at once.
The functions named ``published`` keep the oddities of the published program, so that figures can be compared.
"""

from __future__ import annotations

import numpy as np

from faceviewer.datasets.head_pose.sample import Angles
from faceviewer.geometry.rotations import CAMERA_FROM_UPRIGHT, pose_from_rotation

PUBLISHED_CLIP = 1e-7
"""How close to +-1 the published program lets the cosine of an angle come, in float32: equal rotations get 0.028
degrees."""
MAX_MEAN_ANGLE_DEG = 90.0
"""Rotations farther than this from the mean have no say in it."""
_MEAN_TOLERANCE, _MEAN_ROUNDS = 1e-4, 100


def angles_deg(R_camera_head: np.ndarray, convention: Angles) -> np.ndarray:
    """(N, 3) yaw, pitch, roll in degrees of (N, 3, 3) rotations of faceviewer's head axes, as a data set counts them.

    "yxz": with a head that looks into the camera as identity, turned about the camera's y, then x, then z axis.
    """
    R = np.asarray(R_camera_head, np.float64)
    if convention == "pose_para":
        return np.array([pose_from_rotation(each) for each in R]).reshape(-1, 3)
    return yxz_deg(R @ CAMERA_FROM_UPRIGHT)


def yxz_deg(R: np.ndarray) -> np.ndarray:
    """(N, 3) yaw, pitch, roll in degrees of (N, 3, 3) with ``R = Rz(roll) @ Rx(pitch) @ Ry(yaw)``."""
    yaw = np.arctan2(-R[:, 2, 0], R[:, 2, 2])
    pitch = np.arcsin(np.clip(R[:, 2, 1], -1, 1))
    roll = np.arctan2(-R[:, 0, 1], R[:, 1, 1])
    return np.degrees(np.stack([yaw, pitch, roll], 1))


def geodesic_deg(R_a: np.ndarray, R_b: np.ndarray) -> np.ndarray:
    """(N,) angle of the rotation between two (N, 3, 3), degrees; exact down to the smallest."""
    chord = np.linalg.norm(np.asarray(R_a, np.float64) - np.asarray(R_b, np.float64), axis=(1, 2))
    return np.degrees(2 * np.arcsin(np.clip(chord / np.sqrt(8.0), 0, 1)))


def published_geodesic_deg(R_a: np.ndarray, R_b: np.ndarray) -> np.ndarray:
    """(N,) the same in single precision and with the published floor: equal rotations are 0.028 degrees apart."""
    a, b = np.asarray(R_a, np.float32), np.asarray(R_b, np.float32)
    cosine = (np.einsum("nij,nij->n", a, b) - np.float32(1)) / np.float32(2)
    limit = np.float32(1 - PUBLISHED_CLIP)
    return np.degrees(np.arccos(np.clip(cosine, -limit, limit)))


def row_angles_deg(R_a: np.ndarray, R_b: np.ndarray) -> np.ndarray:
    """(N, 3) angles between the three rows of two (N, 3, 3), degrees; their mean over all is the MAEV."""
    chord = np.linalg.norm(np.asarray(R_a, np.float64) - np.asarray(R_b, np.float64), axis=2)
    return np.degrees(2 * np.arcsin(np.clip(chord / 2, 0, 1)))


def mean_rotation(rotations: np.ndarray, start: np.ndarray | None = None) -> np.ndarray:
    """(3, 3) mean of (N, 3, 3) rotations; those more than 90 degrees from it do not count.

    The mean is moved by the average rotation vector of what is left until that is shorter than 1e-4, from ``start`` or
    as published from no turn at all, where it stays when nothing is within 90 degrees.
    """
    from scipy.spatial.transform import Rotation

    rotations, mean = np.asarray(rotations, np.float64), np.eye(3) if start is None else start
    for _ in range(_MEAN_ROUNDS):
        away = Rotation.from_matrix(mean.T @ rotations).as_rotvec()
        near = np.linalg.norm(away, axis=1) <= np.radians(MAX_MEAN_ANGLE_DEG)
        if not near.any():
            break
        step = away[near].mean(0)
        mean = mean @ Rotation.from_rotvec(step).as_matrix()
        if np.linalg.norm(step) < _MEAN_TOLERANCE:
            break
    return mean


def published_aligned(R_pred: np.ndarray, R_true: np.ndarray) -> np.ndarray:
    """(N, 3, 3) predictions without the mean rotation between them and the truth, taken on the camera's side."""
    return mean_rotation(R_pred @ np.swapaxes(R_true, 1, 2)).T @ R_pred


def add_mm(vertices_mm: np.ndarray, pred: tuple[np.ndarray, np.ndarray], true: tuple[np.ndarray, np.ndarray]) -> float:
    """Mean distance of (V, 3) head vertices under two poses (R, t)."""
    way = vertices_mm @ (pred[0] - true[0]).T + (pred[1] - true[1])
    return float(np.linalg.norm(way, axis=1).mean())


def vertex_error_mm(pred_mm: np.ndarray, true_mm: np.ndarray) -> float:
    """Mean distance of (V, 3) corresponding vertices, not aligned: "3DRecon" of one photo."""
    return float(np.linalg.norm(np.asarray(pred_mm, np.float64) - true_mm, axis=1).mean())


def area_mm2(vertices_mm: np.ndarray, triangles: np.ndarray) -> float:
    """Surface of a mesh; the absolute difference of two is the face size error."""
    a, b, c = np.asarray(vertices_mm, np.float64)[np.asarray(triangles).T]
    return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)


def point_distances(pred_px: np.ndarray, true_px: np.ndarray) -> np.ndarray:
    """(L,) distances of landmarks over the square root of the area of the true ones' box."""
    width, height = np.ptp(true_px, axis=0)
    return np.linalg.norm(np.asarray(pred_px, np.float64) - true_px, axis=1) / np.sqrt(width * height)
