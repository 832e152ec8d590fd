"""Thumbnails made by a few threads beside the window: what was asked for last comes first.

The threads make ``QImage`` objects only; pixmaps are made in the window's thread, for a few milliseconds at a time.
"""

from __future__ import annotations

import logging
import os
import time
from collections import OrderedDict, deque
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from threading import Lock, Thread

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from faceviewer.gui.browser.cache import Kept, PixmapCache
from faceviewer.gui.browser.source import NoPictures, PictureSource
from faceviewer.gui.picture import image_of
from faceviewer.types import FaceviewerError

logger = logging.getLogger(__name__)

MAX_BYTES = 128 << 20
_THREADS = max(2, min(4, os.cpu_count() or 1))
_TAKE_S = 0.006
"""How long the window's thread takes thumbnails over before it does something else."""


@dataclass(frozen=True, eq=False)
class _Wish:
    source: PictureSource
    row: int
    key: Hashable
    side_px: int


@dataclass(frozen=True, eq=False)
class _Made:
    wish: _Wish
    image: QImage
    reason: str = ""


class PictureLoader(QObject):
    """Gives what is there and makes what is asked for."""

    arrived = Signal(int)
    """The row of a picture that is there now, or of which it is known that it cannot be shown; -1 when it was asked for
    by the source before, so that nobody knows its row."""
    _ready = Signal()

    def __init__(self, parent: QObject, *, max_bytes: int = MAX_BYTES, threads: int = _THREADS) -> None:
        super().__init__(parent)
        self.cache = PixmapCache(max_bytes)
        self._source: PictureSource = NoPictures()
        self._threads = threads
        self._lock = Lock()
        self._waiting: OrderedDict[int, _Wish] = OrderedDict()
        self._begun: set[Hashable] = set()
        self._made: deque[_Made] = deque()
        self._running: set[Thread] = set()
        self._stopped = False
        self._ready.connect(self._take_over, Qt.ConnectionType.QueuedConnection)
        parent.destroyed.connect(self.stop)  # sent while this child still stands

    @property
    def waiting(self) -> int:
        """How many rows are asked for and not begun."""
        return len(self._waiting)

    def show_source(self, source: PictureSource) -> None:
        """Answer for the rows of ``source`` from now on. What was made stays, under the keys of its pictures."""
        with self._lock:
            self._source = source
            self._waiting.clear()

    def look(self, row: int) -> Kept | None:
        """What is there of a row."""
        return self.cache.get(self._source.key(row))

    def ask(self, rows: Sequence[int], seen: range, side_px: int) -> None:
        """Make ``rows``, the first of them first and all before earlier ones; drop those that are not ``seen`` now."""
        with self._lock:
            if self._stopped:
                return
            for row in [row for row in self._waiting if row not in seen]:
                del self._waiting[row]
            for row in reversed(rows):
                key = self._source.key(row)
                if key not in self._begun:
                    self._waiting[row] = _Wish(self._source, row, key, side_px)
                    self._waiting.move_to_end(row)
            for _ in range(min(self._threads, len(self._waiting)) - len(self._running)):
                thread = Thread(target=self._work, name="pictures", daemon=True)
                self._running.add(thread)
                thread.start()

    def stop(self) -> None:
        """Make nothing more. What is being made is dropped when it is done; nobody waits for it."""
        with self._lock:
            self._stopped = True
            self._waiting.clear()
            self._made.clear()

    def wait(self) -> None:
        """Until the threads have made all that was asked for; for tests."""
        for thread in tuple(self._running):
            thread.join()

    def _work(self) -> None:
        """In a thread of its own, until nothing is wished for."""
        while (wish := self._next_wish()) is not None:
            made = _make(wish)
            with self._lock:  # so that nothing is sent once this has been stopped, and is perhaps gone
                if self._stopped:
                    return
                self._made.append(made)
                if len(self._made) == 1:
                    self._ready.emit()

    def _next_wish(self) -> _Wish | None:
        with self._lock:
            if not self._waiting:
                self._running = {thread for thread in self._running if thread.ident != _ident()}
                return None
            wish = self._waiting.popitem(last=True)[1]
            self._begun.add(wish.key)
            return wish

    def _take_over(self) -> None:
        end = time.perf_counter() + _TAKE_S
        while time.perf_counter() < end:
            with self._lock:
                if not self._made:
                    return
                made = self._made.popleft()
                self._begun.discard(made.wish.key)
            wish = made.wish
            self.cache.put(wish.key, Kept(QPixmap.fromImage(made.image), wish.side_px, made.reason))
            self.arrived.emit(wish.row if wish.source is self._source else -1)
        with self._lock:
            if self._made:
                self._ready.emit()


def _ident() -> int | None:
    from threading import get_ident

    return get_ident()


def _make(wish: _Wish) -> _Made:
    try:
        image = image_of(wish.source.load(wish.row, wish.side_px))
    except FaceviewerError as error:
        return _Made(wish, QImage(), str(error) or "it cannot be shown")
    except MemoryError:
        return _Made(wish, QImage(), "there is not enough memory to show it")
    except Exception:  # one picture must not end a thread that others wait for
        logger.exception("a picture could not be shown")
        return _Made(wish, QImage(), "it cannot be shown; the log has the details")
    if max(image.width(), image.height()) > wish.side_px:
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        image = image.scaled(wish.side_px, wish.side_px, keep, smooth)
    return _Made(wish, image)
