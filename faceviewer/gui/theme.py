"""Light, dark and system theme: Qt's Fusion style with palettes of our own, exchanged while the window is open.

No style sheets: they would pin the colours they were made with. Both palettes are neutral grey, so that the chrome
does not tint how a photo beside it is seen. Selections have a background that the theme's ordinary text can be read
on, because styles draw the icon of a pointed-at menu item and of a pointed-at button in one and the same mode.
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QToolTip

from faceviewer.gui.style import FaceviewerStyle

Level = Literal["info", "ok", "warning", "error"]

_Role = QPalette.ColorRole
_LIGHT: dict[QPalette.ColorRole, str] = {
    _Role.Window: "#f1f1f3",
    _Role.WindowText: "#1c1c1f",
    _Role.Base: "#ffffff",
    _Role.AlternateBase: "#f6f6f8",
    _Role.Text: "#1c1c1f",
    _Role.PlaceholderText: "#696971",
    _Role.Button: "#f7f7f9",
    _Role.ButtonText: "#1c1c1f",
    _Role.BrightText: "#b3261e",
    _Role.ToolTipBase: "#fffdf2",
    _Role.ToolTipText: "#1c1c1f",
    _Role.Highlight: "#c5ddf8",
    _Role.HighlightedText: "#10233a",
    _Role.Accent: "#1d6fc9",
    _Role.Link: "#1560b3",
    _Role.LinkVisited: "#6a3fa0",
    _Role.Light: "#ffffff",
    _Role.Midlight: "#e7e7ea",
    _Role.Mid: "#b9b9c0",
    _Role.Dark: "#9a9aa2",
    _Role.Shadow: "#6f6f77",
}
_DARK: dict[QPalette.ColorRole, str] = {
    _Role.Window: "#2a2a2d",
    _Role.WindowText: "#e9e9ec",
    _Role.Base: "#1e1e20",
    _Role.AlternateBase: "#252528",
    _Role.Text: "#e9e9ec",
    _Role.PlaceholderText: "#9d9da6",
    _Role.Button: "#37373b",
    _Role.ButtonText: "#e9e9ec",
    _Role.BrightText: "#ff8a80",
    _Role.ToolTipBase: "#3c3c41",
    _Role.ToolTipText: "#f2f2f4",
    _Role.Highlight: "#2d5c8f",
    _Role.HighlightedText: "#ffffff",
    _Role.Accent: "#5aa5ee",
    _Role.Link: "#82b9f5",
    _Role.LinkVisited: "#c3a6f0",
    _Role.Light: "#56565c",
    _Role.Midlight: "#454549",
    _Role.Mid: "#4f4f55",
    _Role.Dark: "#17171a",
    _Role.Shadow: "#0c0c0e",
}
_FILLED = ("QSlider", "QProgressBar")
_DISABLED_TEXT = (_Role.WindowText, _Role.Text, _Role.ButtonText, _Role.HighlightedText, _Role.PlaceholderText)
_LIGHT_DISABLED = dict.fromkeys(_DISABLED_TEXT, "#85858d") | {_Role.Highlight: "#dcdce0", _Role.Accent: "#a9a9b1"}
_DARK_DISABLED = dict.fromkeys(_DISABLED_TEXT, "#85858d") | {_Role.Highlight: "#3f3f44", _Role.Accent: "#606068"}

_LEVELS_ON_LIGHT: dict[Level, str] = {"info": "#1560b3", "ok": "#1c6b34", "warning": "#8a4b00", "error": "#b3261e"}
_LEVELS_ON_DARK: dict[Level, str] = {"info": "#82b9f5", "ok": "#7fd18f", "warning": "#f5b95c", "error": "#ff8a80"}


def apply_theme(application: QApplication, theme: str) -> None:
    """Show everything in ``theme`` from now on; "light" or "dark"; anything else follows the desktop, also later."""
    keeper = application.findChild(_ThemeKeeper)
    if keeper is None:
        keeper = _ThemeKeeper(application)
    keeper.choose(theme)


def theme_palette(*, dark: bool) -> QPalette:
    """The palette of the light or the dark theme."""
    palette = QPalette()
    for role, color in (_DARK if dark else _LIGHT).items():
        palette.setColor(role, QColor(color))
    for role, color in (_DARK_DISABLED if dark else _LIGHT_DISABLED).items():
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(color))
    return palette


def is_dark(palette: QPalette) -> bool:
    """Whether windows of this palette are dark."""
    return palette.color(_Role.Window).lightness() < 128


def ground_color(palette: QPalette) -> QColor:
    """What pictures and heads stand on: neither white, which outshines them, nor black, which swallows dark hair."""
    window = palette.color(_Role.Window)
    return window.lighter(130) if is_dark(palette) else window.darker(109)


def level_color(level: Level, palette: QPalette) -> QColor:
    """A text colour for a message of that level, readable on the palette's Window and Base."""
    return QColor((_LEVELS_ON_DARK if is_dark(palette) else _LEVELS_ON_LIGHT)[level])


class _ThemeKeeper(QObject):
    """Child of the application that knows the theme chosen and follows the desktop."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._theme = "system"
        application.setStyle(FaceviewerStyle())
        application.styleHints().colorSchemeChanged.connect(self._show)

    def choose(self, theme: str) -> None:
        self._theme = theme
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        # also tells the platform, which draws title bars and its own dialogs
        self._application.styleHints().setColorScheme(schemes.get(theme, Qt.ColorScheme.Unknown))
        self._show()

    def _show(self) -> None:
        scheme = self._application.styleHints().colorScheme()
        dark = self._theme == "dark" or (self._theme != "light" and scheme == Qt.ColorScheme.Dark)
        palette = theme_palette(dark=dark)
        self._application.setPalette(palette)
        filled = QPalette(palette)  # Fusion fills bars with the colour of selections, which text must be readable on
        filled.setColor(_Role.Highlight, palette.color(_Role.Accent))
        filled.setColor(_Role.HighlightedText, palette.color(_Role.Base))
        for class_name in _FILLED:
            self._application.setPalette(filled, class_name)  # type: ignore[arg-type] - the stubs are wrong
        QToolTip.setPalette(palette)
