"""Reading the JSON of a result back: every value is checked, and a wrong one is named in one sentence."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

import numpy as np

from faceviewer.io.asked import Asked, read_asked
from faceviewer.io.json_node import JsonNode, read_json
from faceviewer.io.result_json import SCHEMA
from faceviewer.types import (
    BLENDSHAPE_NAMES,
    FOCAL_SOURCES,
    Camera,
    Face,
    FaceviewerError,
    FocalSource,
    HeadPose,
    LandmarkSet,
)

MAX_VERTICES = 10_000_000
MAX_PIXELS_PER_SIDE = 1_000_000
MAX_TEXTURE_SIDE = 16384
TextureKind = Literal["photo", "albedo", "model"]


@dataclass(frozen=True)
class TextureEntry:
    """A texture that a result names."""

    file: str
    kind: TextureKind
    size: int
    origin_file: str | None


@dataclass(frozen=True)
class FileEntry:
    """A file that belongs to a result."""

    sha256: str
    bytes: int


@dataclass(frozen=True, eq=False)
class SavedResult:
    """All that the JSON of a result says; shapes, units and frames as in ``types.Reconstruction``."""

    photo_name: str
    photo_sha256: str
    photo_size: tuple[int, int]
    engine: str
    device: str
    face: Face
    face_number: int
    """1 for the photo's largest face."""
    face_count: int
    """How many faces of the photo were reconstructed."""
    mesh_file: str
    vertex_count: int
    triangle_count: int
    topology_name: str
    camera: Camera
    pose: HeadPose
    landmarks: Mapping[str, LandmarkSet]
    parts: Mapping[str, np.ndarray]
    coefficients: Mapping[str, np.ndarray]
    reprojection_px: float
    """NaN where the file says null."""
    focal_from: FocalSource
    """"unknown" in files of versions that did not write it."""
    stages: tuple[str, ...]
    warnings: tuple[str, ...]
    timings: Mapping[str, float]
    textures: Mapping[str, TextureEntry]
    files: Mapping[str, FileEntry]
    asked: Asked | None
    """None in files of versions that did not write it, and of heads that no batch made."""


def read_result(path: Path) -> SavedResult:
    """Read and check a result's JSON. Raises FaceviewerError: one sentence with the file and what is wrong with it."""
    try:
        return _result(read_json(path))
    except FaceviewerError as error:
        raise FaceviewerError(f"{path}: {error}") from None


def named_files(path: Path) -> frozenset[str]:
    """The names of the companions of which the JSON of a result speaks; empty when ``path`` is no such JSON.

    Less is asked of it than by ``read_result``: the set of an older version, or of values that are wrong, is a set.
    Only names that begin as the JSON's own does count: a JSON that anyone may have made speaks for no other files.
    """
    try:
        top = read_json(path)
        if top["schema"].text() != SCHEMA:
            return frozenset()
        names = [JsonNode(name, "files").file_name() for name, _ in top["files"].items()]
    except FaceviewerError:
        return frozenset()
    stem = path.stem.casefold()  # some file systems do not tell upper from lower case
    return frozenset(name for name in names if name.casefold().startswith((f"{stem}.", f"{stem}_")))


def is_complete(path: Path) -> bool:
    """Whether ``path`` is the JSON of a result all of whose files stand beside it, unchanged."""
    try:
        result = read_result(path)
        named = {result.mesh_file, *(texture.file for texture in result.textures.values())}
        unchanged = (_is_unchanged(path.parent / name, entry) for name, entry in result.files.items())
        return named <= set(result.files) and all(unchanged)
    except (FaceviewerError, OSError):
        return False


def _is_unchanged(path: Path, entry: FileEntry) -> bool:
    if path.stat().st_size != entry.bytes:
        return False
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == entry.sha256


def _result(top: JsonNode) -> SavedResult:
    if "schema" not in top:
        raise FaceviewerError("not the JSON of a reconstruction, it names no schema")
    if top["schema"].text() != SCHEMA:
        raise FaceviewerError(f"its schema is {top['schema'].text()[:80]!r}, this version reads {SCHEMA}")
    mesh, photo, camera = top["mesh"], top["photo"], top["camera"]
    vertex_count = mesh["vertices"].integer(1, MAX_VERTICES)
    mesh["units"].choice("mm")
    reprojection = top["reprojection_px"]
    return SavedResult(
        photo_name=photo["name"].text(),
        photo_sha256=photo["sha256"].text(),
        photo_size=_size(photo),
        engine=top["engine"].text(),
        device=top["device"].text(),
        face=_face(top),
        face_number=top["face"]["number"].integer(1, MAX_VERTICES),
        face_count=top["face"]["count"].integer(1, MAX_VERTICES),
        mesh_file=mesh["file"].file_name(),
        vertex_count=vertex_count,
        triangle_count=mesh["triangles"].integer(1, MAX_VERTICES),
        topology_name=mesh["topology"].text(),
        camera=_camera(camera),
        pose=_pose(top["pose"]),
        landmarks={name: _landmarks(name, node, vertex_count) for name, node in top["landmarks"].items()},
        parts={name: node.ids(vertex_count) for name, node in top["parts"].items()},
        coefficients={name: _float32(node.numbers(), node) for name, node in top["coefficients"].items()},
        reprojection_px=math.nan if reprojection.is_null() else reprojection.number(),
        focal_from=read_focal_source(camera["focal_from"]) if "focal_from" in camera else "unknown",
        stages=top["stages"].texts(),
        warnings=top["warnings"].texts(),
        timings={name: node.number() for name, node in top["seconds"].items()},
        textures={name: _texture(node) for name, node in top["textures"].items()},
        files={
            JsonNode(name, "files").file_name(): FileEntry(node["sha256"].text(), node["bytes"].integer(0, 1 << 40))
            for name, node in top["files"].items()
        },
        asked=read_asked(top["asked"]) if "asked" in top else None,
    )


def _size(node: JsonNode) -> tuple[int, int]:
    return node["width"].integer(1, MAX_PIXELS_PER_SIDE), node["height"].integer(1, MAX_PIXELS_PER_SIDE)


def _camera(node: JsonNode) -> Camera:
    K = node["K"].rows(3, 3)
    if not (K[0, 0] > 0 and K[1, 1] > 0 and K[1, 0] == 0 and (K[2] == (0, 0, 1)).all()):
        node["K"].fail("not the matrix of a pinhole camera")
    return Camera(K, _rotation(node["R_camera_head"]), node["t_camera_head_mm"].numbers(3), _size(node))


def read_focal_source(node: JsonNode) -> FocalSource:
    """One of ``FOCAL_SOURCES``."""
    return cast(FocalSource, node.choice(*FOCAL_SOURCES))


def _pose(node: JsonNode) -> HeadPose:
    angles = (node[name].number() for name in ("yaw_deg", "pitch_deg", "roll_deg"))
    return HeadPose(_rotation(node["R"]), node["t_mm"].numbers(3), *angles)


def _rotation(node: JsonNode) -> np.ndarray:
    R = node.rows(3, 3)
    if np.abs(R).max() > 1.01 or np.abs(R @ R.T - np.eye(3)).max() > 1e-3 or np.linalg.det(R) < 0:
        node.fail("not a rotation")
    return R


def _face(top: JsonNode) -> Face:
    node = top["face"]
    landmarks = {name: _landmarks(name, points, 0) for name, points in node["landmarks"].items()}
    box, score = _float32(node["box_xyxy"].numbers(4), node["box_xyxy"]), node["score"].number()
    return Face(box, score, landmarks, _blendshapes(top["blendshapes"]))


def _blendshapes(node: JsonNode) -> np.ndarray | None:
    values = {name: value.number() for name, value in node.items()}
    if not values:
        return None
    if set(values) != set(BLENDSHAPE_NAMES):
        node.fail(f"the {len(BLENDSHAPE_NAMES)} names of the blendshapes expected")
    return _float32(np.array([values[name] for name in BLENDSHAPE_NAMES]), node)


def _landmarks(name: str, node: JsonNode, vertex_count: int) -> LandmarkSet:
    xy_px = _float32(node["xy_px"].rows(None, 2), node["xy_px"])
    count = len(xy_px)
    vertices = barycentric = None
    if "xyz" in node:
        node["xyz"].rows(count, 3)
    if "vertices" in node:
        vertices = node["vertices"].id_rows(count, 3, vertex_count)
        barycentric = _float32(node["barycentric"].rows(count, 3), node["barycentric"])
    z_px = _float32(node["z_px"].numbers(count), node["z_px"]) if "z_px" in node else None
    return LandmarkSet(name, xy_px, node["visible"].flags(count), vertices, barycentric, z_px)


def _float32(values: np.ndarray, node: JsonNode) -> np.ndarray:
    if values.size and np.abs(values).max() > np.finfo(np.float32).max:
        node.fail("a number is too large")
    return values.astype(np.float32)


def _texture(node: JsonNode) -> TextureEntry:
    return TextureEntry(
        file=node["file"].file_name(),
        kind=cast(TextureKind, node["kind"].choice(*get_args(TextureKind))),
        size=node["size"].integer(1, MAX_TEXTURE_SIDE),
        origin_file=node["origin_file"].file_name() if "origin_file" in node else None,
    )
