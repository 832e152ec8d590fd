"""What was followed, as a table: one row per frame, for spreadsheets and scripts.

The file is CSV in UTF-8 with one header line. Columns, in this order:

* ``frame``: number of the frame in its source, from 0; numbers that are missing were not looked at;
* ``time_s``: when it was filmed, seconds from the source's beginning;
* ``yaw_deg, pitch_deg, roll_deg``: the head's turn, with the signs of ``geometry.rotations``;
* ``tx_mm, ty_mm, tz_mm``: the head's origin in the camera frame (x right, y down, z forward), millimetres;
* the 52 blendshapes by their names, 0 to 1;
* ``x0, y0`` to ``x67, y67``: the 68 landmarks of the fitted head in pixels of the frame, (0, 0) its top-left corner.

All values are those that were shown, smoothed as the user had chosen. A frame without a face, or with one that the
engine can make nothing of, has its number and time, and all other cells empty.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import numpy as np

from faceviewer.io.atomic import write_atomically
from faceviewer.types import BLENDSHAPE_NAMES, FaceviewerError, Reconstruction

LANDMARK_SET = "68"
_LANDMARKS = 68
HEADER = (
    *("frame", "time_s", "yaw_deg", "pitch_deg", "roll_deg", "tx_mm", "ty_mm", "tz_mm"),
    *BLENDSHAPE_NAMES,
    *(f"{axis}{k}" for k in range(_LANDMARKS) for axis in "xy"),
)
_EMPTY = ("",) * (len(HEADER) - 2)


class FollowRecorder:
    """Writes rows into a file beside ``path`` that takes its place when the recording is closed.

    After a crash, all rows but perhaps the last stand in that file, NAME.csv.partial. Not thread-safe.
    """

    def __init__(self, path: Path) -> None:
        """Begin. Raises FaceviewerError when the folder cannot be written."""
        self.path = path
        self.rows = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._partial, self._file = _open_new(path)
        except OSError as error:
            raise _explained(path, error) from error
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._write(HEADER)

    def write(self, index: int, time_s: float, head: Reconstruction | None) -> None:
        """Add one frame; None is one without a head. Raises FaceviewerError when the disk is full or gone."""
        cells = _EMPTY if head is None else _cells(head)
        self._write((index, f"{time_s:.4f}", *cells))
        self.rows += 1

    def close(self) -> None:
        """Put the complete table in its place. Raises FaceviewerError when it cannot; the rows are not lost then."""
        try:
            self._file.close()
            write_atomically(self.path, lambda target: shutil.copyfile(self._partial, target))
            self._partial.unlink(missing_ok=True)
        except OSError as error:
            raise _explained(self.path, error, kept=self._partial) from error

    def _write(self, row: Iterable[object]) -> None:
        try:
            self._writer.writerow(row)
            self._file.flush()
        except OSError as error:
            with suppress(OSError):  # what could not be written cannot be written now
                self._file.close()
            raise _explained(self.path, error, kept=self._partial) from error


def _open_new(path: Path) -> tuple[Path, TextIO]:
    """A new file beside ``path``; one that a crash has left is never written over."""
    partial, number = path.with_name(f"{path.name}.partial"), 1
    while True:
        try:
            return partial, open(partial, "x", encoding="utf-8", newline="")
        except FileExistsError:
            number += 1
            partial = path.with_name(f"{path.name}.partial{number}")


def _explained(path: Path, error: OSError, kept: Path | None = None) -> FaceviewerError:
    reason = (error.strerror or str(error)).lower()
    rest = f"; what was recorded is in {kept.name}" if kept is not None else ""
    return FaceviewerError(f"{path}: the recording cannot be written, {reason}{rest}")


def _cells(head: Reconstruction) -> tuple[str, ...]:
    pose = head.pose
    turn = (f"{angle:.3f}" for angle in (pose.yaw_deg, pose.pitch_deg, pose.roll_deg))
    place = (f"{value:.2f}" for value in pose.t_mm)
    blendshapes = head.face.blendshapes
    faces = ("",) * len(BLENDSHAPE_NAMES) if blendshapes is None else (f"{value:.4f}" for value in blendshapes)
    points = head.landmarks.get(LANDMARK_SET)
    xy = np.full((_LANDMARKS, 2), np.nan) if points is None else points.xy_px
    return (*turn, *place, *faces, *(f"{value:.2f}" if np.isfinite(value) else "" for value in xy.ravel()))
