"""Verbs around a worker that only notes what it was asked, and a window that answers as told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from faceviewer.app.recent import RecentFiles
from faceviewer.app.settings import Settings
from faceviewer.app.verbs import Verbs, build_verbs
from faceviewer.jobs.background import Background, Delivery, Outcome, Work
from faceviewer.jobs.jobs import Job
from faceviewer.types import CancelToken, FaceviewerError


@dataclass
class NotingWorker:
    """Takes jobs and cancellations down."""

    jobs: list[Job] = field(default_factory=list)
    cancelled: int = 0

    def submit(self, job: Job) -> None:
        self.jobs.append(job)

    def cancel_all(self) -> None:
        self.cancelled += 1
        for job in self.jobs:
            job.cancel.cancel()


class ReadsAtOnce:
    """Reads photos in the calling thread."""

    def submit(self, title: str, work: Work, done: Callable[[Outcome], None]) -> CancelToken:
        try:
            outcome = Outcome(work(lambda _: None, CancelToken()))
        except FaceviewerError as error:
            outcome = Outcome(error=str(error))
        done(outcome)
        return CancelToken()


@dataclass
class ToldInterface:
    """Gives the answers it was told beforehand."""

    photos: list[Path] = field(default_factory=list)
    target: Path | None = None
    content: np.ndarray | list[Path] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)

    def choose_photos(self) -> list[Path]:
        return self.photos

    def choose_folder(self, title: str) -> Path | None:
        return self.target

    def choose_file(self, title: str, patterns: Sequence[str]) -> Path | None:
        return self.target

    def choose_target(self, title: str, suggestion: Path, patterns: Sequence[str]) -> Path | None:
        return self.target

    def confirm(self, question: str, verb: str) -> bool:
        return True

    def clipboard(self) -> np.ndarray | list[Path]:
        return self.content

    def copy_text(self, text: str) -> None:
        self.copied.append(text)

    def copy_picture(self, rgba: np.ndarray) -> None:
        self.copied.append("picture")

    def viewport_picture(self, scale: int, transparent: bool) -> np.ndarray | None:
        return None

    def open_dialog(self, name: str) -> None:
        self.dialogs.append(name)

    def open_page(self, address: str) -> None: ...

    def reveal(self, path: Path) -> None: ...

    def toggle_full_screen(self) -> None: ...

    def toggle_panel(self, name: str) -> None: ...

    def reset_layout(self) -> None: ...

    def quit(self) -> None: ...


@dataclass
class Rooms:
    """Verbs with what stands around them."""

    verbs: Verbs
    worker: NotingWorker
    ui: ToldInterface
    deliveries: list[Delivery]
    background: Background

    @property
    def state(self):
        return self.verbs.store.state

    def finish_background(self) -> None:
        """Let what was asked for in the background end, and hand everything over."""
        assert self.background.close()
        for delivery in self.deliveries:
            delivery.hand_over()
        self.deliveries.clear()


def make_rooms(folder: Path) -> Rooms:
    """Verbs whose files lie in ``folder``."""
    settings = Settings(folder / "settings.json")
    worker, ui, deliveries = NotingWorker(), ToldInterface(), []
    background = Background(deliveries.append)
    recent = RecentFiles(settings, folder / "recent.json")
    verbs = build_verbs(
        ui=ui, worker=worker, reader=ReadsAtOnce(), background=background, settings=settings, recent=recent
    )
    return Rooms(verbs, worker, ui, deliveries, background)
