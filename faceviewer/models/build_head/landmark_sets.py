"""The landmark sets 68, 106 and 134, and the profile lines of the face's contour.

Everything is placed on the subject's left half and mirrored. In pictures the subject's right comes first.

* 68: the order of iBUG 300-W.
* 106: contour 0-32; right eyebrow 33-41 and left eyebrow 42-50, each the upper edge from the picture's left to its
  right (5), then the lower edge back (4); bridge of the nose 51-54, its tip last; rim of the nose 55-65; right eye
  66-73 from its left corner in the picture, over the upper lid and back, its centre 74; left eye 75-82, centre 83;
  outer lips 84-95 and inner lips 96-103 from the picture's left, over the upper lip and back; pupils 104, 105.
* 134, an order of our own, each line as in 106 but denser: contour 0-32; right eyebrow 33-42, left eyebrow 43-52;
  bridge 53-58; rim of the nose 59-71; right eye 72-87, left eye 88-103; outer lips 104-119, inner lips 120-131;
  pupils 132, 133.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline

from faceviewer.models.build_head.control_mesh import SKIN
from faceviewer.models.build_head.parts import BROW_MM
from faceviewer.models.build_head.points import (
    MeshPoints,
    along_line,
    at_vertices,
    cast_on_skin,
    join,
    nearest_on_skin,
)
from faceviewer.models.build_head.render_mesh import RenderMesh
from faceviewer.models.build_head.rims import lid_lines, lips_outline, mouth_lines

BROW_LINE_MM = np.array([(17.0, 15.5), (27.5, 18), (37.5, 18.5), (47.5, 16.5), (54.5, 11)])
"""Middle of the left eyebrow from the nose outwards, seen from the front (x, y)."""
NASION_Y_MM = -4.0
NOSE_RIM_MM = np.array(
    [(9.0, -25, 27), (15.5, -33, 27), (20, -42, 22), (13.0, -47.5, 27.5), (7.5, -48.8, 30.5), (0, -49.5, 33.5)]
)
"""Down the left side of the nose, around the wing, along the base to the middle: near the skin, not on it."""
MANDIBLE_MM = np.array(
    [(-10.0, -59), (-30, -57.5), (-50, -55), (-67, -50), (-83, -40), (-96, -25), (-104.5, -9), (-110, 6)]
)
"""From before the ear down and along the jaw, seen from the side (y, z); the chin's point follows."""
CHIN_MM = np.array([0.0, -112.0, 15.5])
CONTOUR_POINTS = 33
PROFILE_HALF_HEIGHT_MM = 1.5
PROFILE_INNER_FRACTION = 0.45
"""A profile line runs towards the nose up to this fraction of its contour point's distance from the middle."""

_LIP_FRACTIONS_68 = (
    (np.array([0, 0.24, 0.42, 0.5, 0.58, 0.76, 1]), np.array([0.76, 0.6, 0.5, 0.4, 0.24])),
    (np.array([0, 0.3, 0.5, 0.7, 1]), np.array([0.7, 0.5, 0.3])),
)


@dataclass(frozen=True)
class Lines:
    """What the sets are sampled from."""

    contour: MeshPoints
    """33 points from before the right ear along the jaw to the left ear."""
    brow_middle: MeshPoints
    """5 points of the left eyebrow from the nose outwards."""
    bridge: np.ndarray
    """Vertices down the middle from between the eyes to the tip of the nose."""
    lids: tuple[np.ndarray, np.ndarray]
    """Upper and lower rim of the left eye, from the nose outwards."""
    outer_lips: tuple[np.ndarray, np.ndarray]
    """Upper and lower border, from the right corner to the left."""
    inner_lips: tuple[np.ndarray, np.ndarray]


def face_lines(mesh: RenderMesh, lips: np.ndarray) -> Lines:
    """The lines of a face on the template; ``lips`` are the vertices of the region."""
    middle = np.flatnonzero((mesh.symmetry == np.arange(len(mesh.symmetry))) & _skin_mask(mesh))
    tip = middle[mesh.vertices_mm[middle, 2].argmax()]
    height = mesh.vertices_mm[middle, 1]
    on_bridge = (height <= NASION_Y_MM) & (height >= mesh.vertices_mm[tip, 1]) & (mesh.vertices_mm[middle, 2] > 0)
    bridge = middle[on_bridge][np.argsort(-height[on_bridge], kind="stable")]
    return Lines(
        contour=_contour(mesh),
        brow_middle=cast_on_skin(mesh, 2, BROW_LINE_MM),
        bridge=bridge,
        lids=lid_lines(mesh, "left"),
        outer_lips=lips_outline(mesh, lips),
        inner_lips=mouth_lines(mesh),
    )


def landmark_sets(mesh: RenderMesh, lines: Lines, pupils: Mapping[str, int]) -> dict[str, MeshPoints]:
    """The sets "68", "106" and "134"; ``pupils`` are the vertices at the middle of each "right" and "left" iris."""
    centres = at_vertices(np.array([pupils["right"], pupils["left"]]))
    return {"68": _set68(mesh, lines), "106": _set106(mesh, lines, centres), "134": _set134(mesh, lines, centres)}


def profile_lines(mesh: RenderMesh, contour: MeshPoints) -> tuple[np.ndarray, ...]:
    """Per contour point, the vertices of its level line over the cheek: the vertex nearest to it first, then sorted."""
    vertices, skin = mesh.vertices_mm, _skin_mask(mesh)
    lines = []
    for x, y, z in contour.at(vertices):
        start = np.flatnonzero(skin)[np.linalg.norm(vertices[skin] - (x, y, z), axis=1).argmin()]
        level = skin & (np.abs(vertices[:, 1] - y) < PROFILE_HALF_HEIGHT_MM) & (vertices[:, 2] > z)
        outward = vertices[:, 0] * np.sign(x)
        line = np.flatnonzero(level & (outward > PROFILE_INNER_FRACTION * abs(x)) & (outward < abs(x)))
        lines.append(np.concatenate([[start], line[line != start]]) if abs(x) > 1e-6 else np.array([start]))
    return tuple(lines)


def anatomical_points(mesh: RenderMesh, lines: Lines) -> tuple[list[int], MeshPoints]:
    """Numbers and points of the 68 set at lids, lips and the tip of the nose, to register other heads by."""
    numbers = [30, *range(36, 65)]  # 65 to 67, behind the lower lip, are ill-defined on closed mouths
    return numbers, _set68(mesh, lines)[numbers]


def _set68(mesh: RenderMesh, lines: Lines) -> MeshPoints:
    brow = lines.brow_middle
    bridge = along_line(mesh, lines.bridge, np.linspace(0, 1, 4))
    base = nearest_on_skin(mesh, NOSE_RIM_MM[3:])
    upper, lower = lines.lids
    lid = join(along_line(mesh, upper, np.linspace(0, 1, 4)), along_line(mesh, lower, np.array([2 / 3, 1 / 3])))
    return join(
        lines.contour[np.arange(0, CONTOUR_POINTS, 2)],
        brow.mirrored(mesh)[::-1],
        brow,
        bridge,
        base[[0, 1]].mirrored(mesh),
        base[[2, 1, 0]],
        lid.mirrored(mesh)[[3, 2, 1, 0, 5, 4]],
        lid,
        _around(mesh, lines.outer_lips, *_LIP_FRACTIONS_68[0]),
        _around(mesh, lines.inner_lips, *_LIP_FRACTIONS_68[1]),
    )


def _set106(mesh: RenderMesh, lines: Lines, centres: MeshPoints) -> MeshPoints:
    rim = nearest_on_skin(mesh, NOSE_RIM_MM)
    return join(
        lines.contour,
        *_brows(mesh, np.linspace(0, 1, 5), np.linspace(0, 1, 5)[1:]),
        along_line(mesh, lines.bridge, np.linspace(0, 1, 4)),
        rim.mirrored(mesh)[:5],
        rim[::-1],
        _right_eye(mesh, lines, 4),
        centres[:1],
        _left_eye(mesh, lines, 4),
        centres[1:],
        _around(mesh, lines.outer_lips, np.linspace(0, 1, 7), np.linspace(1, 0, 7)[1:-1]),
        _around(mesh, lines.inner_lips, np.linspace(0, 1, 5), np.linspace(1, 0, 5)[1:-1]),
        centres,
    )


def _set134(mesh: RenderMesh, lines: Lines, centres: MeshPoints) -> MeshPoints:
    rim = CubicSpline(np.arange(6), NOSE_RIM_MM)(np.linspace(0, 5, 7))
    rim = nearest_on_skin(mesh, rim)
    return join(
        lines.contour,
        *_brows(mesh, np.linspace(0, 1, 5), np.linspace(0, 1, 5)),
        along_line(mesh, lines.bridge, np.linspace(0, 1, 6)),
        rim.mirrored(mesh)[:6],
        rim[::-1],
        _right_eye(mesh, lines, 8),
        _left_eye(mesh, lines, 8),
        _around(mesh, lines.outer_lips, np.linspace(0, 1, 9), np.linspace(1, 0, 9)[1:-1]),
        _around(mesh, lines.inner_lips, np.linspace(0, 1, 7), np.linspace(1, 0, 7)[1:-1]),
        centres,
    )


def _contour(mesh: RenderMesh) -> MeshPoints:
    """Points at even distances along the jaw of the template."""
    jaw = cast_on_skin(mesh, 0, MANDIBLE_MM).at(mesh.vertices_mm)
    (chin,) = nearest_on_skin(mesh, CHIN_MM[None]).at(mesh.vertices_mm)
    corners = np.concatenate([jaw, [chin * (0, 1, 1)], jaw[::-1] * (-1, 1, 1)])
    curve = CubicSpline(np.linspace(0, 1, len(corners)), corners)(np.linspace(0, 1, 2001))
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(curve, axis=0), axis=1))])
    half = np.linspace(0, length[-1], CONTOUR_POINTS)[: CONTOUR_POINTS // 2]
    left = nearest_on_skin(mesh, np.stack([np.interp(half, length, curve[:, k]) for k in range(3)], 1))
    middle = np.flatnonzero((mesh.symmetry == np.arange(len(mesh.symmetry))) & _skin_mask(mesh))
    under_chin = middle[np.linalg.norm(mesh.vertices_mm[middle] - chin, axis=1).argmin()]
    return join(left.mirrored(mesh), at_vertices(np.array([under_chin])), left[::-1])


def _brows(mesh: RenderMesh, upper: np.ndarray, lower: np.ndarray) -> tuple[MeshPoints, MeshPoints]:
    """Right and left eyebrow from the picture's left over the upper edge and back; fractions from the nose outwards."""
    half = len(BROW_MM) // 2
    below, above = BROW_MM[:half], BROW_MM[half:][::-1]  # both from the nose outwards
    edges = cast_on_skin(mesh, 2, _resample(above, upper)), cast_on_skin(mesh, 2, _resample(below, lower))
    right = join(edges[0].mirrored(mesh)[::-1], edges[1].mirrored(mesh))
    return right, join(edges[0], edges[1][::-1])


def _left_eye(mesh: RenderMesh, lines: Lines, steps: int) -> MeshPoints:
    return _around(mesh, lines.lids, np.linspace(0, 1, steps + 1), np.linspace(1, 0, steps + 1)[1:-1])


def _right_eye(mesh: RenderMesh, lines: Lines, steps: int) -> MeshPoints:
    return _around(mesh, lines.lids, np.linspace(1, 0, steps + 1), np.linspace(0, 1, steps + 1)[1:-1]).mirrored(mesh)


def _around(mesh: RenderMesh, lines: tuple[np.ndarray, np.ndarray], upper: np.ndarray, lower: np.ndarray) -> MeshPoints:
    return join(along_line(mesh, lines[0], upper), along_line(mesh, lines[1], lower))


def _resample(line: np.ndarray, fractions: np.ndarray) -> np.ndarray:
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    return np.stack([np.interp(fractions * length[-1], length, line[:, k]) for k in range(line.shape[1])], 1)


def _skin_mask(mesh: RenderMesh) -> np.ndarray:
    return np.isin(np.arange(len(mesh.vertices_mm)), mesh.labelled(SKIN))
