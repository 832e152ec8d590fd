"""The lines where the skin ends: rims of the lids and of the lips."""

from __future__ import annotations

import numpy as np

from faceviewer.models.build_head.render_mesh import RenderMesh
from faceviewer.models.build_head.uv_layout import border_loops


def lid_lines(mesh: RenderMesh, side: str) -> tuple[np.ndarray, np.ndarray]:
    """Vertices along the rims of the upper and the lower lid, each from the corner at the nose outwards."""
    rim = _rim(mesh, f"eye_socket_{side}")
    away = np.abs(mesh.vertices_mm[rim, 0])
    return _split(mesh, rim, int(away.argmin()), int(away.argmax()))


def mouth_lines(mesh: RenderMesh) -> tuple[np.ndarray, np.ndarray]:
    """Vertices along the rims of the upper and the lower lip, each from the right corner to the left."""
    rim = _rim(mesh, "mouth_interior")
    x = mesh.vertices_mm[rim, 0]
    return _split(mesh, rim, int(x.argmin()), int(x.argmax()))


def lips_outline(mesh: RenderMesh, lips: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices along the outer border of the upper and of the lower lip, each from the right corner to the left."""
    loops = border_loops(mesh.triangles[np.isin(mesh.triangles, lips).all(1)])
    outline = max(loops, key=lambda loop: np.ptp(mesh.vertices_mm[loop, 1]))
    x = mesh.vertices_mm[outline, 0]
    return _split(mesh, outline, int(x.argmin()), int(x.argmax()))


def _rim(mesh: RenderMesh, label: str) -> np.ndarray:
    (loop,) = border_loops(mesh.triangles[mesh.labels == label])
    return loop


def _split(mesh: RenderMesh, loop: np.ndarray, start: int, stop: int) -> tuple[np.ndarray, np.ndarray]:
    """The two ways around a loop from one of its vertices to another, the higher way first."""
    loop, stop = np.roll(loop, -start), (stop - start) % len(loop)
    ways = loop[: stop + 1], np.concatenate([loop[stop:], loop[:1]])[::-1]
    upper, lower = sorted(ways, key=lambda way: -mesh.vertices_mm[way, 1].mean())
    return upper, lower
