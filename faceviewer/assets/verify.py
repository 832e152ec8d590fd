"""Opening every file of a pack to see whether it is the right one and whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from faceviewer.assets.checks import Damaged, UnknownVersion
from faceviewer.assets.loading import open_asset
from faceviewer.assets.packs import AssetFile, AssetPack, Capability
from faceviewer.assets.places import Located
from faceviewer.types import CancelToken, FaceviewerError, Progress, ProgressCallback

State = Literal["present", "missing", "damaged", "unknown"]
"""Whole; not there; not whole, or hostile; readable, but not the file that is known."""


@dataclass(frozen=True)
class Finding:
    """What was found out about one file."""

    file: AssetFile
    state: State
    reason: str
    """What goes behind the file's name in a sentence."""
    path: Path | None = None
    """Where it lies; None when it is missing."""
    nbytes: int = 0

    @property
    def sentence(self) -> str:
        return f"{self.file.name} {self.reason}"


@dataclass(frozen=True)
class Report:
    """What was found out about a pack in a folder."""

    located: Located
    findings: tuple[Finding, ...]
    """One for each file of the pack, in its order."""

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """What works with the files that are whole."""
        return self.located.pack.unlocked(
            [finding.file.name for finding in self.findings if finding.state == "present"]
        )

    @property
    def is_sound(self) -> bool:
        """Whether all needed files are whole, and no other is damaged or unknown."""
        given = self.located.pack.given([f.file.name for f in self.findings if f.state == "present"])
        return all(
            f.state == "present" or (f.state == "missing" and (f.file.name in given or not f.file.needed))
            for f in self.findings
        )


def verify(located: Located, progress: ProgressCallback, cancel: CancelToken) -> Report:
    """Examine all files of a pack, each in turn. Raises Cancelled when ``cancel`` was set."""
    files = located.pack.files
    sizes = [_size(located.files[file.name]) if file.name in located.files else 0 for file in files]
    findings, done = [], 0
    for file, size in zip(files, sizes, strict=True):
        cancel.check()
        progress(Progress(f"Checking {file.name}", done / max(sum(sizes), 1)))
        findings.append(examine(located.pack, file, located.files.get(file.name)))
        done += size
    progress(Progress("Checked", 1.0))
    return Report(located, tuple(findings))


def examine(pack: AssetPack, file: AssetFile, path: Path | None) -> Finding:
    """Open one file and check its content against what the pack declares; ``path`` None: it is missing."""
    if path is None:
        purpose = file.purpose[0].lower() + file.purpose[1:]
        return Finding(file, "missing", f"is not there; {'needed' if file.needed else 'optional'}: {purpose}")
    try:
        return Finding(file, "present", f"is whole: {open_asset(pack, file, path).note}", path, _size(path))
    except UnknownVersion as error:
        return Finding(file, "unknown", str(error), path, _size(path))
    except Damaged as error:
        return Finding(file, "damaged", str(error), path, _size(path))
    except FaceviewerError as error:
        reason = str(error).removeprefix(f"{path}: ")
        return Finding(file, "damaged", f"cannot be used: {reason}{_size_hint(file, path)}", path, _size(path))


def _size_hint(file: AssetFile, path: Path) -> str:
    size, (low, _) = _size(path), file.size_range
    return f" ({size} bytes of at least {low}: probably cut short)" if 0 < size < low else ""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
