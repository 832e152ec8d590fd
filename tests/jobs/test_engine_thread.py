"""The engine thread: the order of what it tells, cancelling, failing, stopping."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine_events import FACE, Listener, fake_workshop, running
from factories import make_photo

from faceviewer.engines.registry import EngineChoice
from faceviewer.jobs import engine_work, workshop
from faceviewer.jobs.engine_thread import EngineThread
from faceviewer.jobs.events import (
    FacesFound,
    HeadsReady,
    JobCancelled,
    JobFailed,
    JobFinished,
    JobProgressed,
    JobStarted,
    PersonReady,
    PhotoLoaded,
    WarmedUp,
)
from faceviewer.jobs.jobs import FindFaces, PersonShot, ReconstructFaces, ReconstructPerson, Search, WarmUp
from faceviewer.types import FaceviewerError, Photo

pytestmark = pytest.mark.usefixtures("fake")


def photo(name: str = "face.jpg") -> Photo:
    return replace(make_photo(), path=Path(name))


def find(generation: int, name: str = "face.jpg", **search: object) -> FindFaces:
    return FindFaces(generation, document=7, load=lambda: photo(name), search=Search(**search))  # type: ignore[arg-type]


def reconstruct(generation: int, name: str = "face.jpg", *, faces: int = 1, device: str = "cpu") -> ReconstructFaces:
    numbers = tuple(range(1, faces + 1))
    return ReconstructFaces(
        generation,
        document=7,
        photo=photo(name),
        faces=(FACE,) * faces,
        numbers=numbers,
        engine=EngineChoice("fake", device),
    )


@pytest.fixture
def listener() -> Listener:
    return Listener()


def test_a_search_tells_photo_then_faces_then_its_end(listener: Listener) -> None:
    with running(listener) as thread:
        thread.submit(find(1))
        assert isinstance(listener.end(1), JobFinished)
    assert listener.names() == ["JobStarted", "PhotoLoaded", "FacesFound", "JobFinished"]
    assert listener.threads == {"faceviewer-engine"}
    found = listener.of(FacesFound)[0]
    assert found.document == 7 and len(found.faces) == 1 and found.seconds >= 0
    assert found.photo is listener.of(PhotoLoaded)[0].photo
    assert [e.progress.stage for e in listener.of(JobProgressed)] == ["Reading the photo", "Looking for faces"]


@pytest.mark.parametrize(
    ("search", "faces"),
    [({"small_faces": True}, 2), ({"box_xyxy": (5.0, 5.0, 60.0, 70.0)}, 1), ({"box_xyxy": (0.0, 5.0, 60.0, 70.0)}, 0)],
)
def test_searches_by_wish(listener: Listener, search: dict[str, object], faces: int) -> None:
    with running(listener) as thread:
        thread.submit(find(1, **search))
        assert len(listener.wait(FacesFound).faces) == faces
        assert isinstance(listener.end(1), JobFinished)


def test_heads_come_beside_their_numbers_and_read_only(listener: Listener) -> None:
    with running(listener) as thread:
        thread.submit(replace(reconstruct(3, faces=2), numbers=(2, 5), search_seconds=0.25))
        ready = listener.wait(HeadsReady, 3)
        listener.end(3)
    assert ready.numbers == (2, 5) and len(ready.reconstructions) == 2 and ready.document == 7
    for head in ready.reconstructions:
        arrays = [head.mesh.vertices, head.textures["photo"].rgb, *head.coefficients.values()]
        arrays += [points.xy_px for points in head.landmarks.values()]
        assert not any(array.flags.writeable for array in arrays)
        assert "detect" in head.timings
    assert "Fitting" in {e.progress.stage for e in listener.of(JobProgressed, 3)}


def test_a_person_from_several_photos(listener: Listener) -> None:
    shots = tuple(PersonShot(k, photo(f"{k}.jpg"), FACE) for k in (4, 9))
    with running(listener) as thread:
        thread.submit(ReconstructPerson(2, shots=shots, engine=EngineChoice("fake", "cpu")))
        ready = listener.wait(PersonReady, 2)
    assert ready.shots == shots
    assert [head.photo_name for head in ready.reconstructions] == ["4.jpg", "9.jpg"]


def test_jobs_are_done_in_order_with_tools_that_are_kept(listener: Listener) -> None:
    built = []

    def build() -> object:
        built.append(threading.current_thread().name)
        return fake_workshop()._build_detector()

    tools = workshop.Workshop(build_detector=build)  # type: ignore[arg-type]
    with running(listener, tools) as thread:
        for generation in (1, 2, 3):
            thread.submit(find(generation))
        listener.end(3)
    assert [e.generation for e in listener.of(JobFinished)] == [1, 2, 3]
    assert built == ["faceviewer-engine"]


def test_cancelling_a_running_job(listener: Listener) -> None:
    with running(listener) as thread:
        thread.submit(reconstruct(1, "patient.jpg"))
        thread.submit(find(2))
        listener.wait(JobProgressed, 1, count=3)
        thread.cancel(1)
        assert isinstance(listener.end(1), JobCancelled)
        assert isinstance(listener.end(2), JobFinished)
    assert listener.names(1) == ["JobStarted", "JobCancelled"]


def test_cancelling_all_takes_those_that_wait_but_not_the_warming_up(listener: Listener) -> None:
    with running(listener) as thread:
        thread.submit(reconstruct(1, "patient.jpg"))
        thread.submit(find(2))
        thread.submit(WarmUp(0, engine=EngineChoice("fake", "cpu")))
        listener.wait(JobStarted, 1)
        thread.cancel_all()
        assert listener.wait(WarmedUp).device == "cpu"
        assert isinstance(listener.end(0), JobFinished)
    assert listener.names(2) == ["JobCancelled"]
    assert listener.names(1) == ["JobStarted", "JobCancelled"]


def test_what_a_cancelled_job_still_finds_is_not_told(listener: Listener) -> None:
    job = find(1)

    def load() -> Photo:
        job.cancel.cancel()
        return photo()

    with running(listener) as thread:
        thread.submit(replace(job, load=load))
        listener.end(1)
    assert listener.names() == ["JobStarted", "JobCancelled"]


def test_what_fails_after_cancelling_is_no_failure(listener: Listener) -> None:
    job = find(1)

    def load() -> Photo:
        job.cancel.cancel()
        raise FaceviewerError("the file went away")

    with running(listener) as thread:
        thread.submit(replace(job, load=load))
        assert isinstance(listener.end(1), JobCancelled)


def test_a_bug_ends_its_job_and_not_the_thread(listener: Listener) -> None:
    with running(listener) as thread:
        thread.submit(reconstruct(1, "bug.jpg"))
        thread.submit(reconstruct(2))
        failed = listener.end(1)
        assert isinstance(listener.end(2), JobFinished)
    assert isinstance(failed, JobFailed) and failed.kind == "bug"
    assert "division by zero" in failed.sentence and "fake_engine.py" in failed.details
    assert listener.names(1) == ["JobStarted", "JobFailed"]


def test_what_the_user_must_know_is_told_in_its_own_words(listener: Listener) -> None:
    with running(listener) as thread:
        thread.submit(reconstruct(1, "stubborn.jpg"))
        failed = listener.end(1)
    assert isinstance(failed, JobFailed) and failed.kind == "user"
    assert failed.sentence == "stubborn.jpg: the face cannot be fitted"


@pytest.mark.parametrize("error", [MemoryError(), SystemError("x"), AssertionError()])
def test_no_error_ends_the_thread(listener: Listener, error: Exception) -> None:
    def load() -> Photo:
        raise error

    with running(listener) as thread:
        thread.submit(replace(find(1), load=load))
        thread.submit(find(2))
        assert isinstance(listener.end(1), JobFailed) and isinstance(listener.end(2), JobFinished)


def test_a_listener_that_fails_does_not_end_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    listener = Listener()

    def deaf(event: object) -> None:
        listener(event)  # type: ignore[arg-type]
        if isinstance(event, JobStarted):
            raise RuntimeError("the window is gone")

    thread = EngineThread(deaf, workshop=fake_workshop())
    thread.start()
    thread.submit(find(1))
    assert isinstance(listener.end(1), JobFinished)
    assert thread.stop()
    assert "the window is gone" in caplog.text


def test_a_full_graphics_card_sends_the_job_to_the_processor(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_work, "choose_device", lambda name: name)
    monkeypatch.setattr(workshop, "choose_device", lambda name: name)
    monkeypatch.setattr("faceviewer.engines.registry.choose_device", lambda name: name)
    with running(listener) as thread:
        thread.submit(reconstruct(1, "face.jpg", device="cuda"))
        thread.submit(reconstruct(2, "huge.jpg", device="cuda"))
        usual, retried = listener.wait(HeadsReady, 1), listener.wait(HeadsReady, 2)
    assert usual.reconstructions[0].device == "cuda"
    assert retried.reconstructions[0].device == "cpu"
    assert engine_work.OUT_OF_MEMORY in retried.reconstructions[0].warnings
    assert engine_work.OUT_OF_MEMORY not in usual.reconstructions[0].warnings


def test_stopping_while_busy_joins_and_silences(listener: Listener) -> None:
    thread = EngineThread(listener, workshop=fake_workshop())
    thread.start()
    thread.submit(reconstruct(1, "patient.jpg"))
    thread.submit(find(2))
    listener.wait(JobProgressed, 1)
    assert thread.stop(10)
    told = len(listener.events)
    thread.submit(find(3))
    thread.cancel_all()
    assert len(listener.events) == told
    assert listener.names(3) == [] and not isinstance(listener.end(1), JobFinished)


def test_a_job_that_does_not_listen_is_left_behind_in_silence(listener: Listener) -> None:
    hold = threading.Event()

    def load() -> Photo:
        hold.wait(20)
        return photo()

    thread = EngineThread(listener, workshop=fake_workshop())
    thread.start()
    thread.submit(replace(find(1), load=load))
    listener.wait(JobStarted, 1)
    began = time.monotonic()
    assert not thread.stop(0.05)
    assert time.monotonic() - began < 5
    told = len(listener.events)
    hold.set()
    assert thread.stop(10)
    assert len(listener.events) == told


def test_stopping_a_thread_that_never_started(listener: Listener) -> None:
    assert EngineThread(listener).stop()


def test_importing_the_thread_brings_neither_torch_nor_opencv() -> None:
    modules = ["engine_thread", "events", "jobs", "frames", "cameras", "video_source", "live", "recording"]
    code = "import sys\n" + "".join(f"import faceviewer.jobs.{name}\n" for name in modules)
    code += "assert not {'torch', 'cv2', 'scipy', 'PySide6'} & set(sys.modules), sorted(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).resolve().parents[2])


def test_the_real_tools_from_file_to_head(listener: Listener, sample_photo: Path) -> None:
    from faceviewer.io.photo import load_photo

    with running(listener, workshop.Workshop()) as thread:
        thread.submit(WarmUp(0, engine=EngineChoice(device="cpu")))
        thread.submit(FindFaces(1, document=1, load=lambda: load_photo(sample_photo)))
        found = listener.wait(FacesFound, 1)
        thread.submit(
            ReconstructFaces(
                2, document=1, photo=found.photo, faces=found.faces, numbers=(1,), engine=EngineChoice(device="cpu")
            )
        )
        ready = listener.wait(HeadsReady, 2)
    assert isinstance(listener.events[-1], JobFinished | JobCancelled)
    assert ready.reconstructions[0].mesh.vertices.shape[1] == 3
    assert np.ptp(ready.reconstructions[0].mesh.vertices[:, 1]) > 150
