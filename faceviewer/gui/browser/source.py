"""What the grid asks of a collection of pictures. Only the number of rows is known before rows are seen."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Protocol

import numpy as np


class PictureSource(Protocol):
    """A list of pictures, by row from 0. It never changes; another list is another source.

    All but ``load`` is called in the window's thread and must answer at once.
    """

    @property
    def count(self) -> int:
        """How many rows there are."""
        ...

    def title(self, row: int) -> str:
        """What stands below the picture: a few words, shown as plain text."""
        ...

    def key(self, row: int) -> Hashable:
        """Names the picture among those of all sources that one grid is given."""
        ...

    def load(self, row: int, side_px: int) -> np.ndarray:
        """(h, w, 3) uint8 sRGB, of any size; less than ``side_px`` on the longer side only when there is no more.

        Called in several other threads. Raises FaceviewerError with the reason when the picture cannot be shown.
        """
        ...

    def find(self, typed: str) -> int | None:
        """The row that a typed number leads to, or None."""
        ...


class NoPictures:
    """A source without rows."""

    count = 0

    def title(self, row: int) -> str:
        return ""

    def key(self, row: int) -> Hashable:
        return row

    def load(self, row: int, side_px: int) -> np.ndarray:
        return np.zeros((1, 1, 3), np.uint8)

    def find(self, typed: str) -> int | None:
        return None
