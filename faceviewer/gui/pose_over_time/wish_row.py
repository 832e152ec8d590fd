"""What the next analysis is of, and how it is made."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from faceviewer.app.pose_over_time import PoseOverTime
from faceviewer.app.pose_over_time_state import PoseOverTimeState
from faceviewer.gui.dialogs.model_bars import quiet_button
from faceviewer.gui.dialogs.parts import engine_box, label_for, row
from faceviewer.gui.dialogs.sheet import named

_MOST_PEOPLE = 20


class WishRow(QWidget):
    """Two rows: the source, and the choices with the button that starts; ``starting`` comes before it is disabled."""

    starting = Signal()

    def __init__(self, verbs: PoseOverTime, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self._source = named(QLineEdit(readOnly=True), "Video", "The video, or folder of frames, to analyse")
        self._source.setPlaceholderText("Choose a video, or a folder of photos that are the frames of one")
        video = quiet_button("Choose &video…", "Choose a video", "Take a video file")
        folder = quiet_button("Choose f&older…", "Choose a folder of frames", "Take the photos of a folder as frames")
        self._engine = engine_box("What finds the pose of each head")
        self._every = named(QSpinBox(), "Every how many frames", "1 looks at all frames; 10 is ten times as quick")
        self._every.setRange(1, 1000)
        self._people = named(QSpinBox(), "People at the same time", "So many faces are followed at most")
        self._people.setRange(1, _MOST_PEOPLE)
        self._fov = named(
            QDoubleSpinBox(decimals=1),
            "Field of view",
            "Of the camera, across the picture's longer side, in degrees. Distances depend on it. The lowest value "
            "stands for not known: the engine then guesses.",
        )
        self._fov.setRange(0, 150)
        self._fov.setSuffix("°")
        self._fov.setSpecialValueText("not known")
        self._start = quiet_button("Anal&yse", "Analyse", "Find the heads in all frames; can take minutes")
        self._lay_out(video, folder)
        video.clicked.connect(verbs.ask_video)
        folder.clicked.connect(verbs.ask_folder)
        self._engine.activated.connect(lambda _: verbs.wish(engine=self._engine.currentData()))
        self._every.valueChanged.connect(lambda value: verbs.wish(every=value))
        self._people.valueChanged.connect(lambda value: verbs.wish(people=value))
        self._fov.valueChanged.connect(lambda value: verbs.wish(fov_deg=max(value, 1.0) if value else None))
        self._start.clicked.connect(self.starting)
        self._start.clicked.connect(verbs.analyse)

    def _lay_out(self, video: QWidget, folder: QWidget) -> None:
        choices = []
        for text, field in (
            ("&Engine:", self._engine), ("Every &N frames:", self._every), ("At &most people:", self._people),
            ("&Field of view:", self._fov),
        ):  # fmt: skip
            choices += [label_for(text, field), field]
        source = row(label_for("Video:", self._source), self._source, video, folder)
        source.setStretch(1, 1)
        wishes = row(*choices)
        wishes.addStretch(1)
        wishes.addWidget(self._start)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(source)
        layout.addLayout(wishes)

    def show_wish(self, state: PoseOverTimeState) -> None:
        """Show what is wished for; it cannot be started twice."""
        wish = state.wish
        text = str(wish.source or "")
        if self._source.text() != text:
            self._source.setText(text)
            self._source.setToolTip(text or "The video, or folder of frames, to analyse")
        with QSignalBlocker(self._every), QSignalBlocker(self._people), QSignalBlocker(self._fov):
            self._engine.setCurrentIndex(max(self._engine.findData(self._verbs.engine()), 0))
            self._every.setValue(wish.every)
            self._people.setValue(wish.people)
            if self._fov.value() != (wish.fov_deg or 0.0):  # else "62." is "62" again before its decimals are typed
                self._fov.setValue(wish.fov_deg or 0.0)
        self._start.setEnabled(wish.source is not None and state.job is None)
