"""From the metadata's JSON to the index, in one pass and little memory."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from faceviewer.datasets.ffhq.entry_json import number_of, parse_entry
from faceviewer.datasets.ffhq.json_stream import End, Member, members
from faceviewer.datasets.ffhq.schema import INDICES, INSERTS, TABLES, VERSION, rows_of
from faceviewer.io.input_file import open_input
from faceviewer.types import CancelToken, FaceviewerError, Progress, ProgressCallback

MAX_PROBLEMS = 1000
"""Of more, only the number is kept."""
_BATCH = 500


@dataclass(frozen=True)
class Built:
    """What was found out about the JSON as a whole."""

    nbytes: int
    sha256: str
    md5: str
    count: int
    """Entries that are whole."""
    members: int
    """Keys in the JSON, each once, whether their entries are whole or not: positions go up to there."""
    problem_count: int
    end_problem: str
    """Why the text ends early, empty when it does not."""


def build_index(source: Path, target: Path, progress: ProgressCallback, cancel: CancelToken) -> Built:
    """Write the index of ``source``, the metadata's JSON, to ``target``, a new file.

    Entries that are wrong are left out, and their position, key and reason written down. Raises FaceviewerError when
    the file cannot be read or holds no entry, Cancelled when ``cancel`` was set.
    """
    with open_input(source, "JSON file") as stream, closing(sqlite3.connect(target)) as database:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000;")
        database.executescript(TABLES)
        total = max(source.stat().st_size, 1)
        digests = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        read = 0

        def seen(piece: bytes) -> None:
            nonlocal read
            cancel.check()
            for digest in digests:
                digest.update(piece)
            read += len(piece)
            progress(Progress("Reading the metadata", min(read / total, 1.0)))

        work = _Work(database)
        try:
            for one in members(stream, seen):
                work.take(one)
        except OSError as error:
            raise FaceviewerError(f"{source}: it cannot be read ({error.strerror or error})") from error
        progress(Progress("Sorting the metadata", None))
        while piece := stream.read(1 << 20):  # of a text that ended early
            seen(piece)
        if not work.count:
            reason = work.end_problem or work.first_problem or "it is empty"
            raise FaceviewerError(f"{source}: no metadata of FFHQ, {reason}")
        built = work.finish(read, digests[0].hexdigest(), digests[1].hexdigest())
        database.executescript(INDICES)
        database.execute(f"PRAGMA user_version = {VERSION}")
        database.commit()
        return built


class _Work:
    """Takes members one by one and writes them in batches."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._keys: set[str] = set()
        self.count = self.problem_count = 0
        self.first_problem = self.end_problem = ""

    def take(self, one: Member | End) -> None:
        if isinstance(one, End):
            self.end_problem = one.problem
            return
        try:
            self._take(one)
        except FaceviewerError as error:
            self.problem_count += 1
            self.first_problem = self.first_problem or str(error)
            if self.problem_count <= MAX_PROBLEMS:
                problem = (len(self._keys) - 1, _storable(one.key), _storable(str(error)))
                self._database.execute("INSERT INTO problems VALUES (?, ?, ?)", problem)

    def _take(self, one: Member) -> None:
        if one.key in self._keys:
            raise FaceviewerError("its key occurs twice; the first one counts")
        self._keys.add(one.key)
        number_of(one.key)
        if one.problem:
            raise FaceviewerError(one.problem)
        for table, rows in rows_of(parse_entry(one.key, one.value, len(self._keys) - 1)).items():
            self._rows[table].extend(rows)
        self.count += 1
        if len(self._rows["shown"]) >= _BATCH:
            self._flush()

    def finish(self, nbytes: int, sha256: str, md5: str) -> Built:
        self._flush()
        built = Built(nbytes, sha256, md5, self.count, len(self._keys), self.problem_count, self.end_problem)
        self._database.execute("INSERT INTO about VALUES ('built', ?)", (json.dumps(asdict(built)),))
        return built

    def _flush(self) -> None:
        for table, rows in self._rows.items():
            self._database.executemany(INSERTS[table], rows)
        self._rows.clear()


def _storable(text: str) -> str:
    return text[:300].encode("utf-8", "backslashreplace").decode()
