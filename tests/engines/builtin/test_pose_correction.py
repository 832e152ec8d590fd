"""The correction of the pose: bounded, last of all, on the landmarks, and learnt from what is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from faceviewer.detection import FaceDetector
from faceviewer.engines.builtin import BuiltinEngine, build
from faceviewer.engines.builtin.calibration.poses import PoseLessons, join_lessons, learn_pose_correction
from faceviewer.engines.builtin.fit import FitState, Observations, project_points, rotation_matrix
from faceviewer.engines.builtin.pose_correction import PREFIX, load_pose_correction, missing_turn, turned
from faceviewer.engines.builtin.stages import observe
from faceviewer.engines.options import ReconstructOptions
from faceviewer.geometry.rotations import geodesic_deg
from faceviewer.io.photo import load_photo
from faceviewer.io.resources import resource_path
from faceviewer.models.head_model import load_head
from faceviewer.types import CancelToken, Face, FaceviewerError, Photo, Reconstruction

BARE = ReconstructOptions(texture_size=None)


@pytest.fixture(scope="module")
def engine() -> BuiltinEngine:
    return build("cpu")


@pytest.fixture(scope="module")
def shot() -> tuple[Photo, Face]:
    photo = load_photo(resource_path("sample.jpg"))
    return photo, FaceDetector().detect(photo.rgb)[0]


@pytest.fixture(scope="module")
def settled(engine, shot) -> tuple[Observations, FitState]:
    observed = observe(engine.points, engine.landmark_sd_mm, [shot], [0], BARE)
    return observed, engine.fit(observed)


def reconstruct(engine: BuiltinEngine, shot: tuple[Photo, Face]) -> Reconstruction:
    return engine.reconstruct([shot], options=BARE, progress=lambda _: None, cancel=CancelToken())[0]


def distance_px(engine: BuiltinEngine, observed: Observations, state: FitState) -> torch.Tensor:
    _, xy_px = project_points(engine.points, state, observed)
    return (xy_px - observed.xy_px).norm(dim=-1).median()


def test_the_pose_is_corrected_last_and_by_what_the_settled_fit_says(engine, shot, settled):
    observed, state = settled
    turn = missing_turn(engine.pose_correction, engine.points, observed, state)
    R = (state.R @ rotation_matrix(turn))[0].numpy()
    head = reconstruct(engine, shot)
    assert head.stages[-1] == "pose correction"
    np.testing.assert_allclose(head.camera.R_camera_head, R, atol=1e-5)
    assert 0.05 < torch.rad2deg(turn.norm()) < 10
    assert float(turn[0, 2]) == 0  # the roll is the eyes' business


def test_turns_stay_within_their_limits(engine, settled):
    observed, state = settled
    wild = replace(engine.pose_correction, matrix=engine.pose_correction.matrix * 1e6)
    turn = missing_turn(wild, engine.points, observed, state)[0]
    torch.testing.assert_close(turn[:2].abs(), wild.limit)
    assert torch.rad2deg(wild.limit).max() < 15


@pytest.mark.parametrize("axis", range(3))
def test_turned_heads_lie_on_their_landmarks_again(engine, settled, axis):
    observed, state = settled
    turn = torch.zeros(1, 3)
    turn[0, axis] = np.radians(5)
    moved = turned(engine.points, observed, state, turn)
    without = replace(moved, t=state.t)
    assert geodesic_deg(moved.R[0].numpy(), state.R[0].numpy()) == pytest.approx(5, abs=0.01)
    assert distance_px(engine, observed, moved) <= distance_px(engine, observed, without)
    for shift in torch.eye(3) * 3:  # nowhere near is better, by the measure that the step has
        worse = replace(moved, t=moved.t + shift)
        assert across_mm(engine, observed, moved) < across_mm(engine, observed, worse)


def across_mm(engine: BuiltinEngine, observed: Observations, state: FitState) -> torch.Tensor:
    """Weighted squares of the distances to the lines of sight, each measured at its point's depth."""
    xyz, xy_px = project_points(engine.points, state, observed)
    mm = (xy_px - observed.xy_px) * xyz[..., 2:] / state.log_focal.exp()
    return (mm / observed.sd_mm[..., None]).square().sum()


def test_nothing_moves_for_a_turn_of_nothing_but_the_distance(engine, settled):
    observed, state = settled
    same = turned(engine.points, observed, state, torch.zeros(1, 3))
    torch.testing.assert_close(same.R, state.R)
    assert (same.t - state.t).norm() / state.t[0, 2] < 0.01


def test_faces_are_corrected_one_by_one(engine, shot):
    """In a batch each face gets what it gets alone."""
    half = replace(shot[0], rgb=np.ascontiguousarray(shot[0].rgb[::2, ::2]))
    other = (half, FaceDetector().detect(half.rgb)[0])
    together = engine.reconstruct([shot, other], options=BARE, progress=lambda _: None, cancel=CancelToken())
    for head, alone in zip(together, (reconstruct(engine, shot), reconstruct(engine, other)), strict=True):
        np.testing.assert_allclose(head.camera.t_camera_head, alone.camera.t_camera_head, rtol=1e-3, atol=0.1)
        assert geodesic_deg(head.camera.R_camera_head, alone.camera.R_camera_head) < 0.05


def test_a_head_without_the_correction_is_fitted_without(shot):
    head = load_head()
    kept = {name: array for name, array in head.calibration.items() if not name.startswith(PREFIX)}
    plain = BuiltinEngine(replace(head, calibration=kept), "cpu")
    assert plain.pose_correction is None
    assert "pose correction" not in reconstruct(plain, shot).stages


@pytest.mark.parametrize("name", ["matrix", "mean", "offset", "limit"])
def test_a_damaged_correction_is_refused(engine, name):
    head = load_head()
    key = f"{PREFIX}{name}"
    cut = {**head.calibration, key: head.calibration[key][..., :-1]}
    with pytest.raises(FaceviewerError, match=r"head\.npz: the pose correction"):
        load_pose_correction(replace(head, calibration=cut), engine.points, "cpu")
    lacking = {k: array for k, array in head.calibration.items() if k != key}
    with pytest.raises(FaceviewerError, match=r"head\.npz: the pose correction lacks"):
        load_pose_correction(replace(head, calibration=lacking), engine.points, "cpu")


def made_up(seed: int, noise: float) -> tuple[PoseLessons, np.ndarray]:
    rng = np.random.default_rng(seed)
    features, matrix = rng.normal(size=(900, 40)), np.random.default_rng(0).normal(size=(2, 40)) / 100
    turn = features @ matrix.T + noise * rng.normal(size=(900, 2))
    return PoseLessons(features.astype(np.float32), turn.astype(np.float32)), matrix


def test_what_is_missing_of_turns_is_learnt():
    learnt = learn_pose_correction(join_lessons([made_up(1, 0.01)[0], made_up(2, 0.01)[0]]), ridge=1.0)
    fresh, _ = made_up(3, 0)
    found = learnt["offset"] + (fresh.features - learnt["mean"]) / learnt["sd"] @ learnt["matrix"].T
    assert np.abs(found - fresh.turn).max() < 0.01
    assert (np.abs(fresh.turn) <= 2 * learnt["limit"]).all()


def test_the_ridge_shrinks_what_is_learnt():
    lessons, _ = made_up(1, 0.01)
    sizes = [np.abs(learn_pose_correction(lessons, ridge)["matrix"]).sum() for ridge in (1.0, 1e3, 1e5)]
    assert sizes[0] > sizes[1] > sizes[2]
