"""Somebody looks at a mesh that has no photo: a picture of landmarks on the mean face, or a head of another program."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drops import drop, files
from factories import make_mesh, make_texture, make_topology
from PySide6.QtWidgets import QApplication, QFileDialog

from faceviewer.app.commands import commands
from faceviewer.app.state import DISPLAY_MODES
from faceviewer.gui.panels.photo_rows import ROW_ROLE
from faceviewer.gui.recent_menu import RecentMenu
from faceviewer.io.obj import encode_obj, write_obj
from faceviewer.types import FaceMesh

RED, GREY = (230, 30, 30), (170, 170, 170)


@pytest.fixture
def mean_shape(tmp_path) -> Path:
    """A grey face, red at its front, in units of 100 mm."""
    mesh = make_mesh(make_topology(48, 64))
    colors = np.full((len(mesh.vertices), 3), GREY, np.uint8)
    colors[mesh.topology.parts["nose"]] = RED
    path = tmp_path / "meanshape-68ldms.obj"
    bare = FaceMesh((mesh.vertices / 100).astype(np.float32), mesh.topology, colors)
    path.write_bytes(encode_obj("mean", bare, comments=()))
    return path


@pytest.fixture
def textured(tmp_path) -> Path:
    write_obj(tmp_path / "textured.obj", make_mesh(make_topology(32, 48)), make_texture(64))
    return tmp_path / "textured.obj"


def opened(app, path: Path) -> None:
    drop(app.window, files([path]))
    app.wait_until(lambda: app.state.shown.result is not None and app.state.shown.document.path == path, timeout=60_000)
    QApplication.processEvents()


def picture(app) -> np.ndarray:
    """(H, W, 3) of the 3D view."""
    found = app.window.viewport_picture(1, False)
    assert found is not None
    return found[..., :3].astype(int)


def reddish(rgb: np.ndarray) -> int:
    return int(((rgb[..., 0] - rgb[..., 1] > 60) & (rgb[..., 0] - rgb[..., 2] > 60)).sum())


def test_a_mean_shape_shows_its_colours_and_an_honest_photo_pane(app, mean_shape):
    opened(app, mean_shape)
    assert app.window.photo_view.pane.picture is None
    assert app.window.photo_view.pane.accessibleDescription() == "This mesh has no photo."
    assert app.window.photo_view.pane._sentence == "This mesh has no photo."
    assert reddish(picture(app)) > 50, "the nose"
    app.run("view.display.shaded")
    assert reddish(picture(app)) == 0
    row = app.window.photo_list.rows.index(0).data(ROW_ROLE)
    assert row.details == "Mesh · Done" and app.window.windowTitle().startswith("meanshape-68ldms.obj")


def test_the_photo_comes_back_with_a_photo(app, mean_shape):
    opened(app, mean_shape)
    app.add_sample()
    assert app.window.photo_view.pane.picture is not None and app.window.photo_view.pane._sentence == ""
    app.run("photo.previous")
    assert app.window.photo_view.pane.picture is None and app.window.photo_view.pane._sentence


def test_every_display_mode_draws_it(app, mean_shape, textured):
    for path in (mean_shape, textured):
        opened(app, path)
        empty = None
        for mode in DISPLAY_MODES:
            app.verbs.viewing.set(display=mode, landmark_sets=frozenset({"68"}), visible_only=True, pose_axes=True)
            QApplication.processEvents()
            rgb = picture(app)
            empty = rgb[2, 2] if empty is None else empty
            assert (np.abs(rgb - empty).sum(-1) > 30).mean() > 0.02, f"{mode} draws nothing"


def test_every_enabled_command_can_be_used_on_it(app, mean_shape, monkeypatch):
    for name, answer in (("getOpenFileName", ("", "")), ("getOpenFileNames", ([], "")), ("getSaveFileName", ("", ""))):
        monkeypatch.setattr(QFileDialog, name, lambda *_, answer=answer, **__: answer)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: "")
    opened(app, mean_shape)
    left = {"file.quit", "file.sample", "file.camera", "photo.remove"}
    for command in commands():
        if command.id in left or not command.enabled(app.state):
            continue
        app.run(command.id)
        QApplication.processEvents()
        for widget in QApplication.topLevelWidgets():
            if widget is not app.window and widget.isModal():
                widget.close()
    assert app.state.shown.document.kind == "mesh" and app.state.shown.result is not None


def test_texture_and_selection_are_linked(app, textured):
    opened(app, textured)
    assert app.window.uv_view.pane.picture is not None
    app.verbs.selecting.go_to("vertex", 100)
    QApplication.processEvents()
    labels = {row.label for row in _selection_rows(app)}
    assert {"Texel", "Colour", "UV"} <= labels and "Photo pixel" not in labels


def test_without_texture_coordinates_the_texture_pane_says_so(app, tmp_path):
    (tmp_path / "quads.obj").write_text("v 0 0 0\nv 1 0 0\nv 1 2 0\nv 0 2 0\nf 1 2 3 4\n")
    opened(app, tmp_path / "quads.obj")
    assert app.window.uv_view.pane._sentence == "This mesh has no texture coordinates."
    app.verbs.selecting.go_to("vertex", 2)
    app.verbs.viewing.set(uv_wireframe=True, parts_overlay=True, uv_origin=True)
    QApplication.processEvents()
    opened_again = app.add_sample()
    assert app.state.shown.head == opened_again and app.window.uv_view.pane._sentence == ""


def test_two_meshes_side_by_side_and_as_heat_map(app, mean_shape, textured):
    opened(app, mean_shape)
    opened(app, textured)
    app.run("tools.compare")
    app.wait_until(lambda: app.state.comparison.outcome is not None, timeout=60_000)
    app.run("tools.heat_map")
    assert np.ptp(picture(app)) > 50


def test_recent_files_and_bad_ones(app, mean_shape, tmp_path):
    opened(app, mean_shape)
    menu = app.window.findChild(RecentMenu)
    menu.aboutToShow.emit()
    assert "meanshape-68ldms.obj" in [action.text() for action in menu.actions()]
    before = app.state
    (tmp_path / "bad.obj").write_text("v 0 0 0\nf 1 2 3\n")
    drop(app.window, files([tmp_path / "bad.obj"]))
    app.wait_until(lambda: app.state.notice is not None, timeout=30_000)
    assert "bad.obj" in app.state.notice.text and app.state.notice.level == "error"
    assert app.state.documents == before.documents and app.state.shown.result is before.shown.result


def _selection_rows(app):
    from faceviewer.app.properties import selection_properties

    return selection_properties(app.state)
