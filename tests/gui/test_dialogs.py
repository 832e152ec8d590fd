from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollArea,
    QTextBrowser,
    QToolButton,
    QTreeWidget,
    QWidget,
)

from faceviewer.app.commands import Command, commands
from faceviewer.app.conventions import TOPICS
from faceviewer.app.licences import DATA, PACKAGES
from faceviewer.app.setting_table import SETTINGS
from faceviewer.app.settings import Settings
from faceviewer.app.state import AppState
from faceviewer.gui.dialogs.about import AboutDialog
from faceviewer.gui.dialogs.cheat_sheet import CheatSheet
from faceviewer.gui.dialogs.command_list import keys, plain_title
from faceviewer.gui.dialogs.command_palette import CommandPalette
from faceviewer.gui.dialogs.conventions import ConventionsDialog
from faceviewer.gui.dialogs.diagrams import DiagramView
from faceviewer.gui.dialogs.error import ErrorDialog
from faceviewer.gui.dialogs.settings import SettingsDialog
from faceviewer.gui.dialogs.sheet import Opener


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "settings.json")


class Runs:
    """Commands that note that they ran, and the verbs they ran with."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.verbs = SimpleNamespace(store=SimpleNamespace(state=AppState()))
        self.commands = tuple(
            replace(command, action=lambda verbs, name=command.id: self._run(verbs, name)) for command in commands()
        )

    def _run(self, verbs: object, name: str) -> None:
        assert verbs is self.verbs
        self.ran.append(name)


@pytest.fixture
def runs() -> Runs:
    return Runs()


def dialogs(settings: Settings, runs: Runs) -> list[QDialog]:
    return [
        SettingsDialog(settings),
        ConventionsDialog(),
        AboutDialog(),
        CheatSheet(runs.commands),
        CommandPalette(runs.verbs, runs.commands),  # type: ignore[arg-type]
        ErrorDialog("ValueError", "Traceback", str),
    ]


def test_dialogs_let_work_go_on_close_with_escape_and_are_gone(settings: Settings, runs: Runs, qtbot) -> None:
    for dialog in dialogs(settings, runs):
        dialog.show()
        qtbot.waitExposed(dialog)
        assert not dialog.isModal() and dialog.windowTitle()
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda dialog=dialog: not shiboken6.isValid(dialog))


def test_everything_to_act_on_has_a_name_for_screen_readers(settings: Settings, runs: Runs, qtbot) -> None:
    for dialog in dialogs(settings, runs):
        qtbot.addWidget(dialog)
        for part in dialog.findChildren(QWidget):
            if isinstance(part, QPushButton | QToolButton | QCheckBox):
                of_qt = isinstance(part.parent(), QLineEdit) or part.parent().objectName().startswith("qt_")
                assert of_qt or part.accessibleName() or part.text(), part
            elif isinstance(part, QComboBox | QListWidget | QTreeWidget | QTextBrowser | QLineEdit):
                inside = isinstance(part.parent(), QComboBox) or part.objectName().startswith("qt_")
                assert inside or part.accessibleName(), part


def test_an_opener_brings_an_open_dialog_to_the_front(settings: Settings, qtbot) -> None:
    made: list[QDialog] = []

    def make() -> QDialog:
        made.append(SettingsDialog(settings))
        return made[-1]

    opener = Opener(make)
    opener()
    opener()
    assert len(made) == 1
    made[0].close()
    opener()
    assert len(made) == 2 and made[1].isVisible()
    made[1].close()


class TestSettings:
    def editor(self, dialog: SettingsDialog, key: str) -> QWidget:
        widget = dialog.findChild(QWidget, key)
        assert widget is not None
        return widget

    def test_every_setting_has_an_editor_with_its_explanation(self, settings: Settings, qtbot) -> None:
        dialog = SettingsDialog(settings)
        qtbot.addWidget(dialog)
        for setting in SETTINGS:
            editor = self.editor(dialog, setting.key)
            told = " ".join(editor.toolTip().split())  # a window of another test may have them wrapped
            assert editor.accessibleName() == setting.label and told == setting.explanation

    def test_changes_apply_at_once(self, settings: Settings, qtbot) -> None:
        dialog = SettingsDialog(settings)
        qtbot.addWidget(dialog)
        theme = self.editor(dialog, "appearance.theme")
        assert isinstance(theme, QComboBox)
        theme.setCurrentIndex(theme.findData("dark"))
        switch = self.editor(dialog, "reconstruct.delight")
        assert isinstance(switch, QCheckBox)
        switch.click()
        self.editor(dialog, "files.recent_count").setValue(3)  # type: ignore[attr-defined]
        self.editor(dialog, "appearance.landmark_size").setValue(7.5)  # type: ignore[attr-defined]
        self.editor(dialog, "export.folder").findChild(QLineEdit).setText("somewhere")  # type: ignore[union-attr]
        assert settings.overrides() == {
            "appearance.theme": "dark",
            "reconstruct.delight": True,
            "files.recent_count": 3,
            "appearance.landmark_size": 7.5,
            "export.folder": "somewhere",
        }

    def test_it_shows_what_others_change_without_setting_it_again(self, settings: Settings, qtbot) -> None:
        dialog = SettingsDialog(settings)
        qtbot.addWidget(dialog)
        heard: list[str] = []
        settings.subscribe(lambda key, value: heard.append(key))
        settings.set("appearance.theme", "light")
        settings.set("appearance.landmark_size", 9.0)
        assert self.editor(dialog, "appearance.theme").currentData() == "light"  # type: ignore[attr-defined]
        assert self.editor(dialog, "appearance.landmark_size").value() == 9.0  # type: ignore[attr-defined]
        assert heard == ["appearance.theme", "appearance.landmark_size"]

    def test_reset_of_a_page_and_of_all(self, settings: Settings, qtbot) -> None:
        dialog = SettingsDialog(settings)
        qtbot.addWidget(dialog)
        settings.set("appearance.theme", "dark")
        settings.set("reconstruct.delight", True)
        settings.set("export.ply", True)
        dialog.show_group("Reconstruction")
        buttons = {button.text(): button for button in dialog.findChildren(QPushButton)}
        buttons["Reset this page"].click()
        assert settings.overrides() == {"appearance.theme": "dark", "export.ply": True}
        buttons["Reset all"].click()
        assert settings.overrides() == {}
        assert self.editor(dialog, "appearance.theme").currentData() == "system"  # type: ignore[attr-defined]

    def test_a_closed_dialog_does_not_listen_any_more(self, settings: Settings, qtbot) -> None:
        dialog = SettingsDialog(settings)
        dialog.show()
        dialog.close()
        qtbot.waitUntil(lambda: not shiboken6.isValid(dialog))
        settings.set("appearance.theme", "dark")

    def test_no_page_is_wider_than_the_dialog(self, settings: Settings, qtbot) -> None:
        dialog = SettingsDialog(settings)
        qtbot.addWidget(dialog)
        dialog.show()
        for group in dict.fromkeys(setting.group for setting in SETTINGS):
            dialog.show_group(group)
            QApplication.processEvents()
            for page in dialog.findChildren(QScrollArea):
                if page.isVisible():
                    assert page.widget().minimumSizeHint().width() <= page.viewport().width(), group


class TestCheatSheet:
    def test_every_command_appears_once_with_its_keys(self, qtbot) -> None:
        sheet = CheatSheet(commands())
        qtbot.addWidget(sheet)
        assert Counter(sheet.shown()) == Counter(plain_title(command) for command in commands())
        table = sheet.findChild(QTreeWidget)
        assert table is not None
        found = table.findItems("Undo", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
        assert [item.text(1) for item in found] == ["Ctrl+Z"]

    def test_typing_filters_by_name_keys_and_menu(self, qtbot) -> None:
        sheet = CheatSheet(commands())
        qtbot.addWidget(sheet)
        line = sheet.findChild(QLineEdit)
        assert line is not None
        line.setText("ctrl+shift+z")
        assert sheet.shown() == ["Redo"]
        line.setText("no such words")
        assert sheet.shown() == []
        line.clear()
        assert len(sheet.shown()) == len(commands())

    def test_keys_are_real_keys(self) -> None:
        for command in commands():
            assert bool(keys(command)) == bool(command.shortcut)
            if command.shortcut:
                assert not QKeySequence.fromString(command.shortcut).isEmpty()


class TestPalette:
    @pytest.fixture
    def palette(self, runs: Runs, qtbot) -> Iterator[CommandPalette]:
        palette = CommandPalette(runs.verbs, runs.commands)  # type: ignore[arg-type]
        palette.show()
        qtbot.waitExposed(palette)
        yield palette
        if shiboken6.isValid(palette):
            palette.close()

    def line(self, palette: CommandPalette) -> QLineEdit:
        line = palette.findChild(QLineEdit)
        assert line is not None
        return line

    def test_it_lists_everything_usable_first(self, palette: CommandPalette, runs: Runs) -> None:
        found = palette.found()
        assert {command.id for command in found} == {command.id for command in runs.commands}
        usable = [command.enabled(AppState()) for command in found]
        assert usable == sorted(usable, reverse=True) and True in usable and False in usable

    def test_enter_runs_the_best_match_and_closes(self, palette: CommandPalette, runs: Runs, qtbot) -> None:
        qtbot.keyClicks(self.line(palette), "about")
        assert palette.found()[0].id == "help.about"
        qtbot.keyClick(self.line(palette), Qt.Key.Key_Return)
        assert runs.ran == ["help.about"]
        qtbot.waitUntil(lambda: not shiboken6.isValid(palette))

    def test_arrows_choose_while_typing_goes_on(self, palette: CommandPalette, runs: Runs, qtbot) -> None:
        second = palette.found()[1]
        qtbot.keyClick(self.line(palette), Qt.Key.Key_Down)
        qtbot.keyClick(self.line(palette), Qt.Key.Key_Return)
        assert runs.ran == [second.id]

    def test_what_cannot_be_used_now_says_so_and_does_not_run(self, palette: CommandPalette, runs: Runs, qtbot) -> None:
        self.line(palette).setText("undo")
        assert palette.found()[0].id == "edit.undo"
        assert any("Not possible now" in str(part.property("text")) for part in palette.findChildren(QWidget))
        qtbot.keyClick(self.line(palette), Qt.Key.Key_Return)
        assert runs.ran == [] and palette.isVisible()

    def test_switches_show_whether_they_are_on(self, runs: Runs, qtbot) -> None:
        switch = Command("x.on", "Switch", "X", lambda verbs: None, checked=lambda state: True)
        palette = CommandPalette(runs.verbs, (switch, replace(switch, checked=lambda state: False)))  # type: ignore[arg-type]
        qtbot.addWidget(palette)
        table = palette.findChild(QTreeWidget)
        assert table is not None
        assert ["✓" in table.topLevelItem(row).text(0) for row in (0, 1)] == [True, False]  # type: ignore[union-attr]

    def test_nothing_found_is_said(self, palette: CommandPalette) -> None:
        self.line(palette).setText("zzzzzz")
        assert palette.found() == []
        assert any("No command matches" in str(part.property("text")) for part in palette.findChildren(QWidget))


class TestConventions:
    def test_every_topic_has_a_page_and_every_drawing_shows_something(self, qtbot) -> None:
        dialog = ConventionsDialog()
        qtbot.addWidget(dialog)
        dialog.show()
        for topic in TOPICS:
            dialog.show_topic(topic.title)
            QApplication.processEvents()
            drawings = [view for view in dialog.findChildren(DiagramView) if view.isVisible()]
            assert len(drawings) == len(topic.diagrams)
            for drawing in drawings:
                image = drawing.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
                rows = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
                _, counts = np.unique(rows[:, : image.width()], return_counts=True)
                assert 0.01 < 1 - counts.max() / counts.sum() < 0.99, drawing.accessibleName()


def test_about_names_every_work_with_its_licence(qtbot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    text = " ".join(page.toPlainText() for page in dialog.findChildren(QTextBrowser))
    for one in (*DATA, *PACKAGES):
        assert one.name in text and one.licence in text
    assert "GNU Lesser General Public License" in text


def test_what_is_said_is_as_high_as_its_wrapped_lines(qtbot):
    from faceviewer.app.models_state import Said
    from faceviewer.gui.dialogs.model_bars import SaidList

    said = SaidList()
    qtbot.addWidget(said)
    said.resize(400, 20)
    said.show_said((Said("many words " * 16, "error"),))
    QApplication.processEvents()
    text = said.visualItemRect(said.item(0))
    assert text.height() > 2 * said.fontMetrics().lineSpacing() and said.viewport().rect().contains(text)
