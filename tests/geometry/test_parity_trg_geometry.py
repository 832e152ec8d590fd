"""TRG's helpers of geometry against ours, and against scipy's where we need none of our own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from parity import Array, Reference
from scipy.spatial.transform import Rotation

from faceviewer.datasets.head_pose.w300lp import mirror_index
from faceviewer.evaluation.metrics import yxz_deg
from faceviewer.geometry.crop192 import Crop192
from faceviewer.geometry.rotations import rotation_from_vector, rotation_x, rotation_y, rotation_z
from faceviewer.networks.trg import Views, project, rotation_from_six, soft_argmax
from faceviewer.types import Camera


@pytest.fixture
def trg(shared: Path, request: pytest.FixtureRequest) -> Reference:
    return Reference(shared, request.node.user_properties, "trg")


@pytest.fixture
def vectors(trg: Reference) -> dict[str, Array]:
    return trg.load("geometry.npz")


def six_of(R: Array) -> Array:
    """The first two columns, row by row."""
    return R[..., :2].reshape(*R.shape[:-2], 6)


def test_six_numbers(trg: Reference, vectors: dict[str, Array]) -> None:
    got = rotation_from_six(torch.from_numpy(vectors["rot6d_in"]))
    trg.close("rot6d_to_rotmat", got, vectors["rot6d_to_rotmat"], 1e-5)
    back = rotation_from_six(torch.from_numpy(vectors["rotmat_to_rot6d"]))
    trg.close("rotmat_to_rot6d and back", back, vectors["aa_to_rotmat"], 1e-5)
    trg.close("aa_to_rot6d", six_of(np.stack([rotation_from_vector(v) for v in vectors["aa_in"]])),
              vectors["aa_to_rot6d"], 1e-5)  # fmt: skip


def test_axis_and_angle(trg: Reference, vectors: dict[str, Array]) -> None:
    got = np.stack([rotation_from_vector(vector) for vector in vectors["aa_in"]])
    trg.close("aa_to_rotmat", got, vectors["aa_to_rotmat"], 1e-5)
    back = Rotation.from_matrix(vectors["aa_to_rotmat"].astype(np.float64)).as_rotvec()
    trg.close("rotmat_to_aa (scipy)", back, vectors["rotmat_to_aa"], 1e-5)


def test_angles(trg: Reference, vectors: dict[str, Array]) -> None:
    R = np.stack([rotation_z(y) @ rotation_y(p) @ rotation_x(r) for r, p, y in vectors["roll_pitch_yaw_in"]])
    trg.close("euler_to_rotmat", R, vectors["euler_to_rotmat"], 1e-5)
    back = Rotation.from_matrix(R).as_euler("ZYX")
    trg.close("rotmat_to_yaw_pitch_roll (scipy)", back, vectors["rotmat_to_yaw_pitch_roll"], 1e-5)
    trg.close("yxz (deg)", yxz_deg(R), vectors["scipy_yxz_deg_of_euler_to_rotmat"], 1e-5)


def test_translation(trg: Reference, vectors: dict[str, Array]) -> None:
    middle, half = vectors["bbox_center"], vectors["bbox_size"][:, None] / 2
    views = Views(
        box_ltrb=torch.from_numpy(np.concatenate([middle - half, middle + half], 1)),
        picture_wh=torch.from_numpy(vectors["full_hw"][:, ::-1].copy()),
        focal_px=torch.from_numpy(vectors["focal"]),
        K_crop=torch.empty(0),
    )
    got = views.translation(torch.from_numpy(vectors["cor_param"]))
    trg.close("translation (m)", got, vectors["translation"], 1e-5)


def test_crop_camera(trg: Reference, vectors: dict[str, Array]) -> None:
    crops = [Crop192.of(box) for box in vectors["bbox_ltrb"]]
    got = [crop.K_crop(K) for crop, K in zip(crops, vectors["K33_in"], strict=True)]
    trg.close("K_crop", got, vectors["K33_crop192"], 1e-5)


def test_projection(trg: Reference, vectors: dict[str, Array]) -> None:
    rows = torch.from_numpy(vectors["proj_R_t"])
    seen = torch.from_numpy(vectors["proj_points"]) @ rows[:, :3, :3] + rows[:, 3:, :3]
    px = project(seen, torch.from_numpy(vectors["proj_K"][:, :3]).transpose(1, 2))
    trg.close("projection (px)", px, vectors["proj_px"], 1e-3)
    trg.close("projection (-1 to 1)", px / 192 * 2 - 1, vectors["proj_norm"], 1e-5)


def test_soft_argmax(trg: Reference, vectors: dict[str, Array]) -> None:
    got = soft_argmax(torch.from_numpy(vectors["heatmap"]))
    trg.close("soft_argmax (cells)", got, vectors["soft_argmax2d"], 1e-5)


def test_mirrored_landmarks(trg: Reference, vectors: dict[str, Array]) -> None:
    width = int(vectors["flip_width"])
    got = (vectors["flip_lm_in"] * [-1, 1] + [width - 1, 0])[mirror_index()]
    trg.close("mirrored landmarks (px)", got, vectors["flip_lm_out"], 1e-5)


def test_world_camera_and_picture(trg: Reference, vectors: dict[str, Array]) -> None:
    """From the head to the camera, to pixels, and all the way back; by our camera, which counts in any unit."""
    K = np.array([[629.7, 0, 400], [0, 630.1, 398], [0, 0, 1]])
    camera = Camera(K, vectors["w_R"], vectors["w_t"], (800, 800))
    seen = camera.to_camera(vectors["w_pts"])
    trg.close("w2c", seen, vectors["w2c"], 1e-5)
    px = camera.project(vectors["w_pts"])
    trg.close("c2p (px)", px, vectors["c2p"][:, :2], 1e-3)
    trg.close("c2p, depth", seen[:, 2], vectors["c2p"][:, 2], 1e-5)
    back = camera.unproject(vectors["c2p"][:, :2], seen[:, 2])
    trg.close("c2w", back, vectors["c2w"], 1e-5)
    trg.close("p2c", camera.to_camera(back), vectors["p2c"], 1e-5)
