"""The contour points of the 68 and 106 sets where a picture shows them: on the outline of the turned face.

Seen from the side, annotators mark the outline of the cheek, not the jaw that it hides. Each contour point therefore
slides along its profile line (``Topology.contours``) to the vertex that lies furthest out in the picture. The chin
stays. Source: landmark marching as in 3DDFA-V3 (its ``parallel`` lines), here with the full perspective camera.
"""

from __future__ import annotations

import numpy as np

from faceviewer.types import Camera, Topology

CONTOUR_STEP = {"106": 1, "68": 2}
"""Every point of the 106 set's contour is one of the 33; the 68 set takes every second."""


def march_contour(topology: Topology, vertices_mm: np.ndarray, camera: Camera) -> np.ndarray:
    """(33,) int64 vertex of each contour point as ``camera`` sees a head with these (V, 3) vertices.

    The first vertex of a profile line is the point's place on a face seen from the front; of vertices that lie equally
    far out it is kept. "Out" is across the head's upright axis in the picture, so a turned picture gives the same.
    """
    up = camera.R_camera_head[:2, 1]
    across = np.array([-up[1], up[0]])
    middle = len(topology.contours) // 2
    marched = np.empty(len(topology.contours), np.int64)
    for number, line in enumerate(topology.contours):
        xyz = camera.to_camera(vertices_mm[line])
        out = xyz[:, :2] / xyz[:, 2:] @ across * np.sign(number - middle)
        marched[number] = line[out.argmax()]
    return marched


def marched_landmarks(
    topology: Topology, name: str, vertices_mm: np.ndarray, camera: Camera
) -> tuple[np.ndarray, np.ndarray]:
    """Set "68" or "106" with its contour marched: (L, 3) int32 corner vertices, (L, 3) float32 barycentric weights.

    Points that stay at their place keep their exact position between vertices. Raises KeyError for other sets.
    """
    step = CONTOUR_STEP[name]
    corners, weights = (array.copy() for array in topology.landmarks[name])
    marched = march_contour(topology, vertices_mm, camera)
    at_rest = np.array([line[0] for line in topology.contours])
    moved = np.flatnonzero((marched != at_rest)[::step])
    corners[moved] = marched[::step][moved, None]
    weights[moved] = (1.0, 0.0, 0.0)
    return corners, weights
