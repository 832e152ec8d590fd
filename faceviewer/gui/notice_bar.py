"""The strip above the panes that says one sentence, with commands that may help."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.actions import Actions
from faceviewer.gui.icons import IconLabel, icon

INFO_SHOWN_MS = 6000
"""After which what is only good to know goes away by itself; warnings and errors wait to be read."""


class NoticeBar(QFrame):
    """Shows ``state.notice``; hidden when there is none."""

    def __init__(self, verbs: Verbs, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self._actions = actions
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName("Message")
        self._picture = IconLabel("info", 18, self)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._buttons = QHBoxLayout()
        close = QToolButton(self)
        close.setAutoRaise(True)
        close.setIcon(icon("close"))
        close.setToolTip("Close this message")
        close.setAccessibleName("Close message")
        close.clicked.connect(self._close)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 4, 4)
        layout.addWidget(self._picture)
        layout.addWidget(self._text, 1)
        layout.addLayout(self._buttons)
        layout.addWidget(close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._close)
        self.hide()

    def show_state(self, state: AppState, before: AppState) -> None:
        """Say what there is to say."""
        notice = state.notice
        if notice is before.notice:
            return
        self._timer.stop()
        self.setVisible(notice is not None)
        if notice is None:
            return
        self._text.setText(notice.text)
        self.setAccessibleDescription(notice.text)
        self._picture.set_icon(notice.level)
        self._offer(notice.commands)
        if notice.level == "info":
            self._timer.start(INFO_SHOWN_MS)

    def _offer(self, command_ids: tuple[str, ...]) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for command_id in command_ids:
            button = QToolButton(self)
            button.setDefaultAction(self._actions[command_id])
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self._buttons.addWidget(button)

    def _close(self) -> None:
        self._verbs.say(None)
