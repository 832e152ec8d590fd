"""Dialogs. They stand beside the window, close with Esc and are gone once closed."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from faceviewer.app.commands import commands
from faceviewer.app.verbs import Verbs
from faceviewer.gui.dialogs.about import AboutDialog
from faceviewer.gui.dialogs.camera import CameraDialog
from faceviewer.gui.dialogs.cheat_sheet import CheatSheet
from faceviewer.gui.dialogs.command_palette import CommandPalette
from faceviewer.gui.dialogs.conventions import ConventionsDialog
from faceviewer.gui.dialogs.export import ExportDialog
from faceviewer.gui.dialogs.picture import PictureDialog
from faceviewer.gui.dialogs.settings import SettingsDialog
from faceviewer.gui.dialogs.sheet import Opener
from faceviewer.gui.dialogs.turntable import TurntableDialog, ViewPicture


def dialog_openers(verbs: Verbs, window: QWidget, view_picture: ViewPicture) -> dict[str, Callable[[], None]]:
    """Name, as in ``UserInterface.open_dialog`` -> what opens that dialog over ``window``.

    ``view_picture`` gives the 3D view at a wanted size, without marks over it.
    """
    return {
        "settings": Opener(lambda: SettingsDialog(verbs.settings, window)),
        "conventions": Opener(lambda: ConventionsDialog(window)),
        "about": Opener(lambda: AboutDialog(window)),
        "cheat sheet": Opener(lambda: CheatSheet(commands(), window)),
        "camera": Opener(lambda: CameraDialog(verbs, window)),
        "export": Opener(lambda: ExportDialog(verbs, window)),
        "picture": Opener(lambda: PictureDialog(verbs, window)),
        "turntable": Opener(lambda: TurntableDialog(verbs, view_picture, window)),
        "palette": Opener(lambda: CommandPalette(verbs, commands(), window)),
    }
