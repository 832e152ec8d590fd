"""The photo with the fitted head drawn over it: mesh, landmarks, pose axes and the face's box."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from faceviewer.io.cv import cv2
from faceviewer.types import Camera, FaceMesh, LandmarkSet, Photo, Reconstruction

SMALLEST_SIDE = 900
"""Smaller photos are enlarged by a whole factor until their longer side reaches this: lines need pixels."""
AXIS_LENGTH_MM = 70.0
WIRE_COLOR = (120, 220, 255)
HIDDEN_COLOR = (150, 150, 150)
POINT_COLOR = (255, 214, 64)
BOX_COLOR = (255, 255, 255)
AXES = (((235, 64, 52), (1, 0, 0)), ((60, 200, 90), (0, 1, 0)), ((66, 135, 245), (0, 0, 1)))
"""Colour and direction in the head frame of the x, y and z axis."""

_CURVES_68 = (  # first and last point of each line of the iBUG set, and whether it closes
    (0, 17, False),
    (17, 22, False),
    (22, 27, False),
    (27, 31, False),
    (31, 36, False),
    (36, 42, True),
    (42, 48, True),
    (48, 60, True),
    (60, 68, True),
)
_SHIFT = 4  # cv2 takes coordinates as integers of 1/16 pixel
_OCCLUSION_MM = 6.0
_DEPTH_SIDE = 400


def draw_overlay(photo: Photo, reconstruction: Reconstruction, *, smallest_side: int = SMALLEST_SIDE) -> np.ndarray:
    """(H, W, 3) uint8: ``photo`` by the whole factor that makes its longer side at least ``smallest_side``, with
    the front of the mesh, the 68 landmarks (hidden ones grey), the head's axes (x red, y green, z blue) and the box.
    """
    scale = max(1, math.ceil(smallest_side / max(photo.size)))
    picture = photo.rgb.copy() if scale == 1 else _enlarged(photo.rgb, scale)
    left, top, right, bottom = reconstruction.face.box_xyxy * scale
    width = float(np.clip(max(right - left, bottom - top) / 350, 1.0, 8.0))
    _draw_mesh(picture, reconstruction.mesh, reconstruction.camera, scale, width)
    _draw_box(picture, (left, top, right, bottom), width)
    _draw_axes(picture, reconstruction.camera, scale, width)
    if (points := reconstruction.landmarks.get("68")) is not None:
        _draw_landmarks(picture, points, scale, width)
    return picture


def visible_edges(mesh: FaceMesh, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
    """The edges of triangles that face the camera with nothing of the head before them.

    Returns (E, 2) int32 vertex ids and (E,) float64 from 0 (seen edge-on) to 1 (seen face-on). Occlusion is judged on
    a small depth picture: good enough for a drawing, not for measuring.
    """
    triangles = mesh.topology.triangles
    xyz = camera.to_camera(mesh.vertices)
    corners = xyz[triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    centres = corners.mean(1)
    lengths = np.linalg.norm(normals, axis=1) * np.linalg.norm(centres, axis=1)
    facing = -np.einsum("ij,ij->i", normals, centres) / np.maximum(lengths, 1e-12)
    seen = (facing > 0.05) & (corners[..., 2] > 1.0).all(1)
    seen[seen] = _is_nearest(corners[seen])
    edges = np.concatenate([triangles[seen][:, pair] for pair in ((0, 1), (1, 2), (2, 0))])
    low, high = edges.min(1), edges.max(1)
    _, first = np.unique(low.astype(np.int64) * len(xyz) + high, return_index=True)
    return edges[first], np.tile(facing[seen], 3)[first]


def _is_nearest(corners: np.ndarray) -> np.ndarray:
    """(F,) bool: whether nothing lies clearly before the centre of each of the (F, 3, 3) camera-frame triangles."""
    if len(corners) == 0:
        return np.zeros(0, bool)
    xy = corners[..., :2] / corners[..., 2:]
    low = xy.min((0, 1))
    pixels_per_unit = (_DEPTH_SIDE - 1) / max(float((xy.max((0, 1)) - low).max()), 1e-9)
    xy = (xy - low) * pixels_per_unit
    centres = xy.mean(1).round().astype(int)
    depth = corners[..., 2].mean(1)
    painted = np.full((_DEPTH_SIDE, _DEPTH_SIDE), np.inf, np.float32)
    fixed = np.rint(xy * (1 << _SHIFT)).astype(np.int32)
    order = np.argsort(-depth)  # the farthest first: nearer ones are painted over it
    for triangle, value in zip(fixed[order], depth[order].tolist(), strict=True):
        cv2.fillConvexPoly(painted, triangle, value, cv2.LINE_8, _SHIFT)
    return depth < painted[centres[:, 1], centres[:, 0]] + _OCCLUSION_MM


def _enlarged(rgb: np.ndarray, scale: int) -> np.ndarray:
    return cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)


def _draw_mesh(picture: np.ndarray, mesh: FaceMesh, camera: Camera, scale: int, width: float) -> None:
    edges, facing = visible_edges(mesh, camera)
    if len(edges) == 0:
        return
    lines = camera.project(mesh.vertices)[edges] * scale
    spacing_px = float(np.median(np.linalg.norm(lines[:, 1] - lines[:, 0], axis=1)))
    strength = 0.5 * min(1.0, spacing_px / 12)  # a dense mesh must not hide the face
    opacity = np.zeros(picture.shape[:2], np.uint8)
    bands = np.digitize(facing, (0.25, 0.6))
    for band, share in enumerate((0.45, 0.75, 1.0)):
        value = int(255 * strength * share)
        cv2.polylines(
            opacity, _fixed(lines[bands == band]), False, value, max(1, round(width / 2)), cv2.LINE_AA, _SHIFT
        )
    _blend(picture, opacity, WIRE_COLOR)


def _draw_box(picture: np.ndarray, box: Iterable[float], width: float) -> None:
    left, top, right, bottom = box
    arm = 0.12 * max(right - left, bottom - top)
    corners = []
    for x, dx in ((left, arm), (right, -arm)):
        corners += [[(x + dx, y), (x, y), (x, y + dy)] for y, dy in ((top, arm), (bottom, -arm))]
    _draw_lines(picture, corners, BOX_COLOR, 2 * width)


def _draw_axes(picture: np.ndarray, camera: Camera, scale: int, width: float) -> None:
    arrows = [(color, AXIS_LENGTH_MM * np.array(direction, float)) for color, direction in AXES]
    arrows.sort(key=lambda arrow: -camera.to_camera(arrow[1])[2])  # the one that points at the camera comes last
    for color, tip_mm in arrows:
        start, tip = camera.project(np.stack([np.zeros(3), tip_mm])) * scale
        length = float(np.hypot(*(tip - start)))
        if not length > 1:  # seen from its end, or behind the camera
            continue
        along = (tip - start) / length
        across = np.array([-along[1], along[0]])
        barb = min(7 * width, 0.4 * length)
        head = [tip, tip - barb * (along + 0.45 * across), tip - barb * (along - 0.45 * across)]
        _draw_lines(picture, [[start, tip - 0.7 * barb * along]], color, 2.5 * width)
        cv2.fillConvexPoly(picture, _fixed([head])[0], color, cv2.LINE_AA, _SHIFT)


def _draw_landmarks(picture: np.ndarray, points: LandmarkSet, scale: int, width: float) -> None:
    xy = points.xy_px.astype(np.float64) * scale
    curves = []
    for first, last, closed in _CURVES_68:
        curves.append(np.concatenate([xy[first:last], xy[first : first + 1]]) if closed else xy[first:last])
    opacity = np.zeros(picture.shape[:2], np.uint8)
    for curve in curves:
        if not np.isfinite(curve).all():  # a point lies behind the camera
            continue
        cv2.polylines(opacity, _fixed([curve]), False, 150, max(1, round(width)), cv2.LINE_AA, _SHIFT)
    _blend(picture, opacity, POINT_COLOR)
    for position, visible in zip(xy, points.visible, strict=True):
        if not np.isfinite(position).all():
            continue
        _draw_dot(picture, position, 3.2 * width, (20, 20, 20))
        _draw_dot(picture, position, 2.2 * width, POINT_COLOR if visible else HIDDEN_COLOR)


def _draw_lines(picture: np.ndarray, lines: Iterable, color: tuple[int, int, int], width: float) -> None:
    fixed = _fixed(lines)
    cv2.polylines(picture, fixed, False, (20, 20, 20), round(width) + 2, cv2.LINE_AA, _SHIFT)
    cv2.polylines(picture, fixed, False, color, max(1, round(width)), cv2.LINE_AA, _SHIFT)


def _draw_dot(picture: np.ndarray, xy: np.ndarray, radius: float, color: tuple[int, int, int]) -> None:
    (centre,) = _fixed([[xy]])
    cv2.circle(picture, centre[0].tolist(), round(radius * (1 << _SHIFT)), color, cv2.FILLED, cv2.LINE_AA, _SHIFT)


def _blend(picture: np.ndarray, opacity: np.ndarray, color: tuple[int, int, int]) -> None:
    """Paint ``color`` where ``opacity`` (H, W) uint8 says, within the rectangle that it touches."""
    x, y, width, height = cv2.boundingRect(opacity)
    region, share = (
        picture[y : y + height, x : x + width],
        opacity[y : y + height, x : x + width, None] / np.float32(255),
    )
    region[:] = np.rint(region * (1 - share) + np.array(color, np.float32) * share).astype(np.uint8)


def _fixed(lines: Iterable) -> list[np.ndarray]:
    """Lines in our image coordinates (pixel centres at .5) as cv2's fixed-point ones (centres at 0)."""
    return [np.rint((np.clip(line, -30_000, 30_000) - 0.5) * (1 << _SHIFT)).astype(np.int32) for line in lines]
