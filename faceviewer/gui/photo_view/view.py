"""The photo pane: what was found in the picture, and the way from its pixels to the head."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from faceviewer.app.palette import HOVER_COLOR, SELECTION_COLOR
from faceviewer.app.selecting import landmark_selection, part_selection, vertex_selection
from faceviewer.app.state import FILE_ENGINE, LANDMARK_SETS, AppState, Selection
from faceviewer.app.verbs import Verbs
from faceviewer.gui.image_pane import ImagePane, PanePoint
from faceviewer.gui.pane_layers import LandmarkDots, Mark, NameTip, Tint, landmark_at, one_part, part_colors, tinted
from faceviewer.gui.photo_view.layers import FaceBoxes, MeshLines, PoseAxes
from faceviewer.gui.photo_view.projected_head import ProjectedHead
from faceviewer.gui.picture import Picture
from faceviewer.gui.picture_canvas import Layer
from faceviewer.types import PART_NAMES, Reconstruction

_BOX_HINT = "Drag a box around the face. Esc leaves it."
_NO_PHOTO = "This mesh has no photo."
_TEACH = (
    "The photo. Click the face to select a point of the head, or a face's box to choose it. "
    "The wheel zooms, dragging moves, a double click (or 0) shows everything."
)


class PhotoView(QWidget):
    """Shows ``state.shown`` as the camera saw it."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self._head: ProjectedHead | None = None
        self._boxes: FaceBoxes | None = None
        self._dots: tuple[LandmarkDots, ...] = ()  # those that lie on the mesh, so that they can be picked
        self.pane = ImagePane(self)
        self._tip = NameTip(self.pane)
        self.pane.setAccessibleName("Photo")
        self.pane.setAccessibleDescription(_TEACH)
        self.pane.setToolTip(_TEACH)
        self.setFocusProxy(self.pane)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.pane)
        self.pane.hovered.connect(self._hover)
        self.pane.clicked.connect(self._click)
        self.pane.double_clicked.connect(self._double_click)
        self.pane.box_drawn.connect(verbs.reconstructing.search_in_box)

    def show_state(self, state: AppState, before: AppState) -> None:
        """Draw what has changed."""
        shown, old = state.shown, before.shown
        mirrored = state.live is not None and state.live.mirror
        was_mirrored = before.live is not None and before.live.mirror
        if shown.photo is not old.photo or mirrored != was_mirrored:
            picture = Picture.of(shown.photo.rgb) if shown.photo is not None else None
            self.pane.set_picture(picture, mirrored=mirrored)
        if shown.document is not old.document:
            is_mesh = shown.document is not None and shown.document.kind == "mesh"
            self.pane.set_sentence(_NO_PHOTO if is_mesh else "")
            self.pane.setAccessibleDescription(_NO_PHOTO if is_mesh else _TEACH)
        if state.tool != before.tool:
            self.pane.set_box_mode(state.tool == "box", _BOX_HINT)
        # not of ``shown.result``: that is another with every step of a light's slider
        head_changed = state.result(shown.head) is not before.result(old.head) or shown.mesh is not old.mesh
        if head_changed:
            self._head = None
            if shown.result is not None and shown.mesh is not None and shown.result.engine != FILE_ENGINE:
                self._head = ProjectedHead(shown.result, shown.mesh)
        if head_changed or shown is not old or _layer_fields(state) != _layer_fields(before):
            self._show_layers(state)
        if head_changed or _mark_fields(state) != _mark_fields(before):
            self._show_marks(state)

    def _show_layers(self, state: AppState) -> None:
        view, shown, head = state.view, state.shown, self._head
        layers: list[Layer] = []
        self._dots, self._boxes = (), None
        if head is not None and shown.result is not None:
            if view.parts_overlay and view.parts:
                colors = part_colors(head.part_of, view.parts)
                layers.append(Tint(tinted(head.triangle_ids, colors), head.frame_px, view.parts_opacity))
            if view.photo_mesh:
                layers.append(MeshLines(head.edges))
        if len(shown.faces) > 1 or (shown.faces and (head is None or state.tool == "box")):
            self._boxes = FaceBoxes(shown.faces, shown.face_number)
            layers.append(self._boxes)
        if head is not None and shown.result is not None:
            if view.pose_axes:
                layers.append(PoseAxes(head.camera))
            dots = [
                self._dots_of(shown.result, head, name, state)
                for name in reversed(LANDMARK_SETS)  # the sparse sets on top
                if name in view.landmark_sets and name in shown.result.landmarks
            ]
            layers += dots
            self._dots = tuple(each for each in dots if shown.result.landmarks[each.set_name].vertices is not None)
        self.pane.set_layers(layers)

    @staticmethod
    def _dots_of(result: Reconstruction, head: ProjectedHead, name: str, state: AppState) -> LandmarkDots:
        visible = result.landmarks[name].visible
        drawn = visible if state.view.visible_only else visible | True
        return LandmarkDots(
            name, head.landmarks_px(name), visible, drawn, state.view.landmark_size_px, head.mesh.topology
        )

    def _show_marks(self, state: AppState) -> None:
        marks: list[Layer] = []
        if self._head is not None:
            count = len(self._head.mesh.topology.triangles)
            points = [point for point in state.pending_points if point.triangle < count]
            marks += [Mark(self._head.point_px(point), SELECTION_COLOR, 5.0) for point in points]
            if state.selection is not None:
                marks += self._marks_of(self._head, state.selection, hovered=False)
            if state.hover is not None:
                marks += self._marks_of(self._head, state.hover, hovered=True)
        self.pane.set_marks(marks)

    @staticmethod
    def _marks_of(head: ProjectedHead, selection: Selection, *, hovered: bool) -> list[Layer]:
        if selection.point.triangle >= len(head.mesh.topology.triangles):
            return []  # it was picked on the mesh of another engine
        color = HOVER_COLOR if hovered else SELECTION_COLOR
        if selection.kind == "part":
            picture = tinted(head.triangle_ids, one_part(head.part_of, selection.name, color))
            return [Tint(picture, head.frame_px, 0.3 if hovered else 0.5)]
        label = f"{selection.name} #{selection.index}" if selection.kind == "landmark" and not hovered else ""
        hidden = head.hides(selection.point)
        return [Mark(head.point_px(selection.point), color, 6.0 if hovered else 8.0, hidden, label)]

    def selection_at(self, point: PanePoint) -> Selection | None:
        """What a click at ``point`` means: a drawn landmark near it, the tinted part or the vertex under it.

        With the control key it is the vertex also where parts are tinted.
        """
        head = self._head
        if head is None:
            return None
        hit = landmark_at(self._dots, self.pane, point.position)
        if hit is not None:
            return landmark_selection(head.result, hit.set_name, hit.index)
        surface = head.locator.locate(point.xy)
        state = self._verbs.store.state
        if surface is None or state.tool != "select":
            return Selection("point", surface) if surface is not None else None
        part = PART_NAMES[number] if (number := int(head.part_of[surface.triangle])) >= 0 else None
        if part is not None and part in state.view.parts and state.view.parts_overlay and not point.control:
            return part_selection(part, surface)
        return vertex_selection(head.mesh.topology, surface)

    def _hover(self, point: PanePoint | None) -> None:
        head = self._head
        hit = landmark_at(self._dots, self.pane, point.position) if point is not None else None
        self._tip.show(hit, point.position if point is not None else QPointF())
        hover = None
        if point is not None and head is not None:
            if hit is not None:
                hover = landmark_selection(head.result, hit.set_name, hit.index)
            elif (surface := head.locator.locate(point.xy)) is not None:
                hover = Selection("point", surface)
        self.pane.over_something = hover is not None
        self._verbs.selecting.hover(hover)

    def _click(self, point: PanePoint) -> None:
        state = self._verbs.store.state
        number = self._boxes.at(point.xy) if self._boxes is not None else None
        is_other = number != state.shown.face_number or self._head is None
        if state.tool == "select" and number is not None and is_other:
            self._verbs.opening.choose_face(number)
            return
        selection = self.selection_at(point)
        if selection is not None:
            self._verbs.selecting.clicked(selection)
        elif state.tool == "select":
            self._verbs.selecting.select(None)

    def _double_click(self, point: PanePoint) -> None:
        state = self._verbs.store.state
        number = self._boxes.at(point.xy) if self._boxes is not None else None
        document = state.shown.document
        if number is None or document is None or number in document.heads:
            self.pane.fit()
        elif state.job is None:
            self._verbs.opening.choose_face(number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc puts the box away."""
        if event.key() == Qt.Key.Key_Escape and self._verbs.store.state.tool == "box":
            self._verbs.selecting.use_tool("select")
        else:
            super().keyPressEvent(event)


def _layer_fields(state: AppState) -> tuple[object, ...]:
    """What changes the layers besides what is shown; the 3D view's camera, for one, does not."""
    view = state.view
    return (
        state.tool == "box",
        view.landmark_sets,
        view.landmark_size_px,
        view.visible_only,
        view.parts_overlay,
        view.parts,
        view.parts_opacity,
        view.photo_mesh,
        view.pose_axes,
    )


def _mark_fields(state: AppState) -> tuple[object, ...]:
    return state.selection, state.hover, state.pending_points
