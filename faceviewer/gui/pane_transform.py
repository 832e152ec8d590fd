"""Where the pixels of a picture lie in a widget: zoom, offset and mirror view, without any widget."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize

MAX_ZOOM = 64.0
"""Device pixels per image pixel."""
_FIT_MARGIN = 0.98


@dataclass(frozen=True)
class PaneTransform:
    """Image pixels (0, 0 is the top-left corner of the top-left pixel) to logical widget pixels and back."""

    scale: float = 1.0
    """Logical widget pixels per image pixel."""
    left: float = 0.0
    top: float = 0.0
    """Widget position of the picture's top-left corner."""
    mirrored_width: float | None = None
    """Width of the picture in its own pixels when it is shown mirrored, else None."""

    @classmethod
    def fitted(cls, image: QSize, pane: QSize, *, ratio: float, mirrored: bool) -> PaneTransform:
        """All of ``image`` in the middle of ``pane``; ``ratio`` is the screen's device pixels per logical pixel."""
        scale = _FIT_MARGIN * min(pane.width() / max(image.width(), 1), pane.height() / max(image.height(), 1))
        scale = min(max(scale, 1e-4), MAX_ZOOM / ratio)
        left = (pane.width() - image.width() * scale) / 2
        top = (pane.height() - image.height() * scale) / 2
        return cls(scale, left, top, float(image.width()) if mirrored else None).snapped(ratio)

    def snapped(self, ratio: float) -> PaneTransform:
        """Moved to the nearest device pixel, so that at 1:1 every image pixel is exactly one of the screen."""
        return replace(self, left=round(self.left * ratio) / ratio, top=round(self.top * ratio) / ratio)

    def zoomed(self, scale: float, anchor: QPointF) -> PaneTransform:
        """At another scale, with the image point under ``anchor`` (widget pixels) staying there."""
        factor = scale / self.scale
        return replace(
            self,
            scale=scale,
            left=anchor.x() - (anchor.x() - self.left) * factor,
            top=anchor.y() - (anchor.y() - self.top) * factor,
        )

    def moved(self, by: QPointF) -> PaneTransform:
        """Shifted by widget pixels."""
        return replace(self, left=self.left + by.x(), top=self.top + by.y())

    def to_widget(self, x: float, y: float) -> QPointF:
        """The widget position of one image point."""
        if self.mirrored_width is not None:
            x = self.mirrored_width - x
        return QPointF(self.left + x * self.scale, self.top + y * self.scale)

    def points_to_widget(self, xy: np.ndarray) -> np.ndarray:
        """(n, 2) image points to (n, 2) float64 widget positions."""
        xy = np.array(xy, np.float64)
        if self.mirrored_width is not None:
            xy[:, 0] = self.mirrored_width - xy[:, 0]
        return xy * self.scale + (self.left, self.top)

    def to_image(self, position: QPointF) -> tuple[float, float]:
        """The image point under a widget position; inverse of ``to_widget``."""
        x, y = (position.x() - self.left) / self.scale, (position.y() - self.top) / self.scale
        return (self.mirrored_width - x if self.mirrored_width is not None else x), y

    def rect_to_widget(self, rect: QRectF) -> QRectF:
        """The widget rectangle of an image rectangle."""
        a = self.to_widget(rect.left(), rect.top())
        b = self.to_widget(rect.right(), rect.bottom())
        return QRectF(a, b).normalized()

    def rect_to_image(self, rect: QRectF) -> QRectF:
        """The image rectangle of a widget rectangle."""
        a, b = self.to_image(rect.topLeft()), self.to_image(rect.bottomRight())
        return QRectF(QPointF(*a), QPointF(*b)).normalized()
