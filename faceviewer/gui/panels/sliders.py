"""A slider with its name and its value, for numbers that are dragged while the head is watched."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QHBoxLayout, QSlider, QWidget

from faceviewer.gui.panels.elided_label import ElidedLabel

_NAME_SHARE, _SLIDER_SHARE = 14, 9


@dataclass(frozen=True)
class SliderSpec:
    """What a slider is about."""

    title: str
    low: float
    high: float
    explanation: str = ""
    unit: str = ""
    """Shown behind the value, such as "°"."""
    decimals: int = 2
    scale: float = 1.0
    """The value is shown multiplied by this: 100 for percent."""


class SliderRow(QWidget):
    """Name, slider and value field side by side.

    ``changed`` carries the value that the user chose, at most once per turn of the event loop however quickly the
    slider moves; ``finished`` says that it was let go. ``show_value`` emits neither. A double click on name or slider
    goes back to ``default``.
    """

    changed = Signal(float)
    finished = Signal()

    def __init__(self, spec: SliderSpec, default: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.spec = spec
        self.default = default
        self._value = default
        self._steps_per_unit = spec.scale * 10**spec.decimals
        hint = f"{spec.explanation} Double click to reset.".strip()
        self._name = ElidedLabel(spec.title, hint, self)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setRange(round(spec.low * self._steps_per_unit), round(spec.high * self._steps_per_unit))
        span = self._slider.maximum() - self._slider.minimum()
        self._slider.setSingleStep(max(1, span // 100))
        self._slider.setPageStep(max(1, span // 10))
        self._slider.setAccessibleName(spec.title)
        self._slider.setToolTip(hint)
        self._field = QDoubleSpinBox(self)
        self._field.setRange(spec.low * spec.scale, spec.high * spec.scale)
        self._field.setDecimals(spec.decimals)
        self._field.setSingleStep(max(1, span // 100) / 10**spec.decimals)
        self._field.setSuffix(spec.unit)
        self._field.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        self._field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._field.setKeyboardTracking(False)  # a half-typed number is nobody's wish
        self._field.setAccessibleName(f"{spec.title}, value")
        self._field.setToolTip(spec.explanation or spec.title)
        self._field.setFixedWidth(self._field_width())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._name, _NAME_SHARE)
        layout.addWidget(self._slider, _SLIDER_SHARE)
        layout.addWidget(self._field)
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._emit)
        self._slider.valueChanged.connect(self._slider_moved)
        self._slider.sliderReleased.connect(self._let_go)
        self._field.valueChanged.connect(self._field_changed)
        self._field.editingFinished.connect(self._let_go)
        for watched in (self._name, self._slider, self._field):
            watched.installEventFilter(self)
        self._show(default)

    @property
    def value(self) -> float:
        """The value that is shown, exact also where the slider has no step for it."""
        return self._value

    @property
    def dragged(self) -> bool:
        """Whether the user holds the slider or a change is still on its way."""
        return self._slider.isSliderDown() or self._turn.isActive()

    def show_value(self, value: float) -> None:
        """Show what the state says, unless the user is just saying something else."""
        if value != self._value and not self.dragged:
            self._show(value)

    def reset(self) -> None:
        """Back to the default, as if the user had moved the slider there."""
        self._show(self.default)
        self._emit()
        self.finished.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Double clicks reset; a key let go ends a change; the wheel scrolls the panel, not what it passes over."""
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonDblClick:
            if watched is not self._field:
                self.reset()
                return True
        elif isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyRelease and not event.isAutoRepeat():
            self._let_go()
        elif isinstance(event, QWheelEvent) and not (isinstance(watched, QWidget) and watched.hasFocus()):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _slider_moved(self, step: int) -> None:
        self._value = step / self._steps_per_unit
        with QSignalBlocker(self._field):
            self._field.setValue(self._value * self.spec.scale)
        self._turn.start()

    def _field_changed(self, shown: float) -> None:
        self._value = shown / self.spec.scale
        with QSignalBlocker(self._slider):
            self._slider.setValue(round(self._value * self._steps_per_unit))
        self._turn.start()

    def _show(self, value: float) -> None:
        self._value = value
        with QSignalBlocker(self._slider), QSignalBlocker(self._field):
            self._slider.setValue(round(value * self._steps_per_unit))
            self._field.setValue(value * self.spec.scale)

    def _emit(self) -> None:
        self._turn.stop()
        self.changed.emit(self._value)

    def _let_go(self) -> None:
        if self._turn.isActive():
            self._emit()
        self.finished.emit()

    def _field_width(self) -> int:
        texts = (f"{value * self.spec.scale:.{self.spec.decimals}f}{self.spec.unit}" for value in
                 (self.spec.low, self.spec.high))  # fmt: skip
        return max(self.fontMetrics().horizontalAdvance(text) for text in texts) + 16
