"""Somebody changes the head a little, exports it by the dialog, and finds in the files what the window showed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shiboken6
import trimesh
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLineEdit, QListWidget, QPushButton

from faceviewer.app.documents import with_changes
from faceviewer.app.state import Notice
from faceviewer.gui.dialogs.export import ExportDialog
from faceviewer.io.obj import read_obj
from faceviewer.io.result_files import read_reconstruction
from faceviewer.io.result_reader import is_complete


@pytest.fixture
def opened(app):
    """The dialog for the sample with a changed nose."""
    app.add_sample()
    app.verbs.editing.set_shape(app.verbs.editing.model(app.state.shown.result).shape_names[0], 1.5)
    app.run("file.export")
    return dialog()


def dialog() -> ExportDialog:
    (found,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, ExportDialog) and w.isVisible()]
    return found


def field(opened: ExportDialog, name: str) -> QLineEdit:
    return next(line for line in opened.findChildren(QLineEdit) if line.accessibleName() == name)


def tick(opened: ExportDialog, name: str, on: bool = True) -> None:
    opened.findChild(QCheckBox, f"export.{name}").setChecked(on)


def lines(opened: ExportDialog) -> list[str]:
    listed = opened.findChild(QListWidget)
    return [listed.item(row).text() for row in range(listed.count())]


def is_closed(opened: QDialog) -> bool:
    return not shiboken6.isValid(opened) or not opened.isVisible()


def press(qtbot, opened: ExportDialog, text: str) -> None:
    button = next(b for b in opened.findChildren(QPushButton) if b.text().replace("&", "") == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def export(qtbot, app, opened: ExportDialog) -> Notice:
    press(qtbot, opened, "Export")
    app.wait_until(lambda: app.state.last_export is not None, timeout=30_000)
    return app.state.notice


def test_export_and_read_again(qtbot, app, opened, tmp_path):
    folder = tmp_path / "taken away"
    field(opened, "Folder").setText(str(folder))
    field(opened, "Name").clear()
    qtbot.keyClicks(field(opened, "Name"), "anna")
    for name in ("glb", "ply", "landmarks", "morph_targets"):
        tick(opened, name)
    promised = lines(opened)
    notice = export(qtbot, app, opened)
    assert sorted(promised) == sorted(path.name for path in folder.iterdir())
    assert "anna_face1.obj" in promised and notice.commands == ("file.show_export",) and is_closed(opened)

    shown = app.state.shown
    assert np.abs(shown.mesh.vertices - shown.result.mesh.vertices).max() > 0.1
    parsed = trimesh.load(folder / "anna_face1.obj", process=False, maintain_order=True)
    assert len(parsed.faces) == len(shown.mesh.topology.triangles)
    np.testing.assert_allclose(read_obj(folder / "anna_face1.obj").vertices, shown.mesh.vertices, atol=1e-5)
    again = read_reconstruction(folder / "anna_face1.json")
    np.testing.assert_array_equal(again.mesh.topology.triangles, shown.mesh.topology.triangles)
    np.testing.assert_array_equal(again.textures["photo"].rgb, shown.result.textures["photo"].rgb)
    np.testing.assert_array_equal(np.asarray(Image.open(folder / "anna_face1.png")), again.textures["photo"].rgb)
    glb = trimesh.load(folder / "anna_face1.glb", process=False, force="mesh")
    np.testing.assert_allclose(glb.vertices[: len(shown.mesh.vertices)] * 1000, shown.mesh.vertices, atol=1e-3)
    assert is_complete(folder / "anna_face1.json")


def test_what_will_be_replaced_is_said_and_choices_are_remembered(qtbot, app, opened, tmp_path):
    field(opened, "Folder").setText(str(tmp_path / "out"))
    tick(opened, "json", on=False)
    assert not any("replaced" in line for line in lines(opened))
    export(qtbot, app, opened)
    app.run("file.export")
    again = dialog()
    assert field(again, "Folder").text() == str(tmp_path / "out")
    assert not again.findChild(QCheckBox, "export.json").isChecked()
    assert lines(again) and all(line.endswith("will be replaced") for line in lines(again))
    again.reject()


def test_pictures_of_the_head_on_its_photo(qtbot, app, opened, tmp_path):
    folder = tmp_path / "out"
    field(opened, "Folder").setText(str(folder))
    for name in ("obj", "json"):
        tick(opened, name, on=False)
    tick(opened, "on_photo_shape")
    tick(opened, "on_photo_parts-seen")
    assert not opened.findChild(QCheckBox, "export.on_photo_model").isEnabled(), "the built-in head has no such colours"
    assert lines(opened) == ["sample_face1_shape.png", "sample_face1_parts_seen.png"]
    export(qtbot, app, opened)
    width, height = app.state.shown.document.photo.size
    with Image.open(folder / "sample_face1_shape.png") as picture:
        assert picture.size == (width, height)
    app.run("file.export")
    assert dialog().findChild(QCheckBox, "export.on_photo_shape").isChecked()
    dialog().reject()


def test_nothing_chosen_cannot_be_exported(app, opened):
    for name in ("obj", "json"):
        tick(opened, name, on=False)
    button = next(b for b in opened.findChildren(QPushButton) if b.text().replace("&", "") == "Export")
    assert lines(opened) == [] and not button.isEnabled()
    tick(opened, "ply")
    assert button.isEnabled()
    opened.reject()


def test_expressions_are_offered_for_heads_that_have_some(app, opened):
    box = opened.findChild(QCheckBox, "export.morph_targets")
    assert not box.isEnabled(), "they go into the GLB"
    tick(opened, "glb")
    assert box.isEnabled()
    opened.reject()
    app.add_sample()
    document = app.state.shown.document
    foreign = replace(document.heads[1], engine="trg")
    app.verbs.store.update(with_changes(app.state, document.id, heads={1: foreign}))
    app.run("file.export")
    other = dialog()
    tick(other, "glb")
    assert not other.findChild(QCheckBox, "export.morph_targets").isEnabled()
    other.reject()


def test_a_folder_that_cannot_be_written_keeps_the_dialog_open(qtbot, app, opened, tmp_path):
    (tmp_path / "file").write_text("")
    field(opened, "Folder").setText(str(tmp_path / "file"))
    press(qtbot, opened, "Export")
    app.wait_until(lambda: app.state.notice is not None and app.state.notice.level == "error", timeout=30_000)
    assert opened.isVisible() and str(tmp_path / "file") in app.state.notice.text
    opened.reject()


def test_half_typed_and_impossible_folders_do_no_harm(qtbot, app, opened):
    for text in ("~", "~nobody-of-that-name", "~\0", "/out\0side"):
        field(opened, "Folder").setText(text)
        assert len(lines(opened)) == 4
    press(qtbot, opened, "Export")
    app.wait_until(lambda: app.state.notice is not None and app.state.notice.level == "error", timeout=30_000)
    assert opened.isVisible() and "not a usable folder name" in app.state.notice.text
    opened.reject()


def test_export_again_takes_no_questions(app, tmp_path: Path):
    app.add_sample()
    app.verbs.settings.set("export.folder", str(tmp_path / "out"))
    app.run("file.export_again")
    app.wait_until(lambda: app.state.last_export is not None, timeout=30_000)
    assert (tmp_path / "out" / "sample_face1.obj").exists()
