"""The blendshapes panel: what the network saw of the expression in the photo."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from faceviewer.app.slider_titles import expression_title
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.panels.bars import Bar, BarChart
from faceviewer.gui.panels.naming import centred_note, named
from faceviewer.gui.panels.sleeping_panel import SleepingPanel
from faceviewer.types import BLENDSHAPE_NAMES, Face

_NO_FACE = "The 52 blendshapes of the face appear here once one is found."
_NO_BLENDSHAPES = "This face came without blendshapes."
_ORDERS = ("By name", "Strongest first")


class BlendshapesPanel(SleepingPanel):
    """52 bars of ``Face.blendshapes``, as seen in the photo: sliders do not change them."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Blendshapes")
        self._face: Face | None = None
        self.order = named(QComboBox(self), "Order of the bars", "In which order the bars stand")
        self.order.addItems(_ORDERS)
        self.order.currentIndexChanged.connect(self._draw)
        self.chart = BarChart(self)
        self.chart.setAccessibleName("Blendshapes seen in the photo")
        self.message = centred_note(_NO_FACE, self)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the arrow keys scroll
        area.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        area.setWidget(self.chart)
        top = QHBoxLayout()
        caption = QLabel("As seen in the photo", self)
        caption.setToolTip("What the network found, 0 to 1; moving sliders does not change it")
        top.addWidget(caption, 1)
        top.addWidget(self.order)
        content = QWidget(self)
        column = QVBoxLayout(content)
        column.setContentsMargins(6, 6, 0, 0)
        column.addLayout(top)
        column.addWidget(area, 1)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.message)
        self._stack.addWidget(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    def show_change(self, state: AppState, before: AppState) -> None:
        """Show the bars of the chosen face."""
        face = _shown_face(state)
        if face is not self._face:
            self._face = face
            self._draw()

    def _draw(self) -> None:
        blendshapes = self._face.blendshapes if self._face is not None else None
        if blendshapes is None:
            self.message.setText(_NO_FACE if self._face is None else _NO_BLENDSHAPES)
            self._stack.setCurrentIndex(0)
            return
        pairs = list(zip(BLENDSHAPE_NAMES, blendshapes.tolist(), strict=True))
        if self.order.currentIndex() == 1:
            pairs.sort(key=_strength, reverse=True)
        self.chart.show_bars(tuple(Bar(expression_title(name), value, _explanation(name)) for name, value in pairs))
        self._stack.setCurrentIndex(1)


def _shown_face(state: AppState) -> Face | None:
    """The face of the shown head, or the chosen face while there is no head of it."""
    shown = state.shown
    if shown.result is not None:
        return shown.result.face
    return shown.faces[shown.face_number - 1] if 1 <= shown.face_number <= len(shown.faces) else None


def _strength(pair: tuple[str, float]) -> float:
    return pair[1]


def _explanation(name: str) -> str:
    if name == "_neutral":
        return "_neutral: the network's first output, not an expression."
    return f"{name}: 0 is none, 1 is full. Left and right are the subject's."
