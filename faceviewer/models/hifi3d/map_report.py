"""A folder of UV maps measured one by one, as a table that can be written, read again and gone on with."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from io import StringIO
from pathlib import Path

import numpy as np

from faceviewer.io.atomic import write_atomically
from faceviewer.io.images import read_png
from faceviewer.raster.uv_maps.metrics import brightness_symmetry_error, valid_area
from faceviewer.types import FaceviewerError

SCHEMA = "faceviewer.uv_maps/1"
_NOT_MAPS = ("_seg_result", "_remap_masks", "_mask")
"""Endings of the names of pictures that lie beside maps."""
_MAP, _SHOWN = "_final_uv", "_final_remap_masks"
"""How the unwrapping step names a map and what its photos have shown of it."""


@dataclass(frozen=True)
class MapRow:
    """One map, measured or not."""

    file: str
    """Path from the folder, with slashes."""
    bytes: int
    modified_ns: int
    side: int | None = None
    bs_error: float | None = None
    """Brightness symmetry error, 0 to 255; see ``raster.uv_maps.metrics``."""
    valid_area: float | None = None
    """Share of the face that photos have shown, where masks say so."""
    error: str = ""
    """Why it could not be measured."""


def map_files(folder: Path) -> list[Path]:
    """The PNG files of a folder and its folders that may be maps, sorted. Raises FaceviewerError when it is none."""
    if not os.path.isdir(folder):
        raise FaceviewerError(f"{folder}: there is no such folder")
    found = (path for path in folder.rglob("*.png") if os.path.isfile(path) and not path.name.startswith("."))
    return sorted(path for path in found if not path.stem.endswith(_NOT_MAPS))


def measured(path: Path, folder: Path, face: np.ndarray | None = None) -> MapRow:
    """The row of one map; face: (S, S) bool, the facial area, for the share of it that photos have shown."""
    name = path.relative_to(folder).as_posix()
    try:
        status = path.stat()
    except OSError as error:
        return MapRow(name, 0, 0, error=f"cannot be read ({error.strerror or error})")
    row = MapRow(name, status.st_size, status.st_mtime_ns)
    try:
        rgb = read_png(path)
        if rgb.shape[0] != rgb.shape[1]:
            raise FaceviewerError(f"{rgb.shape[1]} x {rgb.shape[0]} pixels; UV maps are square")
        area = None if face is None else _shown_of(path, face)
    except FaceviewerError as error:
        return MapRow(row.file, row.bytes, row.modified_ns, error=str(error).removeprefix(f"{path}: "))
    return MapRow(row.file, row.bytes, row.modified_ns, len(rgb), round(brightness_symmetry_error(rgb), 4), area)


def is_current(row: MapRow, path: Path, face: np.ndarray | None = None) -> bool:
    """Whether a row of an earlier run still holds: the file has not changed since, and all was measured of it."""
    try:
        status = path.stat()
    except OSError:
        return False
    lacks_area = face is not None and row.valid_area is None and _masks_of(path) is not None
    return not row.error and not lacks_area and (row.bytes, row.modified_ns) == (status.st_size, status.st_mtime_ns)


def write_rows(target: Path, rows: list[MapRow]) -> None:
    """Write a table as its suffix says, ``.csv`` or ``.json``, as a whole or not at all.

    Raises FaceviewerError for other suffixes and where it cannot be written.
    """
    if target.suffix.lower() == ".json":
        data = json.dumps({"schema": SCHEMA, "maps": [asdict(row) for row in rows]}, indent=1).encode()
    elif target.suffix.lower() == ".csv":
        stream = StringIO(newline="")
        writer = csv.DictWriter(stream, [field.name for field in fields(MapRow)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
        data = stream.getvalue().encode("utf-8", "surrogateescape")
    else:
        raise FaceviewerError(f"{target}: tables are written as .csv or .json")
    write_atomically(target, lambda path: path.write_bytes(data))


def read_rows(source: Path) -> dict[str, MapRow]:
    """File -> row of a table of ``write_rows``. Raises FaceviewerError when it is none."""
    try:
        data = source.read_bytes().decode("utf-8", "surrogateescape")
        if source.suffix.lower() == ".json":
            records: list[Mapping[str, object]] = json.loads(data)["maps"]
        else:
            records = list(csv.DictReader(StringIO(data, newline="")))
        return {row.file: row for row in map(_row, records)}
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise FaceviewerError(f"{source}: not a table of UV maps that could be gone on with ({error})") from None


def means(rows: list[MapRow]) -> Iterator[tuple[str, float]]:
    """Name and mean of each measure over the maps that have it."""
    for name in ("bs_error", "valid_area"):
        values = [value for row in rows if (value := getattr(row, name)) is not None]
        if values:
            yield name, float(np.mean(values))


def _row(record: Mapping[str, object]) -> MapRow:
    def number(name: str) -> float | None:
        value = record[name]
        return None if value in ("", None) else float(str(value))

    side = number("side")
    return MapRow(
        file=str(record["file"]),
        bytes=int(str(record["bytes"])),
        modified_ns=int(str(record["modified_ns"])),
        side=None if side is None else int(side),
        bs_error=number("bs_error"),
        valid_area=number("valid_area"),
        error=str(record["error"] or ""),
    )


def _shown_of(path: Path, face: np.ndarray) -> float | None:
    """The share of the face in the masks beside a map; None where there are none."""
    masks = _masks_of(path)
    if masks is None:
        return None
    shown = read_png(masks)
    if shown.shape[:2] != face.shape:
        raise FaceviewerError(f"its masks have {shown.shape[1]} x {shown.shape[0]} pixels, not {face.shape[1]}")
    return round(valid_area(shown > 127, face), 4)


def _masks_of(path: Path) -> Path | None:
    """The masks beside a map; None where there are none."""
    if not path.stem.endswith(_MAP):
        return None
    masks = path.with_name(path.stem.removesuffix(_MAP) + _SHOWN + ".png")
    return masks if os.path.exists(masks) else None
