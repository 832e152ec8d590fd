"""The rows of the photo list as a Qt model: photos, and the faces of photos with several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel, Qt

from faceviewer.app.state import Document

ROW_ROLE = Qt.ItemDataRole.UserRole
_STATUS_TITLES = {
    "new": "Not opened",
    "queued": "Waiting",
    "working": "Working",
    "done": "Done",
    "no face": "No face found",
    "failed": "Failed",
}
_KIND_TITLES = {"photo": "", "video": "Video", "webcam": "Webcam", "mesh": "Mesh"}


@dataclass(frozen=True, eq=False)
class Row:
    """A document, or one of its several faces."""

    document: Document
    face: int | None = None
    """Face number, from 1, or None for the document itself."""

    @property
    def key(self) -> tuple[int, int | None]:
        return self.document.id, self.face

    @property
    def title(self) -> str:
        return self.document.title if self.face is None else f"Face {self.face}"

    @property
    def details(self) -> str:
        """Kind, status and number of faces in a few words."""
        document = self.document
        if self.face is not None:
            return "Head ready" if self.face in document.heads else "No head yet"
        faces = len(document.faces)
        count = "" if faces == 0 or document.status in ("no face", "failed") else f"{faces} face{'s' * (faces > 1)}"
        return " · ".join(
            word for word in (_KIND_TITLES[document.kind], _STATUS_TITLES[document.status], count) if word
        )

    @property
    def is_chosen_face(self) -> bool:
        return self.face is not None and self.face == self.document.shown_face

    @property
    def tooltip(self) -> str:
        document = self.document
        where = str(document.path) if document.path is not None else document.title
        hint = "Click to make its head" if self.face is not None and self.face not in document.heads else ""
        return "\n".join(line for line in (where, self.details, document.message, hint) if line)

    @cached_property
    def searched_text(self) -> str:
        """What the filter looks at: faces are found with their photo."""
        return f"{self.document.title} {Row(self.document).details}".lower()


def rows_of(document: Document) -> tuple[Row, ...]:
    """The document, and its faces when there are several."""
    return (Row(document), *(Row(document, number) for number in range(1, _row_count(document))))


def _row_count(document: Document) -> int:
    return 1 if len(document.faces) < 2 else 1 + len(document.faces)


class PhotoRows(QAbstractListModel):
    """Follows ``state.documents``; tells views only about rows that changed."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._documents: tuple[Document, ...] = ()
        self._rows: list[Row] = []

    def show_documents(self, documents: tuple[Document, ...]) -> None:
        """Show these documents from now on."""
        if documents is self._documents:
            return
        old = self._documents
        self._documents = documents
        head = _common(old, documents)
        tail = _common(old[head:][::-1], documents[head:][::-1])
        old_middle, middle = old[head : len(old) - tail], documents[head : len(documents) - tail]
        first = sum(_row_count(document) for document in documents[:head])
        count = sum(_row_count(document) for document in old_middle)
        fresh = [row for document in middle for row in rows_of(document)]
        self._replace(first, count, fresh)

    def row(self, number: int) -> Row:
        return self._rows[number]

    def find(self, document: int | None, face: int | None = None) -> int | None:
        """The number of the row of that document and face, or None."""
        wanted = (document, face)
        return next((number for number, row in enumerate(self._rows) if row.key == wanted), None)

    def rows_of_document(self, document: int) -> Sequence[int]:
        """The numbers of all rows of one document."""
        return [number for number, row in enumerate(self._rows) if row.document.id == document]

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Title, tooltip, text for screen readers, or the ``Row`` itself."""
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tooltip
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.title}, {row.details}"
        return None

    def _replace(self, first: int, count: int, fresh: list[Row]) -> None:
        """Put ``fresh`` in the place of ``count`` rows; rows that only changed their content stay the same rows."""
        old = self._rows[first : first + count]
        same = _common([row.key for row in old], [row.key for row in fresh])
        self._rows[first : first + same] = fresh[:same]
        if same:
            self.dataChanged.emit(self.index(first), self.index(first + same - 1))
        first, count, fresh = first + same, count - same, fresh[same:]
        if count:
            self.beginRemoveRows(QModelIndex(), first, first + count - 1)
            del self._rows[first : first + count]
            self.endRemoveRows()
        if fresh:
            self.beginInsertRows(QModelIndex(), first, first + len(fresh) - 1)
            self._rows[first:first] = fresh
            self.endInsertRows()


class FilteredRows(QSortFilterProxyModel):
    """The rows whose title and status hold all words of a filter line."""

    def __init__(self, rows: PhotoRows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows = rows
        self._words: tuple[str, ...] = ()
        self.setSourceModel(rows)

    def show_only(self, words: str) -> None:
        """Leave out rows without these words; empty words show all."""
        self._words = tuple(words.lower().split())
        self.invalidate()

    def filterAcceptsRow(self, number: int, parent: QModelIndex | QPersistentModelIndex) -> bool:
        text = self._rows.row(number).searched_text if self._words else ""
        return all(word in text for word in self._words)


def _common(a: Sequence[Any], b: Sequence[Any]) -> int:
    """How many leading elements are the same: identical objects, or equal keys."""
    return next((number for number, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
