"""One member of the metadata as a checked entry."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Any, cast

import numpy as np

from faceviewer.datasets.ffhq.entry import MAX_NUMBER, FfhqEntry, PictureFile
from faceviewer.datasets.ffhq.facts import Kind
from faceviewer.io.json_node import JsonNode
from faceviewer.types import FaceviewerError

_KEYS: dict[Kind, str] = {"image": "image", "thumbnail": "thumbnail", "wild": "in_the_wild"}
_MAX_BYTES, _MAX_SIDE = 1 << 40, 1 << 20
_MAX_PX = 1e7
_MD5 = re.compile(r"[0-9a-f]{32}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def number_of(key: str) -> int:
    """The number that a key is. Raises FaceviewerError when it is none."""
    if not (key.isascii() and key.isdigit() and len(key) <= 7 and str(int(key)) == key and int(key) <= MAX_NUMBER):
        raise FaceviewerError("its key is not a number")
    return int(key)


def parse_entry(key: str, value: Any, position: int) -> FfhqEntry:
    """The entry that ``value``, parsed JSON, describes. Raises FaceviewerError with the place of what is wrong.

    Coordinates may be lists of pairs or flat lists. Where the aligned landmarks, the box or the quad are absent they
    are None; a quad in any other form is passed over, because the published description does not show its form.
    """
    node = JsonNode(value, "")
    image, wild = node["image"], node["in_the_wild"]
    about = JsonNode(_texts(node["metadata"] and value["metadata"]), "metadata")
    box = wild["face_rect"].numbers(4).tolist() if "face_rect" in wild else None
    return FfhqEntry(
        number=number_of(key),
        position=position,
        split=node["category"].choice("training", "validation"),
        title=about["photo_title"].text(),
        author=about["author"].text(),
        country=about["country"].text(),
        licence=about["license"].text(),
        licence_url=about["license_url"].text(),
        photo_url=about["photo_url"].text(),
        uploaded=_date(about["date_uploaded"]),
        crawled=_date(about["date_crawled"]),
        files={kind: _file(node[name]) for kind, name in _KEYS.items()},
        wild_landmarks=_points(wild["face_landmarks"], 68),
        image_landmarks=_points(image["face_landmarks"], 68).astype(np.float32) if "face_landmarks" in image else None,
        face_box=cast("tuple[float, float, float, float]", tuple(box)) if box else None,
        face_quad=_quad(wild),
    )


def _texts(value: Any) -> Any:
    """Flickr's texts may hold halves of characters; those become question marks."""
    if not isinstance(value, dict):
        return value
    return {
        name: _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text) if isinstance(text, str) else text
        for name, text in value.items()
    }


def _date(node: JsonNode) -> str:
    text = node.text()
    if text and not _DATE.fullmatch(text):
        node.fail("a date such as 2018-10-10 expected")
    return text


def _file(node: JsonNode) -> PictureFile:
    sides = node["pixel_size"].ids(_MAX_SIDE)
    if len(sides) != 2 or sides.min() < 1:
        node["pixel_size"].fail("width and height expected")
    return PictureFile(
        path=_path(node["file_path"]),
        nbytes=node["file_size"].integer(0, _MAX_BYTES),
        md5=_md5(node["file_md5"]),
        size=(int(sides[0]), int(sides[1])),
        pixel_md5=_md5(node["pixel_md5"]),
        url=node["file_url"].text() if "file_url" in node else "",
    )


def _path(node: JsonNode) -> str:
    """A relative path that stays inside the folder on every system."""
    path = node.text()
    parts = path.split("/")
    if not path.isprintable() or set(path) & set('\\:"<>|?*') or {"", ".", ".."} & set(parts):
        node.fail("a path inside the data set's folder expected")
    if any(part != part.strip(" ") or part.endswith(".") for part in parts) or len(path) > 200:
        node.fail("a path inside the data set's folder expected")
    return str(PurePosixPath(path))


def _md5(node: JsonNode) -> str:
    text = node.text()
    if not _MD5.fullmatch(text):
        node.fail("an md5 of 32 hexadecimal digits expected")
    return text


def _points(node: JsonNode, count: int) -> np.ndarray:
    """(count, 2) float64."""
    try:
        points = node.rows(count, 2)
    except FaceviewerError as not_pairs:
        try:
            points = node.numbers(2 * count).reshape(count, 2)
        except FaceviewerError:
            raise not_pairs from None
    if np.abs(points).max() > _MAX_PX:
        node.fail("a coordinate is too large")
    return points


def _quad(wild: JsonNode) -> np.ndarray | None:
    if "face_quad" not in wild:
        return None
    try:
        return _points(wild["face_quad"], 4)
    except FaceviewerError:
        return None
