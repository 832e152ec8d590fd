from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceviewer.app.fuzzy import fuzzy_match


def ranked(query: str, *texts: str) -> list[str]:
    matches = [(match.score, text) for text in texts if (match := fuzzy_match(query, text))]
    return [text for _, text in sorted(matches, key=lambda pair: -pair[0])]


@pytest.mark.parametrize(
    ("query", "texts", "first"),
    [
        ("rv", ("Save as", "Curve", "Reset view"), "Reset view"),
        ("open", ("Look through the photo's opening", "Open…", "Copy line"), "Open…"),
        ("wire", ("Show where it ends", "Wireframe"), "Wireframe"),
        ("uv wire", ("UV wireframe", "Wireframe"), "UV wireframe"),
        ("68 land", ("Landmarks › 68", "Landmarks › 106"), "Landmarks › 68"),
        ("6", ("Landmarks › 68", "Landmarks › 106"), "Landmarks › 68"),
        ("undo", ("Undo", "Undo everything"), "Undo"),
    ],
)
def test_what_people_mean_comes_first(query: str, texts: tuple[str, ...], first: str) -> None:
    assert ranked(query, *texts)[0] == first


@pytest.mark.parametrize(("query", "text"), [("x", "abc"), ("ba", "ab"), ("aa", "a"), ("open zz", "Open"), ("a", "")])
def test_what_is_not_there_does_not_match(query: str, text: str) -> None:
    assert fuzzy_match(query, text) is None


def test_nothing_typed_matches_everything() -> None:
    assert fuzzy_match("", "Open") is not None and fuzzy_match("  ", "Open") is not None


def test_positions_show_the_best_way_to_match() -> None:
    match = fuzzy_match("view", "Reviewed view")
    assert match is not None and match.positions == (9, 10, 11, 12)


@given(st.text(alphabet="abC d", max_size=12), st.text(alphabet="aBcd e", max_size=30))
def test_a_match_is_exactly_a_subsequence_of_each_word(query: str, text: str) -> None:
    def subsequence(word: str) -> bool:
        letters = iter(text.lower())
        return all(letter in letters for letter in word)

    match = fuzzy_match(query, text)
    words = query.lower().split()
    assert (match is not None) == all(map(subsequence, words))
    if match is not None and len(words) == 1:
        assert "".join(text[place].lower() for place in match.positions) == words[0]


def test_letters_that_grow_in_lower_case_do_not_shift_positions() -> None:
    match = fuzzy_match("view", "İ view")
    assert match is not None and match.positions == (2, 3, 4, 5)
