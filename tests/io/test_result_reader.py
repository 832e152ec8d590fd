"""Whatever a JSON says, it is read right or refused in one clear sentence."""

from __future__ import annotations

import copy
import json
import math
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from factories import make_reconstruction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from faceviewer.io import json_node
from faceviewer.io.result_files import read_reconstruction, write_reconstruction
from faceviewer.io.result_reader import SavedResult, is_complete, read_result
from faceviewer.types import FaceviewerError

FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)


@pytest.fixture(scope="module")
def valid_path(tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("valid")
    return write_reconstruction(make_reconstruction(6, 8, texture_size=8), directory, "head_face1").json


@pytest.fixture(scope="module")
def valid(valid_path) -> dict[str, Any]:
    return json.loads(valid_path.read_text())


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "result.json"


def refused(path: Path) -> str:
    """The sentence with which the file is refused; asserts its form."""
    with pytest.raises(FaceviewerError) as caught:
        read_result(path)
    sentence = str(caught.value)
    assert sentence.startswith(f"{path}: ") and "\n" not in sentence and len(sentence) < 600
    assert not is_complete(path)
    return sentence


def put(tree: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy of ``tree`` with ``value`` at ``place``, such as ``camera.K``; ``...`` removes the key."""
    tree = copy.deepcopy(tree)
    *parents, last = place.split(".")
    node = tree
    for key in parents:
        node = node[key]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return tree


# --- the text ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not JSON"),
        (b"hello", "not JSON"),
        (b'{"schema": ', "not JSON"),
        (b"[1, 2]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"a": 1, "a": 2}', "key 'a' occurs twice"),
        (b'{"a": {"b": 1, "b": 1}}', "key 'b' occurs twice"),
        (b'{"a": NaN}', "NaN is not a number of JSON"),
        (b'{"a": -Infinity}', "-Infinity is not a number of JSON"),
        (b'{"a": "\xff"}', "not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"a": ' * 100_000 + b"1" + b"}" * 100_000, "nested too deeply"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "not JSON"),
        (b"{}", "names no schema"),
        (b'{"schema": 1}', "text of at most"),
        (b'{"schema": "faceviewer.reconstruction/2"}', "this version reads faceviewer.reconstruction/1"),
        (b"\0" * 100, "not JSON"),
    ],
)
def test_what_is_no_result(path, data, reason):
    path.write_bytes(data)
    assert reason in refused(path)


def test_missing_directory_and_too_large(path, monkeypatch):
    assert "No such file" in refused(path)
    path.mkdir()
    assert "cannot be read" in refused(path)
    path.rmdir()
    monkeypatch.setattr(json_node, "MAX_FILE_BYTES", 1000)
    path.write_bytes(b" " * 1001)
    assert "larger than 1000 bytes" in refused(path)


def test_duplicate_keys_in_a_huge_object_are_found_quickly(path):
    members = ", ".join(f'"k{k}": 0' for k in range(200_000))
    path.write_text("{" + members + ', "k199999": 1}')
    start = time.perf_counter()
    assert "occurs twice" in refused(path)
    assert time.perf_counter() - start < 5


# --- the values -------------------------------------------------------------------------------------------------

REQUIRED = (
    *("photo", "photo.name", "photo.sha256", "photo.width", "photo.height", "engine", "device"),
    *("face", "face.number", "face.count", "face.box_xyxy", "face.score", "face.landmarks"),
    *("mesh", "mesh.file", "mesh.units", "mesh.vertices", "mesh.triangles", "mesh.topology"),
    *("camera", "camera.K", "camera.R_camera_head", "camera.t_camera_head_mm", "camera.width", "camera.height"),
    *("pose", "pose.yaw_deg", "pose.pitch_deg", "pose.roll_deg", "pose.R", "pose.t_mm"),
    *("landmarks", "landmarks.68.xy_px", "landmarks.68.visible", "landmarks.68.barycentric"),
    *("parts", "blendshapes", "blendshapes.jawOpen", "coefficients", "reprojection_px", "stages", "warnings"),
    *("seconds", "textures", "textures.photo.file", "textures.photo.kind", "textures.photo.size", "files"),
)


@pytest.mark.parametrize("place", REQUIRED)
def test_missing_keys_are_named(valid, path, place):
    path.write_text(json.dumps(put(valid, place, ...)))
    sentence = refused(path)
    assert f"{place} is missing" in sentence or (place.startswith("blendshapes.") and "names of the blend" in sentence)


FREE_TEXT = {"photo.name", "photo.sha256", "engine", "device", "mesh.topology"}
OF_LISTS = {"parts", "coefficients"}
WRONG_KINDS = [
    *((place, value) for place in REQUIRED for value in (True, [[[]]], [None])),
    *((place, {"a": []}) for place in REQUIRED if place not in OF_LISTS),
    *((place, "") for place in REQUIRED if place not in FREE_TEXT),
]


@pytest.mark.parametrize(("place", "value"), WRONG_KINDS)
def test_values_of_another_kind_are_named(valid, path, place, value):
    path.write_text(json.dumps(put(valid, place, value)))
    assert place.split(".")[0] in refused(path)


@pytest.mark.parametrize(
    ("place", "value", "reason"),
    [
        ("mesh.units", "cm", "one of mm expected"),
        ("mesh.vertices", 0, "a whole number from 1"),
        ("mesh.vertices", 10**30, "a whole number from 1"),
        ("mesh.vertices", 50.0, "a whole number from 1"),
        ("mesh.file", "../secret.obj", "a plain file name expected"),
        ("mesh.file", "/etc/passwd", "a plain file name expected"),
        ("mesh.file", "C:evil.obj", "a plain file name expected"),
        ("textures.photo.file", "..", "a plain file name expected"),
        ("textures.photo.size", 1 << 20, "a whole number from 1"),
        ("textures.photo.kind", "painting", "one of photo, albedo, model expected"),
        ("files", {"../x": {"sha256": "", "bytes": 0}}, "a plain file name expected"),
        ("camera.K", [[1, 0, 0], [0, 1, 0]], "a list of 3 expected, it has 2"),
        ("camera.K", [[1, 0], [0, 1], [0, 0]], "3 lists of 3 numbers expected"),
        ("camera.K", [[-1, 0, 5], [0, 1, 5], [0, 0, 1]], "not the matrix of a pinhole camera"),
        ("camera.K", [["1", 0, 5], [0, 1, 5], [0, 0, 1]], "3 lists of 3 numbers expected"),
        ("camera.R_camera_head", [[2, 0, 0], [0, 1, 0], [0, 0, 1]], "not a rotation"),
        ("camera.R_camera_head", [[-1, 0, 0], [0, 1, 0], [0, 0, 1]], "not a rotation"),
        ("pose.R", [[1e300, 0, 0], [0, 1, 0], [0, 0, 1]], "not a rotation"),
        ("camera.width", -1, "a whole number from 1"),
        ("pose.yaw_deg", 10**400, "a number is too large"),
        ("pose.t_mm", [1, 2], "a list of 3 expected"),
        ("landmarks.68.xy_px", [[1, 2, 3]] * 68, "lists of 2 numbers expected"),
        ("landmarks.68.xy_px", [[1, 2]] * 67, "a list of 67 expected, it has 68"),
        ("landmarks.68.xy_px", [[1e39, 2]] * 68, "a number is too large"),
        ("landmarks.68.visible", [1] * 68, "true or false expected"),
        ("landmarks.68.xyz", [[1, 2, None]] * 68, "68 lists of 3 numbers expected"),
        ("landmarks.68.vertices", [[0, 1, 50]] * 68, "whole numbers from 0 to 49"),
        ("landmarks.68.vertices", [[0, 1, -1]] * 68, "whole numbers from 0 to 49"),
        ("landmarks.68.vertices", [[0, 1, 2.0]] * 68, "whole numbers from 0 to 49"),
        ("parts.nose", [0, 50], "whole numbers from 0 to 49"),
        ("parts.nose", [10**30], "whole numbers from 0 to 49"),
        ("parts.nose", "1, 2", "a list expected"),
        ("blendshapes", {"smile": 1.0}, "the 52 names of the blendshapes expected"),
        ("coefficients.identity", [1e39], "a number is too large"),
        ("coefficients.identity", [[1.0]], "numbers expected"),
        ("reprojection_px", "1", "a number expected"),
        ("warnings", ["x" * 5000], "text of at most 4096 characters"),
        ("photo.name", "\ud800", "text of at most"),
        ("seconds", {"fit": []}, "seconds.fit: a number expected"),
        ("seconds", {"f" * 5000: 1}, "text of at most"),
    ],
)
def test_wrong_values_are_named(valid, path, place, value, reason):
    path.write_text(json.dumps(put(valid, place, value)))
    sentence = refused(path)
    assert reason in sentence and place.split(".")[0] in sentence


def test_numbers_that_overflow_to_infinity(valid_path, path):
    path.write_text(valid_path.read_text().replace('"yaw_deg": 20.0', '"yaw_deg": 1e999'))
    assert "pose.yaw_deg: a number is too large" in refused(path)


def test_huge_lists(valid, path, monkeypatch):
    monkeypatch.setattr(json_node, "MAX_ITEMS", 1000)
    path.write_text(json.dumps(put(valid, "coefficients.identity", [0] * 1001)))
    assert "coefficients.identity: more than 1000 values" in refused(path)


def test_unknown_keys_are_passed_over(valid, path):
    path.write_text(json.dumps(valid | {"later": {"deep": [1]}, "camera": valid["camera"] | {"distortion": []}}))
    assert isinstance(read_result(path), SavedResult)


def test_files_of_earlier_versions_do_not_say_where_the_focal_length_is_from(valid, path):
    path.write_text(json.dumps(put(valid, "camera.focal_from", ...)))
    assert read_result(path).focal_from == "unknown"
    path.write_text(json.dumps(put(valid, "camera.focal_from", "magic")))
    assert "camera.focal_from: one of setting, exif, guess" in refused(path)


def test_null_reprojection_is_unknown(valid, path):
    path.write_text(json.dumps(put(valid, "reprojection_px", None)))
    assert math.isnan(read_result(path).reprojection_px)


def test_arrays_have_their_types_and_cannot_be_changed(valid_path):
    saved = read_result(valid_path)
    points = saved.landmarks["68"]
    assert points.vertices is not None and points.vertices.dtype == np.int32
    assert points.xy_px.dtype == np.float32 and points.visible.dtype == bool and not points.xy_px.flags.writeable
    assert saved.camera.K.dtype == np.float64 and saved.coefficients["identity"].dtype == np.float32


# --- fuzzing ----------------------------------------------------------------------------------------------------

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5),
    max_leaves=15,
)


def places(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The place of every value, of long lists the first three."""
    if isinstance(node, dict):
        inner = [place for key, value in node.items() for place in places(value, (*at, key))]
    elif isinstance(node, list):
        inner = [place for index, value in enumerate(node[:3]) for place in places(value, (*at, index))]
    else:
        inner = []
    return [at, *inner] if at else inner


@settings(FUZZ, max_examples=150)
@given(st.data())
def test_any_value_anywhere_is_read_or_refused(valid, tmp_path, data):
    tree = copy.deepcopy(valid)
    for _ in range(data.draw(st.integers(1, 3))):
        *parents, last = data.draw(st.sampled_from(places(tree)))
        node = tree
        for key in parents:
            node = node[key]
        node[last] = data.draw(JSON_VALUES)
    assert_read_or_refused(tmp_path / "fuzz.json", json.dumps(tree).encode("utf-8", "surrogatepass"))


@FUZZ
@given(st.binary(max_size=200))
@example(b'{"schema": "faceviewer.reconstruction/1"}')
def test_any_bytes_are_refused(tmp_path, data):
    path = tmp_path / "fuzz.json"
    path.write_bytes(data)
    refused(path)


@FUZZ
@given(st.data())
def test_damaged_text_is_read_or_refused(valid_path, tmp_path, data):
    raw = bytearray(valid_path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255) | st.sampled_from(b'"{}[],:0-.e'))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw))) :]
    assert_read_or_refused(tmp_path / "fuzz.json", bytes(raw))


def assert_read_or_refused(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    try:
        saved = read_result(path)
    except FaceviewerError as error:
        assert str(error).startswith(f"{path}: ")
        return
    assert np.isfinite(saved.camera.project(np.zeros((1, 3))) if saved.camera.t_camera_head[2] > 1 else 0).all()
    for points in saved.landmarks.values():
        assert points.vertices is None or points.vertices.max(initial=0) < saved.vertex_count
    with pytest.raises(FaceviewerError):  # the OBJ is not there
        read_reconstruction(path)
