"""Small parts that dialogs on data sets share: a progress row, plain texts of strangers, texts of numbers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLayout,
    QProgressBar,
    QSizePolicy,
    QWidget,
)

from faceviewer.app.store import Listener, Store
from faceviewer.datasets.ffhq.attribution import plain
from faceviewer.engines.registry import engine_ids, engine_spec
from faceviewer.gui.dialogs.model_bars import quiet_button
from faceviewer.gui.dialogs.sheet import close_box, named
from faceviewer.types import Progress

_LONGEST = 400
_LONGEST_WORD = 24


class WorkRow(QWidget):
    """How far something is, with what cancels it; hidden while nothing is done."""

    def __init__(self, cancel: Callable[[], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stage = QLabel()
        self._stage.setTextFormat(Qt.TextFormat.PlainText)
        self._stage.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._bar = named(QProgressBar(), "Progress", "How much is done")
        self.cancel = quiet_button("Cancel", "Cancel what is being done", "Stop; what was done so far is whole")
        self.cancel.clicked.connect(cancel)
        layout = row(self._stage, self._bar, self.cancel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setStretch(0, 2)
        layout.setStretch(1, 3)
        self.setLayout(layout)
        self.hide()

    def show_progress(self, progress: Progress | None, *, can_cancel: bool = True) -> None:
        """Show it; None hides the row."""
        self.setVisible(progress is not None)
        if progress is not None:
            self._stage.setText(f"{progress.stage}…")
            self.cancel.setEnabled(can_cancel)
            self._bar.setRange(0, 0 if progress.fraction is None else 1000)
            self._bar.setValue(round(1000 * (progress.fraction or 0)))


class PlainLabel(QLabel):
    """A text that somebody else wrote: never HTML, of one colour with the rest, in as many lines as it needs."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(60)

    def show_text(self, text: str) -> None:
        """Show it without control characters, cut where it is endless, broken where a word is."""
        self.setText(breakable(text))


def breakable(text: str) -> str:
    """``text`` as a label can show it: words of any length get places where a line may end."""
    text = plain(text)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    pieces = []
    for word in text.split(" "):
        parts = [word[start : start + _LONGEST_WORD] for start in range(0, len(word), _LONGEST_WORD)]
        pieces.append("\N{ZERO WIDTH SPACE}".join(parts))
    return " ".join(pieces)


def row(*widgets: QWidget | QLayout) -> QHBoxLayout:
    """Things beside each other."""
    layout = QHBoxLayout()
    for widget in widgets:
        if isinstance(widget, QWidget):
            layout.addWidget(widget)
        else:
            layout.addLayout(widget)
    return layout


def label_for(text: str, field: QWidget) -> QLabel:
    """What stands before a field; the letter after ``&`` leads to it."""
    label = QLabel(text)
    label.setBuddy(field)
    return label


def engine_box(hint: str) -> QComboBox:
    """A choice of all engines; the data of each is its id."""
    box = named(QComboBox(), "Engine", hint)
    for engine in engine_ids():
        box.addItem(engine_spec(engine).title, engine)
    return box


def end_box(sheet: QDialog) -> QDialogButtonBox:
    """A "Close" that Enter does not press while something else has the focus."""
    box = close_box(sheet)
    box.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
    return box


def follow(dialog: QDialog, store: Store, listener: Listener) -> Callable[[], None]:
    """Tell ``listener`` of changes until what this returns is called, or the dialog is gone with its parent."""
    stop = store.subscribe(listener)
    is_followed = True

    def end() -> None:
        nonlocal is_followed
        if is_followed:
            is_followed = False
            stop()

    dialog.destroyed.connect(end)
    return end


def counted(number: int, thing: str) -> str:
    """Such as "1 picture", "70,000 pictures"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
