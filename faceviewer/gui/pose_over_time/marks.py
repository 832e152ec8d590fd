"""What is drawn over a frame: everybody's box with a name, and the axes of the heads."""

from __future__ import annotations

from collections.abc import Set

from faceviewer.gui.pane_layers import FaceFrame
from faceviewer.gui.photo_view.layers import PoseAxes
from faceviewer.gui.picture_canvas import Layer
from faceviewer.gui.pose_over_time.people_colors import color_of
from faceviewer.jobs.pose_series import PoseSeries

_TITLE_LETTERS = 24


def marks_of(series: PoseSeries, row: int, hidden: Set[int]) -> list[Layer]:
    """Boxes and axes of all who are seen in a frame and not hidden."""
    boxes: list[Layer] = []
    axes: list[Layer] = []
    for person in series.people:
        place = person.place_of(row)
        if place is None or person.number in hidden:
            continue
        boxes.append(FaceFrame(person.box_xyxy[place], color_of(person.number), _short(person.title)))
        axes.append(PoseAxes(person.camera(place, series.size)))
    return [*boxes, *axes]


def _short(title: str) -> str:
    """A long name would cover the faces beside it; the table has all of it."""
    return title if len(title) <= _TITLE_LETTERS else f"{title[: _TITLE_LETTERS - 1].rstrip()}…"
