"""GLB (binary glTF 2.0) of a textured head, optionally with expressions as morph targets.

Metres, y up, the face towards +z: the head frame scaled by 0.001. glTF wants one texture coordinate per vertex, so
vertices on UV seams are doubled: vertex i of the file is vertex i of the model for all V model vertices, and the
copies follow behind. ``meshes[0].extras`` holds ``modelVertices`` (V) and ``seamCopies``: the model vertex that each
copy repeats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from faceviewer.io.atomic import write_atomically
from faceviewer.io.images import encode_png
from faceviewer.types import FaceMesh, FaceviewerError, Texture, Topology

METRES_PER_MM = 0.001
_FLOAT = 5126
_PLACEHOLDER_SIZE = (1, 1)


def write_glb(
    path: Path,
    mesh: FaceMesh,
    texture: Texture | None = None,
    *,
    morph_targets: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Write ``path`` whole or not at all; see ``encode_glb``. Raises FaceviewerError when it is not writable."""
    data = encode_glb(mesh, None if texture is None else encode_png(texture.rgb), morph_targets=morph_targets)
    write_atomically(path, lambda target: target.write_bytes(data))


def encode_glb(
    mesh: FaceMesh,
    texture_png: bytes | None = None,
    *,
    name: str = "head",
    morph_targets: Mapping[str, np.ndarray] | None = None,
) -> bytes:
    """The bytes of a GLB whose material shows the texture in its own colours (white factor, no metal, fully rough).

    ``texture_png`` goes in as it is; ``mesh.colors`` are written where there is no texture, as linear light, which
    glTF wants of vertices, while its textures are sRGB. ``morph_targets`` maps
    names to (V, 3) offsets in mm of this mesh; the names end in ``extras.targetNames``, where Blender and three.js
    look for them. Raises FaceviewerError for a vertex or offset that is not finite.
    """
    split = split_at_seams(mesh.topology, len(mesh.vertices))
    _check_finite("vertex", mesh.vertices)
    targets = {target: _model_offsets(target, mesh, offsets) for target, offsets in (morph_targets or {}).items()}

    def add_what_trimesh_cannot(buffers: dict[Any, bytes], tree: dict[str, Any]) -> None:
        if texture_png is not None:
            _replace_texture(buffers, tree, texture_png)
        elif mesh.colors is not None:
            _add_colors(buffers, tree, mesh.colors[split.model_ids])
        _add_morph_targets(buffers, tree, {target: offsets[split.model_ids] for target, offsets in targets.items()})
        extras = {"modelVertices": split.model_vertices, "seamCopies": split.seam_copies.tolist()}
        if targets:
            extras["targetNames"] = list(targets)
        tree["meshes"][0]["extras"] = extras
        tree["asset"]["generator"] = "faceviewer"

    return _as_trimesh_scene(mesh, split, name, textured=texture_png is not None).export(
        file_type="glb", include_normals=True, buffer_postprocessor=add_what_trimesh_cannot
    )


@dataclass(frozen=True)
class SeamSplit:
    """A mesh with one texture coordinate per vertex: the model's vertices, then copies of those on seams."""

    model_vertices: int
    """V, the number of model vertices."""
    model_ids: np.ndarray
    """(V + copies,) int32, the model vertex of each; the first V are 0 .. V-1."""
    uv: np.ndarray
    """(V + copies, 2) float32."""
    triangles: np.ndarray
    """(F, 3) int32."""

    @property
    def seam_copies(self) -> np.ndarray:
        """(copies,) int32: the model vertex that each copy repeats."""
        return self.model_ids[self.model_vertices :]


def split_at_seams(topology: Topology, vertex_count: int) -> SeamSplit:
    """Give each vertex one texture coordinate; vertex i stays vertex i, and copies come in the order of their corners.

    Vertices of no triangle get texture coordinate (0, 0).
    """
    if len(topology.uv) == 0:
        ids = np.arange(vertex_count, dtype=np.int32)
        return SeamSplit(vertex_count, ids, np.zeros((vertex_count, 2), np.float32), topology.triangles)
    vertex_ids = topology.triangles.ravel().astype(np.int64)
    uv_ids = topology.uv_triangles.ravel().astype(np.int64)
    pairs, first, inverse = np.unique(vertex_ids * len(topology.uv) + uv_ids, return_index=True, return_inverse=True)
    pair_vertex = pairs // len(topology.uv)
    is_original = np.diff(pair_vertex, prepend=-1) > 0
    copies = np.flatnonzero(~is_original)
    copies = copies[np.argsort(first[copies])]
    new_ids = pair_vertex.copy()
    new_ids[copies] = vertex_count + np.arange(len(copies))
    uv = np.zeros((vertex_count + len(copies), 2), np.float32)
    uv[new_ids] = topology.uv[pairs % len(topology.uv)]
    model_ids = np.concatenate([np.arange(vertex_count), pair_vertex[copies]]).astype(np.int32)
    return SeamSplit(vertex_count, model_ids, uv, new_ids[inverse].reshape(-1, 3).astype(np.int32))


def _as_trimesh_scene(mesh: FaceMesh, split: SeamSplit, name: str, *, textured: bool) -> Any:
    import trimesh
    from PIL import Image
    from trimesh.visual import TextureVisuals
    from trimesh.visual.material import PBRMaterial

    normals = trimesh.Trimesh(mesh.vertices, mesh.topology.triangles, process=False).vertex_normals.copy()
    normals[~normals.any(1)] = (0, 0, 1)  # vertices of no triangle; glTF wants unit length everywhere
    material = PBRMaterial(
        name=name,
        baseColorTexture=Image.new("RGB", _PLACEHOLDER_SIZE) if textured else None,
        baseColorFactor=[255, 255, 255, 255],
        metallicFactor=0.0,
        roughnessFactor=1.0,
        doubleSided=True,
    )
    visual = TextureVisuals(uv=split.uv if textured else None, material=material)
    parted = trimesh.Trimesh(
        mesh.vertices[split.model_ids].astype(np.float64) * METRES_PER_MM,
        split.triangles,
        vertex_normals=normals[split.model_ids],  # of the unparted mesh: no shading edge along a seam
        visual=visual,
        process=False,
    )
    return trimesh.Scene({name: parted})


def _replace_texture(buffers: dict[Any, bytes], tree: dict[str, Any], png: bytes) -> None:
    """Put the finished PNG where trimesh put a placeholder: it would compress the picture anew, and slowly."""
    view = tree["images"][0]["bufferView"]
    key = list(buffers)[view]
    buffers[key] = png + bytes(-len(png) % 4)


def _add_colors(buffers: dict[Any, bytes], tree: dict[str, Any], colors: np.ndarray) -> None:
    """Append an accessor of (vertices, 3) sRGB levels as linear light; trimesh would write the levels as they are."""
    levels = np.arange(256) / 255
    light = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4).astype("<f4")
    tree["meshes"][0]["primitives"][0]["attributes"]["COLOR_0"] = _added(buffers, tree, "colors", light[colors])


def _added(buffers: dict[Any, bytes], tree: dict[str, Any], key: Any, values: np.ndarray) -> int:
    """Append an accessor of (vertices, 3) little-endian float32; returns its number."""
    buffers[key] = values.tobytes()
    tree["accessors"][key] = {
        "bufferView": len(buffers) - 1,
        "byteOffset": 0,
        "componentType": _FLOAT,
        "type": "VEC3",
        "count": len(values),
        "min": values.min(0).tolist(),
        "max": values.max(0).tolist(),
    }
    return len(tree["accessors"]) - 1


def _add_morph_targets(buffers: dict[Any, bytes], tree: dict[str, Any], targets: Mapping[str, np.ndarray]) -> None:
    """Append one accessor of (vertices, 3) offsets, mm, per target; the bounds are those of the written float32."""
    if not targets:
        return
    entries = []
    for name, offsets in targets.items():
        metres = (offsets * METRES_PER_MM).astype("<f4")
        entries.append({"POSITION": _added(buffers, tree, ("morph target", name), metres)})
    mesh = tree["meshes"][0]
    mesh["primitives"][0]["targets"] = entries
    mesh["weights"] = [0.0] * len(entries)


def _model_offsets(name: str, mesh: FaceMesh, offsets: np.ndarray) -> np.ndarray:
    if offsets.shape != mesh.vertices.shape:
        raise ValueError(f"morph target {name}: {offsets.shape} offsets for {mesh.vertices.shape} vertices")
    _check_finite(f"offset of morph target {name}", offsets)
    return offsets


def _check_finite(what: str, array: np.ndarray) -> None:
    if not np.isfinite(array).all():
        raise FaceviewerError(f"the GLB cannot be written: a {what} is not a finite number")
