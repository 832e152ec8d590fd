"""Text of strangers in tables: nothing that a spreadsheet would compute."""

from __future__ import annotations

import pytest

from faceviewer.io.csv_text import plain_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x")'])
def test_what_begins_like_a_formula_is_text(text):
    assert plain_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Anna", "a=b", "'quoted'", " =1", "frame-1.png", "é"])
def test_other_text_stays_as_it_is(text):
    assert plain_cell(text) == text
