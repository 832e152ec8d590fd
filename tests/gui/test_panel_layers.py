"""The layers panel drives and shows ``state.view``."""

from __future__ import annotations

from dataclasses import replace

import pytest
from factories import make_reconstruction
from panel_kit import add_head, mean_head, put_under_light, rooms_with, settle
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QComboBox, QSlider

from faceviewer.app.documents import with_changes
from faceviewer.app.palette import PART_COLORS
from faceviewer.app.state import DISPLAY_MODES, LANDMARK_SETS, HeadRef, LiveState
from faceviewer.gui.panels.layers import LayersPanel
from faceviewer.types import PART_NAMES


@pytest.fixture
def stage(tmp_path, qtbot):
    rooms, panel = rooms_with(tmp_path, LayersPanel, qtbot)
    add_head(rooms)
    return rooms, panel


def check(panel: LayersPanel, name: str) -> QCheckBox:
    (box,) = (box for box in panel.findChildren(QCheckBox) if box.accessibleName() == name)
    return box


def slider(panel: LayersPanel, name: str) -> QSlider:
    (found,) = (one for one in panel.findChildren(QSlider) if one.accessibleName() == name)
    return found


def test_every_landmark_set_goes_on_and_off(stage):
    rooms, panel = stage
    boxes = [box for box in panel.findChildren(QCheckBox) if "landmarks" in box.accessibleName()]
    assert len(boxes) == len(LANDMARK_SETS)
    for name, box in zip(LANDMARK_SETS, boxes, strict=True):
        box.click()
        assert rooms.state.view.landmark_sets == {name} and box.isChecked()
        box.click()
        assert not rooms.state.view.landmark_sets and not box.isChecked()


def test_every_part_goes_off_and_on_and_wears_its_colour(stage):
    rooms, panel = stage
    for name in PART_NAMES:
        title = name.replace("_", " ").replace("up lip", "upper lip").replace("down lip", "lower lip").capitalize()
        box = check(panel, title)
        box.click()
        assert name not in rooms.state.view.parts
        box.click()
        assert rooms.state.view.parts == set(PART_NAMES)
        color = box.icon().pixmap(14, 14).toImage().pixelColor(7, 7)
        assert color.getRgb()[:3] == PART_COLORS[name]


def test_all_and_none(stage):
    rooms, panel = stage
    buttons = {button.accessibleName(): button for button in panel.findChildren(QAbstractButton)}
    assert not buttons["Show all parts"].isEnabled()
    buttons["Hide all parts"].click()
    assert not rooms.state.view.parts and not buttons["Hide all parts"].isEnabled()
    assert not check(panel, "Nose").isChecked()
    buttons["Show all parts"].click()
    assert rooms.state.view.parts == set(PART_NAMES) and check(panel, "Nose").isChecked()


def test_every_display_mode_can_be_chosen_and_is_shown(stage):
    rooms, panel = stage
    box = next(one for one in panel.findChildren(QComboBox) if one.accessibleName() == "Display mode")
    for number, mode in enumerate(DISPLAY_MODES):
        box.activated.emit(number)
        assert rooms.state.view.display == mode and box.currentIndex() == number
    rooms.verbs.viewing.set(display="depth")
    assert box.currentIndex() == DISPLAY_MODES.index("depth")


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("Smooth shading", "smooth"),
        ("Sharp texels", "texture_nearest"),
        ("Visible only", "visible_only"),
        ("Tint parts over the picture", "parts_overlay"),
        ("Head pose axes", "pose_axes"),
        ("Mesh over the photo", "photo_mesh"),
        ("Look through the photo's camera", "through_photo"),
        ("UV wireframe", "uv_wireframe"),
        ("Where texels come from", "uv_origin"),
    ],
)
def test_switches_follow_and_lead_the_state(stage, title, field):
    rooms, panel = stage
    box, before = check(panel, title), getattr(rooms.state.view, field)
    assert box.isChecked() == before
    box.click()
    assert getattr(rooms.state.view, field) == (not before) == box.isChecked()
    rooms.verbs.viewing.set(**{field: before})
    assert box.isChecked() == before


@pytest.mark.parametrize(
    ("name", "field", "step", "value"),
    [
        ("Size", "landmark_size_px", 12, 12.0),
        ("Opacity", "parts_opacity", 80, 0.8),
        ("Head opacity", "mesh_opacity", 40, 0.4),
        ("Wipe", "wipe", 25, 0.25),
    ],
)
def test_sliders_set_the_view_and_follow_it(stage, name, field, step, value):
    rooms, panel = stage
    rooms.verbs.viewing.set(through_photo=True, parts_overlay=True)
    slider(panel, name).setValue(step)
    settle()
    assert getattr(rooms.state.view, field) == pytest.approx(value)
    rooms.verbs.viewing.set(**{field: value / 2 if field != "landmark_size_px" else 5.0})
    assert slider(panel, name).value() in (step // 2, 5)


def test_the_field_of_view_keeps_the_head_in_its_size(stage):
    rooms, panel = stage
    slider(panel, "Field of view").setValue(60)
    settle()
    assert rooms.state.view.camera.fov_deg == 60
    check(panel, "Orthographic").click()
    assert rooms.state.view.camera.parallel and not slider(panel, "Field of view").isEnabled()


def test_showing_a_state_changes_no_state(stage):
    rooms, _ = stage
    view = replace(rooms.state.view, landmark_sets=frozenset(LANDMARK_SETS), parts=frozenset(), display="checker",
                   landmark_size_px=11.0, parts_opacity=0.33, through_photo=True, wipe=0.2)  # fmt: skip
    rooms.verbs.store.update(replace(rooms.state, view=view))
    settle()
    assert rooms.state.view is view


def test_without_head_there_is_nothing_to_switch(tmp_path, qtbot):
    _, panel = rooms_with(tmp_path, LayersPanel, qtbot)
    assert not any(box.isEnabled() for box in panel.findChildren(QCheckBox))


def test_modes_that_need_a_texture_wait_for_one(stage):
    rooms, panel = stage
    add_head(rooms, replace(mean_head(), textures={}))
    box = next(one for one in panel.findChildren(QComboBox) if one.accessibleName() == "Display mode")
    enabled = {mode: box.model().item(number).isEnabled() for number, mode in enumerate(DISPLAY_MODES)}
    assert not enabled["textured"] and not enabled["origin"] and enabled["shaded"]


def test_several_textures_can_be_chosen_from(stage):
    rooms, panel = stage
    box = next(one for one in panel.findChildren(QComboBox) if one.accessibleName() == "Texture")
    assert box.isHidden()
    photo = make_reconstruction().textures["photo"]
    add_head(rooms, replace(mean_head(), textures={"photo": photo, "albedo": photo}))
    assert not box.isHidden()
    box.activated.emit(1)
    assert rooms.state.view.texture == "albedo"


def test_all_that_can_be_acted_on_has_a_name_and_explains_itself(stage):
    _, panel = stage
    for kind in (QAbstractButton, QComboBox, QSlider):
        for widget in panel.findChildren(kind):
            if not widget.objectName().startswith("qt_"):
                assert widget.accessibleName() and widget.toolTip(), widget


def test_nothing_is_cut_at_the_smallest_width(stage):
    _, panel = stage
    panel.resize(panel.minimumSizeHint().width(), 600)
    settle()
    for box in panel.findChildren(QCheckBox):
        assert box.width() >= box.sizeHint().width(), box.text()


def test_heads_without_parts_offer_none(stage):
    rooms, panel = stage
    document = rooms.state.shown.document
    head = document.heads[1]
    bare = replace(head, mesh=replace(head.mesh, topology=replace(head.mesh.topology, parts={})))
    rooms.verbs.store.update(with_changes(rooms.state, document.id, heads={1: bare}))
    for name in ("Nose", "Tint parts over the picture"):
        assert not check(panel, name).isEnabled()
    buttons = {button.accessibleName(): button for button in panel.findChildren(QAbstractButton)}
    assert not buttons["Hide all parts"].isEnabled() and not buttons["Show all parts"].isEnabled()
    assert check(panel, "Head pose axes").isEnabled()


def test_light_is_shown_by_its_own_section_alone(stage, monkeypatch):
    """Every section was shown anew, twice for each step of a light's slider."""
    rooms, panel = stage
    shown = []
    for title, group in panel.groups.items():
        monkeypatch.setattr(group, "show_state", lambda _, title=title: shown.append(title))
    put_under_light(rooms, 10)
    assert shown == ["Light"]
    add_head(rooms, replace(mean_head()))
    assert set(shown) == set(panel.groups)


def test_what_a_comparison_does_not_show_cannot_be_switched_on_in_it(stage, monkeypatch):
    """The camera frustum could, and made both heads tiny."""
    rooms, panel = stage
    other = add_head(rooms, replace(mean_head()))
    box = check(panel, "Camera frustum")
    assert box.isEnabled()
    rooms.verbs.comparing.start(other, HeadRef(1))
    assert not box.isEnabled()
    rooms.verbs.comparing.stop()
    assert box.isEnabled()
    rooms.verbs.store.update(replace(rooms.state, live=LiveState(other.document)))
    shown = []
    for title, group in panel.groups.items():
        monkeypatch.setattr(group, "show_state", lambda _, title=title: shown.append(title))
    rooms.verbs.store.update(replace(rooms.state, live=None))
    assert set(shown) == set(panel.groups), "a live picture leaves less to be switched, too"
