"""File > Open recent."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from faceviewer.app.verbs import Verbs


class RecentMenu(QMenu):
    """Lists the files opened last, made anew each time it is opened."""

    def __init__(self, verbs: Verbs, parent: QMenu, before: QAction) -> None:
        super().__init__("Open recent", parent)
        self._verbs = verbs
        self.setToolTipsVisible(True)
        parent.insertMenu(before, self)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for path in self._verbs.recent.paths():
            action = self.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(partial(self._open, path))
        if self.isEmpty():
            self.addAction("Nothing was opened yet").setEnabled(False)
            return
        self.addSeparator()
        self.addAction("Clear this list").triggered.connect(self._verbs.recent.clear)

    def _open(self, path: Path, _checked: bool = False) -> None:
        self._verbs.opening.open_paths([path])
