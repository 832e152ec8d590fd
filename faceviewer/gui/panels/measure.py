"""The panel Measure: the measuring tools, what was measured, and named measures of the face."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.commands.tools import TOOL_COMMANDS
from faceviewer.app.measured import SCALE_NOTE, measured, named_measures, scale_note
from faceviewer.app.state import AppState, Measurement, Tool
from faceviewer.app.verbs import Verbs
from faceviewer.gui.icons import icon
from faceviewer.gui.panels.sleeping_panel import SleepingPanel
from faceviewer.gui.tooltips import wrapped
from faceviewer.types import FaceMesh

_TOOLS: tuple[tuple[Tool, str], ...] = (
    ("select", "select"), ("distance", "measure"), ("surface", "surface"), ("angle", "angle"),
)  # fmt: skip
_NEXT_CLICK = {
    "distance": ("Click the first point.", "Click the second point."),
    "surface": ("Click the first point.", "Click the second point."),
    "angle": ("Click a point on the first leg.", "Click the corner.", "Click a point on the second leg."),
}
_KIND_TITLES = {"distance": "Distance", "surface": "Along the surface", "angle": "Angle"}
_SETTLE_MS = 150
"""After a slider has rested so long, values are worked out anew: a way over the surface costs too much to follow it."""


class MeasurePanel(SleepingPanel):
    """Shows ``work.measurements`` and the face's named measures; changes the tool in hand."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self._tools = QButtonGroup(self)
        tools = QHBoxLayout()
        by_id = {command.id: command for command in TOOL_COMMANDS}
        for tool, picture in _TOOLS:
            command = by_id[f"tools.{tool}"]
            button = QToolButton(self)
            button.setIcon(icon(picture))
            button.setIconSize(QSize(20, 20))
            button.setCheckable(True)
            button.setToolTip(f"{command.title} ({command.shortcut}): {command.explanation}")
            button.setAccessibleName(command.title)
            button.setProperty("tool", tool)
            button.clicked.connect(partial(self._take, tool))
            self._tools.addButton(button)
            tools.addWidget(button)
        tools.addStretch(1)
        self._hint = QLabel(self)
        self._hint.setWordWrap(True)
        self._own = _table("Measurements", ("Measured", "Value", ""), self)
        self._named = _table("Measures of the face", ("Measure of the face", "mm"), self)
        self._named.setToolTip("Choose one to see it on the head; with Ctrl, to hide it again")
        self._named.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self._named.itemSelectionChanged.connect(self._choose_named)
        self._copy = QPushButton(icon("copy"), "Copy all", self)
        self._copy.setToolTip("Copy all values as a table for a spreadsheet")
        self._copy.clicked.connect(self._copy_all)
        self._note = QLabel(SCALE_NOTE, self)
        self._note.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addLayout(tools)
        layout.addWidget(self._hint)
        layout.addWidget(self._own, 1)
        layout.addWidget(self._named, 3)
        layout.addWidget(self._note)
        layout.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignLeft)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._work_out)

    def show_change(self, state: AppState, before: AppState) -> None:
        """Show the tool at once, values when the mesh has come to rest."""
        if (state.tool, state.pending_points) != (before.tool, before.pending_points) or not self._hint.text():
            for button in self._tools.buttons():
                button.setChecked(button.property("tool") == state.tool)
            clicks = _NEXT_CLICK.get(state.tool)
            self._hint.setText(clicks[len(state.pending_points)] if clicks else "Choose what to measure.")
        if state.work.measurements is not before.work.measurements or state.shown.head != before.shown.head:
            self._work_out()
        elif state.shown.mesh is not before.shown.mesh:
            self._settle.start()

    def _take(self, tool: Tool, _checked: bool = False) -> None:
        self._verbs.selecting.use_tool(tool)

    def _work_out(self) -> None:
        state = self._verbs.store.state
        mesh = state.shown.mesh
        self._copy.setEnabled(mesh is not None)
        self._note.setText(scale_note(state.shown.result))
        self._show_own(state, mesh)
        self._show_named(mesh)

    def _show_own(self, state: AppState, mesh: FaceMesh | None) -> None:
        shown = [(i, m) for i, m in enumerate(state.work.measurements) if m.head == state.shown.head]
        self._own.setRowCount(len(shown) if mesh is not None else 0)
        if mesh is None:
            return
        for row, (index, measurement) in enumerate(shown):
            self._own.setItem(row, 0, QTableWidgetItem(_KIND_TITLES[measurement.kind]))
            self._own.setItem(row, 1, _value_item(_text(measurement, mesh)))
            remove = QToolButton(self._own)
            remove.setIcon(icon("delete"))
            remove.setAutoRaise(True)
            remove.setToolTip("Remove this measurement")
            remove.setAccessibleName(f"Remove measurement {row + 1}")
            remove.clicked.connect(partial(self._remove, index))
            self._own.setCellWidget(row, 2, remove)

    def _show_named(self, mesh: FaceMesh | None) -> None:
        measures = {} if mesh is None else named_measures(mesh)
        self._named.blockSignals(True)
        self._named.setRowCount(len(measures))
        for row, measure in enumerate(measures.values()):
            title = QTableWidgetItem(measure.title)
            title.setToolTip(wrapped(measure.explanation))
            title.setData(Qt.ItemDataRole.UserRole, measure.name)
            self._named.setItem(row, 0, title)
            self._named.setItem(row, 1, _value_item(f"{measure.value_mm:.1f}"))
        self._named.blockSignals(False)

    def _choose_named(self) -> None:
        rows = self._named.selectionModel().selectedRows()
        self._verbs.measuring.show_named(rows[0].data(Qt.ItemDataRole.UserRole) if rows else "")

    def _remove(self, index: int, _checked: bool = False) -> None:
        self._verbs.measuring.remove(index)

    def _copy_all(self) -> None:
        lines = [
            "\t".join(str(table.model().index(row, column).data()) for column in (0, 1))
            for table in (self._own, self._named)
            for row in range(table.rowCount())
        ]
        QGuiApplication.clipboard().setText("\n".join([*lines, self._note.text()]))


def _text(measurement: Measurement, mesh: FaceMesh) -> str:
    found = measured(measurement, mesh)
    return "no way" if found is None else found.text


def _value_item(text: str) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return item


def _table(name: str, titles: tuple[str, ...], parent: QWidget) -> QTableWidget:
    table = QTableWidget(0, len(titles), parent)
    table.setAccessibleName(name)
    table.setHorizontalHeaderLabels(titles)
    table.verticalHeader().hide()
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    header = table.horizontalHeader()
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    for column in range(1, len(titles)):
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
    return table
