"""Measuring on heads and changing them, as far as it concerns which head is meant."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from factories import make_reconstruction

from faceviewer.app.documents import with_changes, without_document
from faceviewer.app.editing import Editing
from faceviewer.app.measuring import Measuring
from faceviewer.app.shown import derive
from faceviewer.app.state import AppState, Document, HeadRef
from faceviewer.app.store import Store
from faceviewer.geometry.surface import SurfacePoint
from faceviewer.models.head_model import load_head
from faceviewer.types import FaceMesh, Reconstruction

POINT = SurfacePoint(3, (1.0, 0.0, 0.0))


def mean_head() -> Reconstruction:
    """The mean of the built-in head, whose shape can be changed."""
    model = load_head()
    zeros = {"identity": np.zeros(model.identity_count, np.float32), "expression": np.zeros(52, np.float32)}
    mesh = FaceMesh(model.mean_vertices_mm(), model.topology)
    return replace(make_reconstruction(texture_size=None), mesh=mesh, coefficients=zeros, engine="builtin")


def of_two(head: Reconstruction) -> Store:
    """Documents 1 and 2 with this head; the first is shown."""
    documents = tuple(Document(k, f"{k}.jpg", status="done", heads={1: head, 2: head}) for k in (1, 2))
    return Store(derive, AppState(documents=documents, current=1, tool="distance"))


@pytest.mark.parametrize("change", ["document", "face", "remade", "removed"])
def test_a_measurement_that_was_begun_ends_with_its_head(change):
    """Completed on another head it measured nothing that is there, and the session could not be opened any more."""
    store = of_two(make_reconstruction(texture_size=None))
    measuring = Measuring(store)
    measuring.add_point(POINT)
    store.update(replace(store.state, named_measure="nose width"))
    assert store.state.pending_points == (POINT,), "other changes leave it"
    store.update(
        {
            "document": replace(store.state, current=2),
            "face": with_changes(store.state, 1, shown_face=2),
            "remade": with_changes(store.state, 1, heads={1: make_reconstruction(6, 8, texture_size=None)}),
            "removed": without_document(without_document(store.state, 1), 2),
        }[change]
    )
    assert store.state.pending_points == ()
    measuring.add_point(POINT)
    assert not store.state.work.measurements


def test_a_measurement_that_was_begun_outlives_a_slider():
    store = of_two(mean_head())
    Measuring(store).add_point(POINT)
    Editing(store).set_exaggeration(1.5)
    assert store.state.pending_points == (POINT,)


def test_the_same_slider_of_two_heads_is_two_steps():
    """One undo took back both."""
    store = of_two(mean_head())
    editing = Editing(store)
    for current, factor in ((1, 1.2), (2, 1.4), (2, 1.5)):
        store.update(replace(store.state, current=current))
        editing.set_exaggeration(factor)
    store.undo()
    assert {ref: edits.exaggeration for ref, edits in store.state.work.edits.items()} == {HeadRef(1): 1.2}
