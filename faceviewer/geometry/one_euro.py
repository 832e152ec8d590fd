"""Smoothing of live signals: strong while they rest, quick to follow when they move.

Source: G. Casiez, N. Roussel, D. Vogel, 1 € Filter: a simple speed-based low-pass filter for noisy input in interactive
systems, CHI 2012.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

_CUTOFFS_HZ = (20.0, 0.5)
"""Cut-off frequency at rest for the least and the greatest strength."""
_CUTOFF_PER_SPEED = (2.0, 1.0)
"""Hz per unit per second, for the least and the greatest strength."""
_SPEED_CUTOFF_HZ = 1.0


class OneEuroFilter:
    """Smooths arrays of numbers that arrive with their times, each number on its own."""

    def __init__(self, strength: float, unit: float = 1.0) -> None:
        """Start without a past.

        strength: 0 (leaves values alone) to 1; may be changed at any time. unit: how far the values go in a
        distinct movement, in their own unit: 1 for expression weights, some 50 for a head's position in mm.
        """
        self.strength = strength
        self._unit = unit
        self._past: tuple[float, np.ndarray, np.ndarray, np.ndarray] | None = None

    def reset(self) -> None:
        """Forget the past, as for another face."""
        self._past = None

    def filter(self, values: np.ndarray, time_s: float) -> np.ndarray:
        """Smoothed ``values``, float64 of the same shape. Starts anew when the shape changes or time does not go on."""
        values = np.array(values, np.float64)
        smooth, speed = values, np.zeros_like(values)
        if self._past is not None and self._past[1].shape == values.shape and time_s > self._past[0]:
            before_s, raw, last, last_speed = self._past
            dt = time_s - before_s
            speed = last_speed + _share(_SPEED_CUTOFF_HZ, dt) * ((values - raw) / dt - last_speed)
            if self.strength > 0:
                smooth = last + _share(_cutoff_hz(self.strength, np.abs(speed) / self._unit), dt) * (values - last)
        self._past = time_s, values, smooth, speed
        return smooth.copy()


class RotationFilter:
    """Smooths rotations: every new one is approached along the shortest turn from the last smoothed one."""

    def __init__(self, strength: float, unit_rad: float = 0.5) -> None:
        """As for ``OneEuroFilter``; ``unit_rad`` is the angle of a distinct movement."""
        self.strength = strength
        self._unit_rad = unit_rad
        self._past: tuple[float, Rotation, Rotation, np.ndarray] | None = None

    def reset(self) -> None:
        """Forget the past, as for another face."""
        self._past = None

    def filter(self, R: np.ndarray, time_s: float) -> np.ndarray:
        """(3, 3) float64: smoothed ``R`` (3, 3). Starts anew when time does not go on."""
        now = Rotation.from_matrix(np.asarray(R, np.float64))
        smooth, velocity = now, np.zeros(3)
        if self._past is not None and time_s > self._past[0]:
            before_s, raw, last, last_velocity = self._past
            dt = time_s - before_s
            turned = (now * raw.inv()).as_rotvec() / dt
            velocity = last_velocity + _share(_SPEED_CUTOFF_HZ, dt) * (turned - last_velocity)
            if self.strength > 0:
                cutoff_hz = _cutoff_hz(self.strength, float(np.linalg.norm(velocity)) / self._unit_rad)
                smooth = Rotation.from_rotvec(_share(cutoff_hz, dt) * (now * last.inv()).as_rotvec()) * last
        self._past = time_s, now, smooth, velocity
        return smooth.as_matrix()


def _cutoff_hz(strength: float, speed: np.ndarray | float) -> np.ndarray:
    """The cut-off frequency at this speed in units per second."""
    s = min(max(strength, 0.0), 1.0)
    at_rest = _CUTOFFS_HZ[0] ** (1 - s) * _CUTOFFS_HZ[1] ** s
    return at_rest + np.interp(s, (0, 1), _CUTOFF_PER_SPEED) * np.asarray(speed, np.float64)


def _share(cutoff_hz: np.ndarray | float, dt_s: float) -> np.ndarray | float:
    """How much of the way to a new value an exponential low-pass filter goes in ``dt_s``."""
    omega = 2 * np.pi * cutoff_hz * dt_s
    return omega / (1 + omega)
