"""A head on its photo, drawn by the photo's own camera: texture, shape, parts, landmarks, and all on one sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from faceviewer.io.cv import cv2
from faceviewer.io.head_files import main_texture
from faceviewer.io.overlay import draw_overlay
from faceviewer.raster.contact_sheet import contact_sheet
from faceviewer.raster.labels import caption, draw_points
from faceviewer.raster.layers import (
    Layer,
    grey_clay,
    lay_over,
    painted,
    tinted_parts,
    true_colors,
    whole_parts,
)
from faceviewer.raster.photo_picture_table import PHOTO_PICTURES, pictures_of
from faceviewer.raster.views import crop_camera, frame_around
from faceviewer.types import Photo, Reconstruction

LONGEST_SIDE_PX = 2000
"""Larger photos are reduced to this for all pictures but the overlay: to look at, more shows nothing new."""
TILE_PX = 640
"""Longer side of a panel of a sheet."""
_MARGIN = 0.06
"""What a sheet shows around the head, or its landmarks, on each side: a share of their longer side."""
_TINT = 0.5
_SHEETS = ("landmarks", "sheet")


def draw_photo_picture(name: str, photo: Photo, reconstruction: Reconstruction) -> np.ndarray:
    """The picture called ``name`` in ``PHOTO_PICTURES``, (H, W, 3) uint8. Raises KeyError for another.

    All but overlay and sheets have the photo's size, at most ``LONGEST_SIDE_PX`` on the longer side.
    """
    if name == "overlay":
        return draw_overlay(photo, reconstruction)
    if name in _SHEETS:
        return contact_sheet([caption(tile, title) for title, tile in _SHEET_TILES[name](photo, reconstruction)])
    width, height = photo.size
    scale = min(1.0, LONGEST_SIDE_PX / max(photo.size))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return _DRAWINGS[name](*framed(photo, reconstruction, (0, 0, width, height), size))


def framed(
    photo: Photo, reconstruction: Reconstruction, frame_ltrb: tuple[int, int, int, int], size: tuple[int, int]
) -> tuple[Photo, Reconstruction]:
    """A piece of the photo at another size (width, height), and the head as it lies in it.

    frame_ltrb: whole pixels of the photo, right and bottom excluded. The camera, landmarks and box are the piece's.
    """
    left, top, right, bottom = frame_ltrb
    rgb = photo.rgb[top:bottom, left:right]
    if size != (right - left, bottom - top):
        shrinks = size[0] < right - left
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
    scale = np.array([size[0] / (right - left), size[1] / (bottom - top)], np.float32)
    origin = np.array([left, top], np.float32)
    landmarks = {
        name: replace(points, xy_px=(points.xy_px - origin) * scale)
        for name, points in reconstruction.landmarks.items()
    }
    box = ((reconstruction.face.box_xyxy.reshape(2, 2) - origin) * scale).reshape(4)
    head = replace(
        reconstruction,
        camera=crop_camera(reconstruction.camera, frame_ltrb, size),
        landmarks=landmarks,
        face=replace(reconstruction.face, box_xyxy=box),
    )
    return Photo(np.asarray(rgb, np.uint8)), head


def _laid(layer: Layer, photo: Photo, head: Reconstruction) -> np.ndarray:
    return lay_over(photo.rgb, head.camera, layer, head.mesh.vertices)


def _textured(photo: Photo, head: Reconstruction) -> np.ndarray:
    name = main_texture(head)
    paint = true_colors(head.mesh, None if name is None else head.textures[name])
    return _laid(painted(head.mesh, paint), photo, head)


def _model_colored(photo: Photo, head: Reconstruction) -> np.ndarray:
    return _laid(painted(head.mesh, true_colors(head.mesh, head.textures["model"])), photo, head)


def _shaped(photo: Photo, head: Reconstruction) -> np.ndarray:
    return _laid(painted(head.mesh, grey_clay(head.mesh)), photo, head)


def _whole_parts(photo: Photo, head: Reconstruction) -> np.ndarray:
    return _laid(whole_parts(head.mesh, _TINT), photo, head)


def _seen_parts(photo: Photo, head: Reconstruction) -> np.ndarray:
    return _laid(painted(head.mesh, tinted_parts(head.mesh, _TINT)), photo, head)


_DRAWINGS: dict[str, Callable[[Photo, Reconstruction], np.ndarray]] = {
    "texture": _textured,
    "model": _model_colored,
    "shape": _shaped,
    "parts": _whole_parts,
    "parts-seen": _seen_parts,
}


def _landmark_tiles(photo: Photo, reconstruction: Reconstruction) -> Iterator[tuple[str, np.ndarray]]:
    """A panel per set, all of them around the face."""
    xy = [np.empty((0, 2)), *(points.xy_px for points in reconstruction.landmarks.values())]
    tile, head = _tile(photo, reconstruction, np.concatenate(xy))
    if not head.landmarks:
        yield "no landmarks", tile.rgb
    yield from _marked_tiles(tile, head)


def _all_tiles(photo: Photo, reconstruction: Reconstruction) -> Iterator[tuple[str, np.ndarray]]:
    """The photo and every picture of it, all of them around the head."""
    tile, head = _tile(photo, reconstruction, reconstruction.camera.project(reconstruction.mesh.vertices))
    yield "photo", tile.rgb
    yield "mesh", draw_overlay(tile, head, smallest_side=1)
    titles = {picture.name: picture.label.lower() for picture in PHOTO_PICTURES}
    for picture in pictures_of(_DRAWINGS, head.textures):
        yield titles[picture.name], _DRAWINGS[picture.name](tile, head)
    yield from _marked_tiles(tile, head)


_SHEET_TILES = {"landmarks": _landmark_tiles, "sheet": _all_tiles}


def _tile(photo: Photo, reconstruction: Reconstruction, xy_px: np.ndarray) -> tuple[Photo, Reconstruction]:
    """The surroundings of points (N, 2) in the photo as a panel of a sheet."""
    left, top, right, bottom = frame_around(xy_px, photo.size, _MARGIN) or (0, 0, *photo.size)
    scale = TILE_PX / max(right - left, bottom - top)
    size = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    return framed(photo, reconstruction, (left, top, right, bottom), size)


def _marked_tiles(tile: Photo, head: Reconstruction) -> Iterator[tuple[str, np.ndarray]]:
    """A panel per landmark set: 68, 106, 134, then those whose jaw follows the outline."""
    for name in sorted(head.landmarks, key=lambda name: (name.endswith("_2d"), len(name), name)):
        points = head.landmarks[name]
        title = f"{name.removesuffix('_2d')} landmarks{', jaw on the outline' * name.endswith('_2d')}"
        yield title, draw_points(tile.rgb, points.xy_px, points.visible)
