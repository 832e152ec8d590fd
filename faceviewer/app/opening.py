"""Verbs on the list of photos: opening, choosing, removing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np

from faceviewer.app.documents import document_of_path, next_id, with_changes, with_documents, without_document
from faceviewer.app.live import Live
from faceviewer.app.mesh_documents import MeshDocuments
from faceviewer.app.recent import RecentFiles
from faceviewer.app.reconstructing import Reconstructing
from faceviewer.app.state import Document, DocumentKind, Notice
from faceviewer.app.store import Store
from faceviewer.io.photo import PHOTO_SUFFIXES
from faceviewer.io.resources import resource_path
from faceviewer.jobs.files import VIDEO_SUFFIXES, files_below, is_mesh
from faceviewer.types import Photo

MAX_FILES = 20_000
"""Of one opened folder: a list that a person can still use."""
SESSION_SUFFIX = ".faceviewer"


class Opening:
    """Brings photos into the list and chooses among them."""

    def __init__(
        self,
        store: Store,
        reconstructing: Reconstructing,
        live: Live,
        recent: RecentFiles,
        meshes: MeshDocuments,
        open_session: Callable[[Path], None],
    ) -> None:
        self._store = store
        self._reconstructing = reconstructing
        self._live = live
        self._recent = recent
        self._meshes = meshes
        self._open_session = open_session

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open photos, videos, meshes, folders or a session. What is none of these gives one sentence, and no more."""
        sessions = [path for path in paths if path.suffix.lower() == SESSION_SUFFIX and path.is_file()]
        if sessions:
            self._open_session(sessions[0].absolute())  # other windows, which start elsewhere, may save it
            return
        state = self._store.state
        files, refused = [], []
        for path in paths:
            if path.is_dir():
                found = [file for file in islice(files_below(path), MAX_FILES) if isinstance(file, Path)]
                files += found
                if not found:
                    refused.append(f"{path.name or path}: the folder holds no photo or video.")
            elif not path.exists():
                refused.append(f"{path}: there is no such file.")
            elif path.suffix.lower() == ".mtl" and any(_kind(other) == "mesh" for other in paths):
                continue  # came along with its mesh, which finds it by itself
            elif _kind(path) is None:
                refused.append(f"{path.name}: not a photo, video or mesh that faceviewer knows by its ending.")
            else:
                files.append(path)
        if refused:
            self._store.update(replace(state, notice=Notice(_joined(refused), "error")))
        if not files:
            return
        known = {document.path for document in state.documents}  # for thousands, one look through the list each is slow
        fresh = [path for path in dict.fromkeys(file.absolute() for file in files) if path not in known]
        first = next_id(state)
        documents = [
            Document(id=first + k, title=path.name, kind=_kind(path) or "photo", path=path)
            for k, path in enumerate(fresh)
        ]
        self._store.update(with_documents(self._store.state, documents))
        self._recent.add(*paths)
        chosen = document_of_path(self._store.state, files[0].absolute())
        if chosen is not None:
            others = tuple(document.id for document in documents if document.kind != "mesh")
            self._reconstructing.remember_opened(others, alone=len(files) == 1)
            if len(files) == 1 and documents and documents[0].kind == "mesh":
                self._meshes.remember_opened(documents[0].id)
            self.choose_document(chosen.id)

    def open_picture(self, rgb: np.ndarray, title: str) -> None:
        """Open (H, W, 3) uint8 sRGB pixels, as from the clipboard."""
        rgb = np.ascontiguousarray(rgb)
        photo = Photo(rgb=rgb, sha256=hashlib.sha256(rgb.tobytes()).hexdigest())
        document = Document(id=next_id(self._store.state), title=title, pasted=photo)
        self._store.update(with_documents(self._store.state, [document]))
        self.choose_document(document.id)

    def open_sample(self) -> None:
        """Open the portrait that comes with the application."""
        self.open_paths([resource_path("sample.jpg")])

    def choose_document(self, document_id: int) -> None:
        """Show one document; what was never tried is searched and reconstructed."""
        state = self._store.state
        document = state.document(document_id)
        if document is None:
            return
        self._live.give_way_to(document_id)
        self._store.update(replace(self._store.state, current=document_id, comparison=None, selection=None, hover=None))
        if document.kind == "video" and document.path is not None:
            if state.live is None or state.live.document != document_id:
                self._live.follow_document(document_id)
        elif document.status == "new" and document.kind == "photo":
            self._reconstructing.search(document_id)
        elif document.status == "new" and document.kind == "mesh":
            self._meshes.read(document_id)

    def step(self, by: int) -> None:
        """Choose the next (1) or previous (-1) document of the list."""
        state = self._store.state
        ids = [document.id for document in state.documents]
        if state.current in ids and 0 <= ids.index(state.current) + by < len(ids):
            self.choose_document(ids[ids.index(state.current) + by])

    def choose_face(self, number: int) -> None:
        """Show the head of face ``number`` alone; one that has no head yet is reconstructed."""
        document = self._store.state.shown.document
        if document is None or not 1 <= number <= len(document.faces):
            return
        state = with_changes(self._store.state, document.id, shown_face=number)
        self._store.update(replace(state, comparison=None, selection=None, hover=None))
        if number not in document.heads:
            self._reconstructing.reconstruct(document.id, (number,))

    def remove(self, document_id: int) -> None:
        """Take one document off the list; its file stays. The neighbour of the chosen one is chosen."""
        was_chosen = self._store.state.current == document_id
        self._live.forget(document_id)
        self._reconstructing.forget(document_id)
        self._meshes.forget(document_id)
        self._store.update(without_document(self._store.state, document_id))
        neighbour = self._store.state.current
        if was_chosen and neighbour is not None:
            self.choose_document(neighbour)


def _kind(path: Path) -> DocumentKind | None:
    if path.suffix.lower() in VIDEO_SUFFIXES:
        return "video"
    if is_mesh(path):
        return "mesh"
    return "photo" if path.suffix.lower() in PHOTO_SUFFIXES else None


def _joined(sentences: Sequence[str]) -> str:
    if len(sentences) <= 2:
        return " ".join(sentences)
    return f"{sentences[0]} And {len(sentences) - 1} more could not be opened."
