"""Coefficients of heads in files, and the sliders that use them, with models of a few shapes of our own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rooms import make_rooms

from faceviewer.app.editing import editable_head
from faceviewer.assets.ffhq_uv_names import MODEL
from faceviewer.assets.places import Place
from faceviewer.models.hifi3d import fit_mesh
from faceviewer.models.hifi3d.face_model import Hifi3dModel
from faceviewer.models.hifi3d.fit_mesh import coefficients_of, fitted
from faceviewer.models.morphable.sliders import sliders_of
from faceviewer.types import FaceMesh

IDENTITY, EXPRESSION = 4, 3


@pytest.fixture(scope="module")
def small(hifi3d_model: Hifi3dModel) -> Hifi3dModel:
    """The vectors' model of 81 vertices with few shapes."""
    return with_shapes(hifi3d_model, hifi3d_model.mean_shape)


def with_shapes(model: Hifi3dModel, mean: np.ndarray) -> Hifi3dModel:
    rng = np.random.default_rng(0)
    shapes = 0.05 * rng.standard_normal((IDENTITY + EXPRESSION, *mean.shape)).astype(np.float32)
    return replace(model, mean_shape=mean, identity=shapes[:IDENTITY], expression=shapes[IDENTITY:])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(-3, 3), min_size=IDENTITY, max_size=IDENTITY),
    st.lists(st.floats(0, 1), min_size=EXPRESSION, max_size=EXPRESSION),
    st.lists(st.floats(-200, 200), min_size=3, max_size=3),
)
def test_what_made_a_head_is_found_wherever_it_stands(
    small: Hifi3dModel, identity: list[float], expression: list[float], moved: list[float]
) -> None:
    numbers = identity + expression
    shapes = np.concatenate([small.identity, small.expression])
    vertices = 100 * (small.mean_shape + np.tensordot(np.float32(numbers), shapes, 1)) + np.float32(moved)
    found = fitted(small, vertices)
    assert np.abs(np.concatenate([found["identity"], found["expression"]]) - numbers).max() < 0.05
    assert found["expression"].min() >= 0


@pytest.fixture
def place(teaser_mesh: FaceMesh, hifi3d_model: Hifi3dModel, tmp_path: Path, monkeypatch) -> Place:
    """A place with the file of a model whose mean is the demonstration head."""
    model = with_shapes(hifi3d_model, teaser_mesh.vertices / np.float32(100))
    monkeypatch.setattr(fit_mesh, "load_hifi3d", lambda path: model)
    path = tmp_path / "assets" / "ffhq-uv" / MODEL
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a model")
    return Place(tmp_path / "assets", "chosen")


def test_a_head_is_editable_where_its_model_is(place: Place, teaser_mesh: FaceMesh) -> None:
    mesh = FaceMesh(teaser_mesh.vertices, replace(teaser_mesh.topology))
    assert sliders_of(mesh.topology) is None
    found = coefficients_of(mesh, place)
    assert len(found["identity"]) == IDENTITY and np.abs(found["identity"]).max() < 0.01  # it is the mean
    sliders = sliders_of(mesh.topology)
    assert sliders is not None and sliders.expression_limits == (0, 1) and sliders.vertex_count == len(mesh.vertices)
    coefficients_of(mesh, place)
    assert sliders_of(mesh.topology) is sliders  # panels keep their sliders


def test_no_model_and_a_damaged_one_leave_a_head_as_it_is(teaser_mesh: FaceMesh, tmp_path: Path) -> None:
    mesh, place = FaceMesh(teaser_mesh.vertices, replace(teaser_mesh.topology)), Place(tmp_path, "chosen")
    assert coefficients_of(mesh, place) == {}
    (tmp_path / "hifi3dpp_model_info.mat").write_bytes(b"no model")
    (tmp_path / MODEL).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / MODEL).write_bytes(b"no model")
    assert coefficients_of(mesh, place) == {} and sliders_of(mesh.topology) is None


def test_an_opened_head_is_changed_and_brought_back(place: Place, teaser: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("FACEVIEWER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FACEVIEWER_ASSETS", str(place.folder))
    rooms = make_rooms(tmp_path)
    rooms.verbs.opening.open_paths([teaser / "mesh_head.obj"])
    result = rooms.state.shown.result
    assert result is not None
    head = editable_head(result)
    assert head is not None and len(head.shape_names) == IDENTITY and len(head.expression_names) == EXPRESSION
    rooms.verbs.editing.set_shape("identity-2", 2.0)
    rooms.verbs.editing.set_expression("expression-1", 1.0)
    mesh = rooms.state.shown.mesh
    assert mesh is not None
    model = head.model.model
    wanted = 200 * model.identity[1] + 100 * (1 - result.coefficients["expression"][0]) * model.expression[0]
    assert np.abs(mesh.vertices - result.mesh.vertices - wanted).max() < 1e-3
    rooms.verbs.editing.reset()
    assert rooms.state.shown.mesh is result.mesh
