"""The topology of HiFi3D++ heads: recognised by a digest of its triangles, so that none of it has to be shipped.

Landmarks are vertices that FFHQ-UV's published code names. Parts and the mirrored vertex come from our own
correspondence with the built-in head (``correspondence``) and from the texture layout, not from the model's authors.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np

from faceviewer.models.hifi3d.face_model import Hifi3dModel
from faceviewer.models.hifi3d.points import LANDMARKS_68
from faceviewer.models.hifi3d.schema import TRIANGLE_COUNT, VERTEX_COUNT
from faceviewer.types import Topology

NAME = "hifi3d"
TRIANGLES_SHA256 = "0e37ca947f6dd89ec7158447a62b7a773937bf109ff70d7fdb678aa8ffdb06fc"
"""Of the (40832, 3) triangles as little-endian int32, vertices counted from 0, in the order of the published OBJs."""


def is_hifi3d(triangles: np.ndarray, vertex_count: int) -> bool:
    """Whether a mesh has the topology of FFHQ-UV's heads, vertex by vertex and triangle by triangle."""
    if vertex_count != VERTEX_COUNT or triangles.shape != (TRIANGLE_COUNT, 3):
        return False
    return hashlib.sha256(np.ascontiguousarray(triangles, "<i4").tobytes()).hexdigest() == TRIANGLES_SHA256


@lru_cache(maxsize=2)
def topology_of(model: Hifi3dModel) -> Topology:
    """The topology of a model's heads, with the 68 landmarks of its file."""
    return named_topology(model.triangles, model.uv, model.uv_triangles, len(model.mean_shape), model.landmarks)


def topology_of_mesh(mesh: Topology) -> Topology:
    """The topology of a mesh that ``is_hifi3d``, with its own texture layout; equal meshes give the same object."""
    arrays = (mesh.triangles, mesh.uv, mesh.uv_triangles)
    return _of_bytes(
        *(np.ascontiguousarray(a, d).tobytes() for a, d in zip(arrays, ("<i4", "<f4", "<i4"), strict=True))
    )


def named_topology(
    triangles: np.ndarray,
    uv: np.ndarray,
    uv_triangles: np.ndarray,
    vertex_count: int,
    landmarks: np.ndarray | None = None,
) -> Topology:
    """Arrays as of ``Topology``; landmarks: (68,) of the model's file. Parts only for the published vertex count."""
    from faceviewer.models.hifi3d.correspondence import load_correspondence

    ids = LANDMARKS_68 if landmarks is None else landmarks
    corners, weights = np.stack([ids] * 3, 1), np.tile(np.array([1, 0, 0], np.float32), (len(ids), 1))
    known = load_correspondence() if vertex_count == VERTEX_COUNT else None
    return Topology(
        name=NAME,
        triangles=triangles,
        uv=uv,
        uv_triangles=uv_triangles,
        parts={} if known is None else known.parts,
        landmarks={"68": (corners, weights)},
        symmetry=None if known is None else known.symmetry,
    )


@lru_cache(maxsize=2)
def _of_bytes(triangles: bytes, uv: bytes, uv_triangles: bytes) -> Topology:
    return named_topology(
        np.frombuffer(triangles, "<i4").reshape(-1, 3),
        np.frombuffer(uv, "<f4").reshape(-1, 2),
        np.frombuffer(uv_triangles, "<i4").reshape(-1, 3),
        VERTEX_COUNT,
    )
