"""The list of photos, videos and cameras: choose, filter, remove, compare."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.panels.naming import named
from faceviewer.gui.panels.photo_delegate import PhotoDelegate
from faceviewer.gui.panels.photo_menu import photo_menu
from faceviewer.gui.panels.photo_rows import ROW_ROLE, FilteredRows, PhotoRows, Row
from faceviewer.gui.panels.thumbnails import ThumbnailKey, Thumbnails

_EMPTY = "No photos yet. Drop some here, or use File > Open."
_NO_MATCH = "Nothing in the list has these words in its name or status."


class PhotoList(QWidget):
    """Documents with thumbnails and status; 10,000 of them stay smooth."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Photos")
        self._verbs = verbs
        self.rows = PhotoRows(self)
        self._filtered = FilteredRows(self.rows, self)
        self.filter = named(QLineEdit(self), "Find a photo", "Show only entries with these words in name or status")
        self.filter.setPlaceholderText("Find a photo")
        self.filter.setClearButtonEnabled(True)
        self.filter.textChanged.connect(self._filter)
        self.thumbnails = Thumbnails(self)
        self.thumbnails.arrived.connect(self._thumbnail_arrived)
        self.view = _RowsView(self)
        self.view.setModel(self._filtered)
        self.view.setItemDelegate(PhotoDelegate(self.thumbnails))
        self.view.chosen.connect(self._choose)
        self.view.removed.connect(self._remove)
        self.view.menu_wanted.connect(self._open_menu)
        self.view.placeholder = _EMPTY
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 0)
        layout.setSpacing(4)
        layout.addWidget(self.filter)
        layout.addWidget(self.view, 1)

    def show_state(self, state: AppState, before: AppState) -> None:
        """Show the documents and which of them is chosen."""
        self.rows.show_documents(state.documents)
        self.filter.setVisible(len(state.documents) > 1 or bool(self.filter.text()))
        if state.current != before.current or state.documents is not before.documents:
            self._show_current(state)

    def _show_current(self, state: AppState) -> None:
        """Move the highlight to the chosen document, or face, unless it is there already."""
        document = state.document(state.current)
        if document is None:
            self.view.setCurrentIndex(QModelIndex())
            return
        row = self._row(self.view.currentIndex())
        if row is not None and row.document.id == document.id and row.face in (None, document.shown_face):
            return
        number = self.rows.find(document.id, document.shown_face)
        number = self.rows.find(document.id) if number is None else number
        if number is not None:
            index = self._filtered.mapFromSource(self.rows.index(number))
            self.view.setCurrentIndex(index)
            self.view.scrollTo(index)

    def _row(self, index: QModelIndex) -> Row | None:
        return index.data(ROW_ROLE) if index.isValid() else None

    def _choose(self, index: QModelIndex) -> None:
        row = self._row(index)
        if row is None:
            return
        if row.document.id != self._verbs.store.state.current or row.document.status == "new":
            self._verbs.opening.choose_document(row.document.id)
        shown = self._verbs.store.state.shown.document
        if row.face is not None and shown is not None and shown.id == row.document.id:
            self._verbs.opening.choose_face(row.face)

    def _remove(self, index: QModelIndex) -> None:
        row = self._row(index)
        if row is not None:
            self._verbs.opening.remove(row.document.id)

    def _open_menu(self, index: QModelIndex, place: QPoint) -> None:
        row = self._row(index)
        if row is not None:
            photo_menu(row, self._verbs, self).popup(place)

    def _filter(self, words: str) -> None:
        self._filtered.show_only(words)
        self.view.placeholder = _NO_MATCH if words else _EMPTY
        self._show_current(self._verbs.store.state)

    def _thumbnail_arrived(self, key: ThumbnailKey) -> None:
        self.view.viewport().update()  # only what is visible is painted, and asks again


class _RowsView(QListView):
    """Tells what the user does apart from what the model does to the current row."""

    chosen = Signal(QModelIndex)
    removed = Signal(QModelIndex)
    menu_wanted = Signal(QModelIndex, QPoint)
    """With the place on the screen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.placeholder = ""
        named(self, "List of photos", "")
        self.setUniformItemSizes(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self.chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows choose, Delete removes."""
        if event.key() == Qt.Key.Key_Delete:
            self.removed.emit(self.currentIndex())
            return
        before = self.currentIndex()
        super().keyPressEvent(event)
        confirmed = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if confirmed or self.currentIndex() != before:
            self.chosen.emit(self.currentIndex())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Of the row under the pointer, or of the current one when the key was used."""
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        place = self.visualRect(index).center() if by_key else event.pos()
        self.menu_wanted.emit(index, self.viewport().mapToGlobal(place))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows, or a sentence when there are none."""
        super().paintEvent(event)
        if self.model() is None or self.model().rowCount() > 0:
            return
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        area = self.viewport().rect().adjusted(16, 16, -16, -16)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area, int(flags), self.placeholder)
