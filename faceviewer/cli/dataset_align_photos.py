"""Photos to aligned faces in files: search, 68 landmarks of the built-in engine, cut, write."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faceviewer.cli.dataset_shown import counted
from faceviewer.cli.errors import FAILED, INTERRUPTED, say
from faceviewer.cli.tables import progress_shown
from faceviewer.datasets.ffhq.align_photo import align_face, landmarks68
from faceviewer.datasets.ffhq.options import AlignOptions
from faceviewer.datasets.ffhq.pool import each_in_threads
from faceviewer.datasets.ffhq.recreate import png_bytes
from faceviewer.engines.options import ReconstructOptions
from faceviewer.io.atomic import AtomicFileSet
from faceviewer.io.names import unique_slugs
from faceviewer.jobs.api import reconstruct_all
from faceviewer.jobs.batch import prepare_directory
from faceviewer.jobs.sources import SourceItem, expand_inputs
from faceviewer.types import CancelToken, FaceviewerError, Progress

_WITHOUT_TEXTURE = ReconstructOptions(texture_size=None)


@dataclass(frozen=True)
class _Done:
    name: str
    faces: int
    reasons: tuple[str, ...] = ()
    """Why the photo, or faces of it, could not be aligned."""
    was_there: bool = False


def align_photos(photos: list[Path], output: Path, options: AlignOptions, *, workers: int, resume: bool) -> int:
    """Align every face; returns the exit status. Raises FaceviewerError when the folder cannot be written."""
    prepare_directory(output)
    items = list(expand_inputs(photos))
    tasks = list(zip(items, unique_slugs(item.stem for item in items), strict=True))

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


def _align(item: SourceItem, name: str, output: Path, options: AlignOptions, *, resume: bool) -> _Done:
    """The faces of one photo: those that can be aligned appear together."""
    if resume and os.path.isfile(output / f"{name}_face1.png"):
        return _Done(name, 0, was_there=True)
    try:
        photo = item.load()
        results = reconstruct_all(photo, options=_WITHOUT_TEXTURE, device="cpu")
        pictures, reasons = {}, []
        for number, result in enumerate(results, 1):
            seed = (int(photo.sha256[:8], 16) + number) % 2**32  # of its own, whatever else is aligned in this run
            try:
                pictures[number] = png_bytes(align_face(photo.rgb, landmarks68(result), options, seed=seed).rgb)
            except FaceviewerError as error:
                reasons.append(f"{item.path}: face {number}: {error}")
        with AtomicFileSet(output) as files:
            for number, data in _marker_last(pictures):
                files.path(f"{name}_face{number}.png").write_bytes(data)
    except (FaceviewerError, MemoryError) as error:
        return _Done(name, 0, (str(error) or f"{item.path}: there is not enough memory",))
    return _Done(name, len(pictures), tuple(reasons))


def _marker_last(pictures: dict[int, bytes]) -> Iterator[tuple[int, bytes]]:
    """Face 1 comes last: when it is there, the others are."""
    return iter(sorted(pictures.items(), reverse=True))
