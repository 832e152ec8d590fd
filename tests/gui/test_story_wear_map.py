"""Somebody opens a head of FFHQ-UV, puts maps on it, changes the light, and takes the result away."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from ffhq_uv_factory import write_map
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QSlider

from faceviewer.app.export_plan import ExportPlan
from faceviewer.app.lighting import OF_MAP, PRESETS
from faceviewer.gui.panels.layers import LayersPanel
from faceviewer.gui.panels.section import Section
from faceviewer.gui.user_interface import QtUserInterface

WAIT_MS = 60_000


@pytest.fixture
def data(shared: Path) -> Path:
    return shared / "data/ffhq_uv"


@pytest.fixture
def sample(app, data: Path):
    """The window with the example head in it."""
    app.verbs.opening.open_paths([data / "teaser_1/mesh_head.obj"])
    app.wait_until(lambda: app.state.shown.result is not None, timeout=WAIT_MS)
    return app


def wear(app, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QtUserInterface, "choose_file", lambda *_: path)
    app.run("tools.wear_map")
    app.wait_until(lambda: app.state.view.texture == f"map {path.stem}", timeout=WAIT_MS)
    QApplication.processEvents()


def relit(app) -> np.ndarray:
    """The shown texture once the light has come."""

    def in_step() -> bool:
        wear = app.state.wear
        return wear.lit is not None and wear.lit.light == wear.light

    app.wait_until(in_step, timeout=WAIT_MS)
    QApplication.processEvents()
    return app.state.shown.result.textures[app.state.view.texture].rgb


def picture(app) -> np.ndarray:
    """(H, W, 3) of the 3D view; without a notice, which takes room from it."""
    app.verbs.say(None)
    QApplication.processEvents()
    found = app.window.viewport_picture(1, False)
    assert found is not None
    return found[..., :3].astype(int)


def differs(one: np.ndarray, other: np.ndarray) -> float:
    """The share of pixels that are another colour."""
    return float((np.abs(one - other).max(-1) > 8).mean())


def light_section(app) -> Section:
    panel = app.window.findChild(LayersPanel)
    (section,) = (one for one in panel.findChildren(Section) if one.title == "Light")
    section.set_expanded(True)
    return section


def control(section: Section, kind: type, name: str):
    (found,) = (one for one in section.findChildren(kind) if one.accessibleName() == name)
    return found


def test_maps_go_on_and_come_off(sample, data, tmp_path, monkeypatch):
    bare = picture(sample)
    wear(sample, data / "teaser_1/tex_uv.png", monkeypatch)
    assert differs(picture(sample), bare) < 0.001, "it is the map that the OBJ came with"
    wear(sample, write_map(tmp_path / "01223.png", side=1024), monkeypatch)
    assert differs(picture(sample), bare) > 0.05
    assert sample.window.uv_view._texture is sample.state.shown.result.textures["map 01223"]
    names = sample.window.uv_view.header.textures
    assert [names.itemText(row) for row in range(names.count())] == ["photo", "map 01223"]
    sample.run("tools.take_map_off")
    assert differs(picture(sample), bare) == 0 and not sample.window.actions_by_id["tools.take_map_off"].isEnabled()


def test_a_broken_map_leaves_everything_as_it_was(sample, tmp_path, monkeypatch):
    (tmp_path / "bad.png").write_bytes(b"no picture")
    before = sample.state.shown.result
    monkeypatch.setattr(QtUserInterface, "choose_file", lambda *_: tmp_path / "bad.png")
    sample.run("tools.wear_map")
    sample.wait_until(lambda: sample.state.notice is not None, timeout=WAIT_MS)
    assert "bad.png" in sample.state.notice.text and sample.state.shown.result is before


def test_light_by_sliders_presets_and_files(sample, data, qtbot, monkeypatch):
    wear(sample, data / "teaser_1/tex_uv.png", monkeypatch)
    bare, map_rgb = picture(sample), sample.state.shown.result.textures["map tex_uv"].rgb
    section = light_section(sample)
    presets = control(section, QComboBox, "Light")
    assert [presets.itemText(row) for row in range(presets.count())] == list(PRESETS)
    for slider in section.findChildren(QSlider):
        assert slider.toolTip() and slider.focusPolicy() & Qt.FocusPolicy.TabFocus
    right = control(section, QSlider, "From the right")
    right.setValue(60)
    lit = relit(sample)
    assert sample.state.wear.light.on and sample.state.wear.light.numbers[3] == 0.6
    assert presets.currentText() == "Set by hand"
    assert lit[400:500, 720].mean() > map_rgb[400:500, 720].mean() + 20, "the picture's right"
    shown = picture(sample)
    assert differs(shown, bare) > 0.05 and sample.window.uv_view._texture.rgb is lit
    half = shown.shape[1] // 2
    assert (shown - bare)[:, half:].sum() > (shown - bare)[:, :half].sum()
    presets.setCurrentIndex(0)
    presets.activated.emit(0)
    assert np.array_equal(relit(sample), map_rgb) and right.value() == 0
    monkeypatch.setattr(QtUserInterface, "choose_file", lambda *_: data / "dataset_example/01223/lights.npy")
    qtbot.mouseClick(control(section, QAbstractButton, "Open a light file"), Qt.MouseButton.LeftButton)
    assert np.isclose(sample.state.wear.light.numbers[2], 0.23395, atol=1e-4)
    assert not np.array_equal(relit(sample), map_rgb) and presets.currentText() == "lights.npy"
    control(section, QAbstractButton, "Light on the texture").click()
    QApplication.processEvents()
    assert sample.state.shown.result.textures["map tex_uv"].rgb is map_rgb and differs(picture(sample), bare) == 0


def test_the_data_sets_light_of_the_map_is_offered(sample, data, monkeypatch):
    light = np.load(data / "dataset_example/01223/lights.npy")
    sample.verbs.wearing.wear(data / "teaser_1/tex_uv.png", light)
    sample.wait_until(lambda: sample.state.view.texture == "map tex_uv", timeout=WAIT_MS)
    presets = control(light_section(sample), QComboBox, "Light")
    row = presets.findText(OF_MAP)
    presets.activated.emit(row)
    relit(sample)
    assert np.allclose(sample.state.wear.light.numbers, light.ravel()) and presets.currentText() == OF_MAP


def test_the_export_has_the_map_and_the_light_that_was_asked_for(sample, data, tmp_path, monkeypatch):
    wear(sample, data / "teaser_1/tex_uv.png", monkeypatch)
    sample.verbs.lighting.use_preset("From above")
    lit = relit(sample)
    for wanted in (False, True):
        plan = ExportPlan(tmp_path / str(wanted), "head", json=False, light=wanted)
        sample.verbs.exporting.start(plan)
        path = plan.folder / "head_face1_map_tex_uv.png"
        sample.wait_until(lambda path=path: sample.state.last_export is not None and path.is_file(), timeout=WAIT_MS)
        assert np.array_equal(np.asarray(Image.open(path)), lit) == wanted
        sample.wait_until(lambda plan=plan: (plan.folder / "head_face1_map_tex_uv.obj").is_file(), timeout=WAIT_MS)


def test_the_built_in_head_wears_a_map(app, data, qtbot, monkeypatch):
    app.add_sample()
    app.verbs.viewing.look("front")
    QApplication.processEvents()
    bare = picture(app)
    wear(app, data / "teaser_1/tex_uv.png", monkeypatch)  # the OBJ beside it has its layout
    worn = picture(app)
    assert list(app.state.shown.result.textures) == ["photo", "map tex_uv"] and differs(worn, bare) > 0.03
    assert len(app.state.shown.result.textures["map tex_uv"].rgb) == len(app.state.shown.result.textures["photo"].rgb)
    app.verbs.editing.set_expression("jawOpen", 0.8)
    app.run("view.light")
    app.verbs.lighting.use_preset("From the left")
    relit(app)
    assert differs(picture(app), worn) > 0.03
    app.run("view.light")
    app.run("tools.take_map_off")
    app.verbs.editing.reset()
    QApplication.processEvents()
    assert differs(picture(app), bare) == 0
