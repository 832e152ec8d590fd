"""What the models dialog shows below its table only at times: a question, progress, what came of an action."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QWidget,
)

from faceviewer.app.models import Models
from faceviewer.app.models_state import ModelsJob, Said
from faceviewer.gui.dialogs.sheet import PaletteWatcher, named
from faceviewer.gui.icons import icon
from faceviewer.gui.theme import level_color

_ICONS = {"info": "info", "ok": "done", "warning": "warning", "error": "error"}
_SAID_LINES = 5


def quiet_button(text: str, name: str, hint: str) -> QPushButton:
    """A button that Enter presses only when it has the focus."""
    button = named(QPushButton(text), name, hint)
    button.setAutoDefault(False)
    return button


class OfferBar(QFrame):
    """Asks what to do with a folder that was dropped."""

    def __init__(self, verbs: Models, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._question = QLabel(wordWrap=True)
        use = quiet_button("Use it in place", "Use the folder in place", "Look for files there; nothing is copied")
        copy = quiet_button("Copy its files", "Copy the folder's files", "Copy the known files to faceviewer's folder")
        neither = quiet_button("Neither", "Do nothing with the folder", "Leave everything as it is")
        use.clicked.connect(lambda: self._folder is not None and verbs.choose_folder(self._folder))
        copy.clicked.connect(lambda: self._folder is not None and verbs.import_from(self._folder))
        neither.clicked.connect(verbs.decline)
        self._first = use
        layout = QHBoxLayout(self)
        layout.addWidget(self._question, 1)
        for button in (use, copy, neither):
            layout.addWidget(button)
        self.hide()

    def show_offer(self, folder: Path | None) -> None:
        """Ask about ``folder``; None asks nothing."""
        self._folder = folder
        self.setVisible(folder is not None)
        if folder is not None:
            self._question.setText(f"Use {folder} where it is, or copy its files to faceviewer's own folder?")
            self._first.setFocus()


class ProgressRow(QWidget):
    """How far a check or an import is, with what cancels it."""

    def __init__(self, verbs: Models, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stage = QLabel()
        self._bar = named(QProgressBar(), "Progress", "How much has been read")
        cancel = quiet_button("Cancel", "Cancel what is being done", "Stop; what was brought before is whole and stays")
        cancel.clicked.connect(verbs.cancel)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stage, 2)
        layout.addWidget(self._bar, 3)
        layout.addWidget(cancel)
        self.hide()

    def show_job(self, job: ModelsJob | None) -> None:
        """Show ``job``; looking for files is over before anybody could read this."""
        shown = job is not None and job.task != "look"
        self.setVisible(shown)
        if job is None or not shown:
            return
        self._stage.setText(f"{job.progress.stage}…")
        fraction = job.progress.fraction
        self._bar.setRange(0, 0 if fraction is None else 100)
        self._bar.setValue(round(100 * (fraction or 0)))


class SaidList(QListWidget):
    """Sentences about what was done, each with an icon and, beside it, colour."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        named(self, "What happened", "What came of the last action")
        self.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self.setWordWrap(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(16, 16))
        self._said: tuple[Said, ...] = ()
        PaletteWatcher(self, self._recolor)
        self.hide()

    def show_said(self, said: tuple[Said, ...]) -> None:
        """Show these sentences; hidden when there are none."""
        self._said = said
        self.clear()
        for one in said:
            item = QListWidgetItem(icon(_ICONS[one.level]), one.text, self)
            item.setForeground(self._color(one))
        self.setVisible(bool(said))
        self._fit()

    def _recolor(self) -> None:
        """The theme has changed; Qt does not exchange colours of single rows."""
        for row, one in enumerate(self._said):
            self.item(row).setForeground(self._color(one))

    def _color(self, one: Said) -> QBrush:
        if one.level == "info":
            return self.palette().brush(QPalette.ColorRole.Text)
        return QBrush(level_color(one.level, self.palette()))

    def _fit(self) -> None:
        """As high as what is said, up to some lines."""
        self.doItemsLayout()  # Qt's size hints know nothing of wrapped lines
        heights = sum(self.visualItemRect(self.item(row)).height() for row in range(self.count()))
        most = _SAID_LINES * (self.fontMetrics().lineSpacing() + 4)
        self.setFixedHeight(min(heights, most) + 2 * self.frameWidth() + 2)

    # Qt's names from here on

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Sentences may take another number of lines."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()
