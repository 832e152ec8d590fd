"""The state as a session file and back: documents, results, edits, measurements and the view.

Photos stay where they are; a session knows their absolute and relative paths and their digests. Pictures without a
file of their own (pasted ones, frames of cameras and videos) are stored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar, cast, get_args

import numpy as np

from faceviewer import __version__
from faceviewer.app.session_photos import PhotoFinder, path_entry
from faceviewer.app.session_view import (
    MAX_ID,
    decode_comparison,
    decode_work,
    encode_comparison,
    encode_view,
    encode_work,
    view_of,
)
from faceviewer.app.state import AppState, Document, DocumentKind, DocumentStatus, HeadRef
from faceviewer.io.array_group import ArrayGroup
from faceviewer.io.head_archive import (
    ARRAYS,
    Encoded,
    decode_faces,
    decode_head,
    decode_topology,
    encode_faces,
    encode_head,
    encode_topology,
)
from faceviewer.io.images import decode_png, encode_png
from faceviewer.io.json_node import JsonNode
from faceviewer.io.session_file import SessionArchive, write_session_file
from faceviewer.types import (
    CancelToken,
    Face,
    FaceviewerError,
    Photo,
    Progress,
    ProgressCallback,
    Reconstruction,
    Topology,
)

_Source = TypeVar("_Source")
_UNSETTLED = ("queued", "working")


@dataclass(frozen=True, eq=False)
class OpenedSession:
    """What was read from a session file."""

    path: Path
    state: AppState
    """Documents, current, work, view and comparison; the rest as in an empty application."""
    missing: tuple[str, ...]
    """One sentence per photo that is not there or has changed, and one on measurements that were left out."""
    session_path: Path | None
    """Where the user had saved the session that an autosave was taken of."""


class _Remembered(Generic[_Source]):
    """What was encoded for the save before, so that only new things are encoded again."""

    def __init__(self, encode: Callable[[_Source], Encoded]) -> None:
        self._encode = encode
        self._known: dict[int, tuple[_Source, Encoded]] = {}
        self._used: set[int] = set()

    def __call__(self, source: _Source) -> Encoded:
        self._used.add(id(source))
        if id(source) not in self._known:
            self._known[id(source)] = (source, self._encode(source))
        return self._known[id(source)][1]

    def forget_unused(self) -> None:
        self._known = {key: value for key, value in self._known.items() if key in self._used}
        self._used.clear()


class SessionWriter:
    """Writes states to files; heads that were written before cost nothing again. For one thread at a time."""

    def __init__(self) -> None:
        self._heads = _Remembered[Reconstruction](encode_head)
        self._topologies = _Remembered[Topology](encode_topology)
        self._photos = _Remembered[Photo](_encode_picture)
        self._faces = _Remembered[tuple[Face, ...]](encode_faces)

    def write(self, state: AppState, path: Path, progress: ProgressCallback, cancel: CancelToken) -> None:
        """Write ``state`` to ``path``, whole or not at all. Raises FaceviewerError; Cancelled, the old file staying."""
        members: dict[str, bytes] = {}
        topologies: dict[int, int] = {}
        topology_trees: list[dict[str, Any]] = []
        documents = []
        for number, document in enumerate(state.documents):
            cancel.check()
            progress(Progress("Saving the session", number / len(state.documents)))
            heads = []
            for face_number, result in document.heads.items():
                topology = result.mesh.topology
                if id(topology) not in topologies:
                    topologies[id(topology)] = len(topologies)
                    folder = f"topologies/{topologies[id(topology)]}"
                    topology_trees.append(_place(self._topologies(topology), folder, members))
                tree = _place(self._heads(result), f"heads/{document.id}_{face_number}", members)
                heads.append({"number": face_number, "topology": topologies[id(topology)], **tree})
            documents.append({**self._document(document, path, members), "heads": heads})
        tree = {
            "application": __version__,
            "session_path": str(state.session_path) if state.session_path is not None else None,
            "current": state.current,
            "topologies": topology_trees,
            "documents": documents,
            "work": encode_work(state.work),
            "view": encode_view(state.view),
            "comparison": encode_comparison(state.comparison),
        }
        for remembered in (self._heads, self._topologies, self._photos, self._faces):
            remembered.forget_unused()
        cancel.check()
        write_session_file(path, tree, members)

    def _document(self, document: Document, path: Path, members: dict[str, bytes]) -> dict[str, Any]:
        d = document
        status = d.status if d.status not in _UNSETTLED else "done" if d.faces else "new"
        from_file = d.kind == "photo" and d.path is not None
        photo: dict[str, Any] | None = None
        if d.photo is not None:
            own = (
                {} if from_file or d.pasted is not None else _place(self._photos(d.photo), f"pictures/{d.id}", members)
            )
            photo = {"sha256": d.photo.sha256, **own}
        elif from_file and d.lost_sha256:
            photo = {"sha256": d.lost_sha256}
        return {
            "id": d.id,
            "title": d.title,
            "kind": d.kind,
            "path": path_entry(d.path, path.parent) if d.path is not None else None,
            "status": status,
            "message": d.message,
            "photo": photo,
            "pasted": _place(self._photos(d.pasted), f"pasted/{d.id}", members) if d.pasted is not None else None,
            "shown_face": d.shown_face,
            "rotation_deg": d.rotation_deg,
            "engine": d.engine,
            "searched_by": d.searched_by,
            **_place(self._faces(d.faces), f"faces/{d.id}", members),
        }


def read_session(path: Path, progress: ProgressCallback, cancel: CancelToken) -> OpenedSession:
    """Read a session with the photos that can be found. Raises FaceviewerError: the file and what is wrong with it."""
    with SessionArchive(path) as archive:
        try:
            return _read(archive, progress, cancel)
        except FaceviewerError as error:
            reason = str(error)
            raise FaceviewerError(reason if reason.startswith(str(path)) else f"{path}: {reason}") from None


def _read(archive: SessionArchive, progress: ProgressCallback, cancel: CancelToken) -> OpenedSession:
    tree = archive.tree
    topologies = [_topology(archive, node, k) for k, node in enumerate(tree["topologies"].elements())]
    finder = PhotoFinder(archive.path.parent)
    documents = []
    nodes = list(tree["documents"].elements())
    for number, node in enumerate(nodes):
        cancel.check()
        progress(Progress("Opening the session", number / len(nodes)))
        documents.append(_read_document(archive, node, topologies, finder))
    if len({document.id for document in documents}) != len(documents):
        tree["documents"].fail("two documents have one id")
    current = None if tree["current"].is_null() else tree["current"].integer(0, MAX_ID)
    state = AppState(documents=tuple(documents), current=current, view=view_of(tree["view"]))
    work, left_out = decode_work(tree["work"], lambda ref: _triangle_count(state, ref))
    state = replace(state, work=work, comparison=decode_comparison(tree["comparison"], state))
    saved_at = tree["session_path"]
    session_path = None if saved_at.is_null() else Path(saved_at.text())
    return OpenedSession(archive.path, state, (*finder.missing, *_left_out(left_out)), session_path)


def _left_out(measurements: int) -> tuple[str, ...]:
    """What to say of measurements that do not fit their head."""
    if not measurements:
        return ()
    if measurements == 1:
        return ("A measurement does not fit its head and was left out.",)
    return (f"{measurements} measurements do not fit their heads and were left out.",)


def _read_document(
    archive: SessionArchive, node: JsonNode, topologies: list[Topology], finder: PhotoFinder
) -> Document:
    kind = cast(DocumentKind, node["kind"].choice(*get_args(DocumentKind)))
    document_id = node["id"].integer(0, MAX_ID)
    rotation_deg = node["rotation_deg"].integer(0, 359) // 90 * 90
    pasted = None
    if not node["pasted"].is_null():
        pasted = _decode_picture(archive, node["pasted"], f"pasted/{document_id}")
    path = photo = None
    lost_sha256 = ""
    if not node["path"].is_null():
        path = finder.locate(node["path"], _digest(node) if kind == "photo" else "")
    if not node["photo"].is_null():
        if kind == "photo" and path is not None:
            photo = finder.load(path, node["path"], _digest(node), node["title"].text())
            lost_sha256 = _digest(node) if photo is None else ""
        else:
            photo = pasted or _decode_picture(archive, node["photo"], f"pictures/{document_id}")
    faces = f"faces/{document_id}"
    return Document(
        id=document_id,
        title=node["title"].text(),
        kind=kind,
        path=path,
        status=cast(DocumentStatus, node["status"].choice(*get_args(DocumentStatus))),
        message=node["message"].text(),
        photo=turned(photo, rotation_deg) if photo is not None and kind == "photo" else photo,
        pasted=pasted,
        faces=decode_faces(node, _arrays(archive, faces)) if any(node["faces"].elements()) else (),
        heads={
            head["number"].integer(1, MAX_ID): _head(archive, head, document_id, topologies)
            for head in node["heads"].elements()
        },
        shown_face=node["shown_face"].integer(1, MAX_ID),
        rotation_deg=rotation_deg,
        engine=_text(node, "engine"),
        searched_by=_text(node, "searched_by"),
        lost_sha256=lost_sha256,
    )


def _text(node: JsonNode, key: str) -> str:
    """A text that sessions of earlier versions do not have."""
    return node[key].text() if key in node else ""


def turned(photo: Photo, rotation_deg: int) -> Photo:
    """The photo turned counter-clockwise by a multiple of 90 degrees."""
    return replace(photo, rgb=np.rot90(photo.rgb, rotation_deg // 90)) if rotation_deg else photo


def _head(archive: SessionArchive, node: JsonNode, document_id: int, topologies: list[Topology]) -> Reconstruction:
    if not topologies:
        node.fail("the session holds no topology")
    topology = topologies[node["topology"].integer(0, len(topologies) - 1)]
    folder = f"heads/{document_id}_{node['number'].integer(1, MAX_ID)}"
    return decode_head(node, _arrays(archive, folder), lambda name: archive.read(f"{folder}/{name}"), topology)


def _topology(archive: SessionArchive, node: JsonNode, number: int) -> Topology:
    """The stored topology, or the application's own instance of the same one, which views recognise."""
    stored = decode_topology(node, _arrays(archive, f"topologies/{number}"))
    from faceviewer.models.head_model import load_head  # brings SciPy

    own = load_head().topology
    if all(np.array_equal(getattr(own, name), getattr(stored, name)) for name in ("triangles", "uv", "uv_triangles")):
        return own
    return stored


def _arrays(archive: SessionArchive, folder: str) -> ArrayGroup:
    name = f"{folder}/{ARRAYS}"
    return ArrayGroup(archive.arrays(name), archive.where(name))


def _encode_picture(photo: Photo) -> Encoded:
    tree = {
        "sha256": photo.sha256,
        "focal_px": photo.focal_px,
        "name": str(photo.path) if photo.path is not None else None,
    }
    return Encoded(tree, {"picture.png": encode_png(photo.rgb)})


def _decode_picture(archive: SessionArchive, node: JsonNode, folder: str) -> Photo:
    name = f"{folder}/picture.png"
    return Photo(
        rgb=decode_png(archive.read(name), archive.where(name)),
        path=None if node["name"].is_null() else Path(node["name"].text()),
        sha256=node["sha256"].text(),
        focal_px=None if node["focal_px"].is_null() else node["focal_px"].number(),
    )


def _digest(node: JsonNode) -> str:
    return "" if node["photo"].is_null() else node["photo"]["sha256"].text()


def _place(encoded: Encoded, folder: str, members: dict[str, bytes]) -> dict[str, Any]:
    members.update({f"{folder}/{name}": data for name, data in encoded.parts.items()})
    return encoded.tree


def _triangle_count(state: AppState, ref: HeadRef) -> int:
    result = state.result(ref)
    return len(result.mesh.topology.triangles) if result is not None else 0
