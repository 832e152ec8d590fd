"""First guesses of pose and camera, straight from the landmarks."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from faceviewer.engines.builtin.fit import FitState, Observations
from faceviewer.engines.builtin.point_model import PointModel
from faceviewer.types import BLENDSHAPE_NAMES, Face, Photo

MESH_POINTS = 468
"""The landmarks on the skin; the ten after them are the irises, which gaze moves."""
USUAL_FOCAL = 1.8
"""Focal length over the photo's longer side when nothing is known: between a phone's and a portrait lens."""
USUAL_FOCAL_LOG_SD = 0.35
KNOWN_FOCAL_LOG_SD = 0.02
"""EXIF is rounded to a millimetre of focal length."""
GIVEN_FOCAL_LOG_SD = 1e-4


def focal_expectation(photo: Photo, focal_px: float | None) -> tuple[float, float]:
    """(focal length in px, standard deviation of its logarithm) of a photo.

    ``focal_px``: the user's own value, which is kept; otherwise EXIF's, otherwise ``USUAL_FOCAL``.
    """
    if focal_px is not None:
        return focal_px, GIVEN_FOCAL_LOG_SD
    if photo.focal_px is not None:
        return photo.focal_px, KNOWN_FOCAL_LOG_SD
    return USUAL_FOCAL * max(photo.size), USUAL_FOCAL_LOG_SD


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


def start_state(model: PointModel, observed: Observations, z_px: Tensor, people: int) -> FitState:
    """Weak-perspective pose by aligning the mean head to the network's own 3D points.

    z_px: (B, L) the network's relative depth, on the scale of pixels, smaller is nearer. Its depth is too rough to
    measure with, yet gives the rotation within a few degrees at any yaw, where 2D points alone have two solutions.
    """
    seen = torch.cat([observed.xy_px, z_px[..., None]], 2)[:, :MESH_POINTS]
    known = model.mean[:MESH_POINTS]
    a, b = known - known.mean(0), seen - seen.mean(1, keepdim=True)
    U, singular, Vt = torch.linalg.svd(b.transpose(1, 2) @ a)
    signs = torch.ones_like(singular)
    signs[:, 2] = torch.sign(torch.linalg.det(U @ Vt))
    R = (U * signs[:, None]) @ Vt
    scale = (singular * signs).sum(1) / a.square().sum()
    focal = observed.log_focal.exp()
    centre = (seen[:, :, :2].mean(1) - observed.centre_px) / scale[:, None]
    t = torch.cat([centre, (focal / scale)[:, None]], 1) - R @ known.mean(0)
    K = model.identity_count
    return FitState(R, t, observed.log_focal.clone(), seen.new_zeros(people, K), observed.expression.clamp(0, 1))
