"""The calibrated correction: what the landmark network's own errors say about a face.

The network places its points by habit: they lean towards an average face and shift with pose, so a fit that takes them
at their word is biased, and tightening the prior only hides it. Rendering heads of known identity, expression and pose,
detecting them and fitting them as photos are fitted shows how the truth differs from the fit, as a linear function of
what is left over: the residuals in the face's own frame, the fitted coefficients and the head's angles. The
coefficients of that function were learnt by ridge regression (``faceviewer.engines.builtin.calibration``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from faceviewer.engines.builtin.fit import FitState, Observations, project_points, rotation_matrix
from faceviewer.engines.builtin.point_model import PointModel
from faceviewer.types import FaceviewerError


@dataclass(frozen=True, eq=False)
class Correction:
    """``target = offset + matrix @ (features - mean) / sd``."""

    mean: Tensor
    """(N,)"""
    sd: Tensor
    """(N,)"""
    matrix: Tensor
    """(K + E + 3, N): identity, expression, rotation vector in the head frame (radians)."""
    offset: Tensor
    """(K + E + 3,)"""


def load_correction(calibration: dict[str, np.ndarray], model: PointModel, device: str) -> Correction:
    """The correction stored with the head. Raises FaceviewerError when it does not fit the head."""

    def tensor(name: str) -> Tensor:
        return torch.as_tensor(calibration[f"correction_{name}"].astype(np.float32), device=device)

    try:
        correction = Correction(tensor("mean"), tensor("sd"), tensor("matrix"), tensor("offset"))
    except KeyError as error:
        raise FaceviewerError(f"head.npz: the calibration {error} is missing; build the head again") from None
    expected = (model.basis.shape[2] + 3, feature_count(model))
    if tuple(correction.matrix.shape) != expected:
        raise FaceviewerError(f"head.npz: the correction is {tuple(correction.matrix.shape)}, expected {expected}")
    return correction


def feature_count(model: PointModel) -> int:
    """Length of ``features``."""
    return 2 * len(model.mean) + model.basis.shape[2] + 6


def features(model: PointModel, observed: Observations, state: FitState) -> Tensor:
    """(B, N): residuals in mm with the head's roll taken out, coefficients, focal surprise and pose terms."""
    _, xy_px = project_points(model, state, observed)
    residual_mm = (observed.xy_px - xy_px) / state.scale_px_per_mm()[:, None, None]
    yaw, pitch, roll = pose_angles(state.R)
    c, s = torch.cos(roll)[:, None], torch.sin(roll)[:, None]
    upright = torch.stack(
        [residual_mm[..., 0] * c + residual_mm[..., 1] * s, residual_mm[..., 1] * c - residual_mm[..., 0] * s], -1
    )
    focal = state.log_focal - observed.log_focal
    pose = torch.stack([focal, yaw, pitch, yaw**2, pitch**2, yaw * pitch], 1)
    return torch.cat([upright.flatten(1), state.coefficients(observed.person), pose], 1)


def pose_angles(R: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(yaw, pitch, roll) in radians of (B, 3, 3) R_camera_head; ``geometry.rotations`` in batch."""
    yaw = torch.asin((-R[:, 0, 2]).clamp(-1, 1))
    return yaw, torch.atan2(-R[:, 1, 2], -R[:, 2, 2]), torch.atan2(R[:, 0, 1], R[:, 0, 0])


def correct(correction: Correction, model: PointModel, observed: Observations, state: FitState) -> FitState:
    """The state with the calibrated correction applied; photos of one person agree on the mean of their corrections."""
    whitened = (features(model, observed, state) - correction.mean) / correction.sd
    change = correction.offset + whitened @ correction.matrix.T
    K, E = model.identity_count, model.expression_count
    photos = torch.bincount(observed.person, minlength=len(state.identity)).clamp_min(1)
    identity = state.identity.index_add(0, observed.person, change[:, :K] / photos[observed.person, None])
    return replace(
        state,
        R=state.R @ rotation_matrix(change[:, K + E :]),
        identity=identity,
        expression=(state.expression + change[:, K : K + E]).clamp(0, 1),
    )
