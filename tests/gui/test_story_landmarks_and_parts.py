"""Every landmark set and every face part can be switched on and off, and all three panes follow."""

from __future__ import annotations

import numpy as np
import pytest
from pane_bench import grabbed
from PySide6.QtWidgets import QApplication

from faceviewer.app.state import LANDMARK_SETS
from faceviewer.types import PART_NAMES


@pytest.fixture
def seen(app):
    """What the three panes show, by name."""
    app.window.resize(1150, 560)
    app.add_sample()
    app.window.photo_view.pane.zoom_to(2.0)
    app.window.photo_view.pane.center_on(*app.state.shown.result.landmarks["68"].xy_px[30])

    def look() -> dict[str, np.ndarray]:
        QApplication.processEvents()
        return {
            "photo": grabbed(app.window.photo_view.pane),
            "texture": grabbed(app.window.uv_view.pane),
            "3D": app.window.viewport.picture(1, False),
        }

    return look


def changed(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> dict[str, int]:
    return {name: int((before[name] != after[name]).any(-1).sum()) for name in before}


@pytest.mark.parametrize("name", LANDMARK_SETS)
def test_every_landmark_set_appears_in_all_panes_and_goes(app, seen, name: str) -> None:
    before = seen()
    app.run(f"view.landmarks.{name}")
    assert app.state.view.landmark_sets == {name}
    assert app.window.actions_by_id[f"view.landmarks.{name}"].isChecked()
    assert min(changed(before, seen()).values()) > 60
    app.run(f"view.landmarks.{name}")
    assert max(changed(before, seen()).values()) == 0


def test_every_part_can_be_left_out_and_comes_back(app, seen) -> None:
    plain = seen()
    app.verbs.viewing.set(parts_overlay=True, parts_opacity=1.0)
    tinted = seen()
    assert min(changed(plain, tinted).values()) > 1000
    for part in PART_NAMES:
        app.verbs.viewing.toggle_part(part)
        assert app.state.view.parts == set(PART_NAMES) - {part}
        assert min(changed(tinted, seen()).values()) > 4, part
        app.verbs.viewing.toggle_part(part)
    assert max(changed(tinted, seen()).values()) == 0


def test_visible_only_leaves_out_what_the_camera_does_not_see(app, seen) -> None:
    app.run("view.landmarks.478")
    points = app.state.shown.result.landmarks["478"]
    assert 0 < (~points.visible).sum() < len(points.visible)
    everything = seen()
    app.verbs.viewing.set(visible_only=True)
    fewer = changed(everything, seen())
    assert min(fewer.values()) > 0
    app.verbs.viewing.set(visible_only=False)
    assert max(changed(everything, seen()).values()) == 0
