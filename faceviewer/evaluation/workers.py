"""An evaluation spread over processes, each with the data set and an engine of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from faceviewer.datasets.head_pose.opening import open_dataset
from faceviewer.datasets.head_pose.sample import HeadPoseDataset
from faceviewer.evaluation.bench import Bench, stamps_of
from faceviewer.evaluation.request import EvaluationRequest
from faceviewer.evaluation.rows import Row
from faceviewer.jobs.processes import Report, Work, run_in_processes
from faceviewer.types import CancelToken, FaceviewerError


def measured_in_processes(
    keys: Sequence[str],
    dataset: HeadPoseDataset,
    folder: Path,
    request: EvaluationRequest,
    begun: Callable[[str], None],
    cancel: CancelToken,
) -> Generator[Row, None, None]:
    """The rows of ``keys`` as they come, from ``request.workers`` processes that share this machine's cores.

    begun: is called with the key of each sample when a process begins it. Raises as ``Bench.measure``, and
    FaceviewerError when the data set cannot be opened once more. When the iterator is closed, the processes are ended.
    """

    def died(key: str, how: str) -> Row:
        reason = f"{key}: its worker process died ({how})"
        return Row(key, "failed", reason, *stamps_of(dataset, key))

    make = _BenchMaker(request, folder, dataset.id, dataset.title, len(dataset.keys))
    return run_in_processes(keys, make, request.workers, died=died, told=begun, cancel=cancel)


@dataclass(frozen=True)
class _BenchMaker:
    """Makes the bench of a process."""

    request: EvaluationRequest
    folder: Path
    kind: str
    title: str
    listed: int
    """How many photos the data set listed when the parent opened it."""

    def __call__(self) -> Work[str, Row]:
        request = self.request
        dataset = open_dataset(self.folder, kind=self.kind, part=request.part, resources=request.resources)
        if (dataset.title, len(dataset.keys)) != (self.title, self.listed):
            raise FaceviewerError(f"{self.folder}: opened once more, it is not the same data set")
        bench = Bench(dataset, request)
        bench.load()

        def work(key: str, report: Report) -> Row:
            report(key)
            return bench.measure(key, CancelToken())

        return work
