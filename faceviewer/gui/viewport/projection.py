"""Where points of the head come to lie in a pane: the one projection that VTK, the overlay and picking share.

Pane coordinates are logical pixels with (0, 0) at the top-left corner of the pane, as Qt's mouse events give them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from faceviewer.app.state import ViewCamera
from faceviewer.app.viewing import HEAD_WIDTH_TO_HEIGHT
from faceviewer.types import Camera

_NEAREST_SHARE = 1e-3
"""The near plane is never closer to the eye than this share of the far plane: depth would lose its precision."""

_EVERY, _ROOM = 7, 1.05


@dataclass(frozen=True)
class Ball:
    """What is to be seen lies in here, head frame, mm."""

    centre_mm: tuple[float, float, float]
    radius_mm: float

    @classmethod
    def around(cls, vertices_mm: np.ndarray, *, exact: bool = False) -> Ball:
        """A ball around the (V, 3) vertices of a head, with some room; a sample of them tells its size.

        exact: look at all of them, as meshes need that may be anything.
        """
        axes = np.asarray(vertices_mm[:: 1 if exact else _EVERY], np.float64).T
        low, high = axes.min(1), axes.max(1)
        x, y, z = ((low + high) / 2).tolist()
        return cls((x, y, z), float(np.linalg.norm(high - low)) / 2 * _ROOM)

    def with_points(self, xyz_mm: np.ndarray) -> Ball:
        """Around the same middle, with (N, 3) points in it, too."""
        farthest = float(np.linalg.norm(xyz_mm - np.array(self.centre_mm), axis=1).max())
        return Ball(self.centre_mm, max(self.radius_mm, farthest * _ROOM))


@dataclass(frozen=True, eq=False)
class Projection:
    """From the head frame, mm, to a pane of ``size`` logical pixels."""

    view: np.ndarray
    """(4, 4) head frame to OpenGL's eye frame (x right, y up, looking down -z), for column vectors."""
    clip: np.ndarray
    """(4, 4) eye frame to clip space."""
    size: tuple[float, float]
    """(width, height) of the pane."""
    parallel: bool = False

    @cached_property
    def _matrix(self) -> np.ndarray:
        return self.clip @ self.view

    def to_pane(self, xyz_mm: np.ndarray) -> np.ndarray:
        """(..., 3) to (..., 2) pane pixels; NaN at or behind the eye."""
        clipped = np.asarray(xyz_mm, np.float64) @ self._matrix[:, :3].T + self._matrix[:, 3]
        w = np.where(clipped[..., 3:] > 1e-9, clipped[..., 3:], np.nan)
        return (clipped[..., :2] / w * (0.5, -0.5) + 0.5) * self.size

    def depth_mm(self, xyz_mm: np.ndarray) -> np.ndarray:
        """(..., 3) to (...,) distance in front of the eye along the direction it looks."""
        return -(np.asarray(xyz_mm, np.float64) @ self.view[2, :3] + self.view[2, 3])

    def mm_per_pixel(self, xyz_mm: np.ndarray) -> np.ndarray:
        """(..., 3) to (...,): how much of the head, square to the line of sight, one pixel shows there."""
        w = np.asarray(xyz_mm, np.float64) @ self._matrix[3, :3] + self._matrix[3, 3]
        return 2 * w / (self.clip[1, 1] * self.size[1])

    def ray(self, xy: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
        """(origin (3,), unit direction (3,)), head frame, of what lies under a pane position."""
        x, y = 2 * xy[0] / self.size[0] - 1, 1 - 2 * xy[1] / self.size[1]
        inverse = np.linalg.inv(self._matrix)
        near, far = (inverse @ [x, y, z, 1] for z in (-1.0, 1.0))
        origin, end = near[:3] / near[3], far[:3] / far[3]
        return origin, (end - origin) / np.linalg.norm(end - origin)

    def towards_eye(self, xyz_mm: np.ndarray) -> np.ndarray:
        """(..., 3) unit vectors from points to the eye, head frame."""
        R = self.view[:3, :3]
        if self.parallel:
            return np.broadcast_to(R[2], np.shape(xyz_mm))
        offset = -(R.T @ self.view[:3, 3]) - np.asarray(xyz_mm, np.float64)
        return offset / np.linalg.norm(offset, axis=-1, keepdims=True)


def view_axes(camera: ViewCamera) -> np.ndarray:
    """(3, 3) rows: right, up and back (towards the eye) of the camera, head frame."""
    back = np.subtract(camera.position_mm, camera.focal_mm)
    back = back / max(float(np.linalg.norm(back)), 1e-9)
    right = np.cross(camera.up, back)
    if np.linalg.norm(right) < 1e-6:  # "up" along the line of sight says nothing
        right = np.cross((0.0, 0.0, -1.0) if abs(back[2]) < 0.9 else (0.0, 1.0, 0.0), back)
    right = right / np.linalg.norm(right)
    return np.stack([right, np.cross(back, right), back])


def spanned_px(size: tuple[float, float]) -> float:
    """Pixels that the view camera's field of view spans, upwards as sideways, in a pane of ``size``.

    The height of the pane; less in a pane that is narrower than a head, so that a head in view stays so.
    """
    return max(min(size[1], size[0] / HEAD_WIDTH_TO_HEIGHT), 1.0)


def from_view_camera(camera: ViewCamera, size: tuple[float, float], ball: Ball) -> Projection:
    """What ``camera`` sees in a pane of ``size``."""
    axes = view_axes(camera)
    view = np.eye(4)
    view[:3, :3], view[:3, 3] = axes, -axes @ np.array(camera.position_mm)
    width, height = max(size[0], 1.0), max(size[1], 1.0)
    spanned = spanned_px((width, height))
    scale_x, scale_y = spanned / width, spanned / height
    middle_mm = float(np.dot(axes[2], np.subtract(camera.position_mm, ball.centre_mm)))
    clip = np.zeros((4, 4))
    if camera.parallel:
        near, far = middle_mm - ball.radius_mm, middle_mm + ball.radius_mm
        clip[0, 0], clip[1, 1] = scale_x / camera.parallel_scale_mm, scale_y / camera.parallel_scale_mm
        clip[2, 2], clip[2, 3], clip[3, 3] = -2 / (far - near), -(far + near) / (far - near), 1
    else:
        focal = 1 / np.tan(np.radians(camera.fov_deg) / 2)
        clip[0, 0], clip[1, 1] = focal * scale_x, focal * scale_y
        clip[2, 2:], clip[3, 2] = _perspective_depth(*_range(middle_mm, ball.radius_mm)), -1
    return Projection(view, clip, (width, height), camera.parallel)


def fit_photo(photo_size: tuple[int, int], size: tuple[float, float]) -> tuple[float, float, float]:
    """(scale, left, top) that place a photo as large as possible in the middle of a pane."""
    scale = min(size[0] / photo_size[0], size[1] / photo_size[1])
    return scale, (size[0] - scale * photo_size[0]) / 2, (size[1] - scale * photo_size[1]) / 2


def from_photo_camera(camera: Camera, size: tuple[float, float], ball: Ball) -> Projection:
    """What the photo's camera sees, the whole photo fitted into a pane of ``size``."""
    width, height = max(size[0], 1.0), max(size[1], 1.0)
    scale, left, top = fit_photo(camera.size, (width, height))
    into_pane = np.array([[scale, 0, left], [0, scale, top], [0, 0, 1]])
    in_pane = replace(camera, K=into_pane @ camera.K, size=(width, height))  # type: ignore[arg-type]
    middle_mm = float(camera.to_camera(np.array(ball.centre_mm))[2])
    near, far = _range(middle_mm, ball.radius_mm)
    view, clip = in_pane.to_opengl(near, far)
    return Projection(view, clip, (width, height))


def _range(middle_mm: float, radius_mm: float) -> tuple[float, float]:
    far = max(middle_mm + radius_mm, 1.0)
    return max(middle_mm - radius_mm, far * _NEAREST_SHARE), far


def _perspective_depth(near: float, far: float) -> tuple[float, float]:
    return (far + near) / (near - far), 2 * far * near / (near - far)
