"""Pictures of a result without a screen: the head from all sides, its shape, texture, parts and landmarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from faceviewer.io.cv import cv2
from faceviewer.raster.labels import caption, draw_legend, draw_points
from faceviewer.raster.rasterize import interpolate_pixels, rasterize_uv
from faceviewer.raster.shading import vertex_normals
from faceviewer.raster.unlit import Drawing, draw, texture_colors
from faceviewer.raster.views import AZIMUTHS_DEG, frame_head, scale_camera
from faceviewer.raster.visibility import depth_map, visibility
from faceviewer.types import PART_NAMES, Camera, FaceMesh, Origin, Reconstruction, Texture

BACKGROUND = (226, 227, 230)
PART_COLORS = {
    "right_eye": (230, 75, 60),
    "left_eye": (52, 130, 220),
    "right_eyebrow": (150, 85, 40),
    "left_eyebrow": (120, 80, 190),
    "nose": (250, 190, 50),
    "up_lip": (235, 90, 160),
    "down_lip": (60, 180, 120),
    "skin": (230, 190, 165),
}
_BARE_RGB = (196, 196, 196)
_SUPERSAMPLING = 2
_LARGEST_SUPERSAMPLED_PX = 2048
"""Larger pictures are drawn at their own size: a finer grid would need gigabytes and show no difference."""
_KEY_LIGHT = (-0.35, -0.55, -0.76)
"""Directions to the lamps in the camera frame: from the upper left behind the camera, and from the camera."""
_HEADLIGHT = (0.0, 0.0, -1.0)


def render_views(
    reconstruction: Reconstruction,
    views: Sequence[str] | None = None,
    size_px: int = 512,
    device: torch.device | str = "cpu",
) -> np.ndarray:
    """One picture of several views side by side in at most four columns, each with its name: (H, W, 3) uint8.

    views: names out of ``VIEWS``; None: ``CONTACT_VIEWS``. size_px: side of each square tile.
    Raises KeyError for a view that does not exist.
    """
    names = CONTACT_VIEWS if views is None else tuple(views)
    tiles = [caption(render_view(reconstruction, name, size_px, device), name.replace("-", " ")) for name in names]
    columns = min(4, len(tiles))
    blank = np.full((size_px, size_px, 3), BACKGROUND, np.uint8)
    tiles += [blank] * (-len(tiles) % columns)
    return np.concatenate([np.concatenate(tiles[k : k + columns], 1) for k in range(0, len(tiles), columns)])


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
        textures = self.reconstruction.textures
        return textures.get("photo") or next(iter(textures.values()), None)

    @property
    def size(self) -> tuple[int, int]:
        return self.size_px, self.size_px


_Paint = Callable[[Drawing], Tensor]
"""Colours (P, 3) float32, 0 to 255, of a drawing's covered pixels."""


def _shoot(studio: _Studio, camera: Camera, paint: _Paint) -> np.ndarray:
    """(H, W, 3) uint8 at the camera's size: painted on a finer grid, then averaged over the background."""
    width, height = camera.size
    samples = _SUPERSAMPLING if max(camera.size) <= _LARGEST_SUPERSAMPLED_PX else 1
    fine = scale_camera(camera, (width * samples, height * samples))
    drawing = draw(studio.mesh, fine, studio.device)
    canvas = torch.tensor(BACKGROUND, dtype=torch.float32, device=studio.device).repeat(fine.size[0] * fine.size[1], 1)
    canvas[drawing.pixels] = paint(drawing)
    blocks = canvas.reshape(height, samples, width, samples, 3)
    return blocks.mean((1, 3)).round().clamp(0, 255).to(torch.uint8).cpu().numpy()


def _true_colors(studio: _Studio) -> _Paint:
    texture, colors = studio.texture, studio.mesh.colors
    if texture is not None:
        return lambda drawing: texture_colors(drawing, studio.mesh.topology, texture, reduce=True)
    if colors is not None:
        table = torch.tensor(colors, dtype=torch.float32, device=studio.device)
        return lambda drawing: interpolate_pixels(table, drawing.fragments, drawing.triangles, drawing.pixels)
    return _clay(np.array(_BARE_RGB, np.float32)[None].repeat(len(studio.mesh.topology.triangles), 0))


def _clay(triangle_rgb: np.ndarray) -> _Paint:
    """Matt colours, (F, 3) one per triangle, under two lamps."""

    def paint(drawing: Drawing) -> Tensor:
        normals = vertex_normals(drawing.xyz_camera, drawing.triangles)
        normal = interpolate_pixels(normals, drawing.fragments, drawing.triangles, drawing.pixels)
        normal = torch.nn.functional.normalize(normal, dim=-1)
        lamps = torch.tensor([_KEY_LIGHT, _HEADLIGHT], device=normal.device)
        cosines = (normal @ lamps.T).abs()  # both sides of a surface are lit: the inside of the neck shows, too
        linear = 0.1 + 0.55 * cosines[:, :1] + 0.35 * cosines[:, 1:]
        shown = drawing.fragments.triangle.reshape(-1)[drawing.pixels].long()
        return torch.tensor(triangle_rgb, device=normal.device)[shown] * linear ** (1 / 2.2)

    return paint


def _around(side: str) -> Callable[[_Studio], np.ndarray]:
    def view(studio: _Studio) -> np.ndarray:
        camera = frame_head(studio.mesh.vertices, AZIMUTHS_DEG[side], studio.size)
        return _shoot(studio, camera, _true_colors(studio))

    return view


def _shape_from(side: str) -> Callable[[_Studio], np.ndarray]:
    def view(studio: _Studio) -> np.ndarray:
        camera = frame_head(studio.mesh.vertices, AZIMUTHS_DEG[side], studio.size)
        grey = np.tile(np.array(_BARE_RGB, np.float32), (len(studio.mesh.topology.triangles), 1))
        return _shoot(studio, camera, _clay(grey))

    return view


def _through_the_photos_camera(studio: _Studio) -> np.ndarray:
    camera = studio.reconstruction.camera
    scale = studio.size_px / max(camera.size)
    width, height = (max(1, round(side * scale)) for side in camera.size)
    shot = _shoot(studio, scale_camera(camera, (width, height)), _true_colors(studio))
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
        return np.where(covered[..., None], _BARE_RGB, BACKGROUND).astype(np.uint8)
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
    return draw_legend(_shoot(studio, camera, _clay(_part_rgb(studio.mesh))), PART_COLORS)


def _part_rgb(mesh: FaceMesh) -> np.ndarray:
    """(F, 3) float32: a triangle has its part's colour when two of its corners do; the skin lies lowest."""
    triangles = mesh.topology.triangles
    rgb = np.tile(np.array(_BARE_RGB, np.float32), (len(triangles), 1))
    for name in reversed(PART_NAMES):
        member = np.zeros(len(mesh.vertices), bool)
        member[mesh.topology.parts.get(name, [])] = True
        rgb[member[triangles].sum(1) >= 2] = PART_COLORS[name]
    return rgb


def _landmark_set(name: str) -> Callable[[_Studio], np.ndarray]:
    def view(studio: _Studio) -> np.ndarray:
        landmarks = studio.reconstruction.landmarks.get(name)
        if landmarks is None or landmarks.vertices is None or landmarks.barycentric is None:
            return _shape_from("front")(studio)
        xyz_mm = studio.reconstruction.landmark_xyz_mm(name)
        side = studio.size_px
        camera = frame_head(xyz_mm, 0.0, studio.size, (0.14 * side, 0.14 * side, 0.86 * side, 0.86 * side))
        picture = _shoot(studio, camera, _true_colors(studio))
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


VIEWS: dict[str, Callable[[_Studio], np.ndarray]] = {
    **{side: _around(side) for side in AZIMUTHS_DEG},
    **{f"shape-{side}": _shape_from(side) for side in AZIMUTHS_DEG},
    **{f"landmarks-{name}": _landmark_set(name) for name in ("68", "106", "134", "478")},
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
