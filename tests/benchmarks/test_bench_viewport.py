"""The 3D pane at 800 x 600: what the application adds to an update, what drawing costs, and frames per second.

Needs a screen: ``xvfb-run -a python -m pytest tests/benchmarks/test_bench_viewport.py``.
``own time`` is what the application does for new vertices until it asks for a frame; ``with frame`` includes drawing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from viewport_room import Room, open_room

import faceviewer
from faceviewer.app.state import DISPLAY_MODES
from faceviewer.gui.viewport import orbit
from faceviewer.gui.viewport.interaction import Interaction
from faceviewer.types import FaceMesh, Photo, Reconstruction

pytestmark = pytest.mark.skipif("DISPLAY" not in os.environ, reason="needs a screen")
SIZE = (800, 600)


@pytest.fixture(scope="module")
def application() -> QApplication:
    return QApplication.instance() or QApplication([])


@pytest.fixture(scope="module")
def sample(application) -> tuple[Reconstruction, Photo]:
    from faceviewer.io.resources import resource_path

    photo = faceviewer.load_photo(resource_path("sample.jpg"))
    return faceviewer.reconstruct(photo, device="cpu"), photo


@pytest.fixture
def room(application, sample) -> Iterator[Room]:
    with open_room(*SIZE) as opened:
        opened.add(*sample)
        yield opened


def moving_heads(head: Reconstruction) -> Iterator[FaceMesh]:
    shapes = [head.mesh.vertices * np.float32(1 + 0.002 * step) for step in range(5)]
    return cycle([FaceMesh(shape, head.mesh.topology) for shape in shapes])


@pytest.mark.parametrize("drawn", [False, True], ids=["own time", "with frame"])
@pytest.mark.parametrize("display", ["textured", "shaded", "depth"])
def test_new_vertices(benchmark, room, sample, display, drawn):
    room.set(display=display, landmark_sets=frozenset({"68"}))
    heads, state = moving_heads(sample[0]), room.state

    def update() -> None:
        room.viewport.show_state(replace(state, shown=replace(state.shown, mesh=next(heads))), state)
        if drawn:
            QApplication.processEvents()

    benchmark(update)


@pytest.mark.parametrize("display", DISPLAY_MODES)
def test_frame_while_turning(benchmark, room, display):
    room.set(display=display)

    def turn() -> None:
        room.verbs.viewing.set_camera(orbit.rotate(room.state.view.camera, 6, 0, SIZE))
        QApplication.processEvents()

    benchmark(turn)
    benchmark.extra_info["frames per second"] = 1 / benchmark.stats.stats.median


def test_hover(benchmark, room):
    """Finding what is under a moving pointer and marking it; the head is not drawn again."""
    interaction = room.stage.findChild(Interaction)
    places = cycle([(390.0 + step, 300.0) for step in range(9)])

    def hover() -> None:
        room.verbs.selecting.hover(interaction.hover_target(next(places)))
        QApplication.processEvents()

    benchmark(hover)


def test_picture_at_four_times_the_size(benchmark, room):
    benchmark.pedantic(room.viewport.picture, (4, True), rounds=3)
