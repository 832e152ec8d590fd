"""The files of one head: which there are, how they are called, and what is in them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO

import numpy as np
from PIL import Image

from faceviewer.io.array_group import encode_arrays
from faceviewer.io.asked import Asked
from faceviewer.io.images import encode_png
from faceviewer.io.landmark_csv import NameOf, encode_landmark_csv
from faceviewer.io.names import MAX_STEM_BYTES, slug
from faceviewer.io.obj import encode_obj_files
from faceviewer.io.ply import encode_ply
from faceviewer.io.result_json import ResultFiles, encode_result
from faceviewer.types import Reconstruction, Texture

FORMATS = ("obj", "glb", "ply")
MAIN_TEXTURE = "photo"
"""The texture that exports show; a result without one of that name shows its first."""
PUBLISHED_ENDING = "_published.npz"
"""Ends the name of the file that holds ``Reconstruction.published``."""

_MAX_TEXTURE_STEM_BYTES = MAX_STEM_BYTES + 40
_ORIGIN_PALETTE = (30, 30, 34, 76, 175, 80, 255, 193, 7, 66, 133, 244)  # empty, photo, mirrored, model as RGB


DrawPicture = Callable[[], np.ndarray]
"""Draws an (H, W, 3) uint8 sRGB picture when it is called."""


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
    pictures: Mapping[str, DrawPicture] = field(default_factory=dict)
    """Ending of the file's name ("_overlay.png") -> what draws it, called when it is written."""
    normals: np.ndarray | None = None
    """(V, 3) unit vertex normals for the OBJ."""
    morph_targets: Mapping[str, np.ndarray] | None = None
    """Name -> (V, 3) mm, for the GLB."""
    face_number: int = 1
    face_count: int = 1
    asked: Asked | None = None
    """For the JSON."""

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


def texture_stems(reconstruction: Reconstruction, stem: str) -> dict[str, str]:
    """Texture name -> stem of the files of the mesh that shows it: ``stem`` for the main one, which comes first.

    Empty when the mesh has no texture coordinates.
    """
    main = main_texture(reconstruction)
    if main is None or len(reconstruction.mesh.topology.uv) == 0:
        return {}
    others = (name for name in reconstruction.textures if name != main)
    return {main: stem, **{name: slug(f"{stem}_{name}", max_bytes=_MAX_TEXTURE_STEM_BYTES) for name in others}}


def head_file_names(reconstruction: Reconstruction, stem: str, files: HeadFiles) -> tuple[str, ...]:
    """What ``encode_head_files`` will call its files, in its order, without the work of making them."""
    stems = texture_stems(reconstruction, stem)
    names = []
    for each in stems.values() or (stem,):
        obj_set = (".png", ".mtl", ".obj") if stems else (".obj",)
        names += [each + ending for ending in obj_set if files.with_obj]
        names += [f"{each}.glb"] if "glb" in files.formats else []
    endings = {
        ".ply": "ply" in files.formats,
        "_origin.png": files.origins and bool(stems),
        **dict.fromkeys(files.pictures, True),
        "_landmarks.csv": files.landmark_names is not None,
        PUBLISHED_ENDING: files.json and bool(reconstruction.published),
        ".json": files.json,
    }
    return (*names, *(stem + ending for ending, wanted in endings.items() if wanted))


def encode_head_files(reconstruction: Reconstruction, stem: str, files: HeadFiles) -> dict[str, bytes]:
    """File name -> content in writing order; the JSON comes last and knows the digest of every other.

    Raises FaceviewerError when a number of the head is not finite.
    """
    start = time.perf_counter()
    r, stems = reconstruction, texture_stems(reconstruction, stem)
    main = next(iter(stems), None)
    contents = _encode_meshes(r, stem, stems, files)
    if "ply" in files.formats:
        contents[f"{stem}.ply"] = encode_ply(r.mesh, r.textures[main] if main is not None else None)
    if files.origins and main is not None:
        contents[f"{stem}_origin.png"] = encode_origin(r.textures[main])
    for ending, draw in files.pictures.items():
        contents[stem + ending] = encode_png(draw())
    if files.landmark_names is not None:
        contents[f"{stem}_landmarks.csv"] = encode_landmark_csv(r, files.landmark_names)
    if files.json:
        if r.published:
            contents[stem + PUBLISHED_ENDING] = encode_arrays(r.published)
        named = ResultFiles(
            mesh=f"{stem}.obj",
            contents=contents,
            textures={name: f"{each}.png" for name, each in stems.items()},
            texture_meshes={name: f"{each}.obj" for name, each in stems.items()},
            origins={main: f"{stem}_origin.png"} if main is not None and files.origins else {},
        )
        text = encode_result(
            r,
            named,
            face_number=files.face_number,
            face_count=files.face_count,
            seconds_write=time.perf_counter() - start,
            asked=files.asked,
        )
        contents = {**contents, f"{stem}.json": text}
    return contents


def _encode_meshes(
    reconstruction: Reconstruction, stem: str, stems: Mapping[str, str], files: HeadFiles
) -> dict[str, bytes]:
    """The OBJ and GLB of every texture, or of the bare mesh. Colours of vertices go with the main texture alone: what
    multiplies them with a texture would otherwise show neither."""
    contents: dict[str, bytes] = {}
    for name, each in stems.items() or ((None, stem),):
        texture = None if name is None else reconstruction.textures[name]
        mesh = reconstruction.mesh if each == stem else replace(reconstruction.mesh, colors=None)
        if files.with_obj:
            contents |= encode_obj_files(each, mesh, texture, normals=files.normals)
        if "glb" in files.formats:
            from faceviewer.io.glb import encode_glb  # brings trimesh

            png = contents.get(f"{each}.png") or (None if texture is None else encode_png(texture.rgb))
            contents[f"{each}.glb"] = encode_glb(mesh, png, name=each, morph_targets=files.morph_targets)
    return contents


def encode_origin(texture: Texture) -> bytes:
    """A palette PNG: its indices are the values of ``Origin``, its colours tell them apart for people."""
    picture = Image.fromarray(np.ascontiguousarray(texture.origin), "P")
    picture.putpalette(_ORIGIN_PALETTE)
    stream = BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return stream.getvalue()
