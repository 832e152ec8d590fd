"""``faceviewer uv-map unwrap``: photos of one person on the layout of their heads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from faceviewer.cli.errors import errors_told, say
from faceviewer.cli.uv_map_files import beside, check_output, picture_of, read_photo_of, write_maps

if TYPE_CHECKING:
    import numpy as np

    from faceviewer.raster.uv_maps.unwrap import PhotoView
    from faceviewer.types import Reconstruction

MAX_PHOTOS = 3
SIZES = (64, 4096)
_SEEN, _PROVENANCE = "seen", "provenance"


def unwrap(
    pairs: Annotated[
        list[str], typer.Argument(metavar="PHOTO=RESULT.json...", help="One to three photos with their heads.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT.png", help="The map to write.")],
    size: Annotated[int, typer.Option(metavar="PX", help="Side of the map.")] = 1024,
    provenance: Annotated[
        bool,
        typer.Option(
            "--provenance", help="Also write OUT_provenance.png: red, green and blue say what the photos contribute."
        ),
    ] = False,
) -> None:
    """Unwrap photos onto the layout of the heads that reconstruct made of them.

    OUT_seen.png is white where a photo shows the map, for uv-map complete --seen. Colours are those of the first photo.
    Exit status: 0 done; 1 a file cannot be used; 2 wrong usage.
    """
    with errors_told():
        from faceviewer.engines.options import UsageError
        from faceviewer.io.images import encode_png
        from faceviewer.raster.uv_maps.gather import gathered
        from faceviewer.raster.uv_maps.unwrap import unwrap_info_of

        if len(pairs) > MAX_PHOTOS:
            raise UsageError(f"one to {MAX_PHOTOS} photos can be unwrapped, not {len(pairs)}")
        if not SIZES[0] <= size <= SIZES[1]:
            raise UsageError(f"--size takes {SIZES[0]} to {SIZES[1]} pixels")
        named = [_pair(text) for text in pairs]
        inputs = [path for photo, result in named for path in (photo, result, *_files_of(result))]
        check_output(output, inputs, (_SEEN, *((_PROVENANCE,) if provenance else ())))
        heads = _heads([result for _, result in named])
        views = [_view(photo, head) for (photo, _), head in zip(named, heads, strict=True)]
        info = unwrap_info_of(heads[0].mesh.topology, size)
        found = gathered(views, info)
        files = {beside(output, _SEEN).name: encode_png(picture_of(found.seen * 255.0))}
        if provenance:
            files[beside(output, _PROVENANCE).name] = encode_png(_shares(found.share))
        write_maps(output, {**files, output.name: encode_png(picture_of(found.rgb))})
        seen, layout = int(found.seen.sum()), int(info.covered.sum())
        say(f"{output}: {seen / max(layout, 1):.1%} of the layout is seen")


def _pair(text: str) -> tuple[Path, Path]:
    """(photo, result) of "PHOTO=RESULT.json"; names with "=" are understood where the files exist."""
    from faceviewer.engines.options import UsageError

    places = [number for number, char in enumerate(text) if char == "="]
    splits = [(Path(text[:place]), Path(text[place + 1 :])) for place in places if text[:place] and text[place + 1 :]]
    if not splits:
        raise UsageError(f"photos are given with their heads as PHOTO=RESULT.json, not {text!r}")
    return next((pair for pair in splits if all(os.path.exists(path) for path in pair)), splits[-1])


def _files_of(result: Path) -> list[Path]:
    """What belongs to a result. Raises FaceviewerError for what is none."""
    from faceviewer.io.result_reader import read_result

    saved = read_result(result)
    return [result.parent / name for name in (saved.mesh_file, *saved.files)]


def _heads(results: Sequence[Path]) -> list[Reconstruction]:
    """The heads, all on one layout."""
    from faceviewer.io.result_files import read_reconstruction
    from faceviewer.types import FaceviewerError

    heads = [read_reconstruction(path) for path in results]
    if not len(heads[0].mesh.topology.uv_triangles):
        raise FaceviewerError(f"{results[0]}: its head has no texture coordinates")
    for path, head in zip(results, heads, strict=True):
        if not _have_one_layout(heads[0], head):
            raise FaceviewerError(f"{path}: its head has another layout than that of {results[0]}")
    return heads


def _have_one_layout(first: Reconstruction, other: Reconstruction) -> bool:
    import numpy as np

    a, b = first.mesh.topology, other.mesh.topology
    same = np.array_equal(a.triangles, b.triangles) and np.array_equal(a.uv_triangles, b.uv_triangles)
    return same and a.uv.shape == b.uv.shape and np.allclose(a.uv, b.uv, atol=1e-5)


def _view(path: Path, head: Reconstruction) -> PhotoView:
    from faceviewer.raster.uv_maps.gather import view_of_head
    from faceviewer.types import FaceviewerError

    photo, is_the_file = read_photo_of(path, head.photo_sha256)
    try:
        view = view_of_head(head, photo.rgb)
    except FaceviewerError as error:
        raise FaceviewerError(f"{path}: {error}") from None
    if not is_the_file:
        say(f"note: {path}: not the very file that the head was made from", error=True)
    return view


def _shares(share: np.ndarray) -> np.ndarray:
    """(S, S, 3) uint8 of the shares (S, S, K) of one to three photos."""
    import numpy as np

    missing = MAX_PHOTOS - share.shape[2]
    return picture_of(np.pad(share, ((0, 0), (0, 0), (0, missing))) * 255)
