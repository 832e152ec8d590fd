"""A person changes the theme, sees it change at once, and finds it as it was after a restart."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication, QComboBox

from faceviewer.app.settings import Settings
from faceviewer.gui.dialogs.settings import SettingsDialog
from faceviewer.gui.theme import apply_theme, is_dark


@pytest.fixture(autouse=True)
def desktop_theme_afterwards(qapp: QApplication) -> Iterator[None]:
    yield
    apply_theme(qapp, "system")


def settings_dialog() -> SettingsDialog:
    (dialog,) = (one for one in QApplication.topLevelWidgets() if isinstance(one, SettingsDialog) and one.isVisible())
    return dialog


def choose(theme: str) -> None:
    box = settings_dialog().findChild(QComboBox, "appearance.theme")
    assert box is not None
    box.setCurrentIndex(box.findData(theme))
    QApplication.processEvents()


def brightness(pixmap: QPixmap) -> float:
    """Mean grey level of a picture without transparency."""
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return float(rows[:, : image.width()].mean())


def icon_brightness(app, command_id: str) -> float:
    """Grey level of the opaque pixels of a command's icon."""
    image = app.window.actions_by_id[command_id].icon().pixmap(QSize(32, 32), 1.0).toImage()
    colors = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
    return float(np.mean([color.lightness() for color in colors if color.alpha() == 255]))


def test_the_theme_changes_live_and_stays_for_the_next_start(app) -> None:
    app.add_sample()
    app.run("file.settings")
    choose("light")
    light = brightness(app.window.menuBar().grab()), brightness(app.window.status_bar.grab())
    assert not is_dark(app.window.palette()) and icon_brightness(app, "file.open") < 80
    choose("dark")
    dark = brightness(app.window.menuBar().grab()), brightness(app.window.status_bar.grab())
    assert is_dark(app.window.palette()) and icon_brightness(app, "file.open") > 180
    assert all(then - now > 100 for then, now in zip(light, dark, strict=True))
    for name, panel in app.window.panels.items():
        assert is_dark(panel.palette()), name
    assert is_dark(settings_dialog().palette()), "open dialogs change as well"
    settings_dialog().close()
    assert Settings().text("appearance.theme") == "dark"


def test_the_photo_and_the_head_keep_their_colours(app) -> None:
    app.add_sample()
    app.run("file.settings")
    pictures = []
    for theme in ("light", "dark"):
        choose(theme)
        pictures.append(app.window.viewport_picture(1, True))
    settings_dialog().close()
    light, dark = pictures
    opaque = (light[..., 3] == 255) & (dark[..., 3] == 255)
    assert opaque.mean() > 0.05
    np.testing.assert_allclose(light[opaque].astype(int), dark[opaque].astype(int), atol=1)
