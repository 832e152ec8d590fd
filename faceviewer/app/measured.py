"""Values of measurements on the mesh as it is now."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from faceviewer.app.state import FILE_ENGINE, Measurement
from faceviewer.geometry.measure import FaceMeasure, angle_deg, distance_mm, face_measures
from faceviewer.geometry.surface import position_mm
from faceviewer.types import FaceMesh, Reconstruction

SCALE_NOTE = "A photo has no scale: millimetres assume a head of average size."
FILE_SCALE_NOTE = "Millimetres as the file's unit was understood; Properties says how."


def scale_note(result: Reconstruction | None) -> str:
    """What to know about the millimetres of this head."""
    return FILE_SCALE_NOTE if result is not None and result.engine == FILE_ENGINE else SCALE_NOTE


@dataclass(frozen=True, eq=False)
class Measured:
    """What a measurement says."""

    value: float
    unit: str
    """"mm" or "°"."""
    line_mm: np.ndarray
    """(N, 3) what to draw, head frame; for an angle from leg to corner to leg."""

    @property
    def text(self) -> str:
        """The value with one decimal and its unit."""
        return f"{self.value:.1f}{'' if self.unit == '°' else ' '}{self.unit}"


def measured(measurement: Measurement, mesh: FaceMesh) -> Measured | None:
    """The value on ``mesh``; None for a way over the surface between parts that do not touch."""
    return _measured(measurement, mesh)


@lru_cache(maxsize=4)
def named_measures(mesh: FaceMesh) -> dict[str, FaceMeasure]:
    """The measures of the face by name."""
    return {measure.name: measure for measure in face_measures(mesh)}


@lru_cache(maxsize=64)  # the 3D view and the panel ask for the same; a way over the surface takes 0.1 s
def _measured(measurement: Measurement, mesh: FaceMesh) -> Measured | None:
    triangles = mesh.topology.triangles
    points = np.array([position_mm(mesh.vertices, triangles, point) for point in measurement.points])
    if measurement.kind == "surface":
        from faceviewer.geometry.geodesic import surface_path  # brings scipy

        path = surface_path(mesh.vertices, triangles, *measurement.points)
        return None if path is None else Measured(path.length, "mm", path.points)
    if measurement.kind == "angle":
        return Measured(angle_deg(*points), "°", points)
    return Measured(distance_mm(*points), "mm", points)
