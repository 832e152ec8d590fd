"""The chosen sample twice: with the truth drawn on it, and with an engine's result; below, both in numbers."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSplitter, QVBoxLayout, QWidget

from faceviewer.app.distance import distance_of
from faceviewer.app.head_pose_rows import CONVENTIONS, origin_note
from faceviewer.app.head_pose_sets import HeadPoseSets
from faceviewer.app.head_pose_sets_state import FaceDrawing, HeadPoseChosen, HeadPoseSetsState
from faceviewer.engines.registry import engine_spec
from faceviewer.gui.dialogs.model_bars import quiet_button
from faceviewer.gui.dialogs.parts import PlainLabel, engine_box, label_for, row
from faceviewer.gui.dialogs.sheet import named
from faceviewer.gui.head_pose_sets.face_pane import FacePane
from faceviewer.gui.head_pose_sets.row_table import RowTable

_LAYERS = (
    ("landmarks", "&Landmarks", "The 68 landmarks"),
    ("axes", "&Axes", "How the head is turned: x to the subject's left, y up, z out of the face"),
    ("box", "&Box", "The face's box: the data set's, and the one that the engine's search found"),
    ("mesh", "&Mesh", "The triangles of the head, or its vertices where nobody knows the triangles"),
)
_NOTHING = "Choose a sample."
_NO_RESULT = "Reconstruct shows the result."
_NOT_MADE = "The engine made no head of this photo."
_NO_TRUTH = "The annotation cannot be read."
_NO_PHOTO = "The photo cannot be read."


class SamplePanel(QWidget):
    """Shows the chosen sample of ``HeadPoseSetsState``."""

    def __init__(self, sets: HeadPoseSets) -> None:
        super().__init__()
        self._sets = sets
        self._shown: HeadPoseSetsState | None = None
        self._name = PlainLabel("Sample")
        self._truth, self._result = FacePane("Photo with the truth"), FacePane("Photo with the engine's result")
        self._engine = engine_box("What makes the head")
        self._focal = named(
            QCheckBox("&True focal length"), "True focal length",
            "Tell the engine the focal length of the data set's camera. Without, it assumes one as for any photo.",
        )  # fmt: skip
        self._checks = {name: named(QCheckBox(text), text.replace("&", ""), hint) for name, text, hint in _LAYERS}
        self._table = RowTable()
        self._notes = PlainLabel("Notes")
        self.reconstruct = quiet_button("&Reconstruct", "Reconstruct", "Have the engine make this head (Enter)")
        self._open = quiet_button("&Open in the window", "Open in the window", "Put the photo into the window's list")
        self._compare = quiet_button(
            "&Compare in 3D", "Compare in 3D",
            "Set the true head and the engine's beside each other in the window, with their distance as a heat map. "
            "Needs a data set with meshes, and a result.",
        )  # fmt: skip
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        engine = label_for("&Engine:", self._engine)
        faces = QHBoxLayout()
        truth = QLabel("Truth")
        truth.setMinimumHeight(self._engine.sizeHint().height())  # so that both photos have one size
        for head, pane in ((truth, self._truth), (row(engine, self._engine, self._focal), self._result)):
            column = QVBoxLayout()
            column.addWidget(head) if isinstance(head, QWidget) else column.addLayout(head)
            column.addWidget(pane, 1)
            faces.addLayout(column, 1)
        above, below = QWidget(), QWidget()
        upper = QVBoxLayout(above)
        upper.addWidget(self._name)
        upper.addLayout(faces, 1)
        shown = row(QLabel("Show:"), *self._checks.values(), self.reconstruct, self._open, self._compare)
        shown.insertStretch(1 + len(self._checks), 1)
        upper.addLayout(shown)
        lower = QVBoxLayout(below)
        lower.addWidget(self._table, 1)
        lower.addWidget(self._notes)
        parts = QSplitter(Qt.Orientation.Vertical)
        for part, inner in ((above, upper), (below, lower)):
            inner.setContentsMargins(0, 0, 0, 0)
            parts.addWidget(part)
        parts.setChildrenCollapsible(False)
        parts.setStretchFactor(0, 1)
        parts.setSizes([420, 250])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(parts)

    def _connect(self) -> None:
        for name, check in self._checks.items():
            check.toggled.connect(partial(self._layer_toggled, name))
        self._engine.activated.connect(lambda _: self._sets.choose_engine(self._engine.currentData()))
        self._truth.moved.connect(self._result.follow)
        self._result.moved.connect(self._truth.follow)
        self._focal.toggled.connect(self._sets.tell_focal)
        self.reconstruct.clicked.connect(self._sets.reconstruct)
        self._open.clicked.connect(self._sets.open_photo)
        self._compare.clicked.connect(self._sets.compare_in_3d)

    def show_state(self, shown: HeadPoseSetsState) -> None:
        """Show what has changed."""
        before, self._shown = self._shown, shown
        chosen, made = shown.chosen, shown.made
        with QSignalBlocker(self._engine):
            self._engine.setCurrentIndex(self._engine.findData(self._sets.engine()))
        for name, check in self._checks.items():
            with QSignalBlocker(check):
                check.setChecked(getattr(shown.layers, name))
        K = None if chosen is None or chosen.sample is None else chosen.sample.truth.K
        with QSignalBlocker(self._focal):
            self._focal.setChecked(shown.true_focal)
        self._focal.setEnabled(K is not None and engine_spec(self._sets.engine()).follows_focal)
        photo = chosen.photo if chosen is not None else None
        self.reconstruct.setEnabled(photo is not None and not shown.reading and shown.job is None)
        self._open.setEnabled(photo is not None)
        self._compare.setEnabled(made is not None and chosen is not None and chosen.true_head is not None)
        if before is not None and _drawn(before) == _drawn(shown):
            return
        self._name.show_text("" if chosen is None else chosen.key)
        truth = FaceDrawing() if chosen is None else chosen.drawing
        self._truth.show_face(photo, truth, shown.layers, _lacking(chosen))
        result = FaceDrawing() if made is None else made.drawing
        hint = "" if made is not None else _NOT_MADE if shown.failed else _NO_RESULT
        self._result.show_face(photo, result, shown.layers, hint if photo is not None else "")
        self._table.show_rows(shown.rows)
        self._notes.setText(_notes(shown))

    def _layer_toggled(self, name: str, on: bool) -> None:
        self._sets.show_layers(**{name: on})


def _lacking(chosen: HeadPoseChosen | None) -> str:
    """What to write over the photo; the whole story is among the notes."""
    if chosen is None:
        return _NOTHING
    return _NO_PHOTO if chosen.photo is None else _NO_TRUTH if chosen.sample is None else ""


def _drawn(shown: HeadPoseSetsState) -> tuple[object, ...]:
    return shown.chosen, shown.made, shown.failed, shown.layers, shown.rows, shown.dataset


def _notes(shown: HeadPoseSetsState) -> str:
    chosen, made, dataset = shown.chosen, shown.made, shown.dataset
    if chosen is None or dataset is None:
        return ""
    lines = list(chosen.troubles)
    if chosen.sample is not None:
        lines += [
            CONVENTIONS[dataset.angles],
            *(f"{note[0].upper()}{note[1:]}." for note in chosen.sample.notes if note),
        ]
        if chosen.true_head is not None and not chosen.sample.truth.shape_is_posed:
            lines.append("The true mesh is the subject's head at rest, not the face of this photo.")
    if made is not None and chosen.photo is not None:
        told = f"The engine was told the data set's focal length of {made.focal_px:.0f} px." if made.focal_px else ""
        lines.append(told or distance_of(made.result).assumption)
    lines.append(origin_note(shown.rows))
    return "\n".join(line for line in lines if line)
