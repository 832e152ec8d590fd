"""The photos with the largest errors, with truth and prediction drawn on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from faceviewer.evaluation.bench import Bench, Solved, Trouble
from faceviewer.evaluation.given import true_box
from faceviewer.evaluation.run import Run
from faceviewer.io.images import encode_jpeg
from faceviewer.types import CancelToken, Progress, ProgressCallback

TRUE_COLOR, PREDICTED_COLOR = (64, 196, 255), (255, 150, 30)
"""Blue and orange: told apart by everyone."""
_SIDE_PX = 420
_MARGIN = 0.25
_AXES = ((1, 0.4, 0.6), (2, 0.75, 1.0))
"""Upwards and forwards: axis of the head, its length in sides of the face's box, and its part of the line's width."""
_TRUE_WIDTH, _PREDICTED_WIDTH = 8, 3

KINDS = (
    ("geodesic_deg", "Head pose", "geodesic error {:.1f}°"),
    ("nme", "Landmarks", "NME {:.3f}"),
    ("recon_mean_mm", "Shape", "mean distance {:.2f} mm"),
)
"""Column, what it is about, and how its value is told."""


@dataclass(frozen=True, eq=False)
class WorstCase:
    """One photo."""

    about: str
    """What it is bad at."""
    key: str
    value: str
    """How bad, in words."""
    jpeg: bytes
    """The face with the truth in blue and the prediction in orange."""
    size: tuple[int, int]
    """(width, height) in pixels."""


def worst_cases(run: Run, bench: Bench, count: int, progress: ProgressCallback, cancel: CancelToken) -> list[WorstCase]:
    """The ``count`` worst photos of each kind, reconstructed once more to be drawn. Raises Cancelled."""
    wanted = list(_chosen(run, count))
    drawn: dict[str, Solved | None] = {}
    cases = []
    for number, (about, key, value) in enumerate(wanted):
        cancel.check()
        progress(Progress(f"Drawing {key}", number / len(wanted)))
        if key not in drawn:
            drawn[key] = _solved(bench, key, cancel)
        if (solved := drawn[key]) is not None:
            picture = draw_case(solved)
            cases.append(WorstCase(about, key, value, encode_jpeg(picture, quality=85), picture.shape[1::-1]))
    return cases


def _chosen(run: Run, count: int) -> Iterator[tuple[str, str, str]]:
    columns = run.columns
    for column, about, text in KINDS:
        values = columns[column]
        order = [k for k in np.argsort(-values, kind="stable") if np.isfinite(values[k])]
        yield from ((about, run.rows[k].key, text.format(values[k])) for k in order[:count])


def _solved(bench: Bench, key: str, cancel: CancelToken) -> Solved | None:
    try:
        bench.load()
        return bench.solve(key, cancel)
    except Trouble:
        return None  # changed since it was measured


def draw_case(solved: Solved) -> np.ndarray:
    """(H, W, 3) uint8: the surroundings of the face with the 68 landmarks and the head's axes of both."""
    from faceviewer.io.cv import cv2

    truth, result = solved.sample.truth, solved.result
    box = true_box(truth, solved.photo.size)
    box = np.asarray(result.face.box_xyxy if box is None else box, np.float64)
    left, top, right, bottom = _window(box, solved.photo.size)
    scale = _SIDE_PX / max(right - left, bottom - top)
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    crop = np.ascontiguousarray(solved.photo.rgb[top:bottom, left:right])
    picture = cv2.resize(crop, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    points = result.landmarks["68"].xy_px if "68" in result.landmarks else None
    drawn = (
        (truth.landmarks68_px, truth.R_camera_head, TRUE_COLOR, _TRUE_WIDTH),
        (points, result.pose.R, PREDICTED_COLOR, _PREDICTED_WIDTH),
    )
    centre, side = (box[:2] + box[2:]) / 2, float((box[2:] - box[:2]).max())
    for _, R, color, width in drawn:
        if R is not None:
            _draw_axes(picture, (centre - (left, top)) * scale, R, side * scale, color, width)
    for xy, _, color, _ in drawn:
        if xy is not None:
            _draw_points(picture, (np.asarray(xy, np.float64) - (left, top)) * scale, color)
    return picture


def _window(box: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is shown: the box with a margin, within the photo, a pixel at least."""
    margin = _MARGIN * (box[2:] - box[:2]).max()
    low = np.clip(np.floor(box[:2] - margin), 0, np.subtract(size, 1))
    high = np.clip(np.ceil(box[2:] + margin), low + 1, size)
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _draw_axes(
    picture: np.ndarray, origin: np.ndarray, R: np.ndarray, side: float, color: tuple[int, int, int], width: int
) -> None:
    from faceviewer.io.cv import cv2

    for axis, length, part in _AXES:
        end = origin + R[:2, axis] * side * length
        (x0, y0), (x1, y1) = (np.clip(np.round(point), -9999, 9999).astype(int).tolist() for point in (origin, end))
        thickness = max(1, round(width * part))
        for each, around in (((0, 0, 0), 2), (color, 0)):
            cv2.line(picture, (x0, y0), (x1, y1), each, thickness + around, cv2.LINE_AA)


def _draw_points(picture: np.ndarray, points: Sequence[np.ndarray] | np.ndarray, color: tuple[int, int, int]) -> None:
    from faceviewer.io.cv import cv2

    for point in points:
        x, y = (int(value) for value in np.clip(np.round(point), -9999, 9999))
        cv2.circle(picture, (x, y), 4, (0, 0, 0), -1, cv2.LINE_AA)
        cv2.circle(picture, (x, y), 3, color, -1, cv2.LINE_AA)
