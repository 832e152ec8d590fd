"""What an evaluation is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from faceviewer import __version__
from faceviewer.datasets.head_pose.sample import HeadPoseDataset
from faceviewer.engines.options import UsageError
from faceviewer.engines.registry import EngineSpec

PUBLISHED_BATCH = 64
"""The published program leaves out what does not fill its last batch."""


@dataclass(frozen=True)
class EvaluationRequest:
    """Which engine, and how it is to be measured. Raises UsageError for values out of range."""

    engine: EngineSpec
    device: str = "auto"
    assets: Path | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    """Options of the engine alone."""
    faces: Literal["found", "given"] = "found"
    """Whether the engine's own search finds the face, or the truth's box is given to it."""
    focal: Literal["engine", "true"] = "engine"
    """Whether the engine assumes a focal length as for any photo, or is told the camera's."""
    every: int = 1
    """Take every N-th photo of the list."""
    limit: int | None = None
    """At most so many."""
    published_protocol: bool = False
    """Leave out the photos that do not fill the last batch of 64, as the published program does."""
    resume: bool = False
    workers: int = 1
    """Photos to work on at the same time; more than one are spread over so many processes."""
    part: str | None = None
    """With which part and resources the data set was opened: other processes open it once more."""
    resources: Path | None = None

    def __post_init__(self) -> None:
        if min(self.every, self.workers) < 1 or (self.limit is not None and self.limit < 1):
            raise UsageError("--every, --limit and --workers take numbers from 1")
        if self.focal == "true" and not self.engine.follows_focal:
            raise UsageError(f"the engine {self.engine.id} has a camera of its own: it takes no --focal true")

    def chosen(self, keys: Sequence[str]) -> list[str]:
        """Those of a data set's keys that are to be measured. Raises UsageError when there are none."""
        some = self._asked(keys)
        some = some[: len(some) - self.left_out(keys)]
        if not some:
            few = f"fewer than {PUBLISHED_BATCH}" if self.published_protocol and len(keys) else "no"
            raise UsageError(f"there are {few} photos to measure")
        return some

    def left_out(self, keys: Sequence[str]) -> int:
        """How many photos are left out at the end because they do not fill a batch."""
        return len(self._asked(keys)) % PUBLISHED_BATCH if self.published_protocol else 0

    def _asked(self, keys: Sequence[str]) -> list[str]:
        return list(keys[:: self.every][: self.limit])

    def about(self, dataset: HeadPoseDataset, folder: Path) -> dict[str, Any]:
        """What must be the same for rows of an earlier run to be kept."""
        return {
            "version": __version__,
            "dataset": dataset.id,
            "title": dataset.title,
            "angles": dataset.angles,
            "folder": str(folder.absolute()),
            "engine": self.engine.id,
            "choices": dict(self.choices),
            "assets": None if self.assets is None else str(self.assets.absolute()),
            "device": self.device,
            "faces": self.faces,
            "focal": self.focal,
        }
