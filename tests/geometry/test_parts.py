from __future__ import annotations

import numpy as np
from factories import make_topology

from faceviewer.geometry.parts import triangle_parts
from faceviewer.models.head_model import load_head
from faceviewer.types import PART_NAMES


def test_a_triangle_inside_a_part_belongs_to_it_and_one_with_an_outer_corner_to_none() -> None:
    topology = make_topology()
    part_of = triangle_parts(topology)
    assert part_of.shape == (len(topology.triangles),)
    skin = np.isin(topology.triangles, topology.parts["skin"])
    others = np.concatenate([topology.parts[name] for name in PART_NAMES if name != "skin"])
    plain = skin.all(1) & ~np.isin(topology.triangles, others).any(1)
    assert plain.any() and (part_of[plain] == PART_NAMES.index("skin")).all()
    everywhere = np.concatenate(list(topology.parts.values()))
    assert (part_of[~np.isin(topology.triangles, everywhere).all(1)] == -1).all()


def test_the_parts_of_the_head_leave_no_gaps_and_mirror_each_other() -> None:
    topology = load_head().topology
    part_of = triangle_parts(topology)
    counts = {name: int((part_of == number).sum()) for number, name in enumerate(PART_NAMES)}
    assert min(counts.values()) > 40
    for what in ("eye", "eyebrow"):
        assert abs(counts[f"right_{what}"] - counts[f"left_{what}"]) <= 0.1 * counts[f"left_{what}"]
    covered = np.concatenate([topology.parts[name] for name in PART_NAMES])
    assert (part_of[np.isin(topology.triangles, covered).all(1)] >= 0).all()
