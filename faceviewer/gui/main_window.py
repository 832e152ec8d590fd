"""The window: panes, panels, menus, and the one place where a change of state reaches all of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, cast

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter, QStackedWidget, QToolBar, QVBoxLayout, QWidget

from faceviewer.app.commands import commands
from faceviewer.app.logbook import Logbook
from faceviewer.app.state import AppState, Notice
from faceviewer.app.verbs import Verbs
from faceviewer.gui.actions import Actions, KeyGuard, fill_menus, fill_toolbar
from faceviewer.gui.diagnose import window_diagnostics
from faceviewer.gui.dialogs import dialog_openers
from faceviewer.gui.empty_state import EmptyState
from faceviewer.gui.exceptions import do_each
from faceviewer.gui.garbage import wrappers_kept
from faceviewer.gui.icons import app_icon
from faceviewer.gui.layout import Layout, Panel
from faceviewer.gui.live_bar import LiveBar
from faceviewer.gui.notice_bar import NoticeBar
from faceviewer.gui.panels.blendshapes import BlendshapesPanel
from faceviewer.gui.panels.coefficients import CoefficientsPanel
from faceviewer.gui.panels.compare import ComparePanel
from faceviewer.gui.panels.layers import LayersPanel
from faceviewer.gui.panels.log import LogPanel
from faceviewer.gui.panels.measure import MeasurePanel
from faceviewer.gui.panels.photo_list import PhotoList
from faceviewer.gui.panels.properties import PropertiesPanel
from faceviewer.gui.photo_view import PhotoView
from faceviewer.gui.recent_menu import RecentMenu
from faceviewer.gui.status_bar import StatusBar
from faceviewer.gui.user_interface import QtUserInterface, files_of, rgb_of
from faceviewer.gui.uv_view import UvView
from faceviewer.gui.viewport import Viewport


class View(Protocol):
    """Everything that shows a part of the state."""

    def show_state(self, state: AppState, before: AppState) -> None: ...


class MainWindow(QMainWindow):
    """Shows one application's state. ``closing`` is emitted once the window is really about to close."""

    closing = Signal()

    def __init__(self, verbs: Verbs, ui: QtUserInterface, logbook: Logbook) -> None:
        super().__init__()
        self.verbs = verbs
        self._ui = ui
        # signals hold on to Python where its collector cannot look: a closed window would keep heads and textures
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("faceviewer")
        self.setWindowTitle("faceviewer")
        self.setWindowIcon(app_icon())
        self.setAcceptDrops(True)
        self.actions_by_id = Actions(commands(), verbs, self)
        self.menus = fill_menus(self.menuBar(), self.actions_by_id)
        RecentMenu(verbs, self.menus["File"], self.actions_by_id["file.camera"])
        toolbar = QToolBar("Toolbar", self)
        toolbar.setObjectName("toolbar")
        toolbar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        fill_toolbar(toolbar, self.actions_by_id)
        self.addToolBar(toolbar)

        self.photo_view = PhotoView(verbs, self)
        self.viewport = Viewport(verbs, self)
        self.uv_view = UvView(verbs, self)
        self.photo_list = PhotoList(verbs, self)
        self.log_panel = LogPanel(verbs, logbook, partial(window_diagnostics, verbs, logbook), self)
        panels = (
            Panel("photos", "Photos", self.photo_list, "left"),
            Panel("layers", "Layers", LayersPanel(verbs, self), "right"),
            Panel("shape", "Shape", CoefficientsPanel(verbs, self), "right"),
            Panel("blendshapes", "Blendshapes", BlendshapesPanel(verbs, self), "right"),
            Panel("properties", "Properties", PropertiesPanel(verbs, self), "right"),
            Panel("measure", "Measure", MeasurePanel(verbs, self), "right"),
            Panel("compare", "Compare", ComparePanel(verbs, self), "right"),
            Panel("log", "Log", self.log_panel, "bottom", shown=False),
        )
        self.panels = {panel.name: panel.widget for panel in panels}
        self._panes = self._make_panes()
        self.layout_ = Layout(self, self._panes, panels)
        self.notice_bar = NoticeBar(verbs, self.actions_by_id, self)
        self.live_bar = LiveBar(verbs, self.actions_by_id, self)
        self.empty_state = EmptyState(self.actions_by_id, self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.empty_state)
        self._stack.addWidget(self._panes)
        self.setCentralWidget(self._make_centre())
        self.status_bar = StatusBar(verbs, self.actions_by_id, self)
        self.setStatusBar(self.status_bar)

        self._views: tuple[View, ...] = (
            self.photo_view,
            self.viewport,
            self.uv_view,
            *(cast(View, panel.widget) for panel in panels),
            self.notice_bar,
            self.live_bar,
            self.status_bar,
        )
        self._key_guard = KeyGuard(self)
        guarded = QApplication.instance()
        assert guarded is not None
        guarded.installEventFilter(self._key_guard)
        self.closing.connect(partial(guarded.removeEventFilter, self._key_guard))
        ui.attach(self, dialog_openers(verbs, self, self.view_frame), self.viewport_picture, self.layout_)
        self._unsubscribe: Callable[[], None] = verbs.store.subscribe(self.show_state)
        self.layout_.restore()
        self.show_state(verbs.store.state, AppState())

    def show_state(self, state: AppState, before: AppState) -> None:
        """Let every view show what has changed."""
        self._stack.setCurrentWidget(self._panes if state.documents else self.empty_state)
        do_each(*(partial(view.show_state, state, before) for view in self._views))
        self.actions_by_id.show_state(state)
        self._show_title(state)

    def viewport_picture(self, scale: int, transparent: bool) -> np.ndarray | None:
        """(H, W, 3 or 4) uint8 of the 3D view."""
        return self.viewport.picture(scale, transparent)

    def view_frame(self, size: tuple[int, int], transparent: bool) -> np.ndarray | None:
        """(H, W, 3 or 4) uint8 of the 3D view at ``size`` (width, height), without marks over it."""
        return self.viewport.picture(1, transparent, size=size, annotated=False)

    def _make_panes(self) -> QSplitter:
        panes = QSplitter(Qt.Orientation.Horizontal, self)
        panes.setObjectName("panes")
        for pane in (self.photo_view, self.viewport, self.uv_view):
            pane.setMinimumWidth(120)
            panes.addWidget(pane)
        panes.setChildrenCollapsible(True)
        return panes

    def _make_centre(self) -> QWidget:
        centre = QWidget(self)
        layout = QVBoxLayout(centre)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.notice_bar)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.live_bar)
        return centre

    def _show_title(self, state: AppState) -> None:
        document = state.shown.document
        parts = [document.title] if document is not None else []
        if state.session_path is not None:
            parts.append(f"{state.session_path.name}[*]")
        title = " – ".join([*parts, "faceviewer"])
        if title != self.windowTitle():
            self.setWindowTitle(title)
        modified = "[*]" in title and self.verbs.sessions.unsaved
        if modified != self.isWindowModified():  # setting it costs a slider a third of a millisecond, changed or not
            self.setWindowModified(modified)

    # Qt's names from here on

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and pictures may be dropped anywhere on the window."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        mime = event.mimeData()
        if files := files_of(mime):
            self.verbs.opening.open_paths(files)
        elif mime.hasImage():  # a picture dragged out of a browser
            self.verbs.opening.open_picture(rgb_of(QImage(mime.imageData())), "Dropped picture")
        else:
            text = (
                "Only the picture's address was dropped. faceviewer does not use the network: save the picture first."
            )
            self.verbs.say(Notice(text, "warning"))
        event.acceptProposedAction()

    def event(self, event: QEvent) -> bool:
        """Let Qt delete the window while all that Python holds of it stays."""
        if event.type() == QEvent.Type.DeferredDelete:
            with wrappers_kept():
                return super().event(event)
        return super().event(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask when work would be lost; then close so that nothing is left: arrangement, listeners, VTK, then Qt."""
        question = "The session has changes that are not saved. Close all the same?"
        if self.verbs.sessions.unsaved and not self._ui.confirm(question, "Close without saving"):
            event.ignore()
            return
        question = "An export is being written. End it with the head that it is at, and close?"
        if self.verbs.exporting.is_writing and not self._ui.confirm(question, "End the export"):
            event.ignore()
            return
        do_each(
            self.layout_.save,
            self._unsubscribe,
            self.closing.emit,
            self.viewport.close_viewport,
            partial(super().closeEvent, event),
        )
