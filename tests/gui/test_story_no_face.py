"""No face is found: the window says so and offers three ways, and each of them works."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from drops import drop, files
from face_pictures import Portrait, blobs, placed, rotated, sample_rgb
from pane_bench import drag
from PIL import Image
from PySide6.QtWidgets import QApplication, QToolButton

FAR_FACE = 230, 396
OFFERS = {"Search for small faces", "Rotate left", "Draw a box around a face"}


@pytest.fixture
def portrait() -> Portrait:
    return Portrait(sample_rgb(), np.zeros((1, 2)))


def far_away(portrait: Portrait) -> np.ndarray:
    """A square with somebody whose face, 18 pixels wide, is at ``FAR_FACE``."""
    return placed(portrait, share=1 / 7, side=700, at=(0.31, 0.62)).rgb


def saved(path: Path, rgb: np.ndarray) -> Path:
    Image.fromarray(rgb).save(path)
    return path


def offers(app) -> dict[str, QToolButton]:
    """The buttons of the message, by their texts, once they are on the screen."""
    QApplication.processEvents()
    return {b.text(): b for b in app.window.notice_bar.findChildren(QToolButton) if b.isVisible() and b.text()}


def test_a_landscape_says_so_and_offers_three_ways(app, tmp_path):
    drop(app.window, files([saved(tmp_path / "hills.png", blobs(300, 400))]))
    app.wait_idle()
    assert app.state.shown.document.status == "no face" and app.state.shown.result is None
    assert app.window.photo_view.pane.picture is not None, "the photo is seen nevertheless"
    assert app.state.notice.text.startswith("No face was found in hills.png.")
    assert offers(app).keys() == OFFERS
    offers(app)["Search for small faces"].click()
    assert app.state.job is not None and not app.window.notice_bar.isVisible()
    app.wait_idle()
    assert app.state.shown.document.status == "no face" and offers(app).keys() == OFFERS


def test_small_faces_are_found_when_asked_for(app, tmp_path, portrait):
    drop(app.window, files([saved(tmp_path / "square.png", far_away(portrait))]))
    app.wait_idle()
    assert app.state.shown.document.status == "no face"
    offers(app)["Search for small faces"].click()
    app.wait_idle()
    assert app.state.shown.result is not None
    left, top, right, bottom = app.state.shown.faces[0].box_xyxy
    assert left < FAR_FACE[0] < right < left + 30 and top < FAR_FACE[1] < bottom < top + 30


def test_a_photo_that_lies_on_its_side_can_be_turned(app, tmp_path, portrait):
    """The search finds faces at any angle; turning is for seeing them upright."""
    sideways = rotated(portrait, 90)
    drop(app.window, files([saved(tmp_path / "sideways.png", sideways.rgb)]))
    app.wait_idle()
    first = app.state.shown.result
    assert first is not None and abs(first.pose.roll_deg) > 60
    app.run("photo.rotate_left")
    app.wait_until(lambda: app.state.shown.result is not first, timeout=30_000)
    assert abs(app.state.shown.result.pose.roll_deg) < 20
    assert app.state.shown.document.rotation_deg == 90
    np.testing.assert_array_equal(app.state.shown.photo.rgb, np.rot90(sideways.rgb))


def test_turning_a_landscape_goes_on_by_quarter_turns(app, tmp_path):
    path = saved(tmp_path / "hills.png", blobs(120, 200))
    drop(app.window, files([path]))
    app.wait_idle()
    for turns in (1, 2):
        offers(app)["Rotate left"].click()
        app.wait_idle()
        np.testing.assert_array_equal(app.state.shown.photo.rgb, np.rot90(blobs(120, 200), turns))
        assert app.state.shown.document.status == "no face" and offers(app).keys() == OFFERS


def test_a_box_drawn_with_the_mouse_shows_where_the_face_is(app, tmp_path, portrait):
    drop(app.window, files([saved(tmp_path / "square.png", far_away(portrait))]))
    app.wait_idle()
    offers(app)["Draw a box around a face"].click()
    assert app.state.tool == "box" and app.window.actions_by_id["photo.draw_box"].isChecked()
    pane = app.window.photo_view.pane
    x, y = FAR_FACE
    pane.zoom_to(4.0)
    pane.center_on(x, y)
    drag(pane, pane.transform.to_widget(x - 18, y - 20), pane.transform.to_widget(x + 18, y + 20))
    app.wait_until(lambda: app.state.shown.result is not None, timeout=30_000)
    left, top, right, bottom = app.state.shown.faces[0].box_xyxy
    assert left < x < right and top < y < bottom
    assert app.state.tool == "select", "the tool is put away"


def test_an_empty_box_keeps_what_was_there(app):
    app.add_sample()
    before = app.state.shown.result
    app.run("photo.draw_box")
    pane = app.window.photo_view.pane
    drag(pane, pane.transform.to_widget(5, 300), pane.transform.to_widget(60, 380))
    app.wait_until(lambda: app.state.notice is not None, timeout=30_000)
    assert app.state.shown.result is before and app.state.shown.document.status == "done"
