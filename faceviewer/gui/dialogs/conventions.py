"""Help > Conventions: one page per topic, with drawings."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.conventions import TOPICS, Topic
from faceviewer.gui.dialogs.diagrams import DiagramView
from faceviewer.gui.dialogs.sheet import Sheet, chooser, close_box, heading


class ConventionsDialog(Sheet):
    """What frames, signs, units and landmark numbers mean everywhere in faceviewer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Conventions", parent)
        self._topics = chooser("Topics", "Choose a topic", (topic.title for topic in TOPICS), 170)
        self._pages = QStackedWidget()
        for topic in TOPICS:
            self._pages.addWidget(_page(topic))
        self._topics.currentRowChanged.connect(self._pages.setCurrentIndex)
        self._topics.setCurrentRow(0)
        columns = QHBoxLayout()
        columns.addWidget(self._topics)
        columns.addWidget(self._pages, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(columns, 1)
        layout.addWidget(close_box(self))
        self.resize(780, 580)

    def show_topic(self, title: str) -> None:
        """Turn to the page called ``title``."""
        (item,) = self._topics.findItems(title, Qt.MatchFlag.MatchExactly)
        self._topics.setCurrentItem(item)


def _page(topic: Topic) -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(16, 4, 16, 8)
    layout.addWidget(heading(topic.title))
    for paragraph in topic.paragraphs:
        label = QLabel(paragraph, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(label)
    grid = QGridLayout()
    for number, diagram in enumerate(topic.diagrams):
        grid.addWidget(DiagramView(diagram), number // 2, number % 2)
    layout.addLayout(grid, 1)
    layout.addStretch(0)
    scroll = QScrollArea(widgetResizable=True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(page)
    return scroll
