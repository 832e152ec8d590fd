"""Where files go: a folder and a name, as the dialogs that write files ask for it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLayout, QLineEdit, QPushButton, QWidget

from faceviewer.app.ui import UserInterface
from faceviewer.gui.dialogs.sheet import named
from faceviewer.io.names import slug


class TargetRows(QFormLayout):
    """A form with these two rows; ``changed`` is emitted when the user changed one of them."""

    changed = Signal()

    def __init__(self, ui: UserInterface, name_hint: str) -> None:
        super().__init__()
        self._ui = ui
        self._folder = named(QLineEdit(), "Folder", "The folder that the files are written to; it is made when missing")
        self._name = named(QLineEdit(), "Name", name_hint)
        self._named_by_user = False
        choose = named(QPushButton("Choose…"), "Choose a folder", "Choose the folder that the files are written to")
        choose.setAutoDefault(False)
        choose.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.addWidget(self._folder, 1)
        row.addWidget(choose)
        self.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.addRow("Folder:", row)
        self.addRow("Name:", self._name)
        self._folder.textChanged.connect(self._folder_changed)
        self._name.textEdited.connect(self._name_edited)

    @property
    def folder(self) -> Path | None:
        """The folder, made absolute; None when there is none. What cannot be one is refused by those who write."""
        text = self._folder.text().strip()
        if "\0" not in text:
            text = os.path.expanduser(text)  # Path's own raises for half-typed names of users
        return Path(text).absolute() if text else None

    @property
    def stem(self) -> str:
        """The name as files can have it."""
        return slug(self._name.text()) if self._name.text().strip() else ""

    def show_folder(self, folder: Path) -> None:
        """Put a folder into its field."""
        with QSignalBlocker(self._folder):
            self._folder.setText(str(folder))

    def suggest_name(self, stem: str) -> None:
        """Put a name into its field unless the user has typed one."""
        if not self._named_by_user and self._name.text() != stem:
            self._name.setText(stem)

    def ask_name(self, wanted: bool) -> None:
        """Whether the name can be changed."""
        self._name.setEnabled(wanted)

    def put_above(self, rows: Sequence[tuple[str, QWidget | QLayout]]) -> None:
        """Add rows of (label, field) before the folder."""
        for number, (label, field) in enumerate(rows):
            self.insertRow(number, label, field)

    def _choose(self) -> None:
        folder = self._ui.choose_folder("Choose the folder to write to")
        if folder is not None:
            self._folder.setText(str(folder))

    def _folder_changed(self, _text: str) -> None:
        self.changed.emit()

    def _name_edited(self, text: str) -> None:
        self._named_by_user = bool(text.strip())
        self.changed.emit()
