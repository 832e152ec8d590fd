"""Qt's Fusion style with switches that can be told apart on dark ground.

Fusion outlines boxes with a darker shade of the window, which vanishes in a dark theme, and shows a checked button by a
slightly darker face. Here boxes have an outline made of the text colour, and what is on shows the accent colour.

Only painting is overridden: Qt asks for sizes (``pixelMetric``) also while widgets are made and destroyed, and such a
call into Python ended the process with a segmentation fault in one of ten test runs.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QProxyStyle, QStyle, QStyleOption, QToolButton, QWidget

_Element = QStyle.PrimitiveElement
_State = QStyle.StateFlag
_Role = QPalette.ColorRole
_BOXES = (_Element.PE_IndicatorCheckBox, _Element.PE_IndicatorItemViewItemCheck)
_OUTLINE_SHARE = 0.6
_ON_ALPHA = 90


class FaceviewerStyle(QProxyStyle):
    """Draws check boxes, radio buttons, checked buttons and the ground of toolbars; Fusion draws all else."""

    def __init__(self) -> None:
        super().__init__("Fusion")

    def drawPrimitive(
        self, element: QStyle.PrimitiveElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        """As Qt asks for it; ``option.state`` says whether the thing is on, enabled, pointed at."""
        if element in _BOXES:
            _draw_box(option, painter)
        elif element == _Element.PE_IndicatorRadioButton:
            _draw_radio(option, painter)
        else:
            super().drawPrimitive(element, option, painter, widget)
            if element == _Element.PE_PanelButtonCommand and option.state & _State.State_On and not _unfolds(widget):
                _draw_on(option, painter)

    def drawControl(
        self, element: QStyle.ControlElement, option: QStyleOption, painter: QPainter, widget: QWidget | None = None
    ) -> None:
        """As Qt asks for it. Fusion's toolbars have a white edge whatever the theme."""
        if element == QStyle.ControlElement.CE_ToolBar:
            painter.fillRect(option.rect, option.palette.window())
        else:
            super().drawControl(element, option, painter, widget)


def _unfolds(widget: QWidget | None) -> bool:
    """Whether it is the title of a foldable section, whose arrow says enough."""
    return isinstance(widget, QToolButton) and widget.arrowType() != Qt.ArrowType.NoArrow


def _draw_box(option: QStyleOption, painter: QPainter) -> None:
    side = min(option.rect.width(), option.rect.height()) - 1.0
    rect = QRectF(0, 0, side, side)
    rect.moveCenter(QRectF(option.rect).center())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    on, partly = bool(option.state & _State.State_On), bool(option.state & _State.State_NoChange)
    _set_face(option, painter, filled=on or partly)
    painter.drawRoundedRect(rect, 3, 3)
    painter.setPen(QPen(_mark_color(option), side / 7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if on:
        marks = ((0.22, 0.52), (0.42, 0.72), (0.78, 0.30))
        painter.drawPolyline(QPolygonF([rect.topLeft() + QPointF(x * side, y * side) for x, y in marks]))
    elif partly:
        painter.drawLine(rect.center() - QPointF(side / 4, 0), rect.center() + QPointF(side / 4, 0))
    painter.restore()


def _draw_radio(option: QStyleOption, painter: QPainter) -> None:
    radius = min(option.rect.width(), option.rect.height()) / 2 - 0.5
    centre = QRectF(option.rect).center()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    on = bool(option.state & _State.State_On)
    _set_face(option, painter, filled=on)
    painter.drawEllipse(centre, radius, radius)
    if on:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_mark_color(option))
        painter.drawEllipse(centre, radius * 0.45, radius * 0.45)
    painter.restore()


def _draw_on(option: QStyleOption, painter: QPainter) -> None:
    color = _accent(option)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1))
    color.setAlpha(_ON_ALPHA)
    painter.setBrush(color)
    painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.restore()


def _set_face(option: QStyleOption, painter: QPainter, *, filled: bool) -> None:
    palette, accent = option.palette, _accent(option)
    outline = _mixed(palette.color(_Role.WindowText), palette.color(_Role.Window), _OUTLINE_SHARE)
    pointed_at = option.state & _State.State_MouseOver and option.state & _State.State_Enabled
    painter.setPen(QPen(accent if filled or pointed_at else outline, 1))
    painter.setBrush(accent if filled else palette.color(_Role.Base))


def _accent(option: QStyleOption) -> QColor:
    enabled = option.state & _State.State_Enabled
    group = QPalette.ColorGroup.Active if enabled else QPalette.ColorGroup.Disabled
    return QColor(option.palette.color(group, _Role.Accent))


def _mark_color(option: QStyleOption) -> QColor:
    return QColor("#10233a" if _accent(option).lightness() > 140 else "#ffffff")


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    """``share`` of ``one`` in ``other``."""
    pairs = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)  # type: ignore[arg-type]
    return QColor(*(round(share * a + (1 - share) * b) for a, b in pairs))
