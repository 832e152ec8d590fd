"""Files that name vertices of one of the Basel Face Model's meshes, rewritten for another.

Three kinds: an OBJ, the JSON of a result, and a list of vertex ids. Ids without a counterpart become -1, in their
places, so that entry i stays entry i.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from faceviewer.io.mesh_file import vertex_colors
from faceviewer.io.obj import MILLIMETRES, encode_obj
from faceviewer.io.obj_polygons import read_polygons
from faceviewer.io.result_reader import read_result
from faceviewer.io.vertex_ids import encode_ids, read_ids
from faceviewer.models.tddfa_v3.correspondences import NONE
from faceviewer.models.tddfa_v3.mesh_conversion import Relation, converted_ids, converted_mesh
from faceviewer.types import FaceMesh, FaceviewerError, Topology

SCHEMA = "faceviewer.vertex_ids/1"
"""Of the JSON that is written: which vertices of the target the landmarks and parts of a result are."""
Relate = Callable[[int], Relation]
"""The vertex count of a file's mesh -> how it is related to the one that is wanted."""


@dataclass(frozen=True)
class ConvertedFile:
    """A file in the target's numbers."""

    data: bytes
    relation: Relation
    findings: tuple[str, ...]
    """Sentences on what there is and what got lost."""


def convert_obj(path: Path, name: str, relate: Relate) -> ConvertedFile:
    """An OBJ with a vertex count of ``COUNTS``; ``name`` is what its object is called.

    Raises FaceviewerError, naming the file.
    """
    obj = read_polygons(path)
    relation = _related(path, len(obj.vertices), relate)
    topology = Topology("source", obj.triangles, obj.uv, obj.uv_triangles)
    mesh = FaceMesh(obj.vertices.astype(np.float32), topology, vertex_colors(obj))
    try:
        converted = converted_mesh(mesh, relation)
    except FaceviewerError as error:
        raise FaceviewerError(f"{path}: {error}") from None
    comments = [
        MILLIMETRES if obj.says_millimetres else f"units: those of {path.name}",
        f"vertex i is vertex i of the Basel Face Model's mesh of {relation.target} vertices",
        f"from {path.name} ({relation.source} vertices) by {', '.join(relation.files)}",
    ]
    findings = [f"{relation.target} vertices, {len(converted.mesh.topology.triangles)} triangles"]
    if relation.unknown:
        loose = (
            f"{relation.unknown} of the {relation.target} vertices have no counterpart in {path.name}: "
            "they stand at the centroid of the others and belong to no triangle"
        )
        comments.append(loose)
        findings.append(loose)
    if converted.lost_triangles:
        findings.append(f"{converted.lost_triangles} of {len(obj.triangles)} triangles lost a corner and are left out")
    if obj.libraries:
        findings.append("its material is not carried along, its texture coordinates are")
    comments = [_in_one_line(comment) for comment in comments]
    return ConvertedFile(encode_obj(name, converted.mesh, comments=comments), relation, tuple(findings))


def convert_result(path: Path, relate: Relate) -> ConvertedFile:
    """Landmarks and parts in the JSON of a 3DDFA-V3 head, as a JSON of schema ``SCHEMA``.

    Raises FaceviewerError, naming the file.
    """
    saved = read_result(path)
    relation = _related(path, saved.vertex_count, relate)
    landmarks: dict[str, Any] = {}
    findings = []
    for name, points in saved.landmarks.items():
        if points.vertices is None or points.barycentric is None:
            continue
        ids = converted_ids(points.vertices, relation)
        findings += _lost(f"landmarks of set {name}", ((ids == NONE) & (points.barycentric > 0)).any(1))
        landmarks[name] = {"vertices": ids.tolist(), "barycentric": np.round(points.barycentric, 8).tolist()}
    parts = {name: converted_ids(ids, relation) for name, ids in saved.parts.items()}
    for name, ids in parts.items():
        findings += _lost(f"vertices of the part {name}", ids == NONE)
    if not landmarks and not parts:
        raise FaceviewerError(f"{path}: it names neither landmarks nor parts on its mesh")
    tree = {
        "schema": SCHEMA,
        "source": {"file": path.name.encode("utf-8", "backslashreplace").decode(), "vertices": relation.source},
        "vertices": relation.target,
        "index_files": list(relation.files),
        "none": NONE,
        "landmarks": landmarks,
        "parts": {name: ids.tolist() for name, ids in parts.items()},
    }
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in tree.items())
    return ConvertedFile(f"{{\n{lines}\n}}\n".encode(), relation, (_named(landmarks, parts), *findings))


def convert_id_list(path: Path, source: int, suffix: str, relate: Relate) -> ConvertedFile:
    """A ``.npy`` or text of vertex ids of the mesh of ``source`` vertices, written as ``suffix`` says.

    Raises FaceviewerError, naming the file.
    """
    ids = read_ids(path)
    relation = _related(path, source, relate)
    try:
        ids = converted_ids(ids, relation)
    except FaceviewerError as error:
        raise FaceviewerError(_naming(path, error)) from None
    return ConvertedFile(encode_ids(ids, suffix), relation, (f"{ids.size} ids", *_lost("ids", ids.ravel() == NONE)))


def _related(path: Path, count: int, relate: Relate) -> Relation:
    try:
        return relate(count)
    except FaceviewerError as error:
        raise FaceviewerError(_naming(path, error)) from None


def _naming(path: Path, error: FaceviewerError) -> str:
    return str(error) if str(error).startswith(str(path)) else f"{path}: {error}"


def _lost(what: str, is_lost: np.ndarray) -> list[str]:
    count = int(np.count_nonzero(is_lost))
    return [f"{count} of {len(is_lost)} {what} have no counterpart and are -1"] if count else []


def _named(landmarks: dict[str, Any], parts: dict[str, Any]) -> str:
    sets = f"landmark set{'s' * (len(landmarks) != 1)} {', '.join(landmarks)}" if landmarks else "no landmarks"
    return f"{sets} and {len(parts)} part{'s' * (len(parts) != 1)}"


def _in_one_line(text: str) -> str:
    """Names of files may hold line ends, which would end a comment."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "backslashreplace").decode() for c in text)
