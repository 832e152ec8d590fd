from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from factories import make_topology

from faceviewer.app.landmarks import landmark_groups, landmark_name
from faceviewer.app.palette import LANDMARK_GROUP_COLORS
from faceviewer.app.state import LANDMARK_SETS
from faceviewer.models.head_model import HeadModel, load_head

COUNTS = {"68": 68, "106": 106, "134": 134, "478": 478}
SWAPPED = {"right": "left", "left": "right"}


@pytest.fixture(scope="module")
def head() -> HeadModel:
    return load_head()


def places_mm(head: HeadModel, name: str) -> np.ndarray:
    corners, weights = head.topology.landmarks[name]
    return np.einsum("lk,lkc->lc", weights, head.mean_vertices_mm()[corners])


def swap_sides(text: str) -> str:
    return re.sub(r"\b(right|left)\b", lambda match: SWAPPED[match[0]], text)


def plain_name(set_name: str, index: int) -> str:
    prefix, _, name = landmark_name(set_name, index).partition(": ")
    assert prefix == f"{set_name} #{index}"
    return name


@pytest.mark.parametrize("name", LANDMARK_SETS)
def test_every_landmark_has_a_coloured_group_and_a_name(name: str) -> None:
    groups = landmark_groups(name)
    assert len(groups) == COUNTS[name]
    assert set(groups) <= set(LANDMARK_GROUP_COLORS)
    assert all(plain_name(name, index) for index in range(COUNTS[name]))
    with pytest.raises(IndexError):
        landmark_name(name, COUNTS[name])


@pytest.mark.parametrize("name", ["68", "106", "134"])
def test_names_of_the_sparse_sets_are_unique(name: str) -> None:
    names = [plain_name(name, index) for index in range(COUNTS[name])]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", LANDMARK_SETS)
def test_the_mirrored_landmark_has_the_mirrored_name(head: HeadModel, name: str) -> None:
    for index, mirrored in enumerate(head.landmark_symmetry[name]):
        assert plain_name(name, int(mirrored)) == swap_sides(plain_name(name, index))
        assert landmark_groups(name)[mirrored] == swap_sides(landmark_groups(name)[index])


@pytest.mark.parametrize("name", LANDMARK_SETS)
def test_right_and_left_are_the_subjects(head: HeadModel, name: str) -> None:
    x = places_mm(head, name)[:, 0]
    for index in range(COUNTS[name]):
        words = plain_name(name, index).replace(",", "").split()
        if "right" in words:
            assert x[index] < 0
        if "left" in words:
            assert x[index] > 0


@pytest.mark.parametrize("name", LANDMARK_SETS)
def test_groups_lie_where_their_part_of_the_face_is(head: HeadModel, name: str) -> None:
    parts, vertices = head.topology.parts, head.mean_vertices_mm()
    places, groups = places_mm(head, name), np.array(landmark_groups(name))
    wanted = {
        "nose": ("nose",),
        "lips": ("up_lip", "down_lip"),
        "iris": ("right_eye", "left_eye"),
        **{f"{side} {what}": (f"{side}_{what}",) for side in ("right", "left") for what in ("eye", "eyebrow")},
    }
    for group, names in wanted.items():
        part = vertices[np.concatenate([parts[part_name] for part_name in names])]
        points = places[groups == group]
        assert len(points) > 0 or (name, group) == ("68", "iris")
        assert np.linalg.norm(points[:, None] - part[None], axis=2).min(1).max(initial=0) < 6


def test_points_that_everybody_knows() -> None:
    assert landmark_name("68", 8) == "68 #8: chin"
    assert landmark_name("68", 30) == "68 #30: nose tip"
    assert plain_name("68", 36) == "right eye, outer corner"
    assert plain_name("68", 39) == "right eye, inner corner"
    assert plain_name("68", 45) == "left eye, outer corner"
    assert plain_name("68", 48) == "mouth, outer edge, right corner"
    assert plain_name("68", 51) == "upper lip, outer edge, middle"
    assert plain_name("106", 104) == "right pupil"
    assert plain_name("478", 33) == "right eye, outer corner"
    assert plain_name("478", 133) == "right eye, inner corner"
    assert plain_name("478", 468) == "right iris, centre"
    assert plain_name("478", 152) == "chin"
    assert plain_name("478", 10) == "top of the forehead"
    assert plain_name("478", 0) == "upper lip"
    assert plain_name("478", 17) == "lower lip"
    assert plain_name("478", 14) == "lips, where they meet"


def test_counts_along_a_line_start_where_the_name_says(head: HeadModel) -> None:
    """ "1 of n from the nose" is nearer to the middle than "n of n", and "right 1" than "right 2"."""
    for name in ("68", "106", "134"):
        x = np.abs(places_mm(head, name)[:, 0])
        lines: dict[str, list[tuple[int, float]]] = {}
        for index in range(COUNTS[name]):
            text = plain_name(name, index)
            if match := re.fullmatch(r"(.*), (\d+) of \d+ from the nose|(.*(?:right|left)) (\d+).*", text):
                line, number = (match[1], match[2]) if match[1] else (match[3], match[4])
                lines.setdefault(line, []).append((int(number), x[index]))
        assert len(lines) > 10
        for line, entries in lines.items():
            distances = [distance for _, distance in sorted(entries)]
            if "jaw" in line or "edge of the nose" in line:
                distances = [distances[0], max(distances)]  # outlines bend back towards the middle further up
            assert distances == sorted(distances), (name, line)


def test_upper_is_above_lower(head: HeadModel) -> None:
    for name in ("68", "106", "134"):
        y = places_mm(head, name)[:, 1]
        heights: dict[str, list[float]] = {}
        for index in range(COUNTS[name]):
            text = plain_name(name, index)
            for word in ("upper", "lower"):
                if f"{word} lid" in text or text.startswith(f"{word} lip, outer"):
                    heights.setdefault(text.replace(word, "*").split(", ")[0] + word, []).append(y[index])
        for key in {key.removesuffix("upper").removesuffix("lower") for key in heights}:
            assert min(heights[f"{key}upper"]) > max(heights[f"{key}lower"])


def test_an_unknown_set_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        landmark_groups("12")


def test_other_heads_name_their_own_sets_by_part():
    own = make_topology()
    parts = {"nose": np.array([3, 4]), "up_lip": np.array([5]), "skin": np.array([0, 1, 2])}
    corners = np.array([[3, 3, 3], [5, 5, 5], [0, 0, 0], [9, 9, 9]], np.int32)
    weights = np.tile(np.array([1, 0, 0], np.float32), (4, 1))
    other = replace(own, name="other", parts=parts, landmarks={"134": (corners, weights)})
    assert landmark_groups("134", other) == ("nose", "lips", "face", "face")
    assert landmark_name("134", 1, other) == "134 #1: upper lip"
    assert landmark_name("68", 30, other) == "68 #30: nose tip"  # everybody's order
    assert landmark_name("106_2d", 0, other) == landmark_name("106", 0).replace("106", "106_2d", 1)
    with pytest.raises(KeyError):
        landmark_groups("478", other)
