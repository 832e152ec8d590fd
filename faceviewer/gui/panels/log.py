"""The log panel: what faceviewer did and what went wrong."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from faceviewer.app.logbook import MAX_LINES, Logbook, LogLine
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.dialogs.sheet import PaletteWatcher, named
from faceviewer.gui.icons import icon
from faceviewer.gui.theme import level_color

_LEVELS = (("Everything", logging.DEBUG), ("Warnings and errors", logging.WARNING), ("Errors", logging.ERROR))


class LogPanel(QWidget):
    """Shows the lines of ``logbook`` from a chosen level up. Lines may be logged in any thread."""

    _arrived = Signal(object)

    def __init__(
        self, verbs: Verbs, logbook: Logbook, diagnose: Callable[[], str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self._logbook = logbook
        self._diagnose = diagnose
        self._level = named(QComboBox(), "Which lines are shown", "Show all lines or only grave ones")
        for label, level in _LEVELS:
            self._level.addItem(label, level)
        self._level.currentIndexChanged.connect(self._refill)
        self._text = named(QPlainTextEdit(), "Log", "What faceviewer did and what went wrong, newest last")
        self._text.setReadOnly(True)
        self._text.setPlaceholderText("Nothing has been logged yet.")
        self._text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._text.setMaximumBlockCount(4 * MAX_LINES)  # tracebacks have many lines
        bar = QHBoxLayout()
        bar.addWidget(QLabel("Show:"))
        bar.addWidget(self._level)
        bar.addStretch(1)
        for name, title, hint, slot in (
            ("copy", "Copy", "Copy the selected lines, or all that are shown", self.copy),
            ("info", "Copy diagnostics", "Copy versions, settings and the end of the log for a report, without the "
             "names of your folders", self.copy_diagnostics),
            ("delete", "Clear", "Empty this panel; the log file keeps everything", self.clear),
        ):  # fmt: skip
            button = named(QToolButton(), title, hint)
            button.setText(title)
            button.setAutoRaise(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setIcon(icon(name))
            button.clicked.connect(slot)
            bar.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addLayout(bar)
        layout.addWidget(self._text, 1)
        self._arrived.connect(self._append)
        logbook.subscribe(self._arrived.emit)
        PaletteWatcher(self, self._refill)
        self._refill()

    def show_state(self, state: AppState, before: AppState) -> None:
        """The log does not depend on the state."""

    def copy(self) -> None:
        """The selected lines to the clipboard; all that are shown when none are selected."""
        selected = self._text.textCursor().selection().toPlainText()
        self._verbs.ui.copy_text(selected or self._text.toPlainText())

    def copy_diagnostics(self) -> None:
        """The diagnostics to the clipboard."""
        self._verbs.ui.copy_text(self._diagnose())

    def clear(self) -> None:
        """Forget the lines shown and hidden."""
        self._logbook.clear()
        self._refill()

    def _refill(self) -> None:
        self._text.clear()
        for line in self._logbook.lines():
            self._append(line)

    def _append(self, line: LogLine) -> None:
        if line.level < self._level.currentData():
            return
        bar = self._text.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 1
        cursor = QTextCursor(self._text.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self._text.document().isEmpty():
            cursor.insertBlock()
        cursor.insertText(str(line), self._format(line.level))
        if at_end:
            bar.setValue(bar.maximum())

    def _format(self, level: int) -> QTextCharFormat:
        form = QTextCharFormat()
        if level >= logging.WARNING:
            form.setForeground(level_color("error" if level >= logging.ERROR else "warning", self.palette()))
        else:
            form.setForeground(self.palette().text())
        return form
