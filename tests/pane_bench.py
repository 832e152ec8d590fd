"""A pane in a small real window with real state behind it, and a list of what it asked of the other verbs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from faceviewer.app.selecting import Selecting
from faceviewer.app.shown import derive
from faceviewer.app.state import AppState, Document
from faceviewer.app.store import Store
from faceviewer.app.viewing import Viewing
from faceviewer.gui.image_pane import ImagePane
from faceviewer.types import Photo, Reconstruction


@dataclass
class Bench:
    """Build it, then ``open`` a pane class."""

    asked: list[tuple[str, object]] = field(default_factory=list)
    measured: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = Store(derive)
        self.verbs = SimpleNamespace(
            store=self.store,
            viewing=Viewing(self.store),
            selecting=Selecting(self.store, self.measured.append),
            opening=SimpleNamespace(choose_face=lambda number: self.asked.append(("choose_face", number))),
            reconstructing=SimpleNamespace(search_in_box=lambda box: self.asked.append(("search_in_box", box))),
        )

    @property
    def state(self) -> AppState:
        return self.store.state

    def open(self, kind: type, size: tuple[int, int] = (320, 300)) -> QWidget:
        """A view of that class on the screen, following the state."""
        view = kind(self.verbs)
        self.store.subscribe(view.show_state)
        view.show_state(self.state, AppState())
        view.resize(*size)
        view.show()
        QTest.qWaitForWindowExposed(view)
        QApplication.processEvents()
        return view

    def show(self, photo: Photo, *heads: Reconstruction, faces: int = 0) -> None:
        """Put a photo with its heads into the state; ``faces`` repeats the first head's face."""
        found = tuple(head.face for head in heads) if heads else ()
        found += found[:1] * (faces - len(found))
        document = Document(1, "photo", status="done", photo=photo, faces=found, heads=dict(enumerate(heads, 1)))
        self.store.update(replace(self.state, documents=(document,), current=1))
        QApplication.processEvents()


def at(pane: ImagePane, xy: tuple[float, float]) -> QPoint:
    """The widget pixel that shows an image point."""
    place = pane.transform.to_widget(float(xy[0]), float(xy[1]))
    return QPoint(int(np.floor(place.x())), int(np.floor(place.y())))


def click(pane: ImagePane, xy: tuple[float, float]) -> None:
    """Press and release the left button over an image point."""
    QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=at(pane, xy))


def hover(pane: ImagePane, xy: tuple[float, float]) -> None:
    """Tell the pane that the pointer is over an image point, exactly."""
    pane.hovered.emit(pane.point_at(pane.transform.to_widget(float(xy[0]), float(xy[1]))))


def drag(pane: ImagePane, start: QPointF, end: QPointF) -> None:
    """Press, move in steps and release the left button."""
    QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=start.toPoint())
    for share in (0.3, 0.7, 1.0):
        QTest.mouseMove(pane, (start + (end - start) * share).toPoint())
        QApplication.processEvents()
    QTest.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=end.toPoint())


def grabbed(widget: QWidget) -> np.ndarray:
    """(H, W, 3) uint8: what the widget shows, in device pixels."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()
