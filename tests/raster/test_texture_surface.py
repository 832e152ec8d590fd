"""Values on a mesh: spreading what is known, averaging, growing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from painted_head import head_mesh

from faceviewer.raster.texture.ratio import gain, scaled
from faceviewer.raster.texture.surface import surface_of


@pytest.fixture(scope="module")
def head():
    mesh = head_mesh()
    return mesh, surface_of(mesh.topology, len(mesh.vertices))


@settings(max_examples=10, deadline=None)
@given(value=st.floats(-50, 50), seed=st.integers(0, 1000), share=st.floats(0.001, 1))
def test_a_constant_spreads_as_itself(value, seed, share):
    mesh = head_mesh()
    surface = surface_of(mesh.topology, len(mesh.vertices))
    weights = np.random.default_rng(seed).random(len(mesh.vertices)) * share
    spread = surface.spread(np.full((len(weights), 2), value), weights)
    np.testing.assert_allclose(spread, value, atol=1e-3 + 1e-4 * abs(value))


def test_spreading_keeps_what_is_known_and_joins_it_without_a_jump(head):
    mesh, surface = head
    known = mesh.vertices[:, 2] > 20
    values = mesh.vertices[:, :1] / 50
    spread = surface.spread(values, known.astype(np.float32))
    assert np.abs(spread - values)[known].max() < 0.15
    a, b, _ = mesh.topology.triangles.T
    skin = np.abs(values[a] - values[b])[:, 0] < 0.2
    assert np.abs(spread[a] - spread[b])[skin].max() < 0.3
    assert spread.min() >= values[known].min() - 1e-3 and spread.max() <= values[known].max() + 1e-3


def test_nothing_known_spreads_as_nothing(head):
    mesh, surface = head
    n = len(mesh.vertices)
    assert (surface.spread(np.ones((n, 3)), np.zeros(n)) == 0).all()


def test_a_part_without_data_gets_the_mean_of_the_rest(head):
    mesh, surface = head
    weights = np.zeros(len(mesh.vertices))
    weights[mesh.topology.regions["face"]] = 1
    spread = surface.spread(np.full((len(weights), 1), 7.0), weights)
    np.testing.assert_allclose(spread[mesh.topology.regions["teeth_upper"]], 7.0, atol=1e-3)


def test_growing_adds_neighbours_only(head):
    mesh, surface = head
    mask = np.zeros(len(mesh.vertices), bool)
    mask[mesh.topology.triangles[0, 0]] = True
    grown = surface.grow(mask, 1)
    around = np.unique(mesh.topology.triangles[(mesh.topology.triangles == mesh.topology.triangles[0, 0]).any(1)])
    assert set(np.flatnonzero(grown)) == set(around)


def test_a_gain_turns_one_colour_into_another_and_fades_far_off(head):
    mesh, surface = head
    n = len(mesh.vertices)
    given, wanted = np.full((n, 3), 100.0), np.tile([150.0, 100.0, 80.0], (n, 1))
    near = (mesh.vertices[:, 2] > 30).astype(np.float32)
    factors = gain(surface, wanted, given, near)
    np.testing.assert_allclose(scaled(given, factors)[near > 0], wanted[near > 0], atol=1.5)
    back = mesh.vertices[:, 2] < -120
    assert np.abs(factors[back] - 1).max() < 0.1
