"""What the engine thread does for each kind of job.

Each function works through one job with the tools of the workshop. It tells results through ``tell``, which raises
``Cancelled`` once the job is cancelled: nothing more of it is then heard.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from faceviewer.engines.devices import choose_device, free_memory, is_out_of_memory
from faceviewer.engines.engine import Engine
from faceviewer.io.photo import load_photo
from faceviewer.io.resources import resource_path
from faceviewer.jobs.events import FacesFound, HeadsReady, JobEvent, JobProgressed, PersonReady, PhotoLoaded, WarmedUp
from faceviewer.jobs.jobs import FindFaces, FollowFrames, Job, ReconstructFaces, ReconstructPerson, WarmUp
from faceviewer.jobs.live import follow_frames
from faceviewer.jobs.photo_job import no_progress
from faceviewer.jobs.workshop import Workshop
from faceviewer.types import Progress, ProgressCallback, Reconstruction

Tell = Callable[[JobEvent], None]
OUT_OF_MEMORY = "The graphics card ran out of memory, so this was computed on the processor."


def do_job(job: Job, workshop: Workshop, tell: Tell) -> None:
    """Do all of ``job``. Raises FaceviewerError for what the user must know, and Cancelled."""
    job.cancel.check()
    match job:
        case WarmUp():
            warm_up(job, workshop, tell)
        case FindFaces():
            find_faces(job, workshop, tell)
        case ReconstructFaces():
            reconstruct_faces(job, workshop, tell)
        case ReconstructPerson():
            reconstruct_person(job, workshop, tell)
        case FollowFrames():
            follow_frames(job, workshop, tell)
        case _:
            raise TypeError(f"no such job: {type(job).__name__}")


def warm_up(job: WarmUp, workshop: Workshop, tell: Tell) -> None:
    """Do once what would make the first photo wait: imports, files, first runs."""
    report = _report(job, tell)
    report(Progress("Loading the networks", 0.0))
    photo = load_photo(resource_path("sample.jpg"))
    workshop.detector().detect(photo.rgb)
    report(Progress("Starting torch", 0.2))
    choice = replace(job.engine, device=choose_device(job.engine.device))
    report(Progress("Loading the head", 0.6))
    engine = workshop.engine(choice)
    report(Progress("Warming up", 0.8))
    faces = workshop.search(choice, job.options).detect(photo.rgb)
    shots = [(photo, face) for face in faces]
    engine.reconstruct(shots, options=job.options, progress=no_progress, cancel=job.cancel)
    tell(WarmedUp(job.generation, choice.id, choice.device))


def find_faces(job: FindFaces, workshop: Workshop, tell: Tell) -> None:
    """Read the photo and look for faces as the job says."""
    report = _report(job, tell)
    report(Progress("Reading the photo"))
    photo = job.load()
    tell(PhotoLoaded(job.generation, job.document, photo))
    report(Progress("Looking for small faces" if job.search.small_faces else "Looking for faces"))
    detector = workshop.search(job.engine, job.options)
    began = time.perf_counter()
    if job.search.box_xyxy is not None:
        face = detector.detect_in_box(photo.rgb, np.array(job.search.box_xyxy))
        faces = () if face is None else (face,)
    else:
        extent = "small" if job.search.small_faces else "thorough"
        faces = tuple(detector.detect(photo.rgb, search=extent, cancel=job.cancel))
    seconds = time.perf_counter() - began
    tell(FacesFound(job.generation, job.document, photo, faces, job.search, seconds, job.engine.id))


def reconstruct_faces(job: ReconstructFaces, workshop: Workshop, tell: Tell) -> None:
    """Make the heads of one photo's faces, all or none."""
    report, began = _report(job, tell), time.perf_counter()
    shots = [(job.photo, face) for face in job.faces]

    def make(engine: Engine) -> list[Reconstruction]:
        return engine.reconstruct(shots, options=job.options, progress=report, cancel=job.cancel)

    heads = _with_room_to_compute(job, workshop, make, report)
    heads = [replace(head, timings={"detect": job.search_seconds, **head.timings}) for head in heads]
    seconds = time.perf_counter() - began
    tell(HeadsReady(job.generation, job.document, job.photo, job.numbers, _sealed(heads), seconds))


def reconstruct_person(job: ReconstructPerson, workshop: Workshop, tell: Tell) -> None:
    """Make one identity of all shots."""
    report, began = _report(job, tell), time.perf_counter()
    shots = [(shot.photo, shot.face) for shot in job.shots]

    def make(engine: Engine) -> list[Reconstruction]:
        return engine.reconstruct_person(shots, options=job.options, progress=report, cancel=job.cancel)

    heads = _with_room_to_compute(job, workshop, make, report)
    tell(PersonReady(job.generation, job.shots, _sealed(heads), time.perf_counter() - began))


def _sealed(heads: Sequence[Reconstruction]) -> tuple[Reconstruction, ...]:
    """The heads with all their arrays read-only: several threads are going to hold them."""
    return tuple(
        replace(head, coefficients=_all_read_only(head.coefficients), published=_all_read_only(head.published))
        for head in heads
    )


def _all_read_only(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    views = {name: array.view() for name, array in arrays.items()}
    for view in views.values():
        view.setflags(write=False)
    return views


def _report(job: Job, tell: Tell) -> ProgressCallback:
    return lambda progress: tell(JobProgressed(job.generation, progress))


def _with_room_to_compute(
    job: ReconstructFaces | ReconstructPerson,
    workshop: Workshop,
    make: Callable[[Engine], list[Reconstruction]],
    report: ProgressCallback,
) -> list[Reconstruction]:
    """What ``make`` gives on the job's device, or on the processor, with a warning, where the memory is too small."""
    report(Progress("Preparing the engine"))
    choice = replace(job.engine, device=choose_device(job.engine.device))
    try:
        return make(workshop.engine(choice))
    except Exception as error:
        if choice.device == "cpu" or not is_out_of_memory(error):
            raise
    free_memory()  # out here, where the failure no longer holds on to its arrays
    report(Progress("Trying again on the processor"))
    heads = make(workshop.engine(replace(choice, device="cpu")))
    return [replace(head, warnings=(*head.warnings, OUT_OF_MEMORY)) for head in heads]
