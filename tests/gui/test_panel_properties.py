"""The properties panel: rows of the selection and the head, copied, and "go to"."""

from __future__ import annotations

import json

import pytest
from panel_kit import add_head, mean_head, put_under_light, rooms_with, settle
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton

from faceviewer.app.properties import head_properties, selection_properties
from faceviewer.app.selecting import landmark_selection
from faceviewer.gui.panels.properties import PropertiesPanel


@pytest.fixture
def stage(tmp_path, qtbot):
    rooms, panel = rooms_with(tmp_path, PropertiesPanel, qtbot)
    add_head(rooms)
    return rooms, panel


def test_going_to_a_vertex_shows_its_values(stage, qtbot):
    rooms, panel = stage
    assert panel.nothing.isVisible()
    panel.number.setValue(8192)
    panel.go.click()
    assert rooms.state.selection.kind == "vertex" and rooms.state.selection.index == 8192
    rows = dict(panel.selection.texts)
    assert rows["Selected"] == "Vertex 8192" and rows["Vertex"] == "8192"
    x, y, z = (float(word) for word in rows["Position"].removesuffix(" mm").split(", "))
    assert (x, y, z) == pytest.approx(mean_head().mesh.vertices[8192].tolist(), abs=0.006)
    assert panel.nothing.isHidden()


def test_enter_goes_to_a_landmark(stage, qtbot):
    rooms, panel = stage
    panel.what.setCurrentText("Set 68")
    panel.number.setValue(30)
    panel.number.setFocus()
    qtbot.keyClick(panel.number, Qt.Key.Key_Return)
    assert rooms.state.selection == landmark_selection(mean_head(), "68", 30)
    assert dict(panel.selection.texts)["Name"] == "nose tip"


def test_a_number_that_is_not_there_gives_a_sentence(stage):
    rooms, panel = stage
    panel.number.setValue(999_999)
    panel.go.click()
    assert rooms.state.selection is None and "there is no 999999" in rooms.state.notice.text


def test_values_follow_the_edited_mesh(stage):
    rooms, panel = stage
    rooms.verbs.selecting.go_to("landmark", 30, "68")
    before = dict(panel.selection.texts)["Position"]
    rooms.verbs.editing.set_shape("nose-trans-forward", 3.0)
    assert dict(panel.selection.texts)["Position"] != before
    rooms.verbs.editing.reset()
    assert dict(panel.selection.texts)["Position"] == before


def test_deselecting_empties_the_rows(stage):
    rooms, panel = stage
    rooms.verbs.selecting.go_to("vertex", 5)
    rooms.verbs.selecting.select(None)
    assert panel.selection.texts == () and panel.nothing.isVisible()


def test_the_head_shows_pose_and_warnings(stage):
    _, panel = stage
    rows = dict(panel.head.texts)
    assert rows["Yaw"] == "+20.0°" and rows["Note"] == "The left ear is hidden."
    signs = [label.toolTip() for label in panel.head.findChildren(QLabel) if label.text() == "Yaw"]
    assert signs == ["Positive yaw turns the nose to the left of the picture."]


def test_copies_are_text_or_json(stage):
    rooms, panel = stage
    rooms.verbs.selecting.go_to("vertex", 17)
    panel.copy_button.click()
    assert "Vertex: 17" in rooms.ui.copied[-1].splitlines() and "Yaw: +20.0°" in rooms.ui.copied[-1]
    panel.copy_button.menu().actions()[1].trigger()
    assert json.loads(rooms.ui.copied[-1])["selection"]["Vertex"] == "17"


def test_values_can_be_selected_with_the_mouse(stage):
    rooms, panel = stage
    rooms.verbs.selecting.go_to("vertex", 17)
    values = [label for label in panel.selection.findChildren(QLabel) if label.accessibleName()]
    flag = Qt.TextInteractionFlag.TextSelectableByMouse
    assert values and all(label.textInteractionFlags() & flag for label in values)


def test_a_hidden_panel_gathers_nothing(stage):
    rooms, panel = stage
    panel.hide()
    rooms.verbs.selecting.go_to("vertex", 3)
    assert panel.selection.texts == ()
    panel.show()
    settle()
    assert dict(panel.selection.texts)["Vertex"] == "3"


def test_light_gathers_only_the_selection_and_only_once_it_rests(stage, qtbot, monkeypatch):
    """Each step of a light's slider gathered all rows, with a search for what hides the selection in the photo."""
    rooms, panel = stage
    rooms.verbs.selecting.go_to("vertex", 17)
    head, before = panel.head.texts, dict(panel.selection.texts)
    gathered = []

    def counted(name: str, gather):
        return lambda state: gathered.append(name) or gather(state)

    for name, gather in (("head", head_properties), ("selection", selection_properties)):
        monkeypatch.setattr(f"faceviewer.gui.panels.properties.{name}_properties", counted(name, gather))
    for grey in (10, 20, 30):
        put_under_light(rooms, grey)
    assert gathered == []
    qtbot.waitUntil(lambda: gathered != [])
    assert gathered == ["selection"] and panel.head.texts == head
    assert dict(panel.selection.texts) == {**before, "Colour": "RGB 30, 30, 30"}


def test_without_head_there_is_nothing_to_go_to(tmp_path, qtbot):
    _, panel = rooms_with(tmp_path, PropertiesPanel, qtbot)
    assert panel.no_head.isVisible()
    for kind in (QPushButton, QToolButton):
        buttons = [one for one in panel.findChildren(kind) if one in (panel.go, panel.copy_button)]
        assert not any(button.isEnabled() for button in buttons)


def test_the_panel_fits_into_a_narrow_dock(stage):
    _, panel = stage
    assert panel.minimumSizeHint().width() <= 290
