"""Fitting the head to another head's surface, so that points of the two correspond."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.linalg import splu

from faceviewer.geometry.alignment import Similarity, align_similarity
from faceviewer.geometry.closest import Surface
from faceviewer.geometry.normals import vertex_normals
from faceviewer.models.build_head.assemble import Basis
from faceviewer.models.build_head.similarity import face_mask
from faceviewer.models.build_head.subdivide import quad_edges

DIRECTION_STEPS = 10
DIRECTION_PENALTY = 12.0
STIFFNESS = (60.0, 30.0, 15.0, 8.0, 5.0, 4.0, 4.0)
"""How stiff the free displacements are, step by step."""
MAX_ANGLE_COS = 0.6
"""Surfaces that are turned further apart than this do not correspond."""


@dataclass(frozen=True)
class Target:
    """The head to be fitted, with points known on both heads."""

    vertices_mm: np.ndarray
    """(W, 3) float64."""
    triangles: np.ndarray
    """(F, 3) int64."""
    landmarks_mm: np.ndarray
    """(L, 3) float64."""


@dataclass(frozen=True)
class Template:
    """The head that is fitted, and the shapes that it may take."""

    control_mm: np.ndarray
    """(n, 3) float64 control vertices."""
    quads: np.ndarray
    """(Q, 4) into the control vertices."""
    subdivision: sp.csr_matrix
    """(V, n) from control to render vertices."""
    triangles: np.ndarray
    """(F, 3) into the render vertices."""
    directions_mm: np.ndarray
    """(K, n, 3) displacements of the control vertices per unit."""


@dataclass(frozen=True)
class Registration:
    """The head in the shape of the target, in the head frame."""

    control_mm: np.ndarray
    """(n, 3) float64."""
    target_mm: np.ndarray
    """(W, 3) float64: the target moved into the head frame."""
    place: Similarity
    """From the target's own frame to the head frame."""
    face_error_mm: float
    """Mean distance of the face's vertices from the target."""
    valid: np.ndarray
    """(V,) bool: render vertices that lie on the target."""


def register(basis: Basis, skin: np.ndarray, landmarks: sp.csr_matrix, target: Target) -> Registration:
    """Fit the template to ``target``: similarity and named directions first, then smooth free displacements.

    ``skin`` holds the render vertices that have a counterpart; ``landmarks`` (L, V) gives the template's points from
    its render vertices. Distances are point to plane, on the rendered surface.
    """
    control, mesh = basis.control, basis.mesh
    template = Template(control.vertices_mm, control.quads, mesh.subdivision, mesh.triangles, basis.named.control_mm)
    return register_template(template, skin, landmarks, target)


def register_template(
    template: Template, skin: np.ndarray, landmarks: sp.csr_matrix, target: Target, *, held: float = 0.0
) -> Registration:
    """As ``register``, for any template; ``held``: how much the landmarks count in the last steps, where lids and lips
    would slide along themselves.
    """
    fit = _Fit(template, skin, landmarks, target, held)
    fit.align()
    for step in range(DIRECTION_STEPS):
        fit.move_along_directions(step)
    for step, stiffness in enumerate(STIFFNESS):
        fit.displace(step, stiffness)
    return fit.result()


class _Fit:
    def __init__(
        self, template: Template, skin: np.ndarray, landmarks: sp.csr_matrix, target: Target, held: float
    ) -> None:
        self._template, self._skin, self._target, self._held = template, skin, target, held
        self._subdivision = template.subdivision
        self._landmarks = landmarks @ self._subdivision
        self._control = template.control_mm.copy()
        self._coefficients = np.zeros(len(template.directions_mm))
        self._free = np.zeros_like(self._control)
        self._place = Similarity(1.0, np.eye(3), np.zeros(3))
        edges, _ = quad_edges(template.quads)
        ends = np.concatenate([np.arange(len(edges))] * 2), edges.T.ravel()
        difference = sp.csr_matrix((np.repeat([1.0, -1.0], len(edges)), ends), shape=(len(edges), len(self._control)))
        laplacian = difference.T @ difference
        self._smooth = 0.3 * laplacian + 0.1 * laplacian @ laplacian
        directions = template.directions_mm
        lifted = self._subdivision @ directions.transpose(1, 2, 0).reshape(len(self._control), -1)
        self._lifted = np.asarray(lifted).reshape(-1, 3, len(directions))
        flat = self._landmarks @ directions.transpose(1, 2, 0).reshape(len(self._control), -1)
        self._lifted_landmarks = np.asarray(flat).reshape(-1, 3, len(directions))

    def align(self) -> None:
        self._place = align_similarity(self._target.landmarks_mm, self._landmarks @ self._control)

    def move_along_directions(self, step: int) -> None:
        points = self._subdivision @ self._control
        ids, normals, gap = self._pairs(points, limit_mm=max(4.0, 15.0 - 2 * step))
        moves = np.einsum("ick,ic->ik", self._lifted[ids], normals)
        gauge = np.einsum("ics,ic->is", _similarity_columns(points[ids]), normals)
        at = self._landmarks @ self._control
        landmark_rows = np.concatenate([self._lifted_landmarks, _similarity_columns(at)], 2)
        weight = 1.2 if step < 5 else 0.3
        rows = np.concatenate([np.c_[moves, gauge], weight * landmark_rows.reshape(-1, moves.shape[1] + 7)])
        rest = np.concatenate([(gap * normals).sum(1), weight * (self._target_landmarks() - at).ravel()])
        penalty = np.concatenate([np.full(len(self._coefficients), DIRECTION_PENALTY), np.zeros(7)])
        right = rows.T @ rest - penalty * np.concatenate([self._coefficients, np.zeros(7)])
        x = np.linalg.solve(rows.T @ rows + np.diag(penalty), right)
        change, shift, turn, growth = x[:-7], x[-7:-4], x[-4:-1], x[-1]
        self._coefficients += change
        self._control += np.tensordot(change, self._template.directions_mm, 1)
        # the head keeps still: the target moves the other way
        back = Similarity(1 + growth, _rotation(turn), shift).inverse()
        self._place = Similarity(back.scale * self._place.scale, back.R @ self._place.R, back.apply(self._place.t))

    def displace(self, step: int, stiffness: float) -> None:
        points = self._subdivision @ self._control
        ids, normals, gap = self._pairs(points, limit_mm=6.0)
        lift = sp.csr_matrix(self._subdivision[ids])
        n = len(self._control)
        landmark_weight = max(0.25 if step < 3 else 0.0, self._held)
        ridge = stiffness * self._smooth + landmark_weight * (self._landmarks.T @ self._landmarks)
        ridge = ridge + 1e-4 * sp.eye_array(n)
        metric = np.einsum("ia,ib->iab", normals, normals) + 0.02 * np.eye(3)
        blocks = [
            [lift.T @ sp.diags_array(metric[:, a, b]) @ lift + (ridge if a == b else 0 * ridge) for b in range(3)]
            for a in range(3)
        ]
        right = lift.T @ np.einsum("iab,ib->ia", metric, gap) - stiffness * (self._smooth @ self._free)
        right += landmark_weight * self._landmarks.T @ (self._target_landmarks() - self._landmarks @ self._control)
        x = splu(sp.csc_matrix(sp.block_array(blocks))).solve(right.T.ravel()).reshape(3, -1).T
        self._free += x
        self._control += x

    def result(self) -> Registration:
        points = self._subdivision @ self._control
        triangles = self._template.triangles
        found = self._surface().nearest(points)
        normals = vertex_normals(points, triangles)
        facing = (self._surface().normals[found.triangle] * normals).sum(1) > MAX_ANGLE_COS
        on_skin = np.isin(np.arange(len(points)), self._skin)
        face = face_mask(points, normals) & on_skin
        return Registration(
            control_mm=self._control,
            target_mm=self._place.apply(self._target.vertices_mm),
            place=self._place,
            face_error_mm=float(found.distance[face].mean()),
            valid=on_skin & facing & (found.distance < 1.5),
        )

    def _pairs(self, points: np.ndarray, limit_mm: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Vertices with a counterpart on the target, its normals there, and the way to it."""
        normals = vertex_normals(points, self._template.triangles)[self._skin]
        surface = self._surface()
        found = surface.nearest(points[self._skin])
        there = surface.normals[found.triangle]
        good = ((there * normals).sum(1) > MAX_ANGLE_COS) & (found.distance < limit_mm)
        return self._skin[good], there[good], (found.points - points[self._skin])[good]

    def _surface(self) -> Surface:
        return Surface(self._place.apply(self._target.vertices_mm), self._target.triangles)

    def _target_landmarks(self) -> np.ndarray:
        return self._place.apply(self._target.landmarks_mm)


def _similarity_columns(points: np.ndarray) -> np.ndarray:
    """(n, 3, 7): displacement of each point per translation, small rotation and growth."""
    turns = np.stack([np.cross(axis, points) for axis in np.eye(3)], -1)
    return np.concatenate([np.broadcast_to(np.eye(3), (len(points), 3, 3)), turns, points[:, :, None]], 2)


def _rotation(turn: np.ndarray) -> np.ndarray:
    angle = float(np.linalg.norm(turn)) + 1e-12
    x, y, z = turn / angle
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
