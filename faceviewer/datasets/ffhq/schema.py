"""The index as a SQLite database: its tables, and entries to rows and back.

What is searched stands apart from what is shown, and landmarks stand apart from both, so that a search reads little.
Texts that are searched are case-folded by Python, because SQLite knows upper and lower case of ASCII alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from faceviewer.datasets.ffhq.entry import FfhqEntry, PictureFile
from faceviewer.datasets.ffhq.facts import KINDS

VERSION = 1
TABLES = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE problems (position INTEGER NOT NULL, key TEXT NOT NULL, reason TEXT NOT NULL);
CREATE TABLE searched (
    number INTEGER PRIMARY KEY, position INTEGER NOT NULL, split TEXT NOT NULL, licence TEXT NOT NULL,
    uploaded TEXT NOT NULL, title TEXT NOT NULL, author TEXT NOT NULL, country TEXT NOT NULL, account TEXT NOT NULL);
CREATE TABLE shown (
    number INTEGER PRIMARY KEY, title TEXT NOT NULL, author TEXT NOT NULL, country TEXT NOT NULL,
    licence_url TEXT NOT NULL, photo_url TEXT NOT NULL, crawled TEXT NOT NULL);
CREATE TABLE files (
    number INTEGER NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL, nbytes INTEGER NOT NULL, md5 BLOB NOT NULL,
    width INTEGER NOT NULL, height INTEGER NOT NULL, pixel_md5 BLOB NOT NULL, url TEXT NOT NULL,
    PRIMARY KEY (number, kind)) WITHOUT ROWID;
CREATE TABLE faces (
    number INTEGER PRIMARY KEY, wild_landmarks BLOB NOT NULL, image_landmarks BLOB, box BLOB, quad BLOB);
"""
INDICES = """
CREATE INDEX by_date ON searched (uploaded, number);
CREATE INDEX by_author ON searched (author, number);
CREATE INDEX by_title ON searched (title, number);
CREATE INDEX by_account ON searched (account, number);
"""
INSERTS = {
    "searched": "INSERT INTO searched VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "shown": "INSERT INTO shown VALUES (?, ?, ?, ?, ?, ?, ?)",
    "files": "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "faces": "INSERT INTO faces VALUES (?, ?, ?, ?, ?)",
}
SELECT_ENTRIES = """
SELECT number, position, split, shown.title, shown.author, shown.country, licence, licence_url, photo_url, uploaded,
    crawled, wild_landmarks, image_landmarks, box, quad
FROM searched JOIN shown USING (number) JOIN faces USING (number) WHERE number IN (SELECT value FROM json_each(?))
"""
SELECT_FILES = """
SELECT number, kind, path, nbytes, md5, width, height, pixel_md5, url FROM files
WHERE number IN (SELECT value FROM json_each(?))
"""


def rows_of(entry: FfhqEntry) -> dict[str, list[tuple[Any, ...]]]:
    """What is inserted for an entry, by the names of ``INSERTS``."""
    number = entry.number
    folded = (entry.title.casefold(), entry.author.casefold(), entry.country.casefold(), entry.account.casefold())
    return {
        "searched": [(number, entry.position, entry.split, entry.licence, entry.uploaded, *folded)],
        "shown": [
            (number, entry.title, entry.author, entry.country, entry.licence_url, entry.photo_url, entry.crawled)
        ],
        "files": [(number, kind, *_file_row(entry.files[kind])) for kind in KINDS],
        "faces": [
            (
                number,
                _blob(entry.wild_landmarks, "<f8"),
                _blob(entry.image_landmarks, "<f4"),
                _blob(entry.face_box, "<f8"),
                _blob(entry.face_quad, "<f8"),
            )
        ],
    }


def entry_of(row: Sequence[Any], files: dict[str, PictureFile]) -> FfhqEntry:
    """The entry of a row of ``SELECT_ENTRIES``. Raises ValueError for blobs of other sizes."""
    *plain, wild, image, box, quad = row
    left_top_right_bottom = None if box is None else tuple(np.frombuffer(box, "<f8").reshape(4).tolist())
    return FfhqEntry(
        *plain,
        files=files,  # pyright: ignore[reportArgumentType]
        wild_landmarks=np.frombuffer(wild, "<f8").reshape(68, 2),
        image_landmarks=None if image is None else np.frombuffer(image, "<f4").reshape(68, 2),
        face_box=left_top_right_bottom,  # pyright: ignore[reportArgumentType]
        face_quad=None if quad is None else np.frombuffer(quad, "<f8").reshape(4, 2),
    )


def file_of(path: str, nbytes: int, md5: bytes, width: int, height: int, pixel_md5: bytes, url: str) -> PictureFile:
    """The file of a row of ``SELECT_FILES``, after its number and kind."""
    return PictureFile(path, nbytes, md5.hex(), (width, height), pixel_md5.hex(), url)


def _file_row(file: PictureFile) -> tuple[Any, ...]:
    digests = bytes.fromhex(file.md5), bytes.fromhex(file.pixel_md5)
    return file.path, file.nbytes, digests[0], *file.size, digests[1], file.url


def _blob(values: Any, dtype: str) -> bytes | None:
    return None if values is None else np.asarray(values, dtype).tobytes()
