"""The shape panel: 189 sliders made when they are needed, each a step of undo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from panel_kit import add_head, mean_head, put_under_light, rooms_with, settle
from PySide6.QtWidgets import QPushButton, QSlider

from faceviewer.app.state import NO_EDITS
from faceviewer.gui.panels.coefficients import CoefficientsPanel
from faceviewer.gui.panels.slider_group import SliderGroup
from faceviewer.gui.panels.sliders import SliderRow


@pytest.fixture
def stage(tmp_path, qtbot):
    rooms, panel = rooms_with(tmp_path, CoefficientsPanel, qtbot)
    ref = add_head(rooms)
    return rooms, panel, ref


def row(panel: CoefficientsPanel, group: str, name: str) -> SliderRow:
    panel.group(group).section.set_expanded(True)
    return panel.group(group).rows[name]


def drag(row: SliderRow, *values: float) -> None:
    """As a hand does: hold, move, let go."""
    slider = row.findChild(QSlider)
    slider.setSliderDown(True)
    for value in values:
        slider.setSliderPosition(round(value * 100))
        slider.setValue(slider.sliderPosition())
        settle()
    slider.setSliderDown(False)
    settle()


def button(panel: CoefficientsPanel, name: str) -> QPushButton:
    (found,) = (one for one in panel.findChildren(QPushButton) if one.accessibleName() == name)
    return found


def test_there_is_a_slider_for_every_shape_and_expression(stage):
    _, panel, _ = stage
    shapes = [name for group in panel.shape_groups for name in group.specs]
    expressions = [name for group in panel.expression_groups for name in group.specs]
    assert len(shapes) == len(set(shapes)) == 137
    assert len(expressions) == len(set(expressions)) == 52
    assert all(spec.low == -3 and spec.high == 3 for group in panel.shape_groups for spec in group.specs.values())
    assert all(spec.low == 0 and spec.high == 1 for group in panel.expression_groups for spec in group.specs.values())


def test_sliders_are_made_when_their_group_is_opened(stage):
    _, panel, _ = stage
    assert len(panel.findChildren(SliderRow)) == 1  # exaggeration
    panel.group("Chin").section.set_expanded(True)
    assert len(panel.findChildren(SliderRow)) == 1 + len(panel.group("Chin").specs)


def test_a_shape_slider_moves_the_mesh_and_back_to_zero_is_bit_equal(stage):
    rooms, panel, ref = stage
    fitted = rooms.state.shown.mesh
    nose = row(panel, "Nose", "nose-scale-horiz")
    drag(nose, 0.5, 1.0, 2.0)
    assert rooms.state.work.edits[ref].shape == {"nose-scale-horiz": 2.0}
    moved = np.linalg.norm(rooms.state.shown.mesh.vertices - fitted.vertices, axis=1)
    assert moved.max() > 1.0
    drag(nose, 0.0)
    assert rooms.state.shown.mesh.vertices.tobytes() == fitted.vertices.tobytes()
    assert ref not in rooms.state.work.edits


def test_a_drag_is_one_step_of_undo(stage):
    rooms, panel, _ = stage
    nose = row(panel, "Nose", "nose-scale-horiz")
    drag(nose, 0.5, 1.0, 1.5)
    drag(nose, 2.0, 2.5)
    assert rooms.state.undo_label == "nose width"
    rooms.verbs.store.undo()
    assert nose.value == 1.5
    rooms.verbs.store.undo()
    assert nose.value == 0.0 and not rooms.state.undo_label
    rooms.verbs.store.redo()
    assert nose.value == 1.5


def test_an_expression_starts_at_the_fitted_weight(stage):
    rooms, panel, ref = stage
    smile = row(panel, "Mouth expression", "mouthSmileLeft")
    fitted = float(mean_head().coefficients["expression"].max())
    assert smile.value == smile.default == fitted
    drag(smile, 0.9)
    assert rooms.state.work.edits[ref].expression == {"mouthSmileLeft": 0.9}
    smile.reset()
    assert smile.value == fitted
    assert rooms.state.shown.mesh is mean_head().mesh


def test_neutral_and_reset(stage):
    rooms, panel, ref = stage
    smile = row(panel, "Mouth expression", "mouthSmileLeft")
    assert not button(panel, "Reset all").isEnabled()
    button(panel, "Neutral expression").click()
    assert smile.value == 0.0 and rooms.state.shown.mesh is not mean_head().mesh
    button(panel, "Reset all").click()
    assert smile.value == smile.default and rooms.state.work.edits.get(ref, NO_EDITS) == NO_EDITS


def test_exaggeration_follows_undo(stage):
    rooms, panel, ref = stage
    drag(panel.exaggeration, 1.5)
    assert rooms.state.work.edits[ref].exaggeration == 1.5
    rooms.verbs.store.undo()
    assert panel.exaggeration.value == 1.0


def test_titles_say_how_many_sliders_were_changed(stage):
    rooms, panel, _ = stage
    rooms.verbs.editing.set_shape("nose-hump", 1.0)
    rooms.verbs.editing.set_shape("nose-point-up", 1.0)
    assert panel.group("Nose").section.title == "Nose – 2 changed"
    rooms.verbs.editing.reset()
    assert panel.group("Nose").section.title == "Nose"


def test_a_group_opened_later_shows_what_was_edited_before(stage):
    rooms, panel, _ = stage
    rooms.verbs.editing.set_shape("ear-lobe", -1.25)
    assert row(panel, "Ears", "ear-lobe").value == -1.25


def test_the_filter_finds_sliders_by_words_and_lets_go_again(stage):
    _, panel, _ = stage
    panel.filter.setText("nostril width")
    shown = {name for group in panel.shape_groups for name, one in group.rows.items() if one.isVisible()}
    assert shown == {"nose-nostrils-width"}
    assert panel.group("Chin").isHidden()
    panel.filter.setText("no such thing")
    assert all(group.isHidden() for group in (*panel.shape_groups, *panel.expression_groups))
    panel.filter.setText("")
    assert not panel.group("Chin").isHidden() and not panel.group("Nose").section.expanded
    panel.group("Nose").section.set_expanded(True)
    assert all(one.isVisible() for one in panel.group("Nose").rows.values())


def test_another_head_brings_its_own_values(stage):
    rooms, panel, first = stage
    nose = row(panel, "Nose", "nose-hump")
    drag(nose, 1.0)
    add_head(rooms)
    assert nose.value == 0.0
    rooms.verbs.opening.choose_document(first.document)
    assert nose.value == 1.0


def test_light_moves_no_slider(stage, monkeypatch):
    """All groups were shown anew with every step of a light's slider: under it, the head is another object."""
    rooms, _, _ = stage
    shown = []
    monkeypatch.setattr(SliderGroup, "show_levels", lambda group, _: shown.append(group.title))
    put_under_light(rooms, 10)
    assert shown == []
    rooms.verbs.editing.set_shape("nose-hump", 1.0)
    assert "Nose" in shown


def test_heads_that_cannot_be_changed_say_so(stage):
    rooms, panel, _ = stage
    add_head(rooms, replace(mean_head(), engine="engine-of-somebody-else"))
    assert panel.message.isVisible() and "cannot be changed" in panel.message.text()


def test_without_head_the_panel_says_what_comes(tmp_path, qtbot):
    _, panel = rooms_with(tmp_path, CoefficientsPanel, qtbot)
    assert panel.message.isVisible() and "once there is a head" in panel.message.text()


def test_a_hidden_panel_sleeps_and_catches_up(stage):
    rooms, panel, _ = stage
    nose = row(panel, "Nose", "nose-hump")
    panel.hide()
    rooms.verbs.editing.set_shape("nose-hump", 2.0)
    assert nose.value == 0.0
    panel.show()
    assert nose.value == 2.0
