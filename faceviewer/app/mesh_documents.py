"""Verbs on documents that are meshes without a photo: read in the background when they are first shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from faceviewer.app.answers import as_if_never_opened, with_failure
from faceviewer.app.documents import with_changes
from faceviewer.app.mesh_results import MeshResult, drawn_bounds, read_mesh_result
from faceviewer.app.state import AppState, Document, Notice, ViewCamera
from faceviewer.app.store import Store
from faceviewer.app.threads import Reader
from faceviewer.app.viewing import FRAME_MARGIN, frame_camera
from faceviewer.jobs.background import Outcome
from faceviewer.types import CancelToken, FaceMesh

if TYPE_CHECKING:
    from faceviewer.assets.places import Place

logger = logging.getLogger(__name__)

_SMALL = 0.3
"""A mesh that fills less of the view's height than this is hard to see."""


class MeshDocuments:
    """Reads meshes and takes them into the state."""

    def __init__(self, store: Store, reader: Reader, place: Callable[[], Place]) -> None:
        """``place`` says where files of published systems lie."""
        self._store = store
        self._reader = reader
        self._place = place
        self._reading: dict[int, CancelToken] = {}
        self._opened_alone: dict[int, tuple[Path, int | None]] = {}
        """Document -> its file, for another list may have that number, too, and what was shown before it."""

    def remember_opened(self, document_id: int) -> None:
        """This one was just opened, alone: when it cannot be read, it leaves the list again."""
        document, shown = self._store.state.document(document_id), self._store.state.shown.document
        if document is not None and document.path is not None:
            self._opened_alone[document_id] = document.path, shown.id if shown is not None else None

    def read(self, document_id: int) -> None:
        """Read the document's file and show its mesh."""
        document = self._store.state.document(document_id)
        if document is None or document.path is None:
            return
        self._store.update(with_changes(self._store.state, document_id, status="working", message=""))
        work = partial(read_mesh_result, document.path, self._place())
        done = partial(self._was_read, document_id, document.path.name)
        self._reading[document_id] = self._reader.submit(f"Reading {document.title}", work, done)

    def forget(self, document_id: int) -> None:
        """A document leaves the list: nothing more is done for it."""
        self._opened_alone.pop(document_id, None)
        if (cancel := self._reading.pop(document_id, None)) is not None:
            cancel.cancel()

    def _was_read(self, document_id: int, name: str, outcome: Outcome) -> None:
        state = self._store.state
        document = state.document(document_id)
        is_same = document is not None and document.path is not None and document.path.name == name
        if outcome.cancelled or document is None or not is_same or document.status != "working":
            return  # it left the list, or another list took the place of its own
        self._reading.pop(document_id, None)
        if isinstance(outcome.value, MeshResult):
            self._opened_alone.pop(document_id, None)
            self._store.update(_with_mesh(state, document_id, outcome.value))
        else:
            self._refuse(document, f"{outcome.error.rstrip('.')}.")

    def _refuse(self, document: Document, sentence: str) -> None:
        logger.error("%s", sentence)
        state = replace(self._store.state, notice=Notice(sentence, "error"))
        path, shown_before = self._opened_alone.pop(document.id, (None, None))
        if path is not None and path == document.path:
            self._store.update(as_if_never_opened(state, document.id, shown_before))
        else:
            self._store.update(with_failure(state, document.id, sentence))


def _with_mesh(state: AppState, document_id: int, read: MeshResult) -> AppState:
    """The mesh in its document; the camera steps back when it shows the document and cannot see all of the mesh."""
    state = with_changes(state, document_id, heads={1: read.result}, shown_face=1, status="done", message="")
    mesh = read.result.mesh
    if state.current != document_id or read.in_head_frame or _is_in_view(mesh, state.view.camera):
        return state
    camera = frame_camera(drawn_bounds(mesh), state.view.camera, "front")
    return replace(state, view=replace(state.view, camera=camera, through_photo=False))


def _is_in_view(mesh: FaceMesh, camera: ViewCamera) -> bool:
    """Whether the camera sees all of the mesh, and large enough."""
    framing = frame_camera(drawn_bounds(mesh), camera)
    needed_mm = framing.parallel_scale_mm / FRAME_MARGIN
    towards = np.subtract(camera.position_mm, camera.focal_mm)
    distance_mm = max(float(np.linalg.norm(towards)), 1e-9)
    aside_mm = float(np.linalg.norm(np.cross(np.subtract(framing.focal_mm, camera.focal_mm), towards / distance_mm)))
    seen_mm = camera.parallel_scale_mm if camera.parallel else distance_mm * np.tan(np.radians(camera.fov_deg) / 2)
    return _SMALL * seen_mm < needed_mm <= seen_mm - aside_mm
