"""Where the truth says that a face is: to choose among found faces, or to give to an engine in place of a search."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from faceviewer.datasets.head_pose.sample import HeadTruth
from faceviewer.detection.overlap import box_of_points
from faceviewer.engines.engine import FaceSearch
from faceviewer.types import Face, LandmarkSet, Photo

_FACE_BOX_SIDES = 1.5
"""Side of the published box over that of the points in it."""
_BY_BOX_ALONE = frozenset({"trg"})
"""Engines whose published program looks at the data set's own box and needs no points: they get just that box."""


def true_box(truth: HeadTruth, size: tuple[int, int]) -> np.ndarray | None:
    """(4,) left, top, right, bottom around the annotated face's points, photo pixels, as well as the truth tells."""
    if truth.landmarks68_px is not None:
        return box_of_points(truth.landmarks68_px)
    if truth.face_box_ltrb is not None:
        middle = (truth.face_box_ltrb[:2] + truth.face_box_ltrb[2:]) / 2
        reach = (truth.face_box_ltrb[2:] - truth.face_box_ltrb[:2]) / 2 / _FACE_BOX_SIDES
        return np.concatenate([middle - reach, middle + reach])
    camera, points = truth.camera(size), truth.landmarks68_mm if truth.landmarks68_mm is not None else truth.vertices_mm
    if camera is None or points is None:
        return None
    box = box_of_points(camera.project(points))
    return box if np.isfinite(box).all() else None


def given_face(engine: str, truth: HeadTruth, photo: Photo, box: np.ndarray, search: FaceSearch) -> Face | None:
    """The face in the truth's box, as the engine called ``engine`` takes it; None when nothing can be given.

    It has the points that the search's networks see in the box, and the truth's 68; or for an engine that goes by the
    published box alone, a box from which it makes that very one.
    """
    if engine in _BY_BOX_ALONE and truth.face_box_ltrb is not None:
        return Face(points_box(truth.face_box_ltrb).astype(np.float32), 1.0, {})
    seen = search.detect_in_box(photo.rgb, box)
    points = {} if seen is None else dict(seen.landmarks)
    if truth.landmarks68_px is not None:
        xy = truth.landmarks68_px.astype(np.float32)
        points["68"] = LandmarkSet("68", xy, np.ones(len(xy), bool))
    if seen is not None:
        return replace(seen, landmarks=points)
    return Face(box.astype(np.float32), 1.0, points) if points else None


def points_box(face_box_ltrb: np.ndarray) -> np.ndarray:
    """(4,) the box of points around which ``geometry.crop192.face_box`` lays ``face_box_ltrb``.

    That box is a square around their middle whose sides are cut towards zero: its side is any that leaves room for all
    four cuts, and its corners lie in the middle of what is left to them. A box that was moved into its photo after the
    cuts may be one that no points have; it comes out within a pixel.
    """
    box = np.asarray(face_box_ltrb, np.float64)
    least, most = np.array([_before_cut(side) for side in box]).T
    shortest, longest = (least[2:] - most[:2]).max(), (most[2:] - least[:2]).min()
    side = (shortest + longest) / 2
    low = (np.maximum(least[:2], least[2:] - side) + np.minimum(most[:2], most[2:] - side)) / 2
    middle, reach = low + side / 2, side / 2 / _FACE_BOX_SIDES
    return np.concatenate([middle - reach, middle + reach])


def _before_cut(whole: float) -> tuple[float, float]:
    """Between which numbers those lie that are cut to this whole one."""
    return (whole - (whole <= 0), whole + (whole >= 0))
