from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QToolButton

import faceviewer.gui.icons as icons
from faceviewer.app.commands import commands
from faceviewer.gui.icons import IconLabel, app_icon, icon, icon_names
from faceviewer.gui.theme import apply_theme

FILES = sorted(Path(icons.__file__).parent.glob("*.svg"))


@pytest.fixture(autouse=True)
def desktop_theme_afterwards(qapp: QApplication) -> Iterator[None]:
    yield
    apply_theme(qapp, "system")


def rgba_of(pixmap: QPixmap) -> np.ndarray:
    """(H, W, 4) uint8."""
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].reshape(image.height(), image.width(), 4).copy()


def painted(name: str, mode: QIcon.Mode = QIcon.Mode.Normal, side: int = 24) -> np.ndarray:
    return rgba_of(icon(name).pixmap(QSize(side, side), 1.0, mode))


def ink(rgba: np.ndarray) -> QColor:
    """The one colour of the opaque pixels; blending rounds it by a level."""
    colors = rgba[rgba[..., 3] == 255][:, :3].astype(int)
    color = np.median(colors, axis=0).astype(int)
    assert np.abs(colors - color).max() <= 2
    return QColor(*(int(channel) for channel in color))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_icon_is_drawn_in_the_palettes_text_colour(theme: str, qapp: QApplication) -> None:
    apply_theme(qapp, theme)
    assert len(icon_names()) > 60
    for name in sorted(icon_names()):
        rgba = painted(name)
        share = (rgba[..., 3] > 128).mean()
        assert 0.02 < share < 0.7, f"{name} covers {share:.0%}"
        assert not (rgba[[0, -1]][..., 3] > 200).any() and not (rgba[:, [0, -1]][..., 3] > 200).any(), (
            f"{name} is cut off"
        )
        assert ink(painted(name, side=96)) == qapp.palette().color(QPalette.ColorRole.ButtonText), name


def test_icons_differ(qapp: QApplication) -> None:
    pictures = {painted(name).tobytes() for name in icon_names()}
    assert len(pictures) == len(icon_names())


def test_disabled_is_dim(qapp: QApplication) -> None:
    apply_theme(qapp, "light")
    disabled = qapp.palette().color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    assert ink(painted("open", QIcon.Mode.Disabled)) == disabled != ink(painted("open"))


def test_one_icon_follows_the_theme(qapp: QApplication, qtbot) -> None:
    """The same QIcon, on a button that is only repainted."""
    button = QToolButton()
    button.setIcon(icon("stop"))
    qtbot.addWidget(button)
    lightness = []
    for theme in ("light", "dark", "light"):
        apply_theme(qapp, theme)
        lightness.append(rgba_of(button.icon().pixmap(QSize(32, 32), 1.0))[..., :3][8, 16].mean())
    assert lightness[0] < 80 < 180 < lightness[1] and lightness[0] == lightness[2]


def test_icons_are_sharp_at_every_pixel_ratio(qapp: QApplication) -> None:
    pixmap = icon("open").pixmap(QSize(24, 24), 1.5)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (36, 1.5)


def test_icons_outlive_their_python_objects(qapp: QApplication, qtbot) -> None:
    button = QToolButton()
    qtbot.addWidget(button)
    gc.freeze()  # what other tests have left takes half a minute to look through so often
    try:
        for name in sorted(icon_names()):
            button.setIcon(QIcon(icon(name)))
            gc.collect()
    finally:
        gc.unfreeze()
    assert rgba_of(button.icon().pixmap(QSize(24, 24), 1.0))[..., 3].any()


def test_an_icon_that_was_never_drawn_is_an_error(qapp: QApplication) -> None:
    with pytest.raises(KeyError, match="no-such"):
        icon("no-such")


def test_every_command_that_names_an_icon_has_one() -> None:
    assert {command.icon for command in commands() if command.icon} <= icon_names()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_drawings_share_one_style(path: Path) -> None:
    drawing = path.read_text(encoding="utf-8")
    if path.stem != "faceviewer":
        assert 'viewBox="0 0 24 24"' in drawing and 'stroke="currentColor" stroke-width="1.75"' in drawing
        assert not re.search(r"#[0-9a-fA-F]{3,6}\b|rgb\(", drawing), "colours come from the palette"
    assert "http" not in drawing.replace('xmlns="http://www.w3.org/2000/svg"', ""), "nothing is loaded from elsewhere"


def test_the_application_has_a_picture_of_its_own(qapp: QApplication) -> None:
    assert {16, 256} <= {size.width() for size in app_icon().availableSizes()}
    assert len(np.unique(rgba_of(app_icon().pixmap(QSize(64, 64), 1.0)).reshape(-1, 4), axis=0)) > 50


def test_an_icon_as_a_picture_follows_the_theme_and_can_change(qapp: QApplication, qtbot) -> None:
    label = IconLabel("stop", 32)
    qtbot.addWidget(label)
    inks = []
    for theme in ("light", "dark"):
        apply_theme(qapp, theme)
        inks.append(rgba_of(label.grab())[7, 16, :3].mean())
    assert inks[0] < 80 < 180 < inks[1]
    before = rgba_of(label.grab())
    label.set_icon("play")
    assert (rgba_of(label.grab()) != before).any()


WINDOWS = """
import gc
import sys
from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QToolBar, QWidget
from faceviewer.gui.icons import icon, icon_names

application = QApplication(sys.argv[:1])


def show_and_close():
    window = QWidget()
    bar = QToolBar(window)
    kept = [window]
    for name in sorted(icon_names()):
        drawn = icon(name)
        action = QAction(drawn, name, window)
        bar.addAction(action)
        kept += [drawn, action]
    window.kept = kept  # a circle, as the one by which views hear of the state
    window.show()
    application.processEvents()
    window.close()
    window.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)


for _ in range(5):
    show_and_close()
    gc.collect()
"""


def test_windows_go_with_their_icons() -> None:
    """Qt and Python each free what is theirs, in either order, and at the end of the process."""
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
