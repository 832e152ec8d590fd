"""What is written beside the photo's camera: how far it is from the head, and what that takes for granted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from faceviewer.app.distance import distance_of
from faceviewer.app.palette import RGB
from faceviewer.gui.viewport.annotations import Line, Marker
from faceviewer.gui.viewport.projection import Projection
from faceviewer.gui.viewport.scene import Subject

DISTANCE_COLOR: RGB = (171, 71, 188)
_LABEL_SHARE = 0.78
"""Of the way to the head: behind the picture, which the number would cover."""


def frustum_lines(subject: Subject, projection: Projection) -> Iterator[Line]:
    """The dimension line, as much of it as is in view, so that its number is, too."""
    if subject.frustum is None:
        return
    whole = np.stack([subject.frustum.eye_mm, subject.frustum.head_mm])
    piece = visible_piece(projection, whole)
    if piece is not None:
        share = _LABEL_SHARE if np.allclose(piece, whole) else 0.5
        line = np.stack([piece[0], piece[0] + share * (piece[1] - piece[0]), piece[1]])
        text = distance_of(subject.result).text
        yield Line(line, DISTANCE_COLOR, 2.5, f"{text}, drawn shorter" if subject.frustum.is_shortened else text)


def frustum_markers(subject: Subject) -> Iterator[Marker]:
    """Where the camera stood."""
    if subject.frustum is not None:
        yield Marker(subject.frustum.eye_mm, DISTANCE_COLOR, 5.0, label="Camera")


def frustum_notes(subject: Subject) -> Iterator[str]:
    """The distance in words."""
    if subject.frustum is not None:
        distance = distance_of(subject.result)
        yield f"Camera to head: {distance.text}. {distance.assumption}"


def visible_piece(projection: Projection, line_mm: np.ndarray) -> np.ndarray | None:
    """The part of a straight (2, 3) line that is before the eye and within the pane; None when nothing is."""
    matrix = projection.clip @ projection.view
    start, end = line_mm @ matrix[:, :3].T + matrix[:, 3]
    low, high = 0.0, 1.0
    for sign, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1), (0, 0)):
        a, b = (float(at[3] + sign * at[axis]) for at in (start, end))
        least = 1e-6 if sign else 1e-3  # the last: away from the eye itself
        if a < least and b < least:
            return None
        if (a < least) != (b < least):
            share = (least - a) / (b - a)
            low, high = (max(low, share), high) if a < least else (low, min(high, share))
    if low >= high:
        return None
    return line_mm[0] + np.array([[low], [high]]) * (line_mm[1] - line_mm[0])
