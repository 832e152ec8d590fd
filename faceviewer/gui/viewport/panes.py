"""Which heads are shown beside each other, and through which camera."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from faceviewer.app.frustum import shown_frustum
from faceviewer.app.state import AppState, Comparison, HeadRef, ViewState
from faceviewer.gui.viewport.photo_planes import REACH
from faceviewer.gui.viewport.projection import Ball, Projection, from_photo_camera, from_view_camera
from faceviewer.gui.viewport.scene import HeatMap, Subject


@dataclass(frozen=True, eq=False)
class Pane:
    """One head's share of the canvas."""

    subject: Subject | None
    left: float = 0.0
    right: float = 1.0
    """Shares of the canvas' width."""
    title: str = ""

    def rect(self, size: tuple[float, float]) -> QRectF:
        """Logical pixels of a canvas of ``size``."""
        return QRectF(self.left * size[0], 0, (self.right - self.left) * size[0], size[1])


def arrange(state: AppState) -> tuple[Pane, ...]:
    """One pane, or two for a comparison side by side."""
    shown, comparison = state.shown, state.comparison
    if shown.result is None or shown.mesh is None:
        return (Pane(None),)
    if comparison is None or shown.other is None or shown.other_mesh is None:
        photo = shown.photo if state.view.through_photo else None
        return (Pane(Subject(shown.result, shown.mesh, photo, frustum=shown_frustum(state), slide=shown.photo)),)
    if comparison.layout == "heat map":
        return (
            Pane(Subject(shown.other, shown.other_mesh, heat=_heat(comparison)), title=_heat_title(state, comparison)),
        )
    return (
        Pane(Subject(shown.result, shown.mesh), 0.0, 0.5, _title(state, comparison.reference)),
        Pane(Subject(shown.other, shown.other_mesh), 0.5, 1.0, _title(state, comparison.other)),
    )


def _heat(comparison: Comparison) -> HeatMap | None:
    """None while the distances are computed."""
    outcome = comparison.outcome
    if outcome is None:
        return None
    return HeatMap(outcome, comparison.range_mm or max(outcome.statistics.percentile_95_mm, 0.1))


def _heat_title(state: AppState, comparison: Comparison) -> str:
    other, reference = _title(state, comparison.other), _title(state, comparison.reference)
    return f"{other}\nagainst {reference}" if comparison.outcome is not None else "Measuring the distances …"


def _title(state: AppState, head: HeadRef) -> str:
    document = state.document(head.document)
    if document is None:
        return ""
    return document.title if len(document.heads) < 2 else f"{document.title}, face {head.face_number}"


def project(pane: Pane, view: ViewState, size: tuple[float, float], ball: Ball) -> Projection:
    """How ``pane`` is looked at, on a canvas of ``size`` logical pixels; ``ball`` holds all heads that are shown."""
    area = ((pane.right - pane.left) * size[0], size[1])
    if pane.subject is not None and pane.subject.photo is not None:
        roomy = Ball(ball.centre_mm, ball.radius_mm * (REACH + 0.05))
        return from_photo_camera(pane.subject.result.camera, area, roomy)
    return from_view_camera(view.camera, area, ball)
