"""The files of one head: which there are, how they are called, and what is in them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from faceviewer.io.images import encode_png
from faceviewer.io.landmark_csv import NameOf, encode_landmark_csv
from faceviewer.io.obj import encode_obj_files
from faceviewer.io.ply import encode_ply
from faceviewer.io.result_json import ResultFiles, encode_result
from faceviewer.types import Photo, Reconstruction, Texture

FORMATS = ("obj", "glb", "ply")
MAIN_TEXTURE = "photo"
"""The texture that exports show; a result without one of that name shows its first."""

_ORIGIN_PALETTE = (30, 30, 34, 76, 175, 80, 255, 193, 7, 66, 133, 244)  # empty, photo, mirrored, model as RGB


@dataclass(frozen=True, eq=False)
class HeadFiles:
    """Which files of a head are wanted, and what goes into them beside the head itself."""

    formats: frozenset[str] = frozenset(("obj",))
    """Of ``FORMATS``."""
    json: bool = True
    """Everything that is known of the head. It speaks of the OBJ, which therefore comes with it."""
    landmark_names: NameOf | None = None
    """What the points of the table of ``landmark_csv`` are called; None for no table."""
    origins: bool = False
    """A picture of where each texel of the texture came from."""
    overlay: Photo | None = None
    """The photo to draw the head over."""
    normals: np.ndarray | None = None
    """(V, 3) unit vertex normals for the OBJ."""
    morph_targets: Mapping[str, np.ndarray] | None = None
    """Name -> (V, 3) mm, for the GLB."""
    face_number: int = 1
    face_count: int = 1

    def __post_init__(self) -> None:
        if unknown := self.formats - set(FORMATS):
            raise ValueError(f"unknown formats {sorted(unknown)}")

    @property
    def with_obj(self) -> bool:
        return self.json or "obj" in self.formats


def main_texture(reconstruction: Reconstruction) -> str | None:
    """The name of the texture that exports show; None when there is none."""
    names = list(reconstruction.textures)
    return MAIN_TEXTURE if MAIN_TEXTURE in names else next(iter(names), None)


def head_file_names(reconstruction: Reconstruction, stem: str, files: HeadFiles) -> tuple[str, ...]:
    """What ``encode_head_files`` will call its files, in its order, without the work of making them."""
    textured = main_texture(reconstruction) is not None
    mapped = textured and len(reconstruction.mesh.topology.uv) > 0
    endings = {
        ".png": files.with_obj and mapped,
        ".mtl": files.with_obj and mapped,
        ".obj": files.with_obj,
        ".glb": "glb" in files.formats,
        ".ply": "ply" in files.formats,
        "_origin.png": files.origins and mapped,
        "_overlay.png": files.overlay is not None,
        "_landmarks.csv": files.landmark_names is not None,
        ".json": files.json,
    }
    return tuple(stem + ending for ending, wanted in endings.items() if wanted)


def encode_head_files(reconstruction: Reconstruction, stem: str, files: HeadFiles) -> dict[str, bytes]:
    """File name -> content in writing order; the JSON comes last and knows the digest of every other.

    Raises FaceviewerError when a number of the head is not finite.
    """
    start = time.perf_counter()
    r, mesh = reconstruction, reconstruction.mesh
    texture_name = main_texture(r)
    texture = None if texture_name is None or len(mesh.topology.uv) == 0 else r.textures[texture_name]
    contents: dict[str, bytes] = {}
    if files.with_obj:
        contents |= encode_obj_files(stem, mesh, texture, normals=files.normals)
    if "glb" in files.formats:
        from faceviewer.io.glb import encode_glb  # brings trimesh

        png = contents.get(f"{stem}.png") or (None if texture is None else encode_png(texture.rgb))
        contents[f"{stem}.glb"] = encode_glb(mesh, png, name=stem, morph_targets=files.morph_targets)
    if "ply" in files.formats:
        contents[f"{stem}.ply"] = encode_ply(mesh, texture)
    if files.origins and texture is not None:
        contents[f"{stem}_origin.png"] = encode_origin(texture)
    if files.overlay is not None:
        from faceviewer.io.overlay import draw_overlay  # draws with OpenCV, which not every export needs

        contents[f"{stem}_overlay.png"] = encode_png(draw_overlay(files.overlay, r))
    if files.landmark_names is not None:
        contents[f"{stem}_landmarks.csv"] = encode_landmark_csv(r, files.landmark_names)
    if files.json:
        named = ResultFiles(
            mesh=f"{stem}.obj",
            contents=contents,
            textures={texture_name: f"{stem}.png"} if texture_name and f"{stem}.png" in contents else {},
            origins={texture_name: f"{stem}_origin.png"} if texture_name and f"{stem}_origin.png" in contents else {},
        )
        text = encode_result(
            r,
            named,
            face_number=files.face_number,
            face_count=files.face_count,
            seconds_write=time.perf_counter() - start,
        )
        contents = {**contents, f"{stem}.json": text}
    return contents


def encode_origin(texture: Texture) -> bytes:
    """A palette PNG: its indices are the values of ``Origin``, its colours tell them apart for people."""
    picture = Image.fromarray(np.ascontiguousarray(texture.origin), "P")
    picture.putpalette(_ORIGIN_PALETTE)
    stream = BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return stream.getvalue()
