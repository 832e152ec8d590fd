"""What an export writes: the user's choices, the names that follow from them, and the writing itself.

Names follow the command line: face k of a photo with stem S gives ``S_face{k}.obj`` and so on.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np

from faceviewer.app.edited import edited_reconstruction
from faceviewer.app.editing import editable_head
from faceviewer.app.landmarks import landmark_name
from faceviewer.app.state import NO_EDITS, AppState, Edits, HeadRef
from faceviewer.app.wearing_state import Light, shown_name, with_texture
from faceviewer.geometry.normals import vertex_normals
from faceviewer.io.atomic import AtomicFileSet, remove_stale
from faceviewer.io.head_files import HeadFiles, encode_head_files, head_file_names
from faceviewer.io.names import slug, unique_slugs
from faceviewer.raster.photo_picture_table import PICTURES, photo_pictures, pictures_of
from faceviewer.types import (
    CancelToken,
    FaceviewerError,
    Photo,
    Progress,
    ProgressCallback,
    Reconstruction,
    Texture,
    Topology,
)

Scope = Literal["shown", "photo", "all"]
SCOPES: tuple[Scope, ...] = ("shown", "photo", "all")
TEXTURE_SIDES = (256, 512, 1024, 2048, 4096)


@dataclass(frozen=True)
class ExportPlan:
    """The user's choices for one export."""

    folder: Path
    stem: str = ""
    """How the files of the shown photo are called; those of several photos are called after each of them."""
    scope: Scope = "shown"
    """The shown head, all heads of the shown photo, or all heads of all photos."""
    obj: bool = True
    glb: bool = False
    ply: bool = False
    json: bool = True
    """Needs the OBJ beside it, which is then written too."""
    landmarks: bool = False
    """The table of landmarks as CSV."""
    texture_side: int | None = None
    """Resample the texture to this side; None leaves it as it was made."""
    normals: bool = False
    """Vertex normals in the OBJ."""
    morph_targets: bool = False
    """The expressions in the GLB."""
    origins: bool = False
    pictures: tuple[str, ...] = ()
    """Of ``PICTURES``: the head on its photo."""
    light: bool = False
    """The shown texture under the light that is on, as the panes show it."""
    edited: bool = True
    """With the user's changes; False: as fitted to the photo."""

    @property
    def writes_anything(self) -> bool:
        return self.obj or self.glb or self.ply or self.json or self.landmarks or bool(self.pictures)


@dataclass(frozen=True, eq=False)
class ExportHead:
    """One head to export, with all that belongs to it."""

    stem: str
    result: Reconstruction
    edits: Edits
    photo: Photo | None
    face_number: int
    face_count: int
    light: Light | None = None
    """That the texture ``lit`` is put under; None for none."""
    lit: str = ""


@dataclass(frozen=True)
class PlannedFile:
    """One line of the preview."""

    name: str
    exists: bool
    """A file of that name is there and will be replaced."""


@dataclass(frozen=True)
class ExportDone:
    """What was written."""

    folder: Path
    heads: int
    files: tuple[Path, ...]


def suggested_stem(state: AppState) -> str:
    """A safe name for the shown photo's files."""
    document = state.shown.document
    return slug(Path(document.title).stem) if document is not None else "head"


def heads_of(state: AppState, plan: ExportPlan) -> tuple[ExportHead, ...]:
    """The heads that ``plan`` names, in the order of the list."""
    shown = state.shown.document
    if plan.scope == "all":
        documents = [document for document in state.documents if document.heads]
        stems = unique_slugs(Path(document.title).stem for document in documents)
    else:
        documents = [shown] if shown is not None else []
        stems = [slug(plan.stem or suggested_stem(state))] * len(documents)
    heads = []
    for document, stem in zip(documents, stems, strict=True):
        numbers = [state.shown.face_number] if plan.scope == "shown" else sorted(document.heads)
        heads += [
            ExportHead(
                stem=f"{stem}_face{number}",
                result=document.heads[number],
                edits=state.work.edits.get(HeadRef(document.id, number), NO_EDITS),
                photo=document.photo,
                face_number=number,
                face_count=max(len(document.faces), number),
                light=state.wear.light if plan.light and state.wear.light.on else None,
                lit=shown_name(document.heads[number], state.view.texture) or "",
            )
            for number in numbers
            if number in document.heads
        ]
    return tuple(heads)


def planned_files(plan: ExportPlan, heads: Sequence[ExportHead]) -> tuple[PlannedFile, ...]:
    """Every file that ``run_export`` would write, and whether it would replace one."""
    try:
        present = {os.path.normcase(name) for name in os.listdir(plan.folder)}
    except (OSError, ValueError):  # ValueError: a zero byte in the name, which ``run_export`` refuses
        present = set()
    names = (name for head in heads for name in head_file_names(head.result, head.stem, _named_files(plan, head)))
    return tuple(PlannedFile(name, os.path.normcase(name) in present) for name in names)


def have_expressions(heads: Sequence[ExportHead]) -> bool:
    """Whether any of the heads can be animated: TRG's, and meshes that no model is known for, cannot."""
    return any(editable_head(head.result) is not None for head in heads)


def possible_pictures(heads: Sequence[ExportHead]) -> frozenset[str]:
    """Which of ``PICTURES`` at least one of the heads has."""
    return frozenset(
        picture.name
        for head in heads
        if head.photo is not None
        for picture in pictures_of(PICTURES, head.result.textures)
    )


def run_export(
    plan: ExportPlan, heads: Sequence[ExportHead], progress: ProgressCallback, cancel: CancelToken
) -> ExportDone:
    """Write all heads; each head's files appear together or not at all. Slow: not for the window's thread.

    Raises FaceviewerError naming the place and the reason; Cancelled between heads, those before being complete.
    """
    if not heads:
        raise FaceviewerError("there is no head to export")
    if not plan.writes_anything:
        raise FaceviewerError("nothing to export was chosen")
    remove_stale(plan.folder)
    written: list[Path] = []
    for index, head in enumerate(heads):
        cancel.check()
        progress(Progress(f"Writing {head.stem}", index / len(heads)))
        result = edited_reconstruction(head.result, head.edits) if plan.edited else head.result
        if head.light is not None:
            result = _in_light(result, head.lit, head.light)
        if plan.texture_side is not None:
            result = _with_texture_side(result, plan.texture_side)
        contents = encode_head_files(result, head.stem, _files(plan, head, result))
        cancel.check()
        with AtomicFileSet(plan.folder) as files:
            for name, data in contents.items():
                files.path(name).write_bytes(data)
        written += [plan.folder / name for name in contents]
    progress(Progress("Written", 1.0))
    return ExportDone(plan.folder, len(heads), tuple(written))


def resampled(texture: Texture, side: int) -> Texture:
    """The texture at ``side`` x ``side``: averaged when smaller, smooth when larger; origins are never blended."""
    from faceviewer.io.cv import cv2  # not before something is exported: the window must not wait for OpenCV

    if texture.rgb.shape[0] == side:
        return texture
    smooth = cv2.INTER_AREA if side < texture.rgb.shape[0] else cv2.INTER_CUBIC
    rgb = cv2.resize(texture.rgb, (side, side), interpolation=smooth)
    origin = cv2.resize(texture.origin, (side, side), interpolation=cv2.INTER_NEAREST)
    return Texture(np.asarray(rgb, np.uint8), np.asarray(origin, np.uint8), texture.kind)


def _in_light(result: Reconstruction, name: str, light: Light) -> Reconstruction:
    if name not in result.textures:
        return result
    from faceviewer.app.lighting_work import light_texture  # brings torch

    return with_texture(result, name, light_texture(result.textures[name], result.mesh, light.effective))


def _with_texture_side(result: Reconstruction, side: int) -> Reconstruction:
    return replace(result, textures={name: resampled(texture, side) for name, texture in result.textures.items()})


def _named_files(plan: ExportPlan, head: ExportHead) -> HeadFiles:
    """All that decides on names; the costly contents come with ``_files``."""
    formats = {"obj": plan.obj, "glb": plan.glb, "ply": plan.ply}
    return HeadFiles(
        formats=frozenset(name for name, wanted in formats.items() if wanted),
        json=plan.json,
        landmark_names=partial(_plain_name, head.result.mesh.topology) if plan.landmarks else None,
        origins=plan.origins,
        pictures=photo_pictures(head.photo, head.result, plan.pictures) if head.photo is not None else {},
        face_number=head.face_number,
        face_count=head.face_count,
    )


def _files(plan: ExportPlan, head: ExportHead, result: Reconstruction) -> HeadFiles:
    normals = morph_targets = None
    if plan.normals:
        normals = vertex_normals(result.mesh.vertices, result.mesh.topology.triangles)
    editable = editable_head(result) if plan.morph_targets and plan.glb else None
    if editable is not None:
        morph_targets = editable.model.expression_offsets_mm()
    named = _named_files(plan, replace(head, result=result))
    return replace(named, normals=normals, morph_targets=morph_targets)


def _plain_name(topology: Topology, set_name: str, index: int) -> str:
    """The name of a landmark without its number; sets whose contour was marched have the names of their own set."""
    try:
        return landmark_name(set_name, index, topology).partition(": ")[2]
    except (KeyError, IndexError):
        return ""
