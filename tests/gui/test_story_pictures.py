"""Somebody takes pictures of the 3D view, and turns the head around in PNG frames, GIF and MP4."""

from __future__ import annotations

import numpy as np
import pytest
import shiboken6
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QSpinBox,
)

from faceviewer.gui.dialogs.picture import PictureDialog
from faceviewer.gui.dialogs.turntable import TurntableDialog
from faceviewer.io.cv import cv2


@pytest.fixture
def shown(app):
    app.add_sample()
    return app


def dialog(kind: type[QDialog]) -> QDialog:
    (found,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
    return found


def is_closed(opened: QDialog) -> bool:
    return not shiboken6.isValid(opened) or not opened.isVisible()


def press(qtbot, opened: QDialog, text: str) -> None:
    button = next(b for b in opened.findChildren(QPushButton) if b.text().replace("&", "") == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def named(opened: QDialog, kind: type, name: str):
    return next(w for w in opened.findChildren(kind) if w.accessibleName() == name)


@pytest.mark.parametrize("scale", [1, 3])
def test_a_transparent_picture(qtbot, shown, tmp_path, monkeypatch, scale):
    monkeypatch.setattr(shown.verbs.ui, "choose_target", lambda *_: tmp_path / "head.png")
    shown.run("file.screenshot_transparent")
    opened = dialog(PictureDialog)
    assert opened.findChild(QCheckBox).isChecked()
    opened.findChild(QSpinBox).setValue(scale)
    stage = shown.window.viewport.stage
    size = stage.height() * scale, stage.width() * scale
    press(qtbot, opened, "Save…")
    assert is_closed(opened)
    shown.wait_until(lambda: shown.state.last_export == tmp_path / "head.png")
    picture = np.asarray(Image.open(tmp_path / "head.png"))
    assert picture.shape == (*size, 4)
    alpha = picture[..., 3]
    assert (alpha[0] == 0).all() and (alpha[:, 0] == 0).all(), "outside of the head"
    assert alpha[alpha.shape[0] // 2, alpha.shape[1] // 2] == 255, "on the head"
    assert 0.05 < (alpha == 255).mean() < 0.9 and (alpha == 0).mean() > 0.1


def test_without_3d_view_the_dialog_stays_and_the_reason_is_told(qtbot, shown, monkeypatch):
    shown.run("file.screenshot")
    opened = dialog(PictureDialog)
    monkeypatch.setattr(shown.verbs.ui, "viewport_picture", lambda *_: None)
    press(qtbot, opened, "Save…")
    assert opened.isVisible() and "no 3D view" in shown.state.notice.text


def test_copy_to_the_clipboard(qtbot, shown):
    shown.run("file.screenshot")
    opened = dialog(PictureDialog)
    opened.findChild(QSpinBox).setValue(1)
    expected = shown.window.viewport.picture(1)
    press(qtbot, opened, "Copy")
    image = QApplication.clipboard().image()
    assert (image.width(), image.height()) == (expected.shape[1], expected.shape[0])
    row, column = expected.shape[0] // 2, expected.shape[1] // 2
    color = image.pixelColor(column, row)
    np.testing.assert_allclose((color.red(), color.green(), color.blue()), expected[row, column], atol=1)


@pytest.fixture
def turntable(shown, tmp_path):
    """The dialog, set to nine small frames."""
    shown.run("file.turntable")
    opened = dialog(TurntableDialog)
    sizes = named(opened, QComboBox, "Size")
    sizes.addItem("tiny", (120, 90))
    sizes.setCurrentIndex(sizes.count() - 1)
    rates = named(opened, QComboBox, "Frames")
    rates.setCurrentIndex(rates.findData(10))
    opened.findChild(QDoubleSpinBox).setValue(0.9)
    named(opened, QLineEdit, "Folder").setText(str(tmp_path / "out"))
    return opened


def choose(opened: TurntableDialog, kind: str) -> None:
    box = named(opened, QComboBox, "Files")
    box.setCurrentIndex(box.findData(kind))


def test_png_frames_go_around_and_the_window_goes_on(qtbot, shown, turntable, tmp_path):
    camera, ticks = shown.state.view.camera, []
    timer = QTimer()
    timer.setInterval(0)
    timer.timeout.connect(lambda: ticks.append(1))
    choose(turntable, "png")
    turntable.findChild(QCheckBox).setChecked(True)
    timer.start()
    press(qtbot, turntable, "Make")
    shown.wait_until(lambda: shown.state.last_export is not None, timeout=60_000)
    timer.stop()
    paths = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in paths] == [f"sample_turntable_{number:04d}.png" for number in range(1, 10)]
    frames = [np.asarray(Image.open(path)).astype(int) for path in paths]
    assert frames[0].shape == (90, 120, 4) and (frames[0][0, :, 3] == 0).all()
    steps = [np.abs(frames[k][..., :3] - frames[k - 1][..., :3]).mean() for k in range(9)]
    assert min(steps) > 0.5, "each frame differs from the one before, the first from the last"
    assert steps[0] < 3 * np.median(steps), "and the first from the last by no more than a step"
    assert len(ticks) >= len(paths), "events were answered between frames"
    assert shown.state.view.camera == camera, "the view is as it was"
    assert is_closed(turntable)


@pytest.mark.parametrize("kind", ["gif", "mp4"])
def test_one_file(qtbot, shown, turntable, tmp_path, kind):
    choose(turntable, kind)
    press(qtbot, turntable, "Make")
    shown.wait_until(lambda: shown.state.last_export is not None, timeout=60_000)
    (path,) = (tmp_path / "out").iterdir()
    assert path.name == f"sample_turntable.{kind}"
    if kind == "gif":
        with Image.open(path) as gif:
            assert gif.n_frames == 9 and gif.size == (120, 90)
    else:
        video = cv2.VideoCapture(str(path))
        assert video.get(cv2.CAP_PROP_FRAME_COUNT) == 9 and video.read()[1].shape == (90, 120, 3)


def test_a_head_that_changes_ends_the_turntable(qtbot, shown, turntable, tmp_path):
    """The first half of the files showed one head, the second another."""
    turntable.findChild(QDoubleSpinBox).setValue(60)
    choose(turntable, "png")
    press(qtbot, turntable, "Make")
    shown.wait_until(lambda: (tmp_path / "out").exists() and turntable.findChild(QProgressBar).value() > 1)
    shown.verbs.editing.set_exaggeration(1.3)
    shown.wait_until(lambda: turntable.findChild(QProgressBar).isHidden(), timeout=30_000)
    assert any("head changed" in label.text() for label in turntable.findChildren(QLabel))
    assert list((tmp_path / "out").glob("*")) == []


def test_cancel_leaves_nothing(qtbot, shown, turntable, tmp_path):
    camera = shown.state.view.camera
    turntable.findChild(QDoubleSpinBox).setValue(60)
    choose(turntable, "png")
    press(qtbot, turntable, "Make")
    shown.wait_until(lambda: shown.state.view.camera != camera, timeout=30_000)
    press(qtbot, turntable, "Cancel")
    assert list((tmp_path / "out").iterdir()) == [] and shown.state.view.camera == camera
    assert turntable.isVisible() and shown.state.last_export is None
    press(qtbot, turntable, "Cancel")
    assert is_closed(turntable)
