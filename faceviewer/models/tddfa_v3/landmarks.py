"""Landmarks of the decoded faces, among them the 106 whose profile slides to the outline of the turned face."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from faceviewer.models.morphable.camera import CROP_SIZE, project, rotation_from_angles, to_camera_space
from faceviewer.models.tddfa_v3.coefficients import Coefficients
from faceviewer.models.tddfa_v3.decode import Decoded
from faceviewer.models.tddfa_v3.face_model import FaceModel

OUTLINE_SET = "106_2d"
"""The 106 with the profile on the picture's outline; "68", "106" and "134" stay on their vertices."""
_CHIN = 16
"""The middle of the 33 profile landmarks, which stays."""


@dataclass(frozen=True, eq=False)
class _Profile:
    """The profile lines for all landmarks at once; M vertices lie on at least one line."""

    vertices: Tensor
    """(M,) int64, ascending."""
    line: Tensor
    """(M,) int64 number of the last line that lists each."""


def landmark_vertices(model: FaceModel, decoded: Decoded, coefficients: Coefficients) -> dict[str, Tensor]:
    """Set name -> vertex ids (B, L) int64."""
    device, batch = decoded.shape.device, len(decoded.shape)
    sets = {
        name: torch.as_tensor(ids.astype(np.int64), device=device).expand(batch, -1)
        for name, ids in model.landmarks.items()
    }
    return sets | {OUTLINE_SET: _outline_vertices(model, sets["106"], decoded, coefficients)}


def landmarks_v2d(decoded: Decoded, vertices: dict[str, Tensor]) -> dict[str, Tensor]:
    """Set name -> (B, L, 2) crop px, y up, of the ``landmark_vertices``."""
    return {name: decoded.v2d.gather(1, ids[..., None].expand(-1, -1, 2)) for name, ids in vertices.items()}


def reference_pixels(v2d: Tensor) -> Tensor:
    """Crop px, y up, to the numbers that the reference writes: y down, 0 at the middle of the last row.

    Half a pixel off its pictures; ``Decoded.crop_xy_px`` is where the mesh is drawn.
    """
    return torch.stack([v2d[..., 0], CROP_SIZE - 1 - v2d[..., 1]], -1)


def _outline_vertices(model: FaceModel, at_rest: Tensor, decoded: Decoded, coefficients: Coefficients) -> Tensor:
    """(B, 106): each profile landmark moves to the vertex of its line that lies furthest out, the head upright.

    Of vertices that lie equally far out the first by number; a line without vertices gives vertex 0.
    """
    profile = _profile(model, decoded.shape.device)
    upright = coefficients.angles * coefficients.angles.new_tensor([1.0, 1.0, 0.0])
    points = decoded.shape.index_select(1, profile.vertices)
    x = project(to_camera_space(points, rotation_from_angles(upright), coefficients.translation))[..., 0]
    outward = torch.where(profile.line < _CHIN, -x, x)
    count = len(model.profile_lines)
    line = profile.line.expand_as(x)
    furthest = x.new_full((len(x), count), -torch.inf).scatter_reduce(1, line, outward, "amax")
    none = len(model.uv)
    candidates = torch.where(outward == furthest.gather(1, line), profile.vertices, none)
    chosen = at_rest.new_full((len(x), count), none).scatter_reduce(1, line, candidates, "amin")
    chosen = torch.where(chosen == none, 0, chosen)
    return torch.cat([chosen[:, :_CHIN], at_rest[:, _CHIN : _CHIN + 1], chosen[:, _CHIN + 1 :], at_rest[:, count:]], 1)


@lru_cache(maxsize=2)
def _profile(model: FaceModel, device: torch.device) -> _Profile:
    line_of = np.full(len(model.uv), -1)
    for number, line in enumerate(model.profile_lines):
        line_of[line] = number
    vertices = np.flatnonzero(line_of >= 0)
    return _Profile(torch.as_tensor(vertices, device=device), torch.as_tensor(line_of[vertices], device=device))
