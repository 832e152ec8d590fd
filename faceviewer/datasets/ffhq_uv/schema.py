"""The index's tables, and rows to entries."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from faceviewer.datasets.ffhq_uv.entry import ATTRIBUTES, UvMapEntry

VERSION = 1
TELLERS = ("meta", "attributes", "attributes_ms_api")
"""Who tells attributes; the first that knows one is believed."""
_MASKS = tuple(f"{teller}_mask" for teller in TELLERS)
TABLES = f"""
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS maps (
    key INTEGER PRIMARY KEY, part TEXT NOT NULL, folder TEXT NOT NULL, name TEXT NOT NULL, id TEXT NOT NULL,
    sorted_id TEXT NOT NULL, mix INTEGER NOT NULL,
    gender TEXT, age REAL, beard REAL, baldness REAL, expression REAL, glasses INTEGER, pitch REAL, yaw REAL,
    light TEXT NOT NULL DEFAULT '', latent TEXT NOT NULL DEFAULT '', latent_place TEXT NOT NULL DEFAULT '',
    {", ".join(f"{mask} INTEGER NOT NULL DEFAULT 0" for mask in _MASKS)});
CREATE INDEX IF NOT EXISTS by_id ON maps (sorted_id, part, key);
CREATE TABLE IF NOT EXISTS others (key INTEGER PRIMARY KEY, texts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS problems (
    kind TEXT NOT NULL, part TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (kind, part, subject)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS problem_counts (
    kind TEXT NOT NULL, part TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (kind, part)) WITHOUT ROWID;
PRAGMA user_version = {VERSION};
"""
INSERT_MAP = "INSERT INTO maps (part, folder, name, id, sorted_id, mix) VALUES (?, ?, ?, ?, ?, ?)"
FORGET_ATTRIBUTES = (
    f"UPDATE maps SET {', '.join(f'{name} = NULL' for name in ATTRIBUTES)}, light = '', latent = '', "
    f"latent_place = '', {', '.join(f'{mask} = 0' for mask in _MASKS)} WHERE part = ?"
)
SELECT_ENTRIES = (
    f"SELECT key, id, part, folder, name, {', '.join(ATTRIBUTES)}, light, latent, {', '.join(_MASKS)} FROM maps "
    "WHERE key IN (SELECT value FROM json_each(?))"
)


def tell_statement(teller: str) -> str:
    """Fills in attributes that are not known yet; takes what ``tell_row`` gives."""
    filled = ", ".join(f"{name} = coalesce({name}, ?)" for name in ATTRIBUTES)
    return f"UPDATE maps SET {filled}, {teller}_mask = ? WHERE key = ?"


def tell_row(key: int, known: Mapping[str, Any]) -> tuple[Any, ...]:
    """Parameters of ``tell_statement``."""
    mask = sum(1 << bit for bit, name in enumerate(ATTRIBUTES) if name in known)
    return (*(known.get(name) for name in ATTRIBUTES), mask, key)


def map_row(part: str, folder: str, name: str) -> tuple[Any, ...]:
    """Parameters of ``INSERT_MAP``. Numbers sort as numbers; ``mix`` is the same everywhere."""
    id_ = name.rpartition(".")[0]
    sorted_id = id_.zfill(12) if id_.isdigit() else id_.casefold()
    return part, folder, name, id_, sorted_id, zlib.crc32(f"{part}/{id_}".encode("utf-8", "surrogateescape"))


def entry_of(row: Sequence[Any], folders: Mapping[str, Path], names: Mapping[str, str]) -> UvMapEntry:
    """The entry of a row of ``SELECT_ENTRIES``; ``folders`` are the parts', ``names`` those of ``TELLERS``."""
    key, id_, part, folder, name, gender, age, beard, baldness, expression, glasses, pitch, yaw = row[:13]
    light, latent, *masks = row[13:]
    path = folders[part] / folder / name if folder else folders[part] / name
    sources = {}
    for teller, mask in reversed(list(zip(TELLERS, masks, strict=True))):
        sources |= {attribute: names[teller] for bit, attribute in enumerate(ATTRIBUTES) if mask >> bit & 1}
    return UvMapEntry(
        key, id_, part, folder, path, gender or "", age, beard, baldness, expression,
        None if glasses is None else bool(glasses), pitch, yaw, light, latent, sources,
    )  # fmt: skip
