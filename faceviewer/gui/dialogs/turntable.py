"""The dialog that turns the head around and writes what is seen as PNG frames, GIF or MP4."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.state import ViewCamera, ViewState
from faceviewer.app.turntable import TurntablePlan, TurntableRun, cameras
from faceviewer.app.verbs import Verbs
from faceviewer.gui.dialogs.sheet import PaletteWatcher, QuietLabel, Sheet, named
from faceviewer.gui.dialogs.target import TargetRows
from faceviewer.gui.theme import level_color
from faceviewer.jobs.background import Outcome
from faceviewer.types import FaceMesh, FaceviewerError

ViewPicture = Callable[[tuple[int, int], bool], np.ndarray | None]
"""((width, height), transparent) -> the 3D view as it is now, (H, W, 3 or 4) uint8."""

_KINDS = (("MP4 video", "mp4"), ("Animated GIF", "gif"), ("PNG frames", "png"))
_MOTIONS = (("Once around", "turn"), ("To and fro", "swing"))
_EASES = (("Steady", "none"), ("Slow at the ends", "in-out"))
_SIZES = ((480, 480), (720, 720), (1080, 1080), (1280, 720), (1920, 1080), (2160, 2160))
_RATES = (10, 15, 20, 24, 25, 30, 50, 60)


class TurntableDialog(Sheet):
    """Draws one frame per turn of the event loop, so that the window goes on answering."""

    def __init__(self, verbs: Verbs, picture: ViewPicture, parent: QWidget | None = None) -> None:
        super().__init__("Turntable", parent)
        self._verbs = verbs
        self._picture = picture
        self._run: TurntableRun | None = None
        self._finishing = False
        self._view_before: ViewState | None = None
        self._mesh: FaceMesh | None = None  # that goes around
        self._kind = named(_combo(_KINDS), "Files", "What is written")
        self._motion = named(_combo(_MOTIONS), "Motion", "How the camera goes around the head")
        self._swing = named(QSpinBox(), "Swing", "How far to each side")
        self._swing.setRange(5, 90)
        self._swing.setValue(45)
        self._swing.setSuffix("°")
        self._ease = named(_combo(_EASES), "Pace", "Steady, or slow at the beginning and end")
        self._seconds = named(QDoubleSpinBox(decimals=1), "Length", "How long one round takes")
        self._seconds.setRange(0.5, 60)
        self._seconds.setValue(4)
        self._seconds.setSuffix(" s")
        self._rate = named(_combo([(f"{rate} per second", rate) for rate in _RATES]), "Frames", "More is smoother")
        self._size = named(_combo([(f"{w} × {h}", (w, h)) for w, h in _SIZES]), "Size", "Pixels of each frame")
        self._transparent = named(
            QCheckBox("Without background"), "Without background", "Transparent beside the head; not for MP4"
        )
        self._target = TargetRows(verbs.ui, "Files are called after it")
        self._summary = QuietLabel("")
        self._trouble = QLabel(wordWrap=True)
        self._progress = named(QProgressBar(), "Progress", "How many frames are drawn")
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._make = self._buttons.addButton("Make", QDialogButtonBox.ButtonRole.AcceptRole)
        self._make.setToolTip("Draw the frames and write the files")
        self._make.setDefault(True)
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._step)
        self._lay_out()
        self._rate.setCurrentIndex(self._rate.findData(30))
        self._size.setCurrentIndex(1)
        self._target.show_folder(verbs.exporting.folder())
        self._target.suggest_name(f"{verbs.exporting.plan().stem}_turntable")
        self._connect()
        PaletteWatcher(self, self._recolor)
        self._recolor()
        self._refresh()
        self.resize(480, self.sizeHint().height())
        self._make.setFocus()

    def _lay_out(self) -> None:
        motion, length = QHBoxLayout(), QHBoxLayout()
        motion.addWidget(self._motion, 1)
        motion.addWidget(self._swing)
        length.addWidget(self._seconds, 1)
        length.addWidget(self._rate, 1)
        rows = (
            ("Files:", self._kind),
            ("Motion:", motion),
            ("Pace:", self._ease),
            ("Length:", length),
            ("Size:", self._size),
            ("", self._transparent),
        )
        self._target.put_above(rows)
        self._choices = QWidget()
        self._target.setContentsMargins(0, 0, 0, 0)
        self._choices.setLayout(self._target)
        layout = QVBoxLayout(self)
        layout.addWidget(self._choices)
        layout.addWidget(self._summary)
        layout.addWidget(self._trouble)
        layout.addWidget(self._progress)
        layout.addStretch(1)
        layout.addWidget(self._buttons)
        for hidden in (self._trouble, self._progress):
            hidden.hide()

    def _connect(self) -> None:
        for choice in (self._kind, self._motion, self._ease, self._rate, self._size):
            choice.currentIndexChanged.connect(self._refresh)
        for number in (self._swing, self._seconds):
            number.valueChanged.connect(self._refresh)
        self._transparent.toggled.connect(self._refresh)
        self._target.changed.connect(self._refresh)
        self._buttons.accepted.connect(self._start)
        self._buttons.rejected.connect(self.reject)

    def _plan(self) -> TurntablePlan:
        return TurntablePlan(
            folder=self._target.folder or self._verbs.exporting.folder(),
            stem=self._target.stem or "turntable",
            kind=self._kind.currentData(),
            size=self._size.currentData(),
            seconds=self._seconds.value(),
            frames_per_second=self._rate.currentData(),
            motion=self._motion.currentData(),
            swing_deg=self._swing.value(),
            ease=self._ease.currentData(),
            transparent=self._transparent.isChecked(),
        )

    def _refresh(self) -> None:
        plan = self._plan()
        self._swing.setVisible(plan.motion == "swing")
        self._transparent.setEnabled(plan.kind != "mp4")
        names = {
            "png": f"{plan.stem}_0001.png to {plan.stem}_{plan.frame_count:04d}.png",
            "gif": f"{plan.stem}.gif",
            "mp4": f"{plan.stem}.mp4",
        }
        width, height = plan.size
        target = plan.folder / f"{plan.stem}{'_0001.png' if plan.kind == 'png' else '.' + plan.kind}"
        note = " A file of this name will be replaced." if target.exists() else ""
        self._summary.setText(
            f"{plan.frame_count} frames of {width} × {height} pixels in {names[plan.kind]}.{note} "
            "Repeated, the movement goes on without a jump."
        )

    def _recolor(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, level_color("error", palette))
        self._trouble.setPalette(palette)

    def _start(self) -> None:
        state = self._verbs.store.state
        if state.shown.mesh is None or self._run is not None:
            return
        plan = self._plan()
        try:
            frames = cameras(plan, state.view.camera, state.shown.mesh.vertices)
            self._run = TurntableRun(plan, frames, self._draw)
        except FaceviewerError as error:
            self._fail(str(error))
            return
        self._view_before, self._mesh = state.view, state.shown.mesh
        self._trouble.hide()
        self._progress.setRange(0, len(frames))
        self._progress.show()
        self._choices.setEnabled(False)
        self._make.setEnabled(False)
        self._timer.start()

    def _draw(self, camera: ViewCamera, size: tuple[int, int], transparent: bool) -> np.ndarray:
        if self._verbs.store.state.shown.mesh is not self._mesh:  # half of the files showed one head, half the other
            raise FaceviewerError("The head changed while it was drawn; nothing was written.")
        self._verbs.viewing.set(camera=camera, through_photo=False)
        picture = self._picture(size, transparent)
        if picture is None:
            raise FaceviewerError("there is no 3D view to take pictures of")
        return picture

    def _step(self) -> None:
        if self._run is None:
            self._timer.stop()
            return
        try:
            drawn = self._run.step()
        except FaceviewerError as error:
            self._end()
            self._fail(str(error))
            return
        except BaseException:
            self._end()
            raise
        self._progress.setValue(round(self._run.fraction * self._progress.maximum()))
        if drawn:
            self._timer.stop()
            self._finishing = True
            self._progress.setRange(0, 0)
            self._verbs.exporting.in_background("The turntable", self._run.finish, self._finished)

    def _finished(self, outcome: Outcome) -> None:
        self._finishing = False
        plan = self._plan()
        self._end()
        if outcome.error:
            self._fail(outcome.error)
            return
        paths = outcome.value
        self._verbs.settings.set("export.folder", str(plan.folder))
        what = paths[0].name if len(paths) == 1 else f"{len(paths)} frames"
        self._verbs.exporting.tell_written(f"{what} written to {plan.folder}.", paths[0])
        self.accept()

    def _end(self) -> None:
        """Give the view and the choices back."""
        self._timer.stop()
        self._run = self._mesh = None
        if self._view_before is not None:
            before, self._view_before = self._view_before, None
            self._verbs.viewing.set(camera=before.camera, through_photo=before.through_photo)
        self._progress.hide()
        self._choices.setEnabled(True)
        self._make.setEnabled(True)

    def _fail(self, sentence: str) -> None:
        self._trouble.setText(sentence)
        self._trouble.show()

    # Qt's names from here on

    def reject(self) -> None:
        """Stop what is under way and leave no file behind, or close."""
        if self._finishing:
            return  # the files are being brought to their place; that cannot be taken back
        if self._run is not None:
            self._run.abort()
            self._end()
            self._fail("Cancelled; nothing was written.")
            return
        super().reject()


def _combo(items: Iterable[tuple[str, object]]) -> QComboBox:
    box = QComboBox()
    for title, value in items:
        box.addItem(title, value)
    return box
