"""The numbers of a run, photo by photo: what figures, tables and plots are made from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from faceviewer.evaluation.metrics import geodesic_deg, published_geodesic_deg, row_angles_deg
from faceviewer.evaluation.offsets import Moved
from faceviewer.evaluation.rows import GROUPS, Row

Columns = Mapping[str, np.ndarray]
"""Name -> (N,) float64, NaN where a photo has no such number. Names end in their unit, and errors have signs:
prediction minus truth. Those of "moved_" are without the constant frame offset."""

ANGLES, AXES = ("yaw", "pitch", "roll"), ("tx", "ty", "tz")
YAW_BINS = (("0-30", 0.0, 30.0), ("30-60", 30.0, 60.0), ("60-90", 60.0, 90.0))
"""Name, from and up to which absolute true yaw, degrees; the last includes its end."""


_PLAIN = (
    "recon_mean_mm", "recon_median_mm", "recon_p95_mm", "recon_scale", "add_mm", "moved_add_mm", "vertex_error_mm",
    "face_size_error_mm2", "seconds", "faces", "focal_px",
)  # fmt: skip
"""Fields of rows that are columns as they are."""


def columns_of(rows: Sequence[Row], moved: Mapping[str, Moved]) -> dict[str, np.ndarray]:
    """All columns for some rows."""
    true = {name: _vectors(rows, name) for name in ("angles_true_deg", "angles_pred_deg", "t_true_mm", "t_pred_mm")}
    columns = {f"{name}_true_deg": true["angles_true_deg"][:, k] for k, name in enumerate(ANGLES)}
    columns |= {f"{name}_pred_deg": true["angles_pred_deg"][:, k] for k, name in enumerate(ANGLES)}
    columns |= {f"{name}_true_mm": true["t_true_mm"][:, k] for k, name in enumerate(AXES)}
    columns |= {f"{name}_pred_mm": true["t_pred_mm"][:, k] for k, name in enumerate(AXES)}
    R_true, R_pred = (_vectors(rows, name, 9).reshape(-1, 3, 3) for name in ("R_true", "R_pred"))
    columns |= _errors("", true["angles_pred_deg"] - true["angles_true_deg"], true["t_pred_mm"] - true["t_true_mm"])
    columns |= {
        "geodesic_deg": geodesic_deg(R_pred, R_true),
        "published_geodesic_deg": published_geodesic_deg(R_pred, R_true).astype(np.float64),
        "row_angle_deg": row_angles_deg(R_pred, R_true).mean(1),
        "nme": _numbers(rows, lambda row: row.nme),
        **{group_column(name): _numbers(rows, lambda row, name=name: row.nme_groups.get(name)) for name in GROUPS},
    }
    for name in _PLAIN:
        columns[name] = _numbers(rows, lambda row, name=name: getattr(row, name))
    return columns | _moved(rows, moved, R_true, true["angles_true_deg"], true["t_true_mm"])


def group_column(name: str) -> str:
    """The column of the NME of one of ``GROUPS``."""
    return f"nme_{name.replace(' ', '_')}"


def yaw_bin(columns: Columns) -> np.ndarray:
    """(N,) int: the number of each photo's bin in ``YAW_BINS``, -1 for none."""
    yaw = np.abs(columns["yaw_true_deg"])
    numbers = np.full(len(yaw), -1)
    for number, (_, low, high) in enumerate(YAW_BINS):
        numbers[(yaw >= low) & ((yaw < high) | (yaw == YAW_BINS[-1][2]) & (high == yaw))] = number
    return numbers


def _moved(
    rows: Sequence[Row], moved: Mapping[str, Moved], R_true: np.ndarray, angles_true: np.ndarray, t_true: np.ndarray
) -> dict[str, np.ndarray]:
    none = Moved(np.full((3, 3), np.nan), np.full(3, np.nan), None)
    ones = [moved.get(row.key, none) for row in rows]
    R = np.array([one.R for one in ones]).reshape(-1, 3, 3)
    angles = np.array([one.angles_deg for one in ones]).reshape(-1, 3)
    t = np.array([np.full(3, np.nan) if one.t_mm is None else one.t_mm for one in ones]).reshape(-1, 3)
    return {
        **_errors("moved_", angles - angles_true, t - t_true),
        "moved_geodesic_deg": geodesic_deg(R, R_true),
    }


def _errors(prefix: str, angles: np.ndarray, t: np.ndarray) -> dict[str, np.ndarray]:
    columns = {f"{prefix}{name}_error_deg": angles[:, k] for k, name in enumerate(ANGLES)}
    columns |= {f"{prefix}{name}_error_mm": t[:, k] for k, name in enumerate(AXES)}
    return columns | {
        f"{prefix}rotation_mae_deg": np.abs(angles).mean(1),
        f"{prefix}translation_mae_mm": np.abs(t).mean(1),
    }


def _numbers(rows: Sequence[Row], pick: Callable[[Row], float | None]) -> np.ndarray:
    return np.array([np.nan if (value := pick(row)) is None else value for row in rows], np.float64)


def _vectors(rows: Sequence[Row], name: str, length: int = 3) -> np.ndarray:
    none = (np.nan,) * length
    return np.array([getattr(row, name) or none for row in rows], np.float64).reshape(-1, length)
