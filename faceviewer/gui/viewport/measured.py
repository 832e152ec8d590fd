"""A measurement as a line on the head with its value."""

from __future__ import annotations

import numpy as np

from faceviewer.app.state import Measurement
from faceviewer.geometry.surface import position_mm
from faceviewer.gui.viewport.annotations import Line
from faceviewer.types import FaceMesh

_MEASURE_COLOR = (255, 160, 0)


def measured_line(measurement: Measurement, mesh: FaceMesh) -> Line:
    """The line that was measured, as it lies on ``mesh`` now."""
    triangles = mesh.topology.triangles
    xyz_mm = np.array([position_mm(mesh.vertices, triangles, point) for point in measurement.points])
    return Line(xyz_mm, _MEASURE_COLOR, 2.5, label="")
