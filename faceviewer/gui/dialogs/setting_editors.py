"""One widget per kind of setting. Every change goes into the settings at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from faceviewer.app.setting import Setting
from faceviewer.app.settings import Settings


class SettingEditor:
    """Shows one setting in ``widget`` and changes it."""

    widget: QWidget

    def __init__(self, setting: Setting, settings: Settings) -> None:
        self._setting = setting
        self._settings = settings

    def show(self) -> None:
        """Show the value that the setting has now, without setting it."""
        raise NotImplementedError

    def _set(self, value: Any) -> None:
        self._settings.set(self._setting.key, value)


class _Switch(SettingEditor):
    def __init__(self, setting: Setting, settings: Settings) -> None:
        super().__init__(setting, settings)
        self.widget = self._box = QCheckBox(setting.label)
        self._box.toggled.connect(self._set)

    def show(self) -> None:
        with QSignalBlocker(self._box):
            self._box.setChecked(self._settings.flag(self._setting.key))


class _Number(SettingEditor):
    def __init__(self, setting: Setting, settings: Settings) -> None:
        super().__init__(setting, settings)
        self.widget = self._box = QSpinBox() if setting.kind == "int" else QDoubleSpinBox(decimals=1)
        self._box.setRange(self._typed(setting.minimum), self._typed(setting.maximum))
        self._box.setSingleStep(self._typed(setting.step))
        self._box.setSuffix(f" {setting.unit}" if setting.unit else "")
        self._box.setKeyboardTracking(False)  # half-typed numbers are no wish
        self._box.valueChanged.connect(self._set)

    def show(self) -> None:
        with QSignalBlocker(self._box):
            self._box.setValue(self._typed(self._settings.number(self._setting.key)))

    def _typed(self, number: float) -> Any:
        return int(number) if self._setting.kind == "int" else float(number)


class _Selection(SettingEditor):
    def __init__(self, setting: Setting, settings: Settings) -> None:
        super().__init__(setting, settings)
        self.widget = self._box = QComboBox()
        for choice in setting.choices:
            self._box.addItem(choice.label, choice.value)
        self._box.currentIndexChanged.connect(self._chosen)

    def show(self) -> None:
        with QSignalBlocker(self._box):
            self._box.setCurrentIndex(self._box.findData(self._settings[self._setting.key]))

    def _chosen(self, index: int) -> None:
        self._set(self._box.itemData(index))


class _Folder(SettingEditor):
    def __init__(self, setting: Setting, settings: Settings) -> None:
        super().__init__(setting, settings)
        self.widget = QWidget()
        self._line = QLineEdit(placeholderText=setting.unset, clearButtonEnabled=True)
        self._line.textChanged.connect(self._set)
        button = QPushButton("Choose…")
        button.setAccessibleName(f"Choose a folder: {setting.label}")
        button.setToolTip("Choose a folder")
        button.setAutoDefault(False)
        button.clicked.connect(self._choose)
        layout = QHBoxLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._line, 1)
        layout.addWidget(button)
        self.widget.setFocusProxy(self._line)
        self._line.setAccessibleName(setting.label)

    def show(self) -> None:
        if self._line.text() != (value := self._settings.text(self._setting.key)):
            with QSignalBlocker(self._line):
                self._line.setText(value)

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self.widget, self._setting.label, self._line.text())
        if folder:
            self._line.setText(folder)


_EDITORS: dict[str, type[SettingEditor]] = {
    "bool": _Switch,
    "int": _Number,
    "float": _Number,
    "choice": _Selection,
    "path": _Folder,
}


def setting_editor(setting: Setting, settings: Settings) -> SettingEditor:
    """The editor for one setting, showing its value."""
    editor = _EDITORS[setting.kind](setting, settings)
    editor.widget.setObjectName(setting.key)
    editor.widget.setAccessibleName(setting.label)
    editor.widget.setToolTip(setting.explanation)
    editor.show()
    return editor
