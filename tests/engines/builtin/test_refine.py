"""The refinement by the picture: bounded, shared by a person's photos, absent from video."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from faceviewer.detection import FaceDetector
from faceviewer.engines.builtin import BuiltinEngine, build
from faceviewer.engines.builtin.refine import feature_count, load_refinement, refine
from faceviewer.engines.builtin.stages import observe
from faceviewer.engines.options import ReconstructOptions
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


def reconstruct(engine: BuiltinEngine, shot: tuple[Photo, Face]) -> Reconstruction:
    return engine.reconstruct([shot], options=BARE, progress=lambda _: None, cancel=CancelToken())[0]


def test_photos_are_refined_and_video_is_not(engine, shot):
    still, followed = reconstruct(engine, shot), engine.follow([shot], BARE)[0]
    assert set(still.stages) - set(followed.stages) == {"refine"}
    moved_mm = np.linalg.norm(still.mesh.vertices - followed.mesh.vertices, axis=1)
    face = engine.head.topology.regions["face"]
    assert 0.05 < moved_mm[face].mean() < 4
    np.testing.assert_array_equal(still.camera.R_camera_head, followed.camera.R_camera_head)


def test_the_picture_is_what_refines(engine, shot):
    """The same landmarks on another picture give another head."""
    noise = np.random.default_rng(0).integers(0, 255, shot[0].rgb.shape).astype(np.uint8)
    other = reconstruct(engine, (replace(shot[0], rgb=noise), shot[1]))
    mine = reconstruct(engine, shot)
    assert np.abs(other.coefficients["identity"] - mine.coefficients["identity"]).max() > 0.05


def test_changes_stay_within_their_limits(engine, shot):
    observed = observe(engine.points, engine.landmark_sd_mm, [shot], [0], BARE)
    state = engine.fit(observed)
    wild = replace(engine.refinement, matrix=engine.refinement.matrix * 1e6)
    refined = refine(wild, [shot[0].rgb], observed, state)
    K = state.identity.shape[1]
    change = (refined.identity - state.identity)[0].abs()
    torch.testing.assert_close(change, wild.limit[:K], rtol=1e-3, atol=1e-4)
    assert wild.limit.max() < 3  # standard deviations of people, or three times a full expression
    assert refined.expression.min() >= 0 and refined.expression.max() <= 1


def test_photos_of_one_person_agree(engine, shot):
    dark = replace(shot[0], rgb=shot[0].rgb // 3)
    shots = [shot, (dark, shot[1])]
    alone = observe(engine.points, engine.landmark_sd_mm, shots, [0, 1], BARE)
    together = observe(engine.points, engine.landmark_sd_mm, shots, [0, 0], BARE)
    photos, K = [photo.rgb for photo, _ in shots], engine.points.identity_count
    apart, one = engine.fit(alone), engine.fit(together)
    as_if_apart = replace(one, identity=one.identity[together.person])
    changes = refine(engine.refinement, photos, alone, as_if_apart).identity - as_if_apart.identity
    refined = refine(engine.refinement, photos, together, one)
    assert refined.identity.shape == (1, K) and len(apart.identity) == 2
    torch.testing.assert_close(refined.identity - one.identity, changes.mean(0, keepdim=True), rtol=1e-3, atol=1e-4)


def test_a_head_without_refinement_is_fitted_without(shot):
    head = load_head()
    kept = {name: array for name, array in head.calibration.items() if not name.startswith("refinement_")}
    plain = BuiltinEngine(replace(head, calibration=kept), "cpu")
    assert plain.refinement is None
    assert "refine" not in reconstruct(plain, shot).stages


@pytest.mark.parametrize("name", ["matrix", "mean", "spots", "limit"])
def test_a_damaged_refinement_is_refused(name):
    head = load_head()
    key = f"refinement_{name}"
    cut = {**head.calibration, key: head.calibration[key][..., :-1]}
    with pytest.raises(FaceviewerError, match=r"head\.npz: the refinement"):
        load_refinement(replace(head, calibration=cut), "cpu")
    lacking = {k: array for k, array in head.calibration.items() if k != key}
    with pytest.raises(FaceviewerError, match=r"head\.npz: the refinement lacks"):
        load_refinement(replace(head, calibration=lacking), "cpu")


def test_features_are_as_many_as_the_matrix_takes(engine):
    assert feature_count(engine.refinement.spots) == engine.refinement.matrix.shape[1]
