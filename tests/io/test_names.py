"""File stems are safe everywhere, stable, and never collide."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.io.names import MAX_BYTES, slug, unique_slugs


@pytest.mark.parametrize(
    ("stem", "expected"),
    [
        ("image00002", "image00002"),
        ("head1_y-30.5_p10", "head1_y-30.5_p10"),
        ("My photo (2)", "My_photo_2_"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\Users\\x", "C_Users_x"),
        ("Éloïse Müller-Størmø", "Eloise_Muller-Stormo"),
        ("Straße", "Strasse"),
        ("写真 1", "写真_1"),
        ("हिन्दी", "हिन्दी"),
        ("ﬁlm①", "film1"),
        (".hidden", "hidden"),
        ("-rf", "rf"),
        ("trailing...", "trailing"),
        ("con", "_con"),
        ("LPT1.front", "_LPT1.front"),
        ("console", "console"),
        ("", "photo"),
        ("...", "photo"),
        ("🙂", "photo"),
        ("a\0b\nc", "a_b_c"),
    ],
)
def test_examples(stem, expected):
    assert slug(stem) == expected


@given(st.text(max_size=300))
def test_slug_is_one_plain_safe_name(stem):
    name = slug(stem)
    assert name and not name.startswith((".", "-")) and not name.endswith(".")
    assert len(name.encode()) <= MAX_BYTES
    assert not set(name) & set('<>:"/\\|?*# \t\n\0')
    assert PurePosixPath(name).name == name and PureWindowsPath(name).name == name
    assert not name.startswith(".") and any(character.isalnum() for character in name)
    assert slug(name) == name


@given(st.text(alphabet="abcXYZ019_", min_size=1, max_size=50).filter(lambda s: any(c.isalnum() for c in s)))
def test_safe_names_stay(stem):
    assert slug(stem) == stem


@given(st.text(alphabet="é", min_size=200, max_size=300), st.text(alphabet="漢字", min_size=60, max_size=80))
def test_cut_names_of_different_photos_differ(latin, other):
    assert slug(latin + other) != slug(latin + other + "x")


@given(st.lists(st.sampled_from(["a", "A", "a b", "a_b", "a_2", "é", "e", "ſ", "S", "photo", ""]), max_size=12))
def test_unique_slugs_never_collide_and_repeat(stems):
    names = unique_slugs(stems)
    assert len({name.casefold() for name in names}) == len(stems)
    assert names == unique_slugs(stems)
    assert names[:1] == [slug(stem) for stem in stems[:1]]


def test_unique_slugs_number_the_later_ones():
    assert unique_slugs(["a", "a_2", "A", "a"]) == ["a", "a_2", "A_3", "a_4"]
