"""The figures of a run: means and medians over its photos, each with the number of photos behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from faceviewer.evaluation.columns import ANGLES, AXES, YAW_BINS, Columns, group_column, yaw_bin
from faceviewer.evaluation.rows import GROUPS

POSE, MOVED = "Head pose", "Head pose without the constant offset"
PLACE, MOVED_PLACE = "Place of the head", "Place of the head without the constant offset"
LANDMARKS, SHAPE, TIME = "Landmarks", "Shape", "Time"
"""Titles of the groups of figures."""
MOVED_PREFIX = "moved_"
"""Of the ids of figures without the constant offset."""


@dataclass(frozen=True)
class Figure:
    """One number of a run."""

    id: str
    title: str
    group: str
    unit: str
    value: float
    photos: int
    """How many photos tell it."""
    decimals: int = 2

    @property
    def text(self) -> str:
        space = "" if self.unit in ("", "°") else " "
        return f"{self.bare}{space}{self.unit}"

    @property
    def bare(self) -> str:
        """The number alone."""
        return f"{self.value:.{self.decimals}f}"


@dataclass(frozen=True)
class _Spec:
    id: str
    title: str
    group: str
    unit: str
    column: str
    how: str = "mean"
    """"mean", "median" or "mae" (mean absolute value)."""
    decimals: int = 2


def _pose_specs(prefix: str, group: str) -> Iterator[_Spec]:
    for name in ANGLES:
        yield _Spec(
            f"{prefix}{name}_mae", f"{name}, mean absolute error", group, "°", f"{prefix}{name}_error_deg", "mae"
        )
    yield _Spec(f"{prefix}mae_r", "mean of the three (MAE_r)", group, "°", f"{prefix}rotation_mae_deg")
    yield _Spec(f"{prefix}geodesic", "geodesic error", group, "°", f"{prefix}geodesic_deg")
    yield _Spec(f"{prefix}geodesic_median", "geodesic error, median", group, "°", f"{prefix}geodesic_deg", "median")
    for name in ANGLES:
        yield _Spec(f"{prefix}{name}_bias", f"{name}, mean error with sign", group, "°", f"{prefix}{name}_error_deg")


def _place_specs(prefix: str, place: str) -> Iterator[_Spec]:
    for name in AXES:
        yield _Spec(
            f"{prefix}{name}_mae", f"{name[1]}, mean absolute error", place, "mm", f"{prefix}{name}_error_mm", "mae"
        )
    yield _Spec(f"{prefix}mae_t", "mean of the three (MAE_t)", place, "mm", f"{prefix}translation_mae_mm")
    for name in AXES:
        yield _Spec(f"{prefix}{name}_bias", f"{name[1]}, mean error with sign", place, "mm", f"{prefix}{name}_error_mm")
    yield _Spec(f"{prefix}add", "distance of the true head under both poses (ADD)", place, "mm", f"{prefix}add_mm")


_SPECS = (
    *_pose_specs("", POSE),
    _Spec("published_geodesic", "geodesic error as published (GE)", POSE, "°", "published_geodesic_deg"),
    _Spec("row_angle", "angle between the axes (MAEV)", POSE, "°", "row_angle_deg"),
    *_pose_specs(MOVED_PREFIX, MOVED),
    *_place_specs("", PLACE),
    *_place_specs(MOVED_PREFIX, MOVED_PLACE),
    _Spec("nme", "68 landmarks (NME)", LANDMARKS, "", "nme", decimals=4),
    *(_Spec(group_column(name), f"{name} (NME)", LANDMARKS, "", group_column(name), decimals=4) for name in GROUPS),
    _Spec("recon_mean", "true face to predicted surface, mean", SHAPE, "mm", "recon_mean_mm"),
    _Spec("recon_median", "true face to predicted surface, median", SHAPE, "mm", "recon_median_mm"),
    _Spec("recon_p95", "true face to predicted surface, 95th percentile", SHAPE, "mm", "recon_p95_mm"),
    _Spec("recon_scale", "scale of the true over the predicted mesh", SHAPE, "", "recon_scale", decimals=3),
    _Spec("vertex_error_mean", "corresponding vertices, not aligned (3DRecon), mean", SHAPE, "mm", "vertex_error_mm"),
    _Spec(
        "vertex_error_median",
        "corresponding vertices, not aligned (3DRecon), median",
        SHAPE,
        "mm",
        "vertex_error_mm",
        "median",
    ),
    _Spec("face_size_error", "area of the face, mean absolute error", SHAPE, "mm²", "face_size_error_mm2", decimals=1),
    _Spec("seconds", "per photo, mean, with what is loaded for the first", TIME, "s", "seconds", decimals=3),
    _Spec("seconds_median", "per photo, median", TIME, "s", "seconds", "median", decimals=3),
)


def figures_of(columns: Columns) -> list[Figure]:
    """All figures that some columns tell."""
    figures = []
    for spec in _SPECS:
        values = columns[spec.column]
        values = values[np.isfinite(values)]
        if not len(values):
            continue
        value = np.median(values) if spec.how == "median" else np.mean(np.abs(values) if spec.how == "mae" else values)
        figures.append(Figure(spec.id, spec.title, spec.group, spec.unit, float(value), len(values), spec.decimals))
        if spec.id == "nme":
            figures += _by_yaw(columns)
    return figures


def _by_yaw(columns: Columns) -> list[Figure]:
    """NME by bins of yaw, and the mean of the bins, which counts profiles as much as frontal faces."""
    bins, nme, found = yaw_bin(columns), columns["nme"], []
    for number, (name, _, _) in enumerate(YAW_BINS):
        values = nme[(bins == number) & np.isfinite(nme)]
        if len(values):
            title = f"NME, yaw {name}°"
            found.append(Figure(f"nme_yaw_{name}", title, LANDMARKS, "", float(values.mean()), len(values), 4))
    if found:
        mean, photos = float(np.mean([one.value for one in found])), sum(one.photos for one in found)
        title = f"NME, mean of {len(found)} bins of yaw" if len(found) > 1 else "NME, the only bin of yaw"
        found.append(Figure("nme_balanced", title, LANDMARKS, "", mean, photos, 4))
    return found


def by_yaw(columns: Columns) -> dict[str, list[Figure]]:
    """Name of the bin -> figures of its photos; bins without photos are left out."""
    bins = yaw_bin(columns)
    chosen = {name: bins == number for number, (name, _, _) in enumerate(YAW_BINS)}
    return {
        name: figures_of({column: values[some] for column, values in columns.items()})
        for name, some in chosen.items()
        if some.any()
    }


def turns_past_180(columns: Columns) -> int:
    """In how many photos an angle's error is more than half a turn: it counts in full, as published."""
    errors = np.stack([columns[f"{name}_error_deg"] for name in ANGLES])
    return int((np.abs(errors) > 180).any(0).sum())
