"""The dialog that exports heads to files."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.export_plan import SCOPES, TEXTURE_SIDES, ExportPlan, PlannedFile
from faceviewer.app.exporting import ExportWatch
from faceviewer.app.setting_table import PICTURE_SETTING, SETTINGS_BY_KEY
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.dialogs.sheet import PaletteWatcher, QuietLabel, Sheet, named
from faceviewer.gui.dialogs.target import TargetRows
from faceviewer.gui.theme import level_color
from faceviewer.jobs.background import Outcome
from faceviewer.raster.photo_picture_table import PHOTO_PICTURES
from faceviewer.types import CancelToken, Progress

_FORMATS = {
    "obj": "OBJ with texture",
    "glb": "GLB",
    "ply": "PLY",
    "json": "JSON (with OBJ)",
    "landmarks": "Landmarks as CSV",
}
_EXTRAS = {
    "normals": "Normals in the OBJ",
    "morph_targets": "52 expressions in the GLB",
    "origins": "Where the texture comes from",
    "light": "The light that is on",
}
_NEEDS = {"normals": ("obj", "json"), "morph_targets": ("glb",)}
"""Extras that go into certain files, and which: of no use without one of them."""
_ON_PHOTO = PICTURE_SETTING.removeprefix("export.")
_PICTURES = {f"{_ON_PHOTO}{picture.name}": picture.label for picture in PHOTO_PICTURES}
_PICTURE_COLUMNS = 4
_SHOWN_ROWS = 9
_ALL = {**_FORMATS, **_EXTRAS, **_PICTURES}


class ExportDialog(Sheet):
    """Every change shows at once which files would be written. Cancel first stops an export, then closes."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("Export", parent)
        self._verbs = verbs
        self._cancel: CancelToken | None = None
        plan = verbs.exporting.plan()
        self._switches = {name: self._switch(name, title) for name, title in _ALL.items()}
        self._scope = named(QComboBox(), "Heads", "Which heads are exported")
        self._shape = named(QCheckBox("With my changes"), "With my changes", "Off: the heads as fitted to the photo")
        self._texture = named(QComboBox(), "Texture size", SETTINGS_BY_KEY["export.texture_side"].explanation)
        self._target = TargetRows(verbs.ui, "Files are called after it; several photos keep their own names")
        self._preview = named(QListWidget(), "Files", "The files that will be written")
        self._preview.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        self._preview.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._summary = QuietLabel("")
        self._trouble = QLabel(wordWrap=True)
        self._progress = named(QProgressBar(), "Progress", "How far the export is")
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._export = self._buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        self._export.setToolTip("Write the files listed above")
        self._export.setDefault(True)
        self._lay_out()
        self._show_plan(plan)
        self._connect()
        self._unsubscribe = verbs.store.subscribe(self._state_changed)
        PaletteWatcher(self, self._recolor)
        self._recolor()
        self.resize(620, self.sizeHint().height())
        self._export.setFocus()

    def _switch(self, name: str, title: str) -> QCheckBox:
        box = QCheckBox(title)
        box.setObjectName(f"export.{name}")
        return named(box, title, SETTINGS_BY_KEY[f"export.{name}"].explanation)

    def _lay_out(self) -> None:
        formats, extras = QGroupBox("Files"), QGroupBox("Include")
        for group, names in ((formats, _FORMATS), (extras, _EXTRAS)):
            column = QVBoxLayout(group)
            for name in names:
                column.addWidget(self._switches[name])
            column.addStretch(1)
        groups = QHBoxLayout()
        groups.addWidget(formats, 1)
        groups.addWidget(extras, 1)
        pictures = QGroupBox("Pictures of the head on its photo")
        grid = QGridLayout(pictures)
        for index, name in enumerate(_PICTURES):
            grid.addWidget(self._switches[name], *divmod(index, _PICTURE_COLUMNS))
        heads = QHBoxLayout()
        heads.addWidget(self._scope, 1)
        heads.addWidget(self._shape)
        self._target.put_above((("Heads:", heads), ("Texture:", self._texture)))
        self._preview.setMinimumHeight(self._preview.fontMetrics().lineSpacing() * _SHOWN_ROWS + 12)
        for hidden in (self._trouble, self._progress):
            hidden.hide()
        layout = QVBoxLayout(self)
        layout.addLayout(groups)
        layout.addWidget(pictures)
        layout.addLayout(self._target)
        layout.addWidget(self._preview, 1)
        layout.addWidget(self._summary)
        layout.addWidget(self._trouble)
        layout.addWidget(self._progress)
        layout.addWidget(self._buttons)

    def _connect(self) -> None:
        for box in (*self._switches.values(), self._shape):
            box.toggled.connect(self._refresh)
        for choice in (self._scope, self._texture):
            choice.currentIndexChanged.connect(self._refresh)
        self._target.changed.connect(self._refresh)
        self._buttons.accepted.connect(self._start)
        self._buttons.rejected.connect(self.reject)

    def _show_plan(self, plan: ExportPlan) -> None:
        for name, box in self._switches.items():
            box.setChecked(_is_chosen(plan, name))
        self._fill_scopes(plan.scope)
        self._fill_textures(plan.texture_side)
        self._shape.setChecked(plan.edited)
        self._target.show_folder(plan.folder)
        self._target.suggest_name(plan.stem)

    def _fill_scopes(self, chosen: str) -> None:
        """Offer all heads only where there are several."""
        state = self._verbs.store.state
        document = state.shown.document
        in_photo, in_all = len(document.heads) if document is not None else 0, len(state.heads())
        titles = {"shown": "The shown head"}
        if in_photo > 1:
            titles["photo"] = f"All {in_photo} heads of this photo"
        if in_all > in_photo:
            titles["all"] = f"All {in_all} heads of all photos"
        self._scope.clear()
        for scope in SCOPES:
            if scope in titles:
                self._scope.addItem(titles[scope], scope)
        self._scope.setCurrentIndex(max(self._scope.findData(chosen), 0))
        self._scope.setEnabled(len(titles) > 1)

    def _fill_textures(self, chosen: int | None) -> None:
        result = self._verbs.store.state.shown.result
        side = next((texture.rgb.shape[0] for texture in result.textures.values()), 0) if result is not None else 0
        self._texture.clear()
        self._texture.addItem(f"As made ({side} × {side})" if side else "As made", 0)
        for other in TEXTURE_SIDES:
            if other != side:
                self._texture.addItem(f"{other} × {other}", other)
        self._texture.setCurrentIndex(max(self._texture.findData(chosen or 0), 0))
        self._texture.setEnabled(bool(side))

    def _plan(self) -> ExportPlan:
        chosen = {name: box.isChecked() for name, box in self._switches.items()}
        plan = self._verbs.exporting.plan()
        return replace(
            plan,
            folder=self._target.folder or plan.folder,
            stem=self._target.stem or plan.stem,
            scope=self._scope.currentData(),
            texture_side=self._texture.currentData() or None,
            edited=self._shape.isChecked(),
            pictures=tuple(name.removeprefix(_ON_PHOTO) for name in _PICTURES if chosen[name]),
            **{name: chosen[name] for name in (*_FORMATS, *_EXTRAS)},
        )

    def _refresh(self) -> None:
        """Show what the choices mean: which are of use, and the files that come of them."""
        for name, needed in _NEEDS.items():
            self._switches[name].setEnabled(any(self._switches[other].isChecked() for other in needed))
        plan = self._plan()
        if not self._verbs.exporting.can_animate(plan):
            self._switches["morph_targets"].setEnabled(False)
        possible = self._verbs.exporting.possible_pictures(plan)
        for name in _PICTURES:
            self._switches[name].setEnabled(name.removeprefix(_ON_PHOTO) in possible)
        self._target.ask_name(plan.scope != "all")
        self._shape.setEnabled(bool(self._verbs.store.state.work.edits))
        files = self._verbs.exporting.preview(plan) if plan.writes_anything else ()
        self._preview.clear()
        for file in files:
            self._preview.addItem(self._line(file))
        self._summary.setText(_summary(files))
        self._export.setEnabled(bool(files) and self._cancel is None)

    def _line(self, file: PlannedFile) -> QListWidgetItem:
        item = QListWidgetItem(f"{file.name} – will be replaced" if file.exists else file.name)
        if file.exists:
            item.setForeground(level_color("warning", self.palette()))
            item.setToolTip("A file of this name is in the folder already")
        return item

    def _start(self) -> None:
        if not self._export.isEnabled():
            return
        self._trouble.hide()
        self._progress.setRange(0, 0)
        self._progress.show()
        self._export.setEnabled(False)
        self._cancel = self._verbs.exporting.start(self._plan(), ExportWatch(self._progressed, self._done))

    def _progressed(self, progress: Progress) -> None:
        if self.is_open and progress.fraction is not None:
            self._progress.setRange(0, 100)
            self._progress.setValue(round(100 * progress.fraction))

    def _done(self, outcome: Outcome) -> None:
        self._cancel = None
        if not self.is_open:
            return
        if not outcome.error and not outcome.cancelled:
            self.accept()
            return
        self._progress.hide()
        self._trouble.setText(outcome.error or "Cancelled; what was written is complete.")
        self._trouble.show()
        self._refresh()

    def _recolor(self) -> None:
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.WindowText, level_color("error", palette))
        self._trouble.setPalette(palette)
        self._refresh()

    def _state_changed(self, state: AppState, before: AppState) -> None:
        if state.shown is not before.shown or state.documents is not before.documents:
            for choice in (self._scope, self._texture):
                choice.blockSignals(True)
            self._fill_scopes(self._scope.currentData() or "shown")
            self._fill_textures(self._texture.currentData())
            for choice in (self._scope, self._texture):
                choice.blockSignals(False)
            self._target.suggest_name(self._verbs.exporting.plan().stem)
            self._refresh()

    # Qt's names from here on

    def reject(self) -> None:
        """Stop an export that is under way, or close."""
        if self._cancel is not None:
            self._cancel.cancel()
        else:
            super().reject()

    def ended(self) -> None:
        """Stop looking at the state."""
        self._unsubscribe()


def _is_chosen(plan: ExportPlan, switch: str) -> bool:
    return switch.removeprefix(_ON_PHOTO) in plan.pictures if switch in _PICTURES else getattr(plan, switch)


def _summary(files: tuple[PlannedFile, ...]) -> str:
    if not files:
        return "Choose at least one kind of file."
    replaced = sum(file.exists for file in files)
    count = "1 file" if len(files) == 1 else f"{len(files)} files"
    return f"{count}, of which {replaced} will be replaced." if replaced else f"{count}, all of them new."
