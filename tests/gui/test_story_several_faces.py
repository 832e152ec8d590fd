"""A photo of two people: boxes, a click chooses, and all can be made at once."""

from __future__ import annotations

import numpy as np
import pytest
from drops import drop, files
from face_pictures import Portrait, mirrored, placed, sample_rgb
from pane_bench import click, grabbed
from PIL import Image

from faceviewer.app.palette import FACE_BOX_COLOR


@pytest.fixture
def couple(app, tmp_path):
    """The application with the portrait and its smaller mirror image side by side; the larger face was made."""
    portrait = Portrait(sample_rgb(), np.zeros((478, 2)))
    left = placed(portrait, share=1.0, side=420, at=(0, 0))
    right = placed(mirrored(portrait), share=0.75, side=420, at=(0.5, 0.6))
    path = tmp_path / "couple.png"
    Image.fromarray(np.hstack([left.rgb, right.rgb])).save(path)
    drop(app.window, files([path]))
    app.wait_idle()
    assert len(app.state.shown.faces) == 2
    return app


def middle(app, number: int) -> tuple[float, float]:
    left, top, right, bottom = app.state.shown.faces[number - 1].box_xyxy
    return (left + right) / 2, (top + bottom) / 2


def test_both_have_boxes_and_the_larger_one_a_head(couple):
    document = couple.state.shown.document
    assert set(document.heads) == {1} and couple.state.shown.head.face_number == 1
    assert middle(couple, 1)[0] < 420 < middle(couple, 2)[0]
    seen = np.abs(grabbed(couple.window.photo_view.pane).astype(int) - FACE_BOX_COLOR).max(-1) < 40
    columns = np.flatnonzero(seen.any(0))
    assert len(columns) and np.ptp(columns) > 0.4 * seen.shape[1], "boxes are drawn over both"


def test_a_click_on_the_other_face_makes_it_and_a_click_back_is_at_once(couple):
    first = couple.state.shown.result
    click(couple.window.photo_view.pane, middle(couple, 2))
    assert couple.state.job is not None and couple.state.shown.document.shown_face == 2
    couple.wait_idle()
    assert couple.state.shown.head.face_number == 2 and couple.state.shown.result is not first
    click(couple.window.photo_view.pane, middle(couple, 1))
    assert couple.state.shown.result is first and couple.state.job is None


def test_all_faces_are_made_by_one_command(couple):
    couple.run("photo.reconstruct_all")
    couple.wait_idle()
    assert set(couple.state.shown.document.heads) == {1, 2}
    rows = couple.window.photo_list
    assert rows.isVisible()
    couple.verbs.opening.choose_face(2)
    assert couple.state.job is None, "it is there already"
    assert couple.window.viewport.stage.panes[0].subject.result is couple.state.shown.document.heads[2]
