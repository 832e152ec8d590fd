"""Tools > UV maps: a copy of FFHQ-UV's texture maps that the user brings, to be looked through and put on heads."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QSplitter, QVBoxLayout, QWidget

from faceviewer.app.state import AppState
from faceviewer.app.uv_map_pictures import UvMapPictures
from faceviewer.app.uv_maps_state import UvMapsState
from faceviewer.app.verbs import Verbs
from faceviewer.app.wearing_state import WearState, is_map
from faceviewer.datasets.ffhq_uv.thumbnails import Thumbnails
from faceviewer.gui.browser.grid import PictureGrid
from faceviewer.gui.browser.size_slider import SizeSlider
from faceviewer.gui.browser.source import NoPictures
from faceviewer.gui.dialogs.model_bars import SaidList, quiet_button
from faceviewer.gui.dialogs.parts import WorkRow, counted, end_box, follow, row
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, named
from faceviewer.gui.uv_maps.filters import UvMapFilters
from faceviewer.gui.uv_maps.side_panel import UvMapPanel
from faceviewer.types import Progress

_NOTICE = (
    "For research only, not for commercial use. Faces are named by their numbers in the data set; its authors ask not "
    "to look for the people behind them."
)
_NO_FOLDER = (
    "Choose the folder of a copy of FFHQ-UV's maps that you have: the whole download, a part of it, or any folder of "
    "such maps. faceviewer downloads nothing."
)


class UvMapsDialog(Sheet):
    """Shows ``AppState.uv_maps`` and calls its verbs. Closing it cancels what it has started."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("UV maps", parent)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self._verbs, self._maps, self._store = verbs, verbs.uv_maps, verbs.store
        self._thumbnails = Thumbnails()
        self._folder = named(QLineEdit(readOnly=True), "Folder of maps", "Where the maps lie")
        self._choose = quiet_button("Choose folder…", "Choose the folder", "Show another folder of maps")
        self._filters = UvMapFilters()
        self._grid = PictureGrid()
        self._side = UvMapPanel()
        self._count = QLabel()
        self._work = WorkRow(self._maps.cancel_update)
        self._said = SaidList()
        self._wear = quiet_button(
            "Wear this map", "Wear this map", "Put the chosen map on the shown head (Enter, or a double click)"
        )
        self._off = quiet_button("Take it off", "Take the map off", "Show the head as it was before it wore a map")
        self._open = quiet_button("Open its picture", "Open the map's picture", "Open the chosen map as a photo")
        self._pictures: UvMapPictures | None = None
        self._shown: UvMapsState | None = None
        self._worn: WearState | None = None
        self._lay_out()
        self._connect()
        self._unsubscribe = follow(self, verbs.store, self._state_changed)
        self.resize(1120, 720)
        self._show(verbs.store.state)
        self._maps.look()
        self._maps.search(self._filters.wish())
        self._grid.setFocus()

    def _lay_out(self) -> None:
        where = QLabel("Folder:")
        where.setBuddy(self._folder)
        folder = row(where, self._folder, self._choose)
        folder.setStretch(1, 1)
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self._side, 1)
        beside.addWidget(self._wear)
        beside.addLayout(row(self._off, self._open))
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(self._grid)
        parts.addWidget(right)
        parts.setStretchFactor(0, 1)
        parts.setChildrenCollapsible(False)
        parts.setSizes([800, 310])
        size, slider = QLabel("Size:"), SizeSlider(self._grid)
        size.setBuddy(slider)
        below = row(self._count, size, slider)
        below.setStretch(0, 1)
        end = row(QuietLabel(_NOTICE), end_box(self))
        end.setStretch(0, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(folder)
        layout.addWidget(self._filters)
        layout.addWidget(parts, 1)
        layout.addLayout(below)
        layout.addWidget(self._work)
        layout.addWidget(self._said)
        layout.addLayout(end)

    def _connect(self) -> None:
        self._choose.clicked.connect(self._maps.ask_folder)
        self._filters.changed.connect(self._maps.search)
        self._grid.chosen.connect(self._row_chosen)
        self._grid.opened.connect(self._wear_row)
        self._wear.clicked.connect(lambda: self._wear_row(self._grid.currentIndex().row()))
        self._off.clicked.connect(self._verbs.wearing.take_off)
        self._open.clicked.connect(self._open_current)

    def _state_changed(self, state: AppState, before: AppState) -> None:
        changed = state.uv_maps is not self._shown or state.wear is not self._worn
        if changed or state.shown.result is not before.shown.result:
            self._show(state)

    def _show(self, state: AppState) -> None:
        maps, before, worn_before = state.uv_maps, self._shown, self._worn
        self._shown, self._worn = maps, state.wear
        if before is None or maps.folder != before.folder:
            self._folder.setText(str(maps.folder or ""))
            self._folder.setCursorPosition(0)
        if before is None or maps.found is not before.found or maps.index is not before.index:
            self._show_found(maps, before)
        if before is None or maps.chosen is not before.chosen:
            self._side.show_chosen(maps.chosen)
        if before is None or maps.said is not before.said:
            self._said.show_said(maps.said)
        elif worn_before is not None and state.wear.said is not worn_before.said:
            self._said.show_said(state.wear.said)
        busy = Progress(f"Putting on {state.wear.putting_on}") if state.wear.putting_on else maps.updating
        self._work.show_progress(busy, can_cancel=not state.wear.putting_on)
        self._choose.setEnabled(not maps.opening)
        self._grid.placeholder = _placeholder(maps)
        result = state.shown.result
        self._off.setEnabled(result is not None and any(is_map(name) for name in result.textures))
        self._show_buttons()

    def _show_found(self, maps: UvMapsState, before: UvMapsState | None) -> None:
        if maps.found is None or maps.index is None:
            self._pictures = None
            self._grid.show_source(NoPictures())
            self._count.setText("")
            return
        same = before is not None and before.index is maps.index and before.found is not None
        stays = same and before is not None and before.found is not None and before.found.wish == maps.found.wish
        bar = self._grid.verticalScrollBar()
        scrolled = bar.value()
        chosen = self._current_key()
        self._pictures = UvMapPictures(maps.found, maps.index, self._thumbnails)
        row_of_chosen = self._pictures.row_of(chosen) if same and chosen is not None else -1
        self._grid.show_source(self._pictures, row=row_of_chosen)
        if stays:  # more of the same, found since: what is looked at stays in place
            self._grid.doItemsLayout()
            bar.setValue(scrolled)
        total = max(maps.found.total, len(maps.found.keys))
        self._count.setText(f"{len(maps.found.keys):,} of {counted(total, 'map')}")

    def _show_buttons(self) -> None:
        there = self._current_key() is not None
        self._wear.setEnabled(there and not self._store.state.wear.putting_on)
        self._open.setEnabled(there)

    def _current_key(self) -> int | None:
        number = self._grid.currentIndex().row()
        pictures = self._pictures
        return int(pictures.keys[number]) if pictures is not None and 0 <= number < pictures.count else None

    def _row_chosen(self, number: int) -> None:
        pictures = self._pictures
        there = pictures is not None and 0 <= number < pictures.count
        self._maps.choose(int(pictures.keys[number]) if pictures is not None and there else None)
        self._show_buttons()

    def _wear_row(self, number: int) -> None:
        pictures = self._pictures
        if pictures is not None and 0 <= number < pictures.count:
            self._maps.wear(int(pictures.keys[number]))

    def _open_current(self) -> None:
        key = self._current_key()
        if key is not None:
            self._maps.open_picture(key)

    def ended(self) -> None:
        """Stop looking at the state and cancel what was started."""
        self._unsubscribe()
        self._grid.loader.stop()
        self._thumbnails.close()
        self._maps.cancel()


def _placeholder(maps: UvMapsState) -> str:
    """What stands in place of maps when there are none."""
    if maps.index is None:
        return "" if maps.opening else _NO_FOLDER
    if maps.updating is not None or maps.searching:
        return "Looking for maps…"
    return "No map is found by this search." if maps.found is not None and maps.found.total else "There are no maps."
