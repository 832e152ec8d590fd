"""The stages of a fit, each with its settings: what is observed, the first fit, settling after the correction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from faceviewer.engines.builtin.fit import FitState, Observations, fit
from faceviewer.engines.builtin.point_model import PointModel
from faceviewer.engines.builtin.start import focal_log_sd, observe_expression, start_state, usual_focal, weak_pose
from faceviewer.engines.engine import Shot
from faceviewer.engines.focal import told_focal
from faceviewer.engines.options import ReconstructOptions
from faceviewer.types import CancelToken, FaceviewerError

LANDMARK_SET = "478"

FIRST_ITERATIONS = 5
SETTLE_ITERATIONS = 4
LANDMARK_SD_FACTOR = 4.0
"""The points' errors go together, so 478 of them do not inform as 478 independent ones would; 4 measured best."""
EXPRESSION_SD = 0.25


def observe(
    model: PointModel, landmark_sd_mm: Tensor, shots: Sequence[Shot], person: list[int], options: ReconstructOptions
) -> Observations:
    """What the detector says of the faces, with what is expected of focal length and expression.

    ``landmark_sd_mm`` (L,) as calibrated; its device is where the fit runs. Raises FaceviewerError for landmarks that
    are not numbers.
    """
    device = landmark_sd_mm.device
    xy_px, z_px = _landmarks(shots)
    xy_px, z_px = xy_px.to(device), z_px.to(device)
    size_px = torch.tensor([photo.size for photo, _ in shots], dtype=torch.float32, device=device)
    log_focal = usual_focal(size_px.amax(1), weak_pose(model, xy_px, z_px).scale_px_per_mm).log()
    told = [told_focal(photo, options) for photo, _ in shots]
    for row, focal in enumerate(told):
        if focal is not None:
            log_focal[row] = math.log(focal.px)
    return Observations(
        xy_px=xy_px,
        z_px=z_px,
        centre_px=size_px / 2,
        sd_mm=landmark_sd_mm.expand(len(shots), -1) * LANDMARK_SD_FACTOR,
        person=torch.tensor(person, device=device),
        log_focal=log_focal,
        log_focal_sd=torch.tensor([focal_log_sd(focal) for focal in told], device=device),
        expression=observe_expression(model, [face for _, face in shots]).to(device),
        expression_sd=EXPRESSION_SD,
        identity=torch.zeros(max(person) + 1, model.identity_count, device=device),
    )


def _landmarks(shots: Sequence[Shot]) -> tuple[Tensor, Tensor]:
    """((B, L, 2), (B, L)) pixels and depth. Raises FaceviewerError for landmarks that are not the detector's own."""
    for photo, face in shots:
        if LANDMARK_SET not in face.landmarks:
            raise FaceviewerError(
                f"{photo.path or photo.name}: the built-in engine cannot use this face, whose landmarks its own search "
                "has not found"
            )
    sets = [face.landmarks[LANDMARK_SET] for _, face in shots]
    depths = [points.z_px for points in sets if points.z_px is not None]
    if len(depths) < len(sets):
        raise FaceviewerError(f"{shots[0][0].name}: the landmarks carry no depth, so they are not the detector's own")
    xy_px, z_px = np.stack([points.xy_px for points in sets]), np.stack(depths)
    if not (np.isfinite(xy_px).all() and np.isfinite(z_px).all()):
        raise FaceviewerError(f"{shots[0][0].name}: the landmarks are not finite numbers")
    return torch.as_tensor(xy_px), torch.as_tensor(z_px)


def first_fit(points: PointModel, observed: Observations, cancel: CancelToken | None = None) -> FitState:
    """The fit that takes the landmarks at their word; the correction was learnt for exactly this one."""
    state = start_state(points, observed)
    return fit(points, observed, state, iterations=FIRST_ITERATIONS, cancel=cancel)


def settle(points: PointModel, observed: Observations, state: FitState, cancel: CancelToken | None = None) -> FitState:
    """Pose and camera once more, under the corrected identity and expression."""
    rigid = points.frozen(state.coefficients(observed.person))
    moved = fit(rigid, _shapeless(observed), _shapeless(state), iterations=SETTLE_ITERATIONS, cancel=cancel)
    return replace(state, R=moved.R, t=moved.t, log_focal=moved.log_focal)


_T = TypeVar("_T", Observations, FitState)


def _shapeless(params: _T) -> _T:
    """Without coefficients, as a model without shapes wants it."""
    return replace(params, identity=params.identity[:, :0], expression=params.expression[:, :0])
