"""The built-in head in known colours, photographed by an exact camera: what a texture bake has to find again."""

from __future__ import annotations

import numpy as np
import torch

from faceviewer.io.cv import cv2
from faceviewer.models.head_model import load_head
from faceviewer.raster.rasterize import interpolate_pixels
from faceviewer.raster.unlit import draw
from faceviewer.raster.views import frame_head, scale_camera
from faceviewer.types import Camera, FaceMesh, Photo, Texture, Topology

SKIN_RGB = np.array([205.0, 160.0, 135.0])
BACKGROUND_RGB = (70, 90, 120)


def head_mesh() -> FaceMesh:
    head = load_head()
    return FaceMesh(head.mean_vertices_mm(), head.topology)


def portrait_camera(mesh: FaceMesh, azimuth_deg: float = 0.0, side_px: int = 480) -> Camera:
    """A square portrait of the whole head; positive azimuths show its left side."""
    return frame_head(mesh.vertices, azimuth_deg, (side_px, side_px))


def skin_paint(mesh: FaceMesh) -> np.ndarray:
    """(V, 3) float32 sRGB, the same on both sides: skin with soft stripes, dark hair on the scalp, white eyes."""
    x, y, z = np.abs(mesh.vertices[:, :1]), mesh.vertices[:, 1:2], mesh.vertices[:, 2:]
    paint = SKIN_RGB + 9 * np.sin(y / 6) + [[6.0, 3.0, 0.0]] * np.cos(x / 5) + 4 * np.sin(z / 8)
    regions = mesh.topology.regions
    paint[regions["scalp"]] = (60, 45, 35)
    for side in ("right", "left"):
        paint[regions[f"eyeball_{side}"]] = (225, 222, 218)
        paint[regions[f"iris_{side}"]] = (70, 95, 130)
        paint[regions[f"pupil_{side}"]] = (15, 15, 15)
    return paint.astype(np.float32)


def shoot(mesh: FaceMesh, paint: np.ndarray, camera: Camera) -> Photo:
    """A photo of vertex colours (V, 3), each pixel the mean of nine samples."""
    width, height = camera.size
    drawing = draw(mesh, scale_camera(camera, (3 * width, 3 * height)))
    canvas = torch.tensor(BACKGROUND_RGB, dtype=torch.float32).repeat(9 * width * height, 1)
    colors = torch.from_numpy(np.ascontiguousarray(paint, np.float32))
    canvas[drawing.pixels] = interpolate_pixels(colors, drawing.fragments, drawing.triangles, drawing.pixels)
    fine = canvas.reshape(3 * height, 3 * width, 3).numpy()
    rgb = cv2.resize(fine, (width, height), interpolation=cv2.INTER_AREA)
    return Photo(np.clip(rgb.round(), 0, 255).astype(np.uint8))


def texels_of(topology: Topology, texture: Texture, uv: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(row, column) of the texels that hold the texture coordinates (n, 2)."""
    size = len(texture.origin)
    column = np.clip((uv[:, 0] * size).astype(int), 0, size - 1)
    row = np.clip(((1 - uv[:, 1]) * size).astype(int), 0, size - 1)
    return row, column


def pixel_origins(mesh: FaceMesh, texture: Texture, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """(H, W) uint8: the origin of the texel that each pixel of the camera sees, 0 where the head is not; and (H, W)
    bool: pixels of the face."""
    drawing = draw(mesh, camera)
    topology = mesh.topology
    corner_uv = torch.tensor(topology.uv[topology.uv_triangles])
    uv = interpolate_pixels(corner_uv, drawing.fragments, None, drawing.pixels).numpy()
    picture = np.zeros(camera.size[0] * camera.size[1], np.uint8)
    picture[drawing.pixels.numpy()] = texture.origin[texels_of(topology, texture, uv)]
    triangle = drawing.fragments.triangle[0].numpy()
    face = face_triangles(topology)[triangle] & (triangle >= 0)
    return picture.reshape(camera.size[1], camera.size[0]), face


def face_triangles(topology: Topology, *, plain: bool = False) -> np.ndarray:
    """(F,) bool: the face with eyeballs and lips; plain=True: without nose, mouth and eyes."""
    members = np.zeros(len(topology.symmetry), bool)
    members[topology.regions["face"]] = True
    features = [topology.parts[part] for part in ("right_eye", "left_eye", "nose", "up_lip", "down_lip")]
    members[np.concatenate([*features, topology.regions["eyelids"]])] = not plain
    return members[topology.triangles].all(1)


def psnr(a: np.ndarray, b: np.ndarray, where: np.ndarray) -> float:
    """Decibels between two uint8 pictures over the pixels (H, W) bool."""
    error = (a[where].astype(float) - b[where]) ** 2
    return float(10 * np.log10(255**2 / max(error.mean(), 1e-9)))
