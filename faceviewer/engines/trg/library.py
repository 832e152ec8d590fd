"""The user's files of TRG as what they are for: the network and the face's mesh, each read when first needed.

A file that appears, disappears or changes while the program runs is noticed at the next use.
"""

from __future__ import annotations

from pathlib import Path

from faceviewer.assets import trg as files
from faceviewer.assets.places import Located, Place, locate
from faceviewer.engines.kept_files import KeptFiles
from faceviewer.io.safe_load import load_cached
from faceviewer.models.trg_face import TrgFace, load_trg_face, small_files
from faceviewer.networks.inference import for_inference
from faceviewer.networks.published import load_published
from faceviewer.networks.trg import Trg
from faceviewer.types import FaceviewerError

WEIGHTS = {"both-sets": files.BOTH_SETS, "arkitface": files.ARKITFACE}
"""Value of the option -> its file; the first that is there is taken where none is named."""


class Library:
    """What the files in one place hold, for one device. Used by one thread at a time."""

    def __init__(self, place: Place, device: str) -> None:
        self._place = place
        self._device = device
        self._kept = KeptFiles()

    @property
    def located(self) -> Located:
        """The files as they lie there now."""
        return locate(files.TRG, self._place)

    def weights(self, wanted: str) -> str:
        """The key of ``WEIGHTS`` that the option's value means with the files that are there."""
        if wanted != "auto":
            return wanted
        there = self.located.files
        return next((name for name, file in WEIGHTS.items() if file in there), next(iter(WEIGHTS)))

    def network(self, weights: str) -> Trg:
        """The network of these weights. Raises FaceviewerError when its file is missing or unusable."""
        path = self.located.path(WEIGHTS[weights])
        return self._kept.get("network", [path], lambda: self._ready(path))

    def face(self) -> TrgFace:
        """Mesh and points. Raises FaceviewerError, naming what is missing, when the small files are not all usable."""
        located = self.located
        names = small_files(located)
        missing = [name for name in names if name not in located.files]
        if missing:
            raise FaceviewerError(
                f"{located.folder}: lacks {' and '.join(missing)}; such files are offered at {located.pack.page}"
            )
        return self._kept.get("face", [located.files[name] for name in names], lambda: load_trg_face(located))

    def _ready(self, path: Path) -> Trg:
        checkpoint = load_cached(path, "checkpoint")
        network = load_published("trg", checkpoint if isinstance(checkpoint, dict) else {}, str(path))
        assert isinstance(network, Trg)
        return for_inference(network, self._device)
