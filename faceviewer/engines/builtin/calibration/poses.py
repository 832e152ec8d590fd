"""What the settled fit still misses of the pose of heads whose truth is known, with and without their focal length."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from faceviewer.detection.canonical import canonical_face
from faceviewer.engines.builtin.calibration.dataset import Dataset
from faceviewer.engines.builtin.calibration.learn import LOST_DEG, mirrored, observe_pictures
from faceviewer.engines.builtin.correction import features
from faceviewer.engines.builtin.engine import BuiltinEngine
from faceviewer.engines.builtin.fit import Observations
from faceviewer.engines.builtin.pose_correction import TURNS
from faceviewer.engines.builtin.start import KNOWN_FOCAL_LOG_SD

RIDGE = 6e4
"""Less suits the rendered heads that it is learnt from better, and photos worse."""
LIMIT_SD = 3.0
"""Turns beyond this many standard deviations of those learnt are of pictures unlike them."""


@dataclass(frozen=True, eq=False)
class PoseLessons:
    """One row per picture."""

    features: np.ndarray
    """(N, F) float32"""
    turn: np.ndarray
    """(N, 2) of the rotation vector from the settled fit to the truth, head frame, radians: about x and y."""


def pose_lessons(engine: BuiltinEngine, data: Dataset) -> PoseLessons:
    """Of all pictures and their mirror images, once as photos without EXIF and once with their focal length."""
    halves = []
    for half in (data, mirrored(data, engine.head, canonical_face().mirrored)):
        unknown = observe_pictures(engine.points, half, engine.landmark_sd_mm.numpy())
        known = replace(
            unknown,
            log_focal=torch.tensor(half.focal_px).log(),
            log_focal_sd=torch.full((len(half),), KNOWN_FOCAL_LOG_SD),
        )
        halves += [_lessons(engine, half, observed) for observed in (unknown, known)]
    return join_lessons(halves)


def _lessons(engine: BuiltinEngine, data: Dataset, observed: Observations) -> PoseLessons:
    settled = engine.fit(observed)
    missing = settled.R.transpose(1, 2).double() @ torch.tensor(data.R).double()
    turn = Rotation.from_matrix(missing.numpy()).as_rotvec()
    followed = np.linalg.norm(turn, axis=1) < np.radians(LOST_DEG)
    found = features(engine.points, observed, settled).numpy()
    return PoseLessons(found[followed], turn[followed, :TURNS].astype(np.float32))


def join_lessons(parts: list[PoseLessons]) -> PoseLessons:
    return PoseLessons(np.concatenate([p.features for p in parts]), np.concatenate([p.turn for p in parts]))


def learn_pose_correction(lessons: PoseLessons, ridge: float = RIDGE) -> dict[str, np.ndarray]:
    """Ridge regression on standardised features: the arrays of a ``PoseCorrection`` by name."""
    x, y = lessons.features.astype(np.float64), lessons.turn.astype(np.float64)
    mean, sd, offset = x.mean(0), x.std(0) + 1e-3, y.mean(0)
    z = (x - mean) / sd
    matrix = np.linalg.solve(z.T @ z + ridge * np.eye(z.shape[1]), z.T @ (y - offset)).T
    limit = LIMIT_SD * (z @ matrix.T).std(0) + np.abs(offset)
    arrays = {"mean": mean, "sd": sd, "matrix": matrix, "offset": offset, "limit": limit}
    return {name: array.astype(np.float32) for name, array in arrays.items()}
