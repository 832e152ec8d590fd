"""A person who knows what they want, but not where it is, types a few letters of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit

from faceviewer.gui.dialogs.cheat_sheet import CheatSheet
from faceviewer.gui.dialogs.command_palette import CommandPalette


def shown(kind: type[QDialog]) -> list[QDialog]:
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible()]


def line_of(dialog: QDialog) -> QLineEdit:
    line = dialog.findChild(QLineEdit)
    assert line is not None
    return line


def test_typing_and_enter_do_what_the_menu_would(app, qtbot) -> None:
    app.add_sample()
    app.run("help.palette")
    (palette,) = shown(CommandPalette)
    qtbot.keyClicks(line_of(palette), "wirefr")
    qtbot.keyClick(line_of(palette), Qt.Key.Key_Return)
    assert app.state.view.display == "wireframe"
    assert shown(CommandPalette) == []


def test_single_letters_typed_into_the_palette_do_not_reach_the_window(app, qtbot) -> None:
    app.add_sample()
    before = app.state.view
    app.run("help.palette")
    (palette,) = shown(CommandPalette)
    qtbot.keyClicks(line_of(palette), "wtnbf")
    assert app.state.view is before
    palette.close()


def test_the_cheat_sheet_opens_once_and_closes_with_escape(app, qtbot) -> None:
    app.run("help.cheat_sheet")
    app.run("help.cheat_sheet")
    (sheet,) = shown(CheatSheet)
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert shown(CheatSheet) == []
