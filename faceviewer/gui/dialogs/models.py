"""Tools > Models: the files of published systems, which the user brings, and what works with them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.models_state import ModelsState
from faceviewer.app.state import AppState
from faceviewer.app.verbs import Verbs
from faceviewer.gui.dialogs.model_bars import OfferBar, ProgressRow, SaidList, quiet_button
from faceviewer.gui.dialogs.model_table import ModelTable
from faceviewer.gui.dialogs.model_texts import file_html, pack_html
from faceviewer.gui.dialogs.sheet import PaletteWatcher, QuietLabel, Sheet, close_box, named
from faceviewer.gui.user_interface import files_of
from faceviewer.jobs.files import is_mesh

_INTRODUCTION = (
    "Published systems work with files that you bring: faceviewer ships none of them and downloads nothing. Get them "
    "from the page of their authors, then choose the folder they lie in, import them, or drop a folder or zip here."
)


class ModelsDialog(Sheet):
    """Shows ``AppState.models`` and calls its verbs. Closing it cancels what is being done."""

    def __init__(self, verbs: Verbs, parent: QWidget | None = None) -> None:
        super().__init__("Models", parent)
        self._store, self._verbs, self._opening = verbs.store, verbs.models, verbs.opening
        self._folder = named(QLineEdit(readOnly=True), "Folder of models", "Where the files are looked for")
        self._table = ModelTable()
        self._details = named(QTextBrowser(), "About the chosen system or file", "Links open in your browser")
        self._details.setOpenExternalLinks(True)
        self._offer = OfferBar(self._verbs)
        self._progress = ProgressRow(self._verbs)
        self._said = SaidList()
        self._make_buttons()
        self._lay_out()
        self.setAcceptDrops(True)
        self._shown = ModelsState()
        self._told = ""
        self._table.chosen.connect(self._show_details)
        PaletteWatcher(self._details, self._recolor)
        self._unsubscribe = verbs.store.subscribe(self._state_changed)
        self.resize(980, 680)
        self._table.setFocus()
        self._verbs.look()
        self._show(verbs.store.state.models)

    def _make_buttons(self) -> None:
        verbs = self._verbs
        self._choose = quiet_button(
            "Choose folder…", "Choose a folder", "Use the files of another folder where they lie; nothing is copied"
        )
        self._own = quiet_button(
            "Use faceviewer's own folder",
            "Use faceviewer's own folder",
            "Back to the folder that files are imported into; the chosen folder stays as it is",
        )
        self._reveal = quiet_button("Show the folder", "Show the folder", "Open the folder in the file manager")
        self._from_folder = quiet_button(
            "Import from a folder…",
            "Import from a folder",
            "Copy the known files of a folder to faceviewer's own, each one checked first",
        )
        self._from_zip = quiet_button(
            "Import from a zip…",
            "Import from a zip",
            "Copy the known files of a zip to faceviewer's own folder, each one checked first",
        )
        self._check = quiet_button(
            "Check files", "Check files", "Open every file and see whether it is the right one and whole"
        )
        self._view = quiet_button(
            "Look at it",
            "Look at the chosen mesh",
            "Show the chosen mesh, or the mean face of the model, in the window",
        )
        self._page = quiet_button("Open the download page", "Open the download page", "")
        self._link = quiet_button("Copy link", "Copy the link to the download page", "")
        for button, verb in (
            (self._choose, verbs.ask_folder),
            (self._own, verbs.use_own_folder),
            (self._reveal, verbs.show_folder),
            (self._from_folder, verbs.ask_import_folder),
            (self._from_zip, verbs.ask_import_zip),
            (self._check, verbs.check),
            (self._view, self._open_mesh),
            (self._page, self._open_page),
            (self._link, self._copy_link),
        ):
            button.clicked.connect(verb)

    def _lay_out(self) -> None:
        where = QLabel("Folder:")
        where.setBuddy(self._folder)
        folder = _row(where, self._folder, self._choose, self._own, self._reveal)
        folder.setStretch(1, 1)
        self._details.setMinimumHeight(90)
        self._table.setMinimumHeight(120)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(self._table)
        parts.addWidget(self._details)
        parts.setStretchFactor(0, 3)
        parts.setStretchFactor(1, 2)
        parts.setChildrenCollapsible(False)
        actions = _row(self._from_folder, self._from_zip, self._check, self._view)
        actions.addStretch(1)
        for button in (self._page, self._link):
            actions.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(QuietLabel(_INTRODUCTION))
        layout.addLayout(folder)
        layout.addWidget(parts, 1)
        layout.addLayout(actions)
        closing = close_box(self)
        closing.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)  # Enter in the table closes nothing
        for part in (self._offer, self._progress, self._said, closing):
            layout.addWidget(part)

    def _state_changed(self, state: AppState, _before: AppState) -> None:
        if state.models is not self._shown:
            self._show(state.models)

    def _show(self, models: ModelsState) -> None:
        before, self._shown = self._shown, models
        if models.place is not before.place and models.place is not None:
            self._folder.setText(f"{models.place.folder} ({models.place.why})")
            self._folder.setCursorPosition(0)
        if models.packs is not before.packs:
            self._table.show_packs(models.packs)
            self._show_details()
        if models.said is not before.said:
            self._said.show_said(models.said)
        if models.offered is not before.offered:
            self._offer.show_offer(models.offered)
        self._progress.show_job(models.job)
        for button in (self._choose, self._from_folder, self._from_zip):
            button.setEnabled(not models.is_working)
        self._own.setEnabled(not models.is_working and models.place is not None and models.place.why == "chosen")
        self._check.setEnabled(not models.is_working and models.has_files)

    def _show_details(self) -> None:
        pack, one = self._table.chosen_pack, self._table.chosen_file
        for button in (self._page, self._link):
            button.setEnabled(pack is not None)
            button.setToolTip(pack.pack.page if pack is not None else "")
        self._view.setEnabled(one is not None and one.is_usable and one.path is not None and is_mesh(one.path))
        html = "" if pack is None else pack_html(pack) if one is None else file_html(pack, one)
        if html != self._told:  # a check changes other rows; what is being read stays where it was scrolled to
            self._told = html
            self._details.setHtml(html)

    def _open_mesh(self) -> None:
        one = self._table.chosen_file
        if one is not None and one.path is not None:
            self._opening.open_paths([one.path])

    def _open_page(self) -> None:
        if (pack := self._table.chosen_pack) is not None:
            self._verbs.open_page(pack.pack)

    def _copy_link(self) -> None:
        if (pack := self._table.chosen_pack) is not None:
            self._verbs.copy_link(pack.pack)

    def _recolor(self) -> None:
        self._told = ""  # the colour of links is part of the text
        self._show_details()

    # Qt's names from here on

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """One folder or zip may be dropped anywhere on the dialog."""
        if len(files_of(event.mimeData())) == 1:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Import the zip, or ask what to do with the folder."""
        (path,) = files_of(event.mimeData())
        event.acceptProposedAction()
        self._verbs.take_drop(path)

    def ended(self) -> None:
        """Stop looking at the state and cancel what is being done."""
        self._unsubscribe()
        self._verbs.cancel()


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    return row
