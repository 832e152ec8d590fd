"""The context menu of one row of the photo list."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QWidget

from faceviewer.app.state import Document, HeadRef
from faceviewer.app.verbs import Verbs
from faceviewer.gui.icons import icon
from faceviewer.gui.panels.photo_rows import Row


def photo_menu(row: Row, verbs: Verbs, parent: QWidget) -> QMenu:
    """What can be done with a document or one of its faces; the menu deletes itself."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    document = row.document
    make = menu.addAction(icon("face"), "Reconstruct", partial(_reconstruct, row, verbs))
    make.setToolTip("Make the head of this face, with the settings of now")
    make.setEnabled(document.kind == "photo")
    head, shown = head_of(row), verbs.store.state.shown.head
    compare = menu.addAction(icon("compare"), "Compare with the shown head", partial(_compare, row, verbs))
    compare.setToolTip("Show both heads side by side; distances as a heat map")
    compare.setEnabled(head is not None and shown is not None and head != shown)
    pose = menu.addAction(icon("pose-over-time"), "Head pose over time...", partial(_pose, document, verbs))
    pose.setToolTip("Follow all heads through this video: curves, CSV and JSON")
    pose.setVisible(document.kind == "video" and document.path is not None)
    menu.addSeparator()
    reveal = menu.addAction(icon("folder"), "Show in folder", partial(_reveal, row, verbs))
    copy = menu.addAction(icon("copy"), "Copy path", partial(_copy_path, row, verbs))
    for action in (reveal, copy):
        action.setEnabled(document.path is not None)
    menu.addSeparator()
    remove = menu.addAction(icon("delete"), "Remove from the list", partial(verbs.opening.remove, document.id))
    remove.setToolTip("The file stays where it is")
    return menu


def head_of(row: Row) -> HeadRef | None:
    """The head that a row stands for: of its face, or of the document's chosen face; None when there is none."""
    number = row.document.shown_face if row.face is None else row.face
    return HeadRef(row.document.id, number) if number in row.document.heads else None


def _reconstruct(row: Row, verbs: Verbs) -> None:
    document = row.document
    verbs.opening.choose_document(document.id)  # searches what was never tried
    if document.faces:
        verbs.reconstructing.reconstruct(document.id, (row.face or document.shown_face,))
    elif document.status != "new":
        verbs.reconstructing.search(document.id)


def _compare(row: Row, verbs: Verbs) -> None:
    head, shown = head_of(row), verbs.store.state.shown.head
    if head is not None and shown is not None:
        verbs.comparing.start(shown, head)


def _pose(document: Document, verbs: Verbs) -> None:
    if document.path is not None:
        verbs.pose_over_time.choose_source(document.path)
        verbs.ui.open_dialog("pose over time")


def _reveal(row: Row, verbs: Verbs) -> None:
    if row.document.path is not None:
        verbs.ui.reveal(row.document.path)


def _copy_path(row: Row, verbs: Verbs) -> None:
    if row.document.path is not None:
        verbs.ui.copy_text(str(row.document.path))
