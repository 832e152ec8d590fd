"""Which spot of skin answers for a landmark that lies on the lining of a fold.

The rims of the lids, the inner lips and the underside of the jaw face away even from a camera right before the face,
yet everyone would say that it shows them. Such a point counts as seen where the nearest skin that a frontal view of
the average head shows is seen.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from scipy.spatial import KDTree

from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.models.head_model import HeadModel
from faceviewer.raster.shading import vertex_normals
from faceviewer.raster.visibility import depth_map, visibility
from faceviewer.types import Camera

_REACHES = ((0.5, 10.0), (0.1, 50.0))
"""(least cosine towards the front, mm): the squarest skin nearby answers, as for lids and lips; for a jaw, whose
underside lies far behind the cheek's edge, what is still in sight there."""
_EVEN_MM, _EVEN_COS = 8.0, 0.85
"""Skin that faces elsewhere than what surrounds it lies in a crease, such as a mouth's corner, and answers for none."""
_DISTANCE_MM, _SIZE_PX, _FOCAL_PX = 700.0, 512, 1000.0


@lru_cache(maxsize=2)
def witnesses(head: HeadModel) -> np.ndarray:
    """(V,) int64: for each vertex itself, if the average head shows it from the front, else the skin that does."""
    mean = head.mean_vertices_mm()
    normals, cosine = _shown_squarely(head, mean)
    skin = _even(head.topology.regions["face"], mean, normals)
    found = np.arange(len(mean))
    waiting = cosine < _REACHES[0][0]
    for least, reach_mm in _REACHES:
        candidates = skin[np.flatnonzero(cosine[skin] >= least)]
        distance_mm, nearest = KDTree(mean[candidates]).query(mean)
        near = np.flatnonzero(waiting & (np.asarray(distance_mm) < reach_mm))
        found[near] = candidates[np.asarray(nearest)[near]]
        waiting[near] = False
    return found


def _even(vertices: np.ndarray, xyz_mm: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """Those of ``vertices`` that face as their surroundings do on the whole."""
    tree = KDTree(xyz_mm[vertices])
    around = np.stack([normals[vertices[near]].mean(0) for near in tree.query_ball_point(xyz_mm[vertices], _EVEN_MM)])
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    even: np.ndarray = (around * normals[vertices]).sum(1) > _EVEN_COS
    return vertices[even]


def _shown_squarely(head: HeadModel, vertices_mm: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Normals (V, 3), head frame, and cosines (V,) at which a camera before the face sees them, 0 where it does not."""
    K = np.array([[_FOCAL_PX, 0, _SIZE_PX / 2], [0, _FOCAL_PX, _SIZE_PX / 2], [0, 0, 1]])
    camera = Camera(K, rotation_from_pose(0, 0, 0), np.array([0, 0, _DISTANCE_MM]), (_SIZE_PX, _SIZE_PX))
    xyz = torch.tensor(camera.to_camera(vertices_mm), dtype=torch.float32)[None]
    triangles = torch.tensor(head.topology.triangles.astype(np.int64))
    depths = depth_map(xyz, triangles, torch.tensor(K, dtype=torch.float32), camera.size)
    normals = vertex_normals(xyz, triangles)
    seen, cosine = visibility(depths, xyz, normals)
    return normals[0].numpy() @ camera.R_camera_head, ((seen[0] > 0.5) * cosine[0]).numpy()
