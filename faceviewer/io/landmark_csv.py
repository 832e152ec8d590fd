"""Landmarks as a table: one row per point, for spreadsheets and scripts."""

from __future__ import annotations

import csv
from collections.abc import Callable
from io import StringIO

import numpy as np

from faceviewer.types import Reconstruction

COLUMNS = ("set", "index", "name", "x_px", "y_px", "x_mm", "y_mm", "z_mm", "visible")
"""Photo pixels ((0, 0) is the top-left corner of the top-left pixel), and millimetres in the head frame."""

NameOf = Callable[[str, int], str]
"""(set name, index) -> what the point is called; empty where nobody has named it."""


def encode_landmark_csv(reconstruction: Reconstruction, name_of: NameOf) -> bytes:
    """UTF-8 text with a header row: all sets in the result's order, indices from 0.

    Points that do not lie on the mesh have no millimetres, and
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
                    name_of(set_name, index),
                    *(_number(value, 3) for value in xy_px),
                    *(_number(value, 4) for value in xyz_mm),
                    int(visible),
                ]
            )
    return stream.getvalue().encode()


def _number(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if np.isfinite(value) else ""
