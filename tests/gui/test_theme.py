from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QRadioButton, QToolButton, QToolTip

from faceviewer.gui.theme import Level, apply_theme, is_dark, level_color, theme_palette

Role = QPalette.ColorRole
READ_TOGETHER = [
    (Role.WindowText, Role.Window),
    (Role.Text, Role.Base),
    (Role.Text, Role.AlternateBase),
    (Role.ButtonText, Role.Button),
    (Role.PlaceholderText, Role.Base),
    (Role.PlaceholderText, Role.Window),
    (Role.PlaceholderText, Role.AlternateBase),
    (Role.HighlightedText, Role.Highlight),
    (Role.ButtonText, Role.Highlight),  # icons of menu items that are pointed at
    (Role.ToolTipText, Role.ToolTipBase),
    (Role.Link, Role.Base),
    (Role.Link, Role.Window),
    (Role.LinkVisited, Role.Base),
    (Role.BrightText, Role.Window),
]


@pytest.fixture(autouse=True)
def desktop_theme_afterwards(qapp: QApplication) -> Iterator[None]:
    yield
    apply_theme(qapp, "system")


def contrast(one: QColor, other: QColor) -> float:
    """Of WCAG 2: from 1 to 21."""

    def luminance(color: QColor) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color.getRgbF()[:3]]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("text", "ground"), READ_TOGETHER, ids=lambda role: role.name)
def test_text_can_be_read(text: Role, ground: Role, dark: bool, qapp: QApplication) -> None:
    palette = theme_palette(dark=dark)
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        assert contrast(palette.color(group, text), palette.color(group, ground)) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_what_is_disabled_is_dim_but_not_gone(dark: bool, qapp: QApplication) -> None:
    palette = theme_palette(dark=dark)
    for text, ground in ((Role.WindowText, Role.Window), (Role.ButtonText, Role.Button), (Role.Text, Role.Base)):
        usual = contrast(palette.color(text), palette.color(ground))
        dim = contrast(palette.color(QPalette.ColorGroup.Disabled, text), palette.color(ground))
        assert 2.5 <= dim < usual / 2


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("level", ["info", "ok", "warning", "error"])
def test_messages_of_every_level_can_be_read(level: Level, dark: bool, qapp: QApplication) -> None:
    palette = theme_palette(dark=dark)
    for ground in (Role.Window, Role.Base):
        assert contrast(level_color(level, palette), palette.color(ground)) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_the_chrome_is_neutral_so_that_photos_look_right(dark: bool, qapp: QApplication) -> None:
    palette = theme_palette(dark=dark)
    for role in (Role.Window, Role.Base, Role.AlternateBase, Role.Button):
        assert max(palette.color(role).getRgb()[:3]) - min(palette.color(role).getRgb()[:3]) <= 6


def test_the_theme_changes_live(qapp: QApplication, qtbot) -> None:
    label = QLabel("text")
    qtbot.addWidget(label)
    label.show()
    seen = []
    for theme in ("dark", "light", "dark"):
        apply_theme(qapp, theme)
        qapp.processEvents()
        seen.append((is_dark(label.palette()), is_dark(QToolTip.palette())))
    assert seen == [(True, True), (False, False), (True, True)]
    assert qapp.style().baseStyle().name() == "fusion"
    assert not qapp.styleSheet()


def test_the_desktop_theme_is_a_whole_theme(qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    apply_theme(qapp, "system")
    window = qapp.palette().color(Role.Window)
    assert window in [theme_palette(dark=dark).color(Role.Window) for dark in (False, True)]


def test_switches_show_in_both_themes_whether_they_are_on(qapp: QApplication, qtbot) -> None:
    """The outline of an empty box and the face of a full one stand out from the window (WCAG: 3 to 1)."""
    for theme in ("light", "dark"):
        apply_theme(qapp, theme)
        for kind in (QCheckBox, QRadioButton):
            box = kind("")
            qtbot.addWidget(box)
            box.resize(30, 30)
            window = box.palette().color(Role.Window)
            best = {}
            for on in (False, True):
                box.setChecked(on)
                image = box.grab().toImage()
                colors = [image.pixelColor(x, y) for x in range(30) for y in range(30)]
                best[on] = max(contrast(color, window) for color in colors)
                assert best[on] >= 3, (theme, kind, on)


def test_what_is_pressed_for_good_looks_different(qapp: QApplication, qtbot) -> None:
    for theme in ("light", "dark"):
        apply_theme(qapp, theme)
        button = QToolButton()
        qtbot.addWidget(button)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.resize(30, 30)
        faces = []
        for on in (False, True):
            button.setChecked(on)
            faces.append(button.grab().toImage().pixelColor(15, 15))
        assert max(abs(a - b) for a, b in zip(faces[0].getRgb(), faces[1].getRgb(), strict=True)) > 25, theme
