"""Heads, faces and topologies as parts of a session: numbers in ``.npz``, textures in PNG, the rest in JSON.

Unlike the files of an export nothing is rounded: what is read equals what was written bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast, get_args

import numpy as np

from faceviewer.io.array_group import ArrayGroup, encode_arrays
from faceviewer.io.images import decode_png, encode_png
from faceviewer.io.json_node import JsonNode
from faceviewer.io.result_reader import MAX_PIXELS_PER_SIDE, MAX_VERTICES, TextureKind, read_focal_source
from faceviewer.types import (
    Camera,
    Face,
    FaceMesh,
    FaceviewerError,
    HeadPose,
    LandmarkSet,
    Origin,
    Reconstruction,
    Texture,
    Topology,
)

ReadPart = Callable[[str], bytes]
ARRAYS = "arrays.npz"


@dataclass(frozen=True, eq=False)
class Encoded:
    """Something as it stands in a session."""

    tree: dict[str, Any]
    """What goes into the JSON."""
    parts: Mapping[str, bytes]
    """Name -> content."""


def encode_topology(topology: Topology) -> Encoded:
    """All of a topology."""
    arrays = {"triangles": topology.triangles, "uv": topology.uv, "uv_triangles": topology.uv_triangles}
    if topology.symmetry is not None:
        arrays["symmetry"] = topology.symmetry
    for group, named in (("parts", topology.parts), ("regions", topology.regions)):
        arrays |= {f"{group}/{number}": ids for number, ids in enumerate(named.values())}
    arrays |= {f"contours/{number}": ids for number, ids in enumerate(topology.contours)}
    for number, (vertices, weights) in enumerate(topology.landmarks.values()):
        arrays |= {f"landmarks/{number}/vertices": vertices, f"landmarks/{number}/weights": weights}
    tree = {
        "name": topology.name,
        "parts": list(topology.parts),
        "regions": list(topology.regions),
        "landmarks": list(topology.landmarks),
        "contours": len(topology.contours),
    }
    return Encoded(tree, {ARRAYS: encode_arrays(arrays)})


def decode_topology(node: JsonNode, arrays: ArrayGroup) -> Topology:
    """Inverse of ``encode_topology``. Raises FaceviewerError."""
    triangles = arrays.take("triangles", "int", None, 3)
    uv = arrays.take("uv", "float", None, 2)
    below = MAX_VERTICES
    parts, regions = (
        {name: arrays.ids(f"{group}/{k}", below, None) for k, name in enumerate(node[group].texts())}
        for group in ("parts", "regions")
    )
    landmarks = {}
    for k, name in enumerate(node["landmarks"].texts()):
        vertices = arrays.ids(f"landmarks/{k}/vertices", below, None, 3)
        landmarks[name] = (vertices, arrays.take(f"landmarks/{k}/weights", "float", len(vertices), 3))
    return Topology(
        name=node["name"].text(),
        triangles=arrays.ids("triangles", below, None, 3),
        uv=uv,
        uv_triangles=arrays.ids("uv_triangles", len(uv), len(triangles) if len(uv) else None, 3),
        parts=parts,
        landmarks=landmarks,
        contours=tuple(arrays.ids(f"contours/{k}", below, None) for k in range(node["contours"].integer(0, 10_000))),
        symmetry=arrays.ids("symmetry", below, None) if "symmetry" in arrays else None,
        regions=regions,
    )


def highest_vertex(topology: Topology) -> int:
    """The highest vertex id that a topology names; -1 when it names none."""
    named = [*topology.parts.values(), *topology.regions.values(), *topology.contours]
    named += [vertices for vertices, _ in topology.landmarks.values()]
    named += [topology.triangles] + ([topology.symmetry] if topology.symmetry is not None else [])
    return max((int(ids.max()) for ids in named if ids.size), default=-1)


def encode_faces(faces: tuple[Face, ...]) -> Encoded:
    """Detected faces, in their order."""
    arrays: dict[str, np.ndarray] = {}
    trees = [_face(face, f"{number}/", arrays) for number, face in enumerate(faces)]
    return Encoded({"faces": trees}, {ARRAYS: encode_arrays(arrays)} if arrays else {})


def decode_faces(node: JsonNode, arrays: ArrayGroup) -> tuple[Face, ...]:
    """Inverse of ``encode_faces``. Raises FaceviewerError."""
    return tuple(_decode_face(tree, f"{k}/", arrays) for k, tree in enumerate(node["faces"].elements()))


def encode_head(result: Reconstruction) -> Encoded:
    """A result without its topology, which many share."""
    r = result
    arrays = {
        "vertices": r.mesh.vertices,
        "K": r.camera.K,
        "R_camera_head": r.camera.R_camera_head,
        "t_camera_head": r.camera.t_camera_head,
        "pose/R": r.pose.R,
        "pose/t_mm": r.pose.t_mm,
    }
    if r.mesh.colors is not None:
        arrays["colors"] = r.mesh.colors
    arrays |= {f"coefficients/{k}": values for k, values in enumerate(r.coefficients.values())}
    tree: dict[str, Any] = {
        "photo": {"name": r.photo_name, "sha256": r.photo_sha256, "size": list(r.photo_size)},
        "engine": r.engine,
        "device": r.device,
        "face": _face(r.face, "face/", arrays),
        "camera_size": list(r.camera.size),
        "focal_from": r.focal_from,
        "angles_deg": [float(angle) for angle in (r.pose.yaw_deg, r.pose.pitch_deg, r.pose.roll_deg)],
        "landmarks": _landmarks(r.landmarks, "landmarks/", arrays),
        "textures": [{"name": name, "kind": texture.kind} for name, texture in r.textures.items()],
        "coefficients": list(r.coefficients),
        "reprojection_px": float(r.reprojection_px) if math.isfinite(r.reprojection_px) else None,
        "stages": list(r.stages),
        "warnings": list(r.warnings),
        "seconds": {name: float(seconds) for name, seconds in r.timings.items()},
    }
    parts = {ARRAYS: encode_arrays(arrays)}
    for k, texture in enumerate(r.textures.values()):
        parts |= {f"texture{k}.png": encode_png(texture.rgb), f"origin{k}.png": encode_png(texture.origin)}
    return Encoded(tree, parts)


def decode_head(node: JsonNode, arrays: ArrayGroup, read: ReadPart, topology: Topology) -> Reconstruction:
    """Inverse of ``encode_head``; ``read`` gives the parts. Raises FaceviewerError."""
    vertices = arrays.take("vertices", "float", None, 3)
    if highest_vertex(topology) >= len(vertices):
        arrays.fail("the mesh has fewer vertices than its topology names")
    pose = (arrays.take("pose/R", "float", 3, 3), arrays.take("pose/t_mm", "float", 3))
    yaw_deg, pitch_deg, roll_deg = node["angles_deg"].numbers(3).tolist()
    photo, reprojection = node["photo"], node["reprojection_px"]
    return Reconstruction(
        photo_name=photo["name"].text(),
        photo_sha256=photo["sha256"].text(),
        photo_size=_size(photo["size"]),
        engine=node["engine"].text(),
        device=node["device"].text(),
        face=_decode_face(node["face"], "face/", arrays),
        mesh=FaceMesh(vertices, topology, arrays.optional("colors", "byte", len(vertices), 3)),
        camera=Camera(
            arrays.take("K", "float", 3, 3),
            arrays.take("R_camera_head", "float", 3, 3),
            arrays.take("t_camera_head", "float", 3),
            _size(node["camera_size"]),
        ),
        pose=HeadPose(*pose, yaw_deg, pitch_deg, roll_deg),
        landmarks=_decode_landmarks(node["landmarks"], "landmarks/", arrays, len(vertices)),
        textures={tree["name"].text(): _texture(tree, k, read) for k, tree in enumerate(node["textures"].elements())},
        coefficients={
            name: arrays.take(f"coefficients/{k}", "float", None) for k, name in enumerate(node["coefficients"].texts())
        },
        reprojection_px=math.nan if reprojection.is_null() else reprojection.number(),
        focal_from=read_focal_source(node["focal_from"]) if "focal_from" in node else "unknown",  # earlier versions
        stages=node["stages"].texts(),
        warnings=node["warnings"].texts(),
        timings={name: seconds.number() for name, seconds in node["seconds"].items()},
    )


def _face(face: Face, prefix: str, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    arrays[f"{prefix}box_xyxy"] = face.box_xyxy
    if face.blendshapes is not None:
        arrays[f"{prefix}blendshapes"] = face.blendshapes
    return {"score": float(face.score), "landmarks": _landmarks(face.landmarks, f"{prefix}landmarks/", arrays)}


def _decode_face(node: JsonNode, prefix: str, arrays: ArrayGroup) -> Face:
    return Face(
        box_xyxy=arrays.take(f"{prefix}box_xyxy", "float", 4),
        score=node["score"].number(),
        landmarks=_decode_landmarks(node["landmarks"], f"{prefix}landmarks/", arrays, 0),
        blendshapes=arrays.optional(f"{prefix}blendshapes", "float", None),
    )


def _landmarks(sets: Mapping[str, LandmarkSet], prefix: str, arrays: dict[str, np.ndarray]) -> list[str]:
    for number, points in enumerate(sets.values()):
        for field in ("xy_px", "visible", "vertices", "barycentric", "z_px"):
            if (array := getattr(points, field)) is not None:
                arrays[f"{prefix}{number}/{field}"] = array
    return list(sets)


def _decode_landmarks(node: JsonNode, prefix: str, arrays: ArrayGroup, vertex_count: int) -> dict[str, LandmarkSet]:
    sets = {}
    for number, name in enumerate(node.texts()):
        start = f"{prefix}{number}/"
        xy_px = arrays.take(f"{start}xy_px", "float", None, 2, finite=False)  # NaN behind the camera
        count = len(xy_px)
        on_mesh = f"{start}vertices" in arrays
        sets[name] = LandmarkSet(
            name,
            xy_px,
            arrays.take(f"{start}visible", "flag", count),
            arrays.ids(f"{start}vertices", vertex_count, count, 3) if on_mesh else None,
            arrays.take(f"{start}barycentric", "float", count, 3) if on_mesh else None,
            arrays.optional(f"{start}z_px", "float", count),
        )
    return sets


def _texture(node: JsonNode, number: int, read: ReadPart) -> Texture:
    name = f"texture{number}.png"
    rgb = decode_png(read(name), name)
    origin = decode_png(read(f"origin{number}.png"), f"origin{number}.png", "L")
    if rgb.shape[0] != rgb.shape[1] or origin.shape != rgb.shape[:2] or origin.max() > max(Origin):
        raise FaceviewerError(f"{name}: not a square texture with the origins of its texels")
    return Texture(rgb, origin, cast(TextureKind, node["kind"].choice(*get_args(TextureKind))))


def _size(node: JsonNode) -> tuple[int, int]:
    sides = [side.integer(1, MAX_PIXELS_PER_SIDE) for side in node.elements()]
    if len(sides) != 2:
        node.fail("width and height expected")
    return sides[0], sides[1]
