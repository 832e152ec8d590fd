"""The index as a SQLite database in memory, so that it can be asked while it grows; the file is a copy of it."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

from faceviewer.datasets.ffhq_uv.schema import TABLES, VERSION
from faceviewer.io.atomic import write_atomically
from faceviewer.types import FaceviewerError


class Database:
    """Threads may share it: each statement is carried out alone, and readers see what has been written so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._connection.executescript(TABLES)
        self.changes = 0
        """Counts what was written, so that answers can be kept until something changes."""
        weakref.finalize(self, self._connection.close)

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return cast("list[tuple[Any, ...]]", self._connection.execute(statement, parameters).fetchall())

    def write(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        with self._lock:
            self.changes += 1
            self._connection.execute(statement, parameters)

    def write_many(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """One transaction; others wait for it."""
        with self._lock:
            self.changes += 1
            self._connection.execute("BEGIN")
            self._connection.executemany(statement, rows)
            self._connection.execute("COMMIT")

    def load(self, path: Path) -> bool:
        """Take over a file; False when there is none, or none of this version."""
        try:
            with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as stored:
                if stored.execute("PRAGMA user_version").fetchone() != (VERSION,):
                    return False
                if stored.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                    return False
                for table in ("about", "maps", "others", "problems", "problem_counts"):
                    stored.execute(f"SELECT * FROM {table} LIMIT 1").fetchall()
                with self._lock:
                    stored.backup(self._connection)
                    self.changes += 1
        except sqlite3.Error:
            return False
        return True

    def save(self, path: Path) -> None:
        """Write the whole to a file, atomically. Raises FaceviewerError when that is impossible."""

        def write(target: Path) -> None:
            with closing(sqlite3.connect(target)) as stored, self._lock:
                stored.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
                self._connection.backup(stored)

        try:
            write_atomically(path, write)
        except sqlite3.Error as error:
            raise FaceviewerError(f"{path}: cannot be written ({error})") from error

    def about(self, name: str) -> str:
        """A remembered text, "" for none."""
        found = self.rows("SELECT value FROM about WHERE name = ?", [name])
        return found[0][0] if found else ""

    def remember(self, name: str, value: str) -> None:
        self.write("INSERT OR REPLACE INTO about VALUES (?, ?)", [name, value])

    def close(self) -> None:
        with self._lock:
            self._connection.close()
