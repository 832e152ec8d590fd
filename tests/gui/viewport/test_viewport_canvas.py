"""The habits of pyvistaqt's widget that do not suit an application are gone."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMainWindow, QStackedWidget
from viewport_room import Room, make_verbs

from faceviewer.gui.viewport import Viewport


@pytest.mark.parametrize(
    "key", [Qt.Key.Key_W, Qt.Key.Key_Q, Qt.Key.Key_V, Qt.Key.Key_C, Qt.Key.Key_Plus, Qt.Key.Key_Up]
)
def test_keys_are_the_windows(room: Room, head, key):
    room.add(head)
    before = room.grab()
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, chr(key).lower() if key < 256 else "")
    QCoreApplication.sendEvent(room.stage.canvas, event)
    assert not event.isAccepted()
    QTest.keyClick(room.stage.canvas, key)
    room.settle()
    np.testing.assert_array_equal(room.grab(), before)
    assert not room.stage.canvas.is_closed


def test_drops_are_the_windows(room: Room):
    assert not room.stage.canvas.acceptDrops()


def test_nothing_is_drawn_unasked(room: Room, head):
    room.add(head)
    QTest.qWait(400)  # the picture at rest is drawn once more, with smooth edges
    frames = []
    room.stage.canvas.ren_win.AddObserver("StartEvent", lambda *_: frames.append(1))
    QTest.qWait(500)
    assert not frames
    for _ in range(5):
        room.stage.canvas.request_render()
    QCoreApplication.processEvents()
    assert len(frames) == 1, "many requests in one turn of the event loop are one frame"
    room.stage.canvas.ren_win.RemoveObservers("StartEvent")


def test_edges_are_smooth_at_rest(room: Room, head):
    room.add(head)
    room.stage.canvas.request_render()
    room.settle()
    rough = len(np.unique(room.grab().reshape(-1, 3), axis=0))
    QTest.qWait(600)
    assert room.stage.canvas.ren_win.GetMultiSamples() > 0
    assert len(np.unique(room.grab().reshape(-1, 3), axis=0)) > rough


def test_after_closing_nothing_happens(room: Room, head):
    room.add(head)
    canvas = room.stage.canvas
    room.viewport.close_viewport()
    room.viewport.close_viewport()
    canvas.request_render()
    room.set(display="shaded")
    assert room.viewport.stage is None
    assert room.viewport.picture() is None


def test_the_window_is_not_made_anew_when_vtk_arrives(qapp):
    """A window on the screen that gets its first OpenGL child is; the pane has one from the start."""
    verbs, window, stack = make_verbs(), QMainWindow(), QStackedWidget()
    viewport = Viewport(verbs, window)
    for page in (QLabel("nothing yet"), viewport):
        stack.addWidget(page)
    window.setCentralWidget(stack)
    window.show()
    QTest.qWait(50)
    native = window.winId()
    assert viewport.stage is None, "VTK can wait"
    stack.setCurrentWidget(viewport)
    QTest.qWait(50)
    assert viewport.stage is not None and window.winId() == native
    viewport.close_viewport()
    window.close()
