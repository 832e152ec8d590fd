"""What is known of people over time: gaps, places, cameras, and what is said of focal lengths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pose_factory import SIZE, make_person, make_series

from faceviewer.jobs.pose_series import PoseSeries
from faceviewer.jobs.pose_smoothing import smoothed


def test_gaps_split_what_was_seen():
    person = make_series().people[0]
    assert person.runs() == [slice(0, 10), slice(10, 34)]
    assert [person.rows[run][0] for run in person.runs()] == [0, 15]
    assert make_person(1, []).runs() == [] and make_person(1, [7]).runs() == [slice(0, 1)]
    assert person.place_of(9) == 9 and person.place_of(15) == 10
    assert [person.place_of(row) for row in (10, 14, 39, 100, -1)] == [None] * 5


def test_values_and_cameras():
    person = make_series().people[1]
    assert person.values.shape == (34, 6) and not person.rows.flags.writeable
    np.testing.assert_array_equal(person.values[:, :3], person.angles_deg)
    camera = person.camera(3, SIZE)
    x, y, z = person.t_mm[3]
    np.testing.assert_allclose(camera.project(np.zeros(3)), [320 + 812.5 * x / z, 180 + 812.5 * y / z])


def test_names():
    series = make_series().named({2: "Berta"})
    assert [person.title for person in series.people] == ["Person 1", "Berta"]
    assert series.named({2: ""}).people[1].title == "Person 2"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("setting", "812 px, as it was set"),
        ("exif", "from the EXIF data"),
        ("guess", "guessed by the engine from the first heads and held"),
        ("fixed", "which the engine takes where none is known"),
        ("engine", "of the engine's own cameras"),
        ("unknown", "the engine does not say"),
    ],
)
def test_the_focal_length_is_named_with_where_it_came_from(source, said):
    person = make_person(1, range(3), focal_from=source)
    series = PoseSeries("a", np.arange(3), np.arange(3.0), (person,), "builtin")
    (sentence,) = series.focal_sentences()
    assert said in sentence and "812 px" in sentence


def test_several_focal_lengths_and_none():
    people = (make_person(1, range(3), focal_from="exif"), make_person(2, range(3), focal_from="guess"))
    assert len(PoseSeries("a", np.arange(3), np.arange(3.0), people, "builtin").focal_sentences()) == 2
    assert PoseSeries("a", np.arange(3), np.arange(3.0), (), "builtin").focal_sentences() == ()


def test_a_name_leaves_all_arrays_the_very_same():
    series = make_series()
    named = series.named({2: "Berta"})
    assert named.frames is series.frames and named.time_s is series.time_s, "or the window takes it for another film"
    assert named.people[0] is series.people[0] and named.people[1].t_mm is series.people[1].t_mm
    assert smoothed(series, 0.1).frames is series.frames


def test_arrays_cannot_be_written_and_their_owner_still_can():
    frames, values = np.arange(3), np.zeros((3, 8))[:, ::2]
    person = replace(make_person(1, range(3)), box_xyxy=values)
    series = PoseSeries("a", frames, np.arange(3.0), (person,), "builtin")
    frames[0] = values[0, 0] = 7
    for array in (series.frames, person.box_xyxy):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    assert person.box_xyxy.flags.c_contiguous
