"""The row of buttons over the texture."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from faceviewer.app.state import AppState, ViewState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.icons import icon

_SWITCHES = (
    (
        "uv_origin",
        "origin",
        "Where the colours come from",
        "Green: seen in the photo. Yellow: mirrored from the other side. Blue: from the model. Dark: not used.",
    ),
    (
        "uv_wireframe",
        "wireframe",
        "UV wireframe",
        "The triangles as they lie on the texture; the rims of the charts are pink.",
    ),
    ("parts_overlay", "parts", "Face parts", "Tint the 8 parts of the face, here, over the photo and in 3D."),
)


class UvHeader(QWidget):
    """Which texture is shown, and how. ``one_to_one`` and ``fit`` are for the owner to connect."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._verbs = verbs
        self.textures = QComboBox(self)
        self.textures.setAccessibleName("Texture")
        self.textures.setToolTip("Which of this head's textures is shown, here and in 3D.")
        self.textures.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.textures.activated.connect(self._choose)
        self.textures.hide()
        self.switches = {
            field: self._button(symbol, title, explanation, field) for field, symbol, title, explanation in _SWITCHES
        }
        self.one_to_one = self._button("", "1:1", "One texel per pixel of the screen.")
        self.fit = self._button("frame", "Fit", "Show all of the texture (0, or a double click).")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.setSpacing(2)
        layout.addWidget(self.textures, 1)
        layout.addStretch(1)
        for button in (*self.switches.values(), self.one_to_one, self.fit):
            layout.addWidget(button)

    def show_state(self, state: AppState) -> None:
        """Follow the state without answering."""
        result = state.shown.result
        names = list(result.textures) if result is not None else []
        if names != [self.textures.itemText(index) for index in range(self.textures.count())]:
            self.textures.clear()
            self.textures.addItems(names)
        self.textures.setVisible(len(names) > 1)
        self.textures.setCurrentIndex(names.index(state.view.texture) if state.view.texture in names else 0)
        for field, button in self.switches.items():
            button.setEnabled(result is not None and (field != "uv_origin" or bool(names)))
            button.setChecked(bool(getattr(state.view, field)))
        self.one_to_one.setEnabled(result is not None)
        self.fit.setEnabled(result is not None)

    def _button(self, symbol: str, title: str, explanation: str, field: str = "") -> QToolButton:
        button = QToolButton(self)
        button.setAutoRaise(True)
        button.setIconSize(QSize(18, 18))
        if symbol:
            button.setIcon(icon(symbol))
        else:
            button.setText(title)
        button.setAccessibleName(title)
        button.setToolTip(f"{title}. {explanation}")
        if field:
            button.setCheckable(True)
            button.setObjectName(field)
            button.clicked.connect(self._switch)
        return button

    def _switch(self, checked: bool) -> None:
        button = self.sender()
        if button is not None:
            changes: dict[str, bool] = {button.objectName(): checked}
            self._verbs.viewing.set(**changes)

    def _choose(self, index: int) -> None:
        self._verbs.viewing.set(texture=self.textures.itemText(index))


def shown_texture(view: ViewState, names: list[str]) -> str | None:
    """The texture that is shown: the chosen one, else the first there is."""
    return view.texture if view.texture in names else next(iter(names), None)
