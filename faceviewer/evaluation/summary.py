"""A run in few numbers: figures, how many photos had none and why."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from faceviewer.evaluation.figures import Figure, by_yaw, figures_of, turns_past_180
from faceviewer.evaluation.rows import STATUSES, Row
from faceviewer.evaluation.run import Run

SCHEMA = "faceviewer.evaluation_summary/1"
_PLAIN = (
    "about", "listed", "counts", "detection_rate", "focal_told", "turns_past_180", "offset_deg", "offset_mm",
    "offset_from_meshes", "left_out", "problems",
)  # fmt: skip
"""Fields that the file has as they are."""


@dataclass(frozen=True, eq=False)
class Summary:
    """What a run found."""

    about: dict[str, Any]
    listed: int
    """How many photos the data set lists."""
    counts: dict[str, int]
    """Status -> photos, for all of ``STATUSES``."""
    detection_rate: float | None
    """Share of the photos that could be read in which the annotated face was found; None where boxes were given."""
    focal_told: int
    """In how many photos the engine was told the focal length of the camera."""
    figures: tuple[Figure, ...]
    yaw_bins: dict[str, tuple[Figure, ...]]
    """Name of a bin of absolute true yaw -> its figures."""
    turns_past_180: int
    """Photos in which an angle's error is more than half a turn; it is not wrapped."""
    offset_deg: float | None
    """How far the engine's head frame is turned from the data set's."""
    offset_mm: tuple[float, ...] | None
    """Where the data set's head has the engine's origin."""
    offset_from_meshes: bool | None
    """Whether landmarks on both meshes tell ``offset_mm``; else the poses do."""
    left_out: int
    """Photos that did not fill the published program's last batch and were left out."""
    problems: tuple[str, ...]
    """What is wrong with the data set as a whole."""

    @property
    def photos(self) -> int:
        return sum(self.counts.values())

    def value(self, figure_id: str) -> Figure | None:
        return next((one for one in self.figures if one.id == figure_id), None)

    def as_json(self) -> str:
        node = {
            "schema": SCHEMA,
            **{name: getattr(self, name) for name in _PLAIN},
            "figures": {one.id: asdict(one) for one in self.figures},
            "yaw_bins": {name: {one.id: asdict(one) for one in some} for name, some in self.yaw_bins.items()},
        }
        return json.dumps(node, indent=1) + "\n"


def summarise(run: Run) -> Summary:
    """The summary of a run."""
    columns, counts = run.columns, Counter(row.status for row in run.rows)
    offset = run.offset
    return Summary(
        about=run.about,
        listed=run.listed,
        counts={status: counts[status] for status in STATUSES},
        detection_rate=_detection_rate(run.rows) if run.about["faces"] == "found" else None,
        focal_told=sum(row.told_focal_px is not None for row in run.rows),
        figures=tuple(figures_of(columns)),
        yaw_bins={name: tuple(figures) for name, figures in by_yaw(columns).items()},
        turns_past_180=turns_past_180(columns),
        offset_deg=None if offset is None else offset.angle_deg,
        offset_mm=None if offset is None or offset.t_mm is None else tuple(np.round(offset.t_mm, 3).tolist()),
        offset_from_meshes=None if offset is None or offset.t_mm is None else offset.from_meshes,
        left_out=run.left_out,
        problems=run.problems,
    )


def _detection_rate(rows: tuple[Row, ...]) -> float | None:
    searched = [row.status for row in rows if row.faces is not None or row.status == "no face"]
    return None if not searched else float(np.mean([status != "no face" for status in searched]))
