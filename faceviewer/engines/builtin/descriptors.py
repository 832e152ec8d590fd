"""What a photo shows around chosen spots of a fitted head: histograms of gradient directions, blind to exposure.

The face is cut out upright at one scale, so that a spot's surroundings are the same millimetres in every photo. Each
spot has four cells of eight directions around it. Gradients are divided by their mean strength nearby, which takes
out light and contrast; spots that turn away from the camera fade to zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from faceviewer.engines.builtin.fit import FitState, Observations, project_points
from faceviewer.engines.builtin.point_model import PointModel, point_model
from faceviewer.engines.builtin.witnesses import witnesses
from faceviewer.geometry.normals import vertex_normals
from faceviewer.io.cv import cv2
from faceviewer.models.head_model import HeadModel

SIDE_PX = 192
PX_PER_MM = 0.8
CENTRE_MM = np.array([0.0, -35.0, 30.0])
"""What the cut-out is centred on and scaled at, head frame."""
CELLS_PX = np.array([[-2.5, -2.5], [2.5, -2.5], [-2.5, 2.5], [2.5, 2.5]])
"""Where a spot's cells lie around it in the cut-out."""
CELL_BLUR_PX, NEARBY_PX, GRADIENT_BLUR_PX = 1.6, 8.0, 0.8
FLOOR = 0.004
"""Gradient of log brightness below which a picture is flat rather than faint."""
DARK = 12.0
"""Added to the brightness before its logarithm: sensor noise is no detail."""
LUMA = np.array([0.35, 0.5, 0.15], np.float32)
TURNED_COS = 0.3
"""Spots fade between this and edge-on."""


@dataclass(frozen=True, eq=False)
class Spots:
    """S places on a head, some of its landmarks."""

    model: PointModel
    normals: Tensor
    """(S, 3) which way the skin at each faces, mean head, head frame."""


def make_spots(head: HeadModel, name: str, chosen: np.ndarray, device: str) -> Spots:
    """The ``chosen`` (S,) landmarks of a set of the head. On a fold's lining, the skin that answers for it counts."""
    corners, weights = (array[chosen] for array in head.topology.landmarks[name])
    witness = witnesses(head)[corners[np.arange(len(corners)), weights.argmax(1)]]
    normals = vertex_normals(head.mean_vertices_mm(), head.topology.triangles)[witness]
    return Spots(
        point_model(head, (corners, weights), device), torch.as_tensor(normals, dtype=torch.float32, device=device)
    )


def spread_out(xyz_mm: np.ndarray, count: int) -> np.ndarray:
    """(count,) sorted indices into (N, 3): each next point is the one furthest from those before; the first, z's."""
    chosen = [int(xyz_mm[:, 2].argmax())]
    distance = np.linalg.norm(xyz_mm - xyz_mm[chosen[0]], axis=1)
    while len(chosen) < count:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, np.linalg.norm(xyz_mm - xyz_mm[chosen[-1]], axis=1))
    return np.sort(np.array(chosen))


def describe(spots: Spots, photos: list[np.ndarray], observed: Observations, state: FitState) -> Tensor:
    """(B, S * 32) float32 on the state's device: the surroundings of the spots in B photos, (H, W, 3) uint8 each."""
    xyz_camera, xy_px = project_points(spots.model, state, observed)
    turned = (spots.normals @ state.R.transpose(1, 2) * torch.nn.functional.normalize(xyz_camera, dim=2)).sum(2)
    weight = (-turned / TURNED_COS).clamp(0, 1)
    rows = []
    for photo, to_cut, xy in zip(photos, _upright(observed, state), xy_px.cpu().numpy(), strict=True):
        cells = direction_cells(cut_out(photo, to_cut))
        rows.append(_sample(cells, xy @ to_cut[:, :2].T + to_cut[:, 2]))
    found = torch.as_tensor(np.stack(rows), device=state.R.device)
    return (found * weight[..., None]).flatten(1)


def _upright(observed: Observations, state: FitState) -> np.ndarray:
    """(B, 2, 3) float64: photo pixels to pixels of the cut-out."""
    placed = (state.R, state.t, state.log_focal, observed.centre_px)
    R, t, log_focal, centre_px = (values.cpu().double() for values in placed)  # Apple's graphics have no float64
    R, t, focal_px, centre_px = R.numpy(), t.numpy(), log_focal.exp().numpy(), centre_px.numpy()
    middle = R @ CENTRE_MM + t
    scale = PX_PER_MM * middle[:, 2] / focal_px
    at = middle[:, :2] / middle[:, 2:] * focal_px[:, None] + centre_px
    roll = np.arctan2(R[:, 0, 1], R[:, 0, 0])
    c, s = np.cos(roll) * scale, np.sin(roll) * scale
    turn = np.stack([np.stack([c, s], 1), np.stack([-s, c], 1)], 1)
    shift = SIDE_PX / 2 - (turn @ at[..., None])[..., 0]
    return np.concatenate([turn, shift[..., None]], 2)


def cut_out(rgb: np.ndarray, to_cut: np.ndarray) -> np.ndarray:
    """(SIDE_PX, SIDE_PX) float32 log brightness; ``to_cut`` (2, 3) takes pixels (centres at .5) to its pixels."""
    scale = float(np.hypot(*to_cut[:, 0]))
    corners = np.array([[0, 0], [SIDE_PX, 0], [0, SIDE_PX], [SIDE_PX, SIDE_PX]]) - to_cut[:, 2]
    around = corners @ np.linalg.inv(to_cut[:, :2]).T
    height, width = rgb.shape[:2]
    left, top = np.clip(np.floor(around.min(0)) - 1, 0, [width - 1, height - 1]).astype(int)
    right, bottom = np.clip(np.ceil(around.max(0)) + 1, [left + 1, top + 1], [width, height]).astype(int)
    part = rgb[top:bottom, left:right]
    size = max(1, round(part.shape[1] * min(scale, 1))), max(1, round(part.shape[0] * min(scale, 1)))
    if scale < 1:  # averaged, not skipped
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    back = np.diag([(right - left) / size[0], (bottom - top) / size[1]])
    turn = to_cut[:, :2] @ back
    shift = to_cut[:, :2] @ [left, top] + to_cut[:, 2] + turn @ [0.5, 0.5] - 0.5
    square, edge = (SIDE_PX, SIDE_PX), cv2.BORDER_REPLICATE
    cut = cv2.warpAffine(np.ascontiguousarray(part), np.c_[turn, shift], square, borderMode=edge)
    return np.log(cut.astype(np.float32) @ LUMA + DARK)


def direction_cells(log_brightness: np.ndarray) -> np.ndarray:
    """(H, W, 8) float32: how much the picture brightens in each of eight directions, over a cell's width."""
    smooth = cv2.GaussianBlur(log_brightness, (0, 0), GRADIENT_BLUR_PX)
    x, y = (cv2.Sobel(smooth, cv2.CV_32F, 1 - k, k, ksize=3) / 8 for k in (0, 1))
    nearby = cv2.GaussianBlur(np.sqrt(x * x + y * y), (0, 0), NEARBY_PX) + FLOOR
    angle = np.arange(8) * np.pi / 4
    along = (x / nearby)[..., None] * np.cos(angle, dtype=np.float32) + (y / nearby)[..., None] * np.sin(
        angle, dtype=np.float32
    )
    return cv2.GaussianBlur(np.sqrt(along.clip(min=0)), (0, 0), CELL_BLUR_PX)


def _sample(cells: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """(S, 32) the four cells around each spot, bilinearly; ``xy`` (S, 2) pixels of the cut-out."""
    at = (xy[:, None] + CELLS_PX - 0.5).astype(np.float32)
    x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
    halves = [cells[..., :4], cells[..., 4:]]  # remap takes four channels at most
    found = [
        cv2.remap(np.ascontiguousarray(half), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for half in halves
    ]
    return np.concatenate(found, -1).reshape(len(xy), -1)
