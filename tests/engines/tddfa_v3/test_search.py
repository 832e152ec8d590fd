"""The published search joined with the built-in one: one face is one face, with the landmarks of both."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from faceviewer.engines.tddfa_v3.faces import FoundFace
from faceviewer.engines.tddfa_v3.search import JoinedSearch, WholePictures
from faceviewer.types import CancelToken, Face, FaceviewerError, LandmarkSet

RGB = np.zeros((200, 300, 3), np.uint8)


def face(left: float, top: float, side: float) -> Face:
    xy = np.array([[left, top], [left + side, top + side]], np.float32)
    points = LandmarkSet("478", xy, np.ones(2, bool))
    return Face(np.array([left, top, left + side, top + side], np.float32), 0.9, {"478": points}, np.zeros(52))


class Builtin:
    """Knows some faces, and finds those in boxes that do not touch the right border."""

    def __init__(self, *faces: Face) -> None:
        self.faces = list(faces)

    def detect(self, rgb: np.ndarray, **_: object) -> list[Face]:
        return self.faces

    def detect_in_box(self, rgb: np.ndarray, box_xyxy: np.ndarray) -> Face | None:
        left, top, right, _ = box_xyxy
        return None if right >= rgb.shape[1] else face(left, top, right - left)


class Published:
    """Lists boxes; its points lie in the middle of what it looks at, and nowhere for boxes above row 10."""

    def __init__(self, *boxes: tuple[int, int, int, int]) -> None:
        self.boxes = [np.array(box) for box in boxes]

    def find(self, photos, *, cancel: CancelToken | None = None) -> list[list[FoundFace]]:
        return [[FoundFace(box, 0.99, self._points(box)) for box in self.boxes] for _ in photos]

    def landmarks(self, boxes, *, cancel: CancelToken | None = None):
        return [None if box[1] < 10 else self._points(box) for _, box in boxes]

    @staticmethod
    def _points(box: np.ndarray) -> np.ndarray:
        return np.tile((box[:2] + box[2:]) / 2.0, (106, 1))


def search(builtin: Builtin, published: Published) -> JoinedSearch:
    return JoinedSearch(builtin, lambda: published)  # type: ignore[arg-type, return-value]


def test_a_face_that_both_find_is_one_with_the_published_box() -> None:
    (found,) = search(Builtin(face(50, 50, 60)), Published((48, 40, 112, 118))).detect(RGB)
    np.testing.assert_array_equal(found.box_xyxy, [48, 40, 112, 118])
    assert set(found.landmarks) == {"478", "106"} and found.score == 0.99 and found.blendshapes is not None
    np.testing.assert_array_equal(found.landmarks["106"].xy_px[0], [80.5, 79.5])  # pixel centres lie at .5 here


def test_a_child_before_a_parent_keeps_its_own_points() -> None:
    """The largest that fits gave each the other's."""
    rgb = np.zeros((600, 600, 3), np.uint8)
    parent, child = face(100, 100, 310), face(300, 330, 130)
    found = search(Builtin(parent, child), Published((280, 315, 415, 440), (100, 90, 400, 420))).detect(rgb)
    assert [one.landmarks["478"] for one in found] == [parent.landmarks["478"], child.landmarks["478"]]
    alone = search(Builtin(parent), Published((280, 315, 415, 440), (100, 90, 400, 420))).detect(rgb)
    assert alone[0].landmarks["478"] is parent.landmarks["478"]
    np.testing.assert_array_equal(alone[1].landmarks["478"].xy_px[0], [280, 315])  # looked for in its box


def test_each_search_adds_what_the_other_missed() -> None:
    one, other, third = search(Builtin(face(10, 20, 30), face(60, 0, 20)), Published((150, 50, 250, 150))).detect(RGB)
    assert [len(f.landmarks) for f in (one, other, third)] == [2, 2, 1]  # nothing to see for the third
    np.testing.assert_array_equal(one.box_xyxy, [150, 50, 250, 150])
    np.testing.assert_array_equal(other.box_xyxy, [10, 20, 40, 50])


def test_a_face_that_the_built_in_networks_cannot_see_has_the_published_points_alone() -> None:
    (found,) = search(Builtin(), Published((250, 50, 330, 150))).detect(RGB)
    assert set(found.landmarks) == {"106"} and found.blendshapes is None
    np.testing.assert_array_equal(found.box_xyxy, [250, 50, 300, 150])  # what lies in the photo


def test_a_box_drawn_by_hand() -> None:
    joined = search(Builtin(), Published())
    found = joined.detect_in_box(RGB, np.array([20, 30, 60, 70]))
    assert found is not None and set(found.landmarks) == {"478", "106"}
    assert joined.detect_in_box(RGB, np.array([200, 30, 300, 130])) is None


def test_missing_networks_are_told_when_a_photo_is_searched() -> None:
    def missing() -> Published:
        raise FaceviewerError("lacks retinaface")

    joined = JoinedSearch(Builtin(), missing)  # type: ignore[arg-type]
    with pytest.raises(FaceviewerError, match="lacks retinaface"):
        joined.detect(RGB)


def test_several_photos_in_one_go() -> None:
    joined = search(Builtin(face(50, 50, 60)), Published((48, 40, 112, 118)))
    assert [len(faces) for faces in joined.detect_many([RGB, RGB[:150], RGB])] == [1, 1, 1]
    assert joined.detect_many([]) == []
    assert [len(faces) for faces in WholePictures().detect_many([RGB, RGB])] == [1, 1]


def test_two_published_faces_do_not_share_one_built_in_face() -> None:
    shared = replace(face(50, 50, 60), score=0.5)
    first, second = search(Builtin(shared), Published((48, 48, 112, 112), (60, 52, 118, 110))).detect(RGB)
    assert not np.array_equal(first.landmarks["478"].xy_px, second.landmarks["478"].xy_px)
