"""The settings dialog, generated from the table of settings. Changes apply at once."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from faceviewer.app.setting import Setting
from faceviewer.app.setting_table import SETTINGS
from faceviewer.app.settings import Settings, SettingValue
from faceviewer.gui.dialogs.setting_editors import SettingEditor, setting_editor
from faceviewer.gui.dialogs.sheet import QuietLabel, Sheet, chooser, close_box, heading


class SettingsDialog(Sheet):
    """One page per group; each setting with its explanation below."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__("Settings", parent)
        self._settings = settings
        self._editors: dict[str, SettingEditor] = {}
        groups = list(dict.fromkeys(setting.group for setting in SETTINGS))
        self._groups = chooser("Groups of settings", "Choose a group of settings", groups, 150)
        self._pages = QStackedWidget()
        for group in groups:
            self._pages.addWidget(self._page(group, [s for s in SETTINGS if s.group == group]))
        self._groups.currentRowChanged.connect(self._pages.setCurrentIndex)
        self._groups.setCurrentRow(0)
        self._trouble = QuietLabel("")
        columns = QHBoxLayout()
        columns.addWidget(self._groups)
        columns.addWidget(self._pages, 1)
        layout = QVBoxLayout(self)
        layout.addLayout(columns, 1)
        layout.addWidget(self._trouble)
        layout.addWidget(self._buttons())
        self.resize(680, 480)
        self._show_trouble()
        unsubscribe = settings.subscribe(self._changed)
        self.destroyed.connect(lambda: unsubscribe())

    def show_group(self, group: str) -> None:
        """Turn to the page called ``group``."""
        (item,) = self._groups.findItems(group, Qt.MatchFlag.MatchExactly)
        self._groups.setCurrentItem(item)

    def _page(self, title: str, settings: list[Setting]) -> QWidget:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(16, 4, 16, 8)
        layout.addWidget(heading(title))
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        form.setVerticalSpacing(4)
        for setting in settings:
            editor = self._editors[setting.key] = setting_editor(setting, self._settings)
            if setting.kind == "bool":  # says itself what it is
                form.addRow(editor.widget)
            else:
                label = QLabel(f"{setting.label}:")
                label.setBuddy(editor.widget)
                form.addRow(label, editor.widget)
            explanation = QuietLabel(setting.explanation)
            explanation.setContentsMargins(0, 0, 0, 12)
            form.addRow(explanation)
        layout.addLayout(form)
        layout.addStretch(1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        return scroll

    def _buttons(self) -> QDialogButtonBox:
        box = close_box(self)
        reset = QPushButton("Reset this page")
        reset.setToolTip("Bring back the defaults of the settings on this page")
        reset.clicked.connect(self._reset_page)
        reset_all = QPushButton("Reset all")
        reset_all.setToolTip("Bring back the defaults of all settings")
        reset_all.clicked.connect(self._reset_all)
        for button in (reset, reset_all):
            button.setAutoDefault(False)
            box.addButton(button, QDialogButtonBox.ButtonRole.ResetRole)
        return box

    def _reset_page(self) -> None:
        group = self._groups.currentItem().text()
        self._settings.reset(*(setting.key for setting in SETTINGS if setting.group == group))

    def _reset_all(self) -> None:
        self._settings.reset()

    def _changed(self, key: str, _value: SettingValue) -> None:
        self._editors[key].show()
        self._show_trouble()

    def _show_trouble(self) -> None:
        self._trouble.setText(self._settings.trouble)
        self._trouble.setVisible(bool(self._settings.trouble))
