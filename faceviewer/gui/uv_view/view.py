"""The UV pane: texture or provenance, wireframe, parts and landmarks, and the way from texels to the head."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QVBoxLayout, QWidget

from faceviewer.app.palette import HOVER_COLOR, ORIGIN_COLORS, SELECTION_COLOR
from faceviewer.app.selecting import landmark_selection, texel_selection
from faceviewer.app.state import FILE_ENGINE, LANDMARK_SETS, AppState, Selection, ViewState
from faceviewer.app.verbs import Verbs
from faceviewer.geometry.surface import SurfacePoint, uv_of
from faceviewer.gui.image_pane import ImagePane, PanePoint
from faceviewer.gui.pane_layers import (
    Hit,
    LandmarkDots,
    Mark,
    NameTip,
    Tint,
    landmark_at,
    one_part,
    part_colors,
    tinted,
)
from faceviewer.gui.picture import Picture
from faceviewer.gui.picture_canvas import Layer
from faceviewer.gui.uv_view.header import UvHeader, shown_texture
from faceviewer.gui.uv_view.layers import Caption, OriginLegend, TexelFrame, UvLines
from faceviewer.gui.uv_view.readout import Reading, ReadoutStrip, read, texel_at
from faceviewer.gui.uv_view.uv_layout import SIDE_PX, UvLayout, seen_in_photo, uv_layout
from faceviewer.types import Origin, Reconstruction, Texture

_TEACH = (
    "The texture, unrolled. Point at a texel to light its place in the photo and in 3D, click to select it. "
    "The wheel zooms, dragging moves, a double click (or 0) shows everything."
)
_EMPTY = "The texture of the head appears here."
_UNTEXTURED = "No texture"
_NO_UV = "This mesh has no texture coordinates."
_CHART = (128, 128, 134, 255)


class UvView(QWidget):
    """Shows the head of ``state.shown`` in UV space."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self._layout: UvLayout | None = None
        self._result: Reconstruction | None = None
        self._texture: Texture | None = None
        self._shows_origin = False
        self._side = SIDE_PX
        self._dots: tuple[LandmarkDots, ...] = ()
        self.header = UvHeader(verbs, self)
        self.pane = ImagePane(self)
        self.pane.set_sentence(_EMPTY)
        self.pane.setAccessibleName("Texture")
        self.pane.setAccessibleDescription(_TEACH)
        self.pane.setToolTip(_TEACH)
        self._tip = NameTip(self.pane)
        self.strip = ReadoutStrip(self)
        self.setFocusProxy(self.pane)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.pane, 1)
        layout.addWidget(self.strip)
        self.header.show_state(verbs.store.state)
        self.header.one_to_one.clicked.connect(self.pane.show_actual_size)
        self.header.fit.clicked.connect(self.pane.fit)
        self.pane.hovered.connect(self._hover)
        self.pane.clicked.connect(self._click)
        self.pane.double_clicked.connect(self._double_click)

    def show_state(self, state: AppState, before: AppState) -> None:
        """Draw what has changed."""
        shown, old = state.shown, before.shown
        changed = shown.result is not old.result
        viewed = _view_fields(state.view) != _view_fields(before.view)
        if changed or viewed:
            self.header.show_state(state)
            self._show_picture(state)
            self._show_layers(state)
        if changed or viewed or _mark_fields(state) != _mark_fields(before):
            self._show_marks(state)

    def _show_picture(self, state: AppState) -> None:
        result, view, before = state.shown.result, state.view, (self._texture, self._layout, self._shows_origin)
        name = shown_texture(view, list(result.textures)) if result is not None else None
        self._result = result
        self._texture = result.textures[name] if result is not None and name is not None else None
        has_uv = result is not None and len(result.mesh.topology.uv) > 1  # a single one stands for none
        self._layout = uv_layout(result.mesh.topology) if result is not None and has_uv else None
        self._shows_origin = view.uv_origin and self._texture is not None
        if before != (self._texture, self._layout, self._shows_origin):
            picture = self._picture()
            self._side = picture.size.width() if picture is not None else SIDE_PX
            self.pane.set_picture(picture)
        self.pane.set_sentence(_EMPTY if result is None else "" if has_uv else _NO_UV)
        if result is None:
            self.strip.show_reading(None)

    def _picture(self) -> Picture | None:
        if self._texture is not None:
            return Picture.of(_origin_rgb(self._texture.origin) if self._shows_origin else self._texture.rgb)
        if self._layout is None:
            return None
        chart = np.tile(np.array(_CHART, np.uint8), (len(self._layout.topology.triangles), 1))
        return tinted(self._layout.triangle_ids, chart)

    def _show_layers(self, state: AppState) -> None:
        view, result, uv = state.view, self._result, self._layout
        layers: list[Layer] = []
        self._dots = ()
        if result is not None and uv is not None:
            if view.parts_overlay and view.parts:
                layers.append(Tint(tinted(uv.triangle_ids, self._part_colors(view)), self._frame(), view.parts_opacity))
            if view.uv_wireframe or self._texture is None:
                layers.append(UvLines(uv.edges, self._side))
            self._dots = tuple(
                self._dots_of(result, uv, name, view)
                for name in reversed(LANDMARK_SETS)  # the sparse sets on top
                if name in view.landmark_sets and name in result.landmarks
            )
            layers += self._dots
            if self._texture is None:
                layers.append(Caption(_UNTEXTURED))
            elif view.uv_origin:
                layers.append(OriginLegend.of(self._texture.origin))
        self.pane.set_layers(layers)

    def _part_colors(self, view: ViewState) -> np.ndarray:
        assert self._layout is not None and self._result is not None
        colors = part_colors(self._layout.part_of, view.parts)
        if view.visible_only:
            colors[~seen_in_photo(self._result)] = 0
        return colors

    def _dots_of(self, result: Reconstruction, uv: UvLayout, name: str, view: ViewState) -> LandmarkDots:
        visible = result.landmarks[name].visible
        drawn = visible if view.visible_only else visible | True
        return LandmarkDots(
            name, uv.landmarks(result, name) * self._side, visible, drawn, view.landmark_size_px, result.mesh.topology
        )

    def _frame(self) -> QRectF:
        return QRectF(0, 0, self._side, self._side)

    def _show_marks(self, state: AppState) -> None:
        marks: list[Layer] = []
        if self._layout is not None:
            for point in state.pending_points:
                marks.append(Mark(self._place(point), SELECTION_COLOR, 5.0))
            if state.selection is not None:
                marks += self._marks_of(self._layout, state.selection, hovered=False)
            if state.hover is not None:
                marks += self._marks_of(self._layout, state.hover, hovered=True)
        self.pane.set_marks(marks)

    def _marks_of(self, uv: UvLayout, selection: Selection, *, hovered: bool) -> list[Layer]:
        if selection.point.triangle >= len(uv.topology.triangles):
            return []  # it was picked on the mesh of another engine
        color = HOVER_COLOR if hovered else SELECTION_COLOR
        if selection.kind == "part":
            colors = one_part(uv.part_of, selection.name, color)
            return [Tint(tinted(uv.triangle_ids, colors), self._frame(), 0.3 if hovered else 0.5)]
        label = f"{selection.name} #{selection.index}" if selection.kind == "landmark" and not hovered else ""
        mark = Mark(self._place(selection.point), color, 6.0 if hovered else 8.0, label=label)
        if self._texture is None:
            return [mark]
        u, v = uv_of(uv.topology, selection.point)
        return [TexelFrame(*texel_at((float(u), float(v)), self._side), color), mark]

    def _place(self, point: SurfacePoint) -> tuple[float, float]:
        """A point of the surface in the picture's pixels."""
        assert self._layout is not None
        u, v = uv_of(self._layout.topology, point)
        return float(u) * self._side, (1 - float(v)) * self._side

    def uv_at(self, point: PanePoint) -> tuple[float, float]:
        """(u, v) under the pointer, origin bottom-left; outside 0 to 1 beside the texture."""
        return point.xy[0] / self._side, 1 - point.xy[1] / self._side

    def selection_at(self, point: PanePoint) -> Selection | None:
        """What a click at ``point`` means: a drawn landmark near it, or the texel under it where it is in use."""
        return self._selection(landmark_at(self._dots, self.pane, point.position), self._surface_at(point))

    def _surface_at(self, point: PanePoint) -> SurfacePoint | None:
        return self._layout.locator.locate(self.uv_at(point)) if self._layout is not None else None

    def _selection(self, hit: Hit | None, surface: SurfacePoint | None) -> Selection | None:
        if hit is not None and self._result is not None:
            return landmark_selection(self._result, hit.set_name, hit.index)
        return texel_selection(surface) if surface is not None else None

    def _hover(self, point: PanePoint | None) -> None:
        if point is None:
            self._tip.show(None, QPointF())
            self.strip.show_reading(None)
            self._verbs.selecting.hover(None)
            return
        hit, surface = landmark_at(self._dots, self.pane, point.position), self._surface_at(point)
        self._tip.show(hit, point.position)
        self.strip.show_reading(self._reading(self.uv_at(point), surface))
        self.pane.over_something = surface is not None
        self._verbs.selecting.hover(self._selection(hit, surface))

    def _reading(self, uv: tuple[float, float], surface: SurfacePoint | None) -> Reading | None:
        mesh = self._verbs.store.state.shown.mesh
        inside = 0 <= uv[0] <= 1 and 0 <= uv[1] <= 1
        if not inside or mesh is None or self._layout is None or self._result is None:
            return None
        camera = self._result.camera if self._result.engine != FILE_ENGINE else None
        return read(uv, self._texture, surface, self._layout.part_of, mesh, camera)

    def _click(self, point: PanePoint) -> None:
        selection = self.selection_at(point)
        if selection is not None:
            self._verbs.selecting.clicked(selection)
        elif self._verbs.store.state.tool == "select":
            self._verbs.selecting.select(None)

    def _double_click(self, _point: PanePoint) -> None:
        self.pane.fit()


def _origin_rgb(origin: np.ndarray) -> np.ndarray:
    """(S, S, 3) uint8 of a texture's ``origin``."""
    table = np.zeros((256, 3), np.uint8)
    for kind in Origin:
        table[kind] = ORIGIN_COLORS[kind]
    return table[origin]


def _view_fields(view: ViewState) -> tuple[object, ...]:
    """What of the view changes the pane; the 3D camera, for one, does not."""
    return (
        view.texture,
        view.uv_origin,
        view.uv_wireframe,
        view.landmark_sets,
        view.landmark_size_px,
        view.visible_only,
        view.parts_overlay,
        view.parts,
        view.parts_opacity,
    )


def _mark_fields(state: AppState) -> tuple[object, ...]:
    return state.selection, state.hover, state.pending_points
