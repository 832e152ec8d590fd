"""A photo on a UV layout: where each texel lies in the photo, whether it is seen there, and its colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.io.cv import cv2
from faceviewer.raster.texture.uv_atlas import uv_atlas
from faceviewer.types import Camera, FaceMesh, FaceviewerError, Topology

_FACING = 0.1
"""Cosine of a vertex' normal to the picture's axis from which on it counts as seen."""
_LONGEST_PX = 32766
"""OpenCV samples no larger picture, and no more points in a row."""


@dataclass(frozen=True, eq=False)
class UnwrapInfo:
    """Which three vertices each texel of a map of side S mixes; row 0 is v = 1."""

    vertices: np.ndarray
    """(S, S, 3) int32; without meaning where the weights are 0."""
    weights: np.ndarray
    """(S, S, 3) float32, summing to 1; 0 where the layout is empty."""

    @property
    def side(self) -> int:
        return len(self.vertices)

    @property
    def covered(self) -> np.ndarray:
        """(S, S) bool."""
        return np.any(self.weights, axis=-1)

    def spread(self, values: np.ndarray) -> np.ndarray:
        """(S, S, C) float32: values of the vertices (N, C) over the layout, 0 where it is empty."""
        mixed = np.zeros((*self.vertices.shape[:2], values.shape[1]), np.float32)
        for corner in range(3):
            mixed += values.astype(np.float32)[self.vertices[..., corner]] * self.weights[..., corner, None]
        return mixed


@dataclass(frozen=True, eq=False)
class PhotoView:
    """A photo, and where the head's N vertices lie in it."""

    rgb: np.ndarray
    """(H, W, 3) uint8."""
    usable: np.ndarray
    """(H, W) float32, 0 to 1: skin of the face, without what hides it."""
    xy_px: np.ndarray
    """(N, 2) photo pixels, pixel centres at .5."""
    facing: np.ndarray
    """(N,) cosine of the normals to the picture's axis: 1 faces the viewer."""


@dataclass(frozen=True, eq=False)
class Remapped:
    """A view on the layout."""

    rgb: np.ndarray
    """(S, S, 3) float32, 0 to 255; 0 where it is not seen."""
    mask: np.ndarray
    """(S, S) float32, 1 where the photo shows the texel, else 0."""


def unwrap_info(
    vertices: np.ndarray, weights: np.ndarray, layout: np.ndarray | None = None, *, vertex_count: int | None = None
) -> UnwrapInfo:
    """The info of a published file: (S, S, 3) vertex numbers from 0 and weights; layout: (S, S) mask, 0 to 1.

    Raises FaceviewerError where the arrays do not belong together or name vertices that the head does not have.
    """
    vertices, weights = np.asarray(vertices), np.asarray(weights, np.float32)
    if vertices.ndim != 3 or vertices.shape[2] != 3 or vertices.shape != weights.shape:
        raise FaceviewerError(f"unwrap info of the shapes {vertices.shape} and {weights.shape}, not (S, S, 3) twice")
    if not np.isfinite(weights).all():
        raise FaceviewerError("unwrap info with weights that are not finite")
    if layout is not None:
        if layout.shape != vertices.shape[:2]:
            raise FaceviewerError(f"the layout's mask has the shape {layout.shape}, not {vertices.shape[:2]}")
        weights = weights * layout[..., None].astype(np.float32)
    used = np.any(weights, axis=-1)
    ids = np.where(used[..., None], vertices, 0).astype(np.int64)
    if ids.min() < 0 or (vertex_count is not None and ids.max() >= vertex_count):
        raise FaceviewerError(f"unwrap info names vertices {ids.min()} to {ids.max()} of {vertex_count}")
    return UnwrapInfo(ids.astype(np.int32), weights)


def unwrap_info_of(topology: Topology, side: int) -> UnwrapInfo:
    """The info of a topology's own layout, drawn at the texels' centres; a published file may sample elsewhere."""
    atlas = uv_atlas(topology, side)
    vertices, weights = np.zeros((side * side, 3), np.int32), np.zeros((side * side, 3), np.float32)
    texels = atlas.texels.numpy()
    vertices[texels] = topology.triangles[atlas.triangle.numpy()]
    weights[texels] = atlas.barycentric.numpy()
    return UnwrapInfo(vertices.reshape(side, side, 3), weights.reshape(side, side, 3))


def view_of(
    mesh: FaceMesh,
    normals: np.ndarray,
    camera: Camera,
    rgb: np.ndarray,
    usable: np.ndarray | None = None,
    seen: np.ndarray | None = None,
) -> PhotoView:
    """A photo of a known head. normals: (N, 3) unit, head frame. usable: (H, W) 0 to 1; None: all of the photo.

    seen: (N,) bool, vertices that nothing of the head hides; None: all, as in the published program, which trusts
    normals and masks. Raises FaceviewerError for a photo of another size than the camera's.
    """
    if rgb.shape[:2] != camera.size[::-1] or (usable is not None and usable.shape != rgb.shape[:2]):
        raise FaceviewerError(
            f"the photo has {rgb.shape[1]} x {rgb.shape[0]} pixels, its camera {camera.size[0]} x {camera.size[1]}"
            + ("" if usable is None else f", its mask {usable.shape[1]} x {usable.shape[0]}")
        )
    facing = -(normals @ camera.R_camera_head.T)[:, 2]
    if seen is not None:
        facing = np.where(seen, facing, -1.0)
    xy_px = np.nan_to_num(camera.project(mesh.vertices), nan=-1e6)
    everything = np.ones(rgb.shape[:2], np.float32) if usable is None else usable.astype(np.float32)
    return PhotoView(rgb, everything, xy_px, facing)


def remap(view: PhotoView, info: UnwrapInfo) -> Remapped:
    """The view on the layout. A texel is seen where most of its three vertices face the viewer and are usable."""
    if not np.isfinite(view.xy_px).all() or not np.isfinite(view.facing).all():
        raise FaceviewerError("a view's positions are not finite")
    if max(view.rgb.shape) > _LONGEST_PX:
        raise FaceviewerError(f"a photo of {view.rgb.shape[1]} x {view.rgb.shape[0]} pixels is too long to unwrap")
    xy = info.spread(view.xy_px - 0.5)  # OpenCV counts from the middle of the first pixel
    rgb = cv2.remap(view.rgb.astype(np.float32), xy[..., 0], xy[..., 1], cv2.INTER_LINEAR, borderValue=0)
    usable = _sampled(view.usable, view.xy_px)
    flags = np.stack([usable, (view.facing > _FACING).astype(np.float32)], -1)
    mask = np.all(info.spread(flags) > 0.5, axis=-1).astype(np.float32)
    return Remapped(np.clip(rgb, 0, 255) * mask[..., None], mask)


def _sampled(picture: np.ndarray, xy_px: np.ndarray) -> np.ndarray:
    """(N,) float32: a picture (H, W) at positions (N, 2), 0 outside of it."""
    rows = np.array_split((xy_px - 0.5).astype(np.float32), len(xy_px) // _LONGEST_PX + 1)
    values = picture.astype(np.float32)
    return np.concatenate(
        [cv2.remap(values, row[None, :, 0], row[None, :, 1], cv2.INTER_LINEAR, borderValue=0)[0] for row in rows]
    )
