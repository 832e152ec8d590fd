"""The calibrated correction: ridge regression of what the fit misses on what it leaves over."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.spatial.transform import Rotation
from torch import Tensor

from faceviewer.engines.builtin.calibration.dataset import PER_PICTURE, Dataset
from faceviewer.engines.builtin.calibration.scenes import SIZE_PX
from faceviewer.engines.builtin.correction import Correction, features
from faceviewer.engines.builtin.fit import FitState, Observations
from faceviewer.engines.builtin.point_model import PointModel
from faceviewer.engines.builtin.stages import EXPRESSION_SD, LANDMARK_SD_FACTOR
from faceviewer.engines.builtin.start import UNKNOWN_FOCAL_LOG_SD, expression_order, usual_focal, weak_pose
from faceviewer.models.build_head.directions import other_side
from faceviewer.models.head_model import HeadModel
from faceviewer.types import BLENDSHAPE_NAMES

RIDGE = 1000.0
LOST_DEG = 25.0
"""A first fit whose rotation is further off followed a false detection and teaches nothing."""
TRUTH_SD_MM = 2.0
EXPRESSION_STRAY = 0.10
"""How far the best expression may stray from the one drawn, to take up what the model cannot say."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """One row per picture."""

    features: Tensor
    """(N, F)"""
    change: Tensor
    """(N, K + E + 3) from the first fit to the truth."""


def subset(data: Dataset, rows: np.ndarray) -> Dataset:
    return replace(data, **{name: getattr(data, name)[rows] for name in PER_PICTURE})


def mirrored(data: Dataset, head: HeadModel, twin: np.ndarray) -> Dataset:
    """The dataset of the mirrored pictures; ``twin`` is the landmarks' order in a mirrored picture."""
    flip = np.array([-1.0, 1.0, 1.0], np.float32)
    assert head.topology.symmetry is not None
    place = {vertex: k for k, vertex in enumerate(data.face_vertices)}
    twins = np.array([place[vertex] for vertex in head.topology.symmetry[data.face_vertices]])
    xyz_px = data.xyz_px[:, twin].copy()
    xyz_px[..., 0] = SIZE_PX - xyz_px[..., 0]
    return replace(
        data,
        identity=np.zeros_like(data.identity),
        expression=data.expression[:, _swap(head.expression_names)],
        R=data.R * flip[:, None] * flip,
        t_mm=data.t_mm * flip,
        face_mm=data.face_mm[:, twins] * flip,
        xyz_px=xyz_px,
        blendshapes=data.blendshapes[:, _swap(BLENDSHAPE_NAMES)],
    )


def _swap(names: tuple[str, ...]) -> np.ndarray:
    place = {name: k for k, name in enumerate(names)}
    return np.array([place[other_side(name)] for name in names])


def with_best_coefficients(head: HeadModel, data: Dataset) -> Dataset:
    """The dataset with the coefficients by which the model comes nearest to the true faces.

    Identity is found from the face alone, so that pictures outlive a change of the head's statistics; expressions stay
    near those drawn.
    """
    lift = head.subdivision[data.face_vertices]
    shapes = np.concatenate([head.identity_control, head.expression_control])
    basis = np.stack([(lift @ shape.astype(np.float64)).ravel() for shape in shapes])
    drawn = np.concatenate([np.zeros_like(data.identity), data.expression], 1).astype(np.float64)
    mean = (lift @ head.mean_control_mm.astype(np.float64)).ravel()
    rest = data.face_mm.reshape(len(data), -1) - mean - drawn @ basis
    K = data.identity.shape[1]
    stray = np.concatenate([np.ones(K), np.full(len(basis) - K, EXPRESSION_STRAY)])
    left = basis @ basis.T / TRUTH_SD_MM**2 + np.diag(1 / stray**2)
    best = drawn + np.linalg.solve(left, basis @ rest.T / TRUTH_SD_MM**2).T
    best[:, K:] = best[:, K:].clip(0, 1)
    return replace(data, identity=best[:, :K].astype(np.float32), expression=best[:, K:].astype(np.float32))


def observe_pictures(model: PointModel, data: Dataset, sd_mm: np.ndarray) -> Observations:
    """As the engine observes photos without EXIF."""
    n = len(data)
    to, source = expression_order(model)
    expression = torch.zeros(n, model.expression_count)
    expression[:, to] = torch.tensor(data.blendshapes)[:, source]
    xy_px, z_px = torch.tensor(data.xyz_px[..., :2]), torch.tensor(data.xyz_px[..., 2])
    scale = weak_pose(model, xy_px, z_px).scale_px_per_mm
    return Observations(
        xy_px=xy_px,
        z_px=z_px,
        centre_px=torch.full((n, 2), SIZE_PX / 2),
        sd_mm=torch.tensor(sd_mm * LANDMARK_SD_FACTOR).expand(n, -1),
        person=torch.arange(n),
        log_focal=usual_focal(torch.full((n,), float(SIZE_PX)), scale).log(),
        log_focal_sd=torch.full((n,), UNKNOWN_FOCAL_LOG_SD),
        expression=expression,
        expression_sd=EXPRESSION_SD,
        identity=torch.zeros(n, model.identity_count),
    )


def lesson(model: PointModel, observed: Observations, first: FitState, truth: Dataset) -> Lesson:
    """What the first fit of the pictures left over, and what it missed."""
    missing = first.R.transpose(1, 2).double() @ torch.tensor(truth.R).double()
    turn = torch.tensor(Rotation.from_matrix(missing.numpy()).as_rotvec(), dtype=torch.float32)
    identity, expression = torch.tensor(truth.identity), torch.tensor(truth.expression)
    change = torch.cat([identity - first.identity, expression - first.expression, turn], 1)
    good = torch.rad2deg(turn.norm(dim=1)) < LOST_DEG
    return Lesson(features(model, observed, first)[good], change[good])


def learn_correction(lessons: list[Lesson], ridge: float = RIDGE) -> Correction:
    """Ridge regression on standardised features."""
    x = torch.cat([part.features for part in lessons])
    y = torch.cat([part.change for part in lessons])
    mean, sd, offset = x.mean(0), x.std(0) + 1e-4, y.mean(0)
    z = ((x - mean) / sd).double()
    weights = torch.linalg.solve(z.T @ z + ridge * torch.eye(z.shape[1], dtype=z.dtype), z.T @ (y - offset).double())
    return Correction(mean, sd, weights.T.float().contiguous(), offset)
