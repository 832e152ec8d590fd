"""The face model's file: what is taken, what is refused in one sentence, and how coefficients split."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from faceviewer.models.tddfa_v3.coefficients import join_coefficients, split_coefficients
from faceviewer.models.tddfa_v3.face_model import face_model_from_arrays, load_face_model
from faceviewer.models.tddfa_v3.schema import KEYS, findings
from faceviewer.types import PART_NAMES, FaceviewerError


def with_value(array: np.ndarray, index: tuple[int, ...], value: float) -> np.ndarray:
    changed = array.copy()
    changed[index] = value
    return changed


def test_the_recipes_model_is_usable(face_arrays, face_model):
    assert findings(face_arrays) == []
    assert set(KEYS) == set(face_arrays)
    assert tuple(face_model.parts) == PART_NAMES and len(face_model.profile_lines) == 33
    assert face_model.identity.shape == (80, 35709, 3)
    assert face_model.identity[7, 100, 2] == face_arrays["id"][302, 7]
    with pytest.raises(ValueError, match="read-only"):
        face_model.mean_shape[0] = 0


@pytest.mark.parametrize(
    ("key", "change", "sentence"),
    [
        ("id", lambda a: a[:, :79], r'"id" has the shape \(107127, 79\) instead of \(107127, 80\)'),
        ("u", lambda a: a[:-3], r'"u" has the shape'),
        ("exp", lambda a: with_value(a, (5, 5), np.nan), '"exp" holds values that are not finite'),
        ("u_alb", lambda a: a.astype("U8"), '"u_alb" holds <U8 instead of numbers'),
        ("tri", lambda a: with_value(a, (0, 0), 35709), '"tri" holds 1 to 35709, outside of 0 to 35708'),
        ("tri", lambda a: a[:, :2], r'"tri" has the shape \(70664, 2\)'),
        ("point_buf", lambda a: with_value(a, (0, 0), -1), '"point_buf" holds -1'),
        ("uv_coords", lambda a: a[:, :1], '"uv_coords" has the shape'),
        ("ldm68", lambda a: a[:67], '"ldm68" has 67 entries instead of 68'),
        ("ldm106", lambda a: a + 0.5, '"ldm106" holds float64 values that are not whole'),
        ("parallel", lambda a: a[:32], '"parallel" has 32 entries instead of 33'),
        ("annotation_tri", lambda a: [*a[:7], a[7][:, :2]], r'"annotation_tri"\[7\] has the shape'),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(face_arrays, key, change, sentence):
    with pytest.raises(FaceviewerError, match=f"^mine.npy: not a 3DDFA-V3 face model: {sentence}"):
        face_model_from_arrays(face_arrays | {key: change(face_arrays[key])}, "mine.npy")


def test_every_missing_key_is_found():
    assert findings({}) == [f'the key "{key}" is missing' for key in KEYS]


def test_stored_types_do_not_matter(face_arrays, face_model):
    ragged = np.empty(8, object)
    ragged[:] = [ids.astype(np.float64)[:, None] for ids in face_arrays["annotation"]]
    other = face_arrays | {
        "tri": face_arrays["tri"].astype(np.float64),
        "uv_coords": np.pad(face_arrays["uv_coords"].astype(np.float64), ((0, 0), (0, 1))),
        "u": face_arrays["u"].ravel(),
        "annotation": ragged,
    }
    model = face_model_from_arrays(other, "x")
    assert (model.triangles == face_model.triangles).all() and (model.uv == face_model.uv).all()
    assert all((model.parts[name] == face_model.parts[name]).all() for name in PART_NAMES)


def test_coefficients_split_and_join(alphas):
    split = split_coefficients(alphas["a"])
    assert split.angles.shape == (1, 3) and (split.light == alphas["a"][:, 227:254]).all()
    assert (join_coefficients(split) == alphas["a"]).all()
    with pytest.raises(ValueError, match="257"):
        split_coefficients(torch.zeros(1, 256))


def test_loaded_from_its_file_and_from_the_cache(face_arrays, face_model, tmp_path):
    path = tmp_path / "face_model.npy"
    np.save(path, np.array(face_arrays, object), allow_pickle=True)
    for _ in range(2):
        loaded = load_face_model(path, cache=tmp_path / "cache")
        assert (loaded.expression == face_model.expression).all()
        assert all((a == b).all() for a, b in zip(loaded.profile_lines, face_model.profile_lines, strict=True))


def test_a_plain_array_is_no_model(tmp_path):
    np.save(tmp_path / "indices.npy", np.arange(5))
    with pytest.raises(FaceviewerError, match="no dictionary"):
        load_face_model(tmp_path / "indices.npy", cache=tmp_path)
