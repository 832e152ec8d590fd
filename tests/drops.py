"""Dropping things on a window, as a file manager or a browser does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QWidget

_COPY, _LEFT, _NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def files(paths: Sequence[Path]) -> QMimeData:
    """What a file manager gives."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def from_browser(address: str, picture: QImage | None = None) -> QMimeData:
    """What a browser gives: an address, and with some luck the picture itself."""
    mime = QMimeData()
    mime.setUrls([QUrl(address)])
    if picture is not None:
        mime.setImageData(picture)
    return mime


def drop(window: QWidget, mime: QMimeData) -> bool:
    """Drag ``mime`` over the middle of the window and let go; False when the window does not want it."""
    place = QPointF(window.rect().center())
    enter = QDragEnterEvent(place.toPoint(), _COPY, mime, _LEFT, _NONE)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(place, _COPY, mime, _LEFT, _NONE))
    return enter.isAccepted()
