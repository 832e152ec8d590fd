"""The JSON of one result, schema ``faceviewer.reconstruction/1``: what scripts of others rely on.

The contract's keys: schema, photo, engine, device, mesh, camera, pose, landmarks, parts, blendshapes (as detected;
empty when none were), coefficients, reprojection_px (null when unknown), warnings, seconds. Beside them stand what
``result_reader`` needs to build the result again without the model: face (number and count in the photo, box, score,
detected landmarks), mesh.topology, vertices and barycentric of each landmark set, stages, and textures, each with its
PNG and the OBJ that shows it; asked, where it is known, by which a later run tells whether this is the head that it is
to make; and files, the SHA-256 and size of every companion, by which a set proves complete.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from faceviewer.io.asked import Asked
from faceviewer.types import BLENDSHAPE_NAMES, FaceviewerError, LandmarkSet, Origin, Reconstruction, Texture

SCHEMA = "faceviewer.reconstruction/1"


@dataclass(frozen=True)
class ResultFiles:
    """The files that stand beside the JSON."""

    mesh: str
    """Name of the OBJ."""
    contents: Mapping[str, bytes]
    """Name -> content of every file of the set."""
    textures: Mapping[str, str] = field(default_factory=dict)
    """Texture name -> its PNG."""
    texture_meshes: Mapping[str, str] = field(default_factory=dict)
    """Texture name -> the OBJ that shows it."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Texture name -> the PNG of where its texels came from."""


def encode_result(
    reconstruction: Reconstruction,
    files: ResultFiles,
    *,
    face_number: int = 1,
    face_count: int = 1,
    seconds_write: float = 0.0,
    asked: Asked | None = None,
) -> bytes:
    """The JSON text, UTF-8, one line per key. Raises FaceviewerError when a value is not a finite number."""
    r = reconstruction
    width, height = r.photo_size
    tree = {
        "schema": SCHEMA,
        "photo": {"name": r.photo_name, "sha256": r.photo_sha256, "width": width, "height": height},
        "engine": r.engine,
        "device": r.device,
        "face": _face(r, face_number, face_count),
        "mesh": {
            "file": files.mesh,
            "units": "mm",
            "vertices": len(r.mesh.vertices),
            "triangles": len(r.mesh.topology.triangles),
            "topology": r.mesh.topology.name,
        },
        "camera": {
            "K": r.camera.K.tolist(),
            "focal_from": r.focal_from,
            "R_camera_head": r.camera.R_camera_head.tolist(),
            "t_camera_head_mm": r.camera.t_camera_head.tolist(),
            "width": r.camera.size[0],
            "height": r.camera.size[1],
        },
        "pose": {
            "yaw_deg": r.pose.yaw_deg,
            "pitch_deg": r.pose.pitch_deg,
            "roll_deg": r.pose.roll_deg,
            "R": r.pose.R.tolist(),
            "t_mm": r.pose.t_mm.tolist(),
        },
        "landmarks": {name: _mesh_landmarks(r, name, points) for name, points in r.landmarks.items()},
        "parts": {name: ids.tolist() for name, ids in r.mesh.topology.parts.items()},
        "blendshapes": _blendshapes(r),
        "coefficients": {name: _rounded(values, 6) for name, values in r.coefficients.items()},
        "reprojection_px": r.reprojection_px if math.isfinite(r.reprojection_px) else None,
        "stages": list(r.stages),
        "warnings": list(r.warnings),
        "seconds": {name: round(seconds, 6) for name, seconds in {**r.timings, "write": seconds_write}.items()},
        "textures": {name: _texture(r.textures[name], name, files) for name in files.textures},
        **({} if asked is None else {"asked": asked.encoded()}),
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in files.contents.items()
        },
    }
    try:
        lines = [f"{json.dumps(key)}: {json.dumps(_plain(value), allow_nan=False)}" for key, value in tree.items()]
    except ValueError:
        raise FaceviewerError(f"the result for {r.photo_name} holds a value that is not a finite number") from None
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode("ascii")


def _face(r: Reconstruction, number: int, count: int) -> dict[str, Any]:
    return {
        "number": number,
        "count": count,
        "box_xyxy": _rounded(r.face.box_xyxy, 4),
        "score": float(r.face.score),
        "landmarks": {name: _landmarks(points) for name, points in r.face.landmarks.items()},
    }


def _landmarks(points: LandmarkSet) -> dict[str, Any]:
    entry: dict[str, Any] = {"xy_px": _rounded(points.xy_px, 4), "visible": points.visible.tolist()}
    if points.z_px is not None:
        entry["z_px"] = _rounded(points.z_px, 4)
    return entry


def _mesh_landmarks(r: Reconstruction, name: str, points: LandmarkSet) -> dict[str, Any]:
    entry = _landmarks(points)
    if points.vertices is not None and points.barycentric is not None:
        entry["xyz"] = _rounded(r.landmark_xyz_mm(name), 5)
        entry["vertices"] = points.vertices.tolist()
        entry["barycentric"] = _rounded(points.barycentric, 8)
    return entry


def _blendshapes(r: Reconstruction) -> dict[str, float]:
    if r.face.blendshapes is None:
        return {}
    return dict(zip(BLENDSHAPE_NAMES, _rounded(r.face.blendshapes, 6), strict=True))


def _texture(texture: Texture, name: str, files: ResultFiles) -> dict[str, Any]:
    counts = np.bincount(texture.origin.ravel(), minlength=len(Origin))
    entry = {
        "file": files.textures[name],
        "mesh": files.texture_meshes[name],
        "kind": texture.kind,
        "size": texture.rgb.shape[0],
        "texels": {origin.name.lower(): int(counts[origin]) for origin in Origin},
    }
    if name in files.origins:
        entry["origin_file"] = files.origins[name]
    return entry


def _rounded(values: np.ndarray, decimals: int) -> Any:
    """Nested lists of shortest decimal numbers: float32 noise behind ``decimals`` is not worth the bytes."""
    return np.round(np.asarray(values, np.float64), decimals).tolist()


def _plain(value: Any) -> Any:
    """The same with text that UTF-8 cannot hold (names of undecodable files) made readable."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], str):
        return [_plain(item) for item in value]
    return value
