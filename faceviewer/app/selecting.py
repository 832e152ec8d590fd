"""Verbs around the one selection that all panes share, and what a click does with the tool in hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from faceviewer.app.state import Notice, Selection, SelectionKind, Tool
from faceviewer.app.store import Store
from faceviewer.geometry.surface import SurfacePoint, at_vertex, nearest_corner
from faceviewer.types import Reconstruction, Topology


def vertex_selection(topology: Topology, point: SurfacePoint) -> Selection:
    """The vertex nearest to ``point`` among its triangle's corners."""
    vertex = nearest_corner(topology.triangles, point)
    return Selection("vertex", at_vertex(topology, vertex), vertex)


def landmark_selection(result: Reconstruction, set_name: str, index: int) -> Selection:
    """Landmark ``index`` of a set of ``result``. Raises KeyError or IndexError when there is none."""
    points = result.landmarks[set_name]
    if points.vertices is None or points.barycentric is None:
        raise KeyError(set_name)
    return Selection(
        "landmark", _point_on(result.mesh.topology, points.vertices[index], points.barycentric[index]), index, set_name
    )


def texel_selection(point: SurfacePoint) -> Selection:
    """The texel at ``point``."""
    return Selection("texel", point)


def part_selection(part: str, point: SurfacePoint) -> Selection:
    """A whole part, clicked at ``point``."""
    return Selection("part", point, None, part)


def _point_on(topology: Topology, corners: np.ndarray, weights: np.ndarray) -> SurfacePoint:
    """Corner vertices with weights as a place on a triangle that has these corners."""
    wanted = {int(corner): float(weight) for corner, weight in zip(corners, weights, strict=True) if weight > 0}
    heaviest = max(wanted, key=lambda corner: wanted[corner])
    candidates = np.flatnonzero(topology.triangles.ravel() == heaviest) // 3  # much quicker than any(1)
    for triangle in candidates:
        if set(wanted) <= set(topology.triangles[triangle].tolist()):
            a, b, c = (wanted.get(int(corner), 0.0) for corner in topology.triangles[triangle])
            return SurfacePoint(int(triangle), (a, b, c))
    return at_vertex(topology, heaviest)


class Selecting:
    """Selection, hover and the tool in hand."""

    def __init__(self, store: Store, measure: Callable[[SurfacePoint], None]) -> None:
        self._store = store
        self._measure = measure

    def select(self, selection: Selection | None) -> None:
        """Show one thing as selected in all panes; None deselects."""
        self._store.update(replace(self._store.state, selection=selection))

    def hover(self, selection: Selection | None) -> None:
        """Light what the pointer is over in all panes."""
        if selection != self._store.state.hover:
            self._store.update(replace(self._store.state, hover=selection))

    def use_tool(self, tool: Tool) -> None:
        """Take another tool in hand; points of an unfinished measurement are dropped."""
        self._store.update(replace(self._store.state, tool=tool, pending_points=()))

    def clicked(self, selection: Selection) -> None:
        """A click in any pane: selects, or gives the measuring tool its next point."""
        if self._store.state.tool in ("distance", "surface", "angle"):
            self._measure(selection.point)
        else:
            self.select(selection)

    def go_to(self, kind: SelectionKind, index: int, set_name: str = "") -> None:
        """Select a vertex or landmark by number; a notice says when there is none of that number."""
        shown = self._store.state.shown
        if shown.result is None or shown.mesh is None:
            self._say("There is no head yet to go to.")
            return
        if kind == "landmark":
            points = shown.result.landmarks.get(set_name)
            if points is None or not 0 <= index < len(points.xy_px):
                count = 0 if points is None else len(points.xy_px)
                self._say(f"Set {set_name} has {count} landmarks, numbered from 0; there is no {index}.")
                return
            self.select(landmark_selection(shown.result, set_name, index))
            return
        count = len(shown.mesh.vertices)
        if not 0 <= index < count:
            self._say(f"The head has {count} vertices, numbered from 0; there is no {index}.")
            return
        try:
            point = at_vertex(shown.mesh.topology, index)
        except ValueError:
            self._say(f"Vertex {index} belongs to no triangle: it is not to be seen.")
            return
        self.select(Selection("vertex", point, index))

    def _say(self, text: str) -> None:
        self._store.update(replace(self._store.state, notice=Notice(text, "warning")))
