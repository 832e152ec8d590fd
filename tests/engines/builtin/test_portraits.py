"""Learning the refinement: skins and pictures that vary and can be drawn again, and studies that find what is there."""

from __future__ import annotations

import numpy as np
import pytest

from faceviewer.engines.builtin import BuiltinEngine
from faceviewer.engines.builtin.calibration.dataset import Dataset, make_dataset
from faceviewer.engines.builtin.calibration.learn import LOST_DEG
from faceviewer.engines.builtin.calibration.people import Carried, Crowd
from faceviewer.engines.builtin.calibration.portraits import portray
from faceviewer.engines.builtin.calibration.poses import pose_lessons
from faceviewer.engines.builtin.calibration.scenes import SIZE_PX, Scene
from faceviewer.engines.builtin.calibration.skins import SKIN_SIZE, Wardrobe, baked_skin
from faceviewer.engines.builtin.calibration.studies import (
    SPOTS,
    Studies,
    chosen_spots,
    join,
    learn_refinement,
    study,
    unrefined,
)
from faceviewer.engines.builtin.correction import feature_count
from faceviewer.io.resources import resource_path
from faceviewer.models.head_model import HeadModel, load_head
from faceviewer.types import FaceMesh


@pytest.fixture(scope="module")
def head() -> HeadModel:
    return unrefined(load_head())


@pytest.fixture(scope="module")
def engine(head) -> BuiltinEngine:
    return BuiltinEngine(head, "cpu")


@pytest.fixture(scope="module")
def wardrobe(head, engine) -> Wardrobe:
    return Wardrobe(head, [baked_skin(engine, resource_path("sample.jpg"))])


@pytest.fixture(scope="module")
def taken(head, wardrobe) -> tuple[Dataset, list[Scene]]:
    vertices = len(head.mean_vertices_mm())
    crowd = Crowd(head, Carried(np.ones(vertices, bool), np.zeros((1, vertices, 3), np.float32), {}))
    scenes: list[Scene] = []
    data = make_dataset(head, crowd, lambda mesh, rng: portray(mesh, wardrobe.draw(rng), rng), 3, 4, scenes.append)
    return data, scenes


def test_skins_are_drawn_again_from_their_seed_and_differ(wardrobe):
    one, again = (wardrobe.draw(np.random.default_rng(3)).rgb for _ in range(2))
    np.testing.assert_array_equal(one, again)
    assert one.shape == (SKIN_SIZE, SKIN_SIZE, 3) and one.dtype == np.uint8
    cheeks = [wardrobe.draw(np.random.default_rng(seed)).rgb[200:260, 140:180].mean((0, 1)) for seed in range(12)]
    assert np.ptp(np.mean(cheeks, 1)) > 60  # from dark to light
    assert all(red > blue for red, _, blue in cheeks)


def test_portraits_are_drawn_again_from_their_seed_and_differ(head, wardrobe):
    mesh, skin = FaceMesh(head.mean_vertices_mm(), head.topology), wardrobe.draw(np.random.default_rng(0))
    one, again, other = (portray(mesh, skin, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.rgb, again.rgb)
    assert one.rgb.shape == (SIZE_PX, SIZE_PX, 3) and one.rgb.dtype == np.uint8
    assert np.abs(one.rgb.astype(int) - other.rgb).mean() > 10


def test_spots_are_spread_over_both_sides_of_the_face(head):
    spots = chosen_spots(head)
    corners, weights = (array[spots] for array in head.topology.landmarks["478"])
    xyz_mm = np.einsum("lk,lkc->lc", weights, head.mean_vertices_mm()[corners])
    assert len(np.unique(spots)) == SPOTS and spots.max() < 478
    assert 0.4 < (xyz_mm[:, 0] > 0).mean() < 0.6
    np.testing.assert_array_equal(spots, load_head().calibration["refinement_spots"])


def test_studies_hold_pictures_and_their_mirror_images(engine, taken):
    data, scenes = taken
    assert len(scenes) == len(data) == 3
    found = study(engine, data, np.stack([scene.rgb for scene in scenes]))
    K, E = data.identity.shape[1], data.expression.shape[1]
    assert found.features.shape == (6, 32 * SPOTS + 6) and found.change.shape == (6, K + E)
    assert np.isfinite(found.features).all() and np.isfinite(found.change).all()
    yaw = found.features[:, -6]
    np.testing.assert_allclose(yaw[:3], -yaw[3:], atol=0.1)  # radians
    assert found.change[:, :K].std() > 0.1  # landmarks alone do not find everything


def test_lessons_of_the_pose_come_with_and_without_the_focal_length_and_mirrored(engine, taken):
    data, _ = taken
    lessons = pose_lessons(engine, data)
    assert lessons.features.shape == (12, feature_count(engine.points)) and lessons.turn.shape == (12, 2)
    surprise, yaw = lessons.features[:, -6], lessons.features[:, -5]
    unknown, known = slice(0, 3), slice(3, 6)
    assert np.abs(surprise[known]).max() < 0.1 < np.abs(surprise[unknown]).max()
    np.testing.assert_allclose(yaw[:6], -yaw[6:], atol=0.1)  # radians
    assert 0.001 < np.abs(lessons.turn).max() < np.radians(LOST_DEG)


def made_up(seed: int, noise: float) -> tuple[Studies, np.ndarray]:
    rng = np.random.default_rng(seed)
    features, matrix = rng.uniform(0, 1, (900, 40)).astype(np.float16), np.random.default_rng(0).normal(size=(5, 40))
    change = features @ matrix.T + noise * rng.normal(size=(900, 5))
    return Studies(features, change.astype(np.float32)), matrix


def test_what_the_picture_says_is_learnt():
    studies, _ = made_up(1, noise=0.1)
    learnt = learn_refinement(join([studies, made_up(2, noise=0.1)[0]]), ridge=1.0)
    fresh, _ = made_up(3, noise=0)
    whitened = (fresh.features - learnt["mean"]) / learnt["sd"]
    found = learnt["offset"] + whitened @ learnt["matrix"].astype(np.float32).T
    assert np.abs(found - fresh.change).max() < 0.15
    assert (np.abs(fresh.change) <= 2 * learnt["limit"]).all()


def test_the_ridge_shrinks_what_is_learnt():
    studies, _ = made_up(1, noise=1)
    sizes = [np.abs(learn_refinement(studies, ridge)["matrix"]).sum() for ridge in (1.0, 1e3, 1e5)]
    assert sizes[0] > sizes[1] > sizes[2]
