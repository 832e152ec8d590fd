"""Binary PLY: vertices in the model's order, millimetres, head frame, with a colour each where one is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from faceviewer.io.atomic import write_atomically
from faceviewer.types import FaceMesh, FaceviewerError, Texture, Topology


def write_ply(path: Path, mesh: FaceMesh, texture: Texture | None = None) -> None:
    """Write ``path`` whole or not at all; see ``encode_ply``. Raises FaceviewerError when it is not writable."""
    data = encode_ply(mesh, texture)
    write_atomically(path, lambda target: target.write_bytes(data))


def encode_ply(mesh: FaceMesh, texture: Texture | None = None) -> bytes:
    """The bytes of a little-endian PLY; colours are the mesh's own, else sampled from the texture.

    Raises FaceviewerError for a vertex that is not finite.
    """
    if not np.isfinite(mesh.vertices).all():
        raise FaceviewerError("the PLY cannot be written: a vertex is not a finite number")
    colors = mesh.colors
    if colors is None and texture is not None and len(mesh.topology.uv):
        colors = sample_vertex_colors(texture, mesh.topology, len(mesh.vertices))
    channels = [] if colors is None else ["red", "green", "blue"]
    vertex_type = np.dtype([(axis, "<f4") for axis in "xyz"] + [(channel, "u1") for channel in channels])
    vertices = np.zeros(len(mesh.vertices), vertex_type)
    for index, axis in enumerate("xyz"):
        vertices[axis] = mesh.vertices[:, index]
    for index, channel in enumerate(channels):
        vertices[channel] = colors[:, index] if colors is not None else 0
    triangles = np.zeros(len(mesh.topology.triangles), np.dtype([("count", "u1"), ("ids", "<i4", (3,))]))
    triangles["count"] = 3
    triangles["ids"] = mesh.topology.triangles
    header = [
        "ply",
        "format binary_little_endian 1.0",
        "comment units: millimetres; x to the subject's left, y up, z out of the face",
        f"element vertex {len(vertices)}",
        *(f"property float {axis}" for axis in "xyz"),
        *(f"property uchar {channel}" for channel in channels),
        f"element face {len(triangles)}",
        "property list uchar int vertex_indices",
        "end_header\n",
    ]
    return "\n".join(header).encode("ascii") + vertices.tobytes() + triangles.tobytes()


def sample_vertex_colors(texture: Texture, topology: Topology, vertex_count: int) -> np.ndarray:
    """(V, 3) uint8: the texture at each vertex, bilinear; a vertex on a seam takes the mean over its corners.

    Vertices of no triangle are black.
    """
    uv, texels = topology.uv.astype(np.float64), texture.rgb
    height, width = texels.shape[:2]
    x = np.clip(uv[:, 0] * width - 0.5, 0, width - 1)
    y = np.clip((1 - uv[:, 1]) * height - 0.5, 0, height - 1)
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    x1, y1 = np.minimum(x0 + 1, width - 1), np.minimum(y0 + 1, height - 1)
    fx, fy = (x - x0)[:, None], (y - y0)[:, None]
    at_uv = (texels[y0, x0] * (1 - fx) + texels[y0, x1] * fx) * (1 - fy)
    at_uv += (texels[y1, x0] * (1 - fx) + texels[y1, x1] * fx) * fy
    vertex_ids, uv_ids = np.divmod(
        np.unique(topology.triangles.astype(np.int64) * len(uv) + topology.uv_triangles), len(uv)
    )
    counts = np.bincount(vertex_ids, minlength=vertex_count)
    sums = [np.bincount(vertex_ids, at_uv[uv_ids, channel], vertex_count) for channel in range(3)]
    return np.rint(np.stack(sums, -1) / np.maximum(counts, 1)[:, None]).astype(np.uint8)
