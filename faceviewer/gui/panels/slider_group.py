"""A folding group of shape or expression sliders, made when it is first opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from faceviewer.gui.panels.section import Section
from faceviewer.gui.panels.sliders import SliderRow, SliderSpec


@dataclass(frozen=True)
class SliderLevels:
    """Where sliders stand, by name. What is left out stands at 0."""

    fitted: Mapping[str, float]
    """What double clicks go back to."""
    edited: Mapping[str, float]
    """What the user set."""

    def default(self, name: str) -> float:
        return self.fitted.get(name, 0.0)

    def value(self, name: str) -> float:
        return self.edited.get(name, self.default(name))


NO_LEVELS = SliderLevels({}, {})


@dataclass(frozen=True)
class SliderActions:
    """What sliders of one kind do."""

    set: Callable[[str, float], None]
    """Called with (name, value)."""
    finish: Callable[[], None]
    """The slider was let go."""


class SliderGroup(QWidget):
    """Sliders under one title, which says how many of them were changed."""

    def __init__(
        self, title: str, specs: Mapping[str, SliderSpec], actions: SliderActions, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.title = title
        self.specs = specs
        self.rows: dict[str, SliderRow] = {}
        self._actions = actions
        self._levels = NO_LEVELS
        self._filter = ""
        self._open_before_filter = False
        self.section = Section(title, self._fill, expanded=False, explanation=f"{len(specs)} sliders", parent=self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.section)

    def show_levels(self, levels: SliderLevels) -> None:
        """Move the sliders, as far as they have been made, to where they stand."""
        self._levels = levels
        for name, row in self.rows.items():
            row.default = levels.default(name)
            row.show_value(levels.value(name))
        changed = sum(levels.value(name) != levels.default(name) for name in self.specs)
        self.section.set_title(f"{self.title} – {changed} changed" if changed else self.title)

    def filter(self, words: str) -> int:
        """Show only sliders whose title or group holds all ``words``; gives how many do. Empty words show all."""
        if words and not self._filter:
            self._open_before_filter = self.section.expanded
        ended, self._filter = bool(self._filter) and not words, words
        matching = {name for name in self.specs if self._matches(name)}
        self.setVisible(bool(matching))
        if words and matching:
            self.section.set_expanded(True)
        elif ended:
            self.section.set_expanded(self._open_before_filter)
        for name, row in self.rows.items():
            row.setVisible(name in matching)
        return len(matching)

    def _matches(self, name: str) -> bool:
        text = f"{self.title} {self.specs[name].title} {name}".lower()
        return all(word in text for word in self._filter.lower().split())

    def _fill(self, layout: QVBoxLayout) -> None:
        for name, spec in self.specs.items():
            row = SliderRow(spec, self._levels.default(name), self)
            row.show_value(self._levels.value(name))
            row.changed.connect(partial(self._actions.set, name))
            row.finished.connect(self._actions.finish)
            layout.addWidget(row)
            self.rows[name] = row
