"""Run by test_image_pane.py with QT_SCALE_FACTOR=1.5: raises AssertionError when pixels and coordinates disagree."""

from __future__ import annotations

import sys

import numpy as np
from factories import make_photo, make_reconstruction
from pane_bench import Bench, click, grabbed
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QApplication

from faceviewer.gui.image_pane import ImagePane
from faceviewer.gui.photo_view import PhotoView
from faceviewer.gui.picture import Picture


def main() -> None:
    application = QApplication(sys.argv)
    pixels = np.random.default_rng(0).integers(0, 256, (77, 103, 3), np.uint8)
    pane = ImagePane()
    pane.resize(200, 160)
    pane.show()
    pane.set_picture(Picture.of(pixels))
    application.processEvents()
    ratio = pane.devicePixelRatioF()
    check_bytes(pane, pixels, ratio)
    check_click()
    sys.stdout.write(f"ratio {ratio} fine\n")


def check_bytes(pane: ImagePane, pixels: np.ndarray, ratio: float) -> None:
    pane.show_actual_size()
    seen, corner = grabbed(pane), pane.transform.to_widget(0, 0)
    left, top = round(corner.x() * ratio), round(corner.y() * ratio)
    assert (seen[top : top + 77, left : left + 103] == pixels).all(), "1:1"
    pane.zoom_to(12)
    pane.center_on(50, 30)
    seen = grabbed(pane)
    for row, column in ((30, 50), (28, 47), (33, 55)):
        square = pane.transform.rect_to_widget(QRectF(column, row, 1, 1))
        left, top = round(square.left() * ratio), round(square.top() * ratio)
        assert (seen[top : top + 12, left : left + 12] == pixels[row, column]).all(), (row, column)
        x, y = pane.transform.to_image(square.center())
        assert abs(x - column - 0.5) < 1e-6 and abs(y - row - 0.5) < 1e-6


def check_click() -> None:
    bench, result = Bench(), make_reconstruction()
    bench.show(make_photo(), result)
    view = bench.open(PhotoView)
    bench.verbs.viewing.set(landmark_sets=frozenset({"68"}))
    view.pane.zoom_to(10, view.pane.transform.to_widget(*result.landmarks["68"].xy_px[30]))
    click(view.pane, result.landmarks["68"].xy_px[30])
    selection = bench.state.selection
    assert selection is not None and (selection.kind, selection.index, selection.name) == ("landmark", 30, "68")


main()
