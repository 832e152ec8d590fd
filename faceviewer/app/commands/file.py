"""Commands of the menu File."""

from __future__ import annotations

import numpy as np

from faceviewer.app.commands.command import Command, has_documents, has_head
from faceviewer.app.state import Notice
from faceviewer.app.verbs import Verbs


def _open(verbs: Verbs) -> None:
    if paths := verbs.ui.choose_photos():
        verbs.opening.open_paths(paths)


def _open_folder(verbs: Verbs) -> None:
    folder = verbs.ui.choose_folder("Open all photos and videos of a folder")
    if folder is not None:
        verbs.opening.open_paths([folder])


def _paste(verbs: Verbs) -> None:
    content = verbs.ui.clipboard()
    if isinstance(content, np.ndarray):
        verbs.opening.open_picture(content, "Pasted picture")
    elif content:
        verbs.opening.open_paths(content)
    else:
        verbs.say(Notice("The clipboard holds no picture and no file.", "warning"))


FILE_COMMANDS = (
    Command("file.open", "Open...", "File", _open, "Ctrl+O", "Open photos, videos, meshes (OBJ) or a session.",
            icon="open", toolbar="text"),
    Command("file.open_folder", "Open folder...", "File", _open_folder, "Ctrl+Shift+O", "Open all photos of a folder.",
            icon="folder"),
    Command("file.paste", "Paste picture", "File", _paste, "Ctrl+V", "Open the picture or files on the clipboard.",
            icon="paste"),
    Command("file.sample", "Open the sample photo", "File", lambda verbs: verbs.opening.open_sample(), "",
            "Try faceviewer with the portrait that comes with it.", icon="sample"),
    Command("file.camera", "Camera...", "File", lambda verbs: verbs.ui.open_dialog("camera"), "Ctrl+Shift+C",
            "Follow a face live with a webcam.", icon="webcam"),
    Command("file.open_session", "Open session...", "File", lambda verbs: verbs.sessions.ask_open(), "",
            "Open photos, results and views saved earlier.", separator=True),
    Command("file.save_session", "Save session", "File", lambda verbs: verbs.sessions.save_or_ask(), "Ctrl+S",
            "Save photos, results, changes and view as one file.", has_documents),
    Command("file.save_session_as", "Save session as...", "File", lambda verbs: verbs.sessions.ask_save(),
            "Ctrl+Shift+S", "Save the session under another name.", has_documents),
    Command("file.restore_session", "Restore after a crash", "File", lambda verbs: verbs.sessions.restore(), "",
            "Bring back photos, results and changes of a window that was not closed properly.",
            lambda state: state.can_restore),
    Command("file.discard_session", "Do not restore", "File", lambda verbs: verbs.sessions.discard_left(), "",
            "Forget what a window that was not closed properly left behind.", lambda state: state.can_restore),
    Command("file.export", "Export...", "File", lambda verbs: verbs.ui.open_dialog("export"), "Ctrl+E",
            "Take the head away as OBJ with texture, GLB, PLY, JSON or landmarks.", has_head, icon="export",
            toolbar="text", separator=True),
    Command("file.export_again", "Export again", "File", lambda verbs: verbs.exporting.again(), "Ctrl+Shift+E",
            "Export with the choices made last time.", has_head),
    Command("file.show_export", "Show in folder", "File", lambda verbs: verbs.exporting.reveal(), "",
            "Show what was exported last in the file manager.", lambda state: state.last_export is not None),
    Command("file.screenshot", "Picture of the 3D view...", "File", lambda verbs: verbs.exporting.ask_picture(False),
            "F12", "Write the 3D view to a PNG file.", has_head, icon="screenshot"),
    Command("file.screenshot_transparent", "Picture without background...", "File",
            lambda verbs: verbs.exporting.ask_picture(True), "Ctrl+F12",
            "Write the 3D view to a PNG file that is transparent beside the head.", has_head),
    Command("file.turntable", "Turntable...", "File", lambda verbs: verbs.ui.open_dialog("turntable"), "",
            "Turn the head once around, as PNG frames, GIF or MP4.", has_head, icon="turntable"),
    Command("file.settings", "Settings...", "File", lambda verbs: verbs.ui.open_dialog("settings"), "Ctrl+,",
            "Theme, engine, device, texture size and more.", icon="settings", separator=True),
    Command("file.quit", "Quit", "File", lambda verbs: verbs.ui.quit(), "Ctrl+Q", "Close faceviewer.", separator=True),
)  # fmt: skip
