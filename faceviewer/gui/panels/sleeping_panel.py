"""A panel that sleeps while nobody can see it, so that what hides behind other tabs costs nothing."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from faceviewer.app.state import AppState


class SleepingPanel(QWidget):
    """Subclasses show changes in ``show_change``; those that happened meanwhile are caught up with in one step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._latest = self._drawn = AppState()

    def show_state(self, state: AppState, before: AppState) -> None:
        """Show ``state`` now, or once the panel comes to the front."""
        self._latest = state
        if self.isVisible():
            self._catch_up()

    def show_change(self, state: AppState, before: AppState) -> None:
        """Show ``state``; ``before`` is what is on the screen so far."""
        raise NotImplementedError

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def _catch_up(self) -> None:
        if self._latest is not self._drawn:
            before, self._drawn = self._drawn, self._latest
            self.show_change(self._drawn, before)
