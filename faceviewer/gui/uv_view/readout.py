"""What lies under the pointer in UV space, in words and numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontDatabase, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from faceviewer.app.palette import RGB
from faceviewer.app.properties import part_title
from faceviewer.geometry.surface import SurfacePoint, position_mm
from faceviewer.gui.uv_view.layers import ORIGIN_TITLES
from faceviewer.types import PART_NAMES, Camera, FaceMesh, Origin, Texture

_WIDE_CHARACTERS = 46
"""Room for the longest of three lines."""


@dataclass(frozen=True)
class Reading:
    """One place in UV space."""

    uv: tuple[float, float]
    texel: tuple[int, int] | None = None
    """Column and row."""
    rgb: RGB | None = None
    origin: Origin | None = None
    part: str = ""
    photo_px: tuple[float, float] | None = None

    def facts(self) -> tuple[str, str, str, str, str]:
        """Texel, u and v, colour, its origin and the part, photo pixel; empty where there is nothing to say."""
        texel = f"texel {self.texel[0]}, {self.texel[1]}" if self.texel is not None else ""
        color = "#{:02X}{:02X}{:02X}  {} {} {}".format(*self.rgb, *self.rgb) if self.rgb is not None else ""
        origin = f"from {ORIGIN_TITLES[self.origin]}" if self.origin not in (None, Origin.EMPTY) else ""
        what = " · ".join(text for text in (self.part, origin) if text)
        photo = f"photo {self.photo_px[0]:.1f}, {self.photo_px[1]:.1f} px" if self.photo_px is not None else ""
        return texel, f"u {self.uv[0]:.4f}  v {self.uv[1]:.4f}", color, what, photo


def read(
    uv: tuple[float, float],
    texture: Texture | None,
    point: SurfacePoint | None,
    part_of: np.ndarray,
    mesh: FaceMesh,
    camera: Camera | None,
) -> Reading:
    """Everything about (u, v); ``point`` is the surface there, ``part_of`` as ``triangle_parts`` gives it.

    ``camera`` is that of the photo, None without one.
    """
    texel = rgb = origin = photo_px = None
    part = "between the charts"
    if texture is not None:
        texel = texel_at(uv, texture.rgb.shape[0])
        red, green, blue = texture.rgb[texel[1], texel[0]].tolist()
        rgb, origin = (red, green, blue), Origin(int(texture.origin[texel[1], texel[0]]))
    if point is not None:
        number = int(part_of[point.triangle])
        part = part_title(PART_NAMES[number]) if number >= 0 else "no face part"
        if camera is not None:
            x, y = camera.project(position_mm(mesh.vertices, mesh.topology.triangles, point))
            photo_px = (float(x), float(y)) if np.isfinite((x, y)).all() else None
    return Reading(uv, texel, rgb, origin, part, photo_px)


def texel_at(uv: tuple[float, float], side: int) -> tuple[int, int]:
    """(column, row) of the texel that holds (u, v), kept inside the texture."""
    column, row = int(np.floor(uv[0] * side)), int(np.floor((1 - uv[1]) * side))
    return min(max(column, 0), side - 1), min(max(row, 0), side - 1)


class ReadoutStrip(QWidget):
    """Lines of fixed number, so that nothing jumps while the pointer moves: three, or five where there is less room."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading: Reading | None = None
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPointSizeF(max(self.font().pointSizeF() * 0.9, 7.0))
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Texel under the pointer")
        self.setToolTip(
            "The texel under the pointer: column and row (row 0 at the top), u and v (origin bottom-left), its colour, "
            "the face part, where the colour comes from, and the pixel of the photo that shows this place."
        )
        self._fit_height()

    @property
    def reading(self) -> Reading | None:
        return self._reading

    def show_reading(self, reading: Reading | None) -> None:
        """Show other values; None shows what to do."""
        if reading != self._reading:
            self._reading = reading
            self.setAccessibleDescription(" ".join(reading.facts()) if reading is not None else "")
            self.update()

    def _is_wide(self) -> bool:
        return self.width() >= self.fontMetrics().horizontalAdvance("0" * _WIDE_CHARACTERS)

    def _fit_height(self) -> None:
        self.setFixedHeight((3 if self._is_wide() else 5) * self.fontMetrics().height() + 8)

    def _lines(self, reading: Reading) -> tuple[str, ...]:
        texel, uv, color, what, photo = reading.facts()
        return (_joined(texel, uv), color, _joined(what, photo)) if self._is_wide() else (texel, uv, color, what, photo)

    # Qt's names from here on

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More lines where they are short."""
        self._fit_height()
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Text in the palette's colours, with a swatch of the texel's own."""
        painter = QPainter(self)
        metrics = painter.fontMetrics()
        if self._reading is None:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            hint = metrics.elidedText("Point at a texel to read it.", Qt.TextElideMode.ElideRight, self.width() - 12)
            painter.drawText(QPointF(6, 4 + metrics.ascent()), hint)
            return
        for number, text in enumerate(self._lines(self._reading)):
            left, top = 6.0, 4.0 + number * metrics.height()
            if text.startswith("#") and self._reading.rgb is not None:
                side = metrics.height() - 4.0
                painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
                painter.setBrush(QColor(*self._reading.rgb))
                painter.drawRect(QRectF(left + 0.5, top + 2.5, side, side))
                left += side + 6
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(self.width() - left - 4))
            painter.drawText(QPointF(left, top + metrics.ascent()), shown)


def _joined(*texts: str) -> str:
    return "   ".join(text for text in texts if text)
