"""A person widens the nose, closes the eyes, thinks better of it step by step, and gets back the very same head."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QSlider, QStyle, QStyleOptionSlider

from faceviewer.gui.panels.coefficients import CoefficientsPanel
from faceviewer.gui.panels.sliders import SliderRow


@pytest.fixture
def panel(app) -> CoefficientsPanel:
    """The shape panel in front, beside the sample's head."""
    app.window.resize(1200, 700)
    app.add_sample()
    dock = app.window.layout_.docks["shape"]
    dock.show()
    dock.raise_()
    QApplication.processEvents()
    panel = app.window.panels["shape"]
    assert isinstance(panel, CoefficientsPanel) and panel.isVisible()
    return panel


def row(panel: CoefficientsPanel, words: str, name: str) -> SliderRow:
    """The slider, found by typing into the filter line."""
    panel.filter.setText(words)
    QApplication.processEvents()
    groups = (*panel.shape_groups, *panel.expression_groups)
    (found,) = (group.rows[name] for group in groups if name in group.rows)
    assert found.isVisible()
    return found


def drag(qtbot, row: SliderRow, by_px: int) -> None:
    """Take the handle with the mouse, pull it sideways in steps, let go."""
    slider = row.findChild(QSlider)
    option = QStyleOptionSlider()
    slider.initStyleOption(option)
    handle = slider.style().subControlRect(
        QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, slider
    )
    start = handle.center()
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    for part in range(1, 6):
        qtbot.mouseMove(slider, start + QPoint(by_px * part // 5, 0))
        QApplication.processEvents()
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=start + QPoint(by_px, 0))
    QApplication.processEvents()


def test_sliders_drive_the_head_and_undo_takes_them_back(app, panel, qtbot) -> None:
    fitted = app.state.shown.mesh
    before = app.window.viewport.picture(1, False)

    nose = row(panel, "nose width", "nose-scale-horiz")
    drag(qtbot, nose, 25)
    assert nose.value > 0.5
    wide = app.state.shown.mesh
    assert np.linalg.norm(wide.vertices - fitted.vertices, axis=1).max() > 0.5
    assert wide.topology is fitted.topology
    assert (app.window.viewport.picture(1, False) != before).any(), "the 3D view shows the wider nose"

    blink = row(panel, "eye blink left", "eyeBlinkLeft")
    fitted_blink = blink.value
    drag(qtbot, blink, 25)
    assert blink.value > fitted_blink + 0.1
    blinking = app.state.shown.mesh
    assert blinking is not wide

    app.run("edit.undo")
    assert blink.value == fitted_blink
    assert app.state.shown.mesh.vertices.tobytes() == wide.vertices.tobytes()
    app.run("edit.undo")
    assert app.state.shown.mesh.vertices.tobytes() == fitted.vertices.tobytes()
    assert not app.window.actions_by_id["edit.undo"].isEnabled()
    assert (app.window.viewport.picture(1, False) == before).all(), "the 3D view is back to what it was"

    app.run("edit.redo")
    app.run("edit.redo")
    assert app.state.shown.mesh.vertices.tobytes() == blinking.vertices.tobytes()


def test_a_slider_back_at_zero_gives_the_same_head_bit_for_bit(app, panel, qtbot) -> None:
    fitted = app.state.shown.mesh
    nose = row(panel, "nose hump", "nose-hump")
    drag(qtbot, nose, -30)
    assert app.state.shown.mesh is not fitted
    qtbot.mouseDClick(nose.findChild(QSlider), Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert nose.value == 0.0
    assert app.state.shown.mesh.vertices.tobytes() == fitted.vertices.tobytes()


def test_neutral_expression_exaggeration_and_reset(app, panel, qtbot) -> None:
    fitted = app.state.shown.mesh
    app.run("edit.neutral")
    neutral = app.state.shown.mesh
    assert np.abs(neutral.vertices - fitted.vertices).max() > 0.5, "the sample smiles"
    smile = row(panel, "mouth smile left", "mouthSmileLeft")
    assert smile.value == 0.0 < smile.default

    drag(qtbot, panel.exaggeration, 25)
    assert panel.exaggeration.value > 1.1
    assert np.abs(app.state.shown.mesh.vertices - neutral.vertices).max() > 0.1

    app.run("edit.reset_head")
    assert app.state.shown.mesh.vertices.tobytes() == fitted.vertices.tobytes()
    assert panel.exaggeration.value == 1.0 and smile.value == smile.default
