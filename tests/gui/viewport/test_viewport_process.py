"""What can only be seen in a process of its own: screens of other densities, memory, missing OpenGL."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from screen import need_screen

ROOT = Path(__file__).resolve().parents[3]
_START = """
import gc, sys
import numpy as np
from dataclasses import replace
from PySide6.QtWidgets import QApplication, QLabel
app = QApplication([])
from factories import make_photo, make_reconstruction
from viewport_room import open_room
head = make_reconstruction(40, 48)
"""
PICKING = """
with open_room(400, 300) as room:
    assert room.stage.canvas.pixel_ratio == 1.5, room.stage.canvas.pixel_ratio
    room.add(head)
    assert room.stage.canvas.ren_win.GetSize()[0] == round(room.stage.width() * 1.5)
    front = np.flatnonzero(room.stage.scenes[0].normals[:, 2] > 0.8)
    for vertex in front[:: len(front) // 8]:
        room.click(room.at(head.mesh.vertices[vertex]))
        found = head.mesh.vertices[room.state.selection.index]
        assert np.linalg.norm(found - head.mesh.vertices[vertex]) < 5, (vertex, found)
    magenta = np.zeros((240, 320, 3), np.uint8)
    magenta[60:120, 80:160] = (255, 0, 255)
    room.add(head, replace(make_photo(), rgb=magenta))
    room.set(through_photo=True, mesh_opacity=0.0)
    rows, columns = np.nonzero((room.grab() > (128, -1, 128)).all(-1) & (room.grab()[..., 1] < 99))
    scale = 1.5 * min(room.stage.width() / 320, room.stage.height() / 240)
    assert abs(np.ptp(columns) + 1 - 80 * scale) < 3 and abs(np.ptp(rows) + 1 - 60 * scale) < 3
"""
CYCLES = """
def resident_mb():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

sizes = []
for _ in range(23):
    with open_room(200, 160) as room:
        room.add(head, make_photo())
        room.set(display="textured lit", landmark_sets=frozenset({"68"}), parts_overlay=True, through_photo=True)
        room.viewport.picture(1, True)
    del room
    gc.collect()
    sizes.append(resident_mb())
print(sizes)
assert sizes[-1] - sizes[2] < 10, sizes
"""
NEVER_CLOSED = """
from viewport_room import make_verbs
from faceviewer.gui.viewport import Viewport
viewport = Viewport(make_verbs())
viewport.show()
app.processEvents()
"""
NO_OPENGL = """
with open_room() as room:
    assert room.viewport.stage is None
    room.add(head)
    room.set(display="shaded")
    assert room.viewport.picture() is None
    (label,) = room.viewport.findChildren(QLabel)
    assert label.isVisible() and "OpenGL" in label.text() and label.text().endswith(".")
"""


def run(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    need_screen()
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    return subprocess.run(
        [sys.executable, "-c", _START + script],
        env={**os.environ, "PYTHONPATH": path, "QT_API": "pyside6", **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.parametrize(
    ("script", "environment"),
    [
        pytest.param(PICKING, {"QT_SCALE_FACTOR": "1.5"}, id="picking on a dense screen"),
        pytest.param(CYCLES, {}, id="20 times opened and closed"),
        pytest.param(NEVER_CLOSED, {}, id="never closed"),
        pytest.param(NO_OPENGL, {"QT_XCB_GL_INTEGRATION": "none"}, id="no OpenGL"),
    ],
)
def test_in_a_process_of_its_own(script, environment):
    done = run(script, **environment)
    assert done.returncode == 0, done.stderr[-3000:]


def test_the_window_need_not_wait_for_vtk():
    script = "import sys, faceviewer.gui.viewport; print({'pyvistaqt', 'vtkmodules', 'torch'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
