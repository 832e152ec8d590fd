"""Tools > Head-pose data sets: annotated photos that the user brings, the truth beside what an engine makes of them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from faceviewer.app.head_pose_pictures import HeadPosePictures
from faceviewer.app.head_pose_sets_state import HeadPoseSetsState
from faceviewer.app.head_pose_turns import not_looked_at
from faceviewer.app.models_state import Said
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.datasets.ffhq_uv.thumbnails import Thumbnails
from faceviewer.datasets.head_pose.facts import TERMS
from faceviewer.gui.browser.grid import PictureGrid
from faceviewer.gui.browser.size_slider import SizeSlider
from faceviewer.gui.browser.source import NoPictures
from faceviewer.gui.dialogs.model_bars import SaidList
from faceviewer.gui.dialogs.parts import WorkRow, end_box, follow, label_for, row
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, named
from faceviewer.gui.head_pose_sets.sample_panel import SamplePanel
from faceviewer.gui.head_pose_sets.set_row import TURNS, SetRow
from faceviewer.gui.user_interface import files_of
from faceviewer.types import Progress

_NO_FOLDER = (
    "Choose the folder of a data set that you have, or drop it here: ARKitFace, 300W-LP, AFLW2000-3D, BIWI, or photos "
    "of your own with a truth.json. faceviewer downloads nothing."
)


class HeadPoseSetsDialog(Sheet):
    """Shows ``AppState.head_pose_sets`` and calls its verbs. Closing it cancels what it has started."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("Head-pose data sets", parent)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint, True)
        self.setAcceptDrops(True)
        self._sets = verbs.head_pose_sets
        self._thumbnails = Thumbnails()
        self._set_row = SetRow()
        self._grid = PictureGrid()
        self._problems = SaidList()
        named(self._problems, "Problems of the data set", "What is wrong with the data set as a whole")
        self._sample = SamplePanel(self._sets)
        self._terms = QuietLabel("")
        self._work = WorkRow(self._sets.stop)
        self._said = SaidList()
        self._pictures: HeadPosePictures | None = None
        self._shown: HeadPoseSetsState | None = None
        self._lay_out()
        self._connect()
        self._unsubscribe = follow(self, verbs.store, self._state_changed)
        self.resize(1180, 780)
        self._show(verbs.store.state.head_pose_sets)
        self._sets.look()
        self._grid.setFocus()

    def _lay_out(self) -> None:
        left = QWidget()
        beside = QVBoxLayout(left)
        beside.setContentsMargins(0, 0, 0, 0)
        slider = SizeSlider(self._grid)
        below = row(label_for("Size:", slider), slider)
        below.addStretch(1)
        beside.addWidget(self._grid, 1)
        beside.addLayout(below)
        beside.addWidget(self._problems)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.addWidget(left)
        parts.addWidget(self._sample)
        parts.setStretchFactor(1, 1)
        parts.setChildrenCollapsible(False)
        parts.setSizes([330, 850])
        end = row(self._terms, end_box(self))
        end.setStretch(0, 1)
        layout = QVBoxLayout(self)
        layout.addWidget(self._set_row)
        layout.addWidget(parts, 1)
        layout.addWidget(self._work)
        layout.addWidget(self._said)
        layout.addLayout(end)

    def _connect(self) -> None:
        self._set_row.choose.clicked.connect(self._sets.ask_folder)
        self._set_row.kind_chosen.connect(self._sets.choose_kind)
        self._set_row.part_chosen.connect(self._sets.choose_part)
        self._set_row.searched.connect(self._sets.search)
        self._set_row.turn_chosen.connect(self._sets.turn)
        self._grid.chosen.connect(self._row_chosen)
        self._grid.opened.connect(lambda _: self._sets.reconstruct())

    def _state_changed(self, state: AppState, before: AppState) -> None:
        if state.head_pose_sets is not self._shown:
            self._show(state.head_pose_sets)

    def _show(self, shown: HeadPoseSetsState) -> None:
        before, self._shown = self._shown, shown
        self._leave_disabled(shown)
        self._set_row.show_set(shown)
        self._grid.placeholder = _placeholder(shown)
        if before is None or shown.found is not before.found or shown.dataset is not before.dataset:
            self._show_found(shown)
            if self._shown is not shown:  # choosing another sample has changed the state, which was shown meanwhile
                return
        if before is None or shown.dataset is not before.dataset:
            problems = () if shown.dataset is None else shown.dataset.problems
            self._problems.show_said(tuple(Said(problem, "warning") for problem in problems))
            self._terms.setText("" if shown.dataset is None else TERMS.get(shown.dataset.id, ""))
        self._sample.show_state(shown)
        if before is None or shown.said is not before.said:
            self._said.show_said(shown.said)
        self._work.show_progress(shown.job or _progress(shown))

    def _leave_disabled(self, shown: HeadPoseSetsState) -> None:
        """Give the grid the focus of what ``shown`` disables or hides.

        Qt gives it to whatever comes next: Space, pressed twice on "Reconstruct", opened the photo in the window, and
        on "Cancel" closed this one.
        """
        leaving = list(self._set_row.stand_still) if shown.opening else []
        if shown.job is not None:
            leaving.append(self._sample.reconstruct)
        elif _progress(shown) is None:
            leaving.append(self._work.cancel)
        if self.focusWidget() in leaving:
            self._grid.setFocus()

    def _show_found(self, shown: HeadPoseSetsState) -> None:
        """Show the samples of the search; the chosen one stays chosen where it is among them.

        While more samples are found, those that somebody looks at do not move away.
        """
        if shown.found is None or shown.dataset is None:
            self._pictures = None
            self._grid.show_source(NoPictures())
            return
        at, pictures, place = self._grid.currentIndex().row(), self._pictures, self._grid.verticalScrollBar().value()
        number = int(pictures.rows[at]) if pictures is not None and 0 <= at < pictures.count else -1
        self._pictures = HeadPosePictures(shown.found, shown.dataset, self._thumbnails)
        self._grid.show_source(self._pictures, row=self._pictures.row_of(number))
        if pictures is not None and np.array_equal(self._pictures.rows[: pictures.count], pictures.rows):
            self._grid.verticalScrollBar().setValue(place)

    def _row_chosen(self, number: int) -> None:
        pictures = self._pictures
        there = pictures is not None and 0 <= number < pictures.count
        self._sets.choose(pictures.key_of(number) if pictures is not None and there else None)

    # Qt's names from here on

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One folder may be dropped anywhere on the dialog."""
        files = files_of(event.mimeData())
        if len(files) == 1 and files[0].is_dir():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open it."""
        (folder,) = files_of(event.mimeData())
        event.acceptProposedAction()
        self._sets.choose_folder(folder)

    def ended(self) -> None:
        """Stop looking at the state and cancel what was started."""
        self._unsubscribe()
        self._grid.loader.stop()
        self._thumbnails.close()
        self._sets.cancel()


def _progress(shown: HeadPoseSetsState) -> Progress | None:
    """How far the data set's own files are read."""
    if shown.opening:
        return Progress("Opening the data set")
    if not shown.looking or shown.named is None:
        return None
    return Progress("Looking how far heads are turned", 1 - len(not_looked_at(shown)) / max(len(shown.named.rows), 1))


def _placeholder(shown: HeadPoseSetsState) -> str:
    """What stands in place of samples when there are none."""
    if shown.opening or shown.searching or shown.looking:
        return "Looking for samples…"
    if shown.dataset is None:
        return _NO_FOLDER
    if shown.named is not None and len(shown.named.rows):
        choice = next(title for title, turned in TURNS if turned == shown.turned)
        found = " found by this search" if shown.text.strip() else ""
        so_far = " so far" if len(not_looked_at(shown)) else ""
        return f"No sample{found} comes under “{choice}” of Turned{so_far}. “Any” shows all of them."
    return "No sample is found by this search." if len(shown.dataset.keys) else "The data set lists no samples."
