"""``faceviewer assets convert``: from one of the Basel Face Model's meshes to another."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.errors import errors_told, say

if TYPE_CHECKING:
    from faceviewer.models.tddfa_v3.convert_files import ConvertedFile, Relate


def convert(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="An OBJ, the JSON of a 3DDFA-V3 head, or .npy or .txt with vertex ids.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="The file to write, of the same kind.")],
    to: Annotated[int, typer.Option("--to", metavar="N", help="Vertices of the mesh to convert to.")],
    origin: Annotated[
        int | None,
        typer.Option("--from", metavar="N", help="Vertices of the mesh that ids belong to; other files say it."),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--assets", metavar="DIR", help="The folder of the files; otherwise FACEVIEWER_ASSETS, or faceviewer's own."
        ),
    ] = None,
) -> None:
    """Convert between the meshes of 53490, 53215, 38365 and 35709 vertices, by the files indices_A_B.npy.

    Unknown vertices of a larger mesh stand at the centroid, in no triangle; ids without a counterpart become -1.
    """
    with errors_told():
        from faceviewer.io.atomic import write_atomically

        _check_usage(source, output, to, origin)
        done = _converted(source, output, _relate(to, origin, folder), origin)
        write_atomically(output, lambda path: path.write_bytes(done.data))
        relation = done.relation
        by = " and ".join(relation.files)
        say(f"{output}: from the mesh of {relation.source} vertices to that of {relation.target}, by {by}")
        for finding in done.findings:
            say(f"  {finding}")


def _check_usage(source: Path, output: Path, to: int, origin: int | None) -> None:
    from faceviewer.engines.options import UsageError
    from faceviewer.io.vertex_ids import SUFFIXES
    from faceviewer.models.tddfa_v3.mesh_conversion import COUNTS

    for option, count in (("--to", to), ("--from", origin)):
        if count is not None and count not in COUNTS:
            raise UsageError(f"{option} takes {', '.join(map(str, COUNTS))}; not {count}")
    kind, written = source.suffix.lower(), output.suffix.lower()
    if kind not in (".obj", ".json", *SUFFIXES):
        raise UsageError(f"{source}: only .obj, .json, .npy and .txt can be converted")
    if written not in (SUFFIXES if kind in SUFFIXES else (kind,)):
        wanted = " or ".join(SUFFIXES) if kind in SUFFIXES else kind
        raise UsageError(f"-o {output}: what comes from {source.name} is written as {wanted}")
    if kind in SUFFIXES and origin is None:
        raise UsageError(f"{source}: ids do not say which mesh they belong to; --from names its vertices")


def _relate(to: int, origin: int | None, folder: Path | None) -> Relate:
    from faceviewer.assets.places import asset_place, locate, pack_of
    from faceviewer.engines.options import UsageError
    from faceviewer.models.tddfa_v3.mesh_conversion import Relation, relation_in
    from faceviewer.types import FaceviewerError

    if folder is not None and not os.path.isdir(folder):
        raise UsageError(f"--assets {folder}: there is no such folder")

    def relate(count: int) -> Relation:
        if origin not in (None, count):
            raise FaceviewerError(f"it has {count} vertices, not the {origin} of --from")
        if count == to:
            raise FaceviewerError(f"it is of the mesh of {to} vertices already")
        return relation_in(locate(pack_of("3ddfa-v3"), asset_place(folder)).folder, count, to)

    return relate


def _converted(source: Path, output: Path, relate: Relate, origin: int | None) -> ConvertedFile:
    from faceviewer.io.names import slug
    from faceviewer.models.tddfa_v3 import convert_files

    kind = source.suffix.lower()
    if kind == ".obj":
        return convert_files.convert_obj(source, slug(output.stem), relate)
    if kind == ".json":
        return convert_files.convert_result(source, relate)
    assert origin is not None  # checked before
    return convert_files.convert_id_list(source, origin, output.suffix.lower(), relate)
