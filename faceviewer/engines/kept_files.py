"""What was made of the user's files, kept for as long as these stay as they are."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


class KeptFiles:
    """Used by one thread at a time."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[list[tuple[str, int, int]], Any]] = {}

    def get(self, name: Hashable, paths: Sequence[Path], make: Callable[[], T]) -> T:
        """What ``make`` gives of these files; it is called again when one of them has changed.

        Only the last of each name is kept. Raises OSError for a file that is not there, and what ``make`` raises.
        """
        stamps = [_stamp(path) for path in paths]
        if self._kept.get(name, (None,))[0] != stamps:
            self._kept.pop(name, None)  # its memory is needed for the new one
            self._kept[name] = stamps, make()
        return self._kept[name][1]


def _stamp(path: Path) -> tuple[str, int, int]:
    status = os.stat(path)
    return str(path), status.st_size, status.st_mtime_ns
