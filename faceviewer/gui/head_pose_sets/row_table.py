"""The small table of truth, result and difference."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from faceviewer.app.head_pose_sets_state import PoseRow
from faceviewer.gui.dialogs.sheet import named

_HEADERS = ("", "Truth", "Result", "Difference")


class RowTable(QTableWidget):
    """Shows ``PoseRow``s."""

    def __init__(self) -> None:
        super().__init__(0, len(_HEADERS))
        named(self, "Truth and result", "What the data set says, what the engine found, and how far they are apart")
        self.setHorizontalHeaderLabels(list(_HEADERS))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setMinimumHeight(90)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)

    def show_rows(self, rows: Sequence[PoseRow]) -> None:
        """Show these."""
        self.setRowCount(len(rows))
        for number, row in enumerate(rows):
            for column, text in enumerate((row.name, row.truth, row.result, row.difference)):
                item = QTableWidgetItem(text)
                item.setToolTip(row.explanation)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(number, column, item)
