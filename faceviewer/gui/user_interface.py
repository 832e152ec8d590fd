"""What commands ask of the window, answered with Qt's dialogs."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox

from faceviewer.gui.layout import Layout
from faceviewer.io.photo import PHOTO_SUFFIXES
from faceviewer.jobs.files import MESH_SUFFIXES, VIDEO_SUFFIXES


def files_of(mime: QMimeData) -> list[Path]:
    """The local files that were dropped or copied."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def rgb_of(image: QImage) -> np.ndarray:
    """(H, W, 3) uint8 sRGB of a picture from the clipboard or a browser; transparency goes over neutral grey."""
    if not image.hasAlphaChannel():  # a screenshot: the arithmetic below takes half a second for a large one
        image = image.convertToFormat(QImage.Format.Format_RGB888)
        return _pixels_of(image, 3).copy()
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rgba = _pixels_of(image, 4)
    if (rgba[..., 3] == 255).all():
        return rgba[..., :3].copy()
    alpha = rgba[..., 3:].astype(np.float32) / 255
    return np.rint(rgba[..., :3] * alpha + 128 * (1 - alpha)).astype(np.uint8)


def _pixels_of(image: QImage, channels: int) -> np.ndarray:
    """(H, W, channels) uint8 of a picture of so many bytes per pixel; valid as long as ``image`` is."""
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : channels * image.width()].reshape(image.height(), image.width(), channels)


def image_of(pixels: np.ndarray) -> QImage:
    """A ``QImage`` of its own from (H, W, 3 or 4) uint8."""
    pixels = np.ascontiguousarray(pixels)
    height, width, channels = pixels.shape
    form = QImage.Format.Format_RGBA8888 if channels == 4 else QImage.Format.Format_RGB888
    return QImage(pixels.data, width, height, pixels.strides[0], form).copy()


class QtUserInterface:
    """Implements ``app.ui.UserInterface``. The window gives itself to it once it stands."""

    def __init__(self) -> None:
        self._window: QMainWindow | None = None
        self._dialogs: dict[str, Callable[[], None]] = {}
        self._picture: Callable[[int, bool], np.ndarray | None] | None = None
        self._layout: Layout | None = None
        self._folder = ""

    def attach(
        self,
        window: QMainWindow,
        dialogs: dict[str, Callable[[], None]],
        picture: Callable[[int, bool], np.ndarray | None],
        layout: Layout,
    ) -> None:
        """Answer with ``window`` from now on."""
        self._window, self._dialogs, self._picture, self._layout = window, dialogs, picture, layout

    def choose_photos(self) -> list[Path]:
        suffixes = PHOTO_SUFFIXES | VIDEO_SUFFIXES | MESH_SUFFIXES | {".faceviewer"}
        known = " ".join(f"*{suffix}" for suffix in sorted(suffixes))
        filters = f"Photos, videos, meshes, sessions ({known});;All files (*)"
        names, _ = QFileDialog.getOpenFileNames(self._window, "Open", self._folder, filters)
        return [self._remember(Path(name)) for name in names]

    def choose_folder(self, title: str) -> Path | None:
        name = QFileDialog.getExistingDirectory(self._window, title, self._folder)
        return self._remember(Path(name)) if name else None

    def choose_file(self, title: str, patterns: Sequence[str]) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self._window, title, self._folder, f"Files ({' '.join(patterns)})")
        return self._remember(Path(name)) if name else None

    def choose_target(self, title: str, suggestion: Path, patterns: Sequence[str]) -> Path | None:
        start = suggestion if suggestion.is_absolute() or not self._folder else Path(self._folder) / suggestion
        filters, suffixes = f"Files ({' '.join(patterns)})", [pattern.removeprefix("*") for pattern in patterns]
        while name := QFileDialog.getSaveFileName(self._window, title, str(start), filters)[0]:
            start = path = Path(name)
            if path.suffix.lower() in suffixes:
                return self._remember(path)
            path = path.with_name(path.name + suffixes[0])  # of this name the dialog did not ask whether it is there
            if not os.path.exists(path) or self.confirm(f"{path.name} is there already. Replace it?", "Replace"):
                return self._remember(path)
        return None

    def confirm(self, question: str, verb: str) -> bool:
        box = QMessageBox(QMessageBox.Icon.Question, "faceviewer", question, parent=self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)  # names of files may look like markup
        go = box.addButton(verb, QMessageBox.ButtonRole.AcceptRole)
        cancel = box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(cancel)
        box.exec()
        return box.clickedButton() is go

    def clipboard(self) -> np.ndarray | list[Path]:
        mime = QGuiApplication.clipboard().mimeData()
        if files := files_of(mime):
            return files
        image = QGuiApplication.clipboard().image()
        return [] if image.isNull() else rgb_of(image)

    def copy_text(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)

    def copy_picture(self, rgba: np.ndarray) -> None:
        QGuiApplication.clipboard().setImage(image_of(rgba))

    def viewport_picture(self, scale: int, transparent: bool) -> np.ndarray | None:
        return self._picture(scale, transparent) if self._picture is not None else None

    def open_dialog(self, name: str) -> None:
        self._dialogs[name]()

    def open_page(self, address: str) -> None:
        QDesktopServices.openUrl(QUrl(address))

    def reveal(self, path: Path) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(path if path.is_dir() else path.parent)))

    def toggle_full_screen(self) -> None:
        if self._window is not None:
            self._window.showNormal() if self._window.isFullScreen() else self._window.showFullScreen()

    def reset_layout(self) -> None:
        if self._layout is not None:
            self._layout.reset()

    def toggle_panel(self, name: str) -> None:
        if self._layout is not None:
            self._layout.toggle(name)

    def quit(self) -> None:
        if self._window is not None:
            self._window.close()

    def _remember(self, path: Path) -> Path:
        self._folder = str(path.parent)
        return path
