"""How one row of the photo list is painted: thumbnail, title, and status as icon and text."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from faceviewer.app.state import Document, DocumentStatus
from faceviewer.gui.icons import icon
from faceviewer.gui.panels.photo_rows import ROW_ROLE, Row
from faceviewer.gui.panels.thumbnails import ThumbnailKey, Thumbnails, ThumbnailSource
from faceviewer.gui.theme import Level, level_color

_PICTURE_PX = 46
_GAP_PX = 5
_INDENT_PX = 22
_STATUS_ICONS: dict[DocumentStatus, str] = {
    "new": "photo",
    "queued": "queued",
    "working": "working",
    "done": "done",
    "no face": "no-face",
    "failed": "error",
}
_STATUS_LEVELS: dict[DocumentStatus, Level] = {"done": "ok", "no face": "warning", "failed": "error"}
_KIND_ICONS = {"photo": "photo", "video": "video", "webcam": "webcam", "mesh": "3d"}


class PhotoDelegate(QStyledItemDelegate):
    """Asks for thumbnails only of rows that are painted, so only of those that can be seen."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__(thumbnails)
        self._thumbnails = thumbnails

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(120, _PICTURE_PX + 2 * _GAP_PX)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: Row = index.data(ROW_ROLE)
        style = option.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        area = option.rect.adjusted(_GAP_PX, _GAP_PX, -_GAP_PX, -_GAP_PX)
        if row.face is not None:
            area.setLeft(area.left() + _INDENT_PX)
        picture = QRect(area.left(), area.top(), _PICTURE_PX, _PICTURE_PX)
        self._paint_picture(painter, option.palette, picture, row)
        text = area.adjusted(_PICTURE_PX + 2 * _GAP_PX, 0, 0, 0)
        half = text.height() // 2
        self._paint_title(painter, option, QRect(text.left(), text.top(), text.width(), half), row)
        self._paint_details(painter, option, QRect(text.left(), text.top() + half, text.width(), half), row)

    def _paint_picture(self, painter: QPainter, palette: QPalette, place: QRect, row: Row) -> None:
        thumbnail = self._thumbnails.pixmap(*_thumbnail_of(row))
        if thumbnail is None:
            painter.fillRect(place, palette.color(QPalette.ColorRole.Midlight))
            name = "face" if row.face is not None else _KIND_ICONS[row.document.kind]
            icon(name).paint(painter, place.adjusted(11, 11, -11, -11), mode=QIcon.Mode.Disabled)
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(_centred(thumbnail, place), thumbnail)

    def _paint_title(self, painter: QPainter, option: QStyleOptionViewItem, place: QRect, row: Row) -> None:
        font = QFont(option.font)
        font.setBold(row.is_chosen_face)
        painter.setFont(font)
        painter.setPen(option.palette.color(_text_role(option)))
        title = QFontMetrics(font).elidedText(row.title, Qt.TextElideMode.ElideMiddle, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, title)

    def _paint_details(self, painter: QPainter, option: QStyleOptionViewItem, place: QRect, row: Row) -> None:
        painter.setFont(option.font)
        color = option.palette.color(_text_role(option))
        if row.face is None:
            level = _STATUS_LEVELS.get(row.document.status)
            if level is not None and not option.state & QStyle.StateFlag.State_Selected:
                color = level_color(level, option.palette)
            side = option.fontMetrics.height()
            square = QRect(place.left(), place.center().y() - side // 2, side, side)
            icon(_STATUS_ICONS[row.document.status]).paint(painter, square)
            place = place.adjusted(side + _GAP_PX, 0, 0, 0)
        painter.setPen(color)
        details = option.fontMetrics.elidedText(row.details, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, details)


def _text_role(option: QStyleOptionViewItem) -> QPalette.ColorRole:
    selected = bool(option.state & QStyle.StateFlag.State_Selected)
    return QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text


def _centred(pixmap: QPixmap, place: QRect) -> QRect:
    size = pixmap.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    rect = QRect(place.topLeft(), size)
    rect.moveCenter(place.center())
    return rect


def _thumbnail_of(row: Row) -> tuple[ThumbnailKey, ThumbnailSource]:
    document = row.document
    photo = document.photo or document.pasted
    if row.face is not None:
        left, top, right, bottom = document.faces[row.face - 1].box_xyxy.tolist()
        key = ThumbnailKey(document.id, document.rotation_deg, (left, top, right, bottom))
        return key, ThumbnailSource(rgb=photo.rgb if photo is not None else None)
    return ThumbnailKey(document.id, document.rotation_deg), _photo_source(document)


def _photo_source(document: Document) -> ThumbnailSource:
    photo = document.photo or document.pasted
    if photo is not None:
        return ThumbnailSource(rgb=photo.rgb)
    return ThumbnailSource(path=document.path if document.kind == "photo" else None)
