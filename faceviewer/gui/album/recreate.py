"""Making the aligned pictures anew from the originals."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.ffhq_state import FfhqRecreation, FfhqState
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.datasets.ffhq.entry import MAX_NUMBER
from faceviewer.datasets.ffhq.options import AlignOptions
from faceviewer.datasets.ffhq.recreate_plan import RecreateRequest
from faceviewer.datasets.ffhq.units import bytes_text
from faceviewer.gui.album.report_table import ReportTable
from faceviewer.gui.dialogs.model_bars import SaidList, quiet_button
from faceviewer.gui.dialogs.parts import WorkRow, counted, end_box, follow, row
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, named

_SIZES = (256, 512, 1024, 2048)


class RecreateDialog(Sheet):
    """Closing it cancels the work; pictures that were written are whole and stay."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("Recreate the aligned pictures", parent)
        self._verbs, self._jobs, self._store = verbs, verbs.ffhq_jobs, verbs.store
        self._make_fields()
        self._estimate = QuietLabel("")
        self._work = WorkRow(self._jobs.cancel)
        self._said = SaidList()
        self._troubles = ReportTable("Pictures that are not as they should be", ("Picture", "What", "Why"))
        self._start = quiet_button("Recreate", "Recreate", "Make the pictures")
        self._reveal = quiet_button("Show the folder", "Show the folder", "Open the target in the file manager")
        self._lay_out()
        self._connect()
        self._shown: FfhqState | None = None
        self._unsubscribe = follow(self, verbs.store, self._state_changed)
        self._jobs.forget_said()
        self._show(self._store.state.ffhq)
        self._refresh()
        self.resize(760, 560)

    def _make_fields(self) -> None:
        self._target = named(QLineEdit(), "Target folder", "Where the pictures are written; it is made when missing")
        self._choose = quiet_button("Choose…", "Choose the target folder", "Choose where the pictures are written")
        self._size = named(QComboBox(), "Size", "Side of the pictures; the published ones have 1024 pixels")
        for side in _SIZES:
            self._size.addItem(f"{side} × {side}", side)
        self._size.setCurrentIndex(_SIZES.index(1024))
        self._first, self._last = (
            named(QSpinBox(), name, hint)
            for name, hint in (
                ("First number", "Pictures with lower numbers are left out"),
                ("Last number", "Pictures with higher numbers are left out"),
            )
        )
        for box in (self._first, self._last):
            box.setRange(0, MAX_NUMBER)
        self._last.setValue(69_999)
        self._rotation = named(QCheckBox("Turn faces upright"), "Turn faces upright", "As the published ones are")
        self._padding = named(
            QCheckBox("Continue the picture beyond its borders"),
            "Continue the picture beyond its borders",
            "Mirrored and blurred, as in the published ones; without, there is black",
        )
        for box in (self._rotation, self._padding):
            box.setChecked(True)
        self._shift = named(
            QDoubleSpinBox(decimals=2, singleStep=0.05),
            "Random shift",
            'Standard deviation of a random shift of the square, in sides; 0 for none, 0.2 in "unaligned FFHQ"',
        )
        self._shift.setRange(0, 10)
        self._retry = named(
            QCheckBox("Shift again while the square leaves the picture"),
            "Shift again while the square leaves the picture",
            "Pictures of which no shift fits are rejected, and told",
        )
        self._resume = named(
            QCheckBox("Leave pictures that are there already"),
            "Leave pictures that are there already",
            "Go on where an earlier run with the same choices ended",
        )
        self._resume.setChecked(True)
        self._by_position = named(
            QCheckBox("Name them by their place in the JSON"),
            "Name them by their place in the JSON",
            "As the data set's own script does, and not by their numbers; only a part of the JSON shows the difference",
        )
        cores = os.cpu_count() or 1
        self._workers = named(QSpinBox(), "At the same time", "Pictures made at once; each keeps about one core busy")
        self._workers.setRange(1, max(2 * cores, 2))
        self._workers.setValue(max(cores - 1, 1))

    def _lay_out(self) -> None:
        target = row(self._target, self._choose)
        numbers = row(self._first, QLabel("to"), self._last)
        numbers.addStretch(1)
        shift = row(self._shift, self._retry)
        shift.addStretch(1)
        size = row(self._size, self._rotation, self._padding)
        size.addStretch(1)
        form = QFormLayout()
        form.addRow("Target folder:", target)
        form.addRow("Numbers:", numbers)
        form.addRow("Size:", size)
        form.addRow("Random shift:", shift)
        together = row(self._workers, self._resume, self._by_position)
        together.addStretch(1)
        form.addRow("At the same time:", together)
        end = row(self._reveal)
        end.addStretch(1)
        end.addWidget(self._start)
        end.addWidget(end_box(self))
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        for part in (self._estimate, self._work, self._said):
            layout.addWidget(part)
        layout.addWidget(self._troubles, 1)
        layout.addStretch(0)
        layout.addLayout(end)

    def _connect(self) -> None:
        self._choose.clicked.connect(self._choose_target)
        self._start.clicked.connect(self._begin)
        self._start.setDefault(True)
        self._reveal.clicked.connect(lambda: (target := self._folder()) and self._jobs.reveal(target))
        self._target.textChanged.connect(self._refresh)
        self._size.currentIndexChanged.connect(self._refresh)
        for box in (self._first, self._last, self._shift):
            box.valueChanged.connect(self._refresh)

    def _choose_target(self) -> None:
        folder = self._verbs.ui.choose_folder("Choose the folder for the aligned pictures")
        if folder is not None:
            self._target.setText(str(folder))

    def _folder(self) -> Path | None:
        text = self._target.text().strip()
        return Path(os.path.abspath(os.path.expanduser(text))) if text and "\0" not in text else None

    def _refresh(self) -> None:
        """Show what the choices mean: how many pictures, how much room."""
        self._retry.setEnabled(self._shift.value() > 0)
        target, first, stop = self._folder(), self._first.value(), self._last.value() + 1
        estimate = self._jobs.estimate(target, first, stop, self._size.currentData())
        pictures = estimate.pictures if estimate is not None else 0
        text = f"{counted(pictures, 'original')} in this range"
        if estimate is not None and pictures:
            text += f"; the aligned pictures take about {bytes_text(estimate.nbytes)}"
            text += f", and {bytes_text(estimate.free)} are free" if estimate.free >= 0 else ""
        self._estimate.setText(f"{text}. Licence and attributions are written beside them.")
        idle = self._store.state.ffhq.job is None
        self._start.setEnabled(idle and bool(pictures) and target is not None and stop > first)
        self._reveal.setEnabled(target is not None and target.is_dir())

    def _begin(self) -> None:
        target = self._folder()
        if target is None:
            return
        options = AlignOptions(
            size=self._size.currentData(),
            rotation=self._rotation.isChecked(),
            padding=self._padding.isChecked(),
            random_shift=self._shift.value(),
            retry_crops=self._retry.isChecked() and self._shift.value() > 0,
        )
        first, stop = self._first.value(), self._last.value() + 1
        workers, resume, by_position = self._workers.value(), self._resume.isChecked(), self._by_position.isChecked()
        self._jobs.recreate(RecreateRequest(target, options, first, stop, workers, resume, by_position))

    def _state_changed(self, state: AppState, _before: AppState) -> None:
        if state.ffhq is not self._shown:
            self._show(state.ffhq)

    def _show(self, album: FfhqState) -> None:
        before, self._shown = self._shown, album
        job = album.job if album.job is not None and album.job.task == "recreate" else None
        self._work.show_progress(job.progress if job else None, can_cancel=bool(job and not job.stopping))
        if before is None or album.work_said is not before.work_said:
            self._said.show_said(album.work_said)
        if before is None or album.recreation is not before.recreation:
            self._show_outcome(album.recreation)
        if before is None or (album.job is None) != (before.job is None) or album.dataset is not before.dataset:
            self._refresh()

    def _show_outcome(self, made: FfhqRecreation | None) -> None:
        rows = [(f"{one.number:05d}", one.status, one.reason) for one in made.troubles] if made is not None else []
        self._troubles.setVisible(bool(rows))
        self._troubles.show_rows(rows, widths=(80, 90))

    def ended(self) -> None:
        """Stop looking at the state and cancel the work."""
        self._unsubscribe()
        job = self._store.state.ffhq.job
        if job is not None and job.task == "recreate":
            self._jobs.cancel()
