"""Landmarks as a table: one row per point, for spreadsheets and scripts."""

from __future__ import annotations

import csv
from io import StringIO

import numpy as np

from faceviewer.types import Reconstruction

COLUMNS = ("set", "index", "name", "x_px", "y_px", "x_mm", "y_mm", "z_mm", "visible")
"""Photo pixels ((0, 0) is the top-left corner of the top-left pixel), and millimetres in the head frame."""

_GROUPS_68 = (
    ("jaw", 17),
    ("right eyebrow", 5),
    ("left eyebrow", 5),
    ("nose bridge", 4),
    ("nose base", 5),
    ("right eye", 6),
    ("left eye", 6),
    ("outer lip", 12),
    ("inner lip", 8),
)
_NAMES_68 = tuple(f"{group} {number}" for group, count in _GROUPS_68 for number in range(1, count + 1))


def encode_landmark_csv(reconstruction: Reconstruction) -> bytes:
    """UTF-8 text with a header row: all sets in the result's order, indices from 0.

    ``name`` is empty in sets whose points have no names. Points that do not lie on the mesh have no millimetres, and
    points behind the camera no pixels.
    """
    stream = StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for set_name, points in reconstruction.landmarks.items():
        on_mesh = points.vertices is not None and points.barycentric is not None
        xyz = reconstruction.landmark_xyz_mm(set_name) if on_mesh else np.full((len(points.xy_px), 3), np.nan)
        for index, (xy_px, xyz_mm, visible) in enumerate(zip(points.xy_px, xyz, points.visible, strict=True)):
            writer.writerow(
                [
                    set_name,
                    index,
                    landmark_name(set_name, index),
                    *(_number(value, 3) for value in xy_px),
                    *(_number(value, 4) for value in xyz_mm),
                    int(visible),
                ]
            )
    return stream.getvalue().encode()


def landmark_name(set_name: str, index: int) -> str:
    """What the point is called; right and left are the subject's. Empty where nobody has named it."""
    return _NAMES_68[index] if set_name in ("68", "68_2d") and index < len(_NAMES_68) else ""


def _number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if np.isfinite(value) else ""
