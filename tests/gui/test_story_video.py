"""Somebody opens a video file: it plays, can be sought and frozen, and begins anew after its end."""

from __future__ import annotations

import numpy as np
import pytest
from drops import drop, files
from fake_frames import moving_portrait, video_of
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider, QToolButton

LONG = 60_000
RATE, COUNT = 10.0, 30


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Three seconds of the portrait wandering about."""
    return video_of(tmp_path_factory.mktemp("films") / "portrait.avi", moving_portrait, count=COUNT, rate=RATE)


@pytest.fixture
def playing(app, film):
    """The application playing the film."""
    drop(app.window, files([film]))
    app.wait_until(lambda: app.state.shown.result is not None, timeout=LONG)
    return app


def slider(app) -> QSlider:
    return next(s for s in app.window.live_bar.findChildren(QSlider) if s.accessibleName() == "Place in the video")


def press(qtbot, app, name: str) -> None:
    buttons = {b.accessibleName(): b for b in app.window.live_bar.findChildren(QToolButton)}
    qtbot.mouseClick(buttons[name], Qt.MouseButton.LeftButton)


def seek(app, time_s: float) -> None:
    """Move the slider there and wait for that frame."""
    before = app.state.shown.photo
    slider(app).setValue(round(slider(app).maximum() * time_s / app.state.live.duration_s))
    app.wait_until(lambda: app.state.shown.photo is not before, timeout=LONG)


def is_frame(photo, index: int) -> bool:
    """Whether the picture is that frame, up to its compression, rather than one of its neighbours."""
    errors = [np.abs(photo.rgb.astype(int) - moving_portrait(k)).mean() for k in (index - 2, index, index + 2)]
    return errors[1] < 6 and errors[1] == min(errors)


def test_it_plays_with_a_head_for_every_frame(playing):
    assert playing.state.live.playing and playing.state.live.duration_s == pytest.approx(COUNT / RATE, abs=0.2)
    assert playing.window.live_bar.isVisible() and slider(playing).isEnabled()
    first = playing.state.shown
    playing.wait_until(lambda: playing.state.live.time_s > 1, timeout=LONG)
    assert playing.state.shown.result is not first.result
    assert slider(playing).value() == pytest.approx(slider(playing).maximum() * playing.state.live.time_s / 3, abs=3)
    assert not playing.state.live.mirror, "only cameras are mirrors"


def test_the_slider_shows_the_head_of_that_frame_also_while_frozen(qtbot, playing):
    press(qtbot, playing, "Freeze")
    playing.wait_until(lambda: not playing.state.live.playing, timeout=LONG)
    heads = []
    for index in (24, 6):
        seek(playing, index / RATE)
        playing.wait_until(lambda index=index: is_frame(playing.state.shown.photo, index), timeout=LONG)
        assert playing.state.live.time_s == pytest.approx(index / RATE, abs=0.06)
        heads.append(playing.state.shown.result)
    assert not playing.state.live.playing
    camera_x = [head.camera.project(np.zeros(3))[0] for head in heads]
    expected = 20 * np.sin(24 / 9) - 20 * np.sin(6 / 9)
    assert camera_x[0] - camera_x[1] == pytest.approx(expected, abs=6), "the heads stand where the frames show them"


def test_after_the_end_it_begins_anew(qtbot, playing):
    slider(playing).setValue(slider(playing).maximum() - 20)
    playing.wait_until(lambda: not playing.state.live.playing, timeout=LONG)
    assert playing.state.live.time_s > 2 and playing.state.shown.result is not None, "the last frame stays"
    press(qtbot, playing, "Play")
    assert playing.state.live.playing
    playing.wait_until(lambda: 0 < playing.state.live.time_s < 2, timeout=LONG)


def test_a_place_can_be_looked_up_after_the_end(playing):
    slider(playing).setValue(slider(playing).maximum() - 5)
    playing.wait_until(lambda: not playing.state.live.playing, timeout=LONG)
    seek(playing, 0.6)
    assert is_frame(playing.state.shown.photo, 6) and not playing.state.live.playing


def test_a_frame_can_be_taken_with_its_texture(playing):
    playing.run("photo.reconstruct")
    assert not playing.state.live.playing, "it stays at the frame that was seen"
    photo = playing.state.shown.photo
    playing.wait_idle()
    result = playing.state.shown.result
    assert result.textures and np.array_equal(playing.state.shown.photo.rgb, photo.rgb)
    assert result.photo_sha256 == playing.state.shown.photo.sha256 != ""


def test_back_from_a_photo_it_goes_on_where_it_was_left(playing, sample_photo):
    playing.wait_until(lambda: playing.state.live.time_s > 0.5, timeout=LONG)
    left_s = playing.state.live.time_s
    playing.verbs.opening.open_paths([sample_photo])
    assert playing.state.live is None
    playing.wait_idle()
    playing.run("photo.previous")
    assert playing.state.live is not None and playing.state.live.time_s == left_s
    playing.wait_until(lambda: playing.state.live.time_s > left_s, timeout=LONG)
    assert playing.state.shown.document.kind == "video"
