"""The dialog that says that something went wrong which should not."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, close_box, heading
from faceviewer.gui.icons import IconLabel

_MAX_DETAILS = 20
_MAX_SUMMARY = 300


class ErrorDialog(Sheet):
    """One error, or a burst of them; what was open stays as it was. Details are folded away."""

    def __init__(self, summary: str, details: str, diagnose: Callable[[], str], parent: QWidget | None = None) -> None:
        super().__init__("Unexpected error", parent)
        self._diagnose = diagnose
        self._count = 0
        self._summary = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = QuietLabel("")
        self._details = QPlainTextEdit(readOnly=True, lineWrapMode=QPlainTextEdit.LineWrapMode.NoWrap)
        self._details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._details.setObjectName("details")
        self._details.setAccessibleName("Details of the error")
        self._details.setMinimumSize(560, 200)
        self._details.hide()
        words = QVBoxLayout()
        words.addWidget(heading("Something went wrong inside faceviewer"))
        words.addWidget(self._summary)
        words.addWidget(
            QuietLabel("You can go on working. If it happens again, please report it with the diagnostics.")
        )
        words.addWidget(self._more)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(IconLabel("error", 32), 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(top)
        layout.addWidget(self._details, 1)
        layout.addWidget(self._buttons())
        self.setMinimumWidth(520)
        self.add(summary, details)

    def add(self, summary: str, details: str) -> None:
        """One more error. The first stays in front, most others follow from it."""
        self._count += 1
        if self._count == 1:
            self._summary.setText(summary if len(summary) <= _MAX_SUMMARY else summary[:_MAX_SUMMARY] + "…")
        others = self._count - 1
        self._more.setText(f"{others} more since. All are in the log." if others else "")
        self._more.setVisible(bool(others))
        if self._count <= _MAX_DETAILS:
            self._details.appendPlainText(details)

    def _buttons(self) -> QDialogButtonBox:
        box = close_box(self)
        self._fold = QPushButton("Show details")
        self._fold.setCheckable(True)
        self._fold.setToolTip("Show or hide where in the program the error arose")
        self._fold.toggled.connect(self._unfold)
        copy = QPushButton("Copy diagnostics")
        copy.setToolTip("Copy the error, versions and the end of the log, to paste into a report")
        copy.clicked.connect(self._copy)
        box.addButton(self._fold, QDialogButtonBox.ButtonRole.ActionRole)
        box.addButton(copy, QDialogButtonBox.ButtonRole.ActionRole)
        for button in (self._fold, copy):
            button.setAutoDefault(False)
        box.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return box

    def _unfold(self, shown: bool) -> None:
        self._details.setVisible(shown)
        self._fold.setText("Hide details" if shown else "Show details")
        self.adjustSize()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(f"{self._details.toPlainText()}\n{self._diagnose()}")
