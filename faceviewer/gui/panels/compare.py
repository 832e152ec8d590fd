"""The panel Compare: which two heads, how they are laid on each other, and how far apart they are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.state import AppState, Comparison, HeadRef
from faceviewer.app.verbs import Verbs
from faceviewer.gui.icons import icon
from faceviewer.gui.panels.sleeping_panel import SleepingPanel

_ALIGNMENTS = (
    ("similarity", "Turn, shift and scale", "Compares shapes alone: a photo has no scale, so this is the honest one."),
    ("rigid", "Turn and shift", "Keeps both sizes, which for heads from photos are assumptions."),
    ("none", "Leave as they are", "Both in the head frame as they were made."),
)
_LAYOUTS = (("side by side", "Side by side"), ("heat map", "Heat map"))
_HINT = "Choose two heads. Blue lies inside the reference, red outside."
_NEEDS_TWO = "A comparison needs two heads: reconstruct another face or another photo."


class ComparePanel(SleepingPanel):
    """Starts, changes and ends the comparison, and shows its figures."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self._heads: tuple[HeadRef, ...] = ()
        self._hint = QLabel(_NEEDS_TWO, self)
        self._hint.setWordWrap(True)
        self._reference = _chooser("Reference", "The head that distances are measured from.", self)
        self._other = _chooser("Compared head", "The head whose distance is shown.", self)
        self._reference.activated.connect(self._choose)
        self._other.activated.connect(self._choose)
        self._layout = _chooser("Layout", "Both heads with one camera, or distances as colours on one.", self)
        for value, title in _LAYOUTS:
            self._layout.addItem(title, value)
        self._layout.activated.connect(self._change_layout)
        self._alignment = _chooser("Alignment", "What is done to lay one head on the other before measuring.", self)
        for index, (value, title, explanation) in enumerate(_ALIGNMENTS):
            self._alignment.addItem(title, value)
            self._alignment.setItemData(index, explanation, Qt.ItemDataRole.ToolTipRole)
        self._alignment.activated.connect(self._change_alignment)
        self._range = QDoubleSpinBox(self)
        self._range.setRange(0.0, 50.0)
        self._range.setSingleStep(0.5)
        self._range.setSuffix(" mm")
        self._range.setSpecialValueText("automatic")
        self._range.setAccessibleName("Colour range")
        self._range.setToolTip("Distance at the ends of the colour scale; automatic takes the 95th percentile.")
        self._range.valueChanged.connect(self._change_range)
        self._start = QPushButton(icon("compare"), "Compare", self)
        self._start.setToolTip("Show both heads side by side with one camera (Ctrl+M)")
        self._start.clicked.connect(self._start_or_stop)
        self._swap = QPushButton(icon("swap"), "Swap", self)
        self._swap.setToolTip("Exchange reference and compared head")
        self._swap.clicked.connect(verbs.comparing.swap)
        self._figures = QLabel(self)
        self._figures.setTextFormat(Qt.TextFormat.RichText)
        self._figures.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._figures.setWordWrap(True)
        self._figures.setAccessibleName("Distances")
        self._build()

    def show_change(self, state: AppState, before: AppState) -> None:
        """Offer the heads there are and show the comparison."""
        if state.documents is not before.documents:
            heads = state.heads()
            if heads != self._heads:
                self._heads = heads
                self._offer(state)
        if state.comparison is not before.comparison or state.documents is not before.documents:
            self._show(state)

    def _build(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Reference", self._reference)
        form.addRow("Compared", self._other)
        form.addRow("Show", self._layout)
        form.addRow("Align by", self._alignment)
        form.addRow("Range ±", self._range)
        buttons = QHBoxLayout()
        buttons.addWidget(self._start)
        buttons.addWidget(self._swap)
        layout = QVBoxLayout(self)
        layout.addWidget(self._hint)
        layout.addLayout(form)
        layout.addLayout(buttons)
        layout.addWidget(self._figures)
        layout.addStretch(1)

    def _offer(self, state: AppState) -> None:
        """Keep what was chosen as far as it is still there; two different heads when there are two."""
        for chooser in (self._reference, self._other):
            chosen = chooser.currentData()
            chooser.clear()
            for ref in self._heads:
                document = state.document(ref.document)
                several = document is not None and len(document.faces) > 1
                title = document.title if document is not None else ""
                chooser.addItem(f"{title}, face {ref.face_number}" if several else title, ref)
            chooser.setCurrentIndex(self._heads.index(chosen) if chosen in self._heads else 0)
        if len(self._heads) > 1 and self._reference.currentData() == self._other.currentData():
            self._other.setCurrentIndex((self._reference.currentIndex() + 1) % len(self._heads))

    def _show(self, state: AppState) -> None:
        comparison = state.comparison
        possible = len(self._heads) > 1
        for widget in (self._reference, self._other, self._start):
            widget.setEnabled(possible)
        for widget in (self._layout, self._alignment, self._range, self._swap):
            widget.setEnabled(comparison is not None)
        self._hint.setText(_HINT if possible else _NEEDS_TWO)
        self._start.setText("Compare" if comparison is None else "End comparison")
        self._figures.setText("" if comparison is None else _figures(comparison))
        if comparison is None:
            return
        for chooser, ref in ((self._reference, comparison.reference), (self._other, comparison.other)):
            if ref in self._heads:
                chooser.setCurrentIndex(self._heads.index(ref))
        self._layout.setCurrentIndex(self._layout.findData(comparison.layout))
        self._alignment.setCurrentIndex(self._alignment.findData(comparison.alignment))
        if self._range.value() != (
            comparison.range_mm or 0.0
        ):  # else "12." is "12" again before its decimals are typed
            self._range.blockSignals(True)
            self._range.setValue(comparison.range_mm or 0.0)
            self._range.blockSignals(False)

    def _start_or_stop(self) -> None:
        if self._verbs.store.state.comparison is not None:
            self._verbs.comparing.stop()
        else:
            self._verbs.comparing.start(self._reference.currentData(), self._other.currentData())

    def _choose(self) -> None:
        comparison = self._verbs.store.state.comparison
        reference, other = self._reference.currentData(), self._other.currentData()
        if comparison is not None and reference != other:
            self._verbs.comparing.set(reference=reference, other=other)

    def _change_layout(self) -> None:
        self._verbs.comparing.set(layout=self._layout.currentData())

    def _change_alignment(self) -> None:
        self._verbs.comparing.set(alignment=self._alignment.currentData())

    def _change_range(self, value: float) -> None:
        self._verbs.comparing.set(range_mm=value or None)


def _chooser(name: str, explanation: str, parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(name)
    box.setToolTip(explanation)
    box.setMinimumContentsLength(8)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    return box


def _figures(comparison: Comparison) -> str:
    outcome = comparison.outcome
    if outcome is None:
        return "Measuring..."
    found = outcome.statistics
    rows = (
        ("Mean, signed", found.mean_mm),
        ("Mean, without sign", found.mean_absolute_mm),
        ("Root mean square", found.rms_mm),
        ("95th percentile", found.percentile_95_mm),
        ("Largest", found.max_mm),
    )
    table = "".join(
        f"<tr><td>{name}&nbsp;&nbsp;</td><td align='right'>{_signed(value)} mm</td></tr>" for name, value in rows
    )
    return f"<table>{table}</table><p>{outcome.description}</p>"


def _signed(value_mm: float) -> str:
    return f"{value_mm:.2f}".replace("-", "−")
