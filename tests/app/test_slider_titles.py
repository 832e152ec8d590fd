"""Names of sliders in plain English."""

from __future__ import annotations

import re

import pytest

from faceviewer.app.slider_titles import expression_title, shape_title
from faceviewer.models.head_model import load_head
from faceviewer.types import BLENDSHAPE_NAMES, EXPRESSION_NAMES


def test_every_shape_direction_has_a_title_of_its_own_in_words():
    names = load_head().named_direction_names
    titles = [shape_title(name) for name in names]
    assert len(set(titles)) == len(names)
    for title in titles:
        assert re.fullmatch(r"[A-Z][a-z' ,]+( \d)?", title), title


@pytest.mark.parametrize("names", [BLENDSHAPE_NAMES, EXPRESSION_NAMES])
def test_every_expression_has_a_title_of_its_own_in_words(names):
    titles = [expression_title(name) for name in names]
    assert len(set(titles)) == len(names)
    for title in titles:
        assert re.fullmatch(r"[A-Z][a-z ]+(, (left|right))?", title), title


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("eyeBlinkLeft", "Eye blink, left"),
        ("jawLeft", "Jaw left"),
        ("browInnerUp", "Brow inner up"),
        ("_neutral", "Neutral"),
        ("mouthSmileRight", "Mouth smile, right"),
    ],
)
def test_sides_are_told_from_directions(name, title):
    assert expression_title(name) == title


def test_an_unknown_shape_is_spelt_out():
    assert shape_title("tail-length") == "Tail length"
    assert shape_title("asym-eye-3") == "Uneven eyes 3"
