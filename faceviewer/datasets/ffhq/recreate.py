"""Aligned pictures made again from the originals: in several threads, to be stopped and continued, each one checked.

Threads do it, because nearly all of the time is spent in Pillow, scipy and numpy, which let others run meanwhile.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from faceviewer.datasets.ffhq.attribution import attribution
from faceviewer.datasets.ffhq.check_file import pixel_md5
from faceviewer.datasets.ffhq.cut import cut_square, plan_cut
from faceviewer.datasets.ffhq.facts import LICENCE_NAME
from faceviewer.datasets.ffhq.index import FfhqIndex
from faceviewer.datasets.ffhq.options import AlignOptions
from faceviewer.datasets.ffhq.pool import each_in_threads
from faceviewer.datasets.ffhq.recreate_plan import (
    RECORD,
    AlignTask,
    RecreatePlan,
    check_room,
    outdated,
    record_text,
)
from faceviewer.io.atomic import remove_stale, write_atomically
from faceviewer.io.images import read_png
from faceviewer.io.photo import load_photo
from faceviewer.types import CancelToken, FaceviewerError

Status = Literal["done", "there", "differs", "rejected", "failed"]
ATTRIBUTION = "attribution.txt"
_PAGE = 500


@dataclass(frozen=True)
class Recreated:
    """What became of one picture."""

    number: int
    target: Path
    status: Status
    """"done": written, and its pixels are the published ones where that can be compared; "there": from an earlier run;
    "differs": written, with other pixels than the published ones; "rejected": there is no square, or no shift keeps it
    inside; "failed": not written."""
    reason: str = ""
    seconds: float = 0.0


def recreate(plan: RecreatePlan, index: FfhqIndex, cancel: CancelToken) -> Iterator[Recreated]:
    """Make the pictures; what became of each comes as it is done, in no order.

    The data set's licence is copied, and who made the pictures is written beside them. Raises FaceviewerError when the
    disk has too little room, when the folder cannot be written, or when it holds pictures made in another way that are
    to be continued or would stay; Cancelled when ``cancel`` was set.
    """
    output = plan.request.output
    old = outdated(plan)
    check_room(plan)
    for folder in {output, *(task.target.parent for task in plan.tasks)}:
        remove_stale(folder)
    # before the record says how they are made: a run that is stopped, or cannot make one of them, leaves none behind
    for path in old:
        _remove(path)
    write_atomically(output / RECORD, lambda target: target.write_text(record_text(plan), "utf-8"))
    if (licence := plan.licence) is not None:
        write_atomically(output / LICENCE_NAME, lambda target: shutil.copyfile(licence, target))
    try:
        yield from each_in_threads(partial(_made, plan=plan), plan.tasks, plan.request.workers, cancel)
    finally:
        write_atomically(output / ATTRIBUTION, partial(_write_attribution, plan=plan, index=index))


def align_square(rgb: np.ndarray, quad: np.ndarray, options: AlignOptions) -> np.ndarray:
    """(size, size, 3) uint8: the square ``quad`` (4, 2) of ``rgb`` (H, W, 3) uint8. Raises as ``plan_cut``."""
    return cut_square(rgb, plan_cut(quad, (rgb.shape[1], rgb.shape[0]), options), options)


def png_bytes(rgb: np.ndarray) -> bytes:
    """The picture as Pillow writes it by default, as the published files were."""
    buffer = BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    return buffer.getvalue()


def _made(task: AlignTask, plan: RecreatePlan) -> Recreated:
    began = time.perf_counter()
    if plan.request.resume and os.path.isfile(task.target):
        return Recreated(task.number, task.target, "there")
    if task.quad is None:
        is_shifted = plan.request.options.random_shift > 0
        why = "no random shift keeps its square inside the original" if is_shifted else "its landmarks make no face"
        return Recreated(task.number, task.target, "rejected", f"{task.number:05d}: {why}")
    try:
        aligned = align_square(_original(task), task.quad, plan.request.options)
        data = png_bytes(aligned)
        write_atomically(task.target, lambda target: target.write_bytes(data))
    except (FaceviewerError, MemoryError) as error:
        reason = f"{task.number:05d}: {error if isinstance(error, FaceviewerError) else 'there is not enough memory'}"
        return Recreated(task.number, task.target, "failed", reason)
    seconds = time.perf_counter() - began
    if task.pixel_md5 and pixel_md5(aligned.tobytes()) != task.pixel_md5:
        reason = f"{task.target}: its pixels are not the published ones"
        return Recreated(task.number, task.target, "differs", reason, seconds)
    return Recreated(task.number, task.target, "done", "", seconds)


def _original(task: AlignTask) -> np.ndarray:
    rgb = read_png(task.source) if task.source.suffix.lower() == ".png" else load_photo(task.source).rgb
    size = rgb.shape[1], rgb.shape[0]
    if size != task.size:
        wanted = f"{task.size[0]} x {task.size[1]}"
        raise FaceviewerError(f"{task.source}: {size[0]} x {size[1]} pixels, but the metadata say {wanted}")
    return rgb


def _write_attribution(target: Path, plan: RecreatePlan, index: FfhqIndex) -> None:
    """One line per picture that is there, also for those of earlier runs."""
    output = plan.request.output
    names = {task.target.relative_to(output).as_posix(): task.number for task in plan.tasks}
    lines = {name: line for name, line in _old_lines(output) if name not in names and os.path.isfile(output / name)}
    there = [name for name in names if os.path.isfile(output / name)]
    for first in range(0, len(there), _PAGE):
        page = there[first : first + _PAGE]
        entries = index.entries([names[name] for name in page])
        lines |= {name: f"{name}: {attribution(entry)}" for name, entry in zip(page, entries, strict=True)}
    target.write_text("".join(f"{lines[name]}\n" for name in sorted(lines)), "utf-8")


def _old_lines(output: Path) -> Iterator[tuple[str, str]]:
    """(picture, its line) of what an earlier run wrote."""
    try:
        text = (output / ATTRIBUTION).read_text("utf-8")
    except (OSError, ValueError):
        return
    for line in text.split("\n"):
        name, colon, _ = line.partition(": ")
        if colon:
            yield name, line


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise FaceviewerError(f"{path}: cannot be replaced ({error.strerror or error})") from error
