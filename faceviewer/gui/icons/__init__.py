"""Our icons: one SVG per name, drawn in ``currentColor`` and tinted by the palette at the moment they are painted.

So they follow a change of theme by themselves, and are sharp at every size and pixel ratio.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QIcon,
    QIconEngine,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

_FOLDER = Path(__file__).parent
_APPLICATION = "faceviewer"


@cache
def icon_names() -> frozenset[str]:
    """What ``icon`` takes."""
    return frozenset(path.stem for path in _FOLDER.glob("*.svg")) - {_APPLICATION}


@cache
def icon(name: str) -> QIcon:
    """The icon of that name, in the colour of the palette's text; dim when disabled.

    There is one of each, which lives as long as the process: where the last copy of an icon went with a closed window,
    Qt destroyed an engine whose Python half the collector had taken already, and crashed. Raises KeyError for a name
    that there is no drawing for.
    """
    return QIcon(_TintedEngine(name, _drawing(name)))


def app_icon() -> QIcon:
    """The application's own picture, for title bars and task lists; it keeps its colours."""
    picture = QIcon()
    renderer = QSvgRenderer(QByteArray(_drawing(_APPLICATION).encode()))
    for side in (16, 24, 32, 48, 64, 128, 256):
        picture.addPixmap(_rendered(renderer, QSize(side, side)))
    return picture


class IconLabel(QWidget):
    """Shows an icon as a picture that follows the theme; a pixmap in a QLabel keeps the colours it was made with.

    It keeps the name alone: a QIcon that Python's collector freed together with its closed window crashed.
    """

    def __init__(self, name: str, side: int, parent: QWidget | None = None) -> None:
        """``side`` in device-independent pixels."""
        super().__init__(parent)
        self._name = name
        self.setFixedSize(side, side)

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self._name = name
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the icon in the palette's colour of now."""
        mode = QIcon.Mode.Normal if self.isEnabled() else QIcon.Mode.Disabled
        painter = QPainter(self)
        icon(self._name).paint(painter, self.rect(), Qt.AlignmentFlag.AlignCenter, mode)
        painter.end()


@cache
def _drawing(name: str) -> str:
    path = _FOLDER / f"{name}.svg"
    if not path.is_file():
        raise KeyError(f"no icon is called {name!r}")
    return path.read_text(encoding="utf-8")


def _rendered(renderer: QSvgRenderer, size: QSize) -> QPixmap:
    """The drawing on transparent ground; ``size`` in device pixels."""
    pixmap = QPixmap(size)
    pixmap.fill(Qt.GlobalColor.transparent)
    side = min(size.width(), size.height())
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF((size.width() - side) / 2, (size.height() - side) / 2, side, side))
    painter.end()
    return pixmap


class _TintedEngine(QIconEngine):
    """Paints one drawing in the application palette's current text colour."""

    def __init__(self, name: str, drawing: str) -> None:
        super().__init__()
        self._name = name
        self._drawing = drawing

    def clone(self) -> QIconEngine:
        return _TintedEngine(self._name, self._drawing)

    def key(self) -> str:
        return "faceviewer"

    def iconName(self) -> str:
        return self._name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(rect, self._tinted(rect.size() * ratio, _color(mode)))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """``size`` in device pixels."""
        return self._tinted(size, _color(mode))

    def _tinted(self, size: QSize, color: QColor) -> QPixmap:
        key = f"faceviewer/{self._name}/{color.name()}/{size.width()}x{size.height()}"
        pixmap = QPixmap()
        if not QPixmapCache.find(key, pixmap):
            drawing = self._drawing.replace("currentColor", color.name())
            pixmap = _rendered(QSvgRenderer(QByteArray(drawing.encode())), size)
            QPixmapCache.insert(key, pixmap)
        return pixmap


def _color(mode: QIcon.Mode) -> QColor:
    palette = QGuiApplication.palette()
    if mode == QIcon.Mode.Disabled:
        return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    role = QPalette.ColorRole.HighlightedText if mode == QIcon.Mode.Selected else QPalette.ColorRole.ButtonText
    return palette.color(QPalette.ColorGroup.Active, role)
