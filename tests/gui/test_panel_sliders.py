"""The slider row: one value, three ways to change it, no loops."""

from __future__ import annotations

import pytest
from panel_kit import settle
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QSlider

from faceviewer.gui.panels.sliders import SliderRow, SliderSpec


class Heard:
    """What a row told."""

    def __init__(self, row: SliderRow) -> None:
        self.values: list[float] = []
        self.finished = 0
        row.changed.connect(self.values.append)
        row.finished.connect(self.count)

    def count(self) -> None:
        self.finished += 1


@pytest.fixture
def row(qtbot) -> SliderRow:
    row = SliderRow(SliderSpec("Nose width", -3.0, 3.0, "Wide or narrow."), 0.0)
    qtbot.addWidget(row)
    row.resize(300, 30)
    row.show()
    qtbot.waitExposed(row)
    return row


def slider(row: SliderRow) -> QSlider:
    return row.findChild(QSlider)


def field(row: SliderRow) -> QDoubleSpinBox:
    return row.findChild(QDoubleSpinBox)


def test_many_moves_in_one_turn_are_told_once(row):
    heard = Heard(row)
    for step in range(1, 151):
        slider(row).setValue(step)
    assert heard.values == []
    settle()
    assert heard.values == [1.5]
    assert field(row).value() == 1.5


def test_showing_a_value_tells_nobody(row):
    heard = Heard(row)
    row.show_value(-2.25)
    settle()
    assert heard.values == [] and heard.finished == 0
    assert (slider(row).value(), field(row).value(), row.value) == (-225, -2.25, -2.25)


def test_keys_move_the_slider_and_letting_go_ends_the_change(row, qtbot):
    heard = Heard(row)
    slider(row).setFocus()
    qtbot.keyClick(slider(row), Qt.Key.Key_Right)
    settle()
    assert heard.values == [pytest.approx(0.06)] and heard.finished == 1


def test_a_typed_number_counts_once_it_is_complete(row, qtbot):
    heard = Heard(row)
    field(row).setFocus()
    field(row).selectAll()
    qtbot.keyClicks(field(row), "2.5")
    settle()
    assert heard.values == []
    qtbot.keyClick(field(row), Qt.Key.Key_Return)
    settle()
    assert heard.values == [2.5] and slider(row).value() == 250


def test_a_double_click_goes_back_to_exactly_the_fitted_value(row, qtbot):
    row.default = 0.123456789
    row.show_value(1.0)
    heard = Heard(row)
    qtbot.mouseDClick(slider(row), Qt.MouseButton.LeftButton)
    settle()
    assert heard.values[-1] == 0.123456789 == row.value


def test_what_the_state_says_does_not_pull_the_slider_out_of_the_hand(row):
    slider(row).setSliderDown(True)
    slider(row).setSliderPosition(200)
    row.show_value(0.5)
    assert row.value == 2.0
    slider(row).setSliderDown(False)
    settle()
    row.show_value(0.5)
    assert row.value == 0.5


def test_the_wheel_scrolls_the_panel_and_leaves_the_slider(row):
    heard = Heard(row)
    for widget in (slider(row), field(row)):
        event = QWheelEvent(
            QPointF(5, 5), QPointF(widget.mapToGlobal(QPoint(5, 5))), QPoint(0, 0), QPoint(0, 120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
    settle()
    assert heard.values == [] and row.value == 0.0


def test_percent_is_shown_and_shares_are_told(qtbot):
    row = SliderRow(SliderSpec("Opacity", 0.0, 1.0, unit=" %", decimals=0, scale=100), 0.5)
    qtbot.addWidget(row)
    heard = Heard(row)
    assert field(row).text() == "50 %"
    slider(row).setValue(75)
    settle()
    assert heard.values == [0.75] and field(row).text() == "75 %"


def test_parts_have_names_for_screen_readers(row):
    assert slider(row).accessibleName() == "Nose width"
    assert field(row).accessibleName() == "Nose width, value"
    assert "Double click" in slider(row).toolTip()
