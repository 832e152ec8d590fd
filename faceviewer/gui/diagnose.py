"""The diagnostics of a running window."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from faceviewer.app.diagnostics import Graphics, diagnostics
from faceviewer.app.logbook import Logbook
from faceviewer.app.verbs import Verbs
from faceviewer.gui.viewport.opengl import probe_opengl


def window_diagnostics(verbs: Verbs, logbook: Logbook) -> str:
    """What helps to find a fault, for the clipboard: versions, graphics, settings, the end of the log."""
    found = probe_opengl()
    graphics = Graphics(found.problem or f"{found.renderer}, {found.version}", QGuiApplication.platformName())
    return diagnostics(verbs.settings, logbook.lines(), device=verbs.store.state.device, graphics=graphics)
