"""Small pictures for the photo list, read and scaled by one worker thread while the list stays usable.

Only what is asked for is made, the latest wish first; wishes that scrolled away are forgotten. The worker makes
``QImage`` objects only; pixmaps are made in the GUI thread.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from faceviewer.gui.picture import image_of
from faceviewer.io.photo import load_photo
from faceviewer.types import FaceviewerError

SIDE_PX = 96
"""Device pixels of the longer side: 48 on a screen where one pixel is two."""
_MAX_WAITING = 60
_MAX_KEPT = 600
_FACE_MARGIN = 0.25

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class ThumbnailKey:
    """Names one thumbnail."""

    document: int
    rotation_deg: int = 0
    """Quarter turns counter-clockwise by the user."""
    box_xyxy: Box | None = None
    """A face's box in photo pixels, or None for all of the photo."""


@dataclass(frozen=True, eq=False)
class ThumbnailSource:
    """Where a thumbnail comes from: one of the two."""

    path: Path | None = None
    """Photo file, not yet turned by the user."""
    rgb: np.ndarray | None = None
    """(H, W, 3) uint8, as it is shown."""


@dataclass(frozen=True, eq=False)
class _Made:
    key: ThumbnailKey
    image: QImage


class Thumbnails(QObject):
    """Gives thumbnails that are there and makes those that are not."""

    arrived = Signal(object)
    """A ``ThumbnailKey``; in the GUI thread."""
    _made = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pixmaps: OrderedDict[ThumbnailKey, QPixmap] = OrderedDict()
        self._lock = Lock()
        self._waiting: OrderedDict[ThumbnailKey, ThumbnailSource] = OrderedDict()
        self._thread: Thread | None = None
        self._made.connect(self._keep, Qt.ConnectionType.QueuedConnection)
        parent.destroyed.connect(self.stop)  # sent while this child still stands

    def pixmap(self, key: ThumbnailKey, source: ThumbnailSource) -> QPixmap | None:
        """The thumbnail; None when it is only being made now, or cannot be made."""
        if key in self._pixmaps:
            self._pixmaps.move_to_end(key)
            pixmap = self._pixmaps[key]
            return None if pixmap.isNull() else pixmap
        if source.path is not None or source.rgb is not None:
            self._ask(key, source)
        return None

    def wait(self) -> None:
        """Until the worker has made all that was asked for."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def stop(self) -> None:
        """Make nothing more and wait for the worker."""
        with self._lock:
            self._waiting.clear()
        self.wait()

    def _ask(self, key: ThumbnailKey, source: ThumbnailSource) -> None:
        with self._lock:
            self._waiting[key] = source
            self._waiting.move_to_end(key)
            while len(self._waiting) > _MAX_WAITING:
                self._waiting.popitem(last=False)
            if self._thread is None:
                self._thread = Thread(target=self._work, name="thumbnails", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        """In the worker thread, until nothing is wished for."""
        while (wish := self._next_wish()) is not None:
            key, source = wish
            self._made.emit(_Made(key, _image(key, source)))

    def _next_wish(self) -> tuple[ThumbnailKey, ThumbnailSource] | None:
        with self._lock:
            if self._waiting:
                return self._waiting.popitem(last=True)
            self._thread = None
            return None

    def _keep(self, made: _Made) -> None:
        self._pixmaps[made.key] = QPixmap.fromImage(made.image)
        while len(self._pixmaps) > _MAX_KEPT:
            self._pixmaps.popitem(last=False)
        self.arrived.emit(made.key)


def _image(key: ThumbnailKey, source: ThumbnailSource) -> QImage:
    """A null image when the source cannot be read: the list already says what is wrong with the file."""
    try:
        rgb = source.rgb if source.rgb is not None else _read(key, source)
    except FaceviewerError:
        return QImage()
    if key.box_xyxy is not None:
        rgb = _cropped(rgb, key.box_xyxy)
    mode = Qt.TransformationMode.SmoothTransformation
    return image_of(_reduced(rgb)).scaled(SIDE_PX, SIDE_PX, Qt.AspectRatioMode.KeepAspectRatio, mode)


def _read(key: ThumbnailKey, source: ThumbnailSource) -> np.ndarray:
    if source.path is None:
        raise FaceviewerError("there is no file to read")
    return np.rot90(load_photo(source.path, enough_px=2 * SIDE_PX).rgb, key.rotation_deg // 90)


def _cropped(rgb: np.ndarray, box_xyxy: Box) -> np.ndarray:
    """The square around a face, as far as the picture reaches."""
    left, top, right, bottom = box_xyxy
    half = max(right - left, bottom - top) * (0.5 + _FACE_MARGIN)
    x, y = (left + right) / 2, (top + bottom) / 2
    rows = slice(max(0, int(y - half)), max(1, int(y + half)))
    columns = slice(max(0, int(x - half)), max(1, int(x + half)))
    crop = rgb[rows, columns]
    return crop if crop.size else rgb


def _reduced(rgb: np.ndarray) -> np.ndarray:
    """Every n-th pixel of a picture far larger than needed, so that smooth scaling has little to do."""
    step = max(1, min(rgb.shape[:2]) // (4 * SIDE_PX))
    return rgb[::step, ::step]
