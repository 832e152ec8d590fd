"""Calming a followed face: One-Euro filters (Casiez, Roussel, Vogel, 2012) on what the detector says of it.

Landmarks are measured in widths of the face, so that strength means the same at every distance. Each point has a cutoff
of its own, from its own speed: a blink is not held back because the head is still.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from faceviewer.types import Face, LandmarkSet

_SET = "478"
_CUTOFFS_HZ = (12.0, 0.3)  # of a still point at strengths 0 and 1; geometric between
_SPEED_CUTOFF_HZ = 1.0
_HZ_PER_WIDTH = 8.0  # what a point gains in cutoff per face width that it moves in a second
_HZ_PER_BLENDSHAPE = 2.0
_ELSEWHERE = 0.7  # of a face's width: how far one face never leaps between two frames


class FaceSmoother:
    """Smooths one face from frame to frame."""

    def __init__(self) -> None:
        self._points = PointFilter(_HZ_PER_WIDTH)
        self._blendshapes = PointFilter(_HZ_PER_BLENDSHAPE)
        self.reset()

    def reset(self) -> None:
        """The next face has nothing to do with those before."""
        self._width_px = 0.0
        self._centre_px = np.zeros(2)
        self._points.reset()
        self._blendshapes.reset()

    def smooth(self, face: Face, time_s: float, strength: float) -> Face:
        """The face as it is shown at ``time_s``, which only grows; ``strength`` 0 leaves it as it is, 1 is calmest.

        Landmarks, their depth, the box and the blendshapes change together.
        """
        points = face.landmarks[_SET]
        left, top, right, bottom = (float(side) for side in face.box_xyxy)
        centre, width = np.array([left + right, top + bottom]) / 2, max(right - left, 1.0)
        if self._width_px == 0 or np.abs(centre - self._centre_px).max() > _ELSEWHERE * width:
            self.reset()
            self._width_px = width
        self._centre_px = centre
        seen = _columns(points) / self._width_px
        calm = self._points.filter(seen, time_s, strength) * self._width_px
        blendshapes = face.blendshapes
        if blendshapes is not None:
            blendshapes = self._blendshapes.filter(blendshapes[:, None], time_s, strength)[:, 0].astype(np.float32)
        if strength == 0:
            return face
        return _with_points(face, points, calm.astype(np.float32), blendshapes)


def _columns(points: LandmarkSet) -> np.ndarray:
    """(L, 2 or 3) float64: x, y and depth, where there is one, in pixels."""
    columns = [*points.xy_px.T] if points.z_px is None else [*points.xy_px.T, points.z_px]
    return np.stack(columns, 1).astype(np.float64)


def _with_points(face: Face, points: LandmarkSet, xyz_px: np.ndarray, blendshapes: np.ndarray | None) -> Face:
    xy_px = xyz_px[:, :2]
    calm = replace(points, xy_px=xy_px, z_px=None if points.z_px is None else xyz_px[:, 2])
    box = np.concatenate([xy_px.min(0), xy_px.max(0)])
    return replace(face, box_xyxy=box, landmarks={**face.landmarks, _SET: calm}, blendshapes=blendshapes)


class PointFilter:
    """A One-Euro filter of points whose strength may change from one moment to the next."""

    def __init__(self, hz_per_speed: float) -> None:
        """``hz_per_speed``: what a cutoff gains per unit of speed; larger follows fast movement more closely."""
        self._hz_per_speed = hz_per_speed
        self.reset()

    def reset(self) -> None:
        """The next points pass as they are."""
        self._time_s: float | None = None
        self._value = self._velocity = np.zeros((0, 1))

    def filter(self, points: np.ndarray, time_s: float, strength: float) -> np.ndarray:
        """(N, C) points at ``time_s`` seconds, smoothed; ``strength`` from 0, which lets them pass, to 1."""
        passed = 0.0 if self._time_s is None else time_s - self._time_s
        if passed <= 0 or points.shape != self._value.shape:
            self._value, self._velocity = points, np.zeros_like(points)
        else:
            velocity = (points - self._value) / passed
            self._velocity = self._velocity + _share(_SPEED_CUTOFF_HZ, passed) * (velocity - self._velocity)
            speed = np.linalg.norm(self._velocity, axis=1, keepdims=True)
            weak, strong = _CUTOFFS_HZ
            cutoff = weak * (strong / weak) ** strength + self._hz_per_speed * speed
            share = _share(cutoff, passed) if strength > 0 else 1.0
            self._value = self._value + share * (points - self._value)
        self._time_s = time_s
        return self._value


def _share(cutoff_hz: np.ndarray | float, passed_s: float) -> np.ndarray | float:
    """How much of the way to the new value a low-pass filter goes after ``passed_s`` seconds."""
    turn = 2 * np.pi * cutoff_hz * passed_s
    return turn / (turn + 1)
