"""A part of a panel that can be folded away under its title."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from faceviewer.gui.panels.naming import named


class Section(QWidget):
    """A title that folds the widgets below it in and out.

    What ``build`` puts into the layout it is given is made when the section is opened for the first time.
    """

    def __init__(
        self,
        title: str,
        build: Callable[[QVBoxLayout], None],
        *,
        expanded: bool = True,
        explanation: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._build: Callable[[QVBoxLayout], None] | None = build
        self._header = named(QToolButton(self), f"Section {title}", explanation or f"Show or hide the section {title}")
        self._header.setText(title)
        self._header.setCheckable(True)
        self._header.setAutoRaise(True)
        self._header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        font = self._header.font()
        font.setBold(True)
        self._header.setFont(font)
        self._body = QWidget(self)
        self._content = QVBoxLayout(self._body)
        self._content.setContentsMargins(8, 2, 2, 6)
        self._content.setSpacing(4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addWidget(self._body)
        self._header.toggled.connect(self._fold)
        self._header.setChecked(expanded)
        self._fold(expanded)

    @property
    def title(self) -> str:
        return self._header.text()

    @property
    def expanded(self) -> bool:
        return self._header.isChecked()

    @property
    def built(self) -> bool:
        """Whether the content has been made."""
        return self._build is None

    def set_expanded(self, expanded: bool) -> None:
        """Fold the content in or out."""
        self._header.setChecked(expanded)

    def set_title(self, title: str) -> None:
        """Another title, as when the content's number of entries changes."""
        self._header.setText(title)

    def _fold(self, expanded: bool) -> None:
        if expanded and self._build is not None:
            build, self._build = self._build, None
            build(self._content)
        self._header.setArrowType(Qt.ArrowType.DownArrow if expanded else Qt.ArrowType.RightArrow)
        self._body.setVisible(expanded)
