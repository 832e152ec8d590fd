"""The index of the metadata: made once per JSON, opened at once from then on, asked by query and by number."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from faceviewer.datasets.ffhq.entry import FfhqEntry, FfhqQuery, PictureFile
from faceviewer.datasets.ffhq.facts import JSON_MD5, JSON_NAME, Kind
from faceviewer.datasets.ffhq.index_build import Built, build_index
from faceviewer.datasets.ffhq.query_sql import count_numbers, select_numbers
from faceviewer.datasets.ffhq.schema import SELECT_ENTRIES, SELECT_FILES, VERSION, entry_of, file_of
from faceviewer.io.atomic import remove_stale, write_atomically
from faceviewer.io.folders import cache_folder
from faceviewer.io.safe_load.known_files import KnownFiles
from faceviewer.types import CancelToken, FaceviewerError, ProgressCallback

MAX_KEPT = 4
"""Indices in the cache; those used longest ago go."""
_EVERYTHING = FfhqQuery()


@dataclass(frozen=True)
class Problem:
    """An entry that was left out."""

    position: int
    key: str
    reason: str


def index_folder() -> Path:
    """Where indices lie; it may be deleted at any time."""
    return cache_folder() / "ffhq"


def find_json(place: Path) -> Path:
    """The metadata's JSON: ``place`` itself, in it, or beside it when it is one of the picture folders.

    Raises FaceviewerError when there is none.
    """
    if not os.path.exists(place):
        raise FaceviewerError(f"{place}: there is no such file or folder")
    if not os.path.isdir(place):
        return place
    for folder in (place, Path(os.path.abspath(place)).parent):
        if os.path.isfile(folder / JSON_NAME):
            return folder / JSON_NAME
    raise FaceviewerError(f"{place}: there is no {JSON_NAME} in it")


def open_index(source: Path, progress: ProgressCallback, cancel: CancelToken) -> FfhqIndex:
    """The index of a JSON, made when the cache has none for this content.

    Raises FaceviewerError when the JSON cannot be read or the index not be written, Cancelled when ``cancel`` was set.
    """
    folder = index_folder()
    try:
        digest = KnownFiles(folder / "known.json").sha256(source)
        found = _entry(folder, source.stat().st_size, digest)
    except OSError as error:
        raise FaceviewerError(f"{source}: it cannot be read ({error.strerror or error})") from error
    try:
        index = FfhqIndex(found)
    except FaceviewerError:
        found = _made(source, folder, progress, cancel)
        index = FfhqIndex(found)
    _trim(folder, found)
    return index


def _made(source: Path, folder: Path, progress: ProgressCallback, cancel: CancelToken) -> Path:
    """The new index, named after what was read and not what was hashed before: the file may have changed between."""
    built: list[Built] = []
    unnamed = folder / f"new-{os.getpid()}-{threading.get_ident()}.sqlite"
    remove_stale(folder)
    write_atomically(unnamed, lambda target: built.append(build_index(source, target, progress, cancel)))
    final = _entry(folder, built[0].nbytes, built[0].sha256)
    os.replace(unnamed, final)
    return final


def _entry(folder: Path, nbytes: int, sha256: str) -> Path:
    return folder / f"{sha256[:32]}-{nbytes}-{VERSION}.sqlite"


def _trim(folder: Path, used: Path) -> None:
    try:
        os.utime(used)
        kept = sorted(folder.glob("*.sqlite"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[MAX_KEPT:]:
            path.unlink(missing_ok=True)
    except OSError:
        pass  # of two programs that clear up, one wins


class FfhqIndex:
    """An index that is open. Threads may share it."""

    def __init__(self, path: Path) -> None:
        """Raises FaceviewerError when the file is missing or no index of this version."""
        self.path = path
        self._lock = threading.Lock()
        try:
            address = f"{Path(os.path.abspath(path)).as_uri()}?mode=ro&immutable=1"
            self._database = sqlite3.connect(address, uri=True, check_same_thread=False)
            weakref.finalize(self, self._database.close)
            try:
                if self._rows("PRAGMA user_version") != [(VERSION,)]:
                    raise FaceviewerError(f"{path}: not an index of this version")
                self.about = Built(**json.loads(self._rows("SELECT value FROM about WHERE name = 'built'")[0][0]))
            except BaseException:
                self._database.close()
                raise
        except (sqlite3.Error, ValueError, TypeError, IndexError) as error:
            raise FaceviewerError(f"{path}: not an index ({error})") from error

    def __len__(self) -> int:
        return self.about.count

    @property
    def is_published(self) -> bool:
        """Whether the JSON is the published one, to the byte."""
        return self.about.md5 == JSON_MD5

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def problems(self) -> list[Problem]:
        """The entries that were left out, the first ``MAX_PROBLEMS`` of them."""
        return [Problem(*row) for row in self._rows("SELECT position, key, reason FROM problems ORDER BY rowid")]

    def count(self, query: FfhqQuery = _EVERYTHING) -> int:
        """How many entries a query has."""
        return self._rows(*count_numbers(query))[0][0]

    def numbers(self, query: FfhqQuery = _EVERYTHING) -> np.ndarray:
        """(n,) int32: the numbers of a query's entries, in its order. Raises ValueError for an unknown order."""
        return np.array([row[0] for row in self._rows(*select_numbers(query))], np.int32)

    def entries(self, numbers: Sequence[int] | np.ndarray) -> list[FfhqEntry]:
        """The entries of these numbers, in this order. Raises KeyError for a number that is not there."""
        wanted = json.dumps([int(number) for number in numbers])
        files: dict[int, dict[str, PictureFile]] = {}
        for number, kind, *rest in self._rows(SELECT_FILES, [wanted]):
            files.setdefault(number, {})[kind] = file_of(*rest)
        found = {row[0]: entry_of(row, files[row[0]]) for row in self._rows(SELECT_ENTRIES, [wanted])}
        return [found[int(number)] for number in numbers]

    def entry(self, number: int) -> FfhqEntry:
        """One entry. Raises KeyError when it is not there."""
        return self.entries([number])[0]

    def files(self, kind: Kind) -> Iterator[tuple[int, PictureFile]]:
        """(number, file) of all entries, by number."""
        rows = self._rows(
            "SELECT number, path, nbytes, md5, width, height, pixel_md5, url FROM files WHERE kind = ? ORDER BY number",
            [kind],
        )
        return ((number, file_of(*rest)) for number, *rest in rows)

    def column(self, name: str) -> list[str]:
        """One text per entry, by position: "split", "licence", "country" ..."""
        if name not in {"split", "licence", "country", "title", "author", "licence_url", "uploaded"}:
            raise ValueError(f"no column {name!r}")
        table = "searched" if name in {"split", "licence", "uploaded"} else "shown"
        statement = f"SELECT {table}.{name} FROM searched JOIN shown USING (number) ORDER BY position"
        return [row[0] for row in self._rows(statement)]

    def licences(self) -> list[tuple[str, str]]:
        """(name, address) of the licences that occur."""
        statement = "SELECT DISTINCT licence, licence_url FROM searched JOIN shown USING (number) ORDER BY 1, 2"
        return self._rows(statement)

    def faces(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """By position: (n,) int32 numbers, (n,) positions, (n, 68, 2) float64 landmarks, (n, 2) int32 picture sizes.

        Landmarks and sizes (width, height) are those of the originals.
        """
        rows = self._rows(
            "SELECT number, position, wild_landmarks, width, height FROM searched JOIN faces USING (number) "
            "JOIN files USING (number) WHERE kind = 'wild' ORDER BY position"
        )
        numbers = np.array([row[:2] for row in rows], np.int32).reshape(-1, 2)
        landmarks = np.frombuffer(b"".join(row[2] for row in rows), "<f8").reshape(-1, 68, 2)
        return numbers[:, 0], numbers[:, 1], landmarks, np.array([row[3:] for row in rows], np.int32).reshape(-1, 2)

    def _rows(self, statement: str, parameters: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            return cast("list[tuple[Any, ...]]", self._database.execute(statement, parameters).fetchall())
