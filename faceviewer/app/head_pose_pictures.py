"""Samples of a search as a grid of thumbnails takes them."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from faceviewer.app.head_pose_sets_state import HeadPoseFound
from faceviewer.datasets.ffhq_uv.thumbnails import Thumbnails
from faceviewer.datasets.head_pose.sample import HeadPoseDataset

_ASKED = 20_000


class HeadPosePictures:
    """A ``gui.browser.source.PictureSource``. A sample whose annotation cannot be read is shown as broken."""

    def __init__(self, found: HeadPoseFound, dataset: HeadPoseDataset, thumbnails: Thumbnails) -> None:
        self.rows = found.rows
        self._dataset = dataset
        self._thumbnails = thumbnails

    @property
    def count(self) -> int:
        return len(self.rows)

    def key_of(self, row: int) -> str:
        """The sample's key in its data set."""
        return self._dataset.keys[int(self.rows[row])]

    def row_of(self, number: int) -> int:
        """The row of the sample of that number in the data set; -1 when it is not there."""
        row = int(np.searchsorted(self.rows, number))
        return row if row < len(self.rows) and self.rows[row] == number else -1

    def title(self, row: int) -> str:
        return self.key_of(row)

    def key(self, row: int) -> Hashable:
        return self._dataset, int(self.rows[row])

    def load(self, row: int, side_px: int) -> np.ndarray:
        return self._thumbnails.get(self._dataset.sample(self.key_of(row)).photo, side_px)

    def find(self, typed: str) -> int | None:
        """The first sample whose key, or its last part, begins with what was typed; of many the first are asked."""
        for row in range(min(self.count, _ASKED)):
            key = self.key_of(row)
            if key.startswith(typed) or key.rpartition("/")[2].startswith(typed):
                return row
        return None
