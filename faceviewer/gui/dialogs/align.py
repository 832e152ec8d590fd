"""Photo > Align like FFHQ: cutting faces out upright, centred and square."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.aligning_state import ALIGN_SIZES, AlignChoices, AlignState
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.dialogs.model_bars import SaidList, quiet_button
from faceviewer.gui.dialogs.parts import follow
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, close_box, named
from faceviewer.gui.picture import image_of

_PREVIEW_PX = 300
_ABOUT = (
    "Cuts faces out as the data set Flickr-Faces-HQ does, which is what many programs that make or change faces "
    "expect. Not for developing or improving facial recognition."
)


class AlignDialog(Sheet):
    """Shows ``AppState.align``. Closing it cancels what it has started."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("Align like FFHQ", parent)
        self._verbs, self._store = verbs.aligning, verbs.store
        self._scope = named(QComboBox(), "Faces", "Which faces are written; those without a head get one first")
        self._size = named(QComboBox(), "Size", "Side of the picture; FFHQ has 1024 pixels")
        for side in ALIGN_SIZES:
            self._size.addItem(f"{side} × {side}", side)
        self._size.setCurrentIndex(ALIGN_SIZES.index(1024))
        self._rotation = named(
            QCheckBox("Turn the face upright"), "Turn the face upright", "Off: the sides follow those of the photo"
        )
        self._padding = named(
            QCheckBox("Continue the photo beyond its borders"),
            "Continue the photo beyond its borders",
            "Mirrored and blurred, as FFHQ does; off: black",
        )
        for box in (self._rotation, self._padding):
            box.setChecked(True)
        self._picture = named(QLabel(), "Preview", "The chosen face, aligned")
        self._picture.setFixedSize(_PREVIEW_PX, _PREVIEW_PX)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setWordWrap(True)
        self._picture.setTextFormat(Qt.TextFormat.PlainText)
        self._stage = QLabel()
        self._stage.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = named(QProgressBar(), "Progress", "How much is done")
        self._cancel = quiet_button("Cancel", "Cancel what is being done", "Stop; what was written is whole and stays")
        self._said = SaidList()
        self._save = quiet_button("Save…", "Save the aligned faces", "Choose where to, and write PNG files")
        self._lay_out()
        self._shown: AlignState | None = None
        self._connect()
        self._unsubscribe = follow(self, verbs.store, self._state_changed)
        self._fill_scopes()
        self._preview()
        self._show(self._store.state.align)
        self.resize(700, self.sizeHint().height())

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.addRow("&Faces:", self._scope)
        form.addRow("&Size:", self._size)
        form.addRow("", self._rotation)
        form.addRow("", self._padding)
        column = QVBoxLayout()
        column.addWidget(QuietLabel(_ABOUT))
        column.addLayout(form)
        column.addStretch(1)
        above = QHBoxLayout()
        above.addWidget(self._picture)
        above.addLayout(column, 1)
        progress = QHBoxLayout()
        progress.addWidget(self._stage, 2)
        progress.addWidget(self._bar, 3)
        progress.addWidget(self._cancel)
        end = QHBoxLayout()
        end.addStretch(1)
        end.addWidget(self._save)
        closing = close_box(self)
        closing.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        self._save.setDefault(True)
        end.addWidget(closing)
        layout = QVBoxLayout(self)
        layout.addLayout(above)
        layout.addLayout(progress)
        layout.addWidget(self._said)
        layout.addLayout(end)

    def _connect(self) -> None:
        for box in (self._rotation, self._padding):
            box.toggled.connect(self._preview)
        self._save.clicked.connect(lambda: self._verbs.save(self._choices()))
        self._cancel.clicked.connect(self._verbs.cancel)

    def _choices(self) -> AlignChoices:
        scope, size = self._scope.currentData() or "shown", self._size.currentData()
        return AlignChoices(scope, size, self._rotation.isChecked(), self._padding.isChecked())

    def _fill_scopes(self) -> None:
        """Offer several faces only where there are several."""
        state, chosen = self._store.state, self._scope.currentData()
        document = state.shown.document
        faces = len(document.faces) if document is not None else 0
        photos = sum(one.kind == "photo" for one in state.documents)
        self._scope.clear()
        self._scope.addItem("The chosen face", "shown")
        if faces > 1:
            self._scope.addItem(f"All {faces} faces of this photo", "photo")
        if photos > 1:
            self._scope.addItem(f"All faces of all {photos} photos", "all")
        self._scope.setCurrentIndex(max(self._scope.findData(chosen), 0))

    def _preview(self) -> None:
        self._verbs.preview(self._choices())

    def _state_changed(self, state: AppState, before: AppState) -> None:
        if state.documents is not before.documents or state.shown is not before.shown:
            self._fill_scopes()
        if state.shown.result is not before.shown.result or state.shown.photo is not before.shown.photo:
            self._preview()
        if state.align is not self._shown:
            self._show(state.align)
        self._save.setEnabled(state.align.job is None and state.shown.document is not None)

    def _show(self, align: AlignState) -> None:
        before, self._shown = self._shown, align
        if before is None or align.preview is not before.preview or align.preview_trouble != before.preview_trouble:
            self._show_preview(align)
        if before is None or align.said is not before.said:
            self._said.show_said(align.said)
        for widget in (self._stage, self._bar, self._cancel):
            widget.setVisible(align.job is not None)
        if align.job is not None:
            self._stage.setText(f"{align.job.stage}…")
            self._bar.setRange(0, 0 if align.job.fraction is None else 100)
            self._bar.setValue(round(100 * (align.job.fraction or 0)))

    def _show_preview(self, align: AlignState) -> None:
        if align.preview is None:
            self._picture.setText(align.preview_trouble)
            return
        pixmap = QPixmap.fromImage(image_of(align.preview))
        smooth = Qt.TransformationMode.SmoothTransformation
        self._picture.setPixmap(pixmap.scaled(self._picture.size(), Qt.AspectRatioMode.KeepAspectRatio, smooth))

    def ended(self) -> None:
        """Stop looking at the state and cancel what was started."""
        self._unsubscribe()
        self._verbs.cancel()
