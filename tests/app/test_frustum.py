"""Where the photo's camera is drawn before the head."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from factories import make_photo, make_reconstruction
from rooms import make_rooms

from faceviewer.app.documents import with_changes, with_documents
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


def seen_from(yaw_deg: float, focal_px: float, result: Reconstruction) -> Reconstruction:
    """The same head from a camera that stands towards the subject's left, and as far away as that focal length says."""
    camera, yaw = at_focal(result.camera, focal_px), np.radians(yaw_deg)
    turn = np.array([[np.cos(yaw), 0, -np.sin(yaw)], [0, 1, 0], [np.sin(yaw), 0, np.cos(yaw)]])
    return replace(result, camera=replace(camera, R_camera_head=camera.R_camera_head @ turn))


def crossing_deg(state: AppState) -> float:
    """Between the line from the photo's camera to the head and the direction in which the 3D view looks."""
    frustum, camera = shown_frustum(state), state.view.camera
    assert frustum is not None
    to_eye, towards = frustum.eye_mm, np.subtract(camera.position_mm, camera.focal_mm)
    cosine = to_eye @ towards / np.linalg.norm(to_eye) / np.linalg.norm(towards)
    return float(np.degrees(np.arccos(cosine)))


@pytest.mark.parametrize("yaw_deg", [-90.0, -40.0, 0.0, 10.0, 40.0, 90.0])
def test_it_is_looked_at_from_aside_wherever_the_camera_stood(result, yaw_deg):
    store = store_with(seen_from(yaw_deg, 432.0, result))
    Viewing(store).toggle_camera_frustum()
    frustum, camera = shown_frustum(store.state), store.state.view.camera
    assert frustum is not None and fits(store.state, frustum)
    assert 45 < crossing_deg(store.state) < 135
    assert camera.position_mm[2] > camera.focal_mm[2], "from behind no face is seen"


def add(store: Store, document_id: int, result: Reconstruction, **changes: Any) -> None:
    """Another document that is shown at once."""
    document = Document(document_id, f"{document_id}", photo=make_photo(), faces=(result.face,), **changes)
    store.update(replace(with_documents(store.state, [document]), current=document_id))


def test_the_next_photo_is_looked_at_from_aside_too(result):
    store = store_with(result)
    viewing, before = Viewing(store), store.state.view.camera
    viewing.toggle_camera_frustum()
    first = store.state.view.camera
    told: list[AppState] = []
    store.subscribe(lambda state, _: told.append(state))
    add(store, 2, result, heads={1: seen_from(70.0, 1500.0, result)}, status="done")
    frustum = shown_frustum(store.state)
    assert frustum is not None and fits(store.state, frustum) and 45 < crossing_deg(store.state) < 135
    assert told == [store.state], "with the head, not after it"
    assert not store.state.undo_label
    store.update(replace(store.state, current=1))
    assert store.state.view.camera == first
    viewing.toggle_camera_frustum()
    assert store.state.view.camera == before


def test_a_head_made_anew_by_another_lens_is_looked_at_from_aside_too(result):
    store = store_with(result)
    Viewing(store).toggle_camera_frustum()
    farther = replace(seen_from(0.0, 1500.0, result), mesh=replace(result.mesh))
    store.update(with_changes(store.state, 1, heads={1: farther}))
    frustum = shown_frustum(store.state)
    assert frustum is not None and fits(store.state, frustum)


def test_a_view_that_was_changed_is_left_to_the_user(result):
    store = store_with(result)
    viewing = Viewing(store)
    viewing.toggle_camera_frustum()
    viewing.look("top")
    own = store.state.view.camera
    add(store, 2, result, heads={1: seen_from(70.0, 1500.0, result)}, status="done")
    assert store.state.view.camera == own
    viewing.toggle_camera_frustum()
    assert store.state.view.camera == own


def test_a_film_is_framed_at_its_first_head(result):
    store = store_with(result)
    viewing, before = Viewing(store), store.state.view.camera
    viewing.toggle_camera_frustum()
    add(store, 2, result, kind="video", status="no face")
    assert store.state.shown.head is None
    store.update(with_changes(store.state, 2, heads={1: seen_from(0.0, 1500.0, result)}))
    framed, frustum = store.state.view.camera, shown_frustum(store.state)
    assert frustum is not None and fits(store.state, frustum)
    for head in (seen_from(40.0, 800.0, result), None, seen_from(60.0, 3000.0, result)):
        frame = replace(head, mesh=replace(head.mesh)) if head is not None else None
        store.update(with_changes(store.state, 2, heads={1: frame} if frame is not None else {}))
        assert store.state.view.camera == framed
    viewing.toggle_camera_frustum()
    assert store.state.view.camera == before


def test_it_is_framed_once_one_no_longer_looks_through_it(result):
    store = store_with(result)
    viewing = Viewing(store)
    viewing.toggle_camera_frustum()
    camera = store.state.view.camera
    viewing.set(through_photo=True)
    add(store, 2, result, heads={1: seen_from(70.0, 1500.0, result)}, status="done")
    assert store.state.view.camera == camera
    viewing.set(through_photo=False)
    frustum = shown_frustum(store.state)
    assert frustum is not None and fits(store.state, frustum)


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
