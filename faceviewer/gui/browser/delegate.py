"""How one picture of the grid is painted: thumbnail, or a plain square until it is there, with its title below."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from faceviewer.gui.browser.loader import PictureLoader
from faceviewer.gui.browser.rows import PictureRows
from faceviewer.gui.icons import icon
from faceviewer.gui.theme import level_color

GAP_PX = 5


class PictureDelegate(QStyledItemDelegate):
    """Notes which rows lack a picture as they are painted; the grid asks for those, and so only for what is seen."""

    def __init__(self, rows: PictureRows, loader: PictureLoader, side_px: int) -> None:
        super().__init__(rows)
        self._rows = rows
        self._loader = loader
        self.side_px = side_px
        """Of the largest picture, in the window's pixels."""
        self.wanted_px = side_px
        """The side to ask for, in the screen's pixels."""
        self.spread_px = 0
        """What cells are wider than they need to be, so that they fill a line."""
        self.lacking: list[int] = []
        """Rows painted without their picture since the grid has asked for any."""

    def cell(self, line_px: int) -> QSize:
        """The size of every row, of which ``line_px`` is the height of a line of text."""
        return QSize(self.side_px + 2 * GAP_PX + self.spread_px, self.side_px + line_px + 3 * GAP_PX)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self.cell(option.fontMetrics.height())

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.row()
        kept = self._loader.look(row)
        if kept is None or (kept.side_px < self.wanted_px and not kept.reason):
            self.lacking.append(row)
        style = option.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget)
        left = option.rect.left() + (option.rect.width() - self.side_px) // 2
        place = QRect(left, option.rect.top() + GAP_PX, self.side_px, self.side_px)
        if kept is None:
            painter.fillRect(place, option.palette.color(QPalette.ColorRole.Midlight))
        elif kept.reason:
            self._paint_broken(painter, option, place)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(_centred(kept.pixmap.size(), place), kept.pixmap)
        self._paint_title(painter, option, place, self._rows.source.title(row))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(option.palette.color(QPalette.ColorRole.Accent))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))

    def _paint_broken(self, painter: QPainter, option: QStyleOptionViewItem, place: QRect) -> None:
        painter.fillRect(place, option.palette.color(QPalette.ColorRole.Midlight))
        painter.setPen(level_color("error", option.palette))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        side = min(32, place.width() // 3)
        square = QRect(0, 0, side, side)
        square.moveCenter(place.center())
        icon("error").paint(painter, square, mode=QIcon.Mode.Normal)
        if place.height() > 3 * side:
            below = QRect(
                place.left() + 2, square.bottom() + 4, place.width() - 4, place.bottom() - square.bottom() - 4
            )
            flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
            painter.drawText(below, int(flags), "cannot be shown")

    def _paint_title(self, painter: QPainter, option: QStyleOptionViewItem, place: QRect, title: str) -> None:
        selected = option.state & QStyle.StateFlag.State_Selected
        role = QPalette.ColorRole.HighlightedText if selected else QPalette.ColorRole.Text
        painter.setPen(option.palette.color(role))
        line = QRect(place.left(), place.bottom() + GAP_PX, place.width(), option.fontMetrics.height())
        # names of one folder begin alike: without their ends nobody could tell them apart
        text = option.fontMetrics.elidedText(title, Qt.TextElideMode.ElideMiddle, line.width())
        painter.drawText(line, int(Qt.AlignmentFlag.AlignCenter), text)


def _centred(size: QSize, place: QRect) -> QRect:
    """Where a picture of that size is drawn: as large as fits, enlarged twice at most."""
    fitting = size.scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio)
    rect = QRect(place.topLeft(), fitting if fitting.width() <= 2 * size.width() else size * 2)
    rect.moveCenter(place.center())
    return rect
