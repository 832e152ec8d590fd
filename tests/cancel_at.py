"""A token that cancels in the middle of the work."""

from __future__ import annotations

from faceviewer.types import CancelToken


class CancelAt(CancelToken):
    """Is set when it is asked for the n-th time."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.asked, self._number = 0, number

    def check(self) -> None:
        self.asked += 1
        if self.asked == self._number:
            self.cancel()
        super().check()
