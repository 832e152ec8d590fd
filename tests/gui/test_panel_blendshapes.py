"""The blendshape bars: 52 of them, as the photo has them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from panel_kit import add_head, mean_head, rooms_with, settle
from PySide6.QtCore import QPoint
from PySide6.QtGui import QHelpEvent, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from faceviewer.app.slider_titles import expression_title
from faceviewer.gui.panels.blendshapes import BlendshapesPanel
from faceviewer.types import BLENDSHAPE_NAMES


@pytest.fixture
def stage(tmp_path, qtbot):
    rooms, panel = rooms_with(tmp_path, BlendshapesPanel, qtbot)
    add_head(rooms)
    settle()
    return rooms, panel


def with_blendshapes(values: np.ndarray | None):
    return replace(mean_head(), face=replace(mean_head().face, blendshapes=values))


def test_all_52_stand_in_the_networks_order(stage):
    _, panel = stage
    assert [bar.title for bar in panel.chart.bars] == [expression_title(name) for name in BLENDSHAPE_NAMES]
    assert [bar.value for bar in panel.chart.bars] == mean_head().face.blendshapes.tolist()


def test_the_strongest_come_first_when_asked(stage):
    _, panel = stage
    panel.order.setCurrentIndex(1)
    values = [bar.value for bar in panel.chart.bars]
    assert values == sorted(values, reverse=True) and len(values) == 52


def test_bars_are_as_long_as_their_values(stage):
    rooms, panel = stage
    values = np.zeros(52, np.float32)
    values[1], values[2] = 1.0, 0.5
    add_head(rooms, with_blendshapes(values))
    settle()
    image = panel.chart.grab().toImage()
    accent = panel.chart.palette().color(QPalette.ColorRole.Accent)
    lengths = []
    for row in (1, 2, 3):
        y = panel.chart.row_rect(row).center().y() + 1
        lengths.append(sum(image.pixelColor(x, y) == accent for x in range(image.width())))
    assert lengths[0] > 40 and lengths[1] == pytest.approx(lengths[0] / 2, abs=3) and lengths[2] == 0


def test_another_face_changes_the_bars_and_edits_do_not(stage):
    rooms, panel = stage
    bars = panel.chart.bars
    rooms.verbs.editing.set_expression("jawOpen", 1.0)
    assert panel.chart.bars is bars
    add_head(rooms, with_blendshapes(np.full(52, 0.25, np.float32)))
    assert {bar.value for bar in panel.chart.bars} == {0.25}


def test_a_face_without_blendshapes_says_so(stage):
    rooms, panel = stage
    add_head(rooms, with_blendshapes(None))
    assert panel.message.isVisible() and "without blendshapes" in panel.message.text()


def test_the_tooltip_names_and_explains_the_bar_under_the_pointer(stage):
    _, panel = stage
    row = BLENDSHAPE_NAMES.index("jawOpen")
    place = panel.chart.row_rect(row).center()
    QApplication.sendEvent(
        panel.chart, QHelpEvent(QHelpEvent.Type.ToolTip, place, panel.chart.mapToGlobal(QPoint(place)))
    )
    value = mean_head().face.blendshapes[row]
    assert QToolTip.text().startswith(f"Jaw open: {value:.3f}") and "jawOpen" in QToolTip.text()


def test_screen_readers_hear_the_values(stage):
    _, panel = stage
    assert panel.chart.accessibleName()
    assert "Jaw open 0." in panel.chart.accessibleDescription()
