"""Choosing a camera to follow."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from faceviewer.app.verbs import Verbs
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, named
from faceviewer.gui.icons import icon
from faceviewer.jobs.background import Outcome

_LOOKING = "Looking for cameras..."
_NONE = "No camera was found. Connect one, or allow this program to use it, and look again."
_PRIVACY = "The pictures stay on this computer, and nothing is recorded unless you press Record."


class CameraDialog(Sheet):
    """Lists the cameras that there are and follows the chosen one."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("Follow a camera", parent)
        self._verbs = verbs
        self._says = QuietLabel(_LOOKING, self)
        self._list = named(QListWidget(self), "Cameras", "The cameras that answered; a double click follows one.")
        self._list.itemActivated.connect(self._follow)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self._go = self._buttons.addButton("Follow", QDialogButtonBox.ButtonRole.AcceptRole)
        self._again = self._buttons.addButton("Look again", QDialogButtonBox.ButtonRole.ActionRole)
        self._buttons.accepted.connect(self._follow)
        self._buttons.rejected.connect(self.reject)
        self._again.clicked.connect(self._look)
        layout = QVBoxLayout(self)
        layout.addWidget(self._says)
        layout.addWidget(self._list)
        layout.addWidget(QuietLabel(_PRIVACY, self))
        layout.addWidget(self._buttons)
        self.resize(380, 260)
        self._look()

    def _look(self) -> None:
        self._says.setText(_LOOKING)
        self._list.clear()
        self._go.setEnabled(False)
        self._again.setEnabled(False)
        self._verbs.live.find_cameras(self._show)

    def _show(self, outcome: Outcome) -> None:
        if not shiboken6.isValid(self):  # closed while the cameras were being tried
            return
        self._again.setEnabled(True)
        for camera in outcome.value or ():
            item = QListWidgetItem(icon("webcam"), camera.title)
            item.setData(Qt.ItemDataRole.UserRole, camera.index)
            self._list.addItem(item)
        found = self._list.count() > 0
        self._says.setText("Choose a camera:" if found else outcome.error or _NONE)
        self._go.setEnabled(found)
        if found:
            self._list.setCurrentRow(0)

    def _follow(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            self._verbs.live.open_camera(item.data(Qt.ItemDataRole.UserRole), item.text())
            self.accept()
