"""What commands ask of the window, answered without one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from faceviewer.jobs.background import Delivery


@dataclass
class FakeUserInterface:
    """Gives the answers it was made with and remembers what it was asked to show."""

    target: Path | None = None
    file: Path | None = None
    folder: Path | None = None
    picture: np.ndarray | None = None
    agrees: bool = True
    opened: list[str] = field(default_factory=list)
    revealed: list[Path] = field(default_factory=list)
    copied: list[np.ndarray] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    suggested: Path | None = None

    def choose_photos(self) -> list[Path]:
        return []

    def choose_folder(self, title: str) -> Path | None:
        return self.folder

    def choose_file(self, title: str, patterns: Sequence[str]) -> Path | None:
        return self.file

    def choose_target(self, title: str, suggestion: Path, patterns: Sequence[str]) -> Path | None:
        self.suggested = suggestion
        return self.target

    def confirm(self, question: str, verb: str) -> bool:
        self.questions.append(question)
        return self.agrees

    def clipboard(self) -> np.ndarray | list[Path]:
        return []

    def copy_text(self, text: str) -> None:
        self.texts.append(text)

    def copy_picture(self, rgba: np.ndarray) -> None:
        self.copied.append(rgba)

    def viewport_picture(self, scale: int, transparent: bool) -> np.ndarray | None:
        return self.picture

    def open_dialog(self, name: str) -> None:
        self.opened.append(name)

    def open_page(self, address: str) -> None:
        self.pages.append(address)

    def reveal(self, path: Path) -> None:
        self.revealed.append(path)

    def toggle_full_screen(self) -> None: ...

    def toggle_panel(self, name: str) -> None: ...

    def reset_layout(self) -> None: ...

    def quit(self) -> None: ...


class Mailbox:
    """Takes deliveries of ``Background`` and hands them over in the test's thread, as the window does."""

    def __init__(self) -> None:
        self._waiting: list[Delivery] = []

    def __call__(self, delivery: Delivery) -> None:
        self._waiting.append(delivery)

    def hand_over(self) -> None:
        """Give everything that has come to its receivers, in order."""
        while self._waiting:
            self._waiting.pop(0).hand_over()
