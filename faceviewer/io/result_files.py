"""A reconstruction to its set of files and back.

``STEM.png``, ``.mtl`` and ``.obj``, the same as ``STEM_{texture}`` for every texture but the main one, on request
``.glb``, ``.ply``, ``_origin.png`` and pictures, ``_published.npz`` where there is something to put into it, and last
``STEM.json``, which knows the digest of each: a set whose JSON is there is whole.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from faceviewer.io.asked import Asked
from faceviewer.io.atomic import AtomicFileSet
from faceviewer.io.head_files import DrawPicture, HeadFiles, encode_head_files, head_file_names
from faceviewer.io.images import read_png
from faceviewer.io.names import MAX_STEM_BYTES, slug
from faceviewer.io.obj import MILLIMETRES, read_obj
from faceviewer.io.result_reader import SavedResult, TextureEntry, named_files, read_result
from faceviewer.types import FaceMesh, FaceviewerError, Origin, Reconstruction, Texture, Topology

TopologyResolver = Callable[[str], Topology | None]
"""Model name -> its topology, or None when the model is not there."""


@dataclass(frozen=True)
class WrittenFiles:
    """What ``write_reconstruction`` wrote."""

    json: Path
    obj: Path
    all: tuple[Path, ...]
    """Every file, the JSON last."""
    seconds: float


def write_reconstruction(
    reconstruction: Reconstruction,
    directory: Path,
    stem: str,
    *,
    formats: Sequence[str] = ("obj",),
    pictures: Mapping[str, DrawPicture] | None = None,
    origins: bool = False,
    morph_targets: Mapping[str, np.ndarray] | None = None,
    face_number: int = 1,
    face_count: int = 1,
    asked: Asked | None = None,
) -> WrittenFiles:
    """Write one face's files into ``directory`` as one set: all of them appear, or none.

    The files of an earlier result of this name go, also those of which the new one has no like.

    The OBJ sets and the JSON are always written; ``formats`` adds "glb" and "ply". ``pictures`` are those of
    ``photo_pictures``, or any: ending of the file's name -> what draws it.
    ``origins`` adds ``STEM_origin.png``, where each texel of the texture came from. ``morph_targets``, name -> (V, 3)
    mm, go into the GLB. ``asked`` is told in the JSON. Raises FaceviewerError when the place cannot be written, a file
    that is no result is in the way, or the result is not finite.
    """
    start = time.perf_counter()
    if stem != (safe := slug(stem, max_bytes=MAX_STEM_BYTES)):
        raise ValueError(f"unsafe stem {stem!r}, take {safe!r}")
    wanted = HeadFiles(
        formats=frozenset(formats),
        origins=origins,
        pictures=pictures or {},
        morph_targets=morph_targets,
        face_number=face_number,
        face_count=face_count,
        asked=asked,
    )
    earlier = named_files(directory / f"{stem}.json")
    _refuse_foreign(directory, stem, head_file_names(reconstruction, stem, wanted), earlier)
    with AtomicFileSet(directory) as files:
        contents = encode_head_files(reconstruction, stem, wanted)
        for name in sorted(earlier):
            files.leave_out(name)
        for name, data in contents.items():
            files.path(name).write_bytes(data)
    paths = tuple(directory / name for name in contents)
    return WrittenFiles(paths[-1], directory / f"{stem}.obj", paths, time.perf_counter() - start)


def _refuse_foreign(directory: Path, stem: str, names: Sequence[str], earlier: Collection[str]) -> None:
    """A photo called ``trip_face1.png`` was lost to the texture of ``trip.jpg``: only results make room for results.

    They are known by the JSON that names them, the ``earlier`` ones; without one by an OBJ of ours among them.
    """
    if not earlier and _is_ours(directory / f"{stem}.obj"):
        return
    own = {name.casefold() for name in (*earlier, f"{stem}.json" if earlier else "")}
    for name in names:
        path = directory / name
        if name.casefold() not in own and os.path.lexists(path) and not path.is_dir():
            raise FaceviewerError(f"{path}: cannot be written, a file that is no result of faceviewer is in the way")


def _is_ours(path: Path) -> bool:
    mark = f"# {MILLIMETRES}\n".encode()
    try:
        with path.open("rb") as stream:
            return stream.read(len(mark)) == mark
    except OSError:
        return False


def read_reconstruction(json_path: Path, topology_of: TopologyResolver | None = None) -> Reconstruction:
    """Build a result again from its JSON, OBJ and PNG; the model it was made with need not be there.

    ``topology_of`` may supply the model's own topology by name (with symmetry, regions and contours); it is used when
    it fits the OBJ. Without an origin picture beside it, the texture's origin is all ``Origin.EMPTY``: unknown.
    Raises FaceviewerError naming the file that is missing, damaged or does not fit the others.
    """
    saved = read_result(json_path)
    mesh = _read_mesh(json_path, saved, topology_of)
    textures = {name: _read_texture(json_path.parent, entry) for name, entry in saved.textures.items()}
    return Reconstruction(
        photo_name=saved.photo_name,
        photo_sha256=saved.photo_sha256,
        photo_size=saved.photo_size,
        engine=saved.engine,
        device=saved.device,
        face=saved.face,
        mesh=mesh,
        camera=saved.camera,
        pose=saved.pose,
        landmarks=saved.landmarks,
        textures=textures,
        coefficients=saved.coefficients,
        reprojection_px=saved.reprojection_px,
        focal_from=saved.focal_from,
        stages=saved.stages,
        warnings=saved.warnings,
        timings=saved.timings,
    )


def _read_mesh(json_path: Path, saved: SavedResult, topology_of: TopologyResolver | None) -> FaceMesh:
    path = json_path.parent / saved.mesh_file
    loaded = read_obj(path)
    if (len(loaded.vertices), len(loaded.triangles)) != (saved.vertex_count, saved.triangle_count):
        raise FaceviewerError(
            f"{path}: {len(loaded.vertices)} vertices and {len(loaded.triangles)} triangles, but {json_path.name} "
            f"speaks of {saved.vertex_count} and {saved.triangle_count}"
        )
    topology = topology_of(saved.topology_name) if topology_of is not None else None
    if topology is None or not np.array_equal(topology.triangles, loaded.triangles):
        topology = Topology(
            name=saved.topology_name,
            triangles=loaded.triangles,
            uv=loaded.uv,
            uv_triangles=loaded.uv_triangles,
            parts=saved.parts,
            landmarks={
                name: (points.vertices, points.barycentric)
                for name, points in saved.landmarks.items()
                if points.vertices is not None and points.barycentric is not None
            },
        )
    colors = np.rint(np.clip(loaded.colors, 0, 1) * 255).astype(np.uint8) if len(loaded.colors) else None
    return FaceMesh(loaded.vertices, topology, colors)


def _read_texture(directory: Path, entry: TextureEntry) -> Texture:
    rgb = read_png(directory / entry.file)
    origin = np.zeros(rgb.shape[:2], np.uint8)
    if entry.origin_file is not None:
        origin = _read_origin(directory / entry.origin_file)
    if not rgb.shape[0] == rgb.shape[1] == entry.size or origin.shape != rgb.shape[:2]:
        raise FaceviewerError(f"{directory / entry.file}: not the square of {entry.size} texels that the result names")
    return Texture(rgb, origin, entry.kind)


def _read_origin(path: Path) -> np.ndarray:
    origin = read_png(path, "P")
    if origin.max() > max(Origin):
        raise FaceviewerError(f"{path}: not a picture of texel origins")
    return origin
