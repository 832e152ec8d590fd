"""Wavefront OBJ as other programs write it: quads and larger polygons, relative indices, missing texture corners.

``obj.read_obj`` takes triangles only, as our own files have them; this reader cuts polygons into fans of triangles, in
their order. Vertex i of the file stays vertex i in both.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from faceviewer.types import FaceviewerError

MAX_OBJ_BYTES = 1 << 28
MAX_COORDINATE = 1e9
"""In the file's unit: what is larger is no head, and its areas leave the range of single precision."""
_COLUMNS = (3, 4, 6, 7)
"""Numbers of a vertex: its position; with a weight; with a colour; with a colour and its opacity."""


@dataclass(frozen=True, eq=False)
class Usage:
    """A material and how many polygons it covers."""

    material: str
    polygons: int


@dataclass(frozen=True, eq=False)
class ObjPolygons:
    """What an OBJ holds, cut into triangles; indices from 0."""

    vertices: np.ndarray
    """(V, 3) float64, in the file's unit."""
    triangles: np.ndarray
    """(F, 3) int32."""
    uv: np.ndarray
    """(T, 2) float32, origin bottom-left; empty when the file has none."""
    uv_triangles: np.ndarray
    """(F, 3) int32 into ``uv``; (0, 3) when the file has none."""
    colors: np.ndarray
    """(V, 3) float64 as the file has them, 0 to 1 or 0 to 255; (0, 3) when the vertices have none."""
    polygons: int
    """How many faces the file has."""
    bare_polygons: int
    """How many of them lack texture coordinates that others have; theirs are (0, 0)."""
    says_millimetres: bool
    """A comment says that its unit is the millimetre, as in the files that we write."""
    libraries: tuple[str, ...] = ()
    """The material files that it names."""
    usage: tuple[Usage, ...] = ()
    """The materials that it uses, the one of most polygons first."""


def read_polygons(path: Path, data: bytes | None = None) -> ObjPolygons:
    """Read an OBJ in the file's own order; groups, lines, curves and normals are passed over.

    data: the file's bytes where they were read before. Raises FaceviewerError, one sentence that names the file, when
    it is missing, a folder, too large, no OBJ, without faces, or when an index or a number is out of range.
    """
    data = read_obj_bytes(path) if data is None else data
    try:
        return _parsed(data)
    except (ValueError, OverflowError) as error:
        raise FaceviewerError(f"{path}: not an OBJ that can be shown ({error})") from None


def read_obj_bytes(path: Path) -> bytes:
    """The bytes of a file that is not too large. Raises FaceviewerError as ``read_polygons``."""
    try:
        if path.is_dir():
            raise FaceviewerError(f"{path}: a folder, not an OBJ file")
        if not path.exists():
            raise FaceviewerError(f"{path}: there is no such file")
        if not path.is_file():
            raise FaceviewerError(f"{path}: not a plain file")
        with path.open("rb") as stream:
            data = stream.read(MAX_OBJ_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise FaceviewerError(f"{path}: cannot be read ({reason or error})") from None
    if len(data) > MAX_OBJ_BYTES:
        raise FaceviewerError(f"{path}: larger than {MAX_OBJ_BYTES >> 20} MB")
    return data


def _parsed(data: bytes) -> ObjPolygons:
    lines = [line.strip() for line in _unfolded(data).splitlines()]
    words = [line.split(None, 1)[0] if line else b"" for line in lines]
    at: dict[bytes, list[int]] = {b"v": [], b"vt": [], b"f": [], b"usemtl": [], b"mtllib": []}
    for number, word in enumerate(words):
        if word in at:
            at[word].append(number)
    bodies = {word: [lines[number][len(word) :] for number in numbers] for word, numbers in at.items()}
    bodies |= {word: _without_comments(bodies[word]) for word in (b"v", b"vt", b"f")}  # names may hold a "#"
    if not bodies[b"v"]:
        raise ValueError("it has no vertices")
    if not bodies[b"f"]:
        raise ValueError("it has no faces")
    vertices, colors = _vertices(bodies[b"v"])
    uv = _table(bodies[b"vt"], (2, 3), 2)
    counts, ids, uv_ids = _corners(bodies[b"f"])
    face_of_corner = np.repeat(np.array(at[b"f"]), counts)
    ids = _from_0(ids, len(vertices), np.searchsorted(at[b"v"], face_of_corner), "vertex")
    has_uv = uv_ids != 0
    uv_ids[has_uv] = _from_0(
        uv_ids[has_uv], len(uv), np.searchsorted(at[b"vt"], face_of_corner[has_uv]), "texture coordinate"
    )
    bare = 0
    if not has_uv.any():
        uv = uv[:0]
    elif not has_uv.all():
        uv_ids[~has_uv] = len(uv)
        uv = np.concatenate([uv, np.zeros((1, 2))])
        bare = len(np.unique(face_of_corner[~has_uv]))
    fans = _fans(counts)
    return ObjPolygons(
        vertices=vertices,
        triangles=ids[fans].astype(np.int32),
        uv=uv.astype(np.float32),
        uv_triangles=(uv_ids[fans] if len(uv) else np.zeros((0, 3))).astype(np.int32),
        colors=colors,
        polygons=len(counts),
        bare_polygons=bare,
        says_millimetres=any(line.startswith(b"# units: millimetres") for line in lines[:16]),
        libraries=tuple(_text(body) for body in bodies[b"mtllib"]),
        usage=_usage(at[b"f"], at[b"usemtl"], [_text(body) for body in bodies[b"usemtl"]]),
    )


def _unfolded(data: bytes) -> bytes:
    """Without the byte order mark, and with lines that end in a backslash joined to the next."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    return data.replace(b"\\\r\n", b" ").replace(b"\\\n", b" ") if b"\\" in data else data


def _without_comments(bodies: list[bytes]) -> list[bytes]:
    if not any(b"#" in body for body in bodies):
        return bodies
    return [body.partition(b"#")[0] for body in bodies]


def _vertices(bodies: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    table = _table(bodies, _COLUMNS, 3)
    start = _first_color_column(table) if table.shape[1] == 7 else 3
    colors = table[:, start : start + 3] if table.shape[1] >= 6 else np.zeros((0, 3))
    return np.ascontiguousarray(table[:, :3]), np.ascontiguousarray(colors)


def _first_color_column(table: np.ndarray) -> int:
    """Of 7 numbers: a weight of 1 before the colour, or an opacity behind it."""
    return 4 if (table[:, 3] == 1).all() and not (table[:, 6] == 1).all() else 3


def _table(bodies: list[bytes], columns: tuple[int, ...], kept: int) -> np.ndarray:
    """(N, columns) float64, all finite; rows of different lengths are cut to ``kept`` numbers."""
    if not bodies:
        return np.zeros((0, kept))
    values = np.array(list(map(float, b" ".join(bodies).split())))
    width = len(bodies[0].split())
    if width not in columns or values.size != width * len(bodies):
        rows = [body.split()[:kept] for body in bodies]
        if min(map(len, rows)) < kept:
            raise ValueError(f"{kept} numbers expected where there are fewer")
        width, values = kept, np.array(list(map(float, chain.from_iterable(rows))))
    if not np.isfinite(values).all():
        raise ValueError("a number is not finite")
    if not (np.abs(values) <= MAX_COORDINATE).all():
        raise ValueError(f"a number is larger than {MAX_COORDINATE:.0e}")
    return values.reshape(len(bodies), width)


def _corners(bodies: list[bytes]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Corners of each face (N,); of all corners in a row the vertex and the texture index as written, 0 for none."""
    counts = np.array([len(body.split()) for body in bodies])
    if counts.min() < 3:
        raise ValueError("a face has fewer than three corners")
    text = b" ".join(bodies)
    total = int(counts.sum())
    per_corner = bodies[0].split()[0].count(b"/") + 1
    slashes, doubled = text.count(b"/"), text.count(b"//")
    if per_corner <= 3 and slashes == total * (per_corner - 1) and doubled == 0:
        table = np.array(list(map(int, text.replace(b"/", b" ").split())), np.int64)
        if table.size == total * per_corner:
            table = table.reshape(total, per_corner)
            _refuse_zero(table)
            return counts, table[:, 0].copy(), table[:, 1].copy() if per_corner > 1 else np.zeros(total, np.int64)
    corners = [[*corner.split(b"/"), b""][:2] for corner in text.split()]
    ids = np.array([int(corner[0]) for corner in corners], np.int64)
    uv_ids = np.array([int(corner[1]) if corner[1] else 0 for corner in corners], np.int64)
    _refuse_zero(ids)
    return counts, ids, uv_ids


def _refuse_zero(ids: np.ndarray) -> None:
    if not ids.all():
        raise ValueError("an index is 0, but OBJ counts from 1")


def _from_0(ids: np.ndarray, count: int, seen: np.ndarray, what: str) -> np.ndarray:
    """From 0; negative ones count back from the last of the ``seen`` that stand before the face."""
    absolute = np.where(ids < 0, seen + ids, ids - 1)
    if absolute.size and (absolute.min() < 0 or absolute.max() >= count):
        raise ValueError(f"a face names a {what} that is not there")
    return absolute


def _fans(counts: np.ndarray) -> np.ndarray:
    """(F, 3) into the row of all corners: polygons cut from their first corner."""
    pieces = counts - 2
    first = np.repeat(np.cumsum(counts) - counts, pieces)
    step = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    return np.stack([first, first + step + 1, first + step + 2], 1)


def _usage(face_lines: list[int], use_lines: list[int], materials: list[str]) -> tuple[Usage, ...]:
    totals: dict[str, int] = {}
    bounds = np.searchsorted(face_lines, [*use_lines, face_lines[-1] + 1])
    for material, polygons in zip(materials, np.diff(bounds).tolist(), strict=True):
        totals[material] = totals.get(material, 0) + polygons
    ordered = sorted(totals.items(), key=lambda item: -item[1])
    return tuple(Usage(material, polygons) for material, polygons in ordered if polygons)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace").strip()
