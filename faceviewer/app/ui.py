"""The few things that verbs and commands ask of the window; tests answer them without one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np


class UserInterface(Protocol):
    """Implemented by ``gui.user_interface.QtUserInterface``."""

    def choose_photos(self) -> list[Path]:
        """Ask for photos and videos; empty when the user thought better of it."""
        ...

    def choose_folder(self, title: str) -> Path | None: ...

    def choose_file(self, title: str, patterns: Sequence[str]) -> Path | None:
        """Ask for one existing file; ``patterns`` like "*.faceviewer"."""
        ...

    def choose_target(self, title: str, suggestion: Path, patterns: Sequence[str]) -> Path | None:
        """Ask where to write; asks before an existing file is replaced."""
        ...

    def confirm(self, question: str, verb: str) -> bool:
        """Ask before something that cannot be taken back; the button says ``verb``, Cancel is the default."""
        ...

    def clipboard(self) -> np.ndarray | list[Path]:
        """What could be opened from the clipboard: (H, W, 3) uint8 sRGB, or files, or an empty list."""
        ...

    def copy_text(self, text: str) -> None: ...

    def copy_picture(self, rgba: np.ndarray) -> None:
        """(H, W, 3 or 4) uint8 to the clipboard."""
        ...

    def viewport_picture(self, scale: int, transparent: bool) -> np.ndarray | None:
        """(H, W, 3 or 4) uint8 of the 3D view at ``scale`` times its size; None when there is no 3D view."""
        ...

    def open_dialog(self, name: str) -> None:
        """Show a dialog: settings, export, turntable, conventions, about, cheat sheet, palette, camera, models."""
        ...

    def open_page(self, address: str) -> None:
        """Show a page of the web in the system's browser. Only ever because the user asked for it."""
        ...

    def reveal(self, path: Path) -> None:
        """Show a file or folder in the system's file manager."""
        ...

    def toggle_full_screen(self) -> None: ...

    def toggle_panel(self, name: str) -> None:
        """Show, bring to the front or hide a panel: photos, layers, shape, blendshapes, properties, measure ..."""
        ...

    def reset_layout(self) -> None:
        """Panels as they were at the very first start."""
        ...

    def quit(self) -> None: ...
