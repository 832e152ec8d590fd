"""The sections of the layers panel. Each fills a layout with controls and shows a state in them."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout

from faceviewer.app.commands.command import has_parts
from faceviewer.app.palette import LANDMARK_GROUP_COLORS, ORIGIN_COLORS, PART_COLORS
from faceviewer.app.state import DISPLAY_MODES, LANDMARK_SETS, AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.icons import icon
from faceviewer.gui.panels.command_check import CommandCheck, command_hint, command_table
from faceviewer.gui.panels.naming import named
from faceviewer.gui.panels.sliders import SliderRow, SliderSpec
from faceviewer.gui.panels.swatches import Legend
from faceviewer.types import PART_NAMES, Origin

FOV_LIMITS_DEG = (5.0, 90.0)
_ORIGIN_TITLES = {
    Origin.PHOTO: "photo", Origin.MIRRORED: "mirrored side", Origin.MODEL: "model", Origin.EMPTY: "unused",
}  # fmt: skip


class LayerGroup(Protocol):
    """One section."""

    explanation: str

    def fill(self, layout: QVBoxLayout) -> None:
        """Put the controls into ``layout``."""
        ...

    def show_state(self, state: AppState) -> None: ...


class DisplayLayers:
    """How the mesh is drawn."""

    explanation = "How the head is drawn in the 3D view"

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs
        self._commands = [command_table()[f"view.display.{mode.replace(' ', '_')}"] for mode in DISPLAY_MODES]
        self.mode = named(QComboBox(), "Display mode", "How the head is drawn in the 3D view")
        self.mode.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        for number, command in enumerate(self._commands):
            self.mode.addItem(icon(command.icon), command.title)
            self.mode.setItemData(number, command_hint(command), Qt.ItemDataRole.ToolTipRole)
        self.mode.activated.connect(self._choose)
        self._smooth = CommandCheck("view.smooth", verbs)
        self._nearest = CommandCheck("view.texture_nearest", verbs)

    def fill(self, layout: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.addWidget(self._smooth)
        row.addWidget(self._nearest)
        layout.addWidget(self.mode)
        layout.addLayout(row)

    def show_state(self, state: AppState) -> None:
        chosen = DISPLAY_MODES.index(state.view.display)
        self.mode.setCurrentIndex(chosen)
        self.mode.setToolTip(command_hint(self._commands[chosen]))
        self.mode.setEnabled(state.shown.result is not None)
        entries = self.mode.model()
        if isinstance(entries, QStandardItemModel):
            for number, command in enumerate(self._commands):
                entries.item(number).setEnabled(command.enabled(state))
        self._smooth.show_state(state)
        self._nearest.show_state(state)

    def _choose(self, index: int) -> None:
        self._commands[index].action(self._verbs)


class LandmarkLayers:
    """Which landmark sets are drawn, how large, and what their colours mean."""

    explanation = "Named points on the face, shown on the photo, on the head and on the texture"

    def __init__(self, verbs: Verbs) -> None:
        self.checks = {name: CommandCheck(f"view.landmarks.{name}", verbs) for name in LANDMARK_SETS}
        self.size = SliderRow(SliderSpec("Size", 2.0, 20.0, "Diameter of landmarks on the screen.", " px", 0), 6.0)
        self.size.changed.connect(partial(_set, verbs, "landmark_size_px"))
        self._visible_only = CommandCheck("view.visible_only", verbs)

    def fill(self, layout: QVBoxLayout) -> None:
        for check in self.checks.values():
            layout.addWidget(check)
        layout.addWidget(self._visible_only)
        layout.addWidget(self.size)
        layout.addWidget(Legend(LANDMARK_GROUP_COLORS.items()))

    def show_state(self, state: AppState) -> None:
        for check in (*self.checks.values(), self._visible_only):
            check.show_state(state)
        self.size.show_value(state.view.landmark_size_px)


class PartLayers:
    """Which of the 8 face parts are drawn; right and left are the subject's."""

    explanation = "The 8 parts of the face; right and left are the subject's"

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs
        self.checks = {name: CommandCheck(f"view.parts.{name}", verbs, color=PART_COLORS[name]) for name in PART_NAMES}
        self._overlay = CommandCheck("view.parts_overlay", verbs)
        self.all = named(QPushButton("All"), "Show all parts", "Show all 8 parts")
        self.none = named(QPushButton("None"), "Hide all parts", "Hide all 8 parts")
        self.all.clicked.connect(self._show_all)
        self.none.clicked.connect(self._show_none)
        spec = SliderSpec("Opacity", 0.0, 1.0, "How much the parts' colours cover what lies below them.", " %", 0, 100)
        self.opacity = SliderRow(spec, 0.5)
        self.opacity.changed.connect(partial(_set, verbs, "parts_opacity"))

    def fill(self, layout: QVBoxLayout) -> None:
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        grid.setHorizontalSpacing(2)
        for number, check in enumerate(self.checks.values()):
            grid.addWidget(check, number // 2, number % 2)
        buttons = QHBoxLayout()
        buttons.addWidget(self.all)
        buttons.addWidget(self.none)
        layout.addLayout(grid)
        layout.addLayout(buttons)
        layout.addWidget(self._overlay)
        layout.addWidget(self.opacity)

    def show_state(self, state: AppState) -> None:
        for check in (*self.checks.values(), self._overlay):
            check.show_state(state)
        there_are_some = has_parts(state)
        self.all.setEnabled(there_are_some and len(state.view.parts) < len(PART_NAMES))
        self.none.setEnabled(there_are_some and bool(state.view.parts))
        self.opacity.setEnabled(state.view.parts_overlay)
        self.opacity.show_value(state.view.parts_opacity)

    def _show_all(self) -> None:
        self._verbs.viewing.set(parts=frozenset(PART_NAMES))

    def _show_none(self) -> None:
        self._verbs.viewing.set(parts=frozenset())


class PhotoLayers:
    """The mesh over the photo, and how the head is turned."""

    explanation = "The head over the photo, and how it is turned"

    def __init__(self, verbs: Verbs) -> None:
        ids = ("view.pose_axes", "view.camera_frustum", "view.photo_mesh", "view.through_photo")
        self._checks = [CommandCheck(command_id, verbs) for command_id in ids]
        opacity = SliderSpec(
            "Head opacity", 0.0, 1.0, "Of the head over the photo, through the photo's camera.", " %", 0, 100
        )
        wipe = SliderSpec(
            "Wipe", 0.0, 1.0, "From the left, how much of the picture shows only the photo.", " %", 0, 100
        )
        self.opacity, self.wipe = SliderRow(opacity, 1.0), SliderRow(wipe, 0.0)
        self.opacity.changed.connect(partial(_set, verbs, "mesh_opacity"))
        self.wipe.changed.connect(partial(_set, verbs, "wipe"))

    def fill(self, layout: QVBoxLayout) -> None:
        for widget in (*self._checks, self.opacity, self.wipe):
            layout.addWidget(widget)

    def show_state(self, state: AppState) -> None:
        for check in self._checks:
            check.show_state(state)
        for row, value in ((self.opacity, state.view.mesh_opacity), (self.wipe, state.view.wipe)):
            row.setEnabled(state.view.through_photo)
            row.show_value(value)


class TextureLayers:
    """What lies over the texture."""

    explanation = "What the texture view shows"

    def __init__(self, verbs: Verbs) -> None:
        self._verbs = verbs
        self._texture = named(QComboBox(), "Texture", "Which of the head's textures is shown")
        self._texture.activated.connect(self._choose)
        self._checks = [CommandCheck(command_id, verbs) for command_id in ("view.uv_wireframe", "view.uv_origin")]
        self._names: tuple[str, ...] = ()

    def fill(self, layout: QVBoxLayout) -> None:
        for widget in (self._texture, *self._checks):
            layout.addWidget(widget)
        layout.addWidget(Legend((title, ORIGIN_COLORS[origin]) for origin, title in _ORIGIN_TITLES.items()))

    def show_state(self, state: AppState) -> None:
        for check in self._checks:
            check.show_state(state)
        names = tuple(state.shown.result.textures) if state.shown.result is not None else ()
        if names != self._names:
            self._names = names
            self._texture.clear()
            self._texture.addItems([name.capitalize() for name in names])
        self._texture.setVisible(len(names) > 1)
        if state.view.texture in names:
            self._texture.setCurrentIndex(names.index(state.view.texture))

    def _choose(self, index: int) -> None:
        self._verbs.viewing.set(texture=self._names[index])


class CameraLayers:
    """The 3D view's own camera."""

    explanation = "The camera of the 3D view"

    def __init__(self, verbs: Verbs) -> None:
        self._parallel = CommandCheck("view.orthographic", verbs)
        spec = SliderSpec(
            "Field of view",
            *FOV_LIMITS_DEG,
            "Vertical angle of the 3D view; the head keeps its size. Small is like a long lens, large like being near.",
            "°",
            0,
        )
        self.fov = SliderRow(spec, 25.0)
        self.fov.changed.connect(verbs.viewing.set_fov)

    def fill(self, layout: QVBoxLayout) -> None:
        layout.addWidget(self.fov)
        layout.addWidget(self._parallel)

    def show_state(self, state: AppState) -> None:
        self._parallel.show_state(state)
        self.fov.setEnabled(
            state.shown.result is not None and not (state.view.camera.parallel or state.view.through_photo)
        )
        self.fov.show_value(state.view.camera.fov_deg)


def _set(verbs: Verbs, field: str, value: float) -> None:
    verbs.viewing.set(**{field: value})
