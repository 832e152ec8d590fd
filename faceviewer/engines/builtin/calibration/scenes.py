"""Random pictures of a known head: camera, light, skin tone, background, blur, compression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from faceviewer.geometry.rotations import rotation_from_pose
from faceviewer.io.cv import cv2
from faceviewer.raster.rasterize import interpolate_pixels
from faceviewer.raster.shading import vertex_normals
from faceviewer.raster.unlit import draw, texture_colors
from faceviewer.types import Camera, FaceMesh, Texture

SIZE_PX = 400
FACE_CENTRE_MM = np.array([0.0, -25.0, 0.0])
"""What the cameras look at, roughly the tip of the nose's height, in the head frame."""
FACE_SIZE_MM = 200.0


@dataclass(frozen=True, eq=False)
class Scene:
    rgb: np.ndarray
    """(SIZE_PX, SIZE_PX, 3) uint8."""
    camera: Camera


def draw_camera(rng: np.random.Generator) -> Camera:
    """Mostly near-frontal, sometimes up to profile; from wide-angle to tele lenses."""
    yaw = rng.uniform(-75, 75) * rng.choice([0.35, 1.0])
    R = rotation_from_pose(yaw, rng.normal() * 14, rng.normal() * 10)
    focal = np.exp(rng.uniform(np.log(1.0), np.log(5.0))) * SIZE_PX
    distance = focal * FACE_SIZE_MM / SIZE_PX / rng.uniform(0.42, 0.75)
    t = np.array([rng.normal() * 12, rng.normal() * 12, distance]) - R @ FACE_CENTRE_MM
    K = np.array([[focal, 0, SIZE_PX / 2], [0, focal, SIZE_PX / 2], [0, 0, 1]])
    return Camera(K, R, t, (SIZE_PX, SIZE_PX))


def photograph(mesh: FaceMesh, skin: Texture, rng: np.random.Generator) -> Scene:
    """The head as a random camera sees it in random light."""
    camera = draw_camera(rng)
    drawing = draw(mesh, camera)
    albedo = texture_colors(drawing, mesh.topology, skin)
    triangles = torch.tensor(mesh.topology.triangles.astype(np.int64))
    normals = interpolate_pixels(
        vertex_normals(drawing.xyz_camera, triangles), drawing.fragments, triangles, drawing.pixels
    )
    normals = torch.nn.functional.normalize(normals, dim=1)
    picture = torch.empty(SIZE_PX * SIZE_PX, 3)
    picture[:] = torch.tensor(rng.uniform(0, 255, 3), dtype=torch.float32)
    picture[drawing.pixels] = _skin_tone(albedo, rng) * _light(normals, rng)[:, None]
    rgb = picture.clamp(0, 255).to(torch.uint8).reshape(SIZE_PX, SIZE_PX, 3).numpy()
    return Scene(degrade(rgb, rng), camera)


def _skin_tone(albedo: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """Darker or lighter, redder or paler, with more or less contrast."""
    gamma, gain = rng.uniform(0.7, 1.5), rng.uniform(0.45, 1.15) * rng.uniform(0.9, 1.1, 3)
    contrast = rng.choice([1.0, rng.uniform(0.3, 1.0)])
    mean = albedo.mean(0)
    toned = 255 * ((mean + contrast * (albedo - mean)).clamp(0, 255) / 255) ** gamma
    return toned * torch.tensor(gain, dtype=torch.float32)


def _light(normals: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
    """(P,) brightness under some ambient light and three lamps on the camera's side."""
    shade = torch.full((len(normals),), float(rng.uniform(0.15, 0.55)))
    for _ in range(3):
        towards = rng.normal(size=3) * [600, 400, 100] + [0, -200, -500]
        direction = torch.tensor(towards / np.linalg.norm(towards), dtype=torch.float32)
        shade += rng.uniform(0.1, 0.55) * (normals @ direction).clamp_min(0)
    return shade


def degrade(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Half the pictures blurred, most compressed."""
    if rng.random() < 0.5:
        rgb = cv2.GaussianBlur(rgb, (0, 0), rng.uniform(0.4, 2))
    if rng.random() < 0.7:
        _, data = cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))])
        rgb = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
    return rgb
