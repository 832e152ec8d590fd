"""Python's cyclic garbage collector, kept to the window's thread.

1. The collector runs in whatever thread happens to allocate. In the engine's or a background thread it frees Qt's
   wrappers there, and Qt's objects must be freed where they live: exports that drew pictures in the background ended
   every third run of their test with a crash when the process ended, and none with the collector off.
2. So it is switched off while there is a window, and a timer of the window's thread does its work, by the same
   thresholds that it has.
3. Of several windows in one process, the first switches it off and the last one on again.
4. While Qt deletes a window, no wrapper may go: one that only its own layout or the like still held was freed while it
   was being told that its widget is gone. A core dump showed a QWidget with a count of 0 there, after some 400 windows.
   Shiboken tells which there are. `gc.get_objects` must not be asked: it also hands out the tuples that other threads
   are still building, and `tuple(...)` of a generator then ends in a SystemError there.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer
from shiboken6 import Shiboken

_EVERY_MS = 250


class WindowThreadCollector(QObject):
    """Collects garbage in the thread of its parent for as long as it works."""

    _working = 0

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._works = False
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.collect_if_due)

    def start(self) -> None:
        """From now on nobody else collects."""
        if not self._works:
            self._works = True
            WindowThreadCollector._working += 1
            gc.disable()
            self._timer.start()

    def stop(self) -> None:
        """Leave collecting to Python again, unless another window still does it."""
        if self._works:
            self._works = False
            self._timer.stop()
            WindowThreadCollector._working -= 1
            if not WindowThreadCollector._working:
                gc.enable()

    @staticmethod
    def collect_if_due() -> int | None:
        """Collect the oldest generation that is due, as Python would; returns which, None when none was."""
        due = [count > threshold > 0 for count, threshold in zip(gc.get_count(), gc.get_threshold(), strict=True)]
        for generation in (2, 1, 0):
            if due[generation]:
                gc.collect(generation)
                return generation
        return None


@contextmanager
def wrappers_kept() -> Iterator[None]:
    """Around the deletion of a window: Python's halves of all widgets outlive Qt's."""
    kept = Shiboken.getAllValidWrappers()
    try:
        yield
    finally:
        kept.clear()
