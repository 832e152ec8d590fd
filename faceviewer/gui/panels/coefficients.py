"""The shape panel: sliders for what tells heads apart and for expressions, on top of the fitted head."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.editing import EXAGGERATION_LIMITS, SHAPE_LIMIT_SD, EditableHead
from faceviewer.app.slider_titles import expression_title, shape_title
from faceviewer.app.state import FILE_ENGINE, NO_EDITS, AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.panels.command_check import command_hint, command_table
from faceviewer.gui.panels.naming import centred_note, named, note
from faceviewer.gui.panels.sleeping_panel import SleepingPanel
from faceviewer.gui.panels.slider_group import SliderActions, SliderGroup, SliderLevels
from faceviewer.gui.panels.sliders import SliderRow, SliderSpec
from faceviewer.types import Reconstruction

_NO_HEAD = "Sliders appear here once there is a head."
_FROM_FILE = (
    "A mesh from a file cannot be changed: nobody knows how its shape and expression vary. Heads of FFHQ-UV (HiFi3D++) "
    "can be, once Tools > Models has the file of their model."
)
_NOT_EDITABLE = "Heads of this engine cannot be changed: it has no sliders for shape and expression."


class CoefficientsPanel(SleepingPanel):
    """Shape directions, expressions and exaggeration. The sliders of a group are made when it is opened."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Shape")
        self._verbs = verbs
        self._head: EditableHead | None = None
        self.shape_groups: tuple[SliderGroup, ...] = ()
        self.expression_groups: tuple[SliderGroup, ...] = ()
        self.message = centred_note(_NO_HEAD, self)
        self.filter = named(QLineEdit(self), "Find a slider", "Show only the sliders whose names hold these words")
        self.filter.setClearButtonEnabled(True)
        self.filter.setPlaceholderText("Find a slider, such as nose width")
        self.filter.textChanged.connect(self._filter)
        self.neutral = self._button("edit.neutral", "Neutral expression", verbs.editing.neutral)
        self.reset = self._button("edit.reset_head", "Reset all", verbs.editing.reset)
        spec = SliderSpec(
            "Exaggerate",
            *EXAGGERATION_LIMITS,
            "What tells this person from the mean head, times this: 0 is the mean head, 1 the person, 2 a caricature.",
            " ×",
            2,
        )
        self.exaggeration = SliderRow(spec, 1.0, self)
        self.exaggeration.changed.connect(verbs.editing.set_exaggeration)
        self.exaggeration.finished.connect(verbs.editing.finish)
        self._nothing_found = note("No slider has these words in its name.", self)
        self._nothing_found.hide()
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.message)
        self._stack.addWidget(self._make_content())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)

    def show_change(self, state: AppState, before: AppState) -> None:
        """Move the sliders to the fitted values with the user's edits, unless only the light of the head is another."""
        shown = state.shown
        same_head = shown.head == before.shown.head and state.result(shown.head) is before.result(before.shown.head)
        if same_head and state.work is before.work:
            return
        head = self._verbs.editing.model(shown.result)
        self.message.setText(_message(shown.result))
        self._stack.setCurrentIndex(0 if head is None else 1)
        if head is None or shown.result is None or shown.head is None:
            return
        if head is not self._head:
            self._make_groups(head)
        edits = state.work.edits.get(shown.head, NO_EDITS)
        fitted = dict(zip(head.expression_names, shown.result.coefficients["expression"].tolist(), strict=True))
        for group in self.shape_groups:
            group.show_levels(SliderLevels({}, edits.shape))
        for group in self.expression_groups:
            group.show_levels(SliderLevels(fitted, edits.expression))
        self.exaggeration.show_value(edits.exaggeration)
        self.reset.setEnabled(edits != NO_EDITS)

    def group(self, title: str) -> SliderGroup:
        """The group of that title. Raises KeyError when there is none."""
        groups = {group.title: group for group in (*self.shape_groups, *self.expression_groups)}
        return groups[title]

    def _make_content(self) -> QWidget:
        content = QWidget(self)
        buttons = QHBoxLayout()
        buttons.addWidget(self.neutral)
        buttons.addWidget(self.reset)
        self._groups = QVBoxLayout()
        self._groups.setSpacing(0)
        inner = QWidget(self)
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 2, 4)
        column.addLayout(self._groups)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        layout = QVBoxLayout(content)
        layout.setContentsMargins(6, 6, 4, 0)
        layout.setSpacing(4)
        layout.addWidget(self.filter)
        layout.addLayout(buttons)
        layout.addWidget(self.exaggeration)
        layout.addWidget(self._nothing_found)
        layout.addWidget(area, 1)
        return content

    def _make_groups(self, head: EditableHead) -> None:
        for old in (*self.shape_groups, *self.expression_groups):
            old.deleteLater()
        self._head = head
        editing = self._verbs.editing
        self.shape_groups = _groups(
            {title: _shape_specs(names) for title, names in head.shape_groups().items()},
            SliderActions(editing.set_shape, editing.finish),
        )
        self.expression_groups = _groups(
            {
                title: _expression_specs(names, head.expression_limits)
                for title, names in head.expression_groups().items()
            },
            SliderActions(editing.set_expression, editing.finish),
        )
        for group in (*self.shape_groups, *self.expression_groups):
            self._groups.addWidget(group)
        self._filter(self.filter.text())

    def _filter(self, words: str) -> None:
        found = sum(group.filter(words.strip()) for group in (*self.shape_groups, *self.expression_groups))
        self._nothing_found.setVisible(found == 0 and self._head is not None)

    def _button(self, command_id: str, title: str, slot: Callable[[], None]) -> QPushButton:
        button = named(QPushButton(title, self), title, command_hint(command_table()[command_id]))
        button.clicked.connect(slot)
        return button


def _message(result: Reconstruction | None) -> str:
    """Why there are no sliders."""
    if result is None:
        return _NO_HEAD
    return _FROM_FILE if result.engine == FILE_ENGINE else _NOT_EDITABLE


def _groups(groups: Mapping[str, Mapping[str, SliderSpec]], actions: SliderActions) -> tuple[SliderGroup, ...]:
    return tuple(SliderGroup(title, specs, actions) for title, specs in groups.items())


def _shape_specs(names: tuple[str, ...]) -> dict[str, SliderSpec]:
    explanation = "In standard deviations from this person: most people lie between -2 and 2 of the mean."
    return {name: SliderSpec(shape_title(name), -SHAPE_LIMIT_SD, SHAPE_LIMIT_SD, explanation) for name in names}


def _expression_specs(names: tuple[str, ...], limits: tuple[float, float]) -> dict[str, SliderSpec]:
    explanation = (
        "0 is none, 1 is full." if limits[0] == 0 else "A coefficient of the model, without a name; 0 is rest."
    )
    return {name: SliderSpec(expression_title(name), *limits, f"{name}: {explanation}") for name in names}
