"""Brings events of other threads into the thread of the window."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from faceviewer.jobs.events import FrameFollowed

logger = logging.getLogger(__name__)


class Bridge(QObject):
    """``post`` may be called from any thread; ``receive`` is called with the same object in the window's thread.

    The signal carries ``object``: PySide converts declared types on the way, and delivers 0 for a large ``int`` and an
    empty ``dict`` for one with mixed keys. Frames of a camera or video do not queue up behind a slow window: while one
    waits, a newer one takes its place.
    """

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._receive: Callable[[Any], None] | None = None
        self._frame: FrameFollowed | None = None
        self._frame_lock = threading.Lock()
        self._posted.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def connect_to(self, receive: Callable[[Any], None]) -> None:
        """From now on, give what is posted to ``receive``."""
        self._receive = receive

    def post(self, event: object) -> None:
        """Hand ``event`` over; returns at once."""
        if isinstance(event, FrameFollowed):
            with self._frame_lock:
                one_waits, self._frame = self._frame is not None, event
            if one_waits:
                return
        try:
            self._posted.emit(event)
        except RuntimeError:  # the window is gone; nobody is left to tell
            logger.debug("an event came after the window was closed: %r", event)

    def close(self) -> None:
        """Deliver nothing any more."""
        self._receive = None

    def _deliver(self, event: object) -> None:
        if isinstance(event, FrameFollowed):
            with self._frame_lock:
                event, self._frame = self._frame or event, None
        if self._receive is not None:
            self._receive(event)
