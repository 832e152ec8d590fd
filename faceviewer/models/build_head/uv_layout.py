"""A texture layout for a face: one chart for all skin, most of it the face, cut at the back of the head; small charts
below it for eyeballs, sockets, mouth, teeth and tongue. The subject's right is the mirror image of the left: the texel
at (u, v) is mirrored to (1 - u, v)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.models.build_head.control_mesh import SKIN
from faceviewer.models.build_head.flatten import flat_rest, relax, tutte

SKIN_BOX = (0.5, 0.125, 0.994, 0.994)
"""u, v of the lower inner and the upper outer corner of the left half of the skin chart."""
SMALL_CHARTS = {
    "mouth_interior": (0.562, 0.062, 0.096, 0.096),
    "tongue": (0.662, 0.062, 0.086, 0.086),
    "teeth_upper": (0.7625, 0.091, 0.099, 0.05),
    "teeth_lower": (0.7625, 0.033, 0.099, 0.05),
    "eye_socket_left": (0.849, 0.089, 0.056, 0.056),
    "eyeball_back_left": (0.849, 0.031, 0.044, 0.044),
    "eyeball_front_left": (0.939, 0.060, 0.106, 0.106),
}
"""Centre u, v and largest width, height of the left half's small charts."""
EYEBALL_FRONT_DEG = 95.0
"""The front chart of an eyeball reaches this far from the pupil."""
FULL_SCALE_MM, LOW_SCALE_MM = 85.0, 110.0
"""Distance from the tip of the nose up to which the skin has the full scale, and from which it has the low one."""
LOW_RADIAL_SCALE, LOW_TANGENTIAL_SCALE = 0.06, 0.4
"""The low scale away from the nose and around it; a ring far out cannot be shorter than the ring that it encloses."""
RELAX_ITERATIONS = 40


@dataclass(frozen=True)
class UvLayout:
    """Texture coordinates with their own indices."""

    uv: np.ndarray
    """(T, 2) float64."""
    uv_triangles: np.ndarray
    """(F, 3) int64 into ``uv``, corner by corner beside the mesh's triangles."""
    chart: np.ndarray
    """(F,) str: the chart's name; the skin is one chart, all others exist once a side ("..._left" or "..._right")."""


def build_uv_layout(vertices: np.ndarray, triangles: np.ndarray, labels: np.ndarray, symmetry: np.ndarray) -> UvLayout:
    """Lay out a mirror-symmetric head: ``labels`` (F,) per triangle, ``symmetry`` (V,) the mirrored vertices."""
    n = len(vertices)
    left = vertices[triangles].mean(1)[:, 0] > 0
    chart = _charts(vertices, triangles, labels)
    uv = np.zeros((len(triangles), 3, 2))
    for name in ("skin", *SMALL_CHARTS):
        mine = left & (chart == name)
        flat = _flatten_chart(name, vertices, triangles[mine], n)
        uv[mine] = flat[triangles[mine]]
    mirrored = _mirrored_corners(triangles, symmetry, left)
    right = np.flatnonzero(~left)
    uv[right] = uv.reshape(-1, 2)[mirrored[right]] * (-1, 1) + (1, 0)
    names = np.where(left, np.char.add(np.char.replace(chart, "_left", ""), "_left"), "")
    names[right] = np.char.replace(names[mirrored[right, 0] // 3], "_left", "_right")
    names[labels == SKIN] = SKIN
    key = np.concatenate([triangles.reshape(-1, 1), np.round(uv.reshape(-1, 2) * 2**22)], 1)
    _, first, index = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return UvLayout(uv.reshape(-1, 2)[first], index.reshape(-1, 3), names)


def _charts(vertices: np.ndarray, triangles: np.ndarray, labels: np.ndarray) -> np.ndarray:
    chart = labels.astype("U20")
    for side in ("left", "right"):
        ball = np.flatnonzero(labels == f"eyeball_{side}")
        front = _angle_from_pupil(vertices, triangles[ball]).mean(1) < np.radians(EYEBALL_FRONT_DEG)
        chart[ball] = np.where(front, f"eyeball_front_{side}", f"eyeball_back_{side}")
    return chart


def _angle_from_pupil(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    ids = np.unique(triangles)
    arm = vertices[triangles] - (vertices[ids].min(0) + vertices[ids].max(0)) / 2
    return np.arctan2(np.linalg.norm(arm[..., :2], axis=-1), arm[..., 2])


def _flatten_chart(name: str, vertices: np.ndarray, triangles: np.ndarray, n: int) -> np.ndarray:
    if name == SKIN:
        return _flatten_skin(vertices, triangles, n)
    if name.startswith("eyeball"):
        return _into_box(_flatten_eyeball(vertices, triangles, n), triangles, SMALL_CHARTS[name])
    border = max(border_loops(triangles), key=len)
    turn = 2 * np.pi * _arc_length(vertices[border])[:-1]
    flat = tutte(triangles, n, border, np.c_[np.cos(turn), np.sin(turn)])
    if name.startswith("teeth"):
        edges = vertices[triangles[:, 1:]] - vertices[triangles[:, :1]]
        rest = flat_rest(edges * np.sqrt(np.pi / _area(edges)))
        flat = relax(triangles, rest, flat, (border[:1], border[:1]), np.ones(len(triangles)), RELAX_ITERATIONS)
        flat = _upright(flat, triangles)
    return _into_box(flat, triangles, SMALL_CHARTS[name])


def _flatten_eyeball(vertices: np.ndarray, triangles: np.ndarray, n: int) -> np.ndarray:
    """Polar coordinates about the pupil (or the point opposite), the rim compressed."""
    ids = np.unique(triangles)
    arm = vertices[ids] - (vertices[ids].min(0) + vertices[ids].max(0)) * (0.5, 0.5, 0)
    centre_z = _sphere_centre_z(vertices[ids])
    forward = np.sign((arm[:, 2] - centre_z).mean())
    angle = np.arctan2(np.linalg.norm(arm[:, :2], axis=1), forward * (arm[:, 2] - centre_z))
    direction = arm[:, :2] / np.maximum(np.linalg.norm(arm[:, :2], axis=1, keepdims=True), 1e-9)
    flat = np.zeros((n, 2))
    flat[ids] = np.sin(0.8 * angle)[:, None] * direction * (forward, 1)
    return flat


def _sphere_centre_z(points: np.ndarray) -> float:
    columns = np.concatenate([2 * points, np.ones((len(points), 1))], 1)
    return float(np.linalg.lstsq(columns, (points**2).sum(1), rcond=None)[0][2])


def _flatten_skin(vertices: np.ndarray, triangles: np.ndarray, n: int) -> np.ndarray:
    """The left half of the skin, its holes (eye, half the mouth) filled so that nothing can fold into them."""
    outer, eye = sorted(border_loops(triangles), key=len, reverse=True)
    start, end = _mouth_ends(vertices, outer)
    outer = np.roll(outer, -start)
    end = (end - start) % len(outer)
    mouth = outer[: end + 1]
    fill_mouth = np.stack([np.full(end, n), mouth[1:], mouth[:-1]], 1)
    fill_eye = np.stack([np.full(len(eye), n + 1), np.roll(eye, -1), eye], 1)
    filled = np.concatenate([triangles, fill_mouth, fill_eye])
    points = np.concatenate([vertices, vertices[mouth[[0, -1]]].mean(0)[None], vertices[eye].mean(0)[None]])
    border = np.concatenate([outer[end:], outer[:1], [n]])

    scale = _texture_scale(points)[:, 1]
    border_uv, fixed = _skin_border(points, border, scale)
    flat = tutte(filled, n + 2, border, border_uv)

    edges = _wanted_edges(points, triangles)
    area = (SKIN_BOX[2] - SKIN_BOX[0]) * (SKIN_BOX[3] - SKIN_BOX[1])
    rest = flat_rest(edges * np.sqrt(area / _area(edges)))
    fill = np.array([[0, 0], [1, 0], [0.5, 0.75**0.5]]) * 0.01
    rest = np.concatenate([rest, np.broadcast_to(fill, (end + len(eye), 3, 2))])
    weights = np.where(np.arange(len(filled)) < len(triangles), 1.0, 1e-3)
    return relax(filled, rest, flat, fixed, weights, RELAX_ITERATIONS)[:n]


def _mouth_ends(vertices: np.ndarray, loop: np.ndarray) -> tuple[int, int]:
    """Where along the border the half mouth starts and ends: the one stretch off the middle in front of the neck."""
    off = np.abs(vertices[loop, 0]) > 1e-6
    front = vertices[loop, 2] > 0
    starts = np.flatnonzero(~off & np.roll(off, -1) & front & (vertices[loop, 1] > -100))
    (start,) = starts
    length = int(np.argmin(np.roll(off, -start - 1)))
    return int(start), int((start + 1 + length) % len(loop))


def _texture_scale(points: np.ndarray) -> np.ndarray:
    """(n, 2): the wanted scale away from the tip of the nose and around it."""
    distance = np.linalg.norm(points - _nose_tip(points), axis=1)
    t = np.clip((distance - FULL_SCALE_MM) / (LOW_SCALE_MM - FULL_SCALE_MM), 0, 1)
    low = np.array([LOW_RADIAL_SCALE, LOW_TANGENTIAL_SCALE])
    return 1 + (low - 1) * (t * t * (3 - 2 * t))[:, None]


def _nose_tip(points: np.ndarray) -> np.ndarray:
    middle = np.flatnonzero(np.abs(points[:, 0]) < 1e-6)
    return points[middle[np.argmax(points[middle, 2])]]


def _wanted_edges(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(F, 2, 3): two edges of every triangle, stretched as the texture scale asks."""
    a, b, c = (points[triangles[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    radial = (a + b + c) / 3 - _nose_tip(points)
    radial -= (radial * normal).sum(1, keepdims=True) * normal
    radial /= np.maximum(np.linalg.norm(radial, axis=1, keepdims=True), 1e-9)
    scale = _texture_scale(points)[triangles].mean(1)
    edges = np.stack([b - a, c - a], 1)
    along = (edges * radial[:, None]).sum(2, keepdims=True) * radial[:, None]
    return edges * scale[:, None, 1:] + along * (scale[:, None, :1] - scale[:, None, 1:])


def _skin_border(
    points: np.ndarray, border: np.ndarray, scale: np.ndarray
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Positions of the border around the box, and the vertices whose u and whose v are fixed: the others may slide."""
    u0, v0, u1, v1 = SKIN_BOX
    off_middle = np.abs(points[border, 0]) > 1e-6
    crown = int(np.argmax(np.where(off_middle, -np.inf, points[border] @ (0, 0.8, -0.6))))
    order = np.roll(np.arange(len(border)), -crown)
    neck = np.flatnonzero(off_middle[order])
    seam = np.append(order[neck[-1] + 1 :], crown)
    corner = 1 + int(np.searchsorted(_arc_length(points[border[seam]], scale[border[seam]], closed=False), 0.6))
    # counter-clockwise around the left half: down the middle of the face, out along the neck, up the seam to the crown
    sides = (
        (order[: neck[0]], (u0, v1), (u0, v0)),
        (order[neck[0] - 1 : neck[-1] + 2], (u0, v0), (u1, v0)),
        (seam[:corner], (u1, v0), (u1, v1)),
        (seam[corner - 1 :], (u1, v1), (u0, v1)),
    )
    positions = np.zeros((len(border), 2))
    for side, start, stop in sides:
        along = _arc_length(points[border[side]], scale[border[side]], closed=False)[:, None]
        positions[side] = (1 - along) * start + along * stop
    middle, bottom, outside, top = (border[side] for side, _, _ in sides)
    return positions, (np.union1d(middle, outside), np.union1d(bottom, top))


def border_loops(triangles: np.ndarray) -> list[np.ndarray]:
    """The border loops of a patch as vertex ids, in the direction of the triangles' own edges."""
    directed = triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    _, first, count = np.unique(np.sort(directed, 1), axis=0, return_index=True, return_counts=True)
    following = dict(directed[first[count == 1]].tolist())
    loops = []
    while following:
        loop = [min(following)]
        while (vertex := following.pop(loop[-1])) != loop[0]:
            loop.append(vertex)
        loops.append(np.array(loop))
    return loops


def _arc_length(points: np.ndarray, scale: np.ndarray | None = None, closed: bool = True) -> np.ndarray:
    """Length along a line of points from 0 to 1; (n + 1,) values for a closed line, (n,) for an open one."""
    if closed:
        points = np.concatenate([points, points[:1]])
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    if scale is not None:
        steps = steps * (scale[1:] + scale[:-1]) / 2
    length = np.concatenate([[0], np.cumsum(steps)])
    return length / length[-1]


def _area(edges: np.ndarray) -> float:
    """Total area of triangles given by two edges each (F, 2, 3)."""
    return float(np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1).sum() / 2)


def _upright(flat: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Turned so that the longer side lies along u."""
    points = flat[np.unique(triangles)]
    _, _, axes = np.linalg.svd(points - points.mean(0), full_matrices=False)
    along = axes[0] * (np.sign(axes[0, np.argmax(np.abs(axes[0]))]) or 1)
    return flat @ np.array([[along[0], -along[1]], [along[1], along[0]]])


def _into_box(flat: np.ndarray, triangles: np.ndarray, box: tuple[float, float, float, float]) -> np.ndarray:
    points = flat[np.unique(triangles)]
    low, high = points.min(0), points.max(0)
    scale = min(box[2] / (high[0] - low[0]), box[3] / (high[1] - low[1]))
    return (flat - (low + high) / 2) * scale + box[:2]


def _mirrored_corners(triangles: np.ndarray, symmetry: np.ndarray, left: np.ndarray) -> np.ndarray:
    """(F, 3): for each corner of a right triangle the flat index of the corner it mirrors; -1 for left triangles."""
    where = {tuple(sorted(corners)): number for number, corners in enumerate(triangles.tolist()) if left[number]}
    mirrored = np.full(triangles.shape, -1)
    for number in np.flatnonzero(~left):
        corners = symmetry[triangles[number]].tolist()
        twin = where[tuple(sorted(corners))]
        order = triangles[twin].tolist()
        mirrored[number] = [3 * twin + order.index(vertex) for vertex in corners]
    return mirrored
