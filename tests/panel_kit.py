"""What tests of single panels stand on: a head of the real model made without an engine, and a panel beside it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from factories import make_camera, make_photo, make_reconstruction
from PySide6.QtWidgets import QApplication
from rooms import Rooms, make_rooms

from faceviewer.app.documents import next_id, with_documents
from faceviewer.app.state import AppState, Document, HeadRef
from faceviewer.app.wearing_state import Light, Lit
from faceviewer.types import EXPRESSION_NAMES, FaceMesh, LandmarkSet, Reconstruction

P = TypeVar("P")


@cache
def mean_head() -> Reconstruction:
    """The mean of the built-in head before a camera, smiling a little according to its coefficients."""
    from faceviewer.models.head_model import load_head

    head, camera = load_head(), make_camera()
    mesh = FaceMesh(head.mean_vertices_mm(), head.topology)
    expression = np.zeros(52, np.float32)
    expression[EXPRESSION_NAMES.index("mouthSmileLeft")] = 0.123
    identity = np.random.default_rng(1).normal(0, 1, len(head.identity_control)).astype(np.float32)
    landmarks = {}
    for name, (corners, weights) in head.topology.landmarks.items():
        xyz_mm = np.einsum("lk,lkc->lc", weights, mesh.vertices[corners])
        xy_px = camera.project(xyz_mm).astype(np.float32)
        landmarks[name] = LandmarkSet(name, xy_px, np.ones(len(xy_px), bool), corners, weights)
    return replace(
        make_reconstruction(),
        mesh=mesh,
        camera=camera,
        landmarks=landmarks,
        coefficients={"identity": identity, "expression": expression},
    )


def add_head(rooms: Rooms, result: Reconstruction | None = None, *, faces: int = 1) -> HeadRef:
    """A finished photo in the list, shown."""
    result = result or mean_head()
    document = Document(
        next_id(rooms.state),
        f"photo {next_id(rooms.state)}.jpg",
        status="done",
        photo=make_photo(),
        faces=(result.face,) * faces,
        heads={1: result},
    )
    rooms.verbs.store.update(with_documents(rooms.state, [document]))
    rooms.verbs.opening.choose_document(document.id)
    return HeadRef(document.id)


def put_under_light(rooms: Rooms, grey: int) -> None:
    """As when a light has come to the shown head's photo texture, which is all of one ``grey`` under it."""
    state, texture, mesh = rooms.state, mean_head().textures["photo"], rooms.state.shown.mesh
    assert mesh is not None
    light = Light(on=True)
    lit = Lit(texture, mesh, light, replace(texture, rgb=np.full_like(texture.rgb, grey)))
    rooms.verbs.store.update(replace(state, wear=replace(state.wear, light=light, lit=lit)))
    assert rooms.state.shown.result is not mean_head()


def rooms_with(folder: Path, panel_type: type[P], qtbot) -> tuple[Rooms, P]:
    """Verbs and a shown panel that follows their state, as the window has it."""
    rooms = make_rooms(folder)
    panel = panel_type(rooms.verbs)
    qtbot.addWidget(panel, before_close_func=lambda _: rooms.background.close())
    panel.resize(300, 600)
    panel.show()
    qtbot.waitExposed(panel)
    rooms.verbs.store.subscribe(panel.show_state)
    panel.show_state(rooms.state, AppState())
    return rooms, panel


def settle() -> None:
    """Let timers of this turn and what they caused happen."""
    for _ in range(3):
        QApplication.processEvents()
