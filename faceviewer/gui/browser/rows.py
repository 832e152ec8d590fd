"""The rows of the grid as a Qt model. It holds their number and nothing of them."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QStringListModel, Qt

from faceviewer.gui.browser.loader import PictureLoader
from faceviewer.gui.browser.source import NoPictures, PictureSource


class PictureRows(QStringListModel):
    """Titles, tooltips and texts for screen readers come from the source as they are asked for.

    Qt's model of texts, all of them empty, is taken for what it does not do: a layout asks each row of a model for the
    number of rows, which takes 200 ms for 100,000 of them when Python answers, and 20 ms when it does not.
    """

    def __init__(self, loader: PictureLoader, parent: QObject) -> None:
        super().__init__(parent)
        self._loader = loader
        self.source: PictureSource = NoPictures()
        loader.arrived.connect(self._arrived)

    def show_source(self, source: PictureSource) -> None:
        """Other rows from now on."""
        self.source = source
        self._loader.show_source(source)
        self.setStringList([""] * source.count)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, tooltip with the reason of a broken picture, text for screen readers."""
        if not index.isValid() or index.row() >= self.source.count:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.source.title(index.row())
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            kept = self._loader.look(index.row())
            title = self.source.title(index.row())
            text = f"{title}: {kept.reason}" if kept is not None and kept.reason else title
            # escaped, as Qt takes a tooltip for HTML that looks like it
            return f"<p>{escape(text)}</p>" if role == Qt.ItemDataRole.ToolTipRole else text
        return None

    def _arrived(self, row: int) -> None:
        if 0 <= row < self.source.count:
            index = self.index(row)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])
