"""The arrangement of the window: three panes in the middle, panels around them, kept from one start to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QScrollArea, QSplitter, QTabWidget, QWidget

from faceviewer.io.folders import config_folder

_VERSION = 1
"""Raised when panels are added or renamed, so that a stored layout that does not know them is not used."""
_PANE_SHARES = (28, 46, 26)

Side = Literal["left", "right", "bottom"]
_AREAS = {
    "left": Qt.DockWidgetArea.LeftDockWidgetArea,
    "right": Qt.DockWidgetArea.RightDockWidgetArea,
    "bottom": Qt.DockWidgetArea.BottomDockWidgetArea,
}


@dataclass(frozen=True)
class Panel:
    """One dock panel."""

    name: str
    """For commands, tests and the stored layout."""
    title: str
    widget: QWidget
    side: Side
    shown: bool = True
    """At the first start."""
    scrolls: bool = False
    """Its widget is made for being scrolled by the window."""


class Layout:
    """Docks the panels and brings back the arrangement that the user left."""

    def __init__(self, window: QMainWindow, panes: QSplitter, panels: tuple[Panel, ...]) -> None:
        self._window = window
        self._panes = panes
        self._panels = panels
        window.setDockOptions(
            QMainWindow.DockOption.AnimatedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AllowNestedDocks
        )
        window.setTabPosition(Qt.DockWidgetArea.RightDockWidgetArea, QTabWidget.TabPosition.East)
        self.docks: Mapping[str, QDockWidget] = {panel.name: _dock(panel, window) for panel in panels}
        self._arrange()
        self._first_layout = window.saveState(_VERSION)

    def reset(self) -> None:
        """As at the very first start."""
        self._arrange()
        self._window.restoreState(self._first_layout, _VERSION)
        self._share_panes()

    def toggle(self, name: str) -> None:
        """Show a panel, bring it to the front when it hides behind another, or hide it when it is in front."""
        dock = self.docks[name]
        if dock.isHidden() or dock.visibleRegion().isEmpty():
            dock.show()
            dock.raise_()
        else:
            dock.hide()

    def restore(self) -> None:
        """Bring back size, place and arrangement, as far as there are any that fit this version and screen."""
        stored = _stored()
        geometry = stored.value("geometry")
        if not (isinstance(geometry, QByteArray) and self._window.restoreGeometry(geometry)):
            self._window.resize(1280, 800)
        state = stored.value("state")
        if isinstance(state, QByteArray):
            self._window.restoreState(state, _VERSION)
        panes = stored.value("panes")
        if not (isinstance(panes, QByteArray) and self._panes.restoreState(panes)):
            self._share_panes()

    def save(self) -> None:
        """Keep the arrangement for the next start; called only once the window is really closing."""
        stored = _stored()
        stored.setValue("geometry", self._window.saveGeometry())
        stored.setValue("state", self._window.saveState(_VERSION))
        stored.setValue("panes", self._panes.saveState())
        stored.sync()

    def _arrange(self) -> None:
        last: dict[str, QDockWidget] = {}
        for panel in self._panels:
            dock = self.docks[panel.name]
            dock.setFloating(False)
            self._window.addDockWidget(_AREAS[panel.side], dock)
            if panel.side in last:
                self._window.tabifyDockWidget(last[panel.side], dock)
            last[panel.side] = dock
            dock.setVisible(panel.shown)
        for side in ("left", "right", "bottom"):
            first = next((panel for panel in self._panels if panel.side == side and panel.shown), None)
            if first is not None:
                self.docks[first.name].raise_()
        left, right = (next(p.name for p in self._panels if p.side == side) for side in ("left", "right"))
        self._window.resizeDocks([self.docks[left], self.docks[right]], [188, 285], Qt.Orientation.Horizontal)

    def _share_panes(self) -> None:
        width = max(self._panes.width(), 900)
        self._panes.setSizes([width * share // 100 for share in _PANE_SHARES])


def _dock(panel: Panel, window: QMainWindow) -> QDockWidget:
    dock = QDockWidget(panel.title, window)
    dock.setObjectName(f"panel-{panel.name}")
    if panel.scrolls:
        area = QScrollArea(dock)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(panel.widget)
        dock.setWidget(area)
    else:
        dock.setWidget(panel.widget)
    return dock


def _stored() -> QSettings:
    return QSettings(str(config_folder() / "window.ini"), QSettings.Format.IniFormat)
