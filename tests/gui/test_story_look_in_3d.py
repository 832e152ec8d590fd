"""Somebody looks at the head in 3D: in every mode, from every side, through the photo's camera."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from faceviewer.app.state import DISPLAY_MODES


@pytest.fixture
def shown(app):
    app.add_sample()
    app.wait_until(lambda: app.window.viewport.stage is not None)
    return app


def picture(app) -> np.ndarray:
    QApplication.processEvents()
    return app.window.viewport.picture(1, False, annotated=False).astype(int)


def test_every_display_mode_draws_something_of_its_own(shown):
    pictures = []
    for mode in DISPLAY_MODES:
        shown.run(f"view.display.{mode.replace(' ', '_')}")
        assert shown.state.view.display == mode
        pictures.append(picture(shown))
    for number, one in enumerate(pictures):
        for other in pictures[:number]:
            assert np.abs(one - other).mean() > 0.3


def test_the_keys_of_the_views_turn_the_head(shown):
    shown.window.activateWindow()
    shown.wait_until(shown.window.isActiveWindow)
    canvas = shown.window.viewport.stage.canvas
    canvas.setFocus()  # as after a click on the head
    pictures = []
    for key in (Qt.Key.Key_1, Qt.Key.Key_3, Qt.Key.Key_7, Qt.Key.Key_5):
        QTest.keyClick(canvas, key)
        pictures.append(picture(shown))
    for number, one in enumerate(pictures):
        for other in pictures[:number]:
            assert np.abs(one - other).mean() > 0.3
    assert shown.state.view.camera.parallel
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert not shown.state.view.camera.parallel


def test_through_the_photos_camera_and_away_again_with_the_mouse(shown):
    stage = shown.window.viewport.stage
    shown.run("view.through_photo")
    result = shown.state.shown.result
    width, height = result.photo_size
    scale = min(stage.width() / width, stage.height() / height)
    margin = (np.array([stage.width(), stage.height()]) - scale * np.array([width, height])) / 2
    expected = result.landmarks["68"].xy_px * scale + margin
    found = stage.projections[0].to_pane(result.landmark_xyz_mm("68"))
    np.testing.assert_allclose(found, expected, atol=0.5)
    shown.verbs.viewing.set(mesh_opacity=0.0)
    rows, columns = (np.linspace(0.05, 0.95, 9)[:, None] * height, np.linspace(0.05, 0.95, 9)[None] * width)
    drawn = picture(shown)
    x, y = columns * scale + margin[0], rows * scale + margin[1]
    seen = drawn[y.astype(int), x.astype(int)]
    photo = shown.state.shown.photo.rgb[rows.astype(int), columns.astype(int)]
    assert np.median(np.abs(seen - photo)) < 12, "the photo itself, at its place"
    start = QPoint(stage.width() // 2, stage.height() // 2)
    QTest.mousePress(stage.canvas, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 5):
        QTest.mouseMove(stage.canvas, start + QPoint(10 * step, 0))
    QTest.mouseRelease(stage.canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(40, 0))
    shown.wait_until(lambda: not shown.state.view.through_photo)
