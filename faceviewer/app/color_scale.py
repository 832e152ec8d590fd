"""Scales that turn numbers into colours, the same in dark and light: sRGB, blended between a few anchors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from faceviewer.app.palette import RGB

_UNKNOWN: RGB = (128, 128, 128)


@dataclass(frozen=True)
class ColorScale:
    """Colours from the low to the high end, at equal steps."""

    anchors: tuple[RGB, ...]

    def colors(self, values: np.ndarray, low: float, high: float) -> np.ndarray:
        """(...) numbers to (..., 3) uint8; beyond the ends the end's colour, grey for NaN."""
        span = high - low
        share = (np.asarray(values, np.float64) - low) / (span if span > 0 else 1.0)
        known = np.isfinite(share)
        place = np.clip(np.where(known, share, 0.0), 0.0, 1.0) * (len(self.anchors) - 1)
        steps = np.arange(len(self.anchors))
        channels = [np.interp(place, steps, channel) for channel in np.array(self.anchors, float).T]
        rgb = np.stack(channels, -1)
        rgb[~known] = _UNKNOWN
        return np.round(rgb).astype(np.uint8)


DIFFERENCE_SCALE = ColorScale(
    ((33, 72, 178), (86, 143, 222), (168, 201, 235), (236, 236, 236), (244, 190, 160), (222, 108, 82), (160, 26, 44))
)
"""For signed numbers around 0: blue below, red above, as light as the paper between."""
DEPTH_SCALE = ColorScale(((255, 246, 204), (250, 196, 110), (225, 120, 84), (158, 62, 100), (86, 33, 96), (26, 16, 52)))
"""Near is light, far is dark."""
