"""Small pictures of maps, made once and kept in one file of the cache."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import weakref
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from faceviewer.datasets.ffhq_uv.index import index_folder
from faceviewer.io.cv import cv2
from faceviewer.io.images import encode_jpeg
from faceviewer.io.photo import load_photo
from faceviewer.types import FaceviewerError

MAX_BYTES = 1 << 30
"""Of all thumbnails; those made first go."""
_QUALITY = 90
_CHECK_EVERY = 500
_TABLE = (
    "CREATE TABLE IF NOT EXISTS thumbnails (number INTEGER PRIMARY KEY, stamp BLOB NOT NULL UNIQUE, jpeg BLOB NOT NULL)"
)


class Thumbnails:
    """Makes and remembers small pictures. Threads may share it: pictures are made at the same time, and stored in turn.

    A picture is known by its path, size in bytes, time of change and the side that was asked for. Without a cache that
    can be written everything works, only slower.
    """

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` is the cache's, by default that of the indices."""
        self.path = (folder or index_folder()) / "thumbnails.sqlite"
        self._lock = threading.Lock()
        self._stored = 0
        self._database = _opened(self.path)
        if self._database is not None:
            weakref.finalize(self, self._database.close)

    def get(self, path: Path, side: int = 128) -> np.ndarray:
        """(h, w, 3) uint8, at most ``side`` pixels on the longer side: (side, side, 3) for a map.

        Raises FaceviewerError when the file is missing or no picture.
        """
        stamp = _stamp(path, side)
        if (known := self._known(stamp)) is not None:
            return known
        made = make_thumbnail(path, side)
        self._store(stamp, made)
        return made

    def peek(self, path: Path, side: int = 128) -> np.ndarray | None:
        """The same if it is known already, else None: takes well under a millisecond."""
        try:
            return self._known(_stamp(path, side))
        except FaceviewerError:
            return None

    def close(self) -> None:
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _known(self, stamp: bytes) -> np.ndarray | None:
        rows = self._asked("SELECT jpeg FROM thumbnails WHERE stamp = ?", [stamp])
        if not rows:
            return None
        try:
            with Image.open(BytesIO(rows[0][0]), formats=["JPEG"]) as image:
                return np.array(image.convert("RGB"))
        except (OSError, ValueError, SyntaxError):
            return None

    def _store(self, stamp: bytes, picture: np.ndarray) -> None:
        jpeg = encode_jpeg(picture, quality=_QUALITY)
        self._asked("INSERT OR REPLACE INTO thumbnails (stamp, jpeg) VALUES (?, ?)", [stamp, jpeg])
        # after the first one, too: many short visits have let the file grow without end
        if self._stored % _CHECK_EVERY == 0:
            self._trim()
        self._stored += 1

    def _trim(self) -> None:
        while self._used() > MAX_BYTES:
            (count,) = self._asked("SELECT count(*) FROM thumbnails", [])[0]
            oldest = "SELECT number FROM thumbnails ORDER BY number LIMIT ?"
            if not self._asked(f"DELETE FROM thumbnails WHERE number IN ({oldest}) RETURNING 1", [count // 10 + 1]):
                return

    def _used(self) -> int:
        """Bytes of the pages that are in use; what was deleted is filled again."""
        pages = self._asked("SELECT page_count - freelist_count FROM pragma_page_count, pragma_freelist_count", [])
        size = self._asked("SELECT page_size FROM pragma_page_size", [])
        return pages[0][0] * size[0][0] if pages and size else 0

    def _asked(self, statement: str, parameters: list[object]) -> list[tuple[Any, ...]]:
        with self._lock:
            if self._database is None:
                return []
            try:
                return self._database.execute(statement, parameters).fetchall()
            except sqlite3.Error:  # damaged, or of another program at this moment
                return []


def make_thumbnail(path: Path, side: int) -> np.ndarray:
    """(h, w, 3) uint8: the mean colours of the picture's squares. JPEG files are decoded at a fraction of their size.

    Raises FaceviewerError when the file is missing or no picture.
    """
    rgb = load_photo(path, enough_px=2 * side).rgb
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(rgb)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)


def _stamp(path: Path, side: int) -> bytes:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else f"it cannot be read ({error})"
        raise FaceviewerError(f"{path}: {reason}") from None
    facts = f"{status.st_size} {status.st_mtime_ns} {side} ".encode() + os.fsencode(os.path.abspath(path))
    return hashlib.sha256(facts).digest()[:16]


def _opened(path: Path) -> sqlite3.Connection | None:
    """The database, made anew when it is damaged; None where that is impossible."""
    for _ in range(2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            database = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=2.0)
        except (OSError, sqlite3.Error):
            return None
        try:
            # a cache: what a power cut takes away is made again
            database.execute("PRAGMA journal_mode = WAL").fetchall()
            database.execute("PRAGMA synchronous = OFF")
            database.execute(_TABLE)
            return database
        except sqlite3.OperationalError:  # read-only, full, or busy with another program: not damaged
            database.close()
            return None
        except sqlite3.DatabaseError:
            database.close()
            try:
                path.unlink(missing_ok=True)
            except OSError:
                return None
    return None
