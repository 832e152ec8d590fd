"""Smoothing poses over time, afterwards: each pose becomes the mean of those around it, weighted by a Gaussian.

Rotations are averaged as rotations (the mean matrix, brought back to the nearest rotation), never angle by angle. A gap
stays one, and nothing is averaged across it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from faceviewer.geometry.rotations import pose_from_rotation
from faceviewer.jobs.pose_series import PersonPoses, PoseSeries
from faceviewer.types import CancelToken

_REACH_SD = 3.001  # frames at just three lie on the same side, however times are rounded


def smoothed(series: PoseSeries, seconds: float, cancel: CancelToken | None = None) -> PoseSeries:
    """``series`` with poses averaged over time; ``seconds`` is the Gaussian's standard deviation, 0 changes nothing.

    Boxes and focal lengths stay as they were found. Raises Cancelled.
    """
    if seconds <= 0:
        return series
    people = []
    for person in series.people:
        if cancel is not None:
            cancel.check()
        people.append(_smoothed_person(person, series.time_s[person.rows], seconds))
    return replace(series, people=tuple(people), smoothing_s=seconds)


def _smoothed_person(person: PersonPoses, time_s: np.ndarray, seconds: float) -> PersonPoses:
    t_mm, R = person.t_mm.copy(), person.R_camera_head.copy()
    for run in person.runs():
        t_mm[run] = _means(person.t_mm[run], time_s[run], seconds)
        R[run] = _nearest_rotations(_means(person.R_camera_head[run].reshape(-1, 9), time_s[run], seconds))
    angles = np.array([pose_from_rotation(one) for one in R]).reshape(-1, 3)
    return replace(person, t_mm=t_mm, R_camera_head=R, angles_deg=angles)


def _means(values: np.ndarray, time_s: np.ndarray, seconds: float) -> np.ndarray:
    """(n, c) weighted means around each of n moments."""
    total, weights = values.copy(), np.ones(len(values))
    for offset in range(1, len(values)):
        distance = (time_s[offset:] - time_s[:-offset]) / seconds
        if (distance > _REACH_SD).all():
            break
        weight = np.where(distance <= _REACH_SD, np.exp(-0.5 * distance**2), 0.0)
        total[offset:] += weight[:, None] * values[:-offset]
        total[:-offset] += weight[:, None] * values[offset:]
        weights[offset:] += weight
        weights[:-offset] += weight
    return total / weights[:, None]


def _nearest_rotations(matrices: np.ndarray) -> np.ndarray:
    """(n, 3, 3) rotations nearest to (n, 9) matrices."""
    u, _, vt = np.linalg.svd(matrices.reshape(-1, 3, 3))
    u[:, :, 2] *= np.sign(np.linalg.det(u @ vt))[:, None]
    return u @ vt
