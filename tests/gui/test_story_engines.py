"""Somebody brings the files of a published system, lets it make the head, and compares it with the built-in one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import trimesh
from PySide6.QtWidgets import QApplication, QPushButton, QTreeWidget

from faceviewer.app.export_plan import ExportPlan
from faceviewer.assets import tddfa_v3 as files
from faceviewer.gui.dialogs.models import ModelsDialog
from faceviewer.gui.notice_bar import NoticeBar

WAIT_MS = 60_000


@pytest.fixture
def downloads(tddfa_v3_assets: Path, tmp_path: Path) -> Path:
    """A folder with the files that are needed; the synthetic search would see faces everywhere."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    for name in (files.FACE_MODEL, files.RESNET50, files.MOBILENET_V3, files.ALIGNMENT):
        os.symlink(tddfa_v3_assets / name, folder / name)
    return folder


def wait_for(app, engine: str) -> None:
    def made() -> bool:
        result = app.state.shown.result
        return app.state.job is None and result is not None and result.engine == engine

    app.wait_until(made, timeout=WAIT_MS)


def test_a_published_head_beside_the_built_in_one(app, downloads: Path, tmp_path: Path) -> None:
    app.add_sample()
    app.run("photo.engine.3ddfa-v3")
    assert files.FACE_MODEL in app.state.notice.text  # and a button leads to where files are brought
    assert app.window.findChild(NoticeBar).isVisible()
    assert app.state.shown.result.engine == "builtin"

    app.verbs.settings.set("models.folder", str(downloads))
    app.run("photo.engine.3ddfa-v3")
    assert app.state.shown.result.engine == "builtin"  # until the other one is there
    wait_for(app, "3ddfa-v3")
    result = app.state.shown.result
    assert {"photo", "model"} == set(result.textures) and len(result.mesh.vertices) == 35709
    assert app.window.actions_by_id["photo.engine.3ddfa-v3"].isChecked()
    assert not app.window.actions_by_id["view.landmarks.478"].isEnabled()  # it has none
    for command in ("view.landmarks.68", "view.landmarks.106", "view.landmarks.134", "view.parts_overlay"):
        app.run(command)
    for display in ("shaded", "edges", "wireframe", "normals", "parts", "origin", "depth", "checker", "textured"):
        app.run(f"view.display.{display}")
    app.run("view.through_photo")
    app.run("view.through_photo")
    app.verbs.viewing.set(texture="model")

    app.run("view.panel.shape")
    panel = app.window.panels["shape"]
    assert {"Identity 1 to 20", "Expression 41 to 60"} <= {
        g.title for g in (*panel.shape_groups, *panel.expression_groups)
    }
    app.verbs.editing.set_shape("identity-3", 2.0)
    app.verbs.editing.set_expression("expression-5", -1.0)
    assert app.state.shown.mesh is not result.mesh
    app.run("edit.undo")
    app.run("edit.undo")
    assert app.state.shown.mesh is result.mesh

    out = tmp_path / "out"
    app.verbs.exporting.start(ExportPlan(out, glb=True, ply=True))
    app.wait_until(lambda: (out / "sample_face1.glb").exists(), timeout=WAIT_MS)
    app.wait_until(lambda: app.state.last_export is not None, timeout=WAIT_MS)
    mesh = trimesh.load(out / "sample_face1.obj", process=False)
    assert len(mesh.faces) == len(result.mesh.topology.triangles)
    assert (out / "sample_face1_model.png").exists()

    app.run("tools.compare_engine.builtin")
    app.wait_until(lambda: app.state.comparison is not None, timeout=WAIT_MS)
    app.wait_until(lambda: app.state.comparison.outcome is not None, timeout=WAIT_MS)
    assert app.state.shown.result.engine == "3ddfa-v3" and app.state.shown.other.engine == "builtin"
    app.run("tools.heat_map")

    session = tmp_path / "two.faceviewer"
    app.verbs.sessions.save(session)
    app.wait_until(session.exists, timeout=WAIT_MS)
    app.verbs.sessions.open(session)
    app.wait_until(lambda: len(app.state.documents) == 2 and app.state.session_path == session, timeout=WAIT_MS)
    first, second = app.state.documents
    assert (first.engine, first.searched_by, second.engine) == ("3ddfa-v3", "3ddfa-v3", "builtin")
    assert first.heads[1].engine == "3ddfa-v3" and set(first.heads[1].textures) == {"photo", "model"}


def test_damaged_files_are_an_error_and_the_head_stays(app, downloads: Path) -> None:
    app.add_sample()
    app.verbs.settings.set("models.folder", str(downloads))
    app.verbs.settings.set("3ddfa-v3.backbone", "mbnetv3")
    broken = downloads / files.MOBILENET_V3
    data = broken.read_bytes()
    broken.unlink()
    broken.write_bytes(data[: len(data) - 1000])
    before = app.state.shown.result
    app.run("photo.engine.3ddfa-v3")
    app.wait_idle()
    assert files.MOBILENET_V3 in app.state.notice.text and app.state.notice.level == "error"
    assert app.state.shown.result is before


def test_the_mean_face_is_a_click_away_from_the_files(app, qtbot, downloads: Path) -> None:
    app.verbs.settings.set("models.folder", str(downloads))
    app.run("tools.models")
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, ModelsDialog) and w.isVisible())
    table, look = dialog.findChild(QTreeWidget), button(dialog, "Look at it")
    app.wait_until(lambda: table.topLevelItemCount() > 0 and table.topLevelItem(0).childCount() > 0, timeout=WAIT_MS)
    app.wait_until(lambda: bool(app.state.models.packs and app.state.models.has_files), timeout=WAIT_MS)
    table.setCurrentItem(table.topLevelItem(0).child(1))  # a network is nothing to look at
    assert not look.isEnabled()
    table.setCurrentItem(table.topLevelItem(0).child(0))
    assert look.isEnabled()
    look.click()
    app.wait_until(lambda: app.state.shown.result is not None, timeout=WAIT_MS)
    assert app.state.shown.document.kind == "mesh" and len(app.state.shown.result.mesh.vertices) == 35709
    dialog.close()


def button(dialog, text: str) -> QPushButton:
    return next(one for one in dialog.findChildren(QPushButton) if one.text() == text)
