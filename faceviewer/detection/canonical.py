"""The bundle's canonical face: 468 points with texture coordinates and triangles, read from its protocol buffer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from faceviewer.detection.bundle import default_bundle
from faceviewer.detection.topology import MESH_POINT_COUNT, MIRRORED_IRISES
from faceviewer.types import FaceviewerError

_MESH, _VERTICES, _INDICES = 1, 3, 4  # field numbers of the message and of the mesh inside it
_MAX_CM = 100.0
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types


@dataclass(frozen=True, eq=False)
class CanonicalFace:
    """The mean face that the landmark network's points 0 to 467 are vertices of."""

    xyz_cm: np.ndarray
    """(468, 3) float32: x to the subject's left, y up, z out of the face."""
    uv: np.ndarray
    """(468, 2) float32, origin top-left as in the file."""
    triangles: np.ndarray
    """(898, 3) int32, counter-clockwise seen from outside."""
    mirrored: np.ndarray
    """(478,) int32: for each landmark, irises included, the one that takes its place in a mirrored picture."""


def parse_canonical_face(message: bytes) -> CanonicalFace:
    """Read the mesh of a geometry pipeline message; raises ``FaceviewerError`` when it is damaged."""
    try:
        mesh = next(value for number, value in _fields(message) if number == _MESH)
        parts = list(_fields(mesh))
        vertices = b"".join(value for number, value in parts if number == _VERTICES)
        indices = [_number(value) for number, value in parts if number == _INDICES]
        vertex_rows = np.frombuffer(vertices, "<f4").reshape(MESH_POINT_COUNT, 5)
        triangles = np.array(indices, np.int32).reshape(-1, 3)
        if len(triangles) == 0 or triangles.max() >= MESH_POINT_COUNT:
            raise ValueError("triangles without vertices")
        if not (np.abs(vertex_rows) < _MAX_CM).all():  # neither is NaN
            raise ValueError("no face has this size")
    except (StopIteration, ValueError, IndexError, TypeError, OverflowError) as error:
        raise FaceviewerError("face landmarker bundle: its canonical face is damaged") from error
    xyz = vertex_rows[:, :3].copy()
    return CanonicalFace(xyz, vertex_rows[:, 3:].copy(), triangles, _mirrored(xyz))


@lru_cache(maxsize=1)
def canonical_face() -> CanonicalFace:
    """The canonical face that ships with the program."""
    return parse_canonical_face(default_bundle().geometry)


def _mirrored(xyz: np.ndarray) -> np.ndarray:
    distances = np.linalg.norm((xyz * [-1, 1, 1])[:, None] - xyz[None], axis=-1)
    return np.concatenate([distances.argmin(1), MIRRORED_IRISES]).astype(np.int32)


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """(field number, raw value) of a protocol buffer message, in order."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        wire = key & 7
        start = position
        if wire == _VARINT:
            _, position = _varint(message, position)
        elif wire == _BYTES:
            length, start = _varint(message, position)
            position = start + length
        elif wire in (_FIXED32, _FIXED64):
            position += 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"wire type {wire}")
        if position > len(message):
            raise ValueError("truncated")
        yield key >> 3, message[start:position]


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """(value, position after it) of a base-128 number."""
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position


def _number(raw: bytes) -> int:
    return int.from_bytes(raw, "little") if len(raw) == 4 else _varint(raw, 0)[0]
