"""Thumbnails that were made, as many as fit into a number of bytes; those not looked at for longest go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtGui import QPixmap

_ENTRY_BYTES = 400
"""What an entry takes beside its pixels."""


@dataclass(frozen=True, eq=False)
class Kept:
    """A thumbnail, or why there is none."""

    pixmap: QPixmap
    """Null when the picture cannot be shown."""
    side_px: int
    """The side that was asked for: no need to ask for it, or less, again."""
    reason: str = ""
    """Why it cannot be shown."""

    @property
    def nbytes(self) -> int:
        return _ENTRY_BYTES + self.pixmap.width() * self.pixmap.height() * self.pixmap.depth() // 8


class PixmapCache:
    """For the window's thread alone."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.nbytes = 0
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: Hashable) -> Kept | None:
        """What is kept under ``key``, which has then been looked at."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keep it in place of what was there; the newest stays even when it alone is too large."""
        self.forget(key)
        self._kept[key] = kept
        self.nbytes += kept.nbytes
        while self.nbytes > self.max_bytes and len(self._kept) > 1:
            self.nbytes -= self._kept.popitem(last=False)[1].nbytes

    def forget(self, key: Hashable) -> None:
        """Make it anew when it is next looked at."""
        if (old := self._kept.pop(key, None)) is not None:
            self.nbytes -= old.nbytes

    def clear(self) -> None:
        self._kept.clear()
        self.nbytes = 0
