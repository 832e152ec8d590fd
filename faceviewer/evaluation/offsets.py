"""Engines have head frames of their own: what is constant between an engine's and the data set's can be taken out.

A data set's head may look straight ahead where an engine's looks a few degrees down, and its origin may lie elsewhere
in the head. That is a matter of definition, not of seeing, and would drown what is. Figures without these offsets are
told beside the raw ones, never in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from faceviewer.datasets.head_pose.sample import Angles, HeadSample
from faceviewer.evaluation.metrics import angles_deg, mean_rotation
from faceviewer.evaluation.rows import Row
from faceviewer.evaluation.scoring import true_add_mm
from faceviewer.types import FaceviewerError

MIN_PHOTOS = 3
"""Of fewer, an offset would explain nearly everything."""


@dataclass(frozen=True, eq=False)
class Offset:
    """From the data set's head frame to the engine's: ``R_pred ~ R_true @ R`` and ``t_pred ~ t_true + R_pred @ t``."""

    R: np.ndarray
    """(3, 3): mean of ``R_true.T @ R_pred`` over all photos in which the two are within 90 degrees of it."""
    t_mm: np.ndarray | None
    """(3,) in the engine's head axes, from the data set's origin to the engine's; None where there is no truth."""
    from_meshes: bool
    """Whether ``t_mm`` is the mean of what landmarks on both meshes say; else it is the least-squares fit of the poses,
    which takes whatever else is constant with it."""

    @property
    def angle_deg(self) -> float:
        return float(np.degrees(2 * np.arcsin(np.clip(np.linalg.norm(self.R - np.eye(3)) / np.sqrt(8.0), 0, 1))))


@dataclass(frozen=True, eq=False)
class Moved:
    """A row's prediction in the data set's head frame."""

    R: np.ndarray
    """(3, 3)."""
    angles_deg: np.ndarray
    """(3,)."""
    t_mm: np.ndarray | None
    """(3,)."""


def find_offset(rows: Sequence[Row]) -> Offset | None:
    """The constant offset of a run; None when too few photos tell it."""
    from scipy.spatial.transform import Rotation

    posed = [row for row in rows if row.R_true is not None and row.R_pred is not None]
    if len(posed) < MIN_PHOTOS:
        return None
    true, pred = (np.array([getattr(row, name) for row in posed]).reshape(-1, 3, 3) for name in ("R_true", "R_pred"))
    turns = np.swapaxes(true, 1, 2) @ pred
    start = Rotation.from_matrix(turns).mean().as_matrix()  # frames may differ by more than 90 degrees
    R = mean_rotation(turns, start)
    t_mm, from_meshes = _origin(posed, pred)
    return Offset(R, t_mm, from_meshes)


def _origin(posed: Sequence[Row], pred: np.ndarray) -> tuple[np.ndarray | None, bool]:
    placed = [k for k, row in enumerate(posed) if row.t_true_mm is not None and row.t_pred_mm is not None]
    if len(placed) < MIN_PHOTOS:
        return None, False
    on_meshes = [origin for k in placed if (origin := posed[k].origin_mm) is not None]
    if len(on_meshes) == len(placed):
        return np.mean(on_meshes, axis=0), True
    way = np.array([np.subtract(posed[k].t_pred_mm, posed[k].t_true_mm) for k in placed])  # pyright: ignore
    return np.einsum("nji,nj->ni", pred[placed], way).mean(0), False


def move(rows: Sequence[Row], offset: Offset, convention: Angles) -> dict[str, Moved]:
    """Key -> the prediction without the offset, of the rows that have a pose."""
    moved = {}
    for row in rows:
        if row.R_pred is None or row.R_true is None:
            continue
        R = np.reshape(row.R_pred, (3, 3))
        without = R @ offset.R.T
        placed = offset.t_mm is not None and row.t_pred_mm is not None and row.t_true_mm is not None
        t = np.array(row.t_pred_mm) - R @ offset.t_mm if placed else None  # pyright: ignore[reportOperatorIssue]
        moved[row.key] = Moved(without, angles_deg(without[None], convention)[0], t)
    return moved


def with_add(
    rows: Sequence[Row], moved: Mapping[str, Moved], read: Callable[[str], HeadSample], told: Callable[[int, int], None]
) -> list[Row]:
    """The rows with ``moved_add_mm``, for which the samples that tell it are read once more.

    told: is called before each of them with its number and their count; what it raises ends the work.
    """
    placed = {key: one.t_mm for key, one in moved.items() if one.t_mm is not None}
    number, done = 0, []
    for row in rows:
        t_mm, add = placed.get(row.key), None
        if t_mm is not None and row.add_mm is not None:
            told(number, len(placed))
            number += 1
            add = _add(moved[row.key].R, t_mm, row.key, read)
        done.append(replace(row, moved_add_mm=add))
    return done


def _add(R: np.ndarray, t_mm: np.ndarray, key: str, read: Callable[[str], HeadSample]) -> float | None:
    try:
        truth = read(key).truth
    except FaceviewerError:
        return None  # changed since it was measured
    return true_add_mm(truth, R, t_mm)
