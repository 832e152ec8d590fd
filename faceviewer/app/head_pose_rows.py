"""Truth and result of one face beside each other, as lines of a table for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from faceviewer.app.distance import length_text
from faceviewer.app.head_pose_sets_state import PoseRow
from faceviewer.datasets.head_pose.sample import Angles, HeadTruth
from faceviewer.evaluation.metrics import angles_deg, geodesic_deg, point_distances
from faceviewer.types import Reconstruction

MINUS = "\N{MINUS SIGN}"
CONVENTIONS: dict[Angles, str] = {
    "pose_para": "Angles as AFLW2000-3D counts them: +yaw nose to picture left, +pitch chin up, +roll top of head to "
    "picture right.",
    "yxz": "Angles as TRG, ARKitFace and BIWI count them, about the camera's axes y, x, z: +yaw nose to picture left, "
    "+pitch looks down, +roll clockwise in the picture.",
}
_LEAST_MM = 5.0
"""What is less is told as nothing."""
_ORIGIN = "Each has its own origin in the head, so a few centimetres of difference may say nothing."
_ORIGIN_NOTE = f"x, y, z and distance: {_ORIGIN[0].lower()}{_ORIGIN[1:]}"
_NME = "Mean distance of the 68 landmarks over the square root of the area of the true ones' box."


def pose_rows(truth: HeadTruth, result: Reconstruction | None, convention: Angles) -> tuple[PoseRow, ...]:
    """All that the truth, the result, or both tell."""
    return tuple(row for row in _rows(truth, result, convention) if row.truth or row.result or row.difference)


def origin_note(rows: Iterable[PoseRow]) -> str:
    """The sentence without which a difference of places looks like an error; empty where none is shown."""
    return _ORIGIN_NOTE if any(row.difference and _ORIGIN in row.explanation for row in rows) else ""


def _rows(truth: HeadTruth, result: Reconstruction | None, convention: Angles) -> Iterator[PoseRow]:
    R_true, R = truth.R_camera_head, None if result is None else result.pose.R
    true, made = (None if one is None else angles_deg(one[None], convention)[0] for one in (R_true, R))
    for axis, name in enumerate(("Yaw", "Pitch", "Roll")):
        yield _angle(name, _at(true, axis), _at(made, axis), CONVENTIONS[convention])
    if R_true is not None and R is not None:
        away = float(geodesic_deg(R_true[None], R[None])[0])
        yield PoseRow("Rotation", difference=f"{away:.1f}°", explanation="Angle of the turn between the two.")
    t_true, t = truth.t_camera_head_mm, None if result is None else result.pose.t_mm
    away_mm = None if t_true is None or t is None else t - t_true
    places = ("" if place is None else _place(place) for place in (t_true, t, away_mm))
    yield PoseRow("x, y, z", *places, explanation=f"Of the head's origin, in the camera's frame. {_ORIGIN}")
    yield _distance(t_true, t)
    if result is not None:
        yield from _landmarks(truth, result)


def _distance(t_true: np.ndarray | None, t: np.ndarray | None) -> PoseRow:
    true, made = ("" if one is None else length_text(float(np.linalg.norm(one))) for one in (t_true, t))
    away = ""
    if t_true is not None and t is not None:
        further_mm = float(np.linalg.norm(t) - np.linalg.norm(t_true))
        text = length_text(abs(further_mm))
        away = text if abs(further_mm) < _LEAST_MM else f"{'+' if further_mm > 0 else MINUS}{text}"
    return PoseRow("Distance", true, made, away, f"From the camera to the head's origin. {_ORIGIN}")


def _landmarks(truth: HeadTruth, result: Reconstruction) -> Iterator[PoseRow]:
    points = result.landmarks.get("68")
    if points is None:
        return
    if truth.landmarks68_px is not None:
        nme = float(point_distances(points.xy_px, truth.landmarks68_px).mean())
        yield PoseRow("68 landmarks (NME)", difference=f"{nme:.4f}", explanation=_NME)
    R, t = truth.R_camera_head, truth.t_camera_head_mm
    if truth.landmarks68_mm is None or R is None or t is None or points.vertices is None or not truth.shape_is_posed:
        return
    made = result.camera.to_camera(result.landmark_xyz_mm("68"))
    away = float(np.linalg.norm(made - (truth.landmarks68_mm @ R.T + t), axis=1).mean())
    explanation = "Mean distance of the 68 landmarks before the camera; no origin plays a part in it."
    yield PoseRow("68 landmarks in space", difference=f"{away:.0f} mm", explanation=explanation)


def _angle(name: str, true: float | None, made: float | None, explanation: str) -> PoseRow:
    true_text, made_text = ("" if one is None else _signed(one, "°", 1) for one in (true, made))
    # from 179° to -179° it is 2° further, and not 358° back
    away = "" if true is None or made is None else _signed((made - true + 180) % 360 - 180, "°", 1)
    return PoseRow(name, true_text, made_text, away, explanation)


def _signed(value: float, unit: str, decimals: int) -> str:
    if not np.isfinite(value):
        return "not a number"
    return f"{round(value, decimals) + 0.0:+.{decimals}f}{unit}".replace("-", MINUS)


def _place(t_mm: np.ndarray) -> str:
    return f"{', '.join(_signed(float(value), '', 0) for value in t_mm)} mm"


def _at(vector: np.ndarray | None, axis: int) -> float | None:
    return None if vector is None else float(vector[axis])
