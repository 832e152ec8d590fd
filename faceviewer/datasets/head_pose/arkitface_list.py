"""The lists of ARKitFace: a CSV with a row per photo."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path

from faceviewer.datasets.head_pose.key_table import KeyTable
from faceviewer.datasets.head_pose.lists import Complaints, is_safe_key, read_text, shown
from faceviewer.types import FaceviewerError

COLUMNS = ("subject_id", "facial_action", "img_id")


def read_list(path: Path, complaints: Complaints) -> KeyTable:
    """Keys ``subject_id/facial_action/img_id`` of all rows, each part read as text.

    Rows that name nothing, or something outside of the folder, are left out and complained about. Raises
    FaceviewerError when the list cannot be read, lacks a column, or has no row that can be used.
    """
    try:
        reader = csv.reader(StringIO(read_text(path), newline=""))
        rows = ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
        columns = _columns(next(rows, (1, []))[1], path)
        keys = KeyTable(_keys(rows, columns, path, complaints))
    except csv.Error as error:
        raise FaceviewerError(f"{path}: not a CSV file ({error})") from None
    if keys.repeated:
        complaints.add("lists with repeated rows", f"{path}: {keys.repeated} rows repeat others and were left out")
    if not keys:
        raise complaints.refusal(path, "has no row that names a photo")
    return keys


def _columns(header: list[str], path: Path) -> list[int]:
    names = [name.strip() for name in header]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise FaceviewerError(f"{path}: has no column {' and no column '.join(missing)}")
    return [names.index(name) for name in COLUMNS]


def _keys(
    rows: Iterable[tuple[int, list[str]]], columns: list[int], path: Path, complaints: Complaints
) -> Iterator[str]:
    last = max(columns)
    for line, row in rows:
        if len(row) <= last:
            complaints.add("rows with too few columns", f"{path}: line {line} has too few columns and was left out")
            continue
        parts = [row[column].strip() for column in columns]
        key = "/".join(parts)
        if any("/" in part for part in parts) or not is_safe_key(key):
            reason = f"{path}: line {line} names no photo within the folder and was left out ({shown(key)})"
            complaints.add("rows that name no photo within the folder", reason)
            continue
        yield key
