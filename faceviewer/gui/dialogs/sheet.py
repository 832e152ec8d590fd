"""What all dialogs have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFont, QIcon, QPalette
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QWidget

from faceviewer.gui.garbage import wrappers_kept

_W = TypeVar("_W", bound=QWidget)


class Sheet(QDialog):
    """A dialog that lets people go on working, and is deleted when it is closed."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.is_open = True

    def ended(self) -> None:
        """What a dialog does when it was closed, once, in whatever way: stop looking at the state, cancel its work."""

    # Qt's names from here on

    def event(self, event: QEvent) -> bool:
        """Let Qt delete the dialog while all that Python holds of it stays."""
        if event.type() == QEvent.Type.DeferredDelete:
            with wrappers_kept():
                return super().event(event)
        return super().event(event)

    def done(self, result: int) -> None:
        """Tell the dialog, which Qt may close twice, by a button and by its window, that it has come to its end."""
        if self.is_open:
            self.is_open = False
            self.ended()
        super().done(result)


class Opener:
    """Opens a dialog, or brings it to the front when it is open already."""

    def __init__(self, make: Callable[[], QDialog]) -> None:
        self._make = make
        self._dialog: QDialog | None = None

    def __call__(self) -> None:
        if self._dialog is None or not shiboken6.isValid(self._dialog) or not self._dialog.isVisible():
            self._dialog = self._make()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()


class QuietLabel(QLabel):
    """Wrapped text that steps back behind what it explains, in whatever theme."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setWordWrap(True)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)


def heading(text: str, parent: QWidget | None = None) -> QLabel:
    """A line of text in larger, bold letters."""
    label = QLabel(text, parent)
    font = QFont(label.font())
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 1.25)
    label.setFont(font)
    return label


def named(widget: _W, name: str, hint: str) -> _W:
    """The widget, with a name for screen readers and a tooltip that teaches."""
    widget.setAccessibleName(name)
    widget.setToolTip(hint)
    return widget


def close_box(sheet: QDialog) -> QDialogButtonBox:
    """A row of buttons with "Close" in it. Without Qt's own icons, which are made for light themes."""
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    box.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
    box.rejected.connect(sheet.reject)
    return box


def chooser(name: str, hint: str, titles: Iterable[str], width: int) -> QListWidget:
    """A list beside the pages that it chooses among."""
    chooser = named(QListWidget(), name, hint)
    chooser.addItems(list(titles))
    chooser.setFixedWidth(width)
    chooser.setSpacing(2)
    return chooser


class PaletteWatcher(QObject):
    """Calls ``repaint`` when the palette of ``widget`` has changed, for colours that Qt does not exchange itself."""

    def __init__(self, widget: QWidget, repaint: Callable[[], None]) -> None:
        super().__init__(widget)
        self._repaint = repaint
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let every event pass."""
        if event.type() == QEvent.Type.PaletteChange:
            self._repaint()
        return False
