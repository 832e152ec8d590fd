"""What became of one photo of a data set: the row of the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

import numpy as np

from faceviewer.geometry.rotations import is_rotation

Status = Literal["ok", "no face", "bad annotation", "bad photo", "failed"]
STATUSES: tuple[Status, ...] = get_args(Status)
"""From the good one; "failed": the engine gave up or gave numbers that are none."""

GROUPS: Mapping[str, slice] = {
    "jaw": slice(0, 17),
    "brows": slice(17, 27),
    "nose": slice(27, 36),
    "eyes": slice(36, 48),
    "mouth": slice(48, 68),
    "inner lips": slice(60, 68),
}
"""Parts of the 68 landmarks; the inner lips are among the mouth."""

Floats = tuple[float, ...]


@dataclass(frozen=True)
class Row:
    """One photo. What the data set or the engine does not tell is None."""

    key: str
    status: Status
    reason: str = ""
    """One sentence, when the status is not "ok"."""
    stamp: tuple[int, int] = (-1, -1)
    """(bytes, time of the last change in ns) of the photo, -1 for one that is not there."""
    annotation: tuple[int, int] = (-1, -1)
    """The same of the files of its annotation, added up."""
    truth: str = ""
    """A digest of what is true of the face, the same on every machine."""
    faces: int | None = None
    """How many faces the search found; None where the truth's box was given."""
    seconds: float | None = None
    """Search and reconstruction, without texture."""
    told_focal_px: float | None = None
    """What the engine was told of the camera; None for nothing."""
    focal_px: float | None = None
    """Of the camera that the engine ended with."""
    R_true: Floats | None = None
    """9 numbers, row by row: R_camera_head."""
    R_pred: Floats | None = None
    t_true_mm: Floats | None = None
    """3 numbers: the head's origin in the camera frame."""
    t_pred_mm: Floats | None = None
    angles_true_deg: Floats | None = None
    """Yaw, pitch and roll as the data set counts them."""
    angles_pred_deg: Floats | None = None
    nme: float | None = None
    """Mean distance of the 68 landmarks over the square root of the area of the true ones' box."""
    nme_groups: Mapping[str, float] = field(default_factory=dict)
    """The same by ``GROUPS``."""
    recon_mean_mm: float | None = None
    """See ``recon_error``."""
    recon_median_mm: float | None = None
    recon_p95_mm: float | None = None
    recon_scale: float | None = None
    origin_mm: Floats | None = None
    """3 numbers in the engine's head axes: from the true head's origin to the engine's, by their landmarks 17 to 59."""
    add_mm: float | None = None
    """Mean distance of the true vertices under both poses."""
    moved_add_mm: float | None = None
    """The same without the constant frame offset of the run; see ``offsets``."""
    vertex_error_mm: float | None = None
    """Mean distance of corresponding vertices in the head frame, not aligned."""
    face_size_error_mm2: float | None = None
    notes: tuple[str, ...] = ()
    """Sentences of the data set on this sample."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, node: Any) -> Row:
        """The row that ``as_json`` made. Raises ValueError for anything else."""
        known = {one.name for one in fields(cls)}
        if not isinstance(node, dict) or not set(node) <= known or node.get("status") not in STATUSES:
            raise ValueError("not a row of an evaluation")
        values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in node.items()}
        row = cls(**values)
        if not _has_texts(row):
            raise ValueError("a row of an evaluation holds something else than texts")
        if not _has_numbers(row):
            raise ValueError("a row of an evaluation holds something else than numbers")
        if not all(R is None or is_rotation(np.reshape(R, (3, 3))) for R in (row.R_true, row.R_pred)):
            raise ValueError("a row of an evaluation holds something else than rotations")
        return row


_BEYOND = 1e300
"""No measured number comes near; NaN does not lie below it, nor do whole numbers that are no floats."""
_LENGTHS = {
    "stamp": 2, "annotation": 2, "R_true": 9, "R_pred": 9,
    **dict.fromkeys(("t_true_mm", "t_pred_mm", "angles_true_deg", "angles_pred_deg", "origin_mm"), 3),
    **dict.fromkeys(("faces", "seconds", "told_focal_px", "focal_px", "nme", "recon_mean_mm", "recon_median_mm",
                     "recon_p95_mm", "recon_scale", "add_mm", "moved_add_mm", "vertex_error_mm",
                     "face_size_error_mm2"), 0),
}  # fmt: skip
"""Field -> how many numbers it holds, 0 for a bare one."""


def _has_texts(row: Row) -> bool:
    notes: Any = row.notes
    return isinstance(notes, tuple) and all(isinstance(one, str) for one in (row.key, row.reason, row.truth, *notes))


def _has_numbers(row: Row) -> bool:
    groups: Any = row.nme_groups
    if not isinstance(groups, dict) or not groups.keys() <= GROUPS.keys() or not _are_numbers(groups.values()):
        return False
    return None not in (row.stamp, row.annotation) and all(
        _fits(getattr(row, name), length) for name, length in _LENGTHS.items()
    )


def _fits(value: Any, length: int) -> bool:
    numbers = value if isinstance(value, tuple) and length else (value,)
    return value is None or (len(numbers) == max(length, 1) and _are_numbers(numbers))


def _are_numbers(values: Iterable[Any]) -> bool:
    return all(isinstance(one, int | float) and abs(one) < _BEYOND for one in values)
