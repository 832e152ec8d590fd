"""Taking the movements of the head as a whole out of shape directions."""

from __future__ import annotations

import numpy as np

from faceviewer.geometry.normals import triangle_normals, vertex_normals
from faceviewer.models.build_head.control_mesh import SKIN, ControlMesh, neck_ring

FACE_RADIUS_MM = 85.0
"""A face reaches this far from the tip of the nose."""
FACE_DEPTH_MM = 70.0
HEAD_WEIGHT = 0.15
"""How much the rest of the head counts beside the face when directions are compared."""
LOWEST_MM = -125.0
"""Below the chin; what lies lower is neck and does not count as head."""
FADE_MM = 45.0
"""Height above the neck ring at which directions act fully; at the ring they are still."""


class SimilarityFilter:
    """Removes from displacements what a similarity of the face does, and fades them out towards the neck ring."""

    def __init__(self, mesh: ControlMesh) -> None:
        self.face = control_face(mesh)
        self.weights = _area_weights(mesh, self.face)
        self._columns = _similarity_columns(mesh.vertices_mm)
        self._fade = _fade(mesh)

    def __call__(self, shapes: np.ndarray) -> np.ndarray:
        """(K, n, 3) displacements in mm to the same without similarity."""
        roots = np.repeat(np.sqrt(self.weights), 3)[:, None]
        flat = shapes.reshape(len(shapes), -1).T
        coefficients = np.linalg.lstsq(self._columns * roots, flat * roots, rcond=None)[0]
        still = (flat - self._columns @ coefficients).T.reshape(shapes.shape)
        return still * self._fade[None, :, None]


def control_face(mesh: ControlMesh) -> np.ndarray:
    """(n,) bool: control vertices of the face's skin, seen from the front."""
    skin = np.isin(np.arange(len(mesh.vertices_mm)), mesh.labelled(SKIN))
    return skin & face_mask(
        mesh.vertices_mm, vertex_normals(mesh.vertices_mm, mesh.quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3))
    )


def face_mask(vertices_mm: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """(n,) bool: within ``FACE_RADIUS_MM`` of the tip of the nose and turned to the front; (n, 3) points, normals."""
    middle = np.flatnonzero(np.abs(vertices_mm[:, 0]) < 15)
    tip = vertices_mm[middle[np.argmax(vertices_mm[middle, 2])]]
    near = np.linalg.norm(vertices_mm - tip, axis=1) < FACE_RADIUS_MM
    return near & (vertices_mm[:, 2] > tip[2] - FACE_DEPTH_MM) & (normals[:, 2] > 0.1)


def vertex_areas(vertices: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """(n,) a third of the area of the triangles around each vertex."""
    area = np.linalg.norm(triangle_normals(vertices, triangles), axis=1) / 2
    return np.bincount(triangles.ravel(), np.repeat(area / 3, 3), len(vertices))


def _area_weights(mesh: ControlMesh, face: np.ndarray) -> np.ndarray:
    skin = mesh.quads[mesh.labels == SKIN][:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3)
    areas = vertex_areas(mesh.vertices_mm, skin)
    above_chin = mesh.vertices_mm[:, 1] > LOWEST_MM
    weights = areas * np.where(face, 1.0, HEAD_WEIGHT) * above_chin
    return weights / weights.sum()


def _similarity_columns(points: np.ndarray) -> np.ndarray:
    """(3 n, 7): displacements of translation along, rotation about and scaling of the three axes."""
    n = len(points)
    turns = np.stack([np.cross(axis, points) for axis in np.eye(3)], -1).reshape(-1, 3)
    return np.concatenate([np.tile(np.eye(3), (n, 1)), turns, points.reshape(-1, 1)], 1)


def _fade(mesh: ControlMesh) -> np.ndarray:
    ring = mesh.vertices_mm[neck_ring(mesh)]
    slope, _, height = np.linalg.lstsq(np.c_[ring[:, 2], ring[:, 0], np.ones(len(ring))], ring[:, 1], rcond=None)[0]
    above = mesh.vertices_mm[:, 1] - slope * mesh.vertices_mm[:, 2] - height
    t = np.clip((above - 4) / FADE_MM, 0, 1)
    return t * t * (3 - 2 * t)
