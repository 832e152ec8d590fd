"""Somebody looks into the webcam, played by a synthetic source: the head follows, live."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
from fake_frames import SyntheticSource, moving_portrait
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox, QToolButton

from faceviewer.app.state import LiveState
from faceviewer.gui.dialogs.camera import CameraDialog
from faceviewer.jobs import cameras
from faceviewer.jobs.cameras import CameraInfo
from faceviewer.jobs.recording import HEADER
from faceviewer.types import FaceviewerError

LONG = 60_000


@pytest.fixture
def camera(app):
    """The application following a camera."""
    app.verbs.live.follow_camera(SyntheticSource(moving_portrait, count=None, live=True), "Test camera")
    app.wait_until(lambda: app.state.shown.result is not None, timeout=LONG)
    return app


def button(app, name: str) -> QToolButton:
    return next(b for b in app.window.live_bar.findChildren(QToolButton) if b.accessibleName() == name)


def press(qtbot, app, name: str) -> None:
    qtbot.mouseClick(button(app, name), Qt.MouseButton.LeftButton)


def wait_frames(app, count: int = 3) -> None:
    """Wait until so many frames were shown."""
    seen: list[object] = [app.state.shown.photo]

    def enough() -> bool:
        if app.state.shown.photo is not seen[-1]:
            seen.append(app.state.shown.photo)
        return len(seen) > count

    app.wait_until(enough, timeout=LONG)


def test_the_head_follows_in_all_panes(camera):
    first = camera.state.shown
    wait_frames(camera)
    shown = camera.state.shown
    assert shown.photo is not first.photo and shown.document.kind == "webcam"
    assert np.abs(shown.result.pose.t_mm - first.result.pose.t_mm).max() > 0
    assert camera.window.viewport.stage.panes[0].subject.result is shown.result
    assert camera.window.live_bar.isVisible() and camera.state.live.frames_per_second > 0
    assert camera.state.job is None


def test_heads_without_texture_are_shaded(camera):
    """Frames are followed without texture: unlit grey would show an outline only."""
    assert camera.state.view.display == "textured" and not camera.state.shown.result.textures
    picture = camera.window.viewport.picture(annotated=False)
    height, width, _ = picture.shape
    face = picture[height // 3 : 2 * height // 3, 2 * width // 5 : 3 * width // 5, 1]
    assert len(np.unique(face)) > 30


def test_freeze_texture_and_go_on(qtbot, camera):
    press(qtbot, camera, "Freeze")
    camera.wait_until(lambda: not camera.state.live.playing, timeout=LONG)
    camera.run("photo.reconstruct")
    camera.wait_idle()
    head, photo = camera.state.shown.result, camera.state.shown.photo
    assert head.textures and photo.sha256 and head.photo_sha256 == photo.sha256
    assert camera.window.viewport.stage.panes[0].subject.result.textures
    press(qtbot, camera, "Play")
    wait_frames(camera)
    assert camera.state.shown.result is not head and camera.state.shown.photo is not photo
    assert camera.state.shown.result.textures["photo"] is head.textures["photo"], "the texture stays on the head"


def test_the_mirror_is_only_in_the_view(camera):
    camera.run("tools.freeze")
    camera.wait_until(lambda: not camera.state.live.playing, timeout=LONG)
    pane, shown = camera.window.photo_view.pane, camera.state.shown
    assert camera.state.live.mirror, "people know themselves from the mirror"
    width = shown.photo.rgb.shape[1]
    mirrored = pane.transform.to_widget(0, 0).x()
    assert mirrored > pane.transform.to_widget(width, 0).x()
    camera.run("tools.mirror")
    assert pane.transform.to_widget(0, 0).x() < pane.transform.to_widget(width, 0).x()
    assert camera.state.shown.photo is shown.photo and camera.state.shown.result is shown.result


def test_landmarks_pose_and_blendshapes_are_recorded(qtbot, camera, tmp_path, monkeypatch):
    path = tmp_path / "take.csv"
    monkeypatch.setattr(camera.verbs.ui, "choose_target", lambda *_: path)
    press(qtbot, camera, "Record")
    camera.wait_until(lambda: camera.state.live.recording == path, timeout=LONG)
    assert button(camera, "Record").isChecked()
    wait_frames(camera, 4)
    press(qtbot, camera, "Stop following")
    assert camera.state.live is None and camera.window.live_bar.isVisible(), "with Play, to follow it again"
    camera.wait_until(lambda: camera.state.notice is not None, timeout=LONG)
    header, *rows = csv.reader(path.read_text().splitlines())
    assert tuple(header) == HEADER and len(rows) >= 3
    assert camera.state.notice.text == f"take.csv: {len(rows)} frames were recorded."
    yaw = [float(row[header.index("yaw_deg")]) for row in rows if row[header.index("yaw_deg")]]
    assert yaw and np.ptp(yaw) < 10, "of one face that hardly turns"


def test_record_stays_up_while_nothing_is_recorded(qtbot, app, tmp_path, monkeypatch):
    head = app.add_sample()
    app.verbs.store.update(replace(app.state, live=LiveState(head.document, playing=False)))
    monkeypatch.setattr(app.verbs.ui, "choose_target", lambda *_: tmp_path / "take.csv")
    press(qtbot, app, "Record")
    assert "Press Play" in app.state.notice.text and not button(app, "Record").isChecked()


def test_opening_a_photo_ends_it(camera, sample_photo):
    camera.verbs.opening.open_paths([sample_photo])
    assert camera.state.live is None
    camera.wait_idle()
    assert camera.state.shown.document.title == "sample.jpg" and camera.state.shown.result.textures
    assert not camera.window.live_bar.isVisible()


class Unplugged(SyntheticSource):
    """Delivers some frames, then none any more."""

    def read(self):
        if self._next == 3:
            raise FaceviewerError("camera 0 does not deliver pictures any more; it may have been unplugged.")
        return super().read()


def test_a_camera_that_is_unplugged_keeps_the_last_frame(app):
    app.verbs.live.follow_camera(Unplugged(moving_portrait, count=None, rate=2, live=True), "Test camera")
    app.wait_until(lambda: app.state.notice is not None, timeout=LONG)
    assert "unplugged" in app.state.notice.text and app.state.live is None
    assert app.state.shown.document.status in ("done", "no face") and app.state.shown.photo is not None


def test_no_camera_says_so_and_changes_nothing(app, monkeypatch):
    monkeypatch.setattr(cameras, "_may_exist", lambda _: False)
    app.add_sample()
    before = app.state
    app.verbs.live.open_camera(0)
    app.wait_until(lambda: app.state.notice is not None, timeout=LONG)
    assert app.state.notice.text == "No camera was found." and app.state.live is None
    assert app.state.documents == before.documents and app.state.shown.result is before.shown.result


def test_the_dialog_lists_cameras_or_says_that_there_is_none(qtbot, app, monkeypatch):
    monkeypatch.setattr(cameras, "list_cameras", lambda: ())
    app.run("file.camera")
    dialog = app.window.findChild(CameraDialog)
    app.wait_until(lambda: "No camera was found" in dialog._says.text(), timeout=LONG)
    opened: list[tuple[int, str]] = []
    monkeypatch.setattr(type(app.verbs.live), "open_camera", lambda _, *camera: opened.append(camera))
    monkeypatch.setattr(cameras, "list_cameras", lambda: (CameraInfo(2, "Desk camera", (640, 480)),))
    buttons = {b.text().replace("&", ""): b for b in dialog.findChild(QDialogButtonBox).buttons()}
    qtbot.mouseClick(buttons["Look again"], Qt.MouseButton.LeftButton)
    app.wait_until(lambda: dialog._list.count() == 1, timeout=LONG)
    qtbot.mouseClick(buttons["Follow"], Qt.MouseButton.LeftButton)
    assert opened == [(2, "Desk camera")]
