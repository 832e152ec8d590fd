"""The stages of a fit, each with its settings: what is observed, the first fit, settling after the correction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from faceviewer.engines.builtin.fit import FitState, Observations, fit
from faceviewer.engines.builtin.point_model import PointModel
from faceviewer.engines.builtin.start import focal_expectation, observe_expression, start_state
from faceviewer.engines.options import ReconstructOptions
from faceviewer.types import CancelToken, Face, FaceviewerError, Photo

LANDMARK_SET = "478"
Shot = tuple[Photo, Face]

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
    focal = [focal_expectation(photo, options.focal_for(photo.size)) for photo, _ in shots]
    xy_px = np.stack([face.landmarks[LANDMARK_SET].xy_px for _, face in shots])
    if not np.isfinite(xy_px).all():
        raise FaceviewerError(f"{shots[0][0].name}: the landmarks are not finite numbers")
    focal_px, focal_sd = (torch.tensor(column, dtype=torch.float32) for column in zip(*focal, strict=True))
    return Observations(
        xy_px=torch.as_tensor(xy_px, device=device),
        centre_px=torch.tensor([photo.size for photo, _ in shots], dtype=torch.float32, device=device) / 2,
        sd_mm=landmark_sd_mm.expand(len(shots), -1) * LANDMARK_SD_FACTOR,
        person=torch.tensor(person, device=device),
        log_focal=focal_px.log().to(device),
        log_focal_sd=focal_sd.to(device),
        expression=observe_expression(model, [face for _, face in shots]).to(device),
        expression_sd=EXPRESSION_SD,
    )


def network_depth_px(shots: Sequence[Shot]) -> Tensor:
    """(B, L) the landmark network's relative depth. Raises FaceviewerError when landmarks came without it."""
    z_px = [face.landmarks[LANDMARK_SET].z_px for _, face in shots]
    if any(z is None for z in z_px):
        raise FaceviewerError(f"{shots[0][0].name}: the landmarks carry no depth, so they are not the detector's own")
    return torch.as_tensor(np.stack([z for z in z_px if z is not None]))


def first_fit(
    points: PointModel, observed: Observations, z_px: torch.Tensor, cancel: CancelToken | None = None
) -> FitState:
    """The fit that takes the landmarks at their word; the correction was learnt for exactly this one."""
    state = start_state(points, observed, z_px, int(observed.person.max()) + 1)
    return fit(points, observed, state, iterations=FIRST_ITERATIONS, cancel=cancel)


def settle(points: PointModel, observed: Observations, state: FitState, cancel: CancelToken | None = None) -> FitState:
    """Pose and camera once more, under the corrected identity and expression."""
    return fit(
        points,
        observed,
        state,
        iterations=SETTLE_ITERATIONS,
        free_identity=False,
        free_expression=False,
        cancel=cancel,
    )
