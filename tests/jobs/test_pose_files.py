"""Pose series in files: read back, with gaps as gaps, and hostile files refused in one sentence."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from pose_factory import make_series

from faceviewer.jobs.pose_files import HEADER, SCHEMA, read_pose_json, write_poses
from faceviewer.types import FaceviewerError


def test_json_comes_back(tmp_path):
    series = replace(
        make_series().named({1: "Ann\udce9, \"A\""}), notes=("one thing",), files=tuple(f"{k}.png" for k in range(40)),
        smoothing_s=0.1, every=1, frame_rate=None,
    )  # fmt: skip
    write_poses(series, tmp_path / "new" / "out.json")
    read = read_pose_json(tmp_path / "new" / "out.json")
    for name in ("source", "engine", "device", "frame_rate", "every", "size", "files", "unseen_s", "smoothing_s"):
        assert getattr(read, name) == getattr(series, name), name
    np.testing.assert_array_equal(read.frames, series.frames)
    np.testing.assert_allclose(read.time_s, series.time_s, atol=1e-6)
    for got, wanted in zip(read.people, series.people, strict=True):
        assert got.number == wanted.number
        np.testing.assert_array_equal(got.rows, wanted.rows)
        np.testing.assert_array_equal(got.focal_from, wanted.focal_from)
        for name in ("R_camera_head", "t_mm", "angles_deg", "box_xyxy", "intrinsics_px"):
            np.testing.assert_allclose(getattr(got, name), getattr(wanted, name), atol=6e-3, err_msg=name)
    assert read.people[0].name.startswith("Ann") and read.notes == ("one thing",)
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["out.json"]


def test_json_says_what_its_numbers_mean(tmp_path):
    write_poses(make_series(), tmp_path / "out.json")
    tree = json.loads((tmp_path / "out.json").read_text())
    assert tree["schema"] == SCHEMA == "faceviewer.pose/1"
    assert tree["source"]["frame_rate"] == 20 and tree["source"]["every"] == 1
    assert "x_camera = R_camera_head @ x_head + t_mm" in tree["conventions"]["camera"]
    assert "812 px, guessed" in tree["assumptions"]["focal_length"][0] and "as large as" in tree["assumptions"]["scale"]
    assert len(tree["frames"]["index"]) == len(tree["frames"]["time_s"]) == 40


def test_csv_has_a_row_for_everybody_and_for_nobody(tmp_path):
    series = make_series().named({2: "Berta"})
    write_poses(series, tmp_path / "out.csv")
    with open(tmp_path / "out.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(HEADER)
    assert [row["frame"] for row in rows if row["person"] == "1"] == [str(k) for k in (*range(10), *range(15, 39))]
    assert rows[-1]["frame"] == "39" and set(list(rows[-1].values())[2:]) == {""}, "nobody is there"
    assert {int(row["frame"]) for row in rows} == set(range(40)), "no frame is left out"
    one = next(row for row in rows if row["frame"] == "20" and row["person"] == "2")
    person = series.people[1]
    place = person.place_of(20)
    np.testing.assert_allclose(
        [float(one[f"{name}_deg"]) for name in ("yaw", "pitch", "roll")], person.angles_deg[place], atol=1e-4
    )
    np.testing.assert_allclose([float(one[f"t{axis}_mm"]) for axis in "xyz"], person.t_mm[place], atol=1e-3)
    R = np.array([float(one[f"r{k // 3}{k % 3}"]) for k in range(9)]).reshape(3, 3)
    np.testing.assert_allclose(R, person.R_camera_head[place], atol=1e-6)
    assert (one["name"], one["focal_from"], one["fx_px"], one["smoothing_s"]) == ("Berta", "guess", "812.500", "0")
    assert one["time_s"] == "1.000000" and one["scale_from"] == "engine's head size"


def test_names_of_people_and_files_are_no_formulas(tmp_path):
    files = ("=1+1.png", "-a.png", *(f"{k}.png" for k in range(38)))
    series = replace(make_series().named({1: "=HYPERLINK(A1)", 2: "@Berta"}), files=files)
    write_poses(series, tmp_path / "out.csv")
    with open(tmp_path / "out.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows[:3]] == ["'=1+1.png", "'-a.png", "0.png"]
    assert {row["name"] for row in rows} == {"'=HYPERLINK(A1)", "'@Berta", ""}
    assert any(row["yaw_deg"].startswith("-") for row in rows), "numbers stay numbers"
    write_poses(series, tmp_path / "out.json")
    assert read_pose_json(tmp_path / "out.json").files[0] == "=1+1.png", "no spreadsheet reads JSON"


def test_what_cannot_be_written_leaves_the_old_file(tmp_path):
    with pytest.raises(FaceviewerError, match=r"out\.txt: poses are written to files that end in"):
        write_poses(make_series(), tmp_path / "out.txt")
    (tmp_path / "file").write_text("")
    for suffix in ("csv", "json"):
        with pytest.raises(FaceviewerError, match="cannot be written"):
            write_poses(make_series(), tmp_path / "file" / f"out.{suffix}")
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def _changed(tree, *path, to):
    for key in path[:-1]:
        tree = tree[key]
    if to is ...:
        del tree[path[-1]]
    else:
        tree[path[-1]] = to


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (("schema",), "faceviewer.pose/2", "schema: one of faceviewer.pose/1 expected"),
        (("frames",), ..., "frames is missing"),
        (("frames", "index"), [3, 2, 1], "differ in number"),
        (("frames", "time_s", 0), "0", "frames.time_s"),
        (("frames", "index", 0), 7, "frames must come in order"),
        (("people", 0, "rows", 0), 99, "people[0].rows"),
        (("people", 0, "rows", 1), 0, "must come in order"),
        (("people", 1, "t_mm", 0), [1, 2], "people[1].t_mm"),
        (("people", 0, "focal_from", 0), "magic", "people[0].focal_from[0]"),
        (("people", 0, "R_camera_head"), [], "people[0].R_camera_head"),
        (("source", "every"), 0, "source.every"),
        (("people",), {}, "people: a list expected"),
    ],
)
def test_a_changed_file_is_refused_by_the_place_of_its_mistake(tmp_path, path, to, said):
    file = tmp_path / "out.json"
    write_poses(make_series(), file)
    tree = json.loads(file.read_text())
    _changed(tree, *path, to=to)
    file.write_text(json.dumps(tree))
    with pytest.raises(FaceviewerError) as caught:
        read_pose_json(file)
    assert said in str(caught.value) and str(file) in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000, b'{"schema": NaN}', b"nul"])
def test_what_is_no_such_file_is_refused(tmp_path, content):
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(FaceviewerError, match=r"x\.json"):
        read_pose_json(tmp_path / "x.json")
    with pytest.raises(FaceviewerError, match=r"none\.json: it cannot be read"):
        read_pose_json(tmp_path / "none.json")
