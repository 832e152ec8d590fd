from __future__ import annotations

import numpy as np
import pytest
from pane_bench import grabbed

from faceviewer.gui.image_pane import ImagePane
from faceviewer.gui.line_field import LineField
from faceviewer.gui.picture import Picture


@pytest.fixture
def pane(qtbot) -> ImagePane:
    pane = ImagePane()
    qtbot.addWidget(pane)
    pane.resize(120, 120)
    pane.show()
    qtbot.waitExposed(pane)
    pane.set_picture(Picture.of(np.zeros((100, 100, 3), np.uint8)))
    pane.show_actual_size()
    return pane


class Red:
    """A layer of red lines."""

    def __init__(self, lines: LineField) -> None:
        self._lines = lines

    def paint(self, painter, pane) -> None:
        self._lines.paint(painter, pane, (255, 0, 0))


def redness(pane: ImagePane, x: float) -> int:
    """The strongest red around the column of the picture at ``x``."""
    spot = pane.transform.to_widget(x, 50)
    return int(grabbed(pane)[round(spot.y()), int(spot.x()) - 2 : int(spot.x()) + 3, 0].max())


def test_lines_with_little_room_are_weaker_until_they_are_zoomed(pane: ImagePane) -> None:
    lines = np.array([[20.0, 0, 20, 100], [70, 0, 70, 100]])
    pane.set_layers([Red(LineField(lines, np.array([1.0, 50.0])))])
    assert redness(pane, 70) > 180
    assert 10 < redness(pane, 20) < 90
    pane.zoom_to(12)
    pane.center_on(20, 50)
    assert redness(pane, 20) > 180


def test_lines_outside_the_pane_and_no_lines_draw_nothing(pane: ImagePane) -> None:
    before = grabbed(pane)
    for lines in (np.array([[1e6, 0, 1e6, 100.0]]), np.zeros((0, 4))):
        pane.set_layers([Red(LineField(lines))])
        assert (grabbed(pane) == before).all()
