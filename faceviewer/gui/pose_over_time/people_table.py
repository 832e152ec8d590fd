"""Everybody who was followed: colour, name, whether it is drawn, and the values at the frame that is looked at."""

from __future__ import annotations

from collections.abc import Set

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from faceviewer.gui.dialogs.sheet import named
from faceviewer.gui.pose_over_time.people_colors import color_of
from faceviewer.jobs.pose_series import QUANTITIES, UNITS, PersonPoses, PoseSeries

_HINT = "The tick draws or hides a person; a double click (or F2) gives a name. Values are those of the frame above."
_SWATCH_PX = 12
_LONGEST = {"°": "-180.0", "mm": "-10000"}
_MARGIN_PX = 6


class PeopleTable(QTableWidget):
    """``shown`` carries (number, whether to draw), ``renamed`` (number, name)."""

    shown = Signal(int, bool)
    renamed = Signal(int, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, 1 + len(QUANTITIES), parent)
        named(self, "People", _HINT)
        titles = [f"{name} {unit}" for name, unit in zip(QUANTITIES, UNITS, strict=True)]
        self.setHorizontalHeaderLabels(["Person", *titles])
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.setIconSize(QSize(_SWATCH_PX, _SWATCH_PX))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)  # a name was cut at its hyphen, with room for more of it
        self.setTabKeyNavigation(False)
        self._people: tuple[PersonPoses, ...] = ()
        self._hidden: Set[int] = frozenset()
        self._size_columns()
        self.itemChanged.connect(self._changed)

    def _size_columns(self) -> None:
        """As wide as values get. Columns that follow their cells measure a thousand of them at every change of one."""
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(44)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, unit in enumerate(UNITS, 1):
            longest = self.fontMetrics().horizontalAdvance(_LONGEST[unit]) + 2 * _MARGIN_PX
            header.resizeSection(column, max(longest, header.sectionSizeHint(column)))

    def show_people(self, series: PoseSeries | None, hidden: Set[int], row: int) -> None:
        """Everybody of a series, with the values of the frame of ``row``."""
        people = series.people if series is not None else ()
        before, turned = self._people, self._hidden ^ hidden
        self._people, self._hidden = people, hidden
        with QSignalBlocker(self):
            if self.rowCount() != len(people):
                self.setRowCount(len(people))
                for line in range(len(people)):
                    self._make_line(line)
                before = ()
            for line, person in enumerate(people):
                if line >= len(before) or person is not before[line] or person.number in turned:
                    self._show_person(line, person, series)
        self.show_row(series, row)

    def show_row(self, series: PoseSeries | None, row: int) -> None:
        """The values of another frame."""
        with QSignalBlocker(self):
            for line, person in enumerate(series.people if series is not None else ()):
                place = person.place_of(row)
                if place is None and self._cell(line, 1).text() == "–":
                    continue  # most people of a long film, most of the time
                values = person.values[place] if place is not None else None
                for column, unit in enumerate(UNITS):
                    decimals = 1 if unit == "°" else 0
                    text = "–" if values is None else f"{values[column]:.{decimals}f}"
                    self._cell(line, 1 + column).setText(text)

    def _make_line(self, line: int) -> None:
        who = QTableWidgetItem()
        editable = Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEditable
        who.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | editable)
        self.setItem(line, 0, who)
        for column in range(1, self.columnCount()):
            item = QTableWidgetItem("–")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setItem(line, column, item)

    def _show_person(self, line: int, person: PersonPoses, series: PoseSeries | None) -> None:
        item = self._cell(line, 0)
        item.setText(person.title)
        swatch = QPixmap(_SWATCH_PX, _SWATCH_PX)
        swatch.fill(color_of(person.number))
        item.setIcon(QIcon(swatch))
        item.setCheckState(Qt.CheckState.Unchecked if person.number in self._hidden else Qt.CheckState.Checked)
        if series is not None:
            begin_s, end_s = series.time_s[person.rows[0]], series.time_s[person.rows[-1]]
            frames, gaps = _counted(len(person.rows), "frame"), _counted(len(person.runs()) - 1, "gap")
            item.setToolTip(f"{person.title}: {frames} from {begin_s:.2f} s to {end_s:.2f} s, {gaps}")

    def _changed(self, item: QTableWidgetItem) -> None:
        if item.column() == 0:
            line, text = item.row(), item.text().strip()
            number = self._people[line].number
            self.shown.emit(number, item.checkState() == Qt.CheckState.Checked)
            self.renamed.emit(number, "" if text == f"Person {number}" else text)
            with QSignalBlocker(self):  # the name that was taken, which need not be the letters that were typed
                item.setText(self._people[line].title)

    def _cell(self, line: int, column: int) -> QTableWidgetItem:
        item = self.item(line, column)
        assert item is not None
        return item


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
