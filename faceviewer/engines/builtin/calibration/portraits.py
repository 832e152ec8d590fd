"""Random pictures for what reads the picture itself: varied skins, coloured light, backgrounds, things in the way."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from faceviewer.engines.builtin.calibration.scenes import SIZE_PX, Scene, degrade, draw_camera
from faceviewer.io.cv import cv2
from faceviewer.raster.rasterize import interpolate_pixels
from faceviewer.raster.shading import vertex_normals
from faceviewer.raster.unlit import Drawing, draw, texture_colors
from faceviewer.types import Camera, FaceMesh, Texture

GAMMA = 2.2
"""Light adds up before a camera's gamma, so shading is applied in between."""
GLASSES_MM = np.array([0.0, -2.0, 12.0])
"""Middle of a rim from the iris, head frame."""


def portray(mesh: FaceMesh, skin: Texture, rng: np.random.Generator) -> Scene:
    """The head in this skin as a random camera sees it, in random light, before a random background."""
    camera = draw_camera(rng)
    drawing = draw(mesh, camera)
    albedo = (texture_colors(drawing, mesh.topology, skin) / 255) ** GAMMA
    triangles = torch.tensor(mesh.topology.triangles.astype(np.int64))
    normals = interpolate_pixels(
        vertex_normals(drawing.xyz_camera, triangles), drawing.fragments, triangles, drawing.pixels
    )
    normals = torch.nn.functional.normalize(normals, dim=1)
    lit = albedo * _light(normals, rng) * _shadow(drawing, rng)[:, None] + _gloss(normals, rng)[:, None]
    exposure = rng.uniform(0.45, 0.95) / float(lit.mean(1).quantile(0.9).clamp_min(1e-3))
    picture = torch.tensor(_background(rng)).reshape(-1, 3)
    picture[drawing.pixels] = 255 * (lit * exposure).clamp(0, 1) ** (1 / GAMMA)
    rgb = picture.clamp(0, 255).to(torch.uint8).reshape(SIZE_PX, SIZE_PX, 3).numpy().copy()
    if rng.random() < 0.15:
        _put_in_the_way(rgb, rng)
    if rng.random() < 0.1:
        _put_on_glasses(rgb, mesh, camera, rng)
    return Scene(degrade(_developed(rgb, rng), rng), camera)


def _light(normals: Tensor, rng: np.random.Generator) -> Tensor:
    """(P, 3) coloured light from all sides as spherical harmonics of second order, or from up to four lamps."""
    tint = torch.tensor(rng.uniform(0.8, 1.2, 3), dtype=torch.float32)
    if rng.random() < 0.4:
        x, y, z = normals.unbind(1)
        basis = torch.stack([x, y, z, x * y, y * z, x * z, x * x - y * y, 3 * z * z - 1], 1)
        band = np.array([0.5] * 3 + [0.16] * 4 + [0.08])
        weights = rng.normal(size=(8, 1)) * band[:, None] + rng.normal(size=(8, 3)) * band[:, None] * 0.12
        weights[2] -= 0.3  # rooms are brighter on the camera's side
        return (1 + basis @ torch.tensor(weights, dtype=torch.float32)).clamp_min(0.06) * tint
    shade = torch.full((len(normals), 3), float(rng.uniform(0.1, 0.6))) * tint
    for _ in range(rng.integers(1, 5)):
        towards = rng.normal(size=3) * [600, 400, 150] + [0, -200, -450]
        direction = torch.tensor(towards / np.linalg.norm(towards), dtype=torch.float32)
        colour = torch.tensor(rng.uniform(0.1, 0.6) * rng.uniform(0.85, 1.15, 3), dtype=torch.float32)
        shade += (normals @ direction).clamp_min(0)[:, None] * colour
    return shade


def _gloss(normals: Tensor, rng: np.random.Generator) -> Tensor:
    """(P,) highlights as on damp skin, seen along the camera's axis."""
    if rng.random() < 0.4:
        return torch.zeros(len(normals))
    towards = rng.normal(size=3) * [0.6, 0.5, 0] + [0, -0.4, -1.0]
    half = towards / np.linalg.norm(towards) + [0, 0, -1]
    direction = torch.tensor(half / np.linalg.norm(half), dtype=torch.float32)
    return rng.uniform(0, 0.25) * (normals @ direction).clamp_min(0) ** rng.uniform(6, 40)


def _shadow(drawing: Drawing, rng: np.random.Generator) -> Tensor:
    """(P,) one soft-edged shadow that falls across the picture, sometimes."""
    if rng.random() < 0.6:
        return torch.ones(len(drawing.pixels))
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX] / SIZE_PX - 0.5
    angle = rng.uniform(0, 2 * np.pi)
    wave = cv2.resize(rng.normal(size=(5, 5)), (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_CUBIC) * 0.05
    edge = x * np.cos(angle) + y * np.sin(angle) + wave + rng.uniform(-0.25, 0.25)
    shade = 1 - rng.uniform(0.1, 0.7) / (1 + np.exp((-edge / rng.uniform(0.004, 0.06)).clip(-60, 60)))
    return torch.tensor(shade.reshape(-1), dtype=torch.float32)[drawing.pixels]


def _background(rng: np.random.Generator) -> np.ndarray:
    """(SIZE_PX, SIZE_PX, 3) float32: plain, a gradient, or a gradient with clouds and coloured things."""
    one, two = rng.uniform(0, 255, 3), rng.uniform(0, 255, 3)
    y, x = np.mgrid[0:SIZE_PX, 0:SIZE_PX] / SIZE_PX - 0.5
    angle, kind = rng.uniform(0, 2 * np.pi), rng.random()
    share = np.clip(x * np.cos(angle) + y * np.sin(angle) + 0.5, 0, 1)[..., None] if kind > 0.25 else 1.0
    picture = np.ascontiguousarray(np.broadcast_to(one * share + two * (1 - share), (SIZE_PX, SIZE_PX, 3)), np.float32)
    if kind > 0.55:
        for cells in (8, 24, 80):
            cloud = rng.normal(size=(cells, cells, 3)).astype(np.float32) * rng.uniform(0, 35)
            picture += cv2.resize(cloud, (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_CUBIC)
        for _ in range(rng.integers(0, 25)):
            _paint_thing(picture, rng.uniform(0, SIZE_PX, 2), rng.uniform(10, 120, 2), rng)
        if rng.random() < 0.4:
            picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(1, 12))
    return picture.clip(0, 255)


def _paint_thing(picture: np.ndarray, at: np.ndarray, size: np.ndarray, rng: np.random.Generator) -> None:
    colour = tuple(rng.uniform(0, 255, 3).tolist())
    x, y, width, height = (int(value) for value in (*at, *size))
    if rng.random() < 0.5:
        cv2.rectangle(picture, (x, y), (x + width, y + height), colour, -1)
    else:
        cv2.ellipse(picture, (x, y), (width, height), rng.uniform(0, 180), 0, 360, colour, -1)


def _put_in_the_way(rgb: np.ndarray, rng: np.random.Generator) -> None:
    """A hand's or a strand of hair's worth of something before the face's rim."""
    angle = rng.uniform(0, 2 * np.pi)
    at = SIZE_PX / 2 + rng.uniform(70, 150) * np.array([np.cos(angle), np.sin(angle)])
    _paint_thing(rgb, at, rng.uniform(8, 45, 2), rng)


def _put_on_glasses(rgb: np.ndarray, mesh: FaceMesh, camera: Camera, rng: np.random.Generator) -> None:
    """Two rims and a bridge around the eyes, flat before the face."""
    topology, colour = mesh.topology, tuple(int(value) for value in rng.uniform(0, 120, 3))
    thickness, radius_mm = int(rng.integers(1, 5)), rng.uniform([20, 15], [29, 24])
    eyes = [mesh.vertices[topology.regions[f"iris_{side}"]].mean(0) for side in ("right", "left")]
    angle = np.linspace(0, 2 * np.pi, 40)
    rim = np.stack([np.cos(angle) * radius_mm[0], np.sin(angle) * radius_mm[1], 0 * angle], 1)
    right, left = (eye + GLASSES_MM + rim for eye in eyes)
    for line in (right, left, np.stack([right[0], left[20]])):
        cv2.polylines(rgb, [camera.project(line).round().astype(np.int32)], False, colour, thickness, cv2.LINE_AA)


def _developed(rgb: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As cameras leave it: sharpened at times, noisy at times."""
    picture = rgb.astype(np.float32)
    if rng.random() < 0.3:
        picture += rng.uniform(0.2, 1.2) * (picture - cv2.GaussianBlur(picture, (0, 0), 1.2))
    if rng.random() < 0.4:
        picture += rng.normal(size=rgb.shape).astype(np.float32) * rng.uniform(1, 9)
    return picture.clip(0, 255).astype(np.uint8)
