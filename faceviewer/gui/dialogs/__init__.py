"""Dialogs. They stand beside the window, close with Esc and are gone once closed.

The module of a dialog is imported when that dialog is opened: the window must not wait for what it needs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QWidget

from faceviewer.app.commands import commands
from faceviewer.app.verbs import Verbs
from faceviewer.gui.dialogs.sheet import Opener

if TYPE_CHECKING:
    from faceviewer.gui.dialogs.turntable import ViewPicture


def dialog_openers(verbs: Verbs, window: QWidget, view_picture: ViewPicture) -> dict[str, Callable[[], None]]:
    """Name, as in ``UserInterface.open_dialog`` -> what opens that dialog over ``window``.

    ``view_picture`` gives the 3D view at a wanted size, without marks over it.
    """

    def settings() -> QDialog:
        from faceviewer.gui.dialogs.settings import SettingsDialog

        return SettingsDialog(verbs.settings, window)

    def conventions() -> QDialog:
        from faceviewer.gui.dialogs.conventions import ConventionsDialog

        return ConventionsDialog(window)

    def about() -> QDialog:
        from faceviewer.gui.dialogs.about import AboutDialog

        return AboutDialog(window)

    def cheat_sheet() -> QDialog:
        from faceviewer.gui.dialogs.cheat_sheet import CheatSheet

        return CheatSheet(commands(), window)

    def camera() -> QDialog:
        from faceviewer.gui.dialogs.camera import CameraDialog

        return CameraDialog(verbs, window)

    def export() -> QDialog:
        from faceviewer.gui.dialogs.export import ExportDialog

        return ExportDialog(verbs, window)

    def picture() -> QDialog:
        from faceviewer.gui.dialogs.picture import PictureDialog

        return PictureDialog(verbs, window)

    def turntable() -> QDialog:
        from faceviewer.gui.dialogs.turntable import TurntableDialog

        return TurntableDialog(verbs, view_picture, window)

    def palette() -> QDialog:
        from faceviewer.gui.dialogs.command_palette import CommandPalette

        return CommandPalette(verbs, commands(), window)

    def models() -> QDialog:
        from faceviewer.gui.dialogs.models import ModelsDialog

        return ModelsDialog(verbs, window)

    def ffhq_album() -> QDialog:
        from faceviewer.gui.album.album import AlbumDialog

        return AlbumDialog(verbs, window)

    def align() -> QDialog:
        from faceviewer.gui.dialogs.align import AlignDialog

        return AlignDialog(verbs, window)

    def uv_maps() -> QDialog:
        from faceviewer.gui.uv_maps.dialog import UvMapsDialog

        return UvMapsDialog(verbs, window)

    def pose_over_time() -> QDialog:
        from faceviewer.gui.pose_over_time.dialog import PoseOverTimeDialog

        return PoseOverTimeDialog(verbs, window)

    def head_pose_sets() -> QDialog:
        from faceviewer.gui.head_pose_sets.dialog import HeadPoseSetsDialog

        return HeadPoseSetsDialog(verbs, window)

    makers = (
        settings, conventions, about, cheat_sheet, camera, export, picture, turntable, palette, models, ffhq_album,
        align, uv_maps, pose_over_time, head_pose_sets,
    )  # fmt: skip
    return {make.__name__.replace("_", " "): Opener(make) for make in makers}
