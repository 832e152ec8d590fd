"""Pictures of a result without a screen: the head from all sides, its shape, texture, parts and landmarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from faceviewer.io.cv import cv2
from faceviewer.io.head_files import main_texture
from faceviewer.raster.contact_sheet import BACKGROUND, contact_sheet
from faceviewer.raster.labels import caption, draw_legend, draw_points
from faceviewer.raster.layers import (
    CLAY_RGB,
    PART_COLORS,
    Paint,
    clay,
    grey_clay,
    lay_over,
    painted,
    part_rank,
    part_rgb,
    true_colors,
)
from faceviewer.raster.rasterize import rasterize_uv
from faceviewer.raster.shading import vertex_normals
from faceviewer.raster.views import AZIMUTHS_DEG, frame_head, scale_camera
from faceviewer.raster.visibility import depth_map, visibility
from faceviewer.types import PART_NAMES, Camera, FaceMesh, Origin, Reconstruction, Texture


def render_views(
    reconstruction: Reconstruction,
    views: Sequence[str] | None = None,
    size_px: int = 512,
    device: torch.device | str = "cpu",
) -> np.ndarray:
    """One picture of several views side by side in at most four columns, each with its name: (H, W, 3) uint8.

    views: names out of ``VIEWS``; None: those of ``CONTACT_VIEWS`` that the result has something for. size_px: side of
    each square tile. Raises KeyError for a view that does not exist.
    """
    absent = {f"landmarks-{name}" for name in LANDMARK_VIEWS if name not in reconstruction.landmarks}
    names = [name for name in CONTACT_VIEWS if name not in absent] if views is None else tuple(views)
    return contact_sheet(
        [caption(render_view(reconstruction, name, size_px, device), name.replace("-", " ")) for name in names]
    )


def render_view(
    reconstruction: Reconstruction, view: str, size_px: int = 512, device: torch.device | str = "cpu"
) -> np.ndarray:
    """One view as a square picture (size_px, size_px, 3) uint8. Raises KeyError for a view that does not exist.

    Without a texture, textured views show the mesh's vertex colours, or its shape in grey.
    """
    if view not in VIEWS:
        raise KeyError(f"no view {view!r}: choose from {', '.join(VIEWS)}")
    return VIEWS[view](_Studio(reconstruction, size_px, torch.device(device)))


@dataclass(frozen=True, eq=False)
class _Studio:
    """What every view needs."""

    reconstruction: Reconstruction
    size_px: int
    device: torch.device

    @property
    def mesh(self) -> FaceMesh:
        return self.reconstruction.mesh

    @property
    def texture(self) -> Texture | None:
        name = main_texture(self.reconstruction)
        return None if name is None else self.reconstruction.textures[name]

    @property
    def size(self) -> tuple[int, int]:
        return self.size_px, self.size_px


def _shoot(studio: _Studio, camera: Camera, paint: Paint) -> np.ndarray:
    """(H, W, 3) uint8 at the camera's size, on grey paper."""
    paper = np.full((camera.size[1], camera.size[0], 3), BACKGROUND, np.uint8)
    return lay_over(paper, camera, painted(studio.mesh, paint, studio.device), studio.mesh.vertices)


def _around(side: str) -> Callable[[_Studio], np.ndarray]:
    def view(studio: _Studio) -> np.ndarray:
        camera = frame_head(studio.mesh.vertices, AZIMUTHS_DEG[side], studio.size)
        return _shoot(studio, camera, true_colors(studio.mesh, studio.texture))

    return view


def _shape_from(side: str) -> Callable[[_Studio], np.ndarray]:
    def view(studio: _Studio) -> np.ndarray:
        camera = frame_head(studio.mesh.vertices, AZIMUTHS_DEG[side], studio.size)
        return _shoot(studio, camera, grey_clay(studio.mesh))

    return view


def _through_the_photos_camera(studio: _Studio) -> np.ndarray:
    camera = studio.reconstruction.camera
    scale = studio.size_px / max(camera.size)
    width, height = (max(1, round(side * scale)) for side in camera.size)
    shot = _shoot(studio, scale_camera(camera, (width, height)), true_colors(studio.mesh, studio.texture))
    picture = np.full((studio.size_px, studio.size_px, 3), BACKGROUND, np.uint8)
    left, top = (studio.size_px - width) // 2, (studio.size_px - height) // 2
    picture[top : top + height, left : left + width] = shot
    return picture


def _texture_sheet(studio: _Studio) -> np.ndarray:
    texture = studio.texture
    if texture is None:
        topology = studio.mesh.topology
        uv, triangles = torch.tensor(topology.uv), torch.tensor(topology.uv_triangles)
        covered = rasterize_uv(uv, triangles, studio.size).mask[0].numpy()
        return np.where(covered[..., None], CLAY_RGB, BACKGROUND).astype(np.uint8)
    filled = texture.origin != Origin.EMPTY
    if not filled.any():  # a result that was read back knows no origins
        filled[:] = True
    sheet = np.where(filled[..., None], texture.rgb, BACKGROUND).astype(np.uint8)
    shrinks = studio.size_px < len(sheet)
    return cv2.resize(sheet, studio.size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)


def _parts(studio: _Studio) -> np.ndarray:
    topology = studio.mesh.topology
    named = [topology.parts[name] for name in PART_NAMES if name in topology.parts]
    vertices = studio.mesh.vertices[np.concatenate(named)] if named else studio.mesh.vertices
    side = studio.size_px
    camera = frame_head(vertices, 0.0, studio.size, (0.3 * side, 0.06 * side, 0.96 * side, 0.94 * side))
    return draw_legend(_shoot(studio, camera, clay(part_rgb(part_rank(studio.mesh)))), PART_COLORS)


def _landmark_set(name: str) -> Callable[[_Studio], np.ndarray]:
    def view(studio: _Studio) -> np.ndarray:
        landmarks = studio.reconstruction.landmarks.get(name)
        if landmarks is None or landmarks.vertices is None or landmarks.barycentric is None:
            return _shape_from("front")(studio)
        xyz_mm = studio.reconstruction.landmark_xyz_mm(name)
        side = studio.size_px
        camera = frame_head(xyz_mm, 0.0, studio.size, (0.14 * side, 0.14 * side, 0.86 * side, 0.86 * side))
        picture = _shoot(studio, camera, true_colors(studio.mesh, studio.texture))
        seen = _is_seen(studio, camera, landmarks.vertices, landmarks.barycentric)
        return draw_points(picture, camera.project(xyz_mm), seen)

    return view


def _is_seen(studio: _Studio, camera: Camera, corners: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """(L,) bool: points on the mesh, given by corner vertices and weights (L, 3), that the camera sees."""
    xyz = torch.tensor(camera.to_camera(studio.mesh.vertices), dtype=torch.float32, device=studio.device)[None]
    triangles = torch.tensor(studio.mesh.topology.triangles, dtype=torch.int64, device=studio.device)
    K = torch.tensor(camera.K, dtype=torch.float32, device=studio.device)
    ids, share = torch.tensor(corners, dtype=torch.int64), torch.tensor(weights, dtype=torch.float32)[..., None]
    points, normals = (
        (values[:, ids.to(studio.device)] * share.to(studio.device)).sum(2)
        for values in (xyz, vertex_normals(xyz, triangles))
    )
    normals = torch.nn.functional.normalize(normals, dim=-1)
    seen, _ = visibility(depth_map(xyz, triangles, K, camera.size), points, normals)
    return (seen[0] > 0.5).cpu().numpy()


LANDMARK_VIEWS = ("68", "106", "134", "478")
"""The landmark sets that have a view."""

VIEWS: dict[str, Callable[[_Studio], np.ndarray]] = {
    **{side: _around(side) for side in AZIMUTHS_DEG},
    **{f"shape-{side}": _shape_from(side) for side in AZIMUTHS_DEG},
    **{f"landmarks-{name}": _landmark_set(name) for name in LANDMARK_VIEWS},
    "photo": _through_the_photos_camera,
    "uv": _texture_sheet,
    "parts": _parts,
}
"""All views by name. "left" and "right" are the side of the subject that shows; "photo" is the fitted camera."""

CONTACT_VIEWS = (
    *("three-quarter-right", "front", "three-quarter-left", "profile-left"),
    *("shape-front", "shape-three-quarter-left", "uv", "parts"),
    *("landmarks-68", "landmarks-106", "landmarks-134", "landmarks-478"),
)
"""The views of a contact picture, row by row."""
