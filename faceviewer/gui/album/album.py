"""Tools > FFHQ album: a copy of Flickr-Faces-HQ that the user brings, to be looked through."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from faceviewer.app.ffhq_pictures import FfhqPictures
from faceviewer.app.ffhq_state import FfhqFound, FfhqState
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.datasets.ffhq.facts import Kind
from faceviewer.gui.album.filters import FilterForm
from faceviewer.gui.album.side_panel import SidePanel
from faceviewer.gui.album.texts import NOTICE, count_text, placeholder
from faceviewer.gui.browser.grid import PictureGrid
from faceviewer.gui.browser.size_slider import SizeSlider
from faceviewer.gui.browser.source import NoPictures
from faceviewer.gui.dialogs.model_bars import SaidList, quiet_button
from faceviewer.gui.dialogs.parts import WorkRow, end_box, follow, row
from faceviewer.gui.dialogs.sheet import Opener, QuietLabel, Sheet, named


class AlbumDialog(Sheet):
    """Shows ``AppState.ffhq`` and calls its verbs. Closing it cancels what it has started."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("FFHQ album", parent)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self._verbs, self._album, self._store = verbs, verbs.ffhq, verbs.store
        self._folder = named(QLineEdit(readOnly=True), "Folder of the data set", "Where the data set lies")
        self._filters = FilterForm()
        self._grid = PictureGrid()
        self._side = SidePanel()
        self._count = QLabel()
        self._opening = WorkRow(self._album.cancel_opening)
        self._said = SaidList()
        self._pictures = FfhqPictures(FfhqFound(np.zeros(0, np.int32), 0, 0), None)
        self._make_buttons()
        self._lay_out()
        self._shown: FfhqState | None = None
        self._connect()
        self._unsubscribe = follow(self, verbs.store, self._state_changed)
        self.resize(1180, 740)
        self._show(self._store.state.ffhq)
        self._album.look()
        self._album.search(self._filters.query())
        self._grid.setFocus()

    def _make_buttons(self) -> None:
        self._choose = quiet_button("Choose folder…", "Choose the folder", "Show another copy, or another part of it")
        self._statistics = quiet_button("Statistics…", "Statistics", "Count pictures by split, licence and country")
        self._verify = quiet_button("Verify files…", "Verify files", "Compare the files with the metadata")
        self._recreate = quiet_button(
            "Recreate aligned…", "Recreate aligned pictures", "Cut the aligned pictures out of the originals anew"
        )
        self._terms = quiet_button("Terms…", "Terms", "What the data set may be used for, and how photos are removed")
        self._copy = quiet_button(
            "Copy attribution", "Copy attribution", "Who made the chosen pictures and on which terms, one line for each"
        )
        self._open_aligned = quiet_button(
            "Open aligned", "Open the aligned pictures", "Open the chosen pictures as photos in faceviewer"
        )
        self._open_wild = quiet_button(
            "Open original", "Open the original pictures", "Open the photos that the chosen pictures were cut out of"
        )

    def _lay_out(self) -> None:
        where = QLabel("Folder:")
        where.setBuddy(self._folder)
        folder = row(where, self._folder, self._choose, self._statistics, self._verify, self._recreate)
        folder.setStretch(1, 1)
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self._side, 1)
        beside.addLayout(row(self._open_aligned, self._open_wild))
        beside.addWidget(self._copy)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(self._grid)
        parts.addWidget(right)
        parts.setStretchFactor(0, 1)
        parts.setChildrenCollapsible(False)
        parts.setSizes([840, 330])
        closing = end_box(self)
        size = QLabel("Size:")
        slider = SizeSlider(self._grid)
        size.setBuddy(slider)
        below = row(self._count, size, slider)
        below.setStretch(0, 1)
        notice = QuietLabel(NOTICE)
        end = row(notice, self._terms, closing)
        end.setStretch(0, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(folder)
        layout.addWidget(self._filters)
        layout.addWidget(parts, 1)
        layout.addLayout(below)
        for part in (self._opening, self._said):
            layout.addWidget(part)
        layout.addLayout(end)

    def _connect(self) -> None:
        album, filters = self._album, self._filters
        self._choose.clicked.connect(album.ask_folder)
        filters.changed.connect(album.search)
        filters.changed.connect(self._show_count)
        filters.place_chosen.connect(album.show_place)
        filters.only_there_chosen.connect(album.show_only_there)
        self._grid.chosen.connect(self._row_chosen)
        self._grid.picked.connect(self._show_count)
        self._grid.opened.connect(lambda _row: self._open(self._usual_kind()))
        self._open_aligned.clicked.connect(lambda: self._open("image"))
        self._open_wild.clicked.connect(lambda: self._open("wild"))
        self._copy.clicked.connect(lambda: album.copy_attribution(self._selected()))
        self._side.link_wanted.connect(album.open_link)
        for button, make in (
            (self._statistics, self._make_statistics),
            (self._verify, self._make_verify),
            (self._recreate, self._make_recreate),
            (self._terms, self._make_terms),
        ):
            _opens(button, make)

    def _state_changed(self, state: AppState, _before: AppState) -> None:
        if state.ffhq is not self._shown:
            self._show(state.ffhq)

    def _show(self, album: FfhqState) -> None:
        before, self._shown = self._shown, album
        if before is None or album.folder != before.folder:
            self._folder.setText(str(album.folder or ""))
            self._folder.setCursorPosition(0)
        if before is None or album.dataset is not before.dataset:
            self._filters.show_dataset(album.dataset, album.place, only_there=album.only_there)
            self._grid.forget_pictures()
        if before is None or album.found is not before.found:
            self._show_found(album)
        if before is None or album.chosen is not before.chosen:
            self._side.show_chosen(album.chosen)
        if before is None or album.said is not before.said:
            self._said.show_said(album.said)
        self._opening.show_progress(album.opening)
        self._choose.setEnabled(album.opening is None)
        if placeholder(album) != self._grid.placeholder:
            self._grid.placeholder = placeholder(album)
            self._grid.viewport().update()
        self._show_buttons(album)

    def _show_buttons(self, album: FfhqState) -> None:
        dataset, some = album.dataset, bool(len(self._selected()))
        has_index = dataset is not None and dataset.index is not None
        self._statistics.setEnabled(dataset is not None)
        self._verify.setEnabled(has_index and dataset is not None and bool(dataset.files.folders))
        self._recreate.setEnabled(has_index and dataset is not None and dataset.files.of("wild") is not None)
        self._copy.setEnabled(some and has_index)
        self._open_aligned.setEnabled(some and dataset is not None and dataset.files.of("image") is not None)
        self._open_wild.setEnabled(some and dataset is not None and dataset.files.of("wild") is not None)

    def _show_found(self, album: FfhqState) -> None:
        number = album.chosen.number if album.chosen is not None else -1
        if album.found is None or album.dataset is None:
            self._grid.show_source(NoPictures())
        else:
            self._pictures = FfhqPictures(album.found, album.dataset.folder(album.place))
            self._grid.show_source(self._pictures, row=self._pictures.row_of(number))
        self._show_count()

    def _show_count(self) -> None:
        album = self._store.state.ffhq
        self._count.setText(count_text(album, len(self._selected()), self._filters.trouble()))
        self._show_buttons(album)

    def _selected(self) -> np.ndarray:
        """(n,) the numbers of the selected pictures."""
        rows = self._grid.selected_rows()
        return self._pictures.numbers[rows[rows < self._pictures.count]]

    def _row_chosen(self, number_of_row: int) -> None:
        there = 0 <= number_of_row < self._pictures.count
        self._album.choose(self._pictures.number(number_of_row) if there else None)

    def _usual_kind(self) -> Kind:
        """What Enter opens: the aligned picture for its thumbnail, otherwise what is shown."""
        album = self._store.state.ffhq
        folder = album.dataset.folder(album.place) if album.dataset is not None else None
        if folder is None or (folder.kind == "thumbnail" and album.dataset and album.dataset.files.of("image")):
            return "image"
        return folder.kind

    def _open(self, kind: Kind) -> None:
        self._album.open_pictures(self._selected(), kind)

    def _make_statistics(self) -> QDialog:
        from faceviewer.gui.album.statistics import StatisticsDialog

        return StatisticsDialog(self._verbs, self)

    def _make_verify(self) -> QDialog:
        from faceviewer.gui.album.verify import VerifyDialog

        return VerifyDialog(self._verbs, self)

    def _make_recreate(self) -> QDialog:
        from faceviewer.gui.album.recreate import RecreateDialog

        return RecreateDialog(self._verbs, self)

    def _make_terms(self) -> QDialog:
        from faceviewer.gui.album.terms import TermsDialog

        return TermsDialog(self._verbs, self)

    def ended(self) -> None:
        """Stop looking at the state and cancel what was started."""
        for dialog in self.findChildren(QDialog):
            dialog.close()
        self._unsubscribe()
        self._grid.loader.stop()
        self._album.cancel()
        self._verbs.ffhq_jobs.cancel()


def _opens(button: QPushButton, make: Callable[[], QDialog]) -> None:
    opener = Opener(make)
    button.clicked.connect(lambda: opener())
