"""A reconstruction to its set of files and back.

``STEM.png``, ``.mtl`` and ``.obj``, on request ``.glb``, ``.ply``, ``_origin.png`` and ``_overlay.png``, and last
``STEM.json``, which knows the digest of each: a set whose JSON is there is whole.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from faceviewer.io.atomic import AtomicFileSet
from faceviewer.io.images import encode_png, read_png
from faceviewer.io.names import MAX_STEM_BYTES, slug
from faceviewer.io.obj import encode_obj_files, read_obj
from faceviewer.io.overlay import draw_overlay
from faceviewer.io.ply import encode_ply
from faceviewer.io.result_json import ResultFiles, encode_result
from faceviewer.io.result_reader import SavedResult, TextureEntry, read_result
from faceviewer.types import FaceMesh, FaceviewerError, Origin, Photo, Reconstruction, Texture, Topology

FORMATS = ("obj", "glb", "ply")
MAIN_TEXTURE = "photo"
"""The texture that exports show; a result without one of that name shows its first."""

_ORIGIN_PALETTE = (30, 30, 34, 76, 175, 80, 255, 193, 7, 66, 133, 244)  # empty, photo, mirrored, model as RGB

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
    overlay: bool = False,
    photo: Photo | None = None,
    origins: bool = False,
    morph_targets: Mapping[str, np.ndarray] | None = None,
    face_number: int = 1,
    face_count: int = 1,
) -> WrittenFiles:
    """Write one face's files into ``directory`` as one set: all of them appear, or none.

    The OBJ set and the JSON are always written; ``formats`` adds "glb" and "ply". ``overlay`` needs the ``photo``.
    ``origins`` adds ``STEM_origin.png``, where each texel of the texture came from. ``morph_targets``, name -> (V, 3)
    mm, go into the GLB. Raises FaceviewerError when the place cannot be written or the result is not finite.
    """
    start = time.perf_counter()
    if unknown := set(formats) - set(FORMATS):
        raise ValueError(f"unknown formats {sorted(unknown)}")
    if stem != (safe := slug(stem, max_bytes=MAX_STEM_BYTES)):
        raise ValueError(f"unsafe stem {stem!r}, take {safe!r}")
    with AtomicFileSet(directory) as files:
        texture_name = _shown_texture(reconstruction)
        texture = None if texture_name is None else reconstruction.textures[texture_name]
        contents = encode_obj_files(stem, reconstruction.mesh, texture)
        png = contents.get(f"{stem}.png")
        if "glb" in formats:
            from faceviewer.io.glb import encode_glb  # brings trimesh

            contents[f"{stem}.glb"] = encode_glb(reconstruction.mesh, png, name=stem, morph_targets=morph_targets)
        if "ply" in formats:
            contents[f"{stem}.ply"] = encode_ply(reconstruction.mesh, texture)
        if origins and texture is not None and png is not None:
            contents[f"{stem}_origin.png"] = _encode_origin(texture)
        if overlay:
            if photo is None:
                raise ValueError("an overlay needs the photo")
            contents[f"{stem}_overlay.png"] = encode_png(draw_overlay(photo, reconstruction))
        for name, data in contents.items():
            files.path(name).write_bytes(data)
        named = ResultFiles(
            mesh=f"{stem}.obj",
            contents=contents,
            textures={} if texture_name is None or png is None else {texture_name: f"{stem}.png"},
            origins={texture_name: f"{stem}_origin.png"} if texture_name and f"{stem}_origin.png" in contents else {},
        )
        seconds = time.perf_counter() - start
        text = encode_result(
            reconstruction, named, face_number=face_number, face_count=face_count, seconds_write=seconds
        )
        files.path(f"{stem}.json").write_bytes(text)
    paths = tuple(directory / name for name in (*contents, f"{stem}.json"))
    return WrittenFiles(paths[-1], directory / named.mesh, paths, time.perf_counter() - start)


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
        stages=saved.stages,
        warnings=saved.warnings,
        timings=saved.timings,
    )


def _shown_texture(reconstruction: Reconstruction) -> str | None:
    names = list(reconstruction.textures)
    return MAIN_TEXTURE if MAIN_TEXTURE in names else next(iter(names), None)


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
    return FaceMesh(loaded.vertices, topology)


def _read_texture(directory: Path, entry: TextureEntry) -> Texture:
    rgb = read_png(directory / entry.file)
    origin = np.zeros(rgb.shape[:2], np.uint8)
    if entry.origin_file is not None:
        origin = _read_origin(directory / entry.origin_file)
    if not rgb.shape[0] == rgb.shape[1] == entry.size or origin.shape != rgb.shape[:2]:
        raise FaceviewerError(f"{directory / entry.file}: not the square of {entry.size} texels that the result names")
    return Texture(rgb, origin, entry.kind)


def _encode_origin(texture: Texture) -> bytes:
    """A palette PNG: its indices are the values of ``Origin``, its colours tell them apart for people."""
    picture = Image.fromarray(np.ascontiguousarray(texture.origin), "P")
    picture.putpalette(_ORIGIN_PALETTE)
    stream = BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _read_origin(path: Path) -> np.ndarray:
    origin = read_png(path, "P")
    if origin.max() > max(Origin):
        raise FaceviewerError(f"{path}: not a picture of texel origins")
    return origin
