"""Checkpoints of torch: ``.pth`` and ``.pt``, of today's format (a zip) and of the one before torch 1.6.

A file is examined by our own reader first, which sees every global and every size that it asks for; torch then reads
it with ``weights_only=True``. Tensors come out as numpy arrays, so that nobody above needs torch to look at them.
"""

from __future__ import annotations

import warnings
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from faceviewer.io.safe_load.files import DEFAULT_MAX_BYTES, read_bounded
from faceviewer.io.safe_load.npz import BROKEN
from faceviewer.io.safe_load.numpy_pickles import NUMPY_SYMBOLS
from faceviewer.io.safe_load.pickle_machine import PickleMachine, PickleRefused
from faceviewer.io.safe_load.plain import Plain, plain
from faceviewer.io.safe_load.torch_pickles import TORCH_SYMBOLS, StorageReference, storage_reference
from faceviewer.types import FaceviewerError

MAX_MEMBERS = 20_000
_OLD_MAGIC = 0x1950A86A20F9469CFC6C
_OLD_VERSION = 1001
_COUNT_BYTES = 8


def load_checkpoint(path: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Plain:
    """What ``torch.save`` wrote, as plain data with numpy arrays in place of tensors.

    Raises FaceviewerError when the file is missing, too large, damaged, no checkpoint (but a TorchScript program, say),
    or asks for a global that weights do not need; the sentence names it, and nothing of it has run.
    """
    return parse_checkpoint(read_bounded(path, max_bytes), str(path), max_bytes=max_bytes)


def parse_checkpoint(data: bytes, where: str, *, max_bytes: int = DEFAULT_MAX_BYTES) -> Plain:
    """As ``load_checkpoint``, from bytes; ``where`` names them in errors."""
    try:
        _examine(data)
        return plain(_read_with_torch(data), len(data), max_bytes, _to_array)
    except PickleRefused as error:
        raise FaceviewerError(f"{where}: refused, it {error}") from None
    except BROKEN as error:
        raise FaceviewerError(f"{where}: not a checkpoint of torch, or a damaged one ({_line(error)})") from None


def _read_with_torch(data: bytes) -> Any:
    import torch

    # numbers of numpy are met beside weights; torch builds them from our stand-ins, as our reader has
    stand_ins: list[Any] = [(stand_in, name) for name, stand_in in NUMPY_SYMBOLS.items() if name != "_codecs.encode"]
    try:
        with torch.serialization.safe_globals(stand_ins), warnings.catch_warnings(action="ignore"):
            return torch.load(BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # noqa: BLE001
        # a parser of foreign bytes: whatever it stumbles over, the file is at fault
        raise PickleRefused(f"is not read by torch ({_line(error)})") from None


def _to_array(value: Any) -> np.ndarray | None:
    import torch

    if not isinstance(value, torch.Tensor) or value.layout is not torch.strided:
        return None
    values = value.detach().resolve_conj().resolve_neg()
    return (values.float() if values.dtype == torch.bfloat16 else values).numpy()


def _examine(data: bytes) -> None:
    """Raise ``PickleRefused`` for globals, sizes and kinds of files that weights do not need."""
    if data.startswith(b"PK"):
        _examine_zip(data)
    elif data.startswith(b"\x80"):
        _examine_old(data)
    elif data[257:262] == b"ustar":
        raise PickleRefused("is a tar archive of the first torch, which only an unsafe reader could open")
    else:
        raise PickleRefused("is not a checkpoint of torch")


def _examine_zip(data: bytes) -> None:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        members = _stored_members(archive, len(data))
        roots = {name.partition("/")[0] for name in members}
        (root,) = roots if len(roots) == 1 else ("",)
        if any(name.startswith(f"{root}/code/") for name in members) or f"{root}/constants.pkl" in members:
            raise PickleRefused("is a TorchScript program, not weights")
        if f"{root}/data.pkl" not in members:
            raise PickleRefused("is a zip, but not a checkpoint of torch")

        def fetch(reference: object) -> StorageReference:
            storage = storage_reference(reference)
            if members.get(f"{root}/data/{storage.key}") != storage.nbytes:
                raise PickleRefused("lacks data that it refers to, or has it in another size: probably truncated")
            return storage

        PickleMachine(TORCH_SYMBOLS, fetch).read(BytesIO(archive.read(f"{root}/data.pkl")))


def _stored_members(archive: zipfile.ZipFile, file_size: int) -> dict[str, int]:
    """Name -> size of members as torch stores them: not compressed, none twice, none over another."""
    infos = archive.infolist()
    members = {info.filename: info.file_size for info in infos}
    if len(infos) > MAX_MEMBERS or len(members) < len(infos):
        raise PickleRefused("has members that occur twice, or too many of them")
    if any(info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size for info in infos):
        raise PickleRefused("has compressed members, which torch never writes")
    if sum(members.values()) > file_size:
        raise PickleRefused("would unpack to more than its own size")
    return members


def _examine_old(data: bytes) -> None:
    """The format of one pickle after another, then the numbers: magic, version, system, object, keys, data."""
    stream = BytesIO(data)
    storages: dict[str, StorageReference] = {}

    def fetch(reference: object) -> StorageReference:
        storage = storage_reference(reference)
        if storages.setdefault(storage.key, storage) != storage:
            raise PickleRefused("describes the same data in two ways")
        return storage

    prologue = PickleMachine({})
    if prologue.read(stream) != _OLD_MAGIC or prologue.read(stream) != _OLD_VERSION:
        raise PickleRefused("is not a checkpoint of torch")
    prologue.read(stream)
    PickleMachine(TORCH_SYMBOLS, fetch).read(stream)
    keys = prologue.read(stream)
    if not isinstance(keys, list) or set(map(str, keys)) != set(storages) or len(keys) != len(storages):
        raise PickleRefused("refers to data that it does not have")
    needed = sum(storage.nbytes + _COUNT_BYTES for storage in storages.values())
    if len(data) - stream.tell() < needed:
        raise PickleRefused(f"is truncated: {needed - (len(data) - stream.tell())} bytes are missing at its end")


def _line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]
