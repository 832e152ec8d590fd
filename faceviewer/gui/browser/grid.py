"""The grid itself: scrolling, keys, selection. 100,000 pictures stay smooth."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from faceviewer.gui.browser.delegate import PictureDelegate
from faceviewer.gui.browser.loader import PictureLoader
from faceviewer.gui.browser.rows import PictureRows
from faceviewer.gui.browser.source import PictureSource
from faceviewer.gui.panels.naming import named

SIDES_PX = (64, 320)
"""The smallest and the largest picture."""
_FIRST_SIDE_PX = 128
_STEPS = (128, 256, 512, 1024)
"""Sides that are asked for: a slider that is dragged does not have everything read again at each of its steps."""
_TYPING_S = 1.0
_HINT = "Arrow keys, Home and End choose; typing a number goes to it; Enter opens; Shift and Ctrl choose several"


class PictureGrid(QListView):
    """Shows a ``PictureSource``."""

    chosen = Signal(int)
    """The current row; -1 for none."""
    opened = Signal(int)
    """Enter was pressed on a row, or it was clicked twice."""
    picked = Signal()
    """Other rows are selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Pictures", _HINT)
        self.placeholder = ""
        self.loader = PictureLoader(self)
        self.rows = PictureRows(self.loader, self)
        self._delegate = PictureDelegate(self.rows, self.loader, _FIRST_SIDE_PX)
        self._typed, self._typed_at = "", 0.0
        # icon mode finds what is to be painted in a tree; a wrapped list goes through all rows, 100 ms at each step
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # or the layout is made twice
        self.setModel(self.rows)
        self.setItemDelegate(self._delegate)
        self._fit()
        self.loader.arrived.connect(lambda row: row < 0 and self.viewport().update())
        self.doubleClicked.connect(lambda index: self.opened.emit(index.row()))

    @property
    def side_px(self) -> int:
        """The side of the largest pictures, in the window's pixels."""
        return self._delegate.side_px

    def show_source(self, source: PictureSource, *, row: int = -1) -> None:
        """Show other pictures, and choose ``row`` of them."""
        self.rows.show_source(source)
        if 0 <= row < source.count:
            self.choose(row)
        else:
            self.chosen.emit(-1)

    def forget_pictures(self) -> None:
        """Read all of them again: their files may have changed."""
        self.loader.cache.clear()
        self.viewport().update()

    def choose(self, row: int) -> None:
        """Make ``row`` the current one, alone, and scroll to it."""
        self.setCurrentIndex(self.rows.index(row))
        self.scrollTo(self.rows.index(row))

    def set_side(self, side_px: int) -> None:
        """Show pictures larger or smaller; the current one, or what is in the middle, stays in sight."""
        if side_px != self.side_px:
            current = self.currentIndex()
            is_seen = current.isValid() and current.row() in self.seen_rows()
            kept = current if is_seen else self.indexAt(self.viewport().rect().center())
            self._delegate.side_px = side_px
            self._fit()
            if kept.isValid():
                self.scrollTo(kept, QAbstractItemView.ScrollHint.PositionAtCenter)

    def selected_rows(self) -> np.ndarray:
        """(n,) the selected rows, ascending."""
        ranges = [np.arange(one.top(), one.bottom() + 1) for one in self.selectionModel().selection().toList()]
        return np.unique(np.concatenate([np.zeros(0, int), *ranges]))

    def seen_rows(self) -> range:
        """The rows that can be seen, in part or whole."""
        cell = self.gridSize()
        columns = max(self.viewport().width() // cell.width(), 1)
        top = self.verticalOffset()
        first, stop = top // cell.height() * columns, (-(-(top + self.viewport().height()) // cell.height())) * columns
        return range(min(first, self.rows.source.count), min(stop, self.rows.source.count))

    def _fit(self) -> None:
        self._delegate.spread_px = 0
        narrowest = self._delegate.cell(self.fontMetrics().height()).width()
        room = self.viewport().width() - 1
        self._delegate.spread_px = max(room // max(room // narrowest, 1) - narrowest, 0)
        cell = self._delegate.cell(self.fontMetrics().height())
        if cell == self.gridSize():
            return
        self._delegate.wanted_px = self._wanted_px()
        self.setGridSize(cell)
        self.verticalScrollBar().setSingleStep(cell.height() // 3)

    def _wanted_px(self) -> int:
        needed = self.side_px * self.devicePixelRatioF()
        return next((step for step in _STEPS if step >= needed), _STEPS[-1])

    # Qt's names from here on

    def keyboardSearch(self, search: str) -> None:
        """Go to the number that is being typed; the titles of so many rows are not gone through."""
        now = time.monotonic()
        self._typed = search if now - self._typed_at > _TYPING_S else self._typed + search
        self._typed_at = now
        row = self.rows.source.find(self._typed)
        if row is not None:
            self.choose(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Tell which row is the current one."""
        super().currentChanged(current, previous)
        self.chosen.emit(current.row())

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell that other rows are selected."""
        super().selectionChanged(selected, deselected)
        self.picked.emit()

    def changeEvent(self, event: QEvent) -> None:
        """Another font needs other cells."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cells fill the lines."""
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The pictures that are there, then ask for the others; or a sentence when there are no rows."""
        self._delegate.wanted_px = self._wanted_px()  # the window may have gone to another screen
        super().paintEvent(event)
        lacking, self._delegate.lacking = self._delegate.lacking, []
        if lacking or self.loader.waiting:
            self.loader.ask(lacking, self.seen_rows(), self._delegate.wanted_px)
        if self.rows.source.count == 0 and self.placeholder:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            area = self.viewport().rect().adjusted(24, 24, -24, -24)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area, int(flags), self.placeholder)
