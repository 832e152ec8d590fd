"""The whole window where the process is set up differently: just started, a dense screen, no OpenGL."""

from __future__ import annotations

from pathlib import Path

import pytest
from whole_window import run_process

START = """
import sys
from faceviewer.gui.application import FaceviewerApplication
running = FaceviewerApplication(qt_application())
running.window.show()
slow = {"torch", "scipy", "cv2", "trimesh", "vtkmodules", "pyvista", "pyvistaqt", "matplotlib"} & set(sys.modules)
assert not slow, f"the window waits for {sorted(slow)}"
wait_for(running.window.windowHandle().isExposed)
assert "torch" not in sys.modules
running.window.actions_by_id["view.landmarks.68"].trigger()
running.window.actions_by_id["help.conventions"].trigger()
settle()
assert "torch" not in sys.modules, "the window is of use before torch is there"
close(running)
"""
PICKING = """
import numpy as np
from factories import make_photo, make_reconstruction
from pane_bench import click
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from faceviewer.app.selecting import landmark_selection
from faceviewer.geometry.surface import position_mm, uv_of

running = start_application(engine=False)
window, store = running.window, running.verbs.store
window.resize(1200, 640)
photo, head = make_photo(), make_reconstruction(40, 128)
add_head(running, photo, head)
assert window.devicePixelRatioF() == 1.5
running.verbs.viewing.set(landmark_sets=frozenset({"68"}), visible_only=False)
wanted = landmark_selection(head, "68", 30)
mesh, side = head.mesh, head.textures["photo"].rgb.shape[0]
u, v = uv_of(mesh.topology, wanted.point)

def clicked(pane, click_it):
    running.verbs.selecting.select(None)
    settle()
    click_it()
    settle()
    found = store.state.selection
    assert found is not None and (found.kind, found.index, found.name) == ("landmark", 30, "68"), (pane, found)

window.photo_view.pane.zoom_to(6, window.photo_view.pane.transform.to_widget(*head.landmarks["68"].xy_px[30]))
clicked("photo", lambda: click(window.photo_view.pane, head.landmarks["68"].xy_px[30]))
window.uv_view.pane.zoom_to(12, window.uv_view.pane.transform.to_widget(float(u) * side, (1 - float(v)) * side))
clicked("texture", lambda: click(window.uv_view.pane, (float(u) * side, (1 - float(v)) * side)))
stage = window.viewport.stage
place = stage.projections[0].to_pane(position_mm(mesh.vertices, mesh.topology.triangles, wanted.point))
clicked("3D", lambda: QTest.mouseClick(stage.canvas, Qt.MouseButton.LeftButton, pos=QPointF(*place).toPoint()))
close(running)
"""
NO_OPENGL = """
from factories import make_photo, make_reconstruction
from pane_bench import click
from PySide6.QtWidgets import QLabel

running = start_application(engine=False)
window, store = running.window, running.verbs.store
add_head(running, make_photo(), make_reconstruction(40, 64))
(label,) = [one for one in window.viewport.findChildren(QLabel) if one.isVisible()]
assert "OpenGL" in label.text() and label.text().endswith("."), label.text()
for command in ("view.landmarks.68", "view.display.shaded", "view.orthographic", "view.reset", "view.frame"):
    window.actions_by_id[command].trigger()
    settle()
click(window.photo_view.pane, store.state.shown.result.landmarks["68"].xy_px[30])
assert store.state.selection is not None and store.state.selection.kind == "landmark"
window.actions_by_id["edit.copy_selection"].trigger()
assert window.viewport.picture() is None and window.view_frame((64, 64), True) is None
close(running)
"""


@pytest.mark.parametrize(
    ("script", "environment"),
    [
        pytest.param(START, {}, id="the window stands before torch, SciPy, OpenCV and VTK"),
        pytest.param(PICKING, {"QT_SCALE_FACTOR": "1.5"}, id="all three panes pick right on a dense screen"),
        pytest.param(NO_OPENGL, {"QT_XCB_GL_INTEGRATION": "none"}, id="without OpenGL the rest works"),
    ],
)
def test_in_a_process_of_its_own(home: Path, script: str, environment: dict[str, str]) -> None:
    run_process(home, script, **environment)
