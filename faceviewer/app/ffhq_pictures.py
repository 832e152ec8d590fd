"""Pictures of the data set as a grid of thumbnails takes them."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from faceviewer.app.ffhq_state import FfhqFound
from faceviewer.datasets.ffhq.files import PictureFolder
from faceviewer.io.photo import load_photo
from faceviewer.types import FaceviewerError


class FfhqPictures:
    """The pictures of a search in one folder; a ``gui.browser.source.PictureSource``."""

    def __init__(self, found: FfhqFound, folder: PictureFolder | None) -> None:
        self.numbers = found.numbers
        self._folder = folder

    @property
    def count(self) -> int:
        return len(self.numbers)

    def number(self, row: int) -> int:
        """The data set's number of a row."""
        return int(self.numbers[row])

    def row_of(self, number: int) -> int:
        """The row of a number; -1 when it is not there."""
        rows = np.flatnonzero(self.numbers == number)
        return int(rows[0]) if len(rows) else -1

    def title(self, row: int) -> str:
        return f"{self.number(row):05d}"

    def key(self, row: int) -> Hashable:
        return (str(self._folder.folder) if self._folder is not None else "", self.number(row))

    def load(self, row: int, side_px: int) -> np.ndarray:
        number = self.number(row)
        if self._folder is None:
            raise FaceviewerError("there is no folder with pictures")
        place = int(np.searchsorted(self._folder.numbers, number))
        if place >= len(self._folder.numbers) or self._folder.numbers[place] != number:
            raise FaceviewerError(f"{self._folder.path(number)}: there is no such file")
        return load_photo(self._folder.path(number), enough_px=2 * side_px).rgb

    def find(self, typed: str) -> int | None:
        """The picture of that number, or the one whose number is closest."""
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 9 and self.count):
            return None
        return int(np.argmin(np.abs(self.numbers.astype(np.int64) - int(typed))))
