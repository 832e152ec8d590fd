"""One photo of one head, prepared: the part of the photo that shows it, and what each of its pixels sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from faceviewer.io.cv import cv2
from faceviewer.raster.shading import vertex_normals
from faceviewer.raster.visibility import DepthMap, depth_map, visibility
from faceviewer.types import Camera, FaceMesh, Photo

_MAP_PX = 384
"""Longest side of the maps that say what of the photo can be used."""
_MOST_MAP_SCALE = 2.0
"""Small photos get maps finer than themselves, to place outlines between their pixels."""
_MARGIN_PX = 4


@dataclass(frozen=True, eq=False)
class View:
    """A crop of the photo around the head, with the head as the camera sees it; all of its pixels are the crop's."""

    rgb: np.ndarray
    """(h, w, 3) uint8, the crop at full resolution."""
    K: np.ndarray
    """(3, 3) float64 intrinsics of the crop."""
    xyz_camera: np.ndarray
    """(V, 3) float32 mm, camera frame."""
    xy_px: np.ndarray
    """(V, 2) float32 crop pixels."""
    cosine: np.ndarray
    """(V,) float32, of the angle between the normal and the way to the camera; above 0: faces the camera."""
    normals_head: np.ndarray
    """(V, 3) float32 unit normals, head frame."""
    seen: np.ndarray
    """(V,) float32, 0 to 1: not hidden by the head itself."""
    depths: DepthMap
    """Of the maps, which are smaller than the crop."""
    map_size: tuple[int, int]
    """(width, height) of the maps."""

    @property
    def map_scale(self) -> float:
        """Map pixels per crop pixel."""
        return self.map_size[0] / self.rgb.shape[1]

    @property
    def mm_per_map_px(self) -> float:
        """Millimetres across a map pixel at the head's distance."""
        return float(np.median(self.xyz_camera[:, 2]) / self.K[0, 0] / self.map_scale)

    def map_rgb(self) -> np.ndarray:
        """(h, w, 3) uint8, the crop at the maps' size."""
        smaller = self.map_size[0] < self.rgb.shape[1]
        return cv2.resize(self.rgb, self.map_size, interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR)


def view_head(photo: Photo, mesh: FaceMesh, camera: Camera, device: str) -> View:
    """The view of a head in a photo; of the whole photo when nothing of the head lies in it."""
    xyz = camera.to_camera(mesh.vertices)
    xy = camera.project(mesh.vertices)
    left, top, right, bottom = _box(xy, photo.size)
    K = camera.K.copy()
    K[:2, 2] -= left, top
    size = right - left, bottom - top
    scale = min(_MOST_MAP_SCALE, _MAP_PX / max(size))
    map_size = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))

    xyz_camera = torch.tensor(xyz, dtype=torch.float32, device=device)[None]
    triangles = torch.tensor(mesh.topology.triangles, dtype=torch.int64, device=device)
    normals = vertex_normals(xyz_camera, triangles)
    K_map = np.diag([map_size[0] / size[0], map_size[1] / size[1], 1.0]) @ K
    depths = depth_map(xyz_camera, triangles, torch.tensor(K_map, dtype=torch.float32, device=device), map_size)
    seen, cosine = visibility(depths, xyz_camera, normals)
    return View(
        rgb=photo.rgb[top:bottom, left:right],
        K=K,
        xyz_camera=xyz_camera[0].cpu().numpy(),
        xy_px=(xy - (left, top)).astype(np.float32),
        cosine=_numpy(cosine),
        normals_head=_numpy(normals) @ camera.R_camera_head.astype(np.float32),
        seen=_numpy(seen),
        depths=depths,
        map_size=map_size,
    )


def _box(xy_px: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """left, top, right, bottom of the photo's part around projected points (V, 2), NaN behind the camera."""
    inside = xy_px[((xy_px > 0) & (xy_px < size)).all(1)]
    if len(inside) == 0:
        return 0, 0, *size
    left, top = (np.floor(inside.min(0)).astype(int) - _MARGIN_PX).clip(min=0)
    right, bottom = (np.ceil(inside.max(0)).astype(int) + _MARGIN_PX).clip(max=size)
    return int(left), int(top), int(right), int(bottom)


def _numpy(values: Tensor) -> np.ndarray:
    return values[0].cpu().numpy()
