"""From the state to what is drawn over one head."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from faceviewer.app.color_scale import DEPTH_SCALE, DIFFERENCE_SCALE
from faceviewer.app.landmarks import landmark_name
from faceviewer.app.measured import measured, named_measures, scale_note
from faceviewer.app.palette import AXIS_COLORS, HOVER_COLOR, ORIGIN_COLORS, PART_COLORS, RGB, SELECTION_COLOR
from faceviewer.app.properties import part_title
from faceviewer.app.state import FILE_ENGINE, AppState, Selection, ViewState
from faceviewer.geometry.surface import SurfacePoint, position_mm
from faceviewer.gui.viewport.annotations import Annotations, LegendScale, Line, Marker
from faceviewer.gui.viewport.frustum_marks import frustum_lines, frustum_markers, frustum_notes
from faceviewer.gui.viewport.looks import LOOKS
from faceviewer.gui.viewport.panes import Pane
from faceviewer.gui.viewport.pictures import shown_texture
from faceviewer.gui.viewport.point_colors import depth_range_mm
from faceviewer.gui.viewport.projection import Projection
from faceviewer.gui.viewport.scene import HeadScene, Subject
from faceviewer.types import PART_NAMES, FaceMesh, Origin, Topology

_ORIGIN_WORDS = {
    Origin.PHOTO: "From the photo",
    Origin.MIRRORED: "From the other side of the face",
    Origin.MODEL: "Made up by the model",
}
_AXIS_MM = 95.0
_AXIS_WORDS = ("left", "up", "front")
SIGNS = "+yaw: nose to picture left · +pitch: chin up · +roll: top of head to picture right"
_MEASURE_COLOR: RGB = (255, 152, 0)
_NAMED_COLOR: RGB = (0, 188, 212)


def annotate(
    state: AppState, pane: Pane, subject: Subject, scene: HeadScene, projection: Projection, *, at_rest: bool
) -> Annotations:
    """Everything to be drawn over the head ``subject`` of ``pane``; what takes long only when the head is at rest."""
    lines: tuple[Line, ...] = ()
    if subject.mesh is state.shown.mesh and subject.heat is None:
        lines = (
            *_measurements(state, subject.mesh, at_rest=at_rest),
            *_named_measure(state.named_measure, subject.mesh),
        )
    return Annotations(
        markers=(*frustum_markers(subject), *_markers(state, subject.mesh, scene, projection)),
        lines=(*(_pose_axes() if _has_pose(state.view, subject) else ()), *frustum_lines(subject, projection), *lines),
        legend=_legend(state.view, subject),
        scale=_scale(state.view, subject),
        title=pane.title,
        notes=tuple(_notes(state, subject, measuring=bool(lines))),
    )


def _markers(state: AppState, mesh: FaceMesh, scene: HeadScene, projection: Projection) -> Iterator[Marker]:
    for point in state.pending_points:
        yield _marker(point, SELECTION_COLOR, mesh, scene, projection, radius_px=5.0)
    if state.selection is not None:
        chosen = state.selection
        label = f"{chosen.name} #{chosen.index}" if chosen.kind == "landmark" else hover_text(chosen, mesh.topology)
        yield _marker(chosen.point, SELECTION_COLOR, mesh, scene, projection, radius_px=7.0, label=label)
    if state.hover is not None:
        label = hover_text(state.hover, mesh.topology)
        yield _marker(state.hover.point, HOVER_COLOR, mesh, scene, projection, radius_px=5.0, label=label)


def hover_text(selection: Selection, topology: Topology) -> str:
    """What to write beside the pointer; empty for plain places on the skin."""
    if selection.kind == "landmark" and selection.index is not None:
        try:
            return landmark_name(selection.name, selection.index, topology)
        except (KeyError, IndexError):  # a set of an engine that gives no names
            return f"{selection.name} #{selection.index}"
    if selection.kind == "part":
        return part_title(selection.name)
    return ""


def _marker(
    point: SurfacePoint,
    rgb: RGB,
    mesh: FaceMesh,
    scene: HeadScene,
    projection: Projection,
    *,
    radius_px: float,
    label: str = "",
) -> Marker:
    triangles = mesh.topology.triangles
    if point.triangle >= len(triangles):  # picked on another topology
        return Marker(np.full(3, np.nan), rgb)
    xyz_mm = position_mm(mesh.vertices, triangles, point)
    normal = np.tensordot(point.barycentric, scene.normals[triangles[point.triangle]], 1)
    behind = float(normal @ projection.towards_eye(xyz_mm)) < 0
    return Marker(xyz_mm, rgb, radius_px, behind, label)


def _has_pose(view: ViewState, subject: Subject) -> bool:
    """Whether to show how the head is turned: no photo says so of a mesh from a file."""
    return view.pose_axes and subject.result.engine != FILE_ENGINE


def _pose_axes() -> tuple[Line, ...]:
    ends = np.eye(3) * _AXIS_MM
    return tuple(
        Line(np.stack([np.zeros(3), end]), rgb, 3.0, end_label=f"{axis} ({word})")
        for end, rgb, axis, word in zip(ends, AXIS_COLORS, "xyz", _AXIS_WORDS, strict=True)
    )


def _measurements(state: AppState, mesh: FaceMesh, *, at_rest: bool) -> Iterator[Line]:
    for measurement in state.work.measurements:
        if measurement.head != state.shown.head or (measurement.kind == "surface" and not at_rest):
            continue  # a way over the surface takes 0.1 s: too long for a head that moves with a slider
        value = measured(measurement, mesh)
        if value is not None:
            yield Line(value.line_mm, _MEASURE_COLOR, 2.5, label=value.text)


def _named_measure(name: str, mesh: FaceMesh) -> Iterator[Line]:
    measure = named_measures(mesh).get(name) if name else None
    if measure is not None:
        line = np.stack([measure.from_mm, measure.to_mm])
        yield Line(line, _NAMED_COLOR, 2.5, label=f"{measure.title}: {measure.value_mm:.1f} mm")


def _legend(view: ViewState, subject: Subject) -> tuple[tuple[RGB, str], ...]:
    if subject.heat is not None:
        return ()
    if view.display == "origin":
        texture = shown_texture(subject.result, view.texture)
        present = set(np.unique(texture.origin[::4, ::4]).tolist()) if texture is not None else set()
        if not present & set(_ORIGIN_WORDS):
            return ((ORIGIN_COLORS[Origin.EMPTY], "Unknown"),)
        return tuple((ORIGIN_COLORS[origin], words) for origin, words in _ORIGIN_WORDS.items() if origin in present)
    if LOOKS[view.display].all_parts or view.parts_overlay:
        shown = view.parts & subject.mesh.topology.parts.keys()
        return tuple((PART_COLORS[name], part_title(name)) for name in PART_NAMES if name in shown)
    return ()


def _scale(view: ViewState, subject: Subject) -> LegendScale | None:
    if subject.heat is not None:
        end = subject.heat.range_mm
        return LegendScale("Distance in mm, + outside", DIFFERENCE_SCALE, f"−{end:.1f}", "0", f"+{end:.1f}")
    if view.display == "depth":
        near, far = depth_range_mm(subject.result.camera, subject.mesh)
        ends = (f"{near:.0f}", f"{(near + far) / 2:.0f}", f"{far:.0f}")
        camera = "a camera in front" if subject.result.engine == FILE_ENGINE else "the photo's camera"
        return LegendScale(f"Depth from {camera}, mm", DEPTH_SCALE, *ends)
    return None


def _notes(state: AppState, subject: Subject, *, measuring: bool) -> Iterator[str]:
    if LOOKS[state.view.display].all_parts and not subject.mesh.topology.parts and subject.heat is None:
        yield "The face parts of this mesh are not known."
    if _has_pose(state.view, subject):
        pose = subject.result.pose
        angles = f"yaw {pose.yaw_deg:+.1f}°   pitch {pose.pitch_deg:+.1f}°   roll {pose.roll_deg:+.1f}°"
        yield angles.replace("-", "−")
        yield SIGNS
    yield from frustum_notes(subject)
    if measuring or subject.heat is not None or state.view.display == "depth":
        yield scale_note(subject.result)
