"""Somebody follows the heads of two people through a film: curves, frames, names, export, cancelling, garbage."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shiboken6
from engine_events import FACE
from fake_frames import numbered, video_of
from pose_factory import film_of_two, make_person, make_series
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHeaderView,
    QLabel,
    QListWidget,
    QPushButton,
    QSpinBox,
)

from faceviewer.app.state import Document
from faceviewer.gui.image_pane import ImagePane
from faceviewer.gui.pane_layers import FaceFrame
from faceviewer.gui.panels.elided_label import ElidedLabel
from faceviewer.gui.panels.photo_menu import photo_menu
from faceviewer.gui.panels.photo_rows import Row
from faceviewer.gui.pose_over_time.curves import PoseCurves
from faceviewer.gui.pose_over_time.dialog import PoseOverTimeDialog
from faceviewer.gui.pose_over_time.people_table import PeopleTable
from faceviewer.gui.pose_over_time.play_button import PlayButton
from faceviewer.gui.user_interface import QtUserInterface
from faceviewer.jobs import pose_video
from faceviewer.jobs.pose_files import read_pose_json

LONG = 120_000


class OneFace:
    """Sees a face in every frame that is not black."""

    def __init__(self, people: int) -> None: ...

    def reset(self) -> None: ...

    def update(self, rgb: np.ndarray, *, look: bool = False) -> list:
        return [FACE] if rgb.any() else []


class Page:
    """The open dialog, as a person sees and uses it."""

    def __init__(self, app, qtbot) -> None:
        self.app, self.qtbot = app, qtbot
        app.run("tools.pose_over_time")
        shown = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
        self.dialog = next(one for one in shown if isinstance(one, PoseOverTimeDialog))
        (self.curves,) = self.dialog.findChildren(PoseCurves)
        (self.table,) = self.dialog.findChildren(PeopleTable)
        self.pane = next(one for one in self.dialog.findChildren(ImagePane))

    @property
    def state(self):
        return self.app.state.pose_over_time

    def button(self, text: str) -> QPushButton:
        return next(one for one in self.dialog.findChildren(QPushButton) if one.text().replace("&", "") == text)

    def press(self, text: str) -> None:
        assert self.button(text).isEnabled() and self.button(text).isVisible(), text
        self.qtbot.mouseClick(self.button(text), Qt.MouseButton.LeftButton)

    def pick(self, name: str, text: str) -> None:
        combo = next(one for one in self.dialog.findChildren(QComboBox) if one.accessibleName() == name)
        combo.setCurrentText(text)
        combo.activated.emit(combo.currentIndex())

    def choose(self, path: Path, monkeypatch) -> None:
        monkeypatch.setattr(QtUserInterface, "choose_file", lambda *_: path)
        self.press("Choose video…")

    def analyse(self) -> None:
        self.press("Analyse")
        self.app.wait_until(lambda: self.state.job is None, timeout=LONG)
        QApplication.processEvents()

    def wait_for_frame(self, row: int) -> None:
        self.app.wait_until(lambda: self.state.picture is not None and self.state.picture.row == row, timeout=LONG)

    def said(self) -> list[str]:
        listed = next(one for one in self.dialog.findChildren(QListWidget) if one.accessibleName())
        return [listed.item(row).text() for row in range(listed.count())]

    def texts(self) -> str:
        labels = [*self.dialog.findChildren(QLabel), *self.dialog.findChildren(ElidedLabel)]
        return " ".join(label.text() for label in labels if label.isVisible())

    def cells(self, line: int) -> list[str]:
        return [self.table.item(line, column).text() for column in range(self.table.columnCount())]


@pytest.fixture
def page(app, qtbot, fake) -> Iterator[Page]:
    page = Page(app, qtbot)
    yield page
    if shiboken6.isValid(page.dialog):
        page.dialog.close()


@pytest.fixture
def quick(page, monkeypatch) -> Page:
    """With an engine that takes no time."""
    monkeypatch.setattr(pose_video.analyse_poses, "__kwdefaults__", {"build_tracker": OneFace})
    page.pick("Engine", "Made-up head")
    return page


@pytest.fixture
def film(tmp_path) -> Path:
    return video_of(tmp_path / "film.avi", numbered, count=24, rate=10)


def test_two_people_are_followed_by_the_real_engine(page, tmp_path, monkeypatch):
    page.choose(film_of_two(tmp_path / "two.avi", count=16), monkeypatch)
    spin = next(one for one in page.dialog.findChildren(QSpinBox) if one.accessibleName() == "Every how many frames")
    spin.setValue(4)
    page.analyse()
    assert page.said() == ["2 people were followed through 4 frames."]
    assert page.table.rowCount() == 2 and page.cells(0)[0] == "Person 1"
    assert "guessed by the engine from the first heads" in page.texts() and "nobody is recognised" in page.texts()
    page.wait_for_frame(0)
    assert len(page.pane._layers) == 4, "a box and axes for each of them"
    values = page.cells(0)
    assert all(text != "–" for text in values[1:]) and float(values[6]) > 100, "millimetres away"


def test_moving_through_the_frames(quick, film, monkeypatch, qtbot):
    assert not quick.button("Analyse").isEnabled() and "Choose a video" in quick.curves._sentence
    quick.choose(film, monkeypatch)
    quick.analyse()
    assert "Frame 0 at 0.00 s, 10.00 frames per second: film.avi" in quick.texts()
    assert quick.cells(0)[1:] == ["–"] * 6 and not quick.pane._layers, "the first frame is black"
    qtbot.keyClick(quick.curves, Qt.Key.Key_Right)
    quick.wait_for_frame(1)
    assert "Frame 1 at 0.10 s" in quick.texts() and quick.cells(0)[1] != "–" and len(quick.pane._layers) == 2
    qtbot.mouseClick(quick.curves, Qt.MouseButton.LeftButton, pos=QPoint(quick.curves.width() - 2, 100))
    quick.wait_for_frame(23)
    assert quick.pane.picture.size.width() == 64


def test_playing(quick, film, monkeypatch, qtbot):
    (play,) = quick.dialog.findChildren(PlayButton)
    assert not play.isEnabled() and play.accessibleName() == "Play"
    quick.choose(film, monkeypatch)
    quick.analyse()
    quick.wait_for_frame(0)
    seen = []
    quick.app.verbs.store.subscribe(lambda state, _: seen.append(state.pose_over_time.row))
    since = time.monotonic()
    qtbot.keyClick(quick.curves, Qt.Key.Key_Space)
    assert play.isChecked() and play.accessibleName() == "Pause"
    quick.app.wait_until(lambda: not play.isChecked(), timeout=LONG)
    assert time.monotonic() - since > 2.2, "24 frames at 10 per second are not over sooner"
    assert seen == sorted(seen) and seen[-1] == 23 and len(set(seen)) > 2
    quick.wait_for_frame(23)
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)  # from the end it begins anew
    quick.app.wait_until(lambda: 0 < quick.state.row < 23, timeout=LONG)
    qtbot.keyClick(quick.curves, Qt.Key.Key_End)  # where somebody looks is where it goes on
    quick.app.wait_until(lambda: not play.isChecked(), timeout=LONG)
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    assert not play.isChecked() and quick.state.row < 23
    qtbot.mouseClick(play, Qt.MouseButton.LeftButton)
    quick.dialog.close()
    assert not play.isChecked()


def test_people_get_names_and_can_be_hidden(quick, film, monkeypatch):
    quick.choose(film, monkeypatch)
    quick.analyse()
    item = quick.table.item(0, 0)
    item.setText("Anna")
    assert quick.state.names == {1: "Anna"} and quick.state.series.people[0].title == "Anna"
    quick.table.item(0, 0).setCheckState(Qt.CheckState.Unchecked)
    assert quick.state.hidden == {1} and quick.table.item(0, 0).text() == "Anna"
    quick.table.item(0, 0).setCheckState(Qt.CheckState.Checked)
    quick.table.item(0, 0).setText("")
    assert quick.table.item(0, 0).text() == "Person 1" and not quick.state.hidden
    assert "23 frames from 0.10 s to 2.30 s, 0 gaps" in quick.table.item(0, 0).toolTip()


def test_what_is_seen_stays_while_people_are_named_and_curves_smoothed(quick, tmp_path, monkeypatch, qtbot):
    quick.choose(video_of(tmp_path / "long.avi", numbered, count=24, rate=1), monkeypatch)
    quick.analyse()
    quick.wait_for_frame(0)
    for _ in range(3):
        qtbot.keyClick(quick.curves, Qt.Key.Key_Plus)
    zoomed = quick.curves.window_s
    (play,) = quick.dialog.findChildren(PlayButton)
    qtbot.keyClick(quick.curves, Qt.Key.Key_Space)
    quick.table.item(0, 0).setText("Anna")
    quick.pick("Smoothing", "0.1 s")
    quick.app.wait_until(lambda: quick.state.series.smoothing_s == 0.1, timeout=LONG)
    assert play.isChecked(), "the film goes on"
    qtbot.keyClick(quick.curves, Qt.Key.Key_Space)
    assert quick.curves.window_s.length_s == pytest.approx(zoomed.length_s)


def test_a_space_bar_that_is_held_down_is_pressed_once(quick, film, monkeypatch):
    quick.choose(film, monkeypatch)
    quick.analyse()
    (play,) = quick.dialog.findChildren(PlayButton)
    for again in (False, True, True):
        key = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, autorep=again, text=" "
        )  # fmt: skip
        QApplication.sendEvent(quick.curves, key)
        assert play.isChecked()


def test_a_field_of_view_is_typed_with_its_decimals(quick, qtbot):
    (field,) = quick.dialog.findChildren(QDoubleSpinBox)
    for typed, value in (("62.5", 62.5), ("7.5", 7.5), ("120", 120.0)):
        field.selectAll()
        qtbot.keyClicks(field, typed)
        assert field.value() == quick.state.wish.fov_deg == value, "at once: the letter of Analyse takes no focus"


def test_names_that_cannot_be_seen_are_not_shown_either(quick, tmp_path, monkeypatch):
    quick.choose(video_of(tmp_path / "one.avi", lambda k: numbered(5), count=1), monkeypatch)
    quick.analyse()
    item = quick.table.item(0, 0)
    for typed, shown in (("\u200b", "Person 1"), ("Anna", "Anna"), ("Anna \u202e", "Anna"), ("  ", "Person 1")):
        item.setText(typed)
        assert item.text() == quick.state.series.people[0].title == shown
    assert item.toolTip() == "Person 1: 1 frame from 0.00 s to 0.00 s, 0 gaps"


def test_one_of_many_people_is_named_and_hidden_alone(quick):
    """Each line that was shown anew cost as much as there were lines: half a minute for two thousand people."""
    series = make_series(400)
    people = tuple(make_person(number, [2 * number]) for number in range(1, 101))
    pose = quick.app.verbs.pose_over_time
    pose._put(raw=replace(series, people=people), series=replace(series, people=people))
    lines = []
    quick.table.model().dataChanged.connect(lambda first, last: lines.append((first.row(), last.row())))
    kept = quick.curves._backing = QPixmap(1, 1)
    quick.table.item(3, 0).setText("Anna")
    assert set(lines) == {(3, 3)} and quick.curves._backing is kept, "no curve has changed"
    quick.table.item(5, 0).setCheckState(Qt.CheckState.Unchecked)
    assert set(lines) == {(3, 3), (5, 5)} and quick.curves._backing is None
    lines.clear()
    pose._put(row=8)
    assert set(lines) == {(3, 3)}, "the only one who is seen"
    header = quick.table.horizontalHeader()
    modes = {header.sectionResizeMode(column) for column in range(header.count())}
    assert QHeaderView.ResizeMode.ResizeToContents not in modes


def test_a_file_whose_suffix_was_not_typed_is_not_replaced_unasked(quick, film, tmp_path, monkeypatch):
    quick.choose(film, monkeypatch)
    quick.analyse()
    (tmp_path / "mine.csv").write_text("precious")
    typed, answers, asked = [], [], []

    def confirm(_, question: str, verb: str) -> bool:
        asked.append((question, verb))
        return answers.pop(0)

    def choose(*_) -> tuple[str, str]:
        return (str(tmp_path / typed.pop(0)) if typed else "", "")

    def export(*names: str, replaces: bool = False) -> None:
        typed[:], answers[:] = names, [replaces]
        quick.press("Export…")

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    monkeypatch.setattr(QtUserInterface, "confirm", confirm)
    export("mine")
    assert asked == [("mine.csv is there already. Replace it?", "Replace")]
    export("mine", "other.v2")
    quick.app.wait_until(lambda: any("other.v2.csv was written" in text for text in quick.said()), timeout=LONG)
    assert len(asked) == 2 and (tmp_path / "mine.csv").read_text() == "precious"
    export("mine", replaces=True)
    quick.app.wait_until(lambda: any("mine.csv was written" in text for text in quick.said()), timeout=LONG)
    assert (tmp_path / "mine.csv").read_text().startswith("frame,")


def test_exports(quick, film, tmp_path, monkeypatch):
    assert not quick.button("Export…").isEnabled()
    quick.choose(film, monkeypatch)
    quick.analyse()
    quick.pick("Smoothing", "0.1 s")
    quick.app.wait_until(lambda: quick.state.series.smoothing_s == 0.1, timeout=LONG)
    quick.pick("Curves", "Angles")
    for name in ("out.csv", "out.json"):
        monkeypatch.setattr(QtUserInterface, "choose_target", lambda *_, name=name: tmp_path / name)
        quick.press("Export…")
        quick.app.wait_until(lambda name=name: any(name in text for text in quick.said()), timeout=LONG)
    with open(tmp_path / "out.csv", encoding="utf-8", newline="") as file:
        assert [row["person"] for row in csv.DictReader(file)] == ["", *["1"] * 23]
    assert read_pose_json(tmp_path / "out.json").smoothing_s == 0.1


def test_cancelling_keeps_what_was_there(quick, film, tmp_path, monkeypatch):
    quick.choose(film, monkeypatch)
    quick.analyse()
    before = quick.state.series
    quick.choose(video_of(tmp_path / "patient.avi", lambda k: numbered(5), count=9), monkeypatch)
    quick.press("Analyse")
    assert not quick.button("Analyse").isEnabled(), "not twice at once"
    quick.app.wait_until(lambda: quick.button("Cancel").isVisible(), timeout=LONG)
    quick.press("Cancel")
    assert quick.state.job is None and quick.state.series is before and quick.curves._series is before
    assert quick.said() == ["The analysis was cancelled. The earlier result is still shown."]
    assert not quick.button("Cancel").isVisible() and quick.button("Analyse").isEnabled()


def test_what_is_shown_is_named_while_another_film_is_chosen(quick, film, tmp_path, monkeypatch):
    quick.choose(film, monkeypatch)
    quick.analyse()
    assert "Not analysed yet" not in quick.texts()
    quick.choose(tmp_path / "other.avi", monkeypatch)
    assert "Not analysed yet; what is shown is of film.avi. Focal length" in quick.texts()
    quick.choose(tmp_path / "folder" / "film.avi", monkeypatch)
    assert f"Not analysed yet; what is shown is of {film}. " in quick.texts(), "both are called film.avi"
    quick.choose(film, monkeypatch)
    assert "Not analysed yet" not in quick.texts()


def test_keys_move_and_play_as_soon_as_the_film_is_analysed(quick, film, monkeypatch, qtbot):
    """The button is disabled while it works, and the focus went on to the frame, which arrows move."""
    quick.choose(film, monkeypatch)
    button = quick.button("Analyse")
    for start in (lambda: quick.press("Analyse"), lambda: qtbot.keyClick(button, Qt.Key.Key_Space)):
        button.setFocus()
        assert quick.dialog.focusWidget() is button
        start()
        quick.app.wait_until(lambda: quick.state.job is None, timeout=LONG)
        assert quick.dialog.focusWidget() is quick.curves


def test_a_line_that_is_cut_says_all_of_it_in_its_tooltip(quick, tmp_path, monkeypatch):
    name = "a film with a name that is as long as it can be and goes on.avi"
    quick.choose(video_of(tmp_path / name, numbered, count=2, rate=10), monkeypatch)
    quick.analyse()
    quick.dialog.resize(1000, 700)
    (line,) = (one for one in quick.dialog.findChildren(ElidedLabel) if one.text().startswith("Frame 0"))
    assert line.text().endswith(name) and line.sizeHint().width() > line.width(), "the label cuts it with an ellipsis"
    assert not quick.table.wordWrap(), "nor does a hyphen cut a name where there is room"


def test_garbage_is_one_sentence(quick, tmp_path, monkeypatch):
    (tmp_path / "bad.mp4").write_bytes(b"\0garbage" * 40)
    quick.choose(tmp_path / "bad.mp4", monkeypatch)
    quick.analyse()
    (sentence,) = quick.said()
    assert "bad.mp4" in sentence and sentence.endswith("it is not a video that can be read.")
    assert quick.state.series is None and not quick.button("Export…").isEnabled()


def test_closing_while_it_works_cancels_and_the_result_is_there_again(quick, film, tmp_path, monkeypatch):
    quick.choose(film, monkeypatch)
    quick.analyse()
    quick.choose(video_of(tmp_path / "patient.avi", lambda k: numbered(5), count=9), monkeypatch)
    quick.press("Analyse")
    quick.dialog.close()
    assert quick.state.job is None
    again = Page(quick.app, quick.qtbot)
    assert again.curves._series is not None and again.table.rowCount() == 1
    sentence = "The analysis was cancelled when this dialog was closed. The earlier result is still shown."
    assert again.said() == [sentence]
    again.dialog.close()


def test_a_videos_menu_leads_there(app, qtbot, film, fake):
    menu = photo_menu(Row(Document(1, "film.avi", kind="video", path=film), None), app.verbs, app.window)
    (action,) = (one for one in menu.actions() if one.text() == "Head pose over time...")
    assert action.isVisible()
    action.trigger()
    assert app.state.pose_over_time.wish.source == film
    next(one for one in QApplication.topLevelWidgets() if isinstance(one, PoseOverTimeDialog)).close()
    menu.close()
    photo = photo_menu(Row(Document(2, "a.jpg", path=film), None), app.verbs, app.window)
    assert not any(one.isVisible() for one in photo.actions() if one.text() == "Head pose over time...")
    photo.close()


def test_a_long_name_does_not_cover_the_picture(quick, film, monkeypatch):
    quick.choose(film, monkeypatch)
    quick.analyse()
    quick.table.item(0, 0).setText("Somebody whose name goes on and on, over all the others")
    quick.app.verbs.pose_over_time.move_to(3)
    quick.wait_for_frame(3)
    titles = [layer.title for layer in quick.pane._layers if isinstance(layer, FaceFrame)]
    assert titles == ["Somebody whose name goe…"] and quick.state.series.people[0].title.endswith("others")


def test_it_is_used_with_keys_alone(quick, film, monkeypatch, qtbot):
    monkeypatch.setattr(QtUserInterface, "choose_file", lambda *_: film)
    letters = [text[text.index("&") + 1].lower() for text in shown_texts(quick.dialog) if "&" in text]
    assert len(letters) == len(set(letters)), "no letter leads to two things"
    for text in ("Choose video…", "Analyse"):
        assert not quick.button(text).shortcut().isEmpty()
        qtbot.keyClick(quick.button(text), Qt.Key.Key_Space)
    quick.app.wait_until(lambda: quick.state.series is not None and quick.state.job is None, timeout=LONG)


def shown_texts(dialog) -> list[str]:
    return [one.text() for kind in (QPushButton, QLabel) for one in dialog.findChildren(kind) if one.isVisible()]


def test_frames_of_a_folder_have_a_rate_that_is_taken(quick, tmp_path, monkeypatch):
    from PIL import Image

    for k in (3, 4):
        Image.fromarray(numbered(k)).save(tmp_path / f"{k}.png")
    monkeypatch.setattr(QtUserInterface, "choose_folder", lambda *_: tmp_path)
    quick.press("Choose folder…")
    quick.analyse()
    assert "taken as 25.00 frames per second" in quick.texts()
