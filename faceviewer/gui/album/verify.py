"""Comparing the files of the data set with its metadata."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QRadioButton, QVBoxLayout, QWidget

from faceviewer.app.ffhq_state import FfhqState
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.datasets.ffhq.facts import TITLES
from faceviewer.datasets.ffhq.verify_report import VerifyReport
from faceviewer.gui.album.report_table import ReportTable
from faceviewer.gui.dialogs.model_bars import SaidList, quiet_button
from faceviewer.gui.dialogs.parts import WorkRow, end_box, follow, row
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, named

_TOTALS = ("Folder", "Files", "Whole", "Missing", "Wrong size", "Wrong md5", "Wrong pixels", "Re-encoded", "Surplus")
_ABOUT = (
    "Missing, wrong size, wrong md5 and wrong pixels are damages. A re-encoded file has other bytes and the very "
    "same pixels; a surplus file is one that the metadata do not name."
)


class VerifyDialog(Sheet):
    """Closing it cancels a check, which can go on later where it was."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("Verify the files of Flickr-Faces-HQ", parent)
        self._jobs, self._store = verbs.ffhq_jobs, verbs.store
        self._quick = named(
            QRadioButton("&Quick: presence and size"), "Quick check", "Whether each file is there, of the right bytes"
        )
        self._full = named(
            QRadioButton("&Full: every byte and pixel"),
            "Full check",
            "Also the md5 of each file and of its pixels; the whole set takes hours",
        )
        self._quick.setChecked(True)
        self._resume = named(
            QCheckBox("&Go on where it was cancelled"),
            "Go on where it was cancelled",
            "Files that the last check had reached are not read again, unless they have changed since",
        )
        self._start = quiet_button("Verify", "Verify", "Begin the check")
        self._save = quiet_button("Save report…", "Save the report", "Write all findings as CSV or JSON")
        self._work = WorkRow(self._jobs.cancel)
        self._said = SaidList()
        self._totals = ReportTable("Totals by folder", _TOTALS)
        self._findings = ReportTable("Findings", ("Kind", "File", "Problem", "Details"))
        self._lay_out()
        self._start.clicked.connect(self._begin)
        self._start.setDefault(True)
        self._save.clicked.connect(self._jobs.save_report)
        self._shown: FfhqState | None = None
        self._unsubscribe = follow(self, verbs.store, self._state_changed)
        self._jobs.forget_said()
        self._show(self._store.state.ffhq)
        self.resize(860, 560)

    def _lay_out(self) -> None:
        choices = row(self._quick, self._full, self._resume)
        choices.addStretch(1)
        choices.addWidget(self._start)
        self._totals.setFixedHeight(4 * (self.fontMetrics().height() + 10) + 8)
        end = row(self._save)
        end.addStretch(1)
        end.addWidget(end_box(self))
        layout = QVBoxLayout(self)
        layout.addLayout(choices)
        for part in (self._work, self._said, self._totals):
            layout.addWidget(part)
        layout.addWidget(self._findings, 1)
        layout.addStretch(0)
        layout.addWidget(QuietLabel(_ABOUT))
        layout.addLayout(end)

    def _begin(self) -> None:
        self._jobs.verify(quick=self._quick.isChecked(), resume=self._resume.isChecked())

    def _state_changed(self, state: AppState, _before: AppState) -> None:
        if state.ffhq is not self._shown:
            self._show(state.ffhq)

    def _show(self, album: FfhqState) -> None:
        before, self._shown = self._shown, album
        job = album.job if album.job is not None and album.job.task == "verify" else None
        self._work.show_progress(job.progress if job else None, can_cancel=bool(job and not job.stopping))
        self._start.setEnabled(album.job is None and album.dataset is not None)
        if before is None or album.work_said is not before.work_said:
            self._said.show_said(album.work_said)
        if before is None or album.verification is not before.verification:
            self._show_report(album.verification)

    def _show_report(self, report: VerifyReport | None) -> None:
        self._save.setEnabled(report is not None)
        self._totals.setVisible(report is not None)
        self._findings.setVisible(report is not None)
        if report is not None:
            self._totals.show_rows([self._spoken(line) for line in report.table()[1:]], widths=(170,))
            rows = [(TITLES[one.kind], one.path, one.problem, one.detail) for one in report.findings]
            self._findings.show_rows(rows, widths=(130, 290, 100))

    @staticmethod
    def _spoken(line: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(cell if cell != "0" else "–" for cell in line)

    def ended(self) -> None:
        """Stop looking at the state and cancel a check."""
        self._unsubscribe()
        job = self._store.state.ffhq.job
        if job is not None and job.task == "verify":
            self._jobs.cancel()
