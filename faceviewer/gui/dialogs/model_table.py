"""The table of the models dialog: every pack with its files, their states and what they are for."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QPalette
from PySide6.QtWidgets import QHeaderView, QStyle, QTreeWidget, QTreeWidgetItem, QWidget

from faceviewer.app.models_state import FileState, ModelFile, ModelPack
from faceviewer.gui.dialogs.command_list import with_air
from faceviewer.gui.dialogs.model_texts import STATE_ICONS, STATE_TITLES, pack_summary, size_of
from faceviewer.gui.dialogs.sheet import PaletteWatcher, named
from faceviewer.gui.icons import icon
from faceviewer.gui.theme import Level, level_color
from faceviewer.gui.tooltips import wrapped

_NAME, _STATE, _NEED, _SIZE, _PURPOSE = range(5)
_COLUMN_AIR_PX = 26
_LEVELS: dict[FileState, Level] = {"whole": "ok", "missing": "warning", "damaged": "error", "unknown": "warning"}
_HEADERS = ("File", "State", "Needed", "Size", "What it is for")


class ModelTable(QTreeWidget):
    """Rows follow the packs and keep their place; ``chosen`` is emitted when another row is the current one."""

    chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "Files of published systems", "Choose a system or a file to read more about it below")
        self.setHeaderLabels(list(_HEADERS))
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setIndentation(14)
        self.header().setStretchLastSection(True)
        self.header().setSectionResizeMode(_NAME, QHeaderView.ResizeMode.ResizeToContents)
        icon_width = self.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        for column, texts, beside in (
            (_STATE, STATE_TITLES.values(), icon_width),
            (_NEED, ("optional",), 0),
            (_SIZE, ("at least 256 bytes",), 0),
        ):  # as wide as they will ever need to be: columns that move during a check are hard to read
            width = max(self.fontMetrics().horizontalAdvance(text) for text in texts)
            self.header().resizeSection(column, width + beside + _COLUMN_AIR_PX)
        self._packs: tuple[ModelPack, ...] = ()
        PaletteWatcher(self, self.show_states)
        self.currentItemChanged.connect(lambda _now, _before: self.chosen.emit())

    @property
    def chosen_pack(self) -> ModelPack | None:
        """The pack of the current row."""
        place = self._place()
        return self._packs[place[0]] if place is not None else None

    @property
    def chosen_file(self) -> ModelFile | None:
        """The file of the current row; None for the row of a pack."""
        place = self._place()
        return self._packs[place[0]].files[place[1]] if place is not None and place[1] >= 0 else None

    def show_packs(self, packs: tuple[ModelPack, ...]) -> None:
        """Show ``packs``; rows are made only when there are others than before."""
        fresh = [pack.pack for pack in packs] != [pack.pack for pack in self._packs]
        self._packs = packs
        if fresh:
            self.clear()
            for pack in packs:
                row = QTreeWidgetItem(self, [pack.pack.title])
                font = self.font()
                font.setBold(True)
                row.setFont(_NAME, font)
                row.setFirstColumnSpanned(True)
                for one in pack.files:
                    self._describe(QTreeWidgetItem(row, [one.file.name]), one)
                with_air(row, self)
            self.expandAll()
        self.show_states()
        if fresh and (first := self.topLevelItem(0)) is not None:
            self.setCurrentItem(first)

    def show_states(self) -> None:
        """Texts, icons and colours; also when the theme has changed, as Qt does not exchange those of single rows."""
        for number, pack in enumerate(self._packs):
            row = self.topLevelItem(number)
            assert row is not None
            row.setText(_NAME, f"{pack.pack.title}: {pack_summary(pack)}")
            row.setForeground(_NAME, self.palette().brush(QPalette.ColorRole.Link))
            for place, one in enumerate(pack.files):
                child = row.child(place)
                assert child is not None
                self._show_file(child, one)

    def _describe(self, row: QTreeWidgetItem, one: ModelFile) -> None:
        """What stays the same about a file."""
        row.setText(_NEED, "needed" if one.file.needed else "optional")
        row.setText(_PURPOSE, one.file.purpose)
        row.setToolTip(_PURPOSE, wrapped(one.file.purpose))
        with_air(row, self)

    def _show_file(self, row: QTreeWidgetItem, one: ModelFile) -> None:
        row.setText(_STATE, STATE_TITLES[one.state])
        row.setIcon(_STATE, icon(STATE_ICONS[one.state]))
        row.setForeground(_STATE, self._color(one))
        row.setToolTip(_STATE, wrapped(f"{one.file.name} {one.reason}."))
        row.setText(_SIZE, size_of(one))
        for column in (_NEED, _SIZE):
            row.setForeground(column, self.palette().brush(QPalette.ColorRole.PlaceholderText))

    def _color(self, one: ModelFile) -> QBrush:
        if one.state == "missing" and not one.file.needed:
            return self.palette().brush(QPalette.ColorRole.PlaceholderText)
        level = _LEVELS.get(one.state)
        if level is None:
            return self.palette().brush(QPalette.ColorRole.Text)
        return QBrush(level_color(level, self.palette()))

    def _place(self) -> tuple[int, int] | None:
        """(pack, file or -1) of the current row."""
        row = self.currentItem()
        if row is None:
            return None
        over = row.parent()
        if over is None:
            return self.indexOfTopLevelItem(row), -1
        return self.indexOfTopLevelItem(over), over.indexOfChild(row)
