"""The calibrated correction of the pose: how the landmark network's habits turn a head that is settled already.

``correction`` moves identity and expression; settling then lets the landmarks decide on the pose once more, and with it
come their habits: turned heads are found less turned, and leaning. What the settled fit leaves over shows that, as a
linear function, which was learnt by ridge regression on rendered heads in many skins and before many backgrounds
(``faceviewer.engines.builtin.calibration``). It turns about the head's x and y axes alone: the line of the eyes shows
the roll well, and what rendered heads teach of it made photos worse. It is the last step; the distance follows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from faceviewer.engines.builtin.correction import feature_count, features
from faceviewer.engines.builtin.fit import FitState, Observations, rotation_matrix
from faceviewer.engines.builtin.point_model import PointModel
from faceviewer.models.head_model import HeadModel
from faceviewer.types import FaceviewerError

PREFIX = "pose_"
"""What the names of its arrays begin with among the head's calibration."""
TURNS = 2


@dataclass(frozen=True, eq=False)
class PoseCorrection:
    """``turn = offset + matrix @ (features - mean) / sd``, each component within ``limit`` of nothing."""

    mean: Tensor
    """(N,) of ``correction.features``."""
    sd: Tensor
    """(N,)"""
    matrix: Tensor
    """(2, N)"""
    offset: Tensor
    """(2,) about the head's x and y axes, radians."""
    limit: Tensor
    """(2,) the largest turns that the pictures it was learnt from asked for."""


def load_pose_correction(head: HeadModel, model: PointModel, device: str) -> PoseCorrection | None:
    """The correction stored with the head; a head that is being calibrated has none yet.

    Raises FaceviewerError when it does not fit the head.
    """
    stored = {k.removeprefix(PREFIX): a for k, a in head.calibration.items() if k.startswith(PREFIX)}
    if not stored:
        return None
    try:
        arrays = [stored[name].astype(np.float32) for name in ("mean", "sd", "matrix", "offset", "limit")]
    except KeyError as error:
        raise FaceviewerError(f"head.npz: the pose correction lacks {error}; build the head again") from None
    count = feature_count(model)
    if [array.shape for array in arrays] != [(count,), (count,), (TURNS, count), (TURNS,), (TURNS,)]:
        raise FaceviewerError(f"head.npz: the pose correction is {arrays[2].shape}, expected {(TURNS, count)}")
    return PoseCorrection(*(torch.as_tensor(array, device=device) for array in arrays))


def missing_turn(correction: PoseCorrection, model: PointModel, observed: Observations, settled: FitState) -> Tensor:
    """(B, 3) rotation vectors in the head frame, radians, by which the heads of a settled fit are turned too little."""
    whitened = (features(model, observed, settled) - correction.mean) / correction.sd
    turn = correction.offset + whitened @ correction.matrix.T
    bounded = torch.maximum(torch.minimum(turn, correction.limit), -correction.limit)
    return torch.nn.functional.pad(bounded, (0, 3 - TURNS))


def turned(model: PointModel, observed: Observations, state: FitState, turn: Tensor) -> FitState:
    """The state with its heads turned by (B, 3) rotation vectors, moved so that they lie on their landmarks again."""
    R = state.R @ rotation_matrix(turn)
    return replace(state, R=R, t=_translation(model, observed, replace(state, R=R)))


def _translation(model: PointModel, observed: Observations, state: FitState) -> Tensor:
    """(B, 3) mm: where heads of this rotation, shape and focal length lie best on the landmarks, in closed form.

    Across a landmark's line of sight (x, y, 1) z a head's point is off by (X + tx) - x (Z + tz), which is linear in t.
    """
    rotated = model.points(state.coefficients(observed.person)) @ state.R.transpose(1, 2)
    sight = (observed.xy_px - observed.centre_px[:, None]) / state.log_focal.exp()[:, None, None]
    weight = (1 / observed.sd_mm)[..., None]
    across = torch.eye(2, 3, dtype=sight.dtype, device=sight.device).repeat(*sight.shape[:2], 1, 1)
    across[..., 2] = -sight
    rows = (across * weight[..., None]).flatten(1, 2)
    wanted = ((sight * rotated[..., 2:] - rotated[..., :2]) * weight).flatten(1)
    rows_t = rows.transpose(1, 2)
    return torch.linalg.solve(rows_t @ rows, (rows_t @ wanted[..., None])[..., 0])
