"""Finding commands by a few letters of their names."""

from __future__ import annotations

from dataclasses import dataclass

_LETTER = 1.0
_WORD_START = 3.0
_IN_A_ROW = 2.5
_PER_SKIPPED_LETTER = 0.05
_WHOLE_WORD = 2.0
_NOT = float("-inf")


@dataclass(frozen=True)
class FuzzyMatch:
    """How a text matches what was typed."""

    score: float
    """Higher is better; only worth comparing for the same query."""
    positions: tuple[int, ...]
    """Indices of the letters that matched, ascending."""


def fuzzy_match(query: str, text: str) -> FuzzyMatch | None:
    """How well ``text`` matches ``query``, or None when it does not.

    Every word of the query must appear as a subsequence of the text, in any order of words, whatever the case.
    Starts of words and letters in a row count more, so that initials work: "rv" finds "Reset view".
    """
    lowered = text.lower() if len(text.lower()) == len(text) else text
    score, positions = 0.0, set[int]()
    for word in query.lower().split():
        match = _match_word(word, lowered)
        if match is None:
            return None
        score += match.score
        positions.update(match.positions)
    return FuzzyMatch(score - 0.001 * len(text), tuple(sorted(positions)))


def _match_word(word: str, text: str) -> FuzzyMatch | None:
    """The best way to find the letters of ``word`` in ``text``, by dynamic programming over (letter, place)."""
    best = [_NOT] * len(text)  # of matches of the letters so far whose last letter is at this place
    came_from: list[list[int]] = []
    for number, letter in enumerate(word):
        scores, origins = [_NOT] * len(text), [-1] * len(text)
        reach, reach_from = (0.0, -1) if number == 0 else (_NOT, -1)  # best match that ended before this place
        for place, found in enumerate(text):
            if number and place and best[place - 1] > reach:
                reach, reach_from = best[place - 1], place - 1
            if found == letter and reach > _NOT:
                value, origin = reach, reach_from
                if number and place and best[place - 1] + _IN_A_ROW >= value:
                    value, origin = best[place - 1] + _IN_A_ROW, place - 1
                scores[place] = value + _LETTER + (_WORD_START if _starts_word(text, place) else 0.0)
                origins[place] = origin
            reach -= _PER_SKIPPED_LETTER
        best = scores
        came_from.append(origins)
    end = max(range(len(text)), key=best.__getitem__, default=-1)
    if end < 0 or best[end] == _NOT:
        return None
    positions = [end]
    for origins in reversed(came_from[1:]):
        positions.append(origins[positions[-1]])
    start = positions[-1]
    whole = end - start + 1 == len(word) and _starts_word(text, start) and _ends_word(text, end)
    return FuzzyMatch(best[end] + (_WHOLE_WORD if whole else 0.0), tuple(reversed(positions)))


def _starts_word(text: str, place: int) -> bool:
    return text[place].isalnum() and (place == 0 or not text[place - 1].isalnum())


def _ends_word(text: str, place: int) -> bool:
    return place + 1 == len(text) or not text[place + 1].isalnum()
