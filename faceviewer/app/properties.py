"""What is known of the selection and of the shown head, as rows for people: for the panel and for the clipboard.

Everything is said of the mesh as it is shown, with the user's edits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from faceviewer.app.distance import Distance, distance_of, length_text
from faceviewer.app.landmarks import landmark_name
from faceviewer.app.measured import FILE_SCALE_NOTE
from faceviewer.app.state import FILE_ENGINE, LANDMARK_SETS, AppState, Selection
from faceviewer.engines.registry import engine_ids, engine_spec
from faceviewer.geometry.planar import PlanarTriangles
from faceviewer.geometry.surface import SurfacePoint, interpolate, nearest_corner, normal_at, position_mm, uv_of
from faceviewer.types import PART_NAMES, Camera, FaceMesh, Origin, Reconstruction, Texture, Topology

SCALE_NOTE = "A photo has no scale: millimetres are those of a head of average size."
POSE_SIGNS = {
    "Yaw": "Positive yaw turns the nose to the left of the picture.",
    "Pitch": "Positive pitch raises the chin.",
    "Roll": "Positive roll leans the top of the head to the right of the picture.",
}
_HEAD_FRAME = (
    f"Head frame: x to the subject's left, y up, z out of the face, from midway between the eyes. {SCALE_NOTE}"
)
_FILE_FRAME = f"As in the file, but scaled and moved as the head's properties say. {FILE_SCALE_NOTE}"
_HIDDEN_BEHIND_MM = 0.5
"""A surface this far before a point hides it; less is rounding."""
_ORIGIN_WORDS = {
    Origin.EMPTY: "nothing: no part of the head uses this texel",
    Origin.PHOTO: "the photo",
    Origin.MIRRORED: "the other side of the face, mirrored",
    Origin.MODEL: "the model, where the photo shows neither side",
}
_KIND_TITLES = {
    "point": "Point", "vertex": "Vertex", "landmark": "Landmark", "part": "Face part", "texel": "Texel",
}  # fmt: skip


@dataclass(frozen=True)
class Property:
    """One row."""

    label: str
    value: str
    """As text, with its unit."""
    explanation: str = ""
    """One or two sentences for a tooltip."""


def selection_properties(state: AppState) -> tuple[Property, ...]:
    """Everything that is known of the selected thing; empty when nothing is selected."""
    selection, result, mesh = state.selection, state.shown.result, state.shown.mesh
    if selection is None or result is None or mesh is None:
        return ()
    if selection.point.triangle >= len(mesh.topology.triangles):
        return ()  # it was picked on the mesh of another engine
    return (
        *_what(selection, mesh),
        *_where(selection.point, mesh, result),
        *(_in_photo(selection, result, mesh) if result.engine != FILE_ENGINE else ()),
        *_texel(selection.point, mesh, result.textures.get(state.view.texture)),
    )


def head_properties(state: AppState) -> tuple[Property, ...]:
    """What was found out about the shown head as a whole; empty without a head."""
    result = state.shown.result
    if result is None:
        return ()
    if result.engine == FILE_ENGINE:
        return tuple(_file(result))
    return (*_pose(result), *_camera(result.camera, distance_of(result)), *_making(result))


def selection_text(state: AppState) -> str:
    """The properties of the selection for the clipboard, one "label: value" per line."""
    return "\n".join(f"{row.label}: {row.value}" for row in selection_properties(state))


def properties_text(state: AppState) -> str:
    """The properties of selection and head, one "label: value" per line, with a line between the two."""
    rows = head_properties(state)
    head = "\n".join(f"{row.label}: {row.value}" for row in rows)
    return "\n\n".join(text for text in (selection_text(state), head) if text)


def properties_json(state: AppState) -> str:
    """The properties of selection and head as a JSON object of two objects, label to value."""
    groups = {"selection": selection_properties(state), "head": head_properties(state)}
    return json.dumps({name: {row.label: row.value for row in rows} for name, rows in groups.items()}, indent=2)


def parts_at(mesh: FaceMesh, point: SurfacePoint) -> tuple[str, ...]:
    """The face parts that the vertex nearest to ``point`` belongs to."""
    vertex = nearest_corner(mesh.topology.triangles, point)
    return tuple(name for name in PART_NAMES if vertex in mesh.topology.parts.get(name, ()))


def part_title(name: str) -> str:
    """For people: "up_lip" is the upper lip."""
    return name.replace("up_lip", "upper_lip").replace("down_lip", "lower_lip").replace("_", " ").capitalize()


def _what(selection: Selection, mesh: FaceMesh) -> Iterator[Property]:
    names = {
        "vertex": f"Vertex {selection.index}",
        "landmark": f"Landmark {selection.index} of set {selection.name}",
        "part": part_title(selection.name),
    }
    yield Property("Selected", names.get(selection.kind, _KIND_TITLES[selection.kind]))
    if selection.kind == "landmark" and selection.index is not None:
        yield Property(
            "Name",
            landmark_name(selection.name, selection.index, mesh.topology).partition(": ")[2],
            "Right and left are the subject's.",
        )
    vertex = nearest_corner(mesh.topology.triangles, selection.point)
    yield Property("Vertex", str(vertex), "Number of the nearest vertex, from 0; the same in exported files.")
    yield Property("Triangle", str(selection.point.triangle), "Number of the triangle, from 0.")
    weights = ", ".join(f"{weight:.3f}" for weight in selection.point.barycentric)
    yield Property("Barycentric", weights, "Weights of the triangle's three corners at this place.")
    part_text = ", ".join(part_title(name) for name in parts_at(mesh, selection.point)) or "none of the 8"
    yield Property("Part", part_text, "The face part of the nearest vertex; right and left are the subject's.")
    yield Property(
        "Landmarks here",
        ", ".join(_landmarks_near(mesh, selection.point)) or "none",
        "Landmarks whose triangle corners include the nearest vertex with the greatest weight: set #number.",
    )


def _landmarks_near(mesh: FaceMesh, point: SurfacePoint) -> Iterator[str]:
    """ "68 #30" for every landmark that lies nearest to the same vertex."""
    vertex = nearest_corner(mesh.topology.triangles, point)
    for set_name in LANDMARK_SETS:
        if set_name in mesh.topology.landmarks:
            corners, weights = mesh.topology.landmarks[set_name]
            nearest = np.take_along_axis(corners, weights.argmax(1)[:, None], 1)[:, 0]
            here = np.flatnonzero(nearest == vertex)
            yield from (landmark_name(set_name, int(index), mesh.topology) for index in here)


def _where(point: SurfacePoint, mesh: FaceMesh, result: Reconstruction) -> Iterator[Property]:
    triangles = mesh.topology.triangles
    xyz_mm = position_mm(mesh.vertices, triangles, point)
    yield Property(
        "Position", f"{_numbers(xyz_mm, 2)} mm", _FILE_FRAME if result.engine == FILE_ENGINE else _HEAD_FRAME
    )
    normal = normal_at(mesh.vertices, triangles, point)
    yield Property("Normal", _numbers(normal, 3), "Direction in which the surface looks, head frame, length 1.")
    if len(mesh.topology.uv) > 1:  # a single one stands for none
        uv = uv_of(mesh.topology, point)
        yield Property("UV", _numbers(uv, 5), "Place in the texture: origin bottom-left, v up.")
    if mesh.colors is not None:
        red, green, blue = mesh.colors[nearest_corner(triangles, point)].tolist()
        yield Property("Vertex colour", f"RGB {red}, {green}, {blue}", "Of the nearest vertex, sRGB, 0 to 255.")


def _in_photo(selection: Selection, result: Reconstruction, mesh: FaceMesh) -> Iterator[Property]:
    xyz_mm = position_mm(mesh.vertices, mesh.topology.triangles, selection.point)
    xy_px = result.camera.project(xyz_mm)
    value = f"{_numbers(xy_px, 2)} px" if np.isfinite(xy_px).all() else "behind the camera"
    yield Property("Photo pixel", value, "(0, 0) is the top-left corner of the top-left pixel; x right, y down.")
    yield Property(
        "Seen in photo",
        _visibility_text(result.camera, mesh, xyz_mm, xy_px),
        "Whether the photo's camera sees this place, or the head itself hides it.",
    )


def _visibility_text(camera: Camera, mesh: FaceMesh, xyz_mm: np.ndarray, xy_px: np.ndarray) -> str:
    width, height = camera.size
    if not (0 <= xy_px[0] < width and 0 <= xy_px[1] < height):
        return "no, outside the picture"
    front = _front_mm(camera, mesh, xy_px)
    if front is None:
        return "no, it faces away"
    behind_mm = float(camera.to_camera(xyz_mm)[2] - front)
    return "yes" if behind_mm <= _HIDDEN_BEHIND_MM else "no, the head hides it"


def _front_mm(camera: Camera, mesh: FaceMesh, xy_px: np.ndarray) -> float | None:
    """Camera-frame z of the nearest surface at a pixel that faces the camera; None beside the head.

    Looks only at triangles around the pixel: this runs with every frame while a head is edited or followed.
    """
    triangles = mesh.topology.triangles
    projected, depth_mm = camera.project(mesh.vertices), camera.to_camera(mesh.vertices)[:, 2]
    around = np.ones(len(triangles), bool)
    for axis in range(2):
        a, b, c = projected[:, axis][triangles.T]
        around &= np.minimum(np.minimum(a, b), c) <= xy_px[axis]
        around &= np.maximum(np.maximum(a, b), c) >= xy_px[axis]
    near = triangles[around]
    ab, ac = (projected[near[:, corner]] - projected[near[:, 0]] for corner in (1, 2))
    facing = ab[:, 0] * ac[:, 1] < ab[:, 1] * ac[:, 0]  # counter-clockwise to the eye, where y points down
    front = PlanarTriangles(projected, near, depth_mm, facing).locate(xy_px)
    return None if front is None else float(interpolate(depth_mm, near, front))


def _texel(point: SurfacePoint, mesh: FaceMesh, texture: Texture | None) -> Iterator[Property]:
    if texture is None:
        return
    height, width = texture.rgb.shape[:2]
    u, v = uv_of(mesh.topology, point)
    column = min(max(int(u * width), 0), width - 1)
    row = min(max(int((1 - v) * height), 0), height - 1)
    red, green, blue = texture.rgb[row, column].tolist()
    yield Property("Texel", f"column {column}, row {row}", "Of the texture, from 0; row 0 is at the top, v = 1.")
    yield Property("Colour", f"RGB {red}, {green}, {blue}", "The texel's sRGB values, 0 to 255.")
    if texture.origin.any():  # otherwise nobody knows of any texel, as for textures from files
        origin = _ORIGIN_WORDS[Origin(int(texture.origin[row, column]))]
        yield Property("Colour from", origin, "Where the texture got this texel's colour.")


def _file(result: Reconstruction) -> Iterator[Property]:
    """Of a mesh that was read from a file; the first of its warnings is the one on its unit."""
    mesh = result.mesh
    drawn = mesh.vertices[_drawn(mesh.topology)].astype(np.float64)
    yield Property("File", result.photo_name, "The mesh was read from this file; there is no photo of it.")
    yield Property("Mesh", f"{len(mesh.vertices)} vertices, {len(mesh.topology.triangles)} triangles")
    unit, *notes = result.warnings or ("",)
    yield Property("Unit", unit, "How the file's numbers became millimetres; OBJ files do not say their unit.")
    size = " × ".join(f"{length:.1f}" for length in np.ptp(drawn, axis=0))
    yield Property("Size", f"{size} mm", "Width, height and depth of all triangles.")
    for texture in result.textures.values():
        yield Property("Texture", f"{texture.rgb.shape[1]} × {texture.rgb.shape[0]} texels")
    if mesh.colors is not None:
        yield Property("Colours", "one per vertex")
    known = ", ".join(result.landmarks) or "none"
    yield Property("Landmarks", known, "The sets that are known for these triangles.")
    for number, note in enumerate(notes, 1):
        yield Property("Note" if len(notes) == 1 else f"Note {number}", note)


@lru_cache(maxsize=4)
def _drawn(topology: Topology) -> np.ndarray:
    """The numbers of the vertices that any triangle uses: one and the same for every step of a light's slider."""
    return np.unique(topology.triangles)


def _pose(result: Reconstruction) -> Iterator[Property]:
    angles = zip(POSE_SIGNS, (result.pose.yaw_deg, result.pose.pitch_deg, result.pose.roll_deg), strict=True)
    for label, angle_deg in angles:
        yield Property(label, f"{angle_deg:+.1f}°", POSE_SIGNS[label])


def _camera(camera: Camera, distance: Distance) -> Iterator[Property]:
    yield Property("Distance", distance.text, f"From the camera to the middle of the eyes. {distance.assumption}")
    yield Property("Depth", length_text(distance.depth_mm), "Of that, along the camera's optical axis: z.")
    yield Property(
        "Distance assumes", distance.assumption, "A distance is only as good as the focal length it is from."
    )
    focal_px, (width, height) = float(camera.K[0, 0]), camera.size
    fov_deg = float(np.degrees(2 * np.arctan(height / (2 * camera.K[1, 1]))))
    yield Property(
        "Focal length",
        f"{focal_px:.0f} px ({fov_deg:.1f}° high)",
        "Of the photo's camera; “Distance assumes” says where it is from. In degrees, the field of view over the "
        "picture's height.",
    )
    yield Property("Photo size", f"{width} × {height} px")


def _making(result: Reconstruction) -> Iterator[Property]:
    yield Property(
        "Reprojection",
        f"{result.reprojection_px:.2f} px",
        "Median distance between the landmarks of the fitted head and those found in the photo. Small is needed for a "
        "good head, but does not prove one.",
    )
    yield Property("Mesh", f"{len(result.mesh.vertices)} vertices, {len(result.mesh.topology.triangles)} triangles")
    engine = engine_spec(result.engine).title if result.engine in engine_ids() else result.engine
    yield Property("Engine", engine, "What made this head.")
    yield Property("Device", result.device, "Where it was computed.")
    if result.timings:
        seconds = ", ".join(f"{stage} {duration:.2f} s" for stage, duration in result.timings.items())
        yield Property("Timings", seconds, "How long each stage took.")
    for number, warning in enumerate(result.warnings, 1):
        label = "Note" if len(result.warnings) == 1 else f"Note {number}"
        yield Property(label, warning, "What the engine wants you to know about this head.")


def _numbers(values: np.ndarray, decimals: int) -> str:
    return ", ".join(f"{value + 0.0:.{decimals}f}" for value in np.round(np.asarray(values, np.float64), decimals))
