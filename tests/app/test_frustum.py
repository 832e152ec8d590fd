"""Where the photo's camera is drawn before the head."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_photo, make_reconstruction
from rooms import make_rooms

from faceviewer.app.documents import with_documents
from faceviewer.app.frustum import Frustum, frustum_of, shown_frustum
from faceviewer.app.shown import derive
from faceviewer.app.state import FILE_ENGINE, AppState, Document, HeadRef
from faceviewer.app.store import Store
from faceviewer.app.viewing import Viewing
from faceviewer.gui.viewport.projection import Ball, from_view_camera
from faceviewer.types import Camera, Reconstruction


@pytest.fixture(scope="module")
def result() -> Reconstruction:
    return make_reconstruction()


def at_focal(camera: Camera, focal_px: float) -> Camera:
    """The same picture of the head from as far away as that focal length says."""
    K, t = camera.K.copy(), camera.t_camera_head.copy()
    t[2] *= focal_px / K[0, 0]
    K[0, 0] = K[1, 1] = focal_px
    return replace(camera, K=K, t_camera_head=t)


@pytest.mark.parametrize("focal_px", [150.0, 432.0, 5000.0, 50000.0])
def test_the_corners_are_those_of_the_photo_and_between_camera_and_head(result, focal_px):
    camera, vertices = at_focal(result.camera, focal_px), result.mesh.vertices
    frustum = frustum_of(camera, vertices)
    width, height = camera.size
    corners = [[0, 0], [width, 0], [width, height], [0, height]]
    for places in (frustum.corners_mm, frustum.shoulders_mm):
        np.testing.assert_allclose(camera.project(places), corners, atol=1e-6)
    depth = camera.to_camera(frustum.corners_mm)[:, 2]
    assert np.ptp(depth) < 1e-6 and depth[0] < camera.to_camera(vertices)[:, 2].min()
    assert camera.to_camera(frustum.eye_mm)[2] < camera.to_camera(frustum.shoulders_mm)[0, 2] <= depth[0] + 1e-9
    np.testing.assert_allclose(camera.project(frustum.axis_mm[1]), camera.K[:2, 2], atol=1e-6)
    assert np.isfinite(frustum.points_mm).all() and frustum.points_mm.shape == (12, 3)


def test_a_near_camera_stands_where_it_stood(result):
    frustum = frustum_of(result.camera, result.mesh.vertices)
    assert not frustum.is_shortened
    np.testing.assert_allclose(result.camera.to_camera(frustum.eye_mm), 0, atol=1e-9)
    np.testing.assert_allclose(frustum.shoulders_mm, frustum.corners_mm)


@pytest.mark.parametrize("focal_px", [5000.0, 50000.0])
def test_a_far_camera_is_drawn_nearer_in_its_direction(result, focal_px):
    camera, vertices = at_focal(result.camera, focal_px), result.mesh.vertices
    frustum = frustum_of(camera, vertices)
    true_eye = -camera.R_camera_head.T @ camera.t_camera_head
    assert frustum.is_shortened
    away = np.linalg.norm(frustum.eye_mm)
    assert away < 3000 < np.linalg.norm(true_eye)
    np.testing.assert_allclose(frustum.eye_mm / away, true_eye / np.linalg.norm(true_eye), atol=1e-9)
    extent = float(np.linalg.norm(np.ptp(vertices, axis=0)))
    size = np.ptp(frustum.corners_mm, axis=0).max()
    assert 0.1 * extent < size < 5 * extent


def test_a_head_around_its_camera_breaks_nothing(result):
    for t in ([0.0, 0.0, 0.0], [0.0, 0.0, -200.0]):
        frustum = frustum_of(replace(result.camera, t_camera_head=np.array(t)), result.mesh.vertices)
        assert np.isfinite(frustum.points_mm).all()


def store_with(result: Reconstruction) -> Store:
    store = Store(derive)
    document = Document(1, "photo.jpg", photo=make_photo(), status="done", faces=(result.face,), heads={1: result})
    store.update(replace(with_documents(store.state, [document]), current=1))
    return store


def fits(state: AppState, frustum: Frustum) -> bool:
    ball = Ball((0.0, 0.0, 0.0), 1e4)
    size = (500.0, 640.0)
    at = from_view_camera(state.view.camera, size, ball).to_pane(frustum.points_mm)
    return bool(np.isfinite(at).all() and (at > 0).all() and (at < size).all())


@pytest.mark.parametrize("focal_px", [432.0, 5000.0])
def test_it_is_framed_when_switched_on_and_the_view_comes_back(result, focal_px):
    store = store_with(replace(result, camera=at_focal(result.camera, focal_px)))
    viewing, before = Viewing(store), store.state.view.camera
    viewing.toggle_camera_frustum()
    frustum = shown_frustum(store.state)
    assert frustum is not None and fits(store.state, frustum)
    viewing.look("top")
    assert fits(store.state, frustum)
    viewing.toggle_camera_frustum()
    assert shown_frustum(store.state) is None and store.state.view.camera != before  # the user has moved it
    viewing.frame()
    before = store.state.view.camera
    viewing.toggle_camera_frustum()
    viewing.toggle_camera_frustum()
    assert store.state.view.camera == before


def test_it_is_not_shown_without_a_photos_head_or_from_its_own_tip(result):
    store = store_with(result)
    Viewing(store).set(camera_frustum=True)
    assert shown_frustum(store.state) is not None
    through = replace(store.state, view=replace(store.state.view, through_photo=True))
    assert shown_frustum(through) is None
    shown = replace(store.state.shown, result=replace(result, engine=FILE_ENGINE))
    assert shown_frustum(replace(store.state, shown=shown)) is None
    assert shown_frustum(AppState()) is None
    from faceviewer.app.state import Comparison

    compared = replace(store.state, comparison=Comparison(HeadRef(1), HeadRef(2)))
    assert shown_frustum(compared) is None


def test_a_comparison_shows_heads_as_large_as_without_it(result, tmp_path):
    rooms = make_rooms(tmp_path)
    store = rooms.verbs.store
    store.update(store_with(result).state)
    store.update(with_documents(store.state, [replace(store.state.documents[0], id=2)]))
    viewing = Viewing(store)
    viewing.look("front")
    before = store.state.view.camera
    viewing.toggle_camera_frustum()
    assert store.state.view.camera != before
    rooms.verbs.comparing.start(HeadRef(1), HeadRef(2))
    assert rooms.background.close()
    assert store.state.comparison is not None and not store.state.view.camera_frustum
    assert np.allclose(store.state.view.camera.position_mm, before.position_mm)


def test_its_command_says_why_a_comparison_has_none(result):
    from faceviewer.app.commands import commands
    from faceviewer.app.state import Comparison

    store = store_with(result)
    (command,) = (one for one in commands() if one.id == "view.camera_frustum")
    assert command.enabled(store.state)
    assert not command.enabled(replace(store.state, comparison=Comparison(HeadRef(1), HeadRef(2))))
    assert "not while two heads are compared" in command.explanation and "too small" in command.explanation
    Viewing(store).look("front")
    alone = height_px(store.state, result)
    Viewing(store).toggle_camera_frustum()
    assert height_px(store.state, result) < alone / 3, "the reason that is told"


def height_px(state: AppState, head: Reconstruction) -> float:
    """Of a head in one of two panes beside each other."""
    pane = from_view_camera(state.view.camera, (400.0, 640.0), Ball((0.0, 0.0, 0.0), 1e4))
    return float(np.ptp(pane.to_pane(head.mesh.vertices)[:, 1]))
