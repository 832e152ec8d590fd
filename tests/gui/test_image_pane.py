from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from pane_bench import drag, grabbed
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from faceviewer.gui.image_pane import ImagePane
from faceviewer.gui.pane_transform import MAX_ZOOM
from faceviewer.gui.picture import Picture

ROOT = Path(__file__).resolve().parents[2]


def noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.fixture
def pixels() -> np.ndarray:
    return noise(103, 77)  # rows that are no multiple of four bytes


@pytest.fixture
def pane(qtbot, pixels: np.ndarray) -> ImagePane:
    pane = ImagePane()
    qtbot.addWidget(pane)
    pane.resize(240, 200)
    pane.show()
    qtbot.waitExposed(pane)
    pane.set_picture(Picture.of(pixels))
    return pane


@pytest.mark.parametrize("mirrored", [False, True])
def test_image_and_widget_coordinates_are_inverse(pane: ImagePane, pixels: np.ndarray, mirrored: bool) -> None:
    pane.set_picture(Picture.of(pixels), mirrored=mirrored)
    pane.zoom_to(3.7, QPointF(31, 17))
    for x, y in ((0.0, 0.0), (0.5, 0.5), (103.0, 77.0), (51.2, 12.9)):
        assert pane.transform.to_image(pane.transform.to_widget(x, y)) == pytest.approx((x, y))
        assert pane.transform.points_to_widget(np.array([[x, y]]))[0] == pytest.approx(
            pane.transform.to_widget(x, y).toTuple()
        )


def test_fit_shows_all_of_the_picture_in_the_middle(pane: ImagePane) -> None:
    pane.zoom_to(20)
    pane.fit()
    shown = pane.transform.rect_to_widget(QRectF(0, 0, 103, 77))
    assert QRectF(pane.rect()).contains(shown)
    assert shown.width() > 0.9 * pane.width() or shown.height() > 0.9 * pane.height()
    assert shown.center().x() == pytest.approx(pane.width() / 2, abs=1)
    pane.resize(400, 300)
    assert pane.transform.rect_to_widget(QRectF(0, 0, 103, 77)).width() > 1.2 * shown.width()


def test_large_texels_are_squares_of_their_exact_colour(pane: ImagePane, pixels: np.ndarray) -> None:
    pane.zoom_to(16)
    pane.center_on(60, 40)
    seen = grabbed(pane)
    checked = 0
    for row in range(77):
        for column in range(103):
            square = pane.transform.rect_to_widget(QRectF(column, row, 1, 1))
            if QRectF(2, 2, pane.width() - 4, pane.height() - 4).contains(square):
                left, top = round(square.left()), round(square.top())
                assert (seen[top : top + 16, left : left + 16] == pixels[row, column]).all()
                checked += 1
    assert checked > 100


def test_one_to_one_shows_every_byte(pane: ImagePane, pixels: np.ndarray) -> None:
    pane.show_actual_size()
    seen = grabbed(pane)
    corner = pane.transform.to_widget(0, 0)
    left, top = round(corner.x()), round(corner.y())
    assert (seen[top : top + 77, left : left + 103] == pixels).all()


def test_a_mirrored_view_shows_the_last_column_first(pane: ImagePane, pixels: np.ndarray) -> None:
    pane.set_picture(Picture.of(pixels), mirrored=True)
    pane.show_actual_size()
    seen = grabbed(pane)
    corner = pane.transform.to_widget(103, 0)
    left, top = round(corner.x()), round(corner.y())
    assert (seen[top : top + 77, left : left + 103] == pixels[:, ::-1]).all()


def test_a_large_photo_is_averaged_not_picked(qtbot) -> None:
    pane = ImagePane()
    qtbot.addWidget(pane)
    pane.resize(150, 150)
    pane.show()
    qtbot.waitExposed(pane)
    stripes = np.zeros((1200, 1200, 3), np.uint8)
    stripes[:, ::2] = 200  # finer than the screen: anything but grey is aliasing
    pane.set_picture(Picture.of(stripes))
    middle = grabbed(pane)[40:110, 40:110].astype(int)
    assert abs(middle.mean() - 100) < 4
    assert middle.std() < 6


def test_the_wheel_zooms_around_the_pointer(qtbot, pane: ImagePane) -> None:
    from PySide6.QtCore import QPoint
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    where = QPointF(70, 50)
    before, zoom = pane.transform.to_image(where), pane.zoom
    event = QWheelEvent(
        where, QPointF(pane.mapToGlobal(where.toPoint())), QPoint(), QPoint(0, 360), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(pane, event)
    assert pane.zoom == pytest.approx(zoom * 1.25**3)
    assert pane.transform.to_image(where) == pytest.approx(before, abs=0.5)


def test_zoom_has_ends(pane: ImagePane) -> None:
    for _ in range(60):
        QTest.keyClick(pane, Qt.Key.Key_Plus)
    assert pane.zoom == pytest.approx(MAX_ZOOM)
    for _ in range(90):
        QTest.keyClick(pane, Qt.Key.Key_Minus)
    assert 0.1 < pane.zoom < 1
    QTest.keyClick(pane, Qt.Key.Key_0)
    assert pane.transform.rect_to_widget(QRectF(0, 0, 103, 77)).height() > 150


def test_dragging_moves_and_is_no_click(qtbot, pane: ImagePane) -> None:
    clicks = []
    pane.clicked.connect(clicks.append)
    before = pane.transform.to_image(QPointF(100, 100))
    drag(pane, QPointF(100, 100), QPointF(140, 90))
    assert pane.transform.to_image(QPointF(140, 90)) == pytest.approx(before, abs=0.6)
    assert not clicks
    QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=QPointF(20, 30).toPoint())
    assert len(clicks) == 1


def test_a_box_is_cut_at_the_picture(qtbot, pane: ImagePane) -> None:
    boxes = []
    pane.box_drawn.connect(boxes.append)
    pane.set_box_mode(True, "Draw")
    start, end = pane.transform.to_widget(20, 10), pane.transform.to_widget(60, 200)
    drag(pane, start, end)
    assert boxes[0] == pytest.approx([20, 10, 60, 77], abs=1)


def test_another_picture_of_the_same_size_keeps_the_place(pane: ImagePane) -> None:
    pane.zoom_to(9)
    before = pane.transform
    pane.set_picture(Picture.of(noise(103, 77)))
    assert pane.transform == before
    pane.set_picture(Picture.of(noise(50, 77)))
    assert pane.transform != before


def test_coordinates_and_bytes_hold_at_one_and_a_half_device_pixels() -> None:
    """In a process of its own, because the factor belongs to the whole application."""
    environment = dict(os.environ, QT_SCALE_FACTOR="1.5", PYTHONPATH=os.pathsep.join([str(ROOT), str(ROOT / "tests")]))
    script = Path(__file__).with_name("hidpi_pane.py")
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["ratio", "1.5", "fine"]
