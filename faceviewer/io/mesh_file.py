"""A mesh file that anyone may have made, as a mesh in millimetres with its colours or its texture.

Vertex i of the file is vertex i of the mesh. Files that say that their unit is the millimetre, as those that we write,
are taken as they are; of others the unit is guessed from the size, and they are centred on their middle.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceviewer.io.mesh_units import LARGEST_MM, SMALLEST_MM, is_head_size, likely_unit
from faceviewer.io.mtl import beside, library_troubles, picture_names
from faceviewer.io.obj_polygons import ObjPolygons, read_obj_bytes, read_polygons
from faceviewer.io.photo import PhotoError, load_photo
from faceviewer.types import CancelToken, FaceMesh, FaceviewerError, Texture, Topology

MESH_TOPOLOGY = "mesh"
"""The name of a topology that nobody knows."""
MAX_TEXTURE_SIDE = 8192


@dataclass(frozen=True, eq=False)
class MeshFile:
    """What was read from one file."""

    mesh: FaceMesh
    """Millimetres. Without texture coordinates its topology has a single one, (0, 0), which all corners name."""
    texture: Texture | None
    sha256: str
    """Of the file's bytes."""
    in_head_frame: bool
    """The file says that it is in millimetres: it was neither scaled nor moved."""
    notes: tuple[str, ...]
    """Sentences for the user, the one on the unit first."""


def read_mesh_file(path: Path, cancel: CancelToken) -> MeshFile:
    """Read an OBJ with the picture that its material names. Slow: not for the window's thread.

    Raises FaceviewerError, one sentence that names the file; Cancelled.
    """
    data = read_obj_bytes(path)
    cancel.check()
    obj = read_polygons(path, data)
    cancel.check()
    vertices, unit_note = _in_millimetres(path, obj)
    texture, texture_notes = texture_of(path, obj)
    has_uv = len(obj.uv) > 0
    topology = Topology(
        name=MESH_TOPOLOGY,
        triangles=obj.triangles,
        uv=obj.uv if has_uv else np.zeros((1, 2), np.float32),
        uv_triangles=obj.uv_triangles if has_uv else np.zeros_like(obj.triangles),
    )
    return MeshFile(
        mesh=FaceMesh(vertices, topology, vertex_colors(obj)),
        texture=texture,
        sha256=hashlib.sha256(data).hexdigest(),
        in_head_frame=obj.says_millimetres,
        notes=(unit_note, *_shape_notes(obj), *texture_notes),
    )


def _in_millimetres(path: Path, obj: ObjPolygons) -> tuple[np.ndarray, str]:
    """(V, 3) float32 mm, and the sentence on how that came about."""
    used = obj.vertices[np.unique(obj.triangles)]
    low, high = used.min(0), used.max(0)
    size = high - low
    height = float(size[1] if size[1] > 0 else size.max())
    if height <= 0:
        raise FaceviewerError(f"{path}: all corners of its triangles lie in one point")
    if obj.says_millimetres:
        return obj.vertices.astype(np.float32), "Millimetres, as the file says; it was neither scaled nor moved."
    unit = likely_unit(height)
    height_mm = height * unit.mm
    tall = f"The file names no unit; its mesh is {height:.3g} units tall."
    range_text = f"{SMALLEST_MM:.0f} to {LARGEST_MM:.0f} mm"
    fits = (
        f"Taken as {unit.words}, it has the size of a face or head ({range_text})"
        if is_head_size(height_mm)
        else f"No usual unit makes that the size of a face or head ({range_text}); taken as {unit.words}"
    )
    scaled = f"multiplied by {unit.mm:.0f} to {height_mm:.4g} mm" if unit.mm != 1 else "not scaled"
    note = f"{tall} {fits}; it was {scaled} and centred on its middle."
    return ((obj.vertices - (low + high) / 2) * unit.mm).astype(np.float32), note


def vertex_colors(obj: ObjPolygons) -> np.ndarray | None:
    """(V, 3) uint8, or None where the file has none.

    Numbers above 2, and whole ones above 1, can only be counted to 255; what is a little above 1 is a rounding: one
    colour of 1.004 made a whole mesh black.
    """
    if not len(obj.colors):
        return None
    largest = obj.colors.max()
    is_counted = largest > 2.0 or (largest > 1.0 and (obj.colors == np.rint(obj.colors)).all())
    scale = 1.0 if is_counted else 255.0
    return np.rint(np.clip(obj.colors * scale, 0, 255)).astype(np.uint8)


def _shape_notes(obj: ObjPolygons) -> list[str]:
    notes = []
    if len(obj.triangles) != obj.polygons:
        what = "One polygon was" if obj.polygons == 1 else f"Its {obj.polygons} polygons were"
        notes.append(f"{what} cut into {len(obj.triangles)} triangles.")
    if obj.bare_polygons:
        notes.append(f"{obj.bare_polygons} of its polygons have no texture coordinates.")
    loose = len(obj.vertices) - len(np.unique(obj.triangles))
    if loose:
        notes.append(f"{loose} of its {len(obj.vertices)} vertices belong to no triangle and are not drawn.")
    return notes


def texture_of(path: Path, obj: ObjPolygons) -> tuple[Texture | None, list[str]]:
    """The picture of the material with most polygons of the OBJ at ``path``, and what to say about it."""
    if not len(obj.uv):
        return None, []
    pictures = picture_names(path.parent, obj.libraries)
    used = [usage.material for usage in obj.usage] or list(pictures)
    wanted = list(dict.fromkeys(pictures[material] for material in used if material in pictures))
    if not wanted:
        troubles = library_troubles(path.parent, obj.libraries)
        return None, [f"Its material file {trouble}; it is shown without." for trouble in troubles]
    try:
        texture = _read_texture(path, wanted[0])
    except FaceviewerError as error:
        return None, [f"Its texture {wanted[0]} {error}; it is shown without."]
    more = len(wanted) - 1
    return texture, [f"It has {more + 1} textures; only {wanted[0]}, of most polygons, is shown."] if more else []


def _read_texture(path: Path, name: str) -> Texture:
    """Square, as all textures here; raises FaceviewerError with the reason alone."""
    picture = beside(path.parent, name)
    try:
        rgb = load_photo(picture).rgb
    except PhotoError as error:
        reason = str(error).removeprefix(f"{picture}: ")
        raise FaceviewerError(f"cannot be used ({reason})") from None
    side = min(max(rgb.shape[:2]), MAX_TEXTURE_SIDE)
    if rgb.shape[:2] != (side, side):
        from faceviewer.io.cv import cv2

        smooth = cv2.INTER_AREA if side < max(rgb.shape[:2]) else cv2.INTER_CUBIC
        rgb = np.asarray(cv2.resize(rgb, (side, side), interpolation=smooth), np.uint8)
    return Texture(rgb, np.zeros((side, side), np.uint8))
