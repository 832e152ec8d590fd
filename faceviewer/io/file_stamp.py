"""Whether a file is still the one that was read: its size and the time of its last change."""

from __future__ import annotations

from pathlib import Path

NO_FILE = (-1, -1)


def file_stamp(path: Path) -> tuple[int, int]:
    """(bytes, time of the last change in ns); ``NO_FILE`` for a file that is not there or must not be looked at."""
    try:
        status = path.stat()
    except OSError:
        return NO_FILE
    return status.st_size, status.st_mtime_ns
