"""A small window with nothing but the 3D pane in it, around a store of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow

from faceviewer.app.measuring import Measuring
from faceviewer.app.selecting import Selecting
from faceviewer.app.shown import derive
from faceviewer.app.state import AppState, Document
from faceviewer.app.store import Store
from faceviewer.app.viewing import Viewing
from faceviewer.gui.viewport import Viewport
from faceviewer.gui.viewport.stage import Stage
from faceviewer.types import Photo, Reconstruction


@dataclass
class Room:
    """The window, and what a person can do in it."""

    window: QMainWindow
    viewport: Viewport
    verbs: Any

    @property
    def state(self) -> AppState:
        return self.verbs.store.state

    @property
    def stage(self) -> Stage:
        assert self.viewport.stage is not None
        return self.viewport.stage

    def add(self, head: Reconstruction, photo: Photo | None = None, title: str = "head.jpg") -> int:
        """Put a finished head into the list, show it, and frame it; returns the document's id."""
        number = len(self.state.documents) + 1
        document = Document(number, title, status="done", photo=photo, faces=(head.face,), heads={1: head})
        documents = (*self.state.documents, document)
        self.verbs.store.update(replace(self.state, documents=documents, current=number))
        self.verbs.viewing.reset()
        self.settle()
        return number

    def set(self, **view: Any) -> None:
        """Change the view, and let it be drawn."""
        self.verbs.viewing.set(**view)
        self.settle()

    def update(self, **state: Any) -> None:
        """Change the state, and let it be drawn."""
        self.verbs.store.update(replace(self.state, **state))
        self.settle()

    def settle(self) -> None:
        """Let everything that was asked for be drawn."""
        for _ in range(3):
            QApplication.processEvents()
            QTest.qWait(5)

    def grab(self) -> np.ndarray:
        """(H, W, 3) uint8 of the pane as it is on the screen, device pixels."""
        image = self.viewport.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
        rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()

    def at(self, xyz_mm: np.ndarray, pane: int = 0) -> tuple[float, float]:
        """Where a place of the head is in the pane, logical pixels."""
        x, y = self.stage.projections[pane].to_pane(xyz_mm)
        return float(x + self.stage.panes[pane].left * self.stage.width()), float(y)

    def click(self, xy: tuple[float, float], modifiers=Qt.KeyboardModifier.NoModifier) -> None:
        at = QPoint(round(xy[0]), round(xy[1]))
        QTest.mouseClick(self.stage.canvas, Qt.MouseButton.LeftButton, modifiers, at)
        self.settle()

    def drag(
        self,
        start: tuple[int, int],
        end: tuple[int, int],
        button=Qt.MouseButton.LeftButton,
        modifiers=Qt.KeyboardModifier.NoModifier,
    ) -> None:
        canvas, middle = self.stage.canvas, ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
        QTest.mousePress(canvas, button, modifiers, QPoint(*start))
        for at in (middle, end):
            self.move(at, button, modifiers)
        QTest.mouseRelease(canvas, button, modifiers, QPoint(*end))
        self.settle()

    def move(self, xy, button=Qt.MouseButton.NoButton, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
        """Move the pointer there with a button held or none."""
        from PySide6.QtGui import QMouseEvent

        at, canvas = QPointF(*xy), self.stage.canvas
        kind = QEvent.Type.MouseMove
        event = QMouseEvent(kind, at, canvas.mapToGlobal(at), Qt.MouseButton.NoButton, button, modifiers)
        QCoreApplication.sendEvent(canvas, event)

    def hover(self, xy: tuple[float, float]) -> None:
        """Rest the pointer there."""
        self.move(xy)
        QTest.qWait(60)
        self.settle()

    def wheel(self, steps: int) -> None:
        at, canvas = QPointF(100, 100), self.stage.canvas
        event = QWheelEvent(
            at,
            canvas.mapToGlobal(at),
            QPoint(),
            QPoint(0, 120 * steps),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QCoreApplication.sendEvent(canvas, event)
        self.settle()


def make_verbs() -> Any:
    """The rooms of verbs that the 3D pane uses."""
    store = Store(derive)
    measuring = Measuring(store)
    selecting = Selecting(store, measuring.add_point)
    return SimpleNamespace(store=store, viewing=Viewing(store), selecting=selecting, measuring=measuring)


@contextmanager
def open_room(width: int = 320, height: int = 240) -> Iterator[Room]:
    """A window on the screen, closed as the application closes it."""
    verbs = make_verbs()
    window = QMainWindow()
    viewport = Viewport(verbs, window)
    window.setCentralWidget(viewport)
    window.resize(width, height)
    end = verbs.store.subscribe(viewport.show_state)
    window.show()
    room = Room(window, viewport, verbs)
    deadline = time.monotonic() + 20
    while not window.windowHandle().isExposed() and time.monotonic() < deadline:
        QTest.qWait(10)
    room.settle()
    try:
        yield room
    finally:
        end()
        viewport.close_viewport()
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()
