"""What the window shows before anything was opened: what to do, and three buttons to do it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from faceviewer.gui.actions import Actions
from faceviewer.gui.icons import IconLabel

_BUTTONS = (("file.open", "Open..."), ("file.sample", "Sample photo"), ("file.camera", "Webcam..."))


class EmptyState(QWidget):
    """ "Drop a photo here", with buttons for Open, Sample and Webcam."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Nothing is open yet")
        title = QLabel("Drop a photo here", self)
        font = QFont(title.font())
        font.setPointSizeF(font.pointSizeF() * 1.9)
        title.setFont(font)
        title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        text = QLabel("or a folder, a video, a mesh (OBJ) or a saved session. Everything stays on this computer.", self)
        text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        text.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch(1)
        for command_id, label in _BUTTONS:
            action = actions[command_id]
            button = QPushButton(action.icon(), label, self)
            button.setIconSize(QSize(20, 20))
            button.setMinimumHeight(36)
            button.setToolTip(action.toolTip())
            button.clicked.connect(action.trigger)
            buttons.addWidget(button)
        buttons.addStretch(1)
        layout = QVBoxLayout(self)
        layout.addStretch(2)
        layout.addWidget(IconLabel("face", 96, self), 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addSpacing(8)
        layout.addWidget(title)
        layout.addWidget(text)
        layout.addSpacing(20)
        layout.addLayout(buttons)
        layout.addStretch(3)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A dashed frame: the place where things can be dropped."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self.palette().color(QPalette.ColorRole.Mid), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(24, 24, -24, -24), 14, 14)
