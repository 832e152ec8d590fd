"""Maps of a search as a grid of thumbnails takes them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock

import numpy as np

from faceviewer.app.uv_maps_state import UvMapsFound
from faceviewer.datasets.ffhq_uv.entry import UvMapEntry
from faceviewer.datasets.ffhq_uv.index import UvMapIndex
from faceviewer.datasets.ffhq_uv.thumbnails import Thumbnails
from faceviewer.types import FaceviewerError

_BLOCK = 64
_KEPT_BLOCKS = 64


class UvMapPictures:
    """A ``gui.browser.source.PictureSource``. Of the maps only those near what is seen are known."""

    def __init__(self, found: UvMapsFound, index: UvMapIndex, thumbnails: Thumbnails) -> None:
        self.keys = found.keys
        self._index = index
        self._thumbnails = thumbnails
        self._blocks: OrderedDict[int, dict[int, UvMapEntry]] = OrderedDict()
        self._lock = Lock()

    @property
    def count(self) -> int:
        return len(self.keys)

    def row_of(self, key: int) -> int:
        """The row of a map; -1 when it is not there."""
        rows = np.flatnonzero(self.keys == key)
        return int(rows[0]) if len(rows) else -1

    def entry(self, row: int) -> UvMapEntry | None:
        """The map of a row; None when it has gone since."""
        number = row // _BLOCK
        with self._lock:
            block = self._blocks.get(number)
            if block is None:
                keys = self.keys[number * _BLOCK : (number + 1) * _BLOCK]
                block = self._blocks[number] = {entry.key: entry for entry in self._index.entries(keys)}
                while len(self._blocks) > _KEPT_BLOCKS:
                    self._blocks.popitem(last=False)
        return block.get(int(self.keys[row]))

    def title(self, row: int) -> str:
        entry = self.entry(row)
        return entry.id if entry is not None else ""

    def key(self, row: int) -> Hashable:
        entry = self.entry(row)
        return str(entry.path) if entry is not None else row

    def load(self, row: int, side_px: int) -> np.ndarray:
        entry = self.entry(row)
        if entry is None:
            raise FaceviewerError("the map has gone")
        return self._thumbnails.get(entry.path, side_px)

    def find(self, typed: str) -> int | None:
        """The map of that id, zeros before it left out or not."""
        for entry in self._index.named(typed):
            row = self.row_of(entry.key)
            if row >= 0:
                return row
        return None
