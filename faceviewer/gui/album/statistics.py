"""How many pictures there are by split, licence and country, as bars and as text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.datasets.ffhq.attribution import plain
from faceviewer.datasets.ffhq.statistics import Share, Statistics
from faceviewer.gui.album.bar_chart import Bar, BarChart
from faceviewer.gui.dialogs.model_bars import quiet_button
from faceviewer.gui.dialogs.parts import counted, follow, row
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, close_box, heading

_MOST_BARS = 25


class StatisticsDialog(Sheet):
    """Shows ``FfhqState.statistics`` once they are there."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("Statistics of Flickr-Faces-HQ", parent)
        self._store = verbs.store
        self._area = QScrollArea(widgetResizable=True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._copy = quiet_button("Copy as text", "Copy as text", "The tables as the data set's own script prints them")
        self._copy.clicked.connect(lambda: self._shown and verbs.ffhq.copy_text(self._shown.text(), "The tables are"))
        buttons = row(self._copy)
        buttons.addStretch(1)
        buttons.addWidget(close_box(self))
        layout = QVBoxLayout(self)
        layout.addWidget(self._area, 1)
        layout.addLayout(buttons)
        self._shown: Statistics | None = None
        self._unsubscribe = follow(self, verbs.store, self._state_changed)
        self.resize(700, 600)
        verbs.ffhq.count()
        self._show(self._store.state.ffhq.statistics)

    def _state_changed(self, state: AppState, _before: AppState) -> None:
        if state.ffhq.statistics is not self._shown:
            self._show(state.ffhq.statistics)

    def _show(self, statistics: Statistics | None) -> None:
        self._shown = statistics
        self._copy.setEnabled(statistics is not None)
        inner = QWidget()
        layout = QVBoxLayout(inner)
        if statistics is None:
            layout.addWidget(QuietLabel("Counting…"))
        else:
            layout.addWidget(QLabel(f"{counted(statistics.count, 'picture')} altogether."))
            for title, shares in (
                ("Split", statistics.categories),
                ("Licence", statistics.licences),
                ("Country", statistics.countries),
            ):
                _add_chart(layout, title, shares)
        layout.addStretch(1)
        self._area.setWidget(inner)

    def ended(self) -> None:
        """Stop looking at the state."""
        self._unsubscribe()


def _add_chart(layout: QVBoxLayout, title: str, shares: Sequence[Share]) -> None:
    if not shares:
        return
    layout.addSpacing(8)
    layout.addWidget(heading(title))
    layout.addWidget(BarChart(f"Pictures by {title.lower()}", [_bar(share) for share in shares[:_MOST_BARS]]))
    if len(shares) > _MOST_BARS:
        layout.addWidget(QuietLabel(f"And {len(shares) - _MOST_BARS} more, which the copied text lists."))


def _bar(share: Share) -> Bar:
    names = {"<Unknown>": "Unknown", "<Other>": "Others"}
    name = names.get(share.name) or plain(share.name) or "Unknown"
    name = name[:1].upper() + name[1:]
    text = f"{share.images:,} ({100 * share.of_all:.1f} %)"
    if share.of_known:
        text += f", {100 * share.of_known:.1f} % of those known"
    return Bar(name, share.of_all, text)
