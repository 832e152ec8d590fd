"""The widget that VTK draws in: pyvistaqt's ``QtInteractor`` without the habits that do not suit an application.

Invariants; each one is here because breaking it went wrong:

1. Drawing is asked for with ``request_render`` only. pyvistaqt's ``paintGL`` always renders, and every
   ``vtkRenderWindow.Render`` from outside of it schedules another paint: each frame would be drawn twice, which under a
   software driver halves the frames per second. Qt joins all requests of one turn of the event loop into one paint.
2. ``auto_update`` is off. It would render five times a second for ever, three quarters of a core under llvmpipe.
3. Mouse and key events never reach VTK's interactor. Its styles would move a camera that is not the state's, and its
   character events turn the mesh to wireframe on W and quit on Q. Keys go on to the window, whose actions they are;
   the mouse is told to others by the signals below.
4. Files dropped here are not accepted. pyvistaqt would pass anything to ``pyvista.read``; drops belong to the window.
5. The surface format is set for the whole process before the first window is made (``opengl.set_surface_format``), and
   the window has an OpenGL child from the start: a window that exists already does not take up the format (a black
   widget on Wayland), and Qt makes it anew, with a flash, for its first OpenGL child.
6. ``close`` is called before the window goes, and once. VTK's OpenGL objects must be freed while the context lives;
   left to Python's exit they are freed against whatever context is current, which crashes far away. After it, nothing
   is drawn: VTK accepts calls on a finalised window and fails later.
7. All sizes given to VTK are device pixels, all positions from Qt logical ones; ``pixel_ratio`` is the one factor.
   ``QWidget.screen()`` is never called: a later garbage collection may delete the shared ``QScreen``.
8. Only the thread of the window draws: macOS ends the process otherwise.
9. After ``close`` Qt's context and surface are held no more. PySide finds Python's half of an object by its address and
   is not told when Qt deletes a surface: while a closed canvas waited for the garbage collector, a menu of the next
   window was made where the surface had been, and came to Python as a ``QSurface`` without the methods of a menu.
10. ``picture`` puts the size of the render window back before it returns: the next paint blits the whole render window
    into the widget, scaled.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QThread, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget
from pyvistaqt import QtInteractor
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkRenderer

_SAMPLES = 4
"""Samples per pixel, for smooth edges. A software driver, which they cost half its pace, takes one in motion."""
_REST_MS = 250
"""When nothing has changed for so long, a software driver draws once more with smooth edges."""


class Canvas(QtInteractor):
    """Renderers in a widget, and the mouse over it."""

    is_closed = False
    pressed = Signal(object)
    moved = Signal(object)
    released = Signal(object)
    scrolled = Signal(object)
    """Each with the QMouseEvent or QWheelEvent."""
    left = Signal()
    """The pointer went elsewhere."""
    resized = Signal()

    def __init__(self, parent: QWidget, *, software: bool) -> None:
        super().__init__(parent, auto_update=False, multi_samples=0 if software else _SAMPLES, lighting="none")
        self.setAcceptDrops(False)
        self.iren.clear_key_event_callbacks()
        self.iren.interactor.RemoveAllObservers()
        self.ren_win.RemoveRenderer(self.renderer)
        self._is_slow = software
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_REST_MS)
        self._rest.timeout.connect(self._refine)

    @property
    def pixel_ratio(self) -> float:
        """Device pixels per logical pixel."""
        return self.devicePixelRatioF()

    def add(self, renderer: vtkRenderer) -> None:
        self.ren_win.AddRenderer(renderer)

    def remove(self, renderer: vtkRenderer) -> None:
        self.ren_win.RemoveRenderer(renderer)

    def request_render(self) -> None:
        """Draw once, soon, however often this is called until then."""
        if self.is_closed:
            return
        if self._is_slow:
            self.ren_win.SetMultiSamples(0)
            self._rest.start()
        self.update()

    def _refine(self) -> None:
        if not self.is_closed:
            self.ren_win.SetMultiSamples(_SAMPLES)
            self.update()

    def picture(self, size: tuple[int, int], *, transparent: bool) -> np.ndarray:
        """(H, W, 4) uint8 of what the renderers show at ``size`` (width, height) pixels, row 0 at the top.

        For transparent pictures the renderers draw before black without alpha. The alpha that is returned is straight:
        pixels at the rim of the head have the head's colour.
        """
        assert QThread.currentThread() is self.thread(), "only the window's thread draws"
        self._ensure_initialized()
        window = self.ren_win
        size_before, samples_before = tuple(window.GetSize()), window.GetMultiSamples()
        window.MakeCurrent()
        window.SetSwapBuffers(False)
        try:
            window.SetMultiSamples(_SAMPLES)
            window.SetAlphaBitPlanes(int(transparent))
            window.SetSize(*size)
            window.Render()
            pixels = vtkUnsignedCharArray()
            window.GetRGBACharPixelData(0, 0, size[0] - 1, size[1] - 1, 0, pixels)
        finally:
            window.SetMultiSamples(samples_before)
            window.SetAlphaBitPlanes(0)
            window.SetSwapBuffers(True)
            window.SetSize(*size_before)
            self.request_render()
        rgba = vtk_to_numpy(pixels).reshape(size[1], size[0], 4)[::-1].copy()
        if not transparent:
            rgba[..., 3] = 255
            return rgba
        alpha = np.maximum(rgba[..., 3:], 1).astype(np.float32)
        rgba[..., :3] = np.minimum(np.round(rgba[..., :3] * (255 / alpha)), 255)
        return rgba

    def close(self) -> None:  # type: ignore[override]
        """Free everything. Further calls do nothing."""
        if not self.is_closed:
            self.is_closed = True
            self._rest.stop()
            super().close()
            self._forget_context()

    def resizeGL(self, width: int, height: int) -> None:
        super().resizeGL(width, height)
        self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.moved.emit(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.released.emit(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.scrolled.emit(event)

    def enterEvent(self, event: QEvent) -> None:
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        event.ignore()
