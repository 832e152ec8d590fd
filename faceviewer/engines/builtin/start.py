"""First guesses of pose and camera, straight from the landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from faceviewer.engines.builtin.fit import FitState, Observations
from faceviewer.engines.builtin.point_model import PointModel
from faceviewer.engines.focal import Focal
from faceviewer.types import BLENDSHAPE_NAMES, Face

MESH_POINTS = 468
"""The landmarks on the skin; the ten after them are the irises, which gaze moves."""
USUAL_FOCAL = 1.35
"""Focal length over the photo's longer side when nothing is known: the geometric mean of a phone's (0.75) and of a
portrait lens's (2.4)."""
USUAL_DISTANCE_MM = 775.0
"""Distance of a face when nothing is known: the geometric mean of a selfie's (400 mm) and a portrait's (1500 mm)."""
UNKNOWN_FOCAL_LOG_SD = 0.2
"""Lenses vary more than that, but landmarks say less of them than they seem to: by habit, those of turned heads ask for
wide angles. Trusting them more made the distance worse."""
KNOWN_FOCAL_LOG_SD = 0.02
"""EXIF is rounded to a millimetre of focal length."""
GIVEN_FOCAL_LOG_SD = 1e-4


def focal_log_sd(told: Focal | None) -> float:
    """How uncertain the logarithm of a focal length is, by who told it."""
    if told is None:
        return UNKNOWN_FOCAL_LOG_SD
    return KNOWN_FOCAL_LOG_SD if told.source == "exif" else GIVEN_FOCAL_LOG_SD


def usual_focal(longer_side_px: Tensor, scale_px_per_mm: Tensor) -> Tensor:
    """(B,) px: between the usual lens for the picture and the usual distance for the face's size in it.

    The lens alone would put a tightly cropped face a hand's breadth before the camera, the distance alone would give
    a face far away in a wide picture a telescope; their geometric mean errs least.
    """
    return (USUAL_FOCAL * longer_side_px * USUAL_DISTANCE_MM * scale_px_per_mm).sqrt()


def expression_order(model: PointModel) -> tuple[list[int], list[int]]:
    """(positions in the model's expressions, positions in ``BLENDSHAPE_NAMES``) of the shapes that both have."""
    places = {name: k for k, name in enumerate(BLENDSHAPE_NAMES)}
    pairs = [(e, places[name]) for e, name in enumerate(model.expression_names) if name in places]
    to, source = (list(column) for column in zip(*pairs, strict=True))
    return to, source


def observe_expression(model: PointModel, faces: Sequence[Face]) -> Tensor:
    """(B, E) the detected blendshapes in the order of the model's expressions; 0 where there are none."""
    expression = torch.zeros(len(faces), model.expression_count)
    to, source = expression_order(model)
    for row, face in enumerate(faces):
        if face.blendshapes is not None:
            expression[row, to] = torch.as_tensor(face.blendshapes.copy())[source]
    return expression


@dataclass(frozen=True, eq=False)
class WeakPose:
    """The mean head laid over B faces by rotation, scale and shift in the picture."""

    R: Tensor
    """(B, 3, 3) R_camera_head."""
    scale_px_per_mm: Tensor
    """(B,)"""
    centre_px: Tensor
    """(B, 2) where the middle of the mean head's points lies."""


def weak_pose(model: PointModel, xy_px: Tensor, z_px: Tensor) -> WeakPose:
    """Weak-perspective pose by aligning the mean head to the network's own 3D points, (B, L, 2) and (B, L).

    The network's depth is too rough to measure with, yet gives the rotation within a few degrees at any yaw, where 2D
    points alone have two solutions.
    """
    seen = torch.cat([xy_px, z_px[..., None]], 2)[:, :MESH_POINTS]
    known = model.mean[:MESH_POINTS]
    a, b = known - known.mean(0), seen - seen.mean(1, keepdim=True)
    U, singular, Vt = torch.linalg.svd(b.transpose(1, 2) @ a)
    signs = torch.ones_like(singular)
    signs[:, 2] = torch.sign(torch.linalg.det(U @ Vt))
    return WeakPose((U * signs[:, None]) @ Vt, (singular * signs).sum(1) / a.square().sum(), seen[..., :2].mean(1))


def start_state(model: PointModel, observed: Observations) -> FitState:
    """The mean head at the expected focal length, where the weak-perspective pose puts it."""
    pose = weak_pose(model, observed.xy_px, observed.z_px)
    aside = (pose.centre_px - observed.centre_px) / pose.scale_px_per_mm[:, None]
    distance = observed.log_focal.exp() / pose.scale_px_per_mm
    t = torch.cat([aside, distance[:, None]], 1) - pose.R @ model.mean[:MESH_POINTS].mean(0)
    return FitState(pose.R, t, observed.log_focal.clone(), observed.identity.clone(), observed.expression.clamp(0, 1))
