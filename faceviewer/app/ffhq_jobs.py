"""Verbs on the files of Flickr-Faces-HQ that take long: checking them, and making aligned pictures of originals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from faceviewer.app.ffhq_state import FfhqJob, FfhqRecreation, FfhqState, WorkTask
from faceviewer.app.latest import Latest
from faceviewer.app.models_state import Said, SaidLevel
from faceviewer.app.store import Store
from faceviewer.app.ui import UserInterface
from faceviewer.jobs.background import Background, Outcome, Work
from faceviewer.types import CancelToken, Progress, ProgressCallback

if TYPE_CHECKING:
    from faceviewer.app.ffhq_checks import Estimate
    from faceviewer.datasets.ffhq.recreate_plan import RecreateRequest
    from faceviewer.datasets.ffhq.verify_report import VerifyReport

REPORT_SUFFIXES = (".csv", ".json")


class FfhqJobs:
    """Does one of them at a time, in a background of its own: searching goes on meanwhile."""

    def __init__(self, store: Store, ui: UserInterface, background: Background) -> None:
        self._store = store
        self._ui = ui
        self._line = Latest(background)
        self._saver = Latest(background)

    def verify(self, *, quick: bool, resume: bool) -> None:
        """Compare the files with the metadata: size alone, or every byte and pixel."""
        dataset = self._state.dataset
        if dataset is None or self._is_busy():
            return

        def work(progress: ProgressCallback, cancel: CancelToken) -> VerifyReport:
            from faceviewer.app import ffhq_checks
            from faceviewer.datasets.ffhq.verify import VerifyRequest

            return ffhq_checks.check_files(dataset, VerifyRequest(quick=quick, resume=resume), progress, cancel)

        self._put(verification=None)
        self._start("verify", "Looking for files", work, self._verified)

    def save_report(self) -> None:
        """Ask where to, and write what the check found as CSV or JSON."""
        report, root = self._state.verification, self._state.folder
        if report is None or root is None or self._is_busy():
            return
        patterns = [f"*{suffix}" for suffix in REPORT_SUFFIXES]
        path = self._ui.choose_target("Save the report", Path(f"{root.name}_check.csv"), patterns)
        if path is None:
            return
        if path.suffix.lower() not in REPORT_SUFFIXES:
            path = path.with_name(path.name + ".csv")

        def work(_: ProgressCallback, __: CancelToken) -> Path:
            from faceviewer.datasets.report_file import write_report

            write_report(report, path)
            return path

        def done(outcome: Outcome) -> None:
            if outcome.value is not None:
                self._say(f"{path} was written.", "ok")
            else:
                self._say(outcome.sentence, "error")

        self._saver.start("The report", work, done)

    def estimate(self, output: Path | None, first: int, stop: int | None, size: int) -> Estimate | None:
        """What making pictures would take; None when no data set is open."""
        dataset = self._state.dataset
        if dataset is None:
            return None
        from faceviewer.app import ffhq_checks

        return ffhq_checks.estimate(dataset, output, first, stop, size)

    def recreate(self, request: RecreateRequest) -> None:
        """Make aligned pictures of the originals."""
        dataset = self._state.dataset
        if dataset is None or self._is_busy():
            return

        def work(progress: ProgressCallback, cancel: CancelToken) -> FfhqRecreation:
            from faceviewer.app import ffhq_checks

            return ffhq_checks.make_again(dataset, request, progress, cancel)

        self._put(recreation=None)
        self._start("recreate", "Working out the squares", work, self._recreated)

    def reveal(self, folder: Path) -> None:
        """Show a folder in the system's file manager."""
        self._ui.reveal(folder)

    def cancel(self) -> None:
        """Stop; what was done so far is whole and stays."""
        job = self._state.job
        if job is not None and not job.stopping:
            self._line.ask_to_stop()
            self._put(job=FfhqJob(job.task, Progress("Cancelling"), stopping=True))

    def forget_said(self) -> None:
        """Nobody needs to read the last sentences again."""
        self._put(work_said=())

    @property
    def _state(self) -> FfhqState:
        return self._store.state.ffhq

    def _is_busy(self) -> bool:
        if self._line.is_busy:
            self._say("Something is still being done: wait for it or cancel it first.", "warning")
        return self._line.is_busy

    def _start(self, task: WorkTask, stage: str, work: Work, done: Callable[[Any], None]) -> None:
        def ended(outcome: Outcome) -> None:
            self._put(job=None)
            if outcome.value is not None:
                done(outcome.value)
            elif outcome.cancelled and task == "verify":
                self._say("The check was cancelled. It can go on where it was: choose that before the next.", "info")
            elif outcome.cancelled:
                self._say("Nothing was made.", "info")
            else:
                self._say(outcome.sentence, "error")

        def progressed(step: Progress) -> None:
            if (job := self._state.job) is not None and not job.stopping:
                self._put(job=FfhqJob(task, step))

        self._put(job=FfhqJob(task, Progress(stage)), work_said=())
        self._line.start(stage, work, ended, progressed)

    def _verified(self, report: VerifyReport) -> None:
        self._put(verification=report)
        checked = sum(kind.checked for kind in report.kinds)
        if not report.findings:
            self._say(f"{checked} files were checked, and all are as the metadata say.", "ok")
        elif report.is_sound:
            self._say(f"{checked} files were checked. No picture is missing or damaged.", "ok")
        else:
            self._say(f"{checked} files were checked. Some are missing or damaged: see below.", "warning")

    def _recreated(self, recreation: FfhqRecreation) -> None:
        self._put(recreation=recreation)
        counts = recreation.counts
        made = f"{counts.get('done', 0) + counts.get('differs', 0)} of {recreation.total} pictures were made"
        parts = [f"{counts[status]} {text}" for status, text in _STATUS_TEXTS.items() if counts.get(status)]
        parts += [f"{recreation.absent} have no original here"] if recreation.absent else []
        stopped = " Cancelled: what was written is complete." if recreation.stopped else ""
        bad = any(counts.get(status) for status in ("differs", "rejected", "failed"))
        text = f"{', '.join([made, *parts])}; in {recreation.output}.{stopped}"
        self._say(text, "warning" if bad or recreation.stopped else "ok")

    def _say(self, text: str, level: SaidLevel) -> None:
        self._put(work_said=(Said(text, level),))

    def _put(self, **changes: Any) -> None:
        state = self._store.state
        self._store.update(replace(state, ffhq=replace(state.ffhq, **changes)))


_STATUS_TEXTS = {
    "there": "were there already",
    "differs": "differ from the published ones",
    "rejected": "were rejected",
    "failed": "failed",
}
