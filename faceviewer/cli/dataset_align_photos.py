"""Photos to aligned faces in files: search, 68 landmarks of the built-in engine, cut, write."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from faceviewer.cli.dataset_shown import counted
from faceviewer.cli.errors import FAILED, INTERRUPTED, say
from faceviewer.cli.tables import progress_shown
from faceviewer.datasets.ffhq.align_photo import align_face, landmarks68
from faceviewer.datasets.ffhq.options import AlignOptions
from faceviewer.datasets.ffhq.pool import each_in_threads
from faceviewer.engines.options import ReconstructOptions, UsageError
from faceviewer.io.atomic import AtomicFileSet
from faceviewer.io.names import unique_slugs
from faceviewer.jobs.api import reconstruct_all
from faceviewer.jobs.batch import prepare_directory
from faceviewer.jobs.sources import SourceItem, expand_inputs
from faceviewer.types import CancelToken, FaceviewerError, Photo, Progress

_WITHOUT_TEXTURE = ReconstructOptions(texture_size=None)
_CHUNK = "faceviewer-align"
"""The text in each picture that says what it was made of, and how."""
_TARGET = re.compile(r"(.+)_face[0-9]+\.png", re.DOTALL)


@dataclass(frozen=True)
class _Done:
    name: str
    faces: int
    reasons: tuple[str, ...] = ()
    """Why the photo, or faces of it, could not be aligned."""
    was_there: bool = False


def align_photos(photos: list[Path], output: Path, options: AlignOptions, *, workers: int, resume: bool) -> int:
    """Align every face; returns the exit status.

    Raises FaceviewerError when the folder cannot be written, UsageError when a photo might be written over.
    """
    items = list(expand_inputs(photos))
    tasks = list(zip(items, unique_slugs(item.stem for item in items), strict=True))
    _check_output(output, tasks)
    prepare_directory(output)

    def work(task: tuple[SourceItem, str]) -> _Done:
        return _align(*task, output, options, resume=resume)

    faces = failed = there = 0
    interrupted = False
    with progress_shown() as progress:
        try:
            for count, done in enumerate(each_in_threads(work, tasks, workers, CancelToken()), 1):
                faces, there, failed = faces + done.faces, there + done.was_there, failed + bool(done.reasons)
                for reason in done.reasons:
                    say(reason, error=True)
                progress(Progress(f"Aligned {done.name}", count / len(tasks)))
        except KeyboardInterrupt:
            interrupted = True
    parts = [f"{counted(faces, 'face')} aligned"]
    parts += [f"{counted(there, 'photo')} already there"] if there else []
    parts += [f"{counted(failed, 'photo')} failed"] if failed else []
    say(f"{', '.join(parts)}; in {output}")
    if interrupted:
        say("interrupted: what was written is complete; --resume goes on from there", error=True)
        return INTERRUPTED
    return FAILED if failed else 0


def _check_output(output: Path, tasks: list[tuple[SourceItem, str]]) -> None:
    """Refuse to write over what is read, whichever faces there are."""
    folder, names = os.path.realpath(output), {name.casefold() for _, name in tasks}
    for item, _ in tasks:
        there, file = os.path.split(os.path.realpath(item.path))
        match = _TARGET.fullmatch(file.casefold())
        if match and match[1] in names and there == folder:
            raise UsageError(f"-o {output}: that might write over {item.path}")


def _align(item: SourceItem, name: str, output: Path, options: AlignOptions, *, resume: bool) -> _Done:
    """The faces of one photo: those that can be aligned appear together, in place of all of an earlier run."""
    try:
        photo = item.load()
        asked, there = _asked(photo, options), _read_about(output / f"{name}_face1.png")
        old = [output / f"{name}_face{number}.png" for number in there.get("faces", ())]
        if resume and there.get("asked") == asked and all(map(os.path.isfile, old)):
            return _Done(name, 0, was_there=True)
        results = reconstruct_all(photo, options=_WITHOUT_TEXTURE, device="cpu")
        pictures, reasons = {}, []
        for number, result in enumerate(results, 1):
            seed = (int(photo.sha256[:8], 16) + number) % 2**32  # of its own, whatever else is aligned in this run
            try:
                pictures[number] = align_face(photo.rgb, landmarks68(result), options, seed=seed).rgb
            except FaceviewerError as error:
                reasons.append(f"{item.path}: face {number}: {error}")
        with AtomicFileSet(output) as files:
            for path in old:
                files.leave_out(path.name)
            for number, rgb in _marker_last(pictures):
                about = json.dumps({"asked": asked, "faces": sorted(pictures)})
                files.path(f"{name}_face{number}.png").write_bytes(_png(rgb, about))
    except (FaceviewerError, MemoryError) as error:
        return _Done(name, 0, (str(error) or f"{item.path}: there is not enough memory",))
    return _Done(name, len(pictures), tuple(reasons))


def _asked(photo: Photo, options: AlignOptions) -> dict[str, Any]:
    """What a photo's faces depend on. One of the same name, or other options, once counted as done."""
    return {"photo_sha256": photo.sha256, "options": asdict(options)}


def _png(rgb: np.ndarray, about: str) -> bytes:
    info = PngInfo()
    info.add_text(_CHUNK, about)
    buffer = BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def _read_about(path: Path) -> dict[str, Any]:
    """What a picture says of how it was made; empty for none, and for what another program wrote."""
    try:
        with Image.open(path, formats=["PNG"]) as picture:  # the text comes before the pixels, which are not read
            about = json.loads(picture.info.get(_CHUNK, "{}"))
    except (OSError, ValueError, SyntaxError, TypeError, RecursionError, Image.DecompressionBombError):
        return {}
    faces = about.get("faces") if isinstance(about, dict) else None
    are_numbers = isinstance(faces, list) and all(type(number) is int for number in faces)
    return about if are_numbers else {}


def _marker_last(pictures: dict[int, np.ndarray]) -> Iterator[tuple[int, np.ndarray]]:
    """Face 1 comes last: when it is there, the others are."""
    return iter(sorted(pictures.items(), reverse=True))
